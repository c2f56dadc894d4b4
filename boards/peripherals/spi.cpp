#include "boards/peripherals/spi.h"

#include <algorithm>
#include <deque>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr Cycles kNever = bus::Initiator::kNever;
constexpr std::uint32_t kControl1 = 0x00;
constexpr std::uint32_t kControl2 = 0x04;
constexpr std::uint32_t kStatus = 0x08;
constexpr std::uint32_t kData = 0x0C;
constexpr std::size_t kFifoFrames = 4;  // bytes

class Spi final : public PeripheralModel, public DmaRequester, public bus::Initiator {
 public:
  Spi(engine::Engine& engine, SpiSettings settings)
      : engine_(engine), settings_(std::move(settings)) {
    engine_.bus().interconnect.add_pacer(*this);
    reset();
  }

  // Registers.
  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset <= 0x20; }
  [[nodiscard]] bool is_steady(std::uint32_t offset) const override { return offset == kStatus; }
  void will_access(unsigned size_bytes) override { size_bytes_ = size_bytes; }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  void reset() final {
    control1_ = 0;
    control2_ = settings_.has_fifo ? 0x700 : 0;
    transmit_.clear();
    receive_.clear();
    ends_ = kNever;
    overrun_ = false;
  }

  // DMA.
  [[nodiscard]] Cycles asks_since(bool write) const override {
    if (write) return bit(control2_, 1) && enabled() && may_transmit() ? transmit_since_ : kNever;
    return bit(control2_, 0) && may_receive() ? receive_since_ : kNever;
  }
  [[nodiscard]] Cycles least_interval() const override { return frame_cycles(); }

  // Time.
  [[nodiscard]] Request request() const override { return {ends_, bus::kNoMemory}; }
  Cycles serve(Cycles granted) override;

 private:
  [[nodiscard]] bool enabled() const { return bit(control1_, 6) && bit(control1_, 2); }
  [[nodiscard]] unsigned frame_bytes() const {
    if (settings_.has_fifo) return bits(control2_, 11, 8) > 7 ? 2 : 1;
    return bit(control1_, 11) ? 2 : 1;
  }
  [[nodiscard]] unsigned frame_bits() const {
    if (settings_.has_fifo) return std::max(bits(control2_, 11, 8), 3u) + 1;
    return 8 * frame_bytes();
  }
  [[nodiscard]] Cycles frame_cycles() const {
    return settings_.cycles_of(std::uint64_t{frame_bits()} << (bits(control1_, 5, 3) + 1));
  }
  [[nodiscard]] std::size_t capacity() const {
    return settings_.has_fifo ? kFifoFrames / frame_bytes() : 1;
  }
  /// TXE: with a FIFO, at most half of it is used.
  [[nodiscard]] bool may_transmit() const {
    return settings_.has_fifo ? transmit_.size() <= capacity() / 2 : transmit_.empty();
  }
  /// RXNE: with a FIFO, what FRXTH asks for is there.
  [[nodiscard]] bool may_receive() const {
    const bool half = settings_.has_fifo && !bit(control2_, 12) && frame_bytes() == 1;
    return receive_.size() >= (half ? 2u : 1u);
  }
  [[nodiscard]] std::uint32_t status() const;
  std::uint32_t take_data(Cycles now);
  void start_frame(Cycles now);
  void check_interrupt();

  engine::Engine& engine_;
  SpiSettings settings_;
  std::uint32_t control1_ = 0;
  std::uint32_t control2_ = 0;
  std::deque<std::uint16_t> transmit_;
  std::deque<std::uint16_t> receive_;
  std::uint16_t shifting_ = 0;
  Cycles ends_ = kNever;  // of the frame on the wires
  Cycles transmit_since_ = 0;
  Cycles receive_since_ = 0;
  bool overrun_ = false;
  unsigned size_bytes_ = 4;
};

std::uint32_t Spi::status() const {
  std::uint32_t value = (may_receive() ? 1u : 0u) | (may_transmit() ? 2u : 0u) |
                        (overrun_ ? 1u << 6 : 0u) |
                        (ends_ != kNever || !transmit_.empty() ? 1u << 7 : 0u);
  if (settings_.has_fifo) {
    const auto level = [&](std::size_t frames) {
      const std::size_t bytes = frames * frame_bytes();
      return static_cast<std::uint32_t>(bytes == 0 ? 0 : bytes == 1 ? 1 : bytes < 4 ? 2 : 3);
    };
    value |= level(receive_.size()) << 9 | level(transmit_.size()) << 11;
  }
  return value;
}

std::uint32_t Spi::read(std::uint32_t offset, std::uint32_t stored, Cycles now) {
  switch (offset) {
    case kControl1: return control1_;
    case kControl2: return control2_;
    case kStatus: return status();
    case kData: {
      const std::uint32_t value = take_data(now);
      check_interrupt();
      return value;
    }
    default: return stored;
  }
}

std::uint32_t Spi::take_data(Cycles now) {
  overrun_ = false;
  std::uint32_t value = 0;
  // Frames of up to 8 bits come in pairs where the access is wider.  Source: RM0351, data packing.
  const bool packed = settings_.has_fifo && frame_bytes() == 1 && size_bytes_ >= 2;
  for (unsigned i = 0; i < (packed ? 2u : 1u) && !receive_.empty(); ++i) {
    value |= static_cast<std::uint32_t>(receive_.front()) << (8 * i);
    receive_.pop_front();
  }
  receive_since_ = now;
  return value;
}

void Spi::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  switch (offset) {
    case kControl1:
      control1_ = value;
      if (enabled()) start_frame(now);
      break;
    case kControl2:
      if (bit(value & ~control2_, 1)) transmit_since_ = now;
      if (bit(value & ~control2_, 0)) receive_since_ = std::max(receive_since_, now);
      control2_ = value;
      break;
    case kData: {
      const bool packed = settings_.has_fifo && frame_bytes() == 1 && size_bytes_ >= 2;
      const unsigned frames = packed ? 2 : 1;
      const std::uint32_t mask = frame_bytes() == 1 ? 0xFFu : 0xFFFFu;
      for (unsigned i = 0; i < frames && transmit_.size() < capacity(); ++i)
        transmit_.push_back(static_cast<std::uint16_t>(value >> (8 * i) & mask));
      transmit_since_ = now;
      if (enabled()) start_frame(now);
      break;
    }
    default: return;
  }
  check_interrupt();
}

/// Moves what waits to the shift register, if that is free.
void Spi::start_frame(Cycles now) {
  if (ends_ != kNever || transmit_.empty()) return;
  shifting_ = transmit_.front();
  transmit_.pop_front();
  transmit_since_ = now;
  ends_ = now + frame_cycles();
  if ((control2_ & 0xC0u) == 0) return;
  engine_.scheduler().schedule(ends_, [this](Cycles when) {
    engine_.bus().interconnect.advance_to(when + 1);
    check_interrupt();
  });
}

Cycles Spi::serve(Cycles granted) {
  ends_ = kNever;
  SpiDevice* const device = settings_.device();
  std::uint16_t in = 0;
  for (unsigned i = 0; i < frame_bytes(); ++i) {
    const auto out = static_cast<std::uint8_t>(shifting_ >> (8 * (frame_bytes() - 1 - i)));
    const std::uint8_t byte =
        device == nullptr ? std::uint8_t{0xFF} : device->exchange(out, granted);
    in = static_cast<std::uint16_t>(in << 8 | byte);
  }
  if (receive_.size() < capacity()) {
    const bool before = may_receive();
    receive_.push_back(in);
    if (!before) receive_since_ = granted;
  } else {
    overrun_ = true;
  }
  start_frame(granted);
  return granted;
}

/// The line of the interrupt is a level: it pends again while its cause stays.
void Spi::check_interrupt() {
  const bool wanted = (bit(control2_, 7) && may_transmit() && enabled()) ||
                      (bit(control2_, 6) && may_receive()) || (bit(control2_, 5) && overrun_);
  if (wanted && settings_.interrupt)
    engine_.exceptions().pend(engine::kFirstInterrupt + *settings_.interrupt);
}

}  // namespace

SpiModel make_spi(engine::Engine& engine, SpiSettings settings) {
  auto model = std::make_unique<Spi>(engine, std::move(settings));
  DmaRequester* const requester = model.get();
  return {std::move(model), requester};
}

}  // namespace mcost::boards
