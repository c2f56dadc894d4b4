#include "boards/peripherals/mpu_registers.h"

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kType = 0xD90;
constexpr std::uint32_t kControl = 0xD94;
constexpr std::uint32_t kNumber = 0xD98;
constexpr std::uint32_t kFirstBase = 0xD9C;  // RBAR, then RASR or RLAR, then three alias pairs
constexpr std::uint32_t kLastAttributes = 0xDB8;
constexpr std::uint32_t kAttributes0 = 0xDC0;  // MAIR0
constexpr std::uint32_t kAttributes1 = 0xDC4;
constexpr std::uint32_t kControlWritable = 7;
constexpr std::uint32_t kSizeAttributesWritable = 0x173FFF3Fu;  // RASR
constexpr std::uint32_t kBaseV7 = 0xFFFFFFE0u;

bool is_base(std::uint32_t offset) { return (offset - kFirstBase) % 8 == 0; }

}  // namespace

bool MpuRegisters::has(std::uint32_t offset) { return offset >= kType && offset <= kAttributes1; }

bool MpuRegisters::is_v8() const {
  return engine_.exceptions().architecture() == engine::Architecture::v8m;
}

/// The aliases name the region of MPU_RNR; those of ARMv8-M its neighbours.
unsigned MpuRegisters::region_of(std::uint32_t offset) const {
  const unsigned alias = (offset - kFirstBase) / 8;
  return is_v8() && alias != 0 ? (number_ & ~3u) + alias : number_;
}

std::uint32_t MpuRegisters::read(std::uint32_t offset) const {
  engine::Mpu& mpu = engine_.mpu();
  if (offset == kType) return mpu.region_count() << 8;
  if (mpu.region_count() == 0) return 0;
  switch (offset) {
    case kControl: return mpu.control;
    case kNumber: return number_;
    case kAttributes0:
    case kAttributes1: return is_v8() ? mpu.memory_attributes[(offset - kAttributes0) / 4] : 0;
    default: break;
  }
  const unsigned region = region_of(offset);
  if (offset > kLastAttributes || region >= mpu.region_count()) return 0;
  if (!is_base(offset)) return mpu.region(region).attributes;
  return mpu.region(region).base | (is_v8() ? 0 : region & 0xFu);
}

void MpuRegisters::write(std::uint32_t offset, std::uint32_t value) {
  engine::Mpu& mpu = engine_.mpu();
  if (mpu.region_count() == 0) return;
  if (offset == kNumber) {
    number_ = value & 0xFFu;
    return;
  }
  if (offset == kControl) {
    mpu.control = value & kControlWritable;
  } else if (offset == kAttributes0 || offset == kAttributes1) {
    if (is_v8()) mpu.memory_attributes[(offset - kAttributes0) / 4] = value;
  } else if (offset >= kFirstBase && offset <= kLastAttributes) {
    if (is_base(offset)) {
      write_base(offset, value);
    } else {
      write_attributes(offset, value);
    }
  }
  engine_.protection_changed();
}

/// RBAR.VALID of ARMv7-M chooses the region by itself.
void MpuRegisters::write_base(std::uint32_t offset, std::uint32_t value) {
  engine::Mpu& mpu = engine_.mpu();
  if (!is_v8() && bit(value, 4)) number_ = value & 0xFu;
  const unsigned number = region_of(offset);
  if (number >= mpu.region_count()) return;
  engine::Mpu::Region region = mpu.region(number);
  region.base = is_v8() ? value : value & kBaseV7;
  mpu.set_region(number, region);
}

void MpuRegisters::write_attributes(std::uint32_t offset, std::uint32_t value) {
  engine::Mpu& mpu = engine_.mpu();
  const unsigned number = region_of(offset);
  if (number >= mpu.region_count()) return;
  engine::Mpu::Region region = mpu.region(number);
  region.attributes = is_v8() ? value & ~(1u << 4) : value & kSizeAttributesWritable;
  mpu.set_region(number, region);
}

}  // namespace mcost::boards
