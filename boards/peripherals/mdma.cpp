#include "boards/peripherals/mdma.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr unsigned kChannels = 16;
constexpr unsigned kBufferBytes = 128;
constexpr std::uint32_t kEnable = 1u << 0;
constexpr std::uint32_t kSoftwareRequest = 1u << 16;
// CISR; the interrupt enables of CCR stand one bit higher.
constexpr std::uint32_t kError = 1u << 0;
constexpr std::uint32_t kChannelComplete = 1u << 1;
constexpr std::uint32_t kBlockComplete = 1u << 3;
constexpr std::uint32_t kBufferComplete = 1u << 4;
constexpr std::uint32_t kActive = 1u << 16;

enum Offset : std::uint32_t {
  kStatus = 0x00,
  kClear = 0x04,
  kControl = 0x0C,
  kTransfer = 0x10,
  kCount = 0x14,
  kSource = 0x18,
  kDestination = 0x1C,
};

struct Channel {
  std::uint32_t flags = 0;
  std::uint32_t control = 0;
  std::uint32_t transfer = 0;
  std::uint32_t count = 0;  // bytes left of the block
  std::uint32_t source = 0;
  std::uint32_t destination = 0;

  std::uint32_t wanted = 0;  // bytes of this request to move
  std::array<std::uint8_t, kBufferBytes> buffer{};
  unsigned filled = 0;   // bytes read of this buffer transfer
  unsigned emptied = 0;  // bytes written
  unsigned length = 0;   // of this buffer transfer
  Cycles ready = 0;

  [[nodiscard]] bool runs() const { return (control & kEnable) != 0 && wanted != 0; }
  [[nodiscard]] bool reads() const { return filled < length; }
  [[nodiscard]] unsigned buffer_length() const {
    return std::min<std::uint32_t>(bits(transfer, 24, 18) + 1, wanted);
  }
  /// What it moves next: a burst of one side.
  [[nodiscard]] Beats next() const {
    const bool source_side = reads();
    const std::uint32_t increment = source_side ? bits(transfer, 1, 0) : bits(transfer, 3, 2);
    const unsigned item =
        1u << std::min(source_side ? bits(transfer, 5, 4) : bits(transfer, 7, 6), 2u);
    const unsigned burst = 1u << (source_side ? bits(transfer, 14, 12) : bits(transfer, 17, 15));
    const unsigned left = source_side ? length - filled : length - emptied;
    Beats beats{source_side ? source : destination, item, burst, increment == 2};
    while (beats.count > 1 && beats.count * beats.item_bytes > left) beats.count /= 2;
    while (beats.item_bytes > left) beats.item_bytes /= 2;
    return beats;
  }
};

class Mdma final : public PeripheralModel, public bus::Initiator {
 public:
  Mdma(engine::Engine& engine, DmaSettings settings)
      : settings_(std::move(settings)),
        port_(engine, settings_.register_cycles, true),
        number_(engine.bus().interconnect.add(*this, settings_.name)) {}

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset < 0x40 * (kChannels + 1);
  }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  void reset() override {
    for (DmaLog::Handle& transfer : transfers_)
      settings_.log->end(transfer, DmaEnding::stopped, port_.engine().now());
    channels_ = {};
    share();
  }
  [[nodiscard]] Request request() const override;
  Cycles serve(Cycles granted) override;

 private:
  [[nodiscard]] unsigned choose() const;
  void start(unsigned index, Cycles now);
  void finish_buffer(unsigned index, Cycles now);
  void raise(const Channel& channel, std::uint32_t flags, Cycles now);
  void share();
  void watch(Cycles now);

  DmaSettings settings_;
  MasterPort port_;
  unsigned number_;
  std::array<Channel, kChannels> channels_{};
  std::array<DmaLog::Handle, kChannels> transfers_{};
  Cycles free_ = 0;
  bool watched_ = false;
};

std::uint32_t Mdma::read(std::uint32_t offset, std::uint32_t stored, Cycles) {
  if (offset < 0x40) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < kChannels && offset == 0; ++i)
      value |= (channels_[i].flags & channels_[i].control >> 1 & 0x1Fu) != 0 ? 1u << i : 0u;
    return value;
  }
  const Channel& channel = channels_[offset / 0x40 - 1];
  switch (offset % 0x40) {
    case kStatus: return channel.flags | (channel.runs() ? kActive : 0u);
    case kClear: return 0;
    case kControl: return channel.control;
    case kTransfer: return channel.transfer;
    case kCount: return channel.count;
    case kSource: return channel.source;
    case kDestination: return channel.destination;
    default: return stored;
  }
}

void Mdma::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  if (offset < 0x40 || !models(offset)) return;
  const unsigned index = offset / 0x40 - 1;
  Channel& channel = channels_[index];
  const bool enabled = (channel.control & kEnable) != 0;
  switch (offset % 0x40) {
    case kClear: channel.flags &= ~(value & 0x1Fu); return;
    case kControl:
      channel.control = value & 0xFFu;
      if ((value & kEnable) == 0) {
        channel.wanted = 0;
        settings_.log->end(transfers_[index], DmaEnding::stopped, now);
      }
      if ((value & kEnable) != 0 && (value & kSoftwareRequest) != 0 && channel.wanted == 0)
        start(index, now);
      share();
      return;
    default: break;
  }
  if (enabled) return;  // the others are for a channel at rest
  switch (offset % 0x40) {
    case kTransfer: channel.transfer = value; return;
    case kCount: channel.count = value & 0x1FFFFu; return;
    case kSource: channel.source = value; return;
    case kDestination: channel.destination = value; return;
    default: return;
  }
}

/// A software request: a buffer transfer or the whole block, by CTCR.TRGM.
void Mdma::start(unsigned index, Cycles now) {
  Channel& channel = channels_[index];
  if (channel.count == 0) return;
  settings_.log->begin(transfers_[index], fmt::format("{} channel {}", settings_.name, index),
                       channel.source, channel.destination, now);
  if (!port_.reaches(channel.source, false) || !port_.reaches(channel.destination, true)) {
    channel.control &= ~kEnable;
    channel.flags |= kError;
    settings_.log->end(transfers_[index], DmaEnding::failed, now);
    raise(channel, kError, now);
    return;
  }
  const bool one_buffer = bits(channel.transfer, 29, 28) == 0;
  channel.wanted = channel.count;
  if (one_buffer) channel.wanted = channel.buffer_length();
  channel.length = channel.buffer_length();
  channel.filled = channel.emptied = 0;
  channel.ready = now;
  watch(now);
}

/// A channel keeps the port for a buffer transfer; then priority, then number.
unsigned Mdma::choose() const {
  unsigned best = kChannels;
  for (unsigned i = 0; i < kChannels; ++i) {
    const Channel& channel = channels_[i];
    if (!channel.runs()) continue;
    if (channel.filled != 0) return i;
    if (best == kChannels || bits(channel.control, 7, 6) > bits(channels_[best].control, 7, 6)) {
      best = i;
    }
  }
  return best;
}

bus::Initiator::Request Mdma::request() const {
  const unsigned index = choose();
  if (index == kChannels) return {};
  const Channel& channel = channels_[index];
  const Beats beats = channel.next();
  const Cycles overhead =
      beats.count == 1 ? settings_.single_cycles - 1 : settings_.burst_overhead_cycles;
  return {std::max(free_, channel.ready) + overhead, port_.memory_at(beats.first)};
}

Cycles Mdma::serve(Cycles granted) {
  const unsigned index = choose();
  Channel& channel = channels_[index];
  const Beats beats = channel.next();
  const unsigned bytes = beats.item_bytes * beats.count;
  Cycles free = 0;
  if (channel.reads()) {
    free = port_.read(beats, std::span(channel.buffer).subspan(channel.filled, bytes), granted);
    channel.filled += bytes;
    if (beats.increments) channel.source += bytes;
  } else {
    free = port_.write(beats, std::span(channel.buffer).subspan(channel.emptied, bytes), granted);
    channel.emptied += bytes;
    settings_.log->move(transfers_[index], bytes);
    if (beats.increments) channel.destination += bytes;
  }
  free_ = channel.ready = free;
  if (channel.emptied == channel.length) finish_buffer(index, free);
  return free;
}

void Mdma::finish_buffer(unsigned index, Cycles now) {
  Channel& channel = channels_[index];
  channel.count -= channel.length;
  channel.wanted -= channel.length;
  std::uint32_t flags = kBufferComplete;
  if (channel.count == 0) {
    flags |= kBlockComplete | kChannelComplete;
    channel.control &= ~kEnable;
  }
  channel.flags |= flags;
  raise(channel, flags, now);
  channel.filled = channel.emptied = 0;
  channel.length = channel.wanted == 0 ? 0 : channel.buffer_length();
  if (channel.wanted != 0) return;
  settings_.log->end(transfers_[index], DmaEnding::complete, now);
  share();
}

void Mdma::raise(const Channel& channel, std::uint32_t flags, Cycles now) {
  if ((flags & channel.control >> 1) == 0 || settings_.interrupts.empty()) return;
  const auto number = static_cast<unsigned>(engine::kFirstInterrupt + settings_.interrupts[0]);
  engine::Engine& engine = port_.engine();
  engine.scheduler().schedule(now, [&engine, number](Cycles) { engine.exceptions().pend(number); });
}

void Mdma::share() {
  std::uint32_t memories = 0;
  for (const Channel& channel : channels_) {
    if (!channel.runs()) continue;
    for (const Address address : {channel.source, channel.destination}) {
      const std::uint8_t memory = port_.memory_at(address);
      if (memory != bus::kNoMemory) memories |= 1u << memory;
    }
  }
  port_.engine().bus().interconnect.share(number_, memories);
}

/// Looks again when the channels could be done at the earliest.
void Mdma::watch(Cycles now) {
  if (watched_) return;
  std::uint32_t left = ~0u;
  for (const Channel& channel : channels_) {
    if (channel.runs()) left = std::min(left, channel.wanted);
  }
  if (left == ~0u) return;
  watched_ = true;
  port_.engine().scheduler().schedule(now + 1 + left / 4, [this](Cycles when) {
    watched_ = false;
    port_.engine().bus().interconnect.advance_to(when);
    watch(when);
  });
}

}  // namespace

std::unique_ptr<PeripheralModel> make_mdma(engine::Engine& engine, DmaSettings settings) {
  return std::make_unique<Mdma>(engine, std::move(settings));
}

}  // namespace mcost::boards
