// Core: what instruction handlers touch, and MicroOp, the predecoded instruction they run on. Hot:
// see style.md 4.5. Depends on isa, bus and base.
#pragma once

#include <array>
#include <cstdint>

#include "sim_core/bus/window.h"
#include "sim_core/engine/arch_state.h"
#include "sim_core/isa/operands.h"

namespace mcost::engine {

class Engine;
struct Core;
struct MicroOp;

/// Runs one instruction and, unless it ends the block, calls the next op's handler in tail
/// position.
using Handler = void (*)(Core& core, const MicroOp* op);

/// A predecoded instruction. `window` is where its last access went, if naturally aligned, as the
/// byte offset of the window in Core::windows; else 0, the empty window.
struct MicroOp {
  Handler handler = nullptr;
  isa::Operands operands{};
  std::uint16_t window = 0;
  std::uint8_t index = 0;  // of the instruction in its block
};
static_assert(sizeof(MicroOp) == 24);

/// Goes on with the op behind `op`. The empty statement keeps its address from being computed
/// early, in a register of its own: one or two instructions less in each handler.
[[gnu::always_inline]] inline void chain(Core& core, const MicroOp* op) {
  asm volatile("" : "+r"(op) : : "memory");
  ++op;
  asm volatile("" : "+r"(op));
  return op->handler(core, op);
}

/// How a block was left. Values index Followers.
enum Exit : std::uint32_t { kFallThrough = 0, kTaken = 1, kIndirect = 2 };

/// Reasons to leave the memoised path at the end of a visit; bits of Core::unusual.
enum Unusual : std::uint32_t {
  kLogged = 1,  // accesses were logged: the visit is timed by replay
  kLeft = 2,    // the visit stopped after op Core::left_after
  kRequest =
      4,  // an instruction asked the engine for something (SVC, WFI, BKPT, MSR, exception return)
  kBlockDropped = 8,  // code changed under the block
  kDetailed = 16,     // `missed`, `misaligned` or a new site say something; no reason to replay
};

inline constexpr unsigned kWindows = 64;
inline constexpr unsigned kMostOps = 32;  // instructions of a block: masks have a bit for each

struct Core : ArchState {
  std::uint32_t passed = 0;  // predicated ops of this visit that executed, by op index
  // Rare details of this visit; kDetailed is set with them.
  std::uint32_t missed = 0;      // loads that missed a data cache, by op index
  std::uint64_t misaligned = 0;  // address bits 1:0 of misaligned accesses, by op index
  // For cores whose timing depends on them.
  std::uint32_t banks = 0;    // of each op's first access, by op index
  bool mispredicted = false;  // the branch that ended the visit
  std::uint32_t exit = kFallThrough;
  Address target = 0;  // where kTaken and kIndirect go
  std::uint32_t unusual = 0;
  std::uint32_t left_after = 0;
  Engine* engine = nullptr;
  const std::uint64_t* program_order = nullptr;  // stamp of the visit, see bus::SystemBus
  std::array<bus::Window, kWindows> windows{};

  [[nodiscard]] const bus::Window& window_of(const MicroOp* op) const {
    return *reinterpret_cast<const bus::Window*>(reinterpret_cast<const char*>(windows.data()) +
                                                 op->window);
  }
};

/// Result of a slow access: the value, and the op to go on with (the next one, or one that leaves
/// the block).
struct SlowAccess {
  std::uint32_t value;
  const MicroOp* next;
};

enum AccessFlags : unsigned { kPlainAccess = 0, kMustAlign = 1, kUnprivileged = 2, kExclusive = 4 };

// Out-of-line paths of handlers, in slow_path.cpp and system_ops.cpp. They may throw GuestFault.
[[nodiscard]] SlowAccess slow_load(Core& core, const MicroOp* op, Address address,
                                   unsigned size_bytes, unsigned beat, unsigned flags);
[[nodiscard]] const MicroOp* slow_store(Core& core, const MicroOp* op, Address address,
                                        unsigned size_bytes, std::uint32_t value, unsigned beat,
                                        unsigned flags);
[[nodiscard]] std::uint32_t divide(Core& core, const MicroOp* op, bool is_signed,
                                   std::uint32_t dividend, std::uint32_t divisor);
/// The core's timing of some multiplies depends on operands (M3): notes them.
void note_operands(Core& core, const MicroOp* op, std::uint32_t first, std::uint32_t second);
void interworking_branch(Core& core, std::uint32_t target,
                         bool may_return);  // BXWritePC beyond the plain case
[[nodiscard]] std::uint32_t read_special(Core& core, unsigned sysm);
void write_special(Core& core, unsigned sysm, unsigned mask, std::uint32_t value);
void change_processor_state(Core& core, bool disable, bool primask, bool faultmask);
void supervisor_call(Core& core, unsigned immediate);
void breakpoint(Core& core, unsigned immediate);
[[noreturn]] void undefined_instruction(Core& core, const MicroOp* op);
void wait_for(Core& core, bool event);
void send_event(Core& core);
void clear_exclusive(Core& core);
[[nodiscard]] std::uint32_t test_target(Core& core, Address address, bool unprivileged);
[[nodiscard]] bool exclusive_passes(Core& core, Address address, unsigned size_bytes);
void write_fpscr(Core& core, std::uint32_t value);

}  // namespace mcost::engine
