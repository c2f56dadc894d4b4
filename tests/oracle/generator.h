// Random programs from the rows of the instruction set. Encodings are drawn from the free bits of a
// row's pattern; what the manual calls UNPREDICTABLE is drawn again. Registers that address memory
// are set to the scratch area beforehand. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim_core/isa/effects.h"
#include "sim_core/isa/instruction.h"
#include "tests/fp/operand_source.h"
#include "tests/oracle/program.h"
#include "tests/oracle/state.h"

namespace mcost::oracle {

/// An encoding of a row, with what follows from it.
struct Draw {
  const isa::Instruction* instruction = nullptr;
  std::uint32_t word = 0;
  isa::Operands operands{};
  isa::Roles roles;
  bool stores = false;
};

/// True for rows that random programs may contain anywhere.
[[nodiscard]] bool is_straight(const isa::Instruction& instruction);

/// Draws an encoding of `instruction` for a place. False if the row has none there that the manual
/// defines.
bool draw_encoding(fp::testing::OperandSource& random, const isa::Instruction& instruction,
                   const isa::Place& place, Draw& draw);

class Generator {
 public:
  /// `seed` is that of the operand pool and of what is drawn first; programs are for a core with
  /// `features`.
  Generator(std::uint64_t seed, isa::FeatureSet features);
  /// What is drawn from here on depends on `seed` and the pool only.
  void reseed(std::uint64_t seed) { random_ = fp::testing::OperandSource(seed); }

  /// `slots` random instructions without branches; IT blocks count by what is in them.
  Program straight_line(unsigned slots);
  /// About `units` units with branches of all kinds, forward, and counted loops.
  Program branching(unsigned units);
  /// Random registers and flags.
  State state();
  /// Fills the scratch area with random bytes.
  void fill_scratch(std::span<std::uint8_t> ram);
  /// The operand pool of this seed.
  void fill_pool(std::span<std::uint8_t> ram) const;
  /// Instructions drawn, by row, without those that may be skipped.
  [[nodiscard]] std::span<const std::uint64_t> drawn() const { return drawn_; }

 private:
  /// Register values that an instruction needs.
  struct Pins {
    std::array<std::uint32_t, 16> value{};
    std::uint32_t mask = 0;
    bool set(unsigned i, std::uint32_t x) {
      if ((mask >> i & 1u) != 0 && value[i] != x) return false;
      mask |= 1u << i;
      value[i] = x;
      return true;
    }
  };

  struct ItBlock {
    std::array<Draw, 4> draws;
    unsigned count = 0;
    Pins pins;
    isa::RegisterSet written = 0;
    bool stores = false;
  };
  /// A place in the code that depends on where a unit comes to stand.
  struct Fixup {
    enum class Kind : std::uint8_t { label, constant, word, byte, halfword };
    Kind kind = Kind::label;
    std::size_t at = 0;   // index in the code; bytes for `byte`
    unsigned source = 0;  // unit
    unsigned target = 0;  // unit
    std::uint16_t row = 0;
    Address relative_to = 0;
    std::uint8_t rd = 0;     // constant: register of MOVW and MOVT
    std::uint8_t shift = 0;  // the value is (target - relative_to) >> shift, or 1 for Thumb
    bool thumb = false;
    bool aligned = false;  // goes to SP
  };
  /// A branch being made, with the IT block that it may end.
  struct Branch {
    bool in_it = false;
    std::uint32_t it_word = 0;
    ItBlock block;
    Draw draw;
    bool has_data = false;     // behind it
    unsigned target = 0;       // register, or one of the two below
    std::size_t constant = 0;  // fixup of that register
    std::size_t table = 0;     // fixup of the entry of a table
  };
  static constexpr unsigned kImplied = 16;   // the target is no register's value
  static constexpr unsigned kNoTarget = 17;  // there is none that a program can choose
  struct Loop {
    unsigned first;  // units
    unsigned last;
  };

  [[nodiscard]] bool core_has(isa::Feature feature) const {
    return isa::has_feature(features_, feature);
  }
  [[nodiscard]] isa::Place place(isa::ItState it = {}) const { return {here(), it, features_}; }
  std::uint32_t integer();
  void fill_fp_words(std::span<std::uint32_t> words);
  void set_register(unsigned rd, std::uint32_t value, std::uint32_t taken);
  void shuffle_flags();
  unsigned scratch_register(std::uint32_t taken, unsigned count = 13);
  [[nodiscard]] bool sets_missing_q(const Draw& draw) const;
  bool clobbers_protected(const Draw& draw) const;
  isa::ItState random_it(unsigned length);
  bool draw_it_block(isa::ItState& it, unsigned length, ItBlock& block);

  std::uint32_t scratch_address(unsigned alignment);
  Address here() const { return program_.start + 2 * static_cast<Address>(program_.code.size()); }
  const isa::Instruction& random_row();
  bool pin_addresses(const Draw& draw, Pins& pins);
  void emit(const Draw& draw);
  void emit_pins(const Pins& pins);
  void emit_exclusive_partner(const Draw& draw);
  void emit_unicorn_guard(const Draw& draw);
  void emit_unicorn_mask(const Draw& draw);
  static bool unicorn_differs_in_it(const Draw& draw, isa::ItState it);
  void align_stack_pointer();
  void refresh_operands(const Draw& draw);
  void refresh_core_registers();
  void refresh_singles();
  bool single_unit();
  bool it_unit();
  bool still_valid(std::size_t first, std::size_t end) const;

  // generator_branches.cpp
  bool random_unit();
  bool branch_unit();
  bool emit_branch_unit();
  bool draw_branch(Branch& branch);
  bool prepare_branch(Branch& branch);
  void emit_branch(const Branch& branch);
  void loop_units(unsigned count);
  Fixup new_fixup(std::uint16_t row);
  void emit_constant(unsigned rd, Fixup fixup, std::uint32_t taken);
  bool prepare_pc_load(const Draw& draw, Pins& pins, Fixup fixup);
  bool prepare_table(const Draw& draw, Pins& pins, std::size_t& entry);
  void emit_inline_table(const Draw& draw);
  void emit_inline_literal(Draw draw);
  static unsigned target_register(const Draw& draw);
  static bool adds_to_pc(const Draw& draw);
  [[nodiscard]] unsigned legal_target(unsigned source, unsigned target) const;
  [[nodiscard]] Address address_of_unit(unsigned unit) const;
  void apply(const Fixup& fixup);
  void apply_label(const Fixup& fixup, Address target);

  isa::FeatureSet features_;
  fp::testing::OperandSource random_;
  std::vector<const isa::Instruction*> rows_;
  std::vector<const isa::Instruction*> branch_rows_;
  std::uint32_t protected_ = 0;  // registers that the code being made must leave alone
  std::vector<std::uint64_t> drawn_;
  std::size_t it_row_ = 0;
  std::vector<std::uint32_t> pool_;
  Program program_;
  std::vector<Fixup> fixups_;
  std::vector<Loop> loops_;
  std::size_t data_at_ = 0;  // where the data behind the last branch begin
};

}  // namespace mcost::oracle
