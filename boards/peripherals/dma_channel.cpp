#include "boards/peripherals/dma_channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr unsigned kChannels = 8;
constexpr std::uint32_t kEnable = 1u << 0;
constexpr std::uint32_t kComplete = 1u << 1;
constexpr std::uint32_t kHalf = 1u << 2;
constexpr std::uint32_t kError = 1u << 3;
constexpr std::uint32_t kFirstChannel = 0x08;
constexpr std::uint32_t kChannelStep = 20;

struct Channel {
  std::uint32_t control = 0;
  std::uint32_t count = 0;
  std::uint32_t peripheral = 0;
  std::uint32_t memory = 0;
  std::uint32_t flags = 0;

  std::uint32_t reload = 0;
  std::uint32_t peripheral_at = 0;
  std::uint32_t memory_at = 0;
  std::array<std::uint8_t, 4> item{};
  bool holds_item = false;
  Cycles ready = 0;
  DmaRequester* requester = nullptr;

  [[nodiscard]] bool enabled() const { return (control & kEnable) != 0; }
  [[nodiscard]] bool copies() const { return bit(control, 14); }
  /// DIR: from memory to the peripheral side.
  [[nodiscard]] bool reads_memory() const { return bit(control, 4); }
  [[nodiscard]] unsigned peripheral_bytes() const {
    return 1u << std::min(bits(control, 9, 8), 2u);
  }
  [[nodiscard]] unsigned memory_bytes() const { return 1u << std::min(bits(control, 11, 10), 2u); }
  /// The transfer it makes next: a read, or a write of the item that it holds.
  [[nodiscard]] bool next_is_memory_side() const { return reads_memory() != holds_item; }
  [[nodiscard]] Beats next() const {
    return next_is_memory_side() ? Beats{memory_at, memory_bytes(), 1, false}
                                 : Beats{peripheral_at, peripheral_bytes(), 1, false};
  }
};

class ChannelDma final : public PeripheralModel, public bus::Initiator {
 public:
  ChannelDma(engine::Engine& engine, DmaSettings settings, FindRequester find_requester)
      : settings_(std::move(settings)),
        find_requester_(std::move(find_requester)),
        port_(engine, settings_.register_cycles),
        number_(engine.bus().interconnect.add(*this, settings_.name)) {}

  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset < kFirstChannel + kChannelStep * kChannels;
  }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  void reset() override {
    for (unsigned i = 0; i < kChannels; ++i) end(i, DmaEnding::stopped, port_.engine().now());
    channels_ = {};
    share();
  }
  [[nodiscard]] Request request() const override;
  Cycles serve(Cycles granted) override;

 private:
  struct Choice {
    unsigned channel = kChannels;
    Cycles start = kNever;
  };
  [[nodiscard]] bus::Interconnect& interconnect() const {
    return port_.engine().bus().interconnect;
  }
  [[nodiscard]] Choice choose() const;
  /// Cycles before the data phase: an item has one of a read and one of a write.
  [[nodiscard]] Cycles overhead(const Channel& channel) const {
    const Cycles both = settings_.single_cycles - 2;
    return channel.holds_item ? both / 2 : both - both / 2;
  }
  void start(unsigned index, Cycles now);
  void finish_item(unsigned index, Cycles now);
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
  unsigned number_;
  Cycles free_ = 0;
  std::array<Channel, kChannels> channels_{};
  std::array<std::uint64_t, kChannels> generation_{};
  std::array<DmaLog::Handle, kChannels> transfers_{};
};

std::uint32_t ChannelDma::read(std::uint32_t offset, std::uint32_t stored, Cycles) {
  if (offset == 0) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < kChannels; ++i) {
      const std::uint32_t flags = channels_[i].flags;
      value |= (flags | (flags != 0 ? 1u : 0u)) << (4 * i);
    }
    return value;
  }
  if (offset < kFirstChannel || !models(offset)) return offset == 4 ? 0 : stored;
  const Channel& channel = channels_[(offset - kFirstChannel) / kChannelStep];
  switch ((offset - kFirstChannel) % kChannelStep) {
    case 0x00: return channel.control;
    case 0x04: return channel.count;
    case 0x08: return channel.peripheral;
    case 0x0C: return channel.memory;
    default: return stored;
  }
}

void ChannelDma::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  if (offset == 4) {
    for (unsigned i = 0; i < kChannels; ++i) {
      const std::uint32_t clear = value >> (4 * i) & 0xFu;
      channels_[i].flags &= (clear & 1u) != 0 ? 0 : ~clear;  // CGIF clears all
    }
    return;
  }
  if (offset < kFirstChannel || !models(offset)) return;
  const unsigned index = (offset - kFirstChannel) / kChannelStep;
  Channel& channel = channels_[index];
  const bool running = channel.enabled();
  switch ((offset - kFirstChannel) % kChannelStep) {
    case 0x00:
      channel.control = value & 0x7FFFu;
      if (!running && channel.enabled()) start(index, now);
      if (running && !channel.enabled()) {
        ++generation_[index];
        channel.holds_item = false;
        end(index, DmaEnding::stopped, now);
        share();
      }
      break;
    case 0x04:
      if (!running) channel.count = value & 0xFFFFu;
      break;
    case 0x08:
      if (!running) channel.peripheral = value;
      break;
    case 0x0C:
      if (!running) channel.memory = value;
      break;
    default: break;
  }
}

void ChannelDma::start(unsigned index, Cycles now) {
  Channel& channel = channels_[index];
  ++generation_[index];
  channel.reload = channel.count;
  channel.peripheral_at = channel.peripheral;
  channel.memory_at = channel.memory;
  channel.holds_item = false;
  channel.ready = now;
  channel.requester = channel.copies() ? nullptr : find_requester_(channel.peripheral);
  if (channel.count == 0) return;
  note_begin(index, now);
  const bool to_memory = !channel.reads_memory();
  if (!port_.reaches(channel.peripheral, !to_memory) || !port_.reaches(channel.memory, to_memory)) {
    channel.control &= ~kEnable;
    end(index, DmaEnding::failed, now);
    raise(index, kError, now);
    return;
  }
  share();
  watch(index, now);
}

/// The channel moves what its registers say from now on.
void ChannelDma::note_begin(unsigned index, Cycles now) {
  const Channel& channel = channels_[index];
  const bool from_memory = channel.reads_memory();
  settings_.log->begin(
      transfers_[index],
      fmt::format("{} channel {}", settings_.name, index + settings_.first_channel),
      from_memory ? channel.memory_at : channel.peripheral_at,
      from_memory ? channel.peripheral_at : channel.memory_at, now);
}

/// A channel in the midst of an item goes on; else priority level, then number.
/// Source: RM0351, arbiter.
ChannelDma::Choice ChannelDma::choose() const {
  Choice best;
  std::uint32_t best_priority = 0;
  for (unsigned i = 0; i < kChannels; ++i) {
    const Channel& channel = channels_[i];
    if (!channel.enabled() || channel.count == 0) continue;
    if (channel.holds_item) return {i, std::max(free_, channel.ready)};
    Cycles ready = channel.ready;
    if (!channel.copies()) {
      if (channel.requester == nullptr) continue;
      const Cycles asked = channel.requester->asks_since(channel.reads_memory());
      if (asked == kNever) continue;
      ready = std::max(ready, asked);
    }
    const Cycles start = std::max(ready, free_);
    const std::uint32_t priority = bits(channel.control, 13, 12);
    const bool first = best.channel == kChannels || start < best.start ||
                       (start == best.start && priority > best_priority);
    if (!first) continue;
    best = {i, start};
    best_priority = priority;
  }
  return best;
}

bus::Initiator::Request ChannelDma::request() const {
  const Choice choice = choose();
  if (choice.channel == kChannels) return {};
  const Channel& channel = channels_[choice.channel];
  return {choice.start + overhead(channel), port_.memory_at(channel.next().first)};
}

Cycles ChannelDma::serve(Cycles granted) {
  const Choice choice = choose();
  Channel& channel = channels_[choice.channel];
  const Beats beats = channel.next();
  const bool memory_side = channel.next_is_memory_side();
  const bool writes = channel.holds_item;
  if (!port_.reaches(beats.first, writes)) {
    channel.control &= ~kEnable;
    end(choice.channel, DmaEnding::failed, granted);
    raise(choice.channel, kError, granted);
    share();
    return granted + 1;
  }
  Cycles free = 0;
  if (writes) {
    free = port_.write(beats, std::span(channel.item).first(beats.item_bytes), granted);
    settings_.log->move(transfers_[choice.channel], beats.item_bytes);
  } else {
    channel.item = {};  // a narrow item is extended with zeros.  Source: RM0351, data width
    free = port_.read(beats, std::span(channel.item).first(beats.item_bytes), granted);
  }
  if (bit(channel.control, memory_side ? 7 : 6))
    (memory_side ? channel.memory_at : channel.peripheral_at) += beats.item_bytes;
  channel.holds_item = !writes;
  channel.ready = free_ = free;
  if (writes) finish_item(choice.channel, free);
  return free;
}

void ChannelDma::finish_item(unsigned index, Cycles now) {
  Channel& channel = channels_[index];
  --channel.count;
  if (channel.count == channel.reload / 2 && channel.reload > 1) raise(index, kHalf, now);
  if (channel.count != 0) return;
  raise(index, kComplete, now);
  end(index, DmaEnding::complete, now);
  if (bit(channel.control, 5) && !channel.copies()) {
    channel.count = channel.reload;
    channel.peripheral_at = channel.peripheral;
    channel.memory_at = channel.memory;
    note_begin(index, now);
    return;
  }
  share();
}

void ChannelDma::raise(unsigned index, std::uint32_t flag, Cycles now) {
  Channel& channel = channels_[index];
  channel.flags |= flag;
  if ((flag & channel.control) == 0 || index >= settings_.interrupts.size()) return;
  const auto number = static_cast<unsigned>(engine::kFirstInterrupt + settings_.interrupts[index]);
  engine::Engine& engine = port_.engine();
  engine.scheduler().schedule(now, [&engine, number](Cycles) { engine.exceptions().pend(number); });
}

void ChannelDma::share() {
  std::uint32_t memories = 0;
  for (const Channel& channel : channels_) {
    if (!channel.enabled() || channel.count == 0) continue;
    for (const Address address : {channel.peripheral, channel.memory}) {
      const std::uint8_t memory = port_.memory_at(address);
      if (memory != bus::kNoMemory) memories |= 1u << memory;
    }
  }
  interconnect().share(number_, memories);
}

/// Looks again when the channel could be done at the earliest.
void ChannelDma::watch(unsigned index, Cycles now) {
  const Channel& channel = channels_[index];
  if (!channel.enabled() || channel.count == 0) return;
  if (channel.requester == nullptr && !channel.copies()) return;  // nothing will ask
  const Cycles interval =
      channel.requester == nullptr ? 2 : std::max<Cycles>(2, channel.requester->least_interval());
  const std::uint64_t generation = generation_[index];
  const Cycles wait = std::max<Cycles>(1, (channel.count - 1) * interval);
  port_.engine().scheduler().schedule(now + wait, [this, index, generation](Cycles when) {
    if (generation_[index] != generation) return;
    interconnect().advance_to(when);
    watch(index, when);
  });
}

}  // namespace

std::unique_ptr<PeripheralModel> make_channel_dma(engine::Engine& engine, DmaSettings settings,
                                                  FindRequester find_requester) {
  return std::make_unique<ChannelDma>(engine, std::move(settings), std::move(find_requester));
}

}  // namespace mcost::boards
