// TT: what an address is to the memory protection of the core.
#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

// TT_RESP.
constexpr std::uint32_t kRegionValid = 1u << 16;          // MRVALID, of MREGION in bits 7:0
constexpr std::uint32_t kReadable = 1u << 18;             // R
constexpr std::uint32_t kReadableAndWritable = 1u << 19;  // RW

}  // namespace

/// TT_RESP of a core without SAU and Security Extension. The answer is zero where unprivileged code
/// asks.  Source: ARMv8-M ARM C2.4, TT, and D1.2, TT_RESP.
std::uint32_t Engine::test_target(Address address, bool unprivileged) const {
  if (!exceptions_.privileged()) return 0;
  const bool protects = mpu_.in_effect(exceptions_.execution_priority());
  const Permission permission =
      protects ? mpu_.permission(address, !unprivileged) : default_permission(address);
  std::uint32_t response = (permission.read ? kReadable : 0u) |
                           (permission.read && permission.write ? kReadableAndWritable : 0u);
  if ((mpu_.control & kMpuEnable) != 0) {
    if (const auto region = mpu_.region_at(address)) response |= kRegionValid | *region;
  }
  return response;
}

std::uint32_t test_target(Core& core, Address address, bool unprivileged) {
  return core.engine->test_target(address, unprivileged);
}

}  // namespace mcost::engine
