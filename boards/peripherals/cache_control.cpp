#include "boards/peripherals/cache_control.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

#include "memory_models/cached_memory.h"
#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

// Offsets from the system control space.
enum Register : std::uint32_t {
  kIciallu = 0xF50,
  kIcimvau = 0xF58,
  kDcimvac = 0xF5C,
  kDcisw = 0xF60,
  kDccmvau = 0xF64,
  kDccmvac = 0xF68,
  kDccsw = 0xF6C,
  kDccimvac = 0xF70,
  kDccisw = 0xF74,
  kBpiall = 0xF78,
  kItcmcr = 0xF90,
  kDtcmcr = 0xF94,
  kAhbpcr = 0xF98,
  kCacr = 0xF9C,
  kAhbscr = 0xFA0,
  kAbfsr = 0xFA8
};
constexpr std::uint32_t kDataEnable = 1u << 16;         // CCR.DC
constexpr std::uint32_t kInstructionEnable = 1u << 17;  // CCR.IC
constexpr std::uint32_t kTcmEnable = 1;
constexpr std::uint32_t kTcmWritable = 0x7;   // EN, RMW, RETEN
constexpr std::uint32_t kCacrWritable = 0x7;  // SIWT, ECCDIS, FORCEWT
constexpr std::uint32_t kTagCycles = 3;

/// EN and SZ, as parts come out of reset.
std::uint32_t tcm_register(std::uint32_t kib) {
  if (kib == 0) return 0;
  return kTcmEnable | static_cast<std::uint32_t>(std::bit_width(kib)) << 3;
}

}  // namespace

CacheControl::CacheControl(engine::Engine& engine, CacheSetup setup)
    : engine_(engine),
      setup_(std::move(setup)),
      itcm_(tcm_register(setup_.itcm_kib)),
      dtcm_(tcm_register(setup_.dtcm_kib)) {
  if (setup_.l1 == nullptr) return;
  follows_ = setup_.follows_from_start;
  starts_icache_ = setup_.l1->icache_on() && !follows_;
  starts_dcache_ = setup_.l1->dcache_on() && !follows_;
  setup_.l1->set_icache(starts_icache_);
  setup_.l1->set_dcache(starts_dcache_);
}

bool CacheControl::has(std::uint32_t offset) const {
  if (setup_.l1 == nullptr) return false;
  return offset == kIciallu || (offset >= kIcimvau && offset <= kBpiall) ||
         (offset >= kItcmcr && offset <= kAhbscr) || offset == kAbfsr;
}

std::uint32_t CacheControl::read(std::uint32_t offset) const {
  switch (offset) {
    case kItcmcr: return itcm_;
    case kDtcmcr: return dtcm_;
    case kCacr: return control_;
    default: return 0;  // maintenance operations are write-only
  }
}

void CacheControl::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  memory::L1& l1 = *setup_.l1;
  switch (offset) {
    case kIciallu:
      l1.invalidate_code();
      wait_ = kTagCycles;
      return;
    case kIcimvau:
    case kDcimvac:
    case kDccmvau:
    case kDccmvac:
    case kDccimvac: maintain_line(offset, value, now); return;
    case kDcisw:
    case kDccsw:
    case kDccisw: maintain_way(offset, value, now); return;
    // That the TCMs are switched off is not modelled.
    case kItcmcr: itcm_ = (itcm_ & ~kTcmWritable) | (value & kTcmWritable); return;
    case kDtcmcr: dtcm_ = (dtcm_ & ~kTcmWritable) | (value & kTcmWritable); return;
    case kCacr:
      control_ = value & kCacrWritable;
      engine_.mpu().shared_is_write_through = bit(value, 0);
      l1.set_write_through(bit(value, 2));
      engine_.protection_changed();
      return;
    default: return;
  }
}

void CacheControl::enable(std::uint32_t ccr) {
  if (setup_.l1 == nullptr) return;
  const std::uint32_t enables = ccr & (kDataEnable | kInstructionEnable);
  if (enables == enables_) return;
  follow();
  enables_ = enables;
  setup_.l1->set_icache((enables & kInstructionEnable) != 0);
  setup_.l1->set_dcache((enables & kDataEnable) != 0);
  if (setup_.setting) {
    const auto on = [enables](std::uint32_t which) {
      return (enables & which) != 0 ? "on" : "off";
    };
    setup_.setting(
        kCacheSetting,
        fmt::format("firmware set the caches of the core: instruction cache {}, data cache {}",
                    on(kInstructionEnable), on(kDataEnable)));
  }
  engine_.memory_timing_changed();
}

/// From now on the caches are as the registers say.
void CacheControl::follow() {
  if (follows_) return;
  follows_ = true;
  setup_.l1->flush();
  setup_.l1->set_icache(false);
  setup_.l1->set_dcache(false);
  engine_.memory_timing_changed();
}

/// Line of 32 bytes: LineSize 1; write-through, write-back, read and write allocation.  Source:
/// ARMv7-M ARM B4.8.3; values of boards-and-memories facts 2.1.
std::uint32_t CacheControl::size_id(bool instruction) const {
  if (setup_.l1 == nullptr) return 0;
  const memory::CacheArray& cache = instruction ? setup_.l1->code() : setup_.l1->data();
  if (cache.empty()) return 0;
  return 0xF0000001u | (cache.ways() - 1) << 3 | (cache.sets() - 1) << 13;
}

void CacheControl::maintain_line(std::uint32_t offset, Address address, Cycles now) {
  wait_ = kTagCycles;
  const bus::Region* region = engine_.bus().find(address);
  if (region == nullptr || region->kind != bus::RegionKind::memory) return;
  auto* const memory =
      dynamic_cast<memory::CachedMemory*>(engine_.bus().memories[region->memory].model.get());
  if (memory == nullptr) return;
  const std::uint32_t place = region->memory_offset + (address - region->base);
  if (offset == kIcimvau) {
    setup_.l1->invalidate_code_line(*memory, place);
    return;
  }
  const bool invalidates = offset == kDcimvac || offset == kDccimvac;
  spend(setup_.l1->maintain_line(*memory, place, offset != kDcimvac, invalidates, now), now);
}

/// The way is in the highest bits, the set above those of a line.
void CacheControl::maintain_way(std::uint32_t offset, std::uint32_t value, Cycles now) {
  wait_ = kTagCycles;
  if (offset == kDcisw && (enables_ & kDataEnable) == 0) follow();
  const memory::CacheArray& cache = setup_.l1->data();
  if (cache.empty()) return;
  const auto way_bits = static_cast<unsigned>(std::bit_width(cache.ways() - 1));
  const std::uint32_t way = way_bits == 0 ? 0 : value >> (32 - way_bits);
  const std::uint32_t set = value >> memory::kL1LineShift & (cache.sets() - 1);
  spend(setup_.l1->maintain_way(set, way, offset != kDcisw, offset != kDccsw, now), now);
}

void CacheControl::spend(const memory::L1::Written& written, Cycles now) {
  if (written.lines != 0) wait_ += static_cast<std::uint32_t>(written.busy - now);
}

std::uint32_t CacheControl::take_wait() { return std::exchange(wait_, 0); }

/// Back to the state the run started in.
void CacheControl::reset() {
  if (setup_.l1 == nullptr) return;
  setup_.l1->flush();
  setup_.l1->set_icache(starts_icache_);
  setup_.l1->set_dcache(starts_dcache_);
  setup_.l1->set_write_through(false);
  follows_ = setup_.follows_from_start;
  enables_ = control_ = 0;
  engine_.memory_timing_changed();
}

}  // namespace mcost::boards
