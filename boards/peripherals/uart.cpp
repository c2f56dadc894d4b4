#include "boards/peripherals/uart.h"

#include <array>
#include <utility>

namespace mcost::boards {
namespace {

/// What distinguishes UARTs for a console: where data go and what "ready" looks like.
struct UartKind {
  const char* name;
  std::uint32_t data_offset;
  std::uint32_t status_offset;
  std::uint32_t status_set;    // transmitter empty and complete
  std::uint32_t status_clear;  // busy, receiver full
};

constexpr std::array<UartKind, 4> kKinds{{
    {"uart_stm32_v1", 0x04, 0x00, 1u << 7 | 1u << 6, 1u << 5},
    {"uart_stm32_v2", 0x28, 0x1C, 1u << 7 | 1u << 6 | 1u << 21 | 1u << 22, 1u << 5 | 1u << 16},
    {"uart_pl011", 0x00, 0x18, 1u << 7 | 1u << 4, 1u << 5 | 1u << 3},
    {"uart_cmsdk", 0x00, 0x04, 0, 1u << 0 | 1u << 1},
}};

class Uart final : public PeripheralModel {
 public:
  Uart(const UartKind& kind, std::function<void(const std::string&, bool)> sink)
      : kind_(kind), sink_(std::move(sink)) {}
  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset == kind_.data_offset || offset == kind_.status_offset;
  }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles) override {
    if (offset == kind_.data_offset) return 0;
    if (offset == kind_.status_offset) return (stored | kind_.status_set) & ~kind_.status_clear;
    return stored;
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles) override {
    if (offset == kind_.data_offset && sink_)
      sink_(std::string(1, static_cast<char>(value & 0xFFu)), false);
  }

 private:
  const UartKind& kind_;
  std::function<void(const std::string&, bool)> sink_;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_uart(
    const std::string& type, std::function<void(const std::string& text, bool error)> sink) {
  for (const UartKind& kind : kKinds) {
    if (type == kind.name) return std::make_unique<Uart>(kind, std::move(sink));
  }
  return nullptr;
}

}  // namespace mcost::boards
