#include "memory_models/psram.h"

#include <algorithm>

namespace mcost::memory {
namespace {

constexpr std::uint32_t kLongestBurst = 64;  // bytes

}  // namespace

/// n accesses of the bus take n x (ADDSET + DATAST + 2) + 1 to read, n x (ADDSET + DATAST + 1) to
/// write with BUSTURN between them.
Response Psram::transfer(const Request& request) {
  const PsramParameters& p = parameters_;
  const bool writes = request.kind == bus::AccessKind::write;
  const PsramParameters::Phases& phases = writes ? p.write : p.read;
  const std::uint32_t count = std::max(1u, request.size_bytes / p.bus_bytes);
  const std::uint32_t in_beat =
      std::max(1u, std::min(request.size_bytes, request.first_bytes) / p.bus_bytes);
  const std::uint32_t each = phases.addset + phases.datast;
  const Cycles start = std::max(request.now, free_);
  const auto end_of = [&](std::uint32_t n) {
    return start + (writes ? hclk(n * (each + 1) + (n - 1) * phases.busturn)
                           : hclk(n * (each + p.sync_hclk) + p.return_hclk));
  };
  const Response response{end_of(writes ? count : in_beat), end_of(count)};
  free_ = response.last + (writes ? hclk(phases.busturn) : 0);
  accesses_ += count;
  busy_ += free_ - start;
  (writes ? bytes_written_ : bytes_read_) += std::uint64_t{count} * p.bus_bytes;
  return response;
}

std::uint32_t Psram::most_cycles() const {
  const auto longest = [&](const PsramParameters::Phases& phases) {
    return phases.addset + phases.datast + phases.busturn + parameters_.sync_hclk + 1;
  };
  const std::uint32_t accesses = kLongestBurst / parameters_.bus_bytes + 1;
  const std::uint32_t each = std::max(longest(parameters_.read), longest(parameters_.write));
  return static_cast<std::uint32_t>(hclk(accesses * each + parameters_.return_hclk));
}

}  // namespace mcost::memory
