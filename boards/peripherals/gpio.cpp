#include "boards/peripherals/gpio.h"

#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr unsigned kPins = 16;
constexpr std::uint32_t kPinMask = 0xFFFF;

/// Where registers are; offsets in bytes.
struct GpioKind {
  std::string_view type;
  std::uint32_t idr;
  std::uint32_t odr;
  std::uint32_t bsrr;
  std::uint32_t brr;
  std::uint32_t last;  // register
  bool is_v1;
};

constexpr std::array<GpioKind, 2> kKinds{{
    {"gpio_stm32_v1", 0x08, 0x0C, 0x10, 0x14, 0x18, true},
    {"gpio_stm32_v2", 0x10, 0x14, 0x18, 0x28, 0x28, false},
}};

class Gpio final : public PeripheralModel {
 public:
  Gpio(const GpioKind& kind, PeripheralSpec spec, EdgeSink edges)
      : kind_(kind), spec_(std::move(spec)), edges_(std::move(edges)) {
    Gpio::reset();
  }
  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset <= kind_.last; }
  void reset() override {
    output_ = 0;
    modes_.clear();
    for (const RegisterSpec& entry : spec_.registers) modes_[entry.offset_bytes] = entry.reset;
  }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles) override {
    if (offset == kind_.idr) return output_ & outputs();
    if (offset == kind_.odr) return output_;
    return offset == kind_.bsrr || offset == kind_.brr ? 0 : stored;
  }
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override {
    const std::uint32_t before = output_;
    if (offset == kind_.odr) {
      output_ = value & kPinMask;
    } else if (offset == kind_.bsrr) {  // setting wins
      output_ = (output_ & ~(value >> kPins)) | (value & kPinMask);
    } else if (offset == kind_.brr) {
      output_ &= ~value & kPinMask;
    } else if (offset <= 4) {
      modes_[offset] = value;
    }
    if (output_ != before && edges_) tell_edges((output_ ^ before) & driven(), now);
  }

 private:
  [[nodiscard]] std::uint32_t mode_word(std::uint32_t offset) const {
    const auto found = modes_.find(offset);
    return found == modes_.end() ? 0 : found->second;
  }
  /// v1: MODE of CRL and CRH is not 0 for outputs. v2: MODER is 1.
  [[nodiscard]] std::uint32_t outputs() const {
    std::uint32_t mask = 0;
    for (unsigned pin = 0; pin < kPins; ++pin) {
      const unsigned low = kind_.is_v1 ? pin % 8 * 4 : pin * 2;
      const std::uint32_t mode = bits(mode_word(kind_.is_v1 && pin >= 8 ? 4 : 0), low + 1, low);
      if (kind_.is_v1 ? mode != 0 : mode == 1) mask |= 1u << pin;
    }
    return mask;
  }
  /// Outputs that follow ODR. v1: not those that CNF gives to a peripheral.
  [[nodiscard]] std::uint32_t driven() const {
    std::uint32_t mask = outputs();
    for (unsigned pin = 0; kind_.is_v1 && pin < kPins; ++pin) {
      if (bit(mode_word(pin >= 8 ? 4 : 0), pin % 8 * 4 + 3)) mask &= ~(1u << pin);
    }
    return mask;
  }
  void tell_edges(std::uint32_t changed, Cycles now) const {
    for (unsigned pin = 0; pin < kPins; ++pin) {
      if (bit(changed, pin)) edges_(pin_name(pin), bit(output_, pin), now);
    }
  }
  /// Pin 5 of gpioa is PA5.
  [[nodiscard]] std::string pin_name(unsigned pin) const {
    const bool is_port = spec_.name.size() == 5 && spec_.name.starts_with("gpio");
    const char letter = is_port ? spec_.name.back() : '?';
    std::string port =
        std::string("P") + static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return (is_port ? port : spec_.name + ".") + std::to_string(pin);
  }

  const GpioKind& kind_;
  PeripheralSpec spec_;
  EdgeSink edges_;
  std::uint32_t output_ = 0;
  std::map<std::uint32_t, std::uint32_t> modes_;  // CRL and CRH, or MODER
};

}  // namespace

std::unique_ptr<PeripheralModel> make_gpio(std::string_view type, const PeripheralSpec& spec,
                                           EdgeSink edges) {
  for (const GpioKind& kind : kKinds) {
    if (kind.type == type) return std::make_unique<Gpio>(kind, spec, std::move(edges));
  }
  return nullptr;
}

}  // namespace mcost::boards
