// Random Thumb programs that always end: loops have bounded counters, calls go to leaf functions,
// addresses stay in data areas. They cover what decides timing and block boundaries: IT blocks,
// windows that flip between memories, unaligned and literal accesses, code in two RAMs that patches
// itself, devices, CYCCNT, exceptions.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "tests/support/assembler.h"
#include "tests/support/test_machine.h"

namespace mcost::test {

struct ProgramOptions {
  bool interrupts = false;       // SysTick at an odd period, with PendSV behind it
  unsigned slowness = 1;         // of code: handlers end before SysTick comes again
  bool injected = false;         // the test pends interrupts: their handlers exist and are enabled
  bool time_visible = false;     // reads CYCCNT and device registers
  bool patches_code = false;     // functions in RAM whose immediates are rewritten
  bool floating_point = false;   // enables the FPU and uses it
  bool uncached_view = false;    // the VIMS alias of flash exists
  bool maintains_cache = false;  // level-1 caches exist
  bool exclusives = true;
  unsigned rounds = 24;  // of the main loop
};

/// Options drawn from a seed, so that a seed names a whole case.
[[nodiscard]] ProgramOptions random_options(std::uint64_t seed);

struct RandomProgram {
  std::vector<std::pair<Address, std::vector<std::uint16_t>>> pieces;
  std::vector<Address> instructions;  // some addresses of instructions, for hooks
  Address systick_handler = 0;
  Address pendsv_handler = 0;
  Address svcall_handler = 0;
  std::vector<Address> interrupt_handlers;  // of IRQ 0, 1, ..., with ProgramOptions::injected
};

/// Interrupts that programs handle with ProgramOptions::injected.
inline constexpr unsigned kInjectedInterrupts = 4;

[[nodiscard]] RandomProgram make_random_program(std::uint64_t seed, const ProgramOptions& options);

/// Pends interrupts of random numbers at random cycles, alone and in bursts. The same seed gives
/// the same cycles.
void inject_interrupts(TestMachine& machine, std::uint64_t seed);

/// Loads it and resets the core at its start.
void load_program(TestMachine& machine, const RandomProgram& program);

}  // namespace mcost::test
