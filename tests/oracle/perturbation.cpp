#include "tests/oracle/perturbation.h"

#include <array>
#include <bit>
#include <cstring>
#include <string_view>

namespace mcost::oracle {
namespace {

using isa::TimingClass;

bool is_exclusive(const isa::Instruction& instruction) {
  const TimingClass timing_class = instruction.row->timing_class;
  return timing_class == TimingClass::load_exclusive ||
         timing_class == TimingClass::store_exclusive;
}

/// An instruction that the manual leaves open for some register values.
bool needs_luck(const Draw& draw) {
  const TimingClass timing_class = draw.instruction->row->timing_class;
  if (timing_class == TimingClass::branch_register)
    return (draw.operands.rm == 15 || draw.operands.rm == 13) &&
           !std::string_view(draw.instruction->row->name).starts_with("ADD");
  if (timing_class == TimingClass::table_branch && draw.operands.rn == draw.operands.rm)
    return true;  // an address is its own index
  // LDR of the PC: an aligned address.
  const bool loads_pc =
      draw.instruction->row->flow == isa::Flow::may_branch &&
      (timing_class == TimingClass::load || timing_class == TimingClass::load_literal);
  return loads_pc && (draw.operands.imm & 3u) != 0;
}

bool is_address(const Draw& draw, unsigned location) {
  return has(draw.roles.base | draw.roles.index, location);
}

bool loads_pc(const Draw& draw) {
  return draw.instruction->row->flow == isa::Flow::may_branch && has(draw.roles.reads, kMemory) &&
         draw.instruction->row->timing_class != TimingClass::table_branch;
}

bool reads_literal(const Draw& draw) {
  return draw.roles.base == 0 && has(draw.roles.reads, kMemory);
}

}  // namespace

/// Rows that stop the core or enter an exception have no registers to speak of.
bool is_perturbed(const isa::Instruction& instruction) {
  return is_straight(instruction) || instruction.row->flow == isa::Flow::may_branch ||
         std::string_view(instruction.row->name) == "YIELD";
}

std::string text_of(const Draw& draw) {
  std::vector<std::uint16_t> code;
  Assembler a(code);
  if (draw.instruction->row->pattern.width_bits() == 32) {
    a.wide(draw.word);
  } else {
    a.narrow(draw.word);
  }
  return listing(kProgram, code);
}

bool StateSource::draw(const isa::Instruction& instruction, unsigned attempt, Draw& draw) {
  const isa::Place place{.pc = kProgram, .it = {}, .features = kEveryFeature};
  if (!draw_encoding(random_, instruction, place, draw) || needs_luck(draw)) return false;
  if (std::string_view(instruction.row->name) != "MSR" || attempt % 2 != 0) return true;
  // Those that random programs leave alone: MSP and CONTROL.
  draw.word = (draw.word & ~0xFFu) | (attempt % 4 == 0 ? 8u : 20u);
  draw.operands = instruction.decode(draw.word, place);
  isa::Effects effects;
  instruction.effects(effects, draw.operands);
  draw.roles = effects.roles();
  return !draw.operands.unpredictable;
}

Snapshot StateSource::snapshot(const Draw& draw) {
  Snapshot snapshot;
  snapshot.pc = kProgram;
  constexpr std::array<std::uint32_t, 8> kEdges{0,          1,          0x7FFFFFFF, 0x80000000,
                                                0xFFFFFFFF, 0x80008000, 0x7FFF7FFF, 0x00010000};
  const bool equal = random_.below(6) == 0;
  const std::uint32_t common = kEdges[random_.below(kEdges.size())];
  for (std::uint32_t& value : snapshot.r) {
    switch (random_.below(4)) {
      case 0: value = random_.integer(); break;
      case 1: value = kEdges[random_.below(kEdges.size())]; break;
      default: value = word(); break;
    }
    if (equal) value = common;
  }
  snapshot.r[13] = kScratch + 0x1000 + 8 * random_.below(0x100);
  std::uint32_t previous = 0;
  for (std::uint32_t& value : snapshot.s)
    value = previous = random_.operand<fp::Binary32>(previous);
  if (draw.operands.wide && random_.below(4) != 0) {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < snapshot.s.size(); i += 2) {
      last = random_.operand<fp::Binary64>(last);
      snapshot.s[i] = static_cast<std::uint32_t>(last);
      snapshot.s[i + 1] = static_cast<std::uint32_t>(last >> 32);
    }
  }
  if (random_.below(4) == 0) snapshot.s.fill(0x7D007D00);  // signalling NaNs as halfwords
  if (random_.below(8) == 0) snapshot.s.fill(0x123);       // subnormal in every precision
  snapshot.apsr = word() & 0xF80F0000u;
  snapshot.fpscr = (random_.fpscr() | (word() & fp::kConditionFlags)) & ~(word() & 0x9Fu);
  // FPCA, either stack, mostly privileged.
  const std::uint32_t control = 4u | (word() & 2u) | (random_.below(4) == 0 ? 1u : 0u);
  snapshot.special = {control, word() & 1u,  word() & 0xFFu,
                      0,       word() & ~3u, engine::kCcrStackAlign};
  snapshot.exclusive = random_.below(2) == 0;
  if (reads_literal(draw)) snapshot.literal = kProgram | (word() & 0x7FF8u) | 1u;
  const bool accesses = has(draw.roles.reads, kMemory);
  if (accesses) snapshot.memory.resize(kScratchSize);
  for (std::size_t i = 0; i < snapshot.memory.size(); i += 4) {
    // A loaded PC must be a place with the Thumb bit.
    const std::uint32_t value = loads_pc(draw) ? kProgram | (word() & 0x7FF8u) | 1u : word();
    std::memcpy(snapshot.memory.data() + i, &value, 4);
  }
  const auto set_address = [&](unsigned i, std::uint32_t value) { snapshot.r[i] = value; };
  if (draw.instruction->row->timing_class == TimingClass::branch_register) {
    for (unsigned i = 0; i < 15; ++i) {
      if (has(draw.roles.reads, i))
        set_address(i, kProgram | (word() & 0x7FF8u) | (i == 13 ? 0 : 1));
    }
  }
  const auto base = static_cast<std::uint32_t>(draw.roles.base & 0x7FFF);
  const auto index = static_cast<std::uint32_t>(draw.roles.index & 0x7FFF);
  if (index != 0)
    set_address(static_cast<unsigned>(std::countr_zero(index)), 8 * random_.below(0x40));
  if (base != 0) {
    const auto rn = static_cast<unsigned>(std::countr_zero(base));
    std::uint32_t address = kScratch + 0x1000 + 8 * random_.below(0x200);
    if (is_exclusive(*draw.instruction) && random_.below(2) == 0)
      address = kMonitored - draw.operands.imm;
    if (has(index, rn)) address = (address / (1 + (1u << draw.operands.amount))) & ~7u;
    set_address(rn, address);
  }
  return snapshot;
}

void StateSource::perturb(const Draw& draw, unsigned location, Snapshot& snapshot) {
  const TimingClass timing_class = draw.instruction->row->timing_class;
  if (location < 15) {
    const bool careful = is_address(draw, location) || location == 13 ||
                         timing_class == TimingClass::branch_register;
    std::uint32_t& value = snapshot.r[location];
    // One bit, another number, or the other edge of a comparison.
    switch (careful ? 0 : 1 + random_.below(3)) {
      case 0: value += 8; break;
      case 1: value ^= 1u << random_.below(32); break;
      case 2: value = value == 0 ? 1 : 0; break;
      default: value ^= word() | 1; break;
    }
    return;
  }
  if (location == 15) {
    snapshot.pc += OneInstruction::kElsewhere;
    return;
  }
  if (location < isa::kFirstSingle + 32) {
    std::uint32_t& value = snapshot.s[location - isa::kFirstSingle];
    const std::uint32_t other = random_.operand<fp::Binary32>(value);
    value = other == value ? value ^ 1u << random_.below(32) : other;
    return;
  }
  if (location == kMemory) {
    if (reads_literal(draw)) snapshot.literal ^= 0x110 + 16 * random_.below(4);
    for (std::size_t i = 0; i < snapshot.memory.size(); i += 4) {
      std::uint32_t value = 0;
      std::memcpy(&value, snapshot.memory.data() + i, 4);
      value = loads_pc(draw) ? value ^ 0x10 : value ^ (word() | 0x01010101u);
      std::memcpy(snapshot.memory.data() + i, &value, 4);
    }
    return;
  }
  if (location == kSystem) {
    switch (timing_class) {
      case TimingClass::divide: snapshot.special[5] ^= engine::kCcrDivideTrap; break;
      case TimingClass::system:
        if (std::string_view(draw.instruction->row->name).starts_with("TT"))
          snapshot.special[0] ^= 1;  // nPRIV
        snapshot.special[1] ^= 1;
        snapshot.special[2] ^= 0x55;
        snapshot.special[4] ^= 0x550;
        break;
      default: snapshot.exclusive = !snapshot.exclusive; break;
    }
    return;
  }
  switch (static_cast<isa::StatusField>(location)) {
    case isa::StatusField::ge: snapshot.apsr ^= (1 + random_.below(15)) << 16; break;
    case isa::StatusField::fp_flags: snapshot.fpscr ^= (1 + random_.below(15)) << 28; break;
    case isa::StatusField::fp_exceptions: snapshot.fpscr ^= 1u << random_.below(5); break;
    case isa::StatusField::fp_control:
      snapshot.fpscr ^= (1 + random_.below(31)) << fp::kRModeShift;
      break;
    default: snapshot.apsr ^= 1u << (31 - (location - static_cast<unsigned>(isa::StatusField::n)));
  }
}

}  // namespace mcost::oracle
