#include "boards/peripherals/uart.h"

#include <array>
#include <utility>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

/// What distinguishes UARTs for a console: where data go and what "ready" looks like.
struct UartKind {
  const char* name;
  std::uint32_t send_offset;
  std::uint32_t receive_offset;
  std::uint32_t status_offset;
  std::uint32_t control_offset;
  std::uint32_t status_set;       // transmitter empty and complete
  std::uint32_t status_clear;     // busy, acknowledgements
  std::uint32_t received;         // status while a byte waits
  std::uint32_t nothing_waits;    // status else
  std::uint32_t interrupt_bits;   // of control, at the places of the status bits they enable
  bool acknowledges;              // TEACK and REACK follow UE with TE and RE
  std::uint32_t receiver_on;      // control bits without which nothing is received
  std::uint32_t transmitter_on;   // without which nothing is sent
  std::uint32_t control3_offset;  // where DMAT and DMAR are; kNoRegister: no DMA
  std::uint32_t settings_end;     // up to here: settings that change nothing here
};

constexpr std::uint32_t kNoRegister = ~0u;
constexpr std::uint32_t kStmFlags = 1u << 7 | 1u << 6 | 1u << 5;  // TXE, TC, RXNE

constexpr std::array<UartKind, 4> kKinds{{
    {"uart_stm32_v1", 0x04, 0x04, 0x00, 0x0C, 1u << 7 | 1u << 6, 0, 1u << 5, 0, kStmFlags, false,
     1u << 13 | 1u << 2, 1u << 13 | 1u << 3, 0x14, 0x18},
    {"uart_stm32_v2", 0x28, 0x24, 0x1C, 0x00, 1u << 7 | 1u << 6, 1u << 16 | 3u << 21, 1u << 5, 0,
     kStmFlags, true, 1u << 0 | 1u << 2, 1u << 0 | 1u << 3, 0x08, 0x2C},
    {"uart_pl011", 0x00, 0x00, 0x18, 0x30, 1u << 7, 1u << 5 | 1u << 3, 0, 1u << 4, 0, false, 0, 0,
     kNoRegister, 0},
    {"uart_cmsdk", 0x00, 0x00, 0x04, 0x08, 0, 1u << 0, 1u << 1, 0, 0, false, 0, 0, kNoRegister, 0},
}};

class Uart final : public PeripheralModel, public DmaRequester {
 public:
  Uart(const UartKind& kind, UartLine line) : kind_(kind), line_(std::move(line)) {}
  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset <= kind_.settings_end || offset == kind_.send_offset ||
           offset == kind_.receive_offset || offset == kind_.status_offset ||
           offset == kind_.control_offset;
  }
  void reset() override {
    control_ = control3_ = 0;
    show_level();
  }

  // DMA: it asks again as soon as it was served.
  [[nodiscard]] Cycles asks_since(bool write) const override {
    if (write) {
      const bool sends = (control_ & kind_.transmitter_on) == kind_.transmitter_on;
      return bit(control3_, 7) && sends ? sent_at_ : bus::Initiator::kNever;
    }
    return bit(control3_, 6) && waits() ? received_at_ : bus::Initiator::kNever;
  }
  [[nodiscard]] Cycles least_interval() const override { return 1; }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override {
    if (offset == kind_.receive_offset) {
      const std::uint32_t value = waits() ? *waiting_ : 0u;
      waiting_.reset();
      received_at_ = now;
      show_level();
      return value;
    }
    if (offset != kind_.status_offset) return offset == kind_.send_offset ? 0 : stored;
    return status(stored);
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    if (offset == kind_.send_offset) {
      if (line_.sink) line_.sink(std::string(1, static_cast<char>(value & 0xFFu)), false);
      sent_at_ = now;
    }
    if (offset == kind_.control_offset) {
      if (value != control_) sent_at_ = received_at_ = now;
      control_ = value;
    }
    if (offset == kind_.control3_offset) {
      if (bit(value & ~control3_, 7)) sent_at_ = now;
      if (bit(value & ~control3_, 6)) received_at_ = now;
      control3_ = value;
    }
    show_level();
  }

 private:
  /// Takes the next byte from the line if none waits.
  [[nodiscard]] bool waits() const {
    if ((control_ & kind_.receiver_on) != kind_.receiver_on) return false;
    if (!waiting_ && line_.source) waiting_ = line_.source();
    return waiting_.has_value();
  }
  [[nodiscard]] std::uint32_t status(std::uint32_t stored) const {
    std::uint32_t value = (stored | kind_.status_set) & ~kind_.status_clear;
    value &= ~(kind_.received | kind_.nothing_waits);
    value |= waits() ? kind_.received : kind_.nothing_waits;
    if (!kind_.acknowledges) return value;
    const bool enabled = bit(control_, 0);               // UE
    if (enabled && bit(control_, 3)) value |= 1u << 21;  // TE, TEACK
    if (enabled && bit(control_, 2)) value |= 1u << 22;  // RE, REACK
    return value;
  }
  void show_level() {
    if (kind_.interrupt_bits == 0 || !line_.interrupt) return;
    const bool raised = (control_ & kind_.interrupt_bits) != 0 &&
                        (status(0) & control_ & kind_.interrupt_bits) != 0;
    if (raised || raised_) line_.interrupt(raised);
    raised_ = raised;
  }

  const UartKind& kind_;
  UartLine line_;
  std::uint32_t control_ = 0;
  std::uint32_t control3_ = 0;
  mutable std::optional<std::uint8_t> waiting_;
  Cycles sent_at_ = 0;  // since when it may take the next byte
  Cycles received_at_ = 0;
  bool raised_ = false;
};

}  // namespace

UartModel make_uart(const std::string& type, UartLine line) {
  for (const UartKind& kind : kKinds) {
    if (type != kind.name) continue;
    auto model = std::make_unique<Uart>(kind, std::move(line));
    DmaRequester* const requester = model.get();
    return {std::move(model), requester};
  }
  return {};
}

}  // namespace mcost::boards
