// Programs with control flow: the part of Generator that places branches. Targets are units further
// on; only counted loops go back.
#include <algorithm>
#include <bit>
#include <string_view>

#include "tests/oracle/generator.h"

namespace mcost::oracle {
namespace {

using isa::TimingClass;

constexpr std::uint16_t kNop = 0xBF00;

bool is_wide_row(const isa::Encoding& row) { return row.pattern.width_bits() == 32; }

/// B<c>.W with its label at `offset` bytes from the PC value.
std::uint32_t with_conditional_label(std::uint32_t word, std::int32_t offset) {
  const auto field = static_cast<std::uint32_t>(offset);
  return (word & ~0x043F2FFFu) | (field >> 31) << 26 | (field >> 12 & 0x3Fu) << 16 |
         (field >> 18 & 1u) << 13 | (field >> 19 & 1u) << 11 | (field >> 1 & 0x7FFu);
}

/// `word` with its label at `offset` bytes from the PC value; 0 where it does not reach.
std::uint32_t with_label(const isa::Encoding& row, std::uint32_t word, std::int32_t offset) {
  const auto field = static_cast<std::uint32_t>(offset);
  const auto reaches = [&](std::int32_t low, std::int32_t high) {
    return offset >= low && offset <= high;
  };
  if (row.timing_class == TimingClass::compare_branch) {
    if (!reaches(0, 126)) return 0;
    return (word & ~0x02F8u) | (field >> 6 & 1u) << 9 | (field >> 1 & 0x1Fu) << 3;
  }
  const bool links = std::string_view(row.name) == "BL";
  if (!links && row.form == isa::T1) {
    return reaches(-256, 254) ? (word & ~0xFFu) | (field >> 1 & 0xFFu) : 0;
  }
  if (!links && row.form == isa::T2) {
    return reaches(-2048, 2046) ? (word & ~0x7FFu) | (field >> 1 & 0x7FFu) : 0;
  }
  if (!links && row.form == isa::T3) return with_conditional_label(word, offset);
  const std::uint32_t sign = field >> 31;
  const std::uint32_t j1 = (field >> 23 & 1u) ^ sign ^ 1u;
  const std::uint32_t j2 = (field >> 22 & 1u) ^ sign ^ 1u;
  return (word & ~0x07FF2FFFu) | sign << 26 | (field >> 12 & 0x3FFu) << 16 | j1 << 13 | j2 << 11 |
         (field >> 1 & 0x7FFu);
}

/// Where a load of the PC, with its base at `base` and its index register at `index`, reads.
std::uint32_t offset_of_loaded_pc(const Draw& draw, std::uint32_t index) {
  const isa::Operands& o = draw.operands;
  if (draw.instruction->row->timing_class == TimingClass::load_multiple) {
    const bool before = std::string_view(draw.instruction->row->name).starts_with("LDMDB");
    return before ? 0u - 4u : 4 * static_cast<std::uint32_t>(std::popcount(o.imm)) - 4;
  }
  if ((draw.roles.index & isa::kCoreRegisters) != 0) return index << o.amount;
  const bool pop = std::string_view(draw.instruction->row->name) == "POP";
  if (pop || !o.index) return 0;
  return o.add ? o.imm : 0 - o.imm;
}

}  // namespace

/// Emits the load of a constant that depends on a unit's address. `taken` are the registers that
/// hold something.
void Generator::emit_constant(unsigned rd, Fixup fixup, std::uint32_t taken) {
  Assembler a(program_.code);
  const bool wide = core_has(isa::Feature::v7m);
  const unsigned loaded = wide || rd < 8 ? rd : scratch_register(taken, 8);
  fixup.kind = Fixup::Kind::constant;
  fixup.rd = static_cast<std::uint8_t>(loaded);
  fixup.at = program_.code.size();
  fixups_.push_back(fixup);
  if (wide) {
    a.move_constant(loaded, 0);
  } else {
    a.move_constant_narrow(loaded, 0);
  }
  if (loaded != rd) a.narrow(0x4600 | (rd & 8u) << 4 | loaded << 3 | (rd & 7u));  // mov rd, loaded
}

Generator::Fixup Generator::new_fixup(std::uint16_t row) {
  Fixup fixup;
  fixup.source = static_cast<unsigned>(program_.units.size());
  fixup.target = fixup.source + 1 + random_.below(3);
  fixup.row = row;
  return fixup;
}

/// Sets up a load of the PC from the scratch area: the target goes to memory, the base to `pins`.
bool Generator::prepare_pc_load(const Draw& draw, Pins& pins, Fixup fixup) {
  const auto base = static_cast<std::uint32_t>(draw.roles.base & isa::kCoreRegisters);
  const auto rn = static_cast<unsigned>(std::countr_zero(base));
  const isa::Operands& o = draw.operands;
  if (rn == 13 && (o.imm & 3u) != 0 && draw.instruction->row->timing_class == TimingClass::load &&
      (draw.roles.index & isa::kCoreRegisters) == 0)
    return false;
  std::uint32_t index = 0;
  if ((draw.roles.index & isa::kCoreRegisters) != 0) {
    index = 4 * random_.below(0x80);
    if (o.rm == rn || !pins.set(o.rm, index)) return false;
  }
  const std::uint32_t slot = scratch_address(4);
  if (!pins.set(rn, slot - offset_of_loaded_pc(draw, index))) return false;
  const bool wide = core_has(isa::Feature::v7m);
  const unsigned value = scratch_register(0, wide ? 13 : 8);
  const unsigned address = scratch_register(1u << value, wide ? 13 : 8);
  fixup.thumb = true;
  emit_constant(value, fixup, 0);
  set_register(address, slot, 0);
  Assembler a(program_.code);
  if (wide) {
    a.wide(0xF8C00000 | address << 16 | value << 12);  // str.w
  } else {
    a.narrow(0x6000 | address << 3 | value);  // str
  }
  return true;
}

/// Sets up TBB or TBH with its table in the scratch area. `entry` becomes the table's fixup, whose
/// PC is not known yet.
bool Generator::prepare_table(const Draw& draw, Pins& pins, std::size_t& entry) {
  const isa::Operands& o = draw.operands;
  const bool halfwords = (draw.word >> 4 & 1u) != 0;
  if (o.rn == o.rm) return false;
  const std::uint32_t slot = scratch_address(2);
  const std::uint32_t index = random_.below(0x100);
  if (!pins.set(o.rm, index)) return false;
  if (!pins.set(o.rn, slot - (halfwords ? 2 * index : index))) return false;
  const unsigned value = scratch_register(0);
  const unsigned address = scratch_register(1u << value);
  entry = fixups_.size();
  Fixup fixup = new_fixup(draw.instruction->index);
  fixup.shift = 1;
  emit_constant(value, fixup, 0);
  Assembler a(program_.code);
  a.move_constant(address, slot);
  a.wide((halfwords ? 0xF8A00000u : 0xF8800000u) | address << 16 | value << 12);  // strh.w, strb.w
  return true;
}

/// TBB [PC, Rm] with its table behind it.
void Generator::emit_inline_table(const Draw& draw) {
  const bool halfwords = (draw.word >> 4 & 1u) != 0;
  const Address pc_value = here();  // the branch is emitted
  for (unsigned i = 0; i < 4; ++i) {
    Fixup fixup = new_fixup(draw.instruction->index);
    fixup.kind = halfwords ? Fixup::Kind::halfword : Fixup::Kind::byte;
    fixup.relative_to = pc_value;
    fixup.shift = 1;
    fixup.at = halfwords ? program_.code.size() + i : 2 * program_.code.size() + i;
    fixups_.push_back(fixup);
  }
  program_.code.resize(program_.code.size() + (halfwords ? 4 : 2));
}

/// LDR PC, <label> with its word behind it.
void Generator::emit_inline_literal(Draw draw) {
  const Address base = (here() + 4) & ~3u;
  const Address word = (here() + 4 + 3) & ~3u;
  draw.word = (draw.word & 0xFF7FF000u) | 1u << 23 | (word - base);
  emit(draw);
  data_at_ = program_.code.size();
  while (here() != word) program_.code.push_back(kNop);
  Fixup fixup = new_fixup(draw.instruction->index);
  fixup.kind = Fixup::Kind::word;
  fixup.thumb = true;
  fixup.at = program_.code.size();
  fixups_.push_back(fixup);
  program_.code.resize(program_.code.size() + 2);
}

/// The register that a BX, BLX, MOV PC or ADD PC takes its target from.
unsigned Generator::target_register(const Draw& draw) {
  if (draw.instruction->row->timing_class != TimingClass::branch_register) return kImplied;
  const auto reads = static_cast<std::uint32_t>(draw.roles.reads & 0x7FFF);
  if (std::popcount(reads) != 1) return kNoTarget;  // of the PC only
  return static_cast<unsigned>(std::countr_zero(reads));
}

bool Generator::branch_unit() {
  const std::size_t first = program_.code.size();
  const std::size_t first_fixup = fixups_.size();
  const std::uint32_t before = program_.instructions;
  if (emit_branch_unit() && still_valid(first, data_at_)) {
    program_.units.push_back(static_cast<std::uint32_t>(first));
    return true;
  }
  program_.code.resize(first);
  fixups_.resize(first_fixup);
  program_.instructions = before;
  return false;
}

/// Draws a branch, and with a chance of 1 in 4 an IT block that it ends.
bool Generator::draw_branch(Branch& branch) {
  branch.in_it = core_has(isa::Feature::v7m) && random_.below(4) == 0;
  isa::ItState it{};
  if (branch.in_it) {
    const unsigned length = 1 + random_.below(4);
    it = random_it(length);
    branch.it_word = 0xBF00u | it.value();
    if (!draw_it_block(it, length - 1, branch.block)) return false;
    if ((branch.block.written & isa::core_register(13)) != 0) return false;
  }
  Draw& draw = branch.draw;
  const auto& row = *branch_rows_[random_.below(static_cast<unsigned>(branch_rows_.size()))];
  if (!draw_encoding(random_, row, place(it), draw)) return false;
  if (clobbers_protected(draw)) return false;
  if ((draw.roles.reads & branch.block.written & 0x7FFF) != 0) return false;
  const TimingClass timing_class = row.row->timing_class;
  branch.has_data =
      timing_class == TimingClass::load_literal || timing_class == TimingClass::table_branch;
  if (branch.in_it && branch.has_data) return false;
  if (((draw.roles.base | draw.roles.index) & protected_) != 0) return false;
  branch.target = target_register(draw);
  return branch.target != kNoTarget && (branch.target != 13 || adds_to_pc(draw));
}

/// Sees to what has to be in registers and memory.
bool Generator::prepare_branch(Branch& branch) {
  const Draw& draw = branch.draw;
  Pins& pins = branch.block.pins;
  switch (draw.instruction->row->timing_class) {
    case TimingClass::load:
    case TimingClass::load_multiple:
      if (branch.block.stores) return false;  // it might hit the word
      if (!prepare_pc_load(draw, pins, new_fixup(draw.instruction->index))) return false;
      break;
    case TimingClass::table_branch:
      if (draw.operands.rn == 15) {
        if (!pins.set(draw.operands.rm, random_.below(4))) return false;
      } else if (!prepare_table(draw, pins, branch.table)) {
        return false;
      }
      break;
    case TimingClass::compare_branch:
      if ((protected_ >> draw.operands.rn & 1u) == 0 && random_.below(2) == 0)
        pins.set(draw.operands.rn, random_.below(3) / 2);
      break;
    default: break;
  }
  if (branch.target == kImplied) {
    emit_pins(pins);
    return true;
  }
  if (((pins.mask | protected_) >> branch.target & 1u) != 0) return false;
  emit_pins(pins);
  Fixup fixup = new_fixup(draw.instruction->index);
  fixup.thumb = !adds_to_pc(draw);
  fixup.aligned = branch.target == 13;
  const unsigned count = core_has(isa::Feature::v7m) ? 13 : 8;
  const unsigned rd = branch.target == 13 ? scratch_register(pins.mask, count) : branch.target;
  branch.constant = fixups_.size();
  emit_constant(rd, fixup, pins.mask);
  if (branch.target == 13) Assembler(program_.code).narrow(0x4685 | rd << 3);
  return true;
}

/// The branch itself; its PC completes the fixups that need it.
void Generator::emit_branch(const Branch& branch) {
  const Draw& draw = branch.draw;
  const TimingClass timing_class = draw.instruction->row->timing_class;
  if (timing_class == TimingClass::load_literal) {
    emit_inline_literal(draw);
    return;
  }
  const Address pc_value = here() + 4;
  if (branch.target != kImplied && adds_to_pc(draw))
    fixups_[branch.constant].relative_to = pc_value;
  if (timing_class == TimingClass::branch || timing_class == TimingClass::compare_branch) {
    Fixup fixup = new_fixup(draw.instruction->index);
    fixup.at = program_.code.size();
    fixup.relative_to = pc_value;
    fixups_.push_back(fixup);
  }
  emit(draw);
  data_at_ = program_.code.size();
  if (timing_class != TimingClass::table_branch) return;
  if (draw.operands.rn == 15) {
    emit_inline_table(draw);
  } else {
    fixups_[branch.table].relative_to = pc_value;
  }
}

bool Generator::emit_branch_unit() {
  Branch branch;
  if (!draw_branch(branch) || !prepare_branch(branch)) return false;
  if (branch.in_it) {
    Assembler(program_.code).narrow(branch.it_word);
    ++program_.instructions;
    for (unsigned i = 0; i < branch.block.count; ++i) emit(branch.block.draws[i]);
  }
  emit_branch(branch);
  if (!branch.in_it) ++drawn_[branch.draw.instruction->index];
  return true;
}

bool Generator::adds_to_pc(const Draw& draw) {
  return std::string_view(draw.instruction->row->name).starts_with("ADD");
}

/// Units that count a register down; branches from outside may only come to the first.
void Generator::loop_units(unsigned count) {
  const auto begin = static_cast<unsigned>(program_.units.size());
  const bool wide = core_has(isa::Feature::v7m);
  const unsigned counter = 4 + random_.below(wide ? 8 : 4);
  program_.units.push_back(static_cast<std::uint32_t>(program_.code.size()));
  Assembler a(program_.code);
  const std::uint32_t times = 2 + random_.below(5);
  if (wide) {
    a.wide(0xF2400000 | counter << 8 | times);  // movw
  } else {
    a.narrow(0x2000 | counter << 8 | times);  // movs
  }
  const Address head = here();
  protected_ = 1u << counter;
  for (unsigned made = 0; made < count;) made += random_unit() ? 1 : 0;
  protected_ = 0;
  program_.units.push_back(static_cast<std::uint32_t>(program_.code.size()));
  if (wide) {
    a.wide(0xF1B00001 | counter << 16 | counter << 8);  // subs.w rN, rN, #1
    const Address pc_value = here() + 4;
    a.wide(
        with_conditional_label(0xF0408000, static_cast<std::int32_t>(head - pc_value)));  // bne.w
  } else {
    a.narrow(0x3801 | counter << 8);                           // subs rN, #1
    a.narrow(0xD000);                                          // beq over the next
    a.narrow(0xE000 | ((head - (here() + 4)) >> 1 & 0x7FFu));  // b, as far as 2048 bytes
  }
  program_.instructions += 3;
  loops_.push_back({begin, static_cast<unsigned>(program_.units.size()) - 1});
}

bool Generator::random_unit() {
  switch (random_.below(8)) {
    case 0:
    case 1:
    case 2: return branch_unit();
    case 3: return core_has(isa::Feature::v7m) ? it_unit() : single_unit();
    default: return single_unit();
  }
}

/// The unit that a branch from `source` may have for a target wanted at `target`.
unsigned Generator::legal_target(unsigned source, unsigned target) const {
  for (const Loop& loop : loops_) {
    const bool inside = target > loop.first && target <= loop.last;
    const bool from_inside = source >= loop.first && source <= loop.last;
    if (inside && !from_inside) return loop.first;
  }
  return std::min(target, static_cast<unsigned>(program_.units.size()));
}

Address Generator::address_of_unit(unsigned unit) const {
  const std::size_t at = unit < program_.units.size() ? program_.units[unit] : program_.code.size();
  return program_.start + 2 * static_cast<Address>(at);
}

void Generator::apply(const Fixup& fixup) {
  const Address target = address_of_unit(legal_target(fixup.source, fixup.target));
  const std::uint32_t value =
      ((target - fixup.relative_to) >> fixup.shift) | (fixup.thumb ? 1u : 0u);
  std::vector<std::uint16_t>& code = program_.code;
  switch (fixup.kind) {
    case Fixup::Kind::constant: {
      std::vector<std::uint16_t> moves;
      if (fixup.aligned && (value & 3u) != 0) {
        // SP has no bits 1:0: the ADD becomes a NOP.
        code[(fixup.relative_to - 4 - program_.start) / 2] = kNop;
      }
      const std::uint32_t constant = value & ~(fixup.aligned ? 3u : 0u);
      if (core_has(isa::Feature::v7m)) {
        Assembler(moves).move_constant(fixup.rd, constant);
      } else {
        Assembler(moves).move_constant_narrow(fixup.rd, constant);
      }
      std::copy(moves.begin(), moves.end(), code.begin() + static_cast<std::ptrdiff_t>(fixup.at));
      break;
    }
    case Fixup::Kind::word:
      code[fixup.at] = static_cast<std::uint16_t>(value);
      code[fixup.at + 1] = static_cast<std::uint16_t>(value >> 16);
      break;
    case Fixup::Kind::halfword: code[fixup.at] = static_cast<std::uint16_t>(value); break;
    case Fixup::Kind::byte: {
      const unsigned shift = (fixup.at & 1u) * 8;
      std::uint16_t& pair = code[fixup.at / 2];
      pair = static_cast<std::uint16_t>((pair & ~(0xFFu << shift)) | (value & 0xFFu) << shift);
      break;
    }
    case Fixup::Kind::label: apply_label(fixup, target); break;
  }
}

void Generator::apply_label(const Fixup& fixup, Address target) {
  std::vector<std::uint16_t>& code = program_.code;
  const isa::Encoding& row = *isa::instructions()[fixup.row].row;
  const bool wide = is_wide_row(row);
  const std::uint32_t word = wide ? std::uint32_t{code[fixup.at]} << 16 | code[fixup.at + 1]
                                  : std::uint32_t{code[fixup.at]};
  std::uint32_t patched =
      with_label(row, word, static_cast<std::int32_t>(target - fixup.relative_to));
  if (patched == 0) patched = wide ? 0xF3AF8000 : kNop;
  if (wide) code[fixup.at] = static_cast<std::uint16_t>(patched >> 16);
  code[fixup.at + (wide ? 1 : 0)] = static_cast<std::uint16_t>(patched);
}

Program Generator::branching(unsigned units) {
  program_ = Program{};
  program_.start = kProgram + 2 * random_.below(2);
  fixups_.clear();
  loops_.clear();
  while (program_.units.size() < units) {
    if (random_.below(12) == 0) {
      loop_units(2 + random_.below(core_has(isa::Feature::v7m) ? 8 : 5));
    } else {
      random_unit();
    }
  }
  for (const Fixup& fixup : fixups_) apply(fixup);
  program_.code.push_back(Assembler::kSelf);
  return program_;
}

}  // namespace mcost::oracle
