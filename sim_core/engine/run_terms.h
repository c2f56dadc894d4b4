// What callers of the engine give it and get from it: options, limits, reasons to stop, who is told
// of hooked addresses. Depends on fault.h and base.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "sim_core/base/units.h"
#include "sim_core/engine/block.h"
#include "sim_core/engine/fault.h"

namespace mcost::engine {

class Engine;

struct EngineOptions {
  unsigned longest_block = kMostOps;  // instructions, 1 to kMostOps
  bool memoise = true;  // false: every visit is replayed (the stepped loop, with longest_block 1)
  unsigned most_variants = 1024;  // per block; beyond it visits are replayed
};

enum class StopReason : std::uint8_t {
  none,
  exited,  // semihosting exit; see exit_code
  idle,    // branch to self, or WFI with nothing that could wake the core
  until,   // reached the address of --until
  cycle_limit,
  time_limit,  // host time; decided by the caller's check
  lockup,
  fault,   // idle inside a fault handler, or a fault with no handler
  halted,  // by a debugger: run() goes on from there; see last_halt()
};

/// A fault as the guest saw it first, for the report.
struct FaultRecord {
  GuestFault fault;
  Address pc = 0;
  unsigned exception = 0;  // the exception it became (3 HardFault, 6 UsageFault, ...)
  std::array<std::uint32_t, 16> registers{};
};

struct RunLimits {
  Cycles max_cycles = Cycles{1} << 40;
  std::optional<Address> until;
  /// Called now and then (host time, progress); returns false to stop with time_limit. Never
  /// changes results.
  std::function<bool(Cycles now)> keep_going;
};

/// How often things happened that a report or --stats shows.
struct EngineStatistics {
  std::uint64_t blocks_built = 0;
  std::uint64_t variants_built = 0;
  std::uint64_t memoised_visits = 0;
  std::uint64_t replayed_visits = 0;
  std::uint64_t blocks_dropped = 0;
  std::uint64_t timing_states = 0;
  std::uint64_t capped_visits = 0;
  std::uint64_t resets = 0;  // by firmware
  std::uint64_t interrupted_instructions = 0;
};

/// What happens at hooked addresses: layers, probes, --until. Called before the instruction there
/// executes, with all cost up to it in the ledger. It may add hooks and use write_memory(), never
/// change registers.
class HookListener {
 public:
  virtual ~HookListener() = default;
  virtual void reached(Address pc, Engine& engine) = 0;
  /// The handler of this exception is about to run, stacking or tail-chaining is paid for.
  virtual void exception_entered(unsigned number, Engine& engine) { (void)number, (void)engine; }
  /// Its handler is over: the exception return is about to unstack or to tail-chain.
  virtual void exception_returned(unsigned number, Engine& engine) { (void)number, (void)engine; }
};

}  // namespace mcost::engine
