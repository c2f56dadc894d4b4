#include "memory_models/qspi.h"

#include <algorithm>

namespace mcost::memory {
namespace {

constexpr std::uint32_t kBeatBytes = 4;
constexpr std::uint32_t kLineBytes = 32;   // the longest burst
constexpr std::uint32_t kSingleBytes = 8;  // at most; above: a burst

}  // namespace

/// Bytes of the command in progress that the bus has read.
std::uint64_t Qspi::used_bytes(const Stream& stream) {
  return stream.open && stream.next > stream.first ? stream.next - stream.first : 0;
}

void Qspi::set_parameters(const QspiParameters& parameters) {
  const Stream before = stream_;
  const std::uint64_t clocks_before = before.data_clocks + data_clocks(used_bytes(before));
  parameters_ = parameters;
  const std::uint32_t bits_per_clock = parameters.lines * (parameters.double_rate ? 2 : 1);
  unit_bytes_ = std::max(1u, bits_per_clock / 8);
  unit_clocks_ = std::max(1u, 8 / bits_per_clock);
  unit_cycles_ = clocks(unit_clocks_);
  stream_ = {};
  stream_.free = before.free;
  stream_.commands = before.commands;
  stream_.fifo_hits = before.fifo_hits;
  stream_.bytes_read = before.bytes_read + used_bytes(before);
  stream_.lead_clocks = before.lead_clocks;
  stream_.data_clocks = clocks_before;
}

/// The time-out counter runs from when the FIFO is full.
bool Qspi::timed_out(const Stream& stream, Cycles now) const {
  return parameters_.timeout_clocks && now > stream.clocked + clocks(*parameters_.timeout_clocks);
}

/// CS goes high; what has not come by then never does.
void Qspi::close(Stream& stream, Cycles now) const {
  while (stream.open && stream.tail != stream.next &&
         stream.arrived[(stream.tail - 1) % kMostFifoBytes] > now) {
    --stream.tail;
  }
  if (stream.open) {
    stream.bytes_read += stream.tail - stream.first;
    stream.data_clocks += data_clocks(stream.tail - stream.first);
  }
  stream.open = false;
}

void Qspi::open(Stream& stream, std::uint32_t offset, Cycles now) const {
  const bool with_instruction = !parameters_.instruction_once || !stream.has_instruction;
  stream.open = true;
  stream.has_instruction = true;
  stream.first = stream.tail = offset;
  const std::uint32_t lead =
      parameters_.lead_clocks + (with_instruction ? parameters_.instruction_clocks : 0);
  stream.lead_clocks += lead;
  stream.clocked = now + clocks(parameters_.cs_high_clocks + lead);
  ++stream.commands;
  prefetch(stream, now);
}

/// The next bytes come, their clocks not before `from`.
void Qspi::clock_in(Stream& stream, Cycles from) const {
  stream.clocked = std::max(stream.clocked, from) + unit_cycles_;
  for (std::uint32_t i = 0; i < unit_bytes_; ++i) {
    stream.arrived[stream.tail % kMostFifoBytes] = stream.clocked;
    ++stream.tail;
  }
}

/// Reads ahead until the FIFO is full; it has had room since `from`.
void Qspi::prefetch(Stream& stream, Cycles from) const {
  if (!stream.open) return;
  while (stream.tail - stream.next + unit_bytes_ <= parameters_.fifo_bytes) clock_in(stream, from);
}

/// Reads consecutive bytes, a word at a time.
Response Qspi::read(Stream& stream, std::uint32_t offset, std::uint32_t size,
                    std::uint32_t first_bytes, Cycles now) const {
  if (stream.open && timed_out(stream, now)) close(stream, now);
  if (offset != stream.next || (!stream.open && stream.tail == stream.next)) {
    close(stream, now);
    stream.next = offset;
    open(stream, offset, now);
  } else {
    ++stream.fifo_hits;
  }
  const Cycles sync = Cycles{parameters_.sync_hclk} * parameters_.hclk_cycles;
  Response response;
  Cycles ready = now + Cycles{parameters_.fifo_hclk} * parameters_.hclk_cycles;
  for (std::uint32_t done = 0; done < size;) {
    const std::uint32_t beat = std::min(kBeatBytes, size - done);
    // CS went high behind what the FIFO holds: the rest needs a command of its own.
    if (!stream.open && stream.tail - stream.next < beat)
      open(stream, stream.tail, done == 0 ? now : ready);
    if (done != 0) ready += parameters_.hclk_cycles;
    ready = std::max(ready, stream.arrived[(stream.next + beat - 1) % kMostFifoBytes] + sync);
    if (done < first_bytes) response.first = ready;
    stream.next += beat;
    prefetch(stream, ready);
    done += beat;
  }
  response.last = ready;
  return response;
}

Response Qspi::serve(Stream& stream, const Request& request) const {
  const Cycles now = std::max(request.now, stream.free);
  Response response;
  if (request.kind == bus::AccessKind::write) {
    // The mapping is read-only: nothing reaches the memory.
    response.first = response.last = now + Cycles{parameters_.fifo_hclk} * parameters_.hclk_cycles;
  } else {
    const bool is_burst = request.size_bytes > kSingleBytes;
    const std::uint32_t into = is_burst ? request.offset % request.size_bytes : 0;
    const std::uint32_t first = is_burst ? request.first_bytes : request.size_bytes;
    response = read(stream, request.offset, request.size_bytes - into, first, now);
    if (into != 0)
      response.last = read(stream, request.offset - into, into, into, response.last).last;
  }
  stream.free = response.last;
  return response;
}

/// A transfer of two commands that waits for another.
std::uint32_t Qspi::most_cycles() const {
  const std::uint32_t lead =
      parameters_.cs_high_clocks + parameters_.instruction_clocks + parameters_.lead_clocks;
  const std::uint32_t hclk =
      parameters_.sync_hclk + parameters_.fifo_hclk + kLineBytes / kBeatBytes;
  const Cycles transfer =
      2 * (clocks(lead) + Cycles{hclk} * parameters_.hclk_cycles) + kLineBytes * unit_cycles_;
  return static_cast<std::uint32_t>(2 * transfer);
}

std::vector<bus::MemoryModel::Counter> Qspi::counters() const {
  return {{"commands", stream_.commands},
          {"fifo_hits", stream_.fifo_hits},
          {"bytes_read", stream_.bytes_read + used_bytes(stream_)},
          {"clocks", stream_.lead_clocks + stream_.data_clocks + data_clocks(used_bytes(stream_))}};
}

}  // namespace mcost::memory
