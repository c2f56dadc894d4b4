#include "sim_core/engine/mpu.h"

#include <algorithm>
#include <array>

#include "sim_core/base/bits.h"

namespace mcost::engine {
namespace {

constexpr Address kSystemSpace = 0xE0000000u;  // never executable
constexpr std::uint32_t kGranule = 32;         // bytes; least size of a region

// RASR and RLAR.
constexpr std::uint32_t kRegionEnable = 1;

bool is_private_bus(Address address) { return address >> 20 == 0xE00u; }

constexpr Permission normal_memory(bus::CachePolicy policy) {
  return {.read = true, .write = true, .execute = true, .policy = policy};
}
constexpr Permission kDeviceMemory{.read = true, .write = true, .device = true};

/// By 512 MiB: Code, SRAM, Peripheral, RAM and RAM, External device twice, System.
constexpr std::array<Permission, 8> kAddressMap = {
    normal_memory(bus::CachePolicy::write_through),
    normal_memory(bus::CachePolicy::write_back_allocate),
    kDeviceMemory,
    normal_memory(bus::CachePolicy::write_back_allocate),
    normal_memory(bus::CachePolicy::write_through),
    kDeviceMemory,
    kDeviceMemory,
    kDeviceMemory};

/// AP of PMSAv7.  Source: ARMv7-M ARM B3.5.3, CheckPermission().
void set_access_v7(Permission& permission, unsigned access, bool privileged) {
  switch (access) {
    case 1: permission.read = permission.write = privileged; break;
    case 2:
      permission.read = true;
      permission.write = privileged;
      break;
    case 3: permission.read = permission.write = true; break;
    case 5: permission.read = privileged; break;
    case 6:
    case 7: permission.read = true; break;
    default: break;  // 0: none; 4 is reserved
  }
}

/// TEX, C and B: Strongly-ordered is 0b00000, Device 0b00001 and 0b01000.  Source: ARMv7-M ARM
/// B3.5.9, table of TEX, C, B.
void set_type_v7(Permission& permission, std::uint32_t attributes) {
  const std::uint32_t type = bits(attributes, 21, 19) << 2 | bits(attributes, 17, 16);
  permission.strongly_ordered = type == 0;
  permission.device = type == 0 || type == 1 || type == 8;
}

/// C and B of Normal memory, of TEX 0 and 1; with TEX 1xx they are the inner policy.  Source: the
/// same table. Shareable memory is not cached, or written through with CACR.SIWT:
/// boards-and-memories facts 2.2.
bus::CachePolicy policy_v7(std::uint32_t attributes, bool shared_is_write_through) {
  using bus::CachePolicy;
  const std::uint32_t tex = bits(attributes, 21, 19);
  const std::uint32_t cb = bits(attributes, 17, 16);
  CachePolicy policy = CachePolicy::uncached;
  if (tex >= 4) {
    constexpr std::array kInner = {CachePolicy::uncached, CachePolicy::write_back_allocate,
                                   CachePolicy::write_through, CachePolicy::write_back};
    policy = kInner[cb];
  } else if (tex == 0 && cb >= 2) {
    policy = cb == 2 ? CachePolicy::write_through : CachePolicy::write_back;
  } else if (tex == 1 && cb == 3) {
    policy = CachePolicy::write_back_allocate;
  }
  const bool shared = bit(attributes, 18) && policy != CachePolicy::uncached;
  if (!shared) return policy;
  return shared_is_write_through ? CachePolicy::write_through : CachePolicy::uncached;
}

}  // namespace

Permission default_permission(Address address) {
  Permission permission = kAddressMap[address >> 29];
  if (address >= kSystemSpace) permission.strongly_ordered = is_private_bus(address);
  return permission;
}

void Mpu::reset() {
  std::fill(regions_.begin(), regions_.end(), Region{});
  static_cast<MpuRegisters&>(*this) = {};
}

/// PRIVDEFENA gives privileged code the system address map where no region is.
Permission Mpu::background(Address address, bool privileged) const {
  if (is_private_bus(address)) return default_permission(address);
  if (privileged && (control & kMpuPrivilegedDefault) != 0) return default_permission(address);
  Permission none = default_permission(address);
  none.read = none.write = none.execute = false;
  return none;
}

bool Mpu::matches_v7(const Region& region, Address address) {
  if ((region.attributes & kRegionEnable) == 0) return false;
  const unsigned size_bits = bits(region.attributes, 5, 1) + 1;
  if (size_bits < 5) return false;
  const std::uint32_t inside = size_bits == 32 ? 0xFFFFFFFFu : (1u << size_bits) - 1;
  if ((address & ~inside) != (region.base & ~inside & ~(kGranule - 1))) return false;
  if (size_bits < 8) return true;  // too small for subregions
  const unsigned subregion = address >> (size_bits - 3) & 7u;
  return !bit(region.attributes, 8 + subregion);
}

Permission Mpu::permission_v7(Address address, bool privileged) const {
  for (std::size_t i = regions_.size(); i-- > 0;) {  // the highest number wins
    const Region& region = regions_[i];
    if (!matches_v7(region, address)) continue;
    Permission permission;
    set_access_v7(permission, bits(region.attributes, 26, 24), privileged);
    set_type_v7(permission, region.attributes);
    if (!permission.device)
      permission.policy = policy_v7(region.attributes, shared_is_write_through);
    permission.execute = permission.read && !bit(region.attributes, 28) && address < kSystemSpace;
    return permission;
  }
  return background(address, privileged);
}

bool Mpu::matches_v8(const Region& region, Address address) {
  return (region.attributes & kRegionEnable) != 0 && address >= (region.base & ~(kGranule - 1)) &&
         address <= (region.attributes | (kGranule - 1));
}

std::optional<unsigned> Mpu::region_at(Address address) const {
  std::optional<unsigned> found;
  for (unsigned i = 0; i < regions_.size(); ++i) {
    if (!matches_v8(regions_[i], address)) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

Permission Mpu::permission_v8(Address address, bool privileged) const {
  const auto matches = [address](const Region& region) { return matches_v8(region, address); };
  const auto number = region_at(address);
  if (!number) {
    const bool none = std::none_of(regions_.begin(), regions_.end(), matches);
    return none ? background(address, privileged) : Permission{};  // in two regions: a fault
  }
  const Region* found = &regions_[*number];
  Permission permission;
  permission.read = privileged || bit(found->base, 1);
  permission.write = permission.read && !bit(found->base, 2);
  permission.execute = permission.read && !bit(found->base, 0) && address < kSystemSpace;
  const unsigned index = bits(found->attributes, 3, 1);
  const std::uint32_t type = memory_attributes[index / 4] >> (8 * (index % 4)) & 0xFFu;
  permission.device = type >> 4 == 0;
  permission.strongly_ordered = type == 0;
  return permission;
}

Permission Mpu::permission(Address address, bool privileged) const {
  // The private peripheral bus has its own rules.  Source: ARMv7-M ARM B3.5.3.
  if (is_private_bus(address)) return default_permission(address);
  return architecture_ == Architecture::v8m ? permission_v8(address, privileged)
                                            : permission_v7(address, privileged);
}

/// Calls visit(address) for each address where rights may change; 2^32 comes as 0.
template <class Visit>
void Mpu::for_each_border(Visit visit) const {
  for (unsigned i = 1; i < 8; ++i) visit(i << 29);
  visit(0xE0100000u);
  for (const Region& region : regions_) {
    if ((region.attributes & kRegionEnable) == 0) continue;
    if (architecture_ == Architecture::v8m) {
      visit(region.base & ~(kGranule - 1));
      visit((region.attributes | (kGranule - 1)) + 1);
      continue;
    }
    const unsigned size_bits = bits(region.attributes, 5, 1) + 1;
    if (size_bits < 5) continue;
    const unsigned step_bits = size_bits < 8 ? size_bits : size_bits - 3;
    const std::uint32_t inside = size_bits == 32 ? 0xFFFFFFFFu : (1u << size_bits) - 1;
    const Address base = region.base & ~inside;
    const unsigned steps = 1u << (size_bits - step_bits);
    for (unsigned i = 0; i <= steps; ++i)
      visit(static_cast<Address>(base + (std::uint64_t{i} << step_bits)));
  }
}

AddressRange Mpu::uniform_range(Address address) const {
  AddressRange range;
  for_each_border([&](Address border) {
    if (border != 0 && border <= address) range.first = std::max(range.first, border);
    if (border > address) range.last = std::min(range.last, border - 1);
  });
  return range;
}

Mpu::ExecuteMap Mpu::execute_map() const {
  std::vector<Address> borders{0};
  for_each_border([&](Address border) { borders.push_back(border); });
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  ExecuteMap map;
  for (const Address border : borders) {
    const auto add = [&](auto& list, bool privileged) {
      const bool executes = permission(border, privileged).execute;
      if (list.empty() || list.back().second != executes) list.emplace_back(border, executes);
    };
    add(map.privileged, true);
    add(map.unprivileged, false);
  }
  return map;
}

}  // namespace mcost::engine
