// TT: what an address is to the memory protection of the core.
#include "sim_core/engine/engine.h"

namespace mcost::engine {

/// TT_RESP of a core without MPU, SAU and Security Extension: no region, read and write allowed (R
/// and RW). Both are invalid, zero, where unprivileged code asks.  Source: ARMv8-M ARM C2.4, TT, and
/// D1.2, TT_RESP.
std::uint32_t test_target(Core& core, Address /*address*/, bool /*unprivileged*/) {
  constexpr std::uint32_t kReadable = 1u << 18;
  constexpr std::uint32_t kReadableAndWritable = 1u << 19;
  return core.engine->exceptions().privileged() ? kReadable | kReadableAndWritable : 0;
}

}  // namespace mcost::engine
