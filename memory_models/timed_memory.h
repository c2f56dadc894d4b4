// A target that the core's port reaches without a cache in between, as all external memory of
// Cortex-M3, M4 and M33: every access is timed in order, with exact time. Depends on target.h.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "memory_models/target.h"

namespace mcost::memory {

class TimedMemory final : public bus::MemoryModel {
 public:
  explicit TimedMemory(std::unique_ptr<Target> target) : target_(std::move(target)) {}

  /// For a model that stands in its place.
  [[nodiscard]] std::unique_ptr<Target> take_target() { return std::move(target_); }

  [[nodiscard]] bus::DataPath data_path() const override { return bus::DataPath::timed; }
  [[nodiscard]] std::uint32_t data_wait(bus::AccessKind) const override { return 0; }
  [[nodiscard]] bool constant_fetch() const override { return false; }
  [[nodiscard]] std::uint32_t fetch_wait() const override { return 0; }
  [[nodiscard]] std::uint32_t most_wait() const override { return target_->most_cycles(); }
  void age(bus::MicroState&, Cycles) const override {}
  std::uint32_t fetch(bus::MicroState&, std::uint32_t offset, std::uint8_t, Cycles now,
                      bus::FoldLog* log) override {
    return wait_of({offset, 4, bus::AccessKind::fetch, now}, log);
  }
  std::uint32_t data(bus::MicroState&, const bus::Transfer& transfer, bus::FoldLog* log) override {
    return wait_of({transfer.offset, transfer.size_bytes, transfer.kind, transfer.now}, log);
  }
  void fill_data_line(std::uint32_t, std::uint64_t) override {}
  [[nodiscard]] const std::uint64_t& eviction_generation() const override { return generation_; }
  [[nodiscard]] bool fetch_line_resident(std::uint32_t) const override { return true; }
  [[nodiscard]] std::vector<Counter> counters() const override { return target_->counters(); }

 private:
  std::uint32_t wait_of(const Request& request, bus::FoldLog* log) {
    if (log == nullptr)
      return static_cast<std::uint32_t>(target_->transfer(request).first - request.now - 1);
    const Cycles wait = transfer_ahead(*target_, request, *log).first - request.now - 1;
    return static_cast<std::uint32_t>(std::min<Cycles>(wait, target_->most_cycles()));
  }

  std::unique_ptr<Target> target_;
  std::uint64_t generation_ = 0;
};

}  // namespace mcost::memory
