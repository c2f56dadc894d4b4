// TT: what an address is to the memory protection of the core.
#include "sim_core/engine/engine.h"

namespace mcost::engine {

/// TT_RESP of a core without Security Extension: the MPU region, and what may be done there by code
/// of this privilege, or by unprivileged code (TTT). Unprivileged code learns nothing.  Source:
/// ARMv8-M ARM C2.4, TT, and D1.2, TT_RESP.
std::uint32_t Engine::test_target(Address address, bool unprivileged) const {
  constexpr std::uint32_t kRegionValid = 1u << 16;
  constexpr std::uint32_t kReadable = 1u << 18;
  constexpr std::uint32_t kReadableAndWritable = 1u << 19;
  if (!exceptions_.privileged()) return 0;
  const bool protects =
      (mpu_.control & kMpuEnable) != 0 && mpu_.in_effect(exceptions_.execution_priority());
  const Permission permission =
      protects ? mpu_.permission(address, !unprivileged) : default_permission(address);
  std::uint32_t response = 0;
  if (permission.read) response |= kReadable;
  if (permission.read && permission.write) response |= kReadableAndWritable;
  const Mpu::Region* const region = protects ? mpu_.only_region_at(address) : nullptr;
  return region == nullptr ? response : response | kRegionValid | mpu_.number_of(*region);
}

std::uint32_t test_target(Core& core, Address address, bool unprivileged) {
  return core.engine->test_target(address, unprivileged);
}

}  // namespace mcost::engine
