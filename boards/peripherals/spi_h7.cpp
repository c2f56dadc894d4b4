// SPI masters of STM32H7: transfers of a counted number of frames, FIFOs filled and emptied in
// packets, end-of-transfer flags.  Source: RM0433, SPI chapter.
#include <algorithm>
#include <deque>

#include "boards/peripherals/spi.h"
#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

enum Register : std::uint32_t {
  kControl1 = 0x00,
  kControl2 = 0x04,
  kConfiguration1 = 0x08,
  kConfiguration2 = 0x0C,
  kInterrupts = 0x10,
  kStatus = 0x14,
  kClear = 0x18,
  kTransmitData = 0x20,
  kReceiveData = 0x30,
  kLast = 0x50,
};

// Control register 1.
constexpr std::uint32_t kEnable = 1u << 0;
constexpr std::uint32_t kStart = 1u << 9;
constexpr std::uint32_t kSuspend = 1u << 10;
constexpr std::uint32_t kSuspendWhenFull = 1u << 8;
// Status; the interrupt register enables them at the same places.
constexpr std::uint32_t kReceivePacket = 1u << 0;
constexpr std::uint32_t kTransmitPacket = 1u << 1;
constexpr std::uint32_t kDuplexPacket = 1u << 2;
constexpr std::uint32_t kEndOfTransfer = 1u << 3;
constexpr std::uint32_t kTransmitFilled = 1u << 4;
constexpr std::uint32_t kOverrun = 1u << 6;
constexpr std::uint32_t kSuspended = 1u << 11;
constexpr std::uint32_t kTransmitComplete = 1u << 12;
constexpr std::uint32_t kClearable = 0xFF8;
constexpr std::uint32_t kConfiguration1Reset = 0x00070007;

class SpiH7 final : public PeripheralModel, public DmaRequester, public bus::Initiator {
 public:
  SpiH7(engine::Engine& engine, SpiSettings settings)
      : engine_(engine), settings_(std::move(settings)) {
    engine_.bus().interconnect.add_pacer(*this);
  }

  // Registers.
  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset <= kLast; }
  void will_access(unsigned size_bytes) override { size_bytes_ = size_bytes; }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  bool write_part(std::uint32_t offset, std::uint32_t value, unsigned size_bytes,
                  Cycles now) override;
  void reset() override {
    control1_ = control2_ = configuration2_ = interrupts_ = 0;
    configuration1_ = kConfiguration1Reset;
    disable();
    show_level();
  }

  // DMA.
  [[nodiscard]] Cycles asks_since(bool write) const override {
    if (write) return bit(configuration1_, 15) && may_transmit() ? transmit_since_ : kNever;
    return bit(configuration1_, 14) && may_receive() ? receive_since_ : kNever;
  }
  [[nodiscard]] Cycles least_interval() const override { return frame_cycles(); }

  // Time.
  [[nodiscard]] Request request() const override { return {ends_, bus::kNoMemory}; }
  Cycles serve(Cycles granted) override;

 private:
  [[nodiscard]] bool enabled() const { return (control1_ & kEnable) != 0; }
  [[nodiscard]] bool started() const { return enabled() && (control1_ & kStart) != 0; }
  [[nodiscard]] unsigned frame_bits() const {
    return std::max(bits(configuration1_, 4, 0), 3u) + 1;
  }
  [[nodiscard]] unsigned frame_bytes() const {
    return frame_bits() <= 8 ? 1 : frame_bits() <= 16 ? 2 : 4;
  }
  [[nodiscard]] std::size_t capacity() const { return settings_.fifo_bytes / frame_bytes(); }
  [[nodiscard]] std::size_t packet() const { return bits(configuration1_, 8, 5) + 1; }
  [[nodiscard]] std::uint32_t size() const { return bits(control2_, 15, 0); }  // 0: no end
  [[nodiscard]] bool sends() const { return bits(configuration2_, 18, 17) != 2; }
  [[nodiscard]] bool receives() const { return bits(configuration2_, 18, 17) != 1; }
  /// A frame with the idle clocks behind it.
  [[nodiscard]] Cycles frame_cycles() const {
    const std::uint64_t clocks = frame_bits() + bits(configuration2_, 7, 4);
    return settings_.cycles_of(clocks << (bits(configuration1_, 30, 28) + 1));
  }
  /// TXP: a packet fits, and the transfer asks for more.
  [[nodiscard]] bool may_transmit() const {
    return enabled() && sends() && (size() == 0 || written_ < size()) &&
           transmit_.size() + packet() <= capacity();
  }
  /// RXP: a packet is there.
  [[nodiscard]] bool may_receive() const { return receive_.size() >= packet(); }
  /// Whether the wires are to go on with another frame.
  [[nodiscard]] bool may_shift() const {
    if (!started() || (size() != 0 && shifted_ == size())) return false;
    if (sends() && transmit_.empty()) return false;
    return !(receives() && (control1_ & kSuspendWhenFull) != 0 && receive_.size() == capacity());
  }
  [[nodiscard]] std::uint32_t status() const;
  void disable();
  void start_frame(Cycles now);
  void push(std::uint32_t value, unsigned size_bytes, Cycles now);
  std::uint32_t pop(Cycles now);
  void show_level();

  engine::Engine& engine_;
  SpiSettings settings_;
  std::uint32_t control1_ = 0;
  std::uint32_t control2_ = 0;
  std::uint32_t configuration1_ = kConfiguration1Reset;
  std::uint32_t configuration2_ = 0;
  std::uint32_t interrupts_ = 0;
  std::uint32_t flags_ = 0;
  std::deque<std::uint32_t> transmit_;
  std::deque<std::uint32_t> receive_;
  std::uint32_t written_ = 0;  // frames of this transfer that the FIFO took
  std::uint32_t shifted_ = 0;  // and that are on or past the wires
  std::uint32_t shifting_ = 0;
  Cycles ends_ = kNever;  // of the frame on the wires
  Cycles transmit_since_ = 0;
  Cycles receive_since_ = 0;
  unsigned size_bytes_ = 4;
  bool raised_ = false;
};

std::uint32_t SpiH7::status() const {
  std::uint32_t value = flags_;
  if (may_receive()) value |= kReceivePacket;
  if (!enabled() || may_transmit()) value |= kTransmitPacket;
  if (may_receive() && may_transmit()) value |= kDuplexPacket;
  const bool idle = ends_ == kNever && transmit_.empty();
  if (size() == 0 ? idle : !started() || (flags_ & kEndOfTransfer) != 0) value |= kTransmitComplete;
  const std::size_t received = receive_.size() * frame_bytes();
  if (received >= 4) value |= 1u << 15;
  value |= static_cast<std::uint32_t>(received % 4 / frame_bytes()) << 13;
  if (size() != 0) value |= (size() - shifted_) << 16;
  return value;
}

std::uint32_t SpiH7::read(std::uint32_t offset, std::uint32_t stored, Cycles now) {
  switch (offset) {
    case kControl1: return control1_;
    case kControl2: return control2_;
    case kConfiguration1: return configuration1_;
    case kConfiguration2: return configuration2_;
    case kInterrupts: return interrupts_;
    case kStatus: return status();
    case kClear:
    case kTransmitData: return 0;
    case kReceiveData: {
      const std::uint32_t value = pop(now);
      show_level();
      return value;
    }
    default: return stored;
  }
}

void SpiH7::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  switch (offset) {
    case kControl1: {
      const bool was_enabled = enabled();
      // Hardware clears CSTART; CSUSP ends the transfer behind the frame on the wires.
      control1_ = (value & ~kSuspend) | (control1_ & kStart);
      if (!enabled()) disable();
      if (enabled() && !was_enabled) transmit_since_ = receive_since_ = now;
      if ((value & kSuspend) != 0 && started()) {
        control1_ &= ~kStart;
        flags_ |= kSuspended;
      }
      start_frame(now);
      break;
    }
    case kControl2: control2_ = value; break;
    // Settings change only while the peripheral is off; DMA enables may be set before.
    case kConfiguration1: configuration1_ = value; break;
    case kConfiguration2: configuration2_ = value; break;
    case kInterrupts: interrupts_ = value; break;
    case kClear: flags_ &= ~(value & kClearable); break;
    case kTransmitData: push(value, 4, now); break;
    default: return;
  }
  show_level();
}

bool SpiH7::write_part(std::uint32_t offset, std::uint32_t value, unsigned size_bytes, Cycles now) {
  if (offset != kTransmitData) return false;
  push(value, size_bytes, now);
  show_level();
  return true;
}

/// SPE is cleared: FIFOs are emptied, the transfer is forgotten.
void SpiH7::disable() {
  control1_ &= ~kStart;
  transmit_.clear();
  receive_.clear();
  written_ = shifted_ = 0;
  ends_ = kNever;
  flags_ = 0;
}

/// Narrow frames come several at a time where the access is wider.
void SpiH7::push(std::uint32_t value, unsigned size_bytes, Cycles now) {
  if (!enabled()) return;
  const unsigned step = 8 * frame_bytes();
  for (unsigned done = 0; done < size_bytes; done += frame_bytes()) {
    if (transmit_.size() == capacity() || (size() != 0 && written_ == size())) break;
    transmit_.push_back(step == 32 ? value : value >> (8 * done) & low_mask(step));
    ++written_;
  }
  if (size() != 0 && written_ == size()) flags_ |= kTransmitFilled;
  transmit_since_ = now;
  start_frame(now);
}

std::uint32_t SpiH7::pop(Cycles now) {
  std::uint32_t value = 0;
  for (unsigned done = 0; done < size_bytes_ && !receive_.empty(); done += frame_bytes()) {
    value |= receive_.front() << (8 * done);
    receive_.pop_front();
  }
  receive_since_ = now;
  start_frame(now);  // a full FIFO may have stopped it
  return value;
}

/// The next frame goes to the wires if they are free.
void SpiH7::start_frame(Cycles now) {
  if (ends_ != kNever || !may_shift()) return;
  shifting_ = ~0u;
  if (sends()) {
    const bool could = may_transmit();
    shifting_ = transmit_.front();
    transmit_.pop_front();
    if (!could) transmit_since_ = now;
  }
  ++shifted_;
  ends_ = now + frame_cycles();
  if (interrupts_ == 0) return;
  engine_.scheduler().schedule(ends_, [this](Cycles when) {
    engine_.bus().interconnect.advance_to(when + 1);
    show_level();
  });
}

Cycles SpiH7::serve(Cycles granted) {
  ends_ = kNever;
  SpiDevice* const device = settings_.device();
  std::uint32_t in = 0;
  for (unsigned i = frame_bytes(); i-- > 0;) {
    const auto out = static_cast<std::uint8_t>(shifting_ >> (8 * i));
    in = in << 8 | (device == nullptr ? std::uint8_t{0xFF} : device->exchange(out, granted));
  }
  if (receives()) {
    if (receive_.size() < capacity()) {
      const bool could = may_receive();
      receive_.push_back(in);
      if (!could) receive_since_ = granted;
    } else {
      flags_ |= kOverrun;
    }
  }
  if (size() != 0 && shifted_ == size()) {
    flags_ |= kEndOfTransfer;
    control1_ &= ~kStart;
  }
  start_frame(granted);
  show_level();
  return granted;
}

void SpiH7::show_level() {
  const bool raised = (status() & interrupts_ & 0x7FFu) != 0;
  if (settings_.interrupt && (raised || raised_)) {
    const unsigned number = engine::kFirstInterrupt + *settings_.interrupt;
    raised ? engine_.exceptions().pend(number) : engine_.exceptions().unpend(number);
  }
  raised_ = raised;
}

}  // namespace

SpiModel make_spi_h7(engine::Engine& engine, SpiSettings settings) {
  auto model = std::make_unique<SpiH7>(engine, std::move(settings));
  DmaRequester* const requester = model.get();
  return {std::move(model), requester};
}

}  // namespace mcost::boards
