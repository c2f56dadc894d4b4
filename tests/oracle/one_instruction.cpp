#include "tests/oracle/one_instruction.h"

#include <algorithm>
#include <string>

namespace mcost::oracle {
namespace {

using isa::StatusField;

/// The bits of APSR or FPSCR that a status location stands for.
std::uint32_t status_mask(unsigned location) {
  switch (static_cast<StatusField>(location)) {
    case StatusField::n: return 1u << 31;
    case StatusField::z: return 1u << 30;
    case StatusField::c: return 1u << 29;
    case StatusField::v: return 1u << 28;
    case StatusField::q: return 1u << 27;
    case StatusField::ge: return 0xF0000;
    case StatusField::fp_flags: return fp::kConditionFlags;
    case StatusField::fp_exceptions: return fp::kCumulativeFlags;
    case StatusField::fp_control:
      return fp::kRMode | fp::kFlushToZero | fp::kDefaultNan | fp::kAlternativeHalf;
    default: return 0;
  }
}

bool is_fp_status(unsigned location) {
  return location >= static_cast<unsigned>(StatusField::fp_flags) && location < kSystem;
}

}  // namespace

bool same_at(const Snapshot& a, const Snapshot& b, unsigned location) {
  if (location < 15) return a.r[location] == b.r[location];
  if (location == 15) return a.pc == b.pc && a.faulted == b.faulted;
  if (location < isa::kFirstSingle + 32)
    return a.s[location - isa::kFirstSingle] == b.s[location - isa::kFirstSingle];
  if (location == kMemory) return a.memory == b.memory && a.literal == b.literal;
  if (location == kSystem) return a.special == b.special && a.exclusive == b.exclusive;
  const std::uint32_t changed = is_fp_status(location) ? a.fpscr ^ b.fpscr : a.apsr ^ b.apsr;
  return (changed & status_mask(location)) == 0;
}

std::string location_name(unsigned location) {
  if (location < 16) return "r" + std::to_string(location);
  if (location < isa::kFirstSingle + 32) return "s" + std::to_string(location - isa::kFirstSingle);
  constexpr std::array kNames{
      "n", "z", "c", "v", "q", "ge", "fp flags", "fp exceptions", "fp control", "system", "memory"};
  return kNames.at(location - static_cast<unsigned>(StatusField::n));
}

OneInstruction::OneInstruction() : core_(Timing::flat, {.longest_block = 1}, kEveryFeature) {}

void OneInstruction::load(std::uint32_t word, unsigned width_bits) {
  code_.clear();
  Assembler a(code_);
  if (width_bits == 32) {
    a.wide(word);
  } else {
    a.narrow(word);
  }
  fill_code(0);
  core_.engine().invalidate_all_blocks();
}

/// Everything but the instruction itself.
void OneInstruction::fill_code(std::uint32_t literal) {
  literal_ = literal;
  std::vector<std::uint16_t> words;
  Assembler a(words);
  for (unsigned i = 0; i < 0x1200; ++i) {
    a.narrow(literal & 0xFFFF);
    a.narrow(literal >> 16);
  }
  core_.place(kProgram - 0x2000, words);
  core_.place(kProgram, code_);
  core_.place(kProgram + kElsewhere, code_);
}

Snapshot OneInstruction::run(const Snapshot& before) {
  if (before.literal != literal_) fill_code(before.literal);
  engine::Engine& engine = core_.engine();
  engine.reset(before.r[13], before.pc, 0);
  engine::Core& core = engine.core();
  std::copy(before.r.begin(), before.r.end(), core.r.begin());
  core.s = before.s;
  core.set_apsr_nzcvq(before.apsr);
  core.set_ge(before.apsr);
  core.fp.fpscr = before.fpscr;
  engine::Exceptions& exceptions = engine.exceptions();
  exceptions.cpacr = 0xFu << 20;
  exceptions.control = before.special[0];
  exceptions.primask = before.special[1];
  exceptions.basepri = before.special[2];
  exceptions.faultmask = before.special[3];
  exceptions.other_stack_pointer = before.special[4];
  exceptions.ccr = before.special[5];
  if (before.exclusive) engine.exclusive_monitor(kMonitored, 4, true);
  if (!before.memory.empty())
    std::copy(before.memory.begin(), before.memory.end(), core_.ram().begin());

  engine::RunLimits limits;
  limits.max_cycles = engine.now() + 1;  // each instruction takes one
  const engine::StopReason why = engine.run(limits);

  Snapshot after;
  std::copy_n(core.r.begin(), 15, after.r.begin());
  after.s = core.s;
  after.apsr = core.apsr();
  after.fpscr = core.fp.fpscr;
  after.special = {exceptions.control,
                   exceptions.primask,
                   exceptions.basepri,
                   exceptions.faultmask,
                   exceptions.other_stack_pointer,
                   exceptions.ccr};
  after.exclusive = engine.exclusive_passes(kMonitored, 4);
  after.pc = engine.pc();
  after.literal = before.literal;
  after.faulted = why != engine::StopReason::cycle_limit;
  if (!before.memory.empty())
    after.memory.assign(core_.ram().begin(), core_.ram().begin() + kScratchSize);
  return after;
}

}  // namespace mcost::oracle
