#include "boards/peripherals/crc_unit.h"

#include <algorithm>
#include <array>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kDr = 0x00;
constexpr std::uint32_t kIdr = 0x04;
constexpr std::uint32_t kCr = 0x08;
constexpr std::uint32_t kInit = 0x10;
constexpr std::uint32_t kPol = 0x14;
constexpr std::uint32_t kEthernet = 0x04C11DB7;

/// `width` low bits in opposite order.
std::uint32_t reversed(std::uint32_t value, unsigned width) {
  std::uint32_t result = 0;
  for (unsigned i = 0; i < width; ++i) result |= (value >> i & 1u) << (width - 1 - i);
  return result;
}

class CrcUnit final : public PeripheralModel {
 public:
  explicit CrcUnit(bool is_v2) : is_v2_(is_v2) {}
  [[nodiscard]] bool models(std::uint32_t offset) const override {
    return offset <= kCr || (is_v2_ && (offset == kInit || offset == kPol));
  }
  void reset() override { *this = CrcUnit(is_v2_); }

  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles) override {
    switch (offset) {
      case kDr: return bit(control_, 7) ? reversed(crc_, width()) : crc_;
      case kIdr: return stored & (is_v2_ ? ~0u : 0xFFu);
      case kCr: return control_;
      case kInit: return is_v2_ ? initial_ : stored;
      case kPol: return is_v2_ ? polynomial_ : stored;
      default: return stored;
    }
  }

  void write(std::uint32_t offset, std::uint32_t value, Cycles) override {
    switch (offset) {
      case kDr: add(value, 32); break;
      case kCr:
        control_ = is_v2_ ? value & 0xF8u : 0;
        if (bit(value, 0)) crc_ = initial_ & low_mask(width());
        break;
      case kInit:
        if (is_v2_) initial_ = crc_ = value;
        break;
      case kPol:
        if (is_v2_) polynomial_ = value;
        break;
      default: break;
    }
  }
  /// v2 takes bytes and halfwords as data of that width.
  bool write_part(std::uint32_t offset, std::uint32_t value, unsigned size_bytes, Cycles) override {
    if (!is_v2_ || offset != kDr) return false;
    add(value, 8 * size_bytes);
    return true;
  }

 private:
  /// POLYSIZE.
  [[nodiscard]] unsigned width() const {
    constexpr std::array<unsigned, 4> kWidths{32, 16, 8, 7};
    return kWidths[bits(control_, 4, 3)];
  }
  /// REV_IN reverses within bytes, halfwords or words.
  [[nodiscard]] std::uint32_t ordered(std::uint32_t data, unsigned data_bits) const {
    const unsigned group = std::min(data_bits, 4u << bits(control_, 6, 5));
    if (bits(control_, 6, 5) == 0) return data;
    std::uint32_t result = 0;
    for (unsigned low = 0; low < data_bits; low += group)
      result |= reversed(bits(data, low + group - 1, low), group) << low;
    return result;
  }
  void add(std::uint32_t data, unsigned data_bits) {
    data = ordered(data, data_bits);
    for (unsigned i = data_bits; i-- > 0;) {
      const bool feedback = bit(crc_, width() - 1) != bit(data, i);
      crc_ = (crc_ << 1 ^ (feedback ? polynomial_ : 0u)) & low_mask(width());
    }
  }

  bool is_v2_;
  std::uint32_t control_ = 0;
  std::uint32_t initial_ = 0xFFFFFFFFu;
  std::uint32_t polynomial_ = kEthernet;
  std::uint32_t crc_ = 0xFFFFFFFFu;
};

}  // namespace

std::unique_ptr<PeripheralModel> make_crc_unit(std::string_view type) {
  if (type == "crc_stm32_v1") return std::make_unique<CrcUnit>(false);
  if (type == "crc_stm32_v2") return std::make_unique<CrcUnit>(true);
  return nullptr;
}

}  // namespace mcost::boards
