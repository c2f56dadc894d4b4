#include "tests/oracle/generator.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "sim_core/isa/decoder.h"

namespace mcost::oracle {
namespace {

using isa::TimingClass;

constexpr std::array<std::uint32_t, 24> kEdges{
    0,          1,          2,          31,         32,         33,         0x7F,       0x80,
    0xFF,       0x100,      0x7FFF,     0x8000,     0xFFFF,     0x10000,    0x7FFFFFFF, 0x80000000,
    0x80000001, 0xFFFFFFFF, 0xFFFFFFFE, 0x7FFF7FFF, 0x80008000, 0xFFFF0000, 0x7F807F80, 0x80FF7F00};

/// Special registers that a random MRS or MSR names. CONTROL would change stack and privilege.
constexpr std::array<std::uint8_t, 13> kReadable{0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19};
constexpr std::array<std::uint8_t, 10> kWritable{0, 1, 2, 3, 9, 16, 17, 18, 19, 0};

bool is_coprocessor(const isa::Encoding& row) {
  return row.timing_class == TimingClass::system &&
         std::string_view(row.syntax).find(" p<") != std::string_view::npos;
}

bool needs_aligned_base(TimingClass timing_class) {
  return timing_class != TimingClass::load && timing_class != TimingClass::store;
}

bool is_named(const Draw& draw, std::string_view name) {
  return name == draw.instruction->row->name;
}

/// MSR of MSP or PSP.
bool writes_stack_pointer(const Draw& draw) {
  return is_named(draw, "MSR") && (draw.operands.imm == 8 || draw.operands.imm == 9);
}

/// VCVT from fixed point, bit 18 is clear.
bool converts_from_fixed(const Draw& draw) {
  return is_named(draw, "VCVT (between floating-point and fixed-point)") &&
         (draw.word >> 18 & 1u) == 0;
}

/// SMLAD, SMLADX.
bool sums_products(const Draw& draw) { return is_named(draw, "SMLAD, SMLADX"); }

bool tests_target(const Draw& draw) { return is_named(draw, "TT, TTT, TTA, TTAT"); }

/// LDA, STL and their shorter ones.
bool is_ordered(const Draw& draw) {
  return draw.instruction->row->feature == isa::Feature::v8m &&
         !needs_aligned_base(draw.instruction->row->timing_class);
}

bool may_misalign_stack(const Draw& draw) {
  return (draw.roles.writes & isa::core_register(13)) != 0 && !is_named(draw, "MSR");
}

}  // namespace

bool is_straight(const isa::Instruction& instruction) {
  const isa::Encoding& row = *instruction.row;
  if (row.flow == isa::Flow::may_branch || is_coprocessor(row)) return false;
  if (row.timing_class == TimingClass::wait || row.timing_class == TimingClass::it) return false;
  const std::string_view name = row.name;
  return name != "SVC" && name != "BKPT" && name != "UDF" && name != "YIELD";
}

bool draw_encoding(fp::testing::OperandSource& random, const isa::Instruction& instruction,
                   const isa::Place& place, Draw& draw) {
  const isa::Encoding& row = *instruction.row;
  const isa::Pattern& pattern = row.pattern;
  const std::uint32_t all = pattern.width_bits() == 32 ? 0xFFFFFFFFu : 0xFFFFu;
  const std::uint32_t free = all & ~pattern.mask() & ~pattern.should_mask();
  const std::string_view name = row.name;
  for (unsigned attempt = 0; attempt < 60; ++attempt) {
    std::uint32_t word = pattern.value() | pattern.should_value() |
                         (static_cast<std::uint32_t>(random.next()) & free);
    if (name == "MRS") word = (word & ~0xFFu) | kReadable[random.below(kReadable.size())];
    if (name == "MSR") word = (word & ~0xFFu) | kWritable[random.below(kWritable.size())];
    if (!row.matches(word)) continue;
    const isa::Operands operands = instruction.decode(word, place);
    if (operands.unpredictable || operands.undefined) continue;
    isa::Effects effects;
    instruction.effects(effects, operands);
    draw = {&instruction, word, operands, effects.roles(), effects.stores()};
    return true;
  }
  return false;
}

Generator::Generator(std::uint64_t seed, isa::FeatureSet features)
    : features_(features), random_(seed), drawn_(isa::instructions().size()), pool_(kPoolSize / 4) {
  for (const isa::Instruction& instruction : isa::instructions()) {
    if (!core_has(instruction.row->feature)) continue;
    if (instruction.row->timing_class == TimingClass::it) it_row_ = instruction.index;
    if (is_straight(instruction)) rows_.push_back(&instruction);
    if (instruction.row->flow == isa::Flow::may_branch) branch_rows_.push_back(&instruction);
  }
  const std::span<std::uint32_t> pool(pool_);
  for (std::uint32_t& value : pool.first(pool.size() / 2)) value = integer();
  fill_fp_words(pool.last(pool.size() / 2));
}

/// Singles, and pairs of them as doubles where the core has those.
void Generator::fill_fp_words(std::span<std::uint32_t> words) {
  std::uint32_t single = 0;
  std::uint64_t wide = 0;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (core_has(isa::Feature::fpv5_dp) && random_.below(2) == 0) {
      wide = random_.operand<fp::Binary64>(wide);
      words[i] = static_cast<std::uint32_t>(wide);
      words[i + 1] = static_cast<std::uint32_t>(wide >> 32);
    } else {
      for (std::uint32_t& word : words.subspan(i, 2))
        word = single = random_.operand<fp::Binary32>(single);
    }
  }
}

std::uint32_t Generator::integer() {
  switch (random_.below(4)) {
    case 0: return kEdges[random_.below(kEdges.size())];
    case 1: return random_.integer();
    default: return static_cast<std::uint32_t>(random_.next());
  }
}

State Generator::state() {
  State state;
  for (std::uint32_t& value : state.r) value = integer();
  state.r[13] = scratch_address(4);
  // GE comes with the DSP extension, Q with ARMv7-M.
  const std::uint32_t apsr = (core_has(isa::Feature::dsp) ? 0x000F0000u : 0u) |
                             (core_has(isa::Feature::v7m) ? 0xF8000000u : 0xF0000000u);
  state.apsr = static_cast<std::uint32_t>(random_.next()) & apsr;
  if (!core_has(isa::Feature::fpv4_sp)) return state;
  state.fpscr = random_.fpscr() | (static_cast<std::uint32_t>(random_.next()) & 0xF0000000u);
  fill_fp_words(state.s);
  return state;
}

void Generator::fill_scratch(std::span<std::uint8_t> ram) {
  for (std::size_t i = 0; i < kScratchSize; i += 8) {
    const std::uint64_t value = random_.next();
    std::memcpy(ram.data() + (kScratch - kRam) + i, &value, 8);
  }
}

void Generator::fill_pool(std::span<std::uint8_t> ram) const {
  std::memcpy(ram.data() + (kPool - kRam), pool_.data(), kPoolSize);
}

/// Far enough from the ends for every immediate offset (-1020 to 4095) and list.
std::uint32_t Generator::scratch_address(unsigned alignment) {
  const std::uint32_t offset = 0x1000 + random_.below(0x1800);
  return kScratch + (offset & ~(alignment - 1));
}

/// A register of r0-r12 (or fewer) that is neither in `taken` nor protected.
unsigned Generator::scratch_register(std::uint32_t taken, unsigned count) {
  unsigned i = random_.below(count);
  while (((taken | protected_) >> i & 1u) != 0) i = (i + 1) % count;
  return i;
}

const isa::Instruction& Generator::random_row() {
  return *rows_[random_.below(static_cast<unsigned>(rows_.size()))];
}

bool Generator::pin_addresses(const Draw& draw, Pins& pins) {
  const std::uint32_t base = static_cast<std::uint32_t>(draw.roles.base & isa::kCoreRegisters);
  if (base == 0) return true;
  if ((draw.roles.base & protected_) != 0 || (draw.roles.index & protected_) != 0) return false;
  const auto rn = static_cast<unsigned>(std::countr_zero(base));
  if (rn == 15) return true;  // TBB, TBH
  const bool aligned = rn == 13 || needs_aligned_base(draw.instruction->row->timing_class) ||
                       is_ordered(draw) || !core_has(isa::Feature::v7m) ||
                       (random_.next() & 1) != 0;
  std::uint32_t address = scratch_address(aligned ? 4 : 1);
  const std::uint32_t index = static_cast<std::uint32_t>(draw.roles.index & isa::kCoreRegisters);
  if (index != 0) {
    const unsigned rm = draw.operands.rm;
    const std::uint32_t step = core_has(isa::Feature::v7m) ? 1 : 4;
    if (rm == rn) {
      const std::uint32_t parts = 1 + (1u << draw.operands.amount);
      address = address / (parts * step) * step;
    } else {
      const std::uint32_t offset = random_.below(0x200) & ~(step - 1);
      const bool negative = random_.below(4) == 0;
      if (!pins.set(rm, negative ? 0 - offset : offset)) return false;
    }
  }
  return pins.set(rn, address);
}

void Generator::emit(const Draw& draw) {
  Assembler a(program_.code);
  if (draw.instruction->row->pattern.width_bits() == 32) {
    a.wide(draw.word);
  } else {
    a.narrow(draw.word);
  }
  ++program_.instructions;
}

/// `taken` are the registers that hold something. Changes the flags on ARMv6-M.
void Generator::set_register(unsigned rd, std::uint32_t value, std::uint32_t taken) {
  Assembler a(program_.code);
  const bool wide = core_has(isa::Feature::v7m);
  const bool direct = rd != 13 && (wide || rd < 8);
  const unsigned loaded = direct ? rd : scratch_register(taken, wide ? 13 : 8);
  if (wide) {
    a.move_constant(loaded, value);
  } else {
    a.move_constant_narrow(loaded, value);
  }
  if (!direct) a.narrow(0x4600 | (rd & 8u) << 4 | loaded << 3 | (rd & 7u));  // mov rd, loaded
}

/// Set-up code of ARMv6-M leaves C and V clear.
void Generator::shuffle_flags() {
  if (core_has(isa::Feature::v7m) || random_.below(4) == 0) return;
  Assembler(program_.code).narrow(0x4280 | random_.below(64));  // cmp rN, rM
}

void Generator::emit_pins(const Pins& pins) {
  // SP and, on ARMv6-M, the upper registers take another one on their way.
  for (unsigned i = 15; i-- > 8;) {
    if ((pins.mask >> i & 1u) != 0) set_register(i, pins.value[i], pins.mask);
  }
  for (unsigned i = 0; i < 8; ++i) {
    if ((pins.mask >> i & 1u) != 0) set_register(i, pins.value[i], pins.mask);
  }
  shuffle_flags();
}

/// Before a store-exclusive: the load of the same address, or CLREX. Unicorn would also fail the
/// store if another store had changed the value.
void Generator::emit_exclusive_partner(const Draw& draw) {
  Assembler a(program_.code);
  if (random_.below(4) == 0) {
    a.wide(0xF3BF8F2F);  // clrex
    return;
  }
  const unsigned rt = scratch_register(1u << draw.operands.rn);
  const std::uint32_t registers = std::uint32_t{draw.operands.rn} << 16 | rt << 12;
  const std::uint32_t word = draw.word;
  if ((word >> 20) == 0xE84) {
    a.wide(0xE8500F00 | registers | (word & 0xFF));  // ldrex
  } else {
    a.wide(0xE8D00F0F | registers | (word & 0xF0));  // ldrexb, ldrexh, ldaex, ldaexb, ldaexh
  }
}

/// Keeps Unicorn away from what it does otherwise than the manual.
void Generator::emit_unicorn_guard(const Draw& draw) {
  Assembler a(program_.code);
  if (sums_products(draw)) {
    // Unless all four halfwords are -32768 the sum of the products does not overflow.
    a.wide(0xF2C00000 | std::uint32_t{draw.operands.rn} << 8 | random_.below(0x100));  // movt
  }
  if (converts_from_fixed(draw)) {
    const unsigned scratch = scratch_register(0);
    a.move_constant(scratch, random_.fpscr() & ~fp::kRMode);
    a.wide(0xEEE10A10 | scratch << 12);  // vmsr fpscr, rN
  }
}

/// Takes from a result what depends on Unicorn's Cortex-M33 being in Secure state.
void Generator::emit_unicorn_mask(const Draw& draw) {
  if (!tests_target(draw)) return;
  const std::uint32_t rd = draw.operands.rd;
  Assembler(program_.code).wide(0xF3C04081 | rd << 16 | rd << 8);  // ubfx rd, rd, #18, #2: R, RW
}

/// True where Unicorn differs and no guard helps inside an IT block.
bool Generator::unicorn_differs_in_it(const Draw& draw, isa::ItState it) {
  return writes_stack_pointer(draw) || converts_from_fixed(draw) || tests_target(draw) ||
         ((is_named(draw, "ISB") || is_named(draw, "SG")) && !it.last_in_it_block());
}

/// Clears bits 1:0 of SP, which Unicorn keeps and a core does not have: mov rN, sp; bic rN, #3, or
/// lsrs and lsls rN, #2; mov sp, rN.
void Generator::align_stack_pointer() {
  Assembler a(program_.code);
  const unsigned scratch = scratch_register(0, 8);
  a.narrow(0x4668 | scratch);
  if (core_has(isa::Feature::v7m)) {
    a.wide(0xF0200003 | scratch << 16 | scratch << 8);
  } else {
    a.narrow(0x0880 | scratch << 3 | scratch);
    a.narrow(0x0080 | scratch << 3 | scratch);
  }
  a.narrow(0x4685 | scratch << 3);
}

void Generator::refresh_core_registers() {
  Assembler a(program_.code);
  const bool wide = core_has(isa::Feature::v7m);
  const unsigned base = scratch_register(0, wide ? 13 : 8);
  const std::uint32_t allowed = (wide ? 0x5FFFu : 0xFFu) & ~protected_ & ~(1u << base);
  std::uint32_t list = static_cast<std::uint32_t>(random_.next()) & allowed;
  if (std::popcount(list) < 2) list = allowed;
  set_register(base, kPool + 4 * random_.below(kPoolSize / 8 - 16), 0);
  if (wide) {
    a.wide(0xE8900000 | base << 16 | list);  // ldmia
    return;
  }
  a.narrow(0xC800 | base << 8 | list);  // ldmia
  const unsigned high = random_.below(6);
  a.narrow(0x4680 | random_.below(8) << 3 | (high == 5 ? 6 : high));  // mov r8-r12 or lr, rN
}

void Generator::refresh_singles() {
  Assembler a(program_.code);
  const unsigned base = scratch_register(0);
  a.move_constant(base, kPool + kPoolSize / 2 + 8 * random_.below(kPoolSize / 16 - 16));
  a.wide(0xEC900A20 | base << 16);  // vldmia rN, {s0-s31}
}

void Generator::refresh_operands(const Draw& draw) {
  const std::uint32_t random = static_cast<std::uint32_t>(random_.next());
  if ((draw.roles.reads & isa::kSingleRegisters) != 0 && (random & 7) == 0) refresh_singles();
  if ((random >> 3 & 15) == 0) refresh_core_registers();
  if ((random >> 7 & 3) != 0) return;
  // One operand gets a value of its own.
  const auto reads = static_cast<std::uint32_t>(draw.roles.reads & 0x5FFF) & ~protected_;
  if (reads == 0) return;
  const auto i = static_cast<unsigned>(std::countr_zero(reads));
  set_register(i, integer(), 0);
}

/// MSR of APSR, alone or with other fields, on a core without Q: Unicorn has it all the same.
bool Generator::sets_missing_q(const Draw& draw) const {
  return is_named(draw, "MSR") && draw.operands.imm <= 3 && !core_has(isa::Feature::v7m);
}

/// True if the instruction, or what guards it, would write a protected register.
bool Generator::clobbers_protected(const Draw& draw) const {
  const bool guards = writes_stack_pointer(draw) || sums_products(draw) || sets_missing_q(draw);
  const isa::RegisterSet guarded =
      guards ? isa::core_register(draw.operands.rn) : isa::RegisterSet{0};
  return ((draw.roles.writes | guarded) & protected_) != 0;
}

bool Generator::single_unit() {
  Draw draw;
  if (!draw_encoding(random_, random_row(), place(), draw)) return false;
  if (clobbers_protected(draw)) return false;
  const std::size_t first = program_.code.size();
  Pins pins;
  if (!pin_addresses(draw, pins)) return false;
  // Unicorn keeps bits 1:0 of a stack pointer.
  if (writes_stack_pointer(draw)) pins.set(draw.operands.rn, integer() & ~3u);
  if (sets_missing_q(draw)) pins.set(draw.operands.rn, integer() & ~(1u << 27));
  refresh_operands(draw);
  emit_pins(pins);
  if (draw.instruction->row->timing_class == TimingClass::store_exclusive)
    emit_exclusive_partner(draw);
  emit_unicorn_guard(draw);
  emit(draw);
  emit_unicorn_mask(draw);
  if (may_misalign_stack(draw)) align_stack_pointer();
  if (!still_valid(first, program_.code.size())) {
    program_.code.resize(first);
    --program_.instructions;
    return false;
  }
  program_.units.push_back(static_cast<std::uint32_t>(first));
  ++drawn_[draw.instruction->index];
  return true;
}

/// A random IT: its ITSTATE, for `length` instructions.
isa::ItState Generator::random_it(unsigned length) {
  const std::uint32_t condition = random_.below(15);
  std::uint32_t mask = 1u << (4 - length);
  // AL has "then" only; its low bit is 0.
  if (condition != 14) {
    mask |= static_cast<std::uint32_t>(random_.next()) & (0xFu << (5 - length)) & 0xFu;
  }
  return isa::ItState{static_cast<std::uint8_t>(condition << 4 | mask)};
}

/// Draws the instructions of an IT block; all addresses are pinned before it.
bool Generator::draw_it_block(isa::ItState& it, unsigned length, ItBlock& block) {
  for (unsigned i = 0; i < length; ++i) {
    Draw& draw = block.draws[block.count];
    if (!draw_encoding(random_, random_row(), place(it), draw)) return false;
    if (draw.instruction->row->timing_class == TimingClass::store_exclusive) return false;
    if (clobbers_protected(draw) || unicorn_differs_in_it(draw, it)) return false;
    const isa::RegisterSet addresses = draw.roles.base | draw.roles.index;
    if (((addresses | (draw.roles.reads & isa::core_register(13))) & block.written) != 0)
      return false;
    if (sums_products(draw) && ((block.written & isa::core_register(draw.operands.rn)) != 0 ||
                                !block.pins.set(draw.operands.rn, integer() & 0x7FFFFFFF)))
      return false;
    if (!pin_addresses(draw, block.pins)) return false;
    block.written |= draw.roles.writes;
    block.stores = block.stores || draw.stores;
    ++block.count;
    it = it.advance();
  }
  return true;
}

bool Generator::it_unit() {
  const std::size_t first = program_.code.size();
  const std::uint32_t before = program_.instructions;
  const unsigned length = 1 + random_.below(4);
  isa::ItState it = random_it(length);
  const std::uint32_t it_word = 0xBF00u | it.value();
  ItBlock block;
  if (!draw_it_block(it, length, block)) return false;
  ++drawn_[it_row_];
  refresh_operands(block.draws[0]);
  emit_pins(block.pins);
  Assembler(program_.code).narrow(it_word);
  for (unsigned i = 0; i < length; ++i) emit(block.draws[i]);
  if ((block.written & isa::core_register(13)) != 0) align_stack_pointer();
  ++program_.instructions;
  if (!still_valid(first, program_.code.size())) {
    program_.code.resize(first);
    program_.instructions = before;
    return false;
  }
  program_.units.push_back(static_cast<std::uint32_t>(first));
  return true;
}

/// Decodes what was emitted: moved by its set-up, it may have become UNPREDICTABLE (LDRD literal).
bool Generator::still_valid(std::size_t first, std::size_t end) const {
  isa::ItState it{};
  for (std::size_t i = first; i < end;) {
    const std::uint16_t second =
        i + 1 < program_.code.size() ? program_.code[i + 1] : std::uint16_t{0};
    const Address pc = program_.start + 2 * static_cast<Address>(i);
    const isa::Decoded decoded =
        isa::decode_at(program_.code[i], second, isa::Place{pc, it}, features_);
    if (decoded.instruction == nullptr || decoded.operands.unpredictable) return false;
    const bool is_it = decoded.instruction->row->timing_class == TimingClass::it;
    it = is_it ? isa::ItState{static_cast<std::uint8_t>(decoded.operands.imm)} : it.advance();
    i += decoded.size / 2;
  }
  return true;
}

Program Generator::straight_line(unsigned slots) {
  program_ = Program{};
  program_.start = kProgram + 2 * (random_.below(2));
  while (program_.instructions < slots) {
    if (core_has(isa::Feature::v7m) && random_.below(8) == 0) {
      it_unit();
    } else {
      single_unit();
    }
  }
  program_.code.push_back(Assembler::kSelf);
  return program_;
}

}  // namespace mcost::oracle
