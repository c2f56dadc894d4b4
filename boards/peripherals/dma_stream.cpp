#include "boards/peripherals/dma_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr Cycles kNever = bus::Initiator::kNever;
constexpr unsigned kStreams = 8;
constexpr unsigned kFifoBytes = 16;

// Flags of a stream in LISR and HISR, from its first bit.
constexpr std::uint32_t kFifoError = 1u << 0;
constexpr std::uint32_t kTransferError = 1u << 3;
constexpr std::uint32_t kHalfTransfer = 1u << 4;
constexpr std::uint32_t kTransferComplete = 1u << 5;
constexpr std::uint32_t kAllFlags = 0x3D;
constexpr std::array<unsigned, 4> kFlagShift = {0, 6, 16, 22};

constexpr std::uint32_t kEnable = 1u << 0;

enum class Direction : std::uint8_t {
  peripheral_to_memory,
  memory_to_peripheral,
  memory_to_memory
};

/// One stream: its registers, where it is in its transfer, and its FIFO.
struct Stream {
  std::uint32_t cr = 0;
  std::uint32_t ndtr = 0;
  std::uint32_t par = 0;
  std::array<std::uint32_t, 2> memory_address{};
  std::uint32_t fcr = 0x21;
  std::uint32_t flags = 0;

  std::uint32_t reload = 0;      // NDTR at the start
  std::uint32_t peripheral = 0;  // next address on either side
  std::uint32_t memory = 0;
  std::uint32_t unread = 0;     // items not yet taken from the source
  std::uint32_t unwritten = 0;  // bytes not yet given to the destination
  std::array<std::uint8_t, kFifoBytes> fifo{};
  unsigned level = 0;  // bytes in the FIFO
  bool draining = false;
  Cycles source_ready = kNever;  // since when its side of the FIFO allows
  Cycles sink_ready = kNever;
  DmaRequester* requester = nullptr;

  [[nodiscard]] bool enabled() const { return (cr & kEnable) != 0; }
  [[nodiscard]] Direction direction() const {
    return static_cast<Direction>(std::min(bits(cr, 7, 6), 2u));
  }
  [[nodiscard]] bool direct_mode() const {
    return !bit(fcr, 2) && direction() != Direction::memory_to_memory;
  }
  [[nodiscard]] unsigned peripheral_bytes() const { return 1u << std::min(bits(cr, 12, 11), 2u); }
  [[nodiscard]] unsigned memory_bytes() const {
    return direct_mode() ? peripheral_bytes() : 1u << std::min(bits(cr, 14, 13), 2u);
  }
  [[nodiscard]] static unsigned burst_of(std::uint32_t code) { return code == 0 ? 1 : 2u << code; }
  [[nodiscard]] unsigned peripheral_burst() const {
    return direct_mode() ? 1 : burst_of(bits(cr, 22, 21));
  }
  [[nodiscard]] unsigned memory_burst() const {
    return direct_mode() ? 1 : burst_of(bits(cr, 24, 23));
  }
  [[nodiscard]] unsigned threshold_bytes() const {
    return direct_mode() ? peripheral_bytes() : 4 * (bits(fcr, 1, 0) + 1);
  }
  [[nodiscard]] bool source_is_memory_port() const {
    return direction() == Direction::memory_to_peripheral;
  }
};

/// What one side of a stream would move next.
struct Move {
  Beats beats;
  [[nodiscard]] unsigned bytes() const { return beats.item_bytes * beats.count; }
};

Move next_move(const Stream& stream, bool memory_side, std::uint32_t bytes_left) {
  Move move;
  move.beats.item_bytes = memory_side ? stream.memory_bytes() : stream.peripheral_bytes();
  move.beats.first = memory_side ? stream.memory : stream.peripheral;
  move.beats.increments = bit(stream.cr, memory_side ? 10 : 9);
  move.beats.count = memory_side ? stream.memory_burst() : stream.peripheral_burst();
  while (move.beats.count > 1 && move.bytes() > bytes_left) move.beats.count /= 2;
  // What is left of a transfer that is no multiple of the memory item goes out in smaller ones.
  while (move.beats.item_bytes > 1 && move.bytes() > bytes_left) move.beats.item_bytes /= 2;
  return move;
}

class StreamDma final : public PeripheralModel {
 public:
  StreamDma(engine::Engine& engine, DmaSettings settings, FindRequester find_requester)
      : settings_(std::move(settings)),
        find_requester_(std::move(find_requester)),
        port_(engine, settings_.register_cycles) {
    for (Side& side : sides_) side.number = interconnect().add(side, settings_.name);
  }

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset < 0x10 + 0x18 * kStreams;
  }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  void reset() override {
    for (unsigned i = 0; i < kStreams; ++i) end(i, DmaEnding::stopped, port_.engine().now());
    streams_ = {};
    share();
  }

 private:
  /// One of the two AHB master ports.
  struct Side final : bus::Initiator {
    Side(StreamDma& dma, bool memory) : owner(dma), is_memory_port(memory) {}
    [[nodiscard]] Request request() const override { return owner.request(*this); }
    Cycles serve(Cycles granted) override { return owner.serve(*this, granted); }
    StreamDma& owner;
    bool is_memory_port;
    unsigned number = 0;
    Cycles free = 0;  // of its last transfer
  };
  struct Choice {
    unsigned stream = kStreams;
    Cycles start = kNever;
    Move move;
  };

  [[nodiscard]] bus::Interconnect& interconnect() const {
    return port_.engine().bus().interconnect;
  }
  [[nodiscard]] bus::Initiator::Request request(const Side& side) const;
  [[nodiscard]] Choice choose(const Side& side) const;
  [[nodiscard]] Cycles overhead(const Move& move) const {
    return move.beats.count == 1 ? settings_.single_cycles - 1 : settings_.burst_overhead_cycles;
  }
  Cycles serve(Side& side, Cycles granted);
  Cycles take(Stream& stream, bool memory_side, const Move& move, Cycles granted);
  Cycles give(unsigned index, bool memory_side, const Move& move, Cycles granted);
  void start(unsigned index, Cycles now);
  void stop(unsigned index, Cycles now);
  void update(Stream& stream, Cycles now) const;
  void finish_item(unsigned index, std::uint32_t before, Cycles now);
  void complete(unsigned index, Cycles now);
  void fail(unsigned index, Cycles now);
  void raise(unsigned index, std::uint32_t flag, Cycles now);
  void share();
  void watch(unsigned index, Cycles now);
  void note_begin(unsigned index, Cycles now);
  void end(unsigned index, DmaEnding ending, Cycles now) {
    settings_.log->end(transfers_[index], ending, now);
  }

  DmaSettings settings_;
  FindRequester find_requester_;
  MasterPort port_;
  std::array<Stream, kStreams> streams_{};
  std::array<std::uint64_t, kStreams> generation_{};  // of transfers, so that old events are told
  std::array<DmaLog::Handle, kStreams> transfers_{};
  std::array<Side, 2> sides_{Side{*this, false}, Side{*this, true}};
};

std::uint32_t StreamDma::read(std::uint32_t offset, std::uint32_t stored, Cycles) {
  if (offset < 8) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value |= streams_[offset + i].flags << kFlagShift[i];
    return value;
  }
  if (offset < 0x10) return 0;
  if (!models(offset)) return stored;
  const Stream& stream = streams_[(offset - 0x10) / 0x18];
  switch ((offset - 0x10) % 0x18) {
    case 0x00: return stream.cr;
    case 0x04: return stream.ndtr;
    case 0x08: return stream.par;
    case 0x0C: return stream.memory_address[0];
    case 0x10: return stream.memory_address[1];
    default: {
      const unsigned words = stream.level / 4;
      const std::uint32_t state = stream.level == 0 ? 4u : stream.level == kFifoBytes ? 5u : words;
      return (stream.fcr & ~0x38u) | state << 3;
    }
  }
}

void StreamDma::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  if (offset < 8 || !models(offset)) return;
  if (offset < 0x10) {
    for (unsigned i = 0; i < 4; ++i)
      streams_[(offset - 8) + i].flags &= ~(value >> kFlagShift[i] & kAllFlags);
    return;
  }
  const unsigned index = (offset - 0x10) / 0x18;
  Stream& stream = streams_[index];
  const unsigned which = (offset - 0x10) % 0x18;
  const bool running = stream.enabled();
  if (which == 0x00) {
    if (running && (value & kEnable) == 0) stop(index, now);
    // While it runs, only the interrupt enables change.  Source: RM0090, DMA_SxCR.
    stream.cr = running && (value & kEnable) != 0 ? (stream.cr & ~0x1Eu) | (value & 0x1Eu) : value;
    if (!running && stream.enabled()) start(index, now);
    return;
  }
  if (which == 0x0C || which == 0x10) {
    const unsigned number = which == 0x0C ? 0 : 1;
    const bool idle_buffer = bit(stream.cr, 18) && (bit(stream.cr, 19) ? 1u : 0u) != number;
    if (!running || idle_buffer) stream.memory_address[number] = value;
    return;
  }
  if (running) return;
  if (which == 0x04) stream.ndtr = value & 0xFFFFu;
  if (which == 0x08) stream.par = value;
  if (which == 0x14) stream.fcr = value & 0x87u;
}

void StreamDma::start(unsigned index, Cycles now) {
  Stream& stream = streams_[index];
  ++generation_[index];
  const bool to_memory = stream.direction() != Direction::memory_to_peripheral;
  // The peripheral is the flow controller: it says when the transfer is over.  Source: RM0090,
  // PFCTRL.
  if (bit(stream.cr, 5)) stream.ndtr = 0xFFFF;
  stream.reload = stream.ndtr;
  stream.peripheral = stream.par;
  stream.memory = stream.memory_address[bit(stream.cr, 19) ? 1 : 0];
  stream.unread = stream.ndtr;
  stream.unwritten = stream.ndtr * stream.peripheral_bytes();
  stream.level = 0;
  stream.draining = false;
  stream.source_ready = stream.sink_ready = kNever;
  const bool copies = stream.direction() == Direction::memory_to_memory;
  stream.requester = copies ? nullptr : find_requester_(stream.par);
  const bool possible = port_.reaches(stream.par, !to_memory) &&
                        port_.reaches(stream.memory, to_memory) &&
                        (!copies || settings_.memory_to_memory);
  if (stream.ndtr == 0) return;
  note_begin(index, now);
  if (!possible) {
    fail(index, now);
    return;
  }
  share();
  update(stream, now);
  watch(index, now);
}

/// The stream moves what its registers say from now on.
void StreamDma::note_begin(unsigned index, Cycles now) {
  const Stream& stream = streams_[index];
  const bool from_memory = stream.source_is_memory_port();
  settings_.log->begin(transfers_[index], fmt::format("{} stream {}", settings_.name, index),
                       from_memory ? stream.memory : stream.peripheral,
                       from_memory ? stream.peripheral : stream.memory, now);
}

/// EN is cleared by firmware: what the FIFO holds for memory is written, and TCIF is set.
/// Source: RM0090, stream disable.
void StreamDma::stop(unsigned index, Cycles now) {
  Stream& stream = streams_[index];
  ++generation_[index];
  while (stream.level != 0 && !stream.source_is_memory_port()) {
    const Move move = next_move(stream, true, stream.level);
    give(index, true, move, now);
  }
  stream.cr &= ~kEnable;
  end(index, DmaEnding::stopped, now);
  if (stream.unwritten != 0) raise(index, kTransferComplete, now);
  share();
}

/// Notes since when either side may go on.
void StreamDma::update(Stream& stream, Cycles now) const {
  const bool memory_source = stream.source_is_memory_port();
  const std::uint32_t unread_bytes = stream.unread * stream.peripheral_bytes();
  const Move source = next_move(stream, memory_source, unread_bytes);
  const unsigned most = stream.direct_mode() ? stream.peripheral_bytes() : kFifoBytes;
  const bool may_read = unread_bytes != 0 && stream.level + source.bytes() <= most;
  if (stream.level >= stream.threshold_bytes() || stream.unread == 0) stream.draining = true;
  const Move sink = next_move(stream, !memory_source, stream.unwritten);
  if (stream.level < sink.bytes()) stream.draining = false;
  // Towards a peripheral the FIFO is emptied by requests, whatever the threshold.
  const bool may_write =
      stream.level != 0 && stream.level >= sink.bytes() && (stream.draining || memory_source);
  if (!may_read) stream.source_ready = kNever;
  if (may_read && stream.source_ready == kNever) stream.source_ready = now;
  if (!may_write) stream.sink_ready = kNever;
  if (may_write && stream.sink_ready == kNever) stream.sink_ready = now;
}

/// The stream that a port serves next: the first to be ready; of those that wait, by priority
/// level, then number.  Source: RM0090, arbiter.
StreamDma::Choice StreamDma::choose(const Side& side) const {
  Choice best;
  std::uint32_t best_priority = 0;
  for (unsigned i = 0; i < kStreams; ++i) {
    const Stream& stream = streams_[i];
    if (!stream.enabled() || stream.unwritten == 0) continue;
    const bool copies = stream.direction() == Direction::memory_to_memory;
    const bool is_source = side.is_memory_port == stream.source_is_memory_port();
    Cycles ready = is_source ? stream.source_ready : stream.sink_ready;
    if (ready == kNever) continue;
    if (!side.is_memory_port && !copies) {
      if (stream.requester == nullptr) continue;
      const Cycles asked = stream.requester->asks_since(!is_source);
      if (asked == kNever) continue;
      ready = std::max(ready, asked);
    }
    const Cycles start = std::max(ready, side.free);
    const std::uint32_t priority = bits(stream.cr, 17, 16);
    if (start > best.start ||
        (start == best.start && priority <= best_priority && best.stream != kStreams)) {
      continue;
    }
    const std::uint32_t left =
        is_source ? stream.unread * stream.peripheral_bytes() : stream.unwritten;
    best = {i, start, next_move(stream, side.is_memory_port, left)};
    best_priority = priority;
  }
  return best;
}

bus::Initiator::Request StreamDma::request(const Side& side) const {
  const Choice choice = choose(side);
  if (choice.stream == kStreams) return {};
  return {choice.start + overhead(choice.move), port_.memory_at(choice.move.beats.first)};
}

Cycles StreamDma::take(Stream& stream, bool memory_side, const Move& move, Cycles granted) {
  const Cycles free =
      port_.read(move.beats, std::span(stream.fifo).subspan(stream.level, move.bytes()), granted);
  stream.level += move.bytes();
  stream.unread -= move.bytes() / stream.peripheral_bytes();
  if (move.beats.increments) (memory_side ? stream.memory : stream.peripheral) += move.bytes();
  return free;
}

Cycles StreamDma::give(unsigned index, bool memory_side, const Move& move, Cycles granted) {
  Stream& stream = streams_[index];
  const Cycles free = port_.write(move.beats, std::span(stream.fifo).first(move.bytes()), granted);
  std::copy(stream.fifo.begin() + move.bytes(), stream.fifo.end(), stream.fifo.begin());
  stream.level -= move.bytes();
  stream.unwritten -= move.bytes();
  settings_.log->move(transfers_[index], move.bytes());
  if (move.beats.increments) (memory_side ? stream.memory : stream.peripheral) += move.bytes();
  return free;
}

Cycles StreamDma::serve(Side& side, Cycles granted) {
  const Choice choice = choose(side);
  Stream& stream = streams_[choice.stream];
  const bool is_source = side.is_memory_port == stream.source_is_memory_port();
  const std::uint32_t before = stream.unwritten;
  const Move& move = choice.move;
  if (!port_.reaches(move.beats.first + (move.beats.increments ? move.bytes() - 1 : 0),
                     !is_source)) {
    fail(choice.stream, granted);
    return granted + 1;
  }
  const Cycles free = is_source ? take(stream, side.is_memory_port, move, granted)
                                : give(choice.stream, side.is_memory_port, move, granted);
  side.free = free;
  // NDTR counts items of the peripheral port.
  if (is_source != stream.source_is_memory_port()) {
    stream.ndtr =
        is_source ? stream.unread
                  : (stream.unwritten + stream.peripheral_bytes() - 1) / stream.peripheral_bytes();
  }
  const bool flow_ends = bit(stream.cr, 5) && !side.is_memory_port && stream.requester != nullptr &&
                         stream.requester->has_finished();
  if (flow_ends) {
    stream.unread = 0;
    stream.unwritten = is_source ? stream.level : 0;
  }
  update(stream, free);
  if (!is_source) finish_item(choice.stream, before, free);
  return free;
}

/// Flags of what has just been written.
void StreamDma::finish_item(unsigned index, std::uint32_t before, Cycles now) {
  Stream& stream = streams_[index];
  const std::uint32_t half = stream.reload * stream.peripheral_bytes() / 2;
  if (before > half && stream.unwritten <= half) raise(index, kHalfTransfer, now);
  if (stream.unwritten == 0) complete(index, now);
}

void StreamDma::complete(unsigned index, Cycles now) {
  Stream& stream = streams_[index];
  raise(index, kTransferComplete, now);
  end(index, DmaEnding::complete, now);
  const bool copies = stream.direction() == Direction::memory_to_memory;
  const bool circular = (bit(stream.cr, 8) || bit(stream.cr, 18)) && !copies;
  if (!circular) {
    stream.cr &= ~kEnable;
    share();
    return;
  }
  if (bit(stream.cr, 18)) stream.cr ^= 1u << 19;
  stream.ndtr = stream.reload;
  stream.peripheral = stream.par;
  stream.memory = stream.memory_address[bit(stream.cr, 18) && bit(stream.cr, 19) ? 1 : 0];
  stream.unread = stream.reload;
  stream.unwritten = stream.reload * stream.peripheral_bytes();
  stream.source_ready = stream.sink_ready = kNever;
  note_begin(index, now);
  update(stream, now);
}

/// A bus error: the stream stops.
void StreamDma::fail(unsigned index, Cycles now) {
  streams_[index].cr &= ~kEnable;
  end(index, DmaEnding::failed, now);
  raise(index, kTransferError, now);
  share();
}

/// Sets a flag in cycle `now`, and pends the interrupt where it is enabled.
void StreamDma::raise(unsigned index, std::uint32_t flag, Cycles now) {
  Stream& stream = streams_[index];
  stream.flags |= flag;
  const std::uint32_t enabled =
      (bit(stream.cr, 2) ? kTransferError : 0u) | (bit(stream.cr, 3) ? kHalfTransfer : 0u) |
      (bit(stream.cr, 4) ? kTransferComplete : 0u) | (bit(stream.fcr, 7) ? kFifoError : 0u);
  if ((flag & enabled) == 0 || index >= settings_.interrupts.size()) return;
  const auto number = static_cast<unsigned>(engine::kFirstInterrupt + settings_.interrupts[index]);
  engine::Engine& engine = port_.engine();
  engine.scheduler().schedule(now, [&engine, number](Cycles) { engine.exceptions().pend(number); });
}

/// Which memories the two ports may touch while streams are enabled.
void StreamDma::share() {
  std::array<std::uint32_t, 2> memories{};
  for (const Stream& stream : streams_) {
    if (!stream.enabled()) continue;
    const auto mask = [&](Address address) {
      const std::uint8_t memory = port_.memory_at(address);
      return memory == bus::kNoMemory ? 0u : 1u << memory;
    };
    memories[0] |= mask(stream.par);
    memories[1] |= mask(stream.memory_address[0]);
    if (bit(stream.cr, 18)) memories[1] |= mask(stream.memory_address[1]);
  }
  for (unsigned i = 0; i < 2; ++i) interconnect().share(sides_[i].number, memories[i]);
}

/// Looks again when the stream could be done at the earliest, until it is: then the interrupt comes
/// and windows open even if the core asks for nothing.
void StreamDma::watch(unsigned index, Cycles now) {
  const Stream& stream = streams_[index];
  if (!stream.enabled() || stream.unwritten == 0) return;
  if (stream.requester == nullptr && stream.direction() != Direction::memory_to_memory) return;
  const Cycles interval =
      stream.requester == nullptr ? 1 : std::max<Cycles>(1, stream.requester->least_interval());
  const Cycles items = stream.unwritten / std::max(stream.peripheral_bytes(), 4u);
  const Cycles wait = std::max<Cycles>(1, items * interval);
  const std::uint64_t generation = generation_[index];
  port_.engine().scheduler().schedule(now + wait, [this, index, generation](Cycles when) {
    if (generation_[index] != generation) return;
    interconnect().advance_to(when);
    watch(index, when);
  });
}

}  // namespace

std::unique_ptr<PeripheralModel> make_stream_dma(engine::Engine& engine, DmaSettings settings,
                                                 FindRequester find_requester) {
  return std::make_unique<StreamDma>(engine, std::move(settings), std::move(find_requester));
}

}  // namespace mcost::boards
