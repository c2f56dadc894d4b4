#include "boards/peripherals/system_control.h"

#include <utility>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

constexpr Address kBase = 0xE0000000u;
// Offsets from it.
constexpr std::uint32_t kDwt = 0x1000;
constexpr std::uint32_t kBreakpointUnit = 0x2000;
constexpr std::uint32_t kBreakpointUnitEnd = 0x3000;
constexpr std::uint32_t kScs = 0xE000;
constexpr std::uint32_t kScsEnd = 0xF000;
// Offsets from the system control space.
constexpr std::uint32_t kSysTick = 0x010;
constexpr std::uint32_t kSysTickEnd = 0x020;
constexpr std::uint32_t kFirstMaintenance = 0xF50;  // ICIALLU
constexpr std::uint32_t kLastMaintenance = 0xF78;   // BPIALL

bool is_cache_maintenance(std::uint32_t offset, const CoreSpec& core) {
  return core.model == CoreModel::cortex_m7 && offset >= kScs + kFirstMaintenance &&
         offset <= kScs + kLastMaintenance;
}

}  // namespace

SystemControl::SystemControl(engine::Engine& engine, const CoreSpec& core, CacheSetup caches)
    : engine_(engine),
      core_(core),
      dwt_(engine, core.dwt, core.model == CoreModel::cortex_m7),
      systick_(engine, core.systick_reference_divider),
      nvic_(engine.exceptions()),
      caches_(engine, std::move(caches)),
      scb_(engine, core, caches_),
      mpu_(engine) {
  engine.mpu().set_region_count(core.mpu_regions);
}

void SystemControl::reset() {
  systick_.reset();
  scb_.reset();
  caches_.reset();
  mpu_.reset();
}

/// Events due by the data phase have happened: a timer's flag can be read in the cycle it rises.
std::uint32_t SystemControl::read(const bus::DeviceAccess& access) {
  engine_.scheduler().run_due(access.now);
  const unsigned shift = 8 * (access.offset & 3u);
  return (read_word(access.offset & ~3u, access) >> shift) & low_mask(8u * access.size_bytes);
}

std::uint32_t SystemControl::read_word(std::uint32_t offset, const bus::DeviceAccess& access) {
  if (offset < kDwt && Itm::has(offset)) return itm_.read(offset, scb_.trace_enabled());
  if (offset >= kDwt && offset < kBreakpointUnit && dwt_.has(offset - kDwt))
    return dwt_.read(offset - kDwt, access.now, access.pc);
  if (offset >= kScs && offset < kScsEnd) {
    const std::uint32_t place = offset - kScs;
    if (place >= kSysTick && place < kSysTickEnd)
      return systick_.read(place - kSysTick, access.now);
    if (Nvic::has(place)) return nvic_.read(place);
    if (scb_.has(place)) return scb_.read(place);
    if (MpuRegisters::has(place)) return mpu_.read(place);
    if (caches_.has(place)) return caches_.read(place);
  }
  note(offset, access.pc, false);
  return 0;
}

void SystemControl::write(const bus::DeviceAccess& access, std::uint32_t value) {
  engine_.scheduler().run_due(access.now);
  accessing_ = access;
  store(access, value);
  accessing_.reset();
}

void SystemControl::store(const bus::DeviceAccess& access, std::uint32_t value) {
  if (access.offset < kDwt && Itm::has(access.offset & ~3u)) {
    itm_.write(access, value, scb_.trace_enabled());
    return;
  }
  const std::uint32_t offset = access.offset & ~3u;
  const std::uint32_t place = offset - kScs;
  const bool in_scs = offset >= kScs && offset < kScsEnd;
  if (in_scs && (Nvic::is_priority(place) || SystemControlBlock::is_priority(place))) {
    write_bytes(access, value);
    return;
  }
  if (access.size_bytes == 4) {
    write_word(offset, value, access);
    return;
  }
  const unsigned shift = 8 * (access.offset & 3u);
  const std::uint32_t mask = low_mask(8u * access.size_bytes) << shift;
  const bool ones_act = in_scs && (Nvic::has(place) || SystemControlBlock::ones_act(place));
  const std::uint32_t kept = ones_act ? 0 : read_word(offset, access) & ~mask;
  write_word(offset, kept | (value << shift & mask), access);
}

/// Priority registers take single bytes.
void SystemControl::write_bytes(const bus::DeviceAccess& access, std::uint32_t value) {
  for (unsigned i = 0; i < access.size_bytes; ++i) {
    const std::uint32_t place = access.offset + i - kScs;
    const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
    if (Nvic::is_priority(place)) {
      nvic_.write_priority(place, byte);
    } else {
      scb_.write_priority(place, byte);
    }
  }
}

void SystemControl::write_word(std::uint32_t offset, std::uint32_t value,
                               const bus::DeviceAccess& access) {
  if (offset >= kDwt && offset < kBreakpointUnit && dwt_.has(offset - kDwt)) {
    dwt_.write(offset - kDwt, value, access.now);
    return;
  }
  if (offset >= kScs && offset < kScsEnd) {
    const std::uint32_t place = offset - kScs;
    if (place >= kSysTick && place < kSysTickEnd) {
      systick_.write(place - kSysTick, value, access.now);
      return;
    }
    if (Nvic::has(place)) {
      nvic_.write(place, value);
      return;
    }
    if (scb_.has(place)) {
      scb_.write(place, value);
      return;
    }
    if (MpuRegisters::has(place)) {
      mpu_.write(place, value);
      return;
    }
    if (caches_.has(place)) {
      caches_.write(place, value, access.now);
      return;
    }
  }
  note(offset, access.pc, true);
}

/// No breakpoint unit is there; that it reads as zero is its answer.
void SystemControl::note(std::uint32_t offset, Address pc, bool write) {
  if (offset >= kBreakpointUnit && offset < kBreakpointUnitEnd) return;
  auto [entry, first] = unmodelled_.try_emplace(kBase + offset);
  UnmodelledAccess& access = entry->second;
  if (first) {
    access.address = kBase + offset;
    access.peripheral = "ppb";
    access.first_pc = pc;
    if (is_cache_maintenance(offset, core_)) access.rule = "cache maintenance does nothing";
  }
  ++(write ? access.writes : access.reads);
}

std::vector<UnmodelledAccess> SystemControl::unmodelled() const {
  std::vector<UnmodelledAccess> list;
  for (const auto& [address, access] : unmodelled_) list.push_back(access);
  return list;
}

}  // namespace mcost::boards
