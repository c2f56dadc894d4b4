// Memory protection unit: PMSAv7 and PMSAv8 regions, and what an access may do where. Knows nothing
// of what is on the bus. Depends on base, memory_model.h (cache policies) and exceptions.h. Source:
// ARMv7-M ARM B3.5, ARMv8-M ARM B9.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/bus/memory_model.h"
#include "sim_core/engine/exceptions.h"

namespace mcost::engine {

// MPU_CTRL bits.
inline constexpr std::uint32_t kMpuEnable = 1u << 0;
inline constexpr std::uint32_t kMpuHardFaultNmi = 1u << 1;       // HFNMIENA
inline constexpr std::uint32_t kMpuPrivilegedDefault = 1u << 2;  // PRIVDEFENA

/// What code at one privilege level may do at an address, and the address's memory type.
struct Permission {
  bool read = false;
  bool write = false;
  bool execute = false;
  bool device = false;            // Device or Strongly-ordered: unaligned accesses fault
  bool strongly_ordered = false;  // no write buffer
  bus::CachePolicy policy = bus::CachePolicy::uncached;  // of PMSAv7 and the default map
  friend bool operator==(const Permission&, const Permission&) = default;
};

/// Addresses `first` to `last`, both included.
struct AddressRange {
  Address first = 0;
  Address last = 0xFFFFFFFFu;
};

/// The system address map: all that protects where no MPU does.  Source: ARMv7-M ARM B3.1.
[[nodiscard]] Permission default_permission(Address address);

/// Registers that are plain values.
struct MpuRegisters {
  std::uint32_t control = 0;
  std::array<std::uint32_t, 2> memory_attributes{};  // MAIR0, MAIR1
  bool shared_is_write_through = false;              // CACR.SIWT of Cortex-M7
  friend bool operator==(const MpuRegisters&, const MpuRegisters&) = default;
};

class Mpu : public MpuRegisters {
 public:
  explicit Mpu(Architecture architecture) : architecture_(architecture) {}
  /// Regions that exist; each is off.
  void set_region_count(unsigned regions) { regions_.assign(regions, Region{}); }
  void reset();
  [[nodiscard]] unsigned region_count() const { return static_cast<unsigned>(regions_.size()); }

  /// Register values of one region: RBAR (without VALID and REGION), and RASR or RLAR.
  struct Region {
    std::uint32_t base = 0;
    std::uint32_t attributes = 0;
    friend bool operator==(const Region&, const Region&) = default;
  };
  [[nodiscard]] const Region& region(unsigned number) const { return regions_[number]; }
  void set_region(unsigned number, const Region& region) { regions_[number] = region; }
  /// True if regions protect code of this execution priority; else the system address map rules.
  [[nodiscard]] bool in_effect(int execution_priority) const {
    return (control & kMpuEnable) != 0 &&
           ((control & kMpuHardFaultNmi) != 0 || execution_priority >= 0);
  }
  /// Permission while regions are in effect.
  [[nodiscard]] Permission permission(Address address, bool privileged) const;
  /// PMSAv8: the one region an address is in; none if there is no or more than one.
  [[nodiscard]] std::optional<unsigned> region_at(Address address) const;
  /// Addresses around `address` that no region's border separates from it.
  [[nodiscard]] AddressRange uniform_range(Address address) const;
  /// The borders of what code may execute: equal values mean equal rights everywhere.
  struct ExecuteMap {
    std::vector<std::pair<Address, bool>> privileged;  // first address, whether it may execute
    std::vector<std::pair<Address, bool>> unprivileged;
    friend bool operator==(const ExecuteMap&, const ExecuteMap&) = default;
  };
  [[nodiscard]] ExecuteMap execute_map() const;
  friend bool operator==(const Mpu&, const Mpu&) = default;

 private:
  [[nodiscard]] Permission permission_v7(Address address, bool privileged) const;
  [[nodiscard]] Permission permission_v8(Address address, bool privileged) const;
  [[nodiscard]] Permission background(Address address, bool privileged) const;
  [[nodiscard]] static bool matches_v7(const Region& region, Address address);
  [[nodiscard]] static bool matches_v8(const Region& region, Address address);
  template <class Visit>
  void for_each_border(Visit visit) const;
  Architecture architecture_;
  std::vector<Region> regions_;
};

}  // namespace mcost::engine
