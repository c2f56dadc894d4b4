// Roles are proven by what they mean. A base or index may only move the access: a program that
// finds the same data elsewhere has the same results. Stored data changes memory at unchanged
// addresses. An accumulator shifts the result by its own change. A factor does nothing while the
// other is zero. What an immediate shift drops does not matter. Results come from the unit that
// `by_...` names.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim_core/isa/instruction.h"
#include "tests/oracle/one_instruction.h"
#include "tests/oracle/perturbation.h"

namespace mcost::oracle {
namespace {

using isa::RegisterSet;
using isa::Roles;
using isa::TimingClass;

constexpr unsigned kEncodings = 16;
constexpr unsigned kStates = 6;

std::uint32_t core_set(RegisterSet set) { return static_cast<std::uint32_t>(set & 0x7FFF); }

/// The only register of a set; 16 if there is not exactly one.
unsigned only(RegisterSet set) {
  const std::uint32_t core = core_set(set);
  return std::popcount(core) == 1 ? static_cast<unsigned>(std::countr_zero(core)) : 16;
}

bool is_multiply(TimingClass timing_class) {
  switch (timing_class) {
    case TimingClass::multiply:
    case TimingClass::multiply_accumulate:
    case TimingClass::multiply_long:
    case TimingClass::multiply_accumulate_long:
    case TimingClass::divide: return true;
    default: return false;
  }
}

bool loads(const Draw& draw) {
  switch (draw.instruction->row->timing_class) {
    case TimingClass::load:
    case TimingClass::load_literal:
    case TimingClass::load_dual:
    case TimingClass::load_multiple:
    case TimingClass::load_exclusive:
    case TimingClass::fp_load:
    case TimingClass::fp_load_multiple: return true;
    default: return false;
  }
}

class RolesTest : public ::testing::Test {
 protected:
  /// Calls check(draw) for encodings of all rows that pass `wanted`, with the instruction loaded.
  template <class Wanted, class Check>
  void for_each_draw(Wanted wanted, Check check) {
    for (const isa::Instruction& instruction : isa::instructions()) {
      if (!is_perturbed(instruction)) continue;
      for (unsigned i = 0; i < kEncodings; ++i) {
        Draw draw;
        if (!source_.draw(instruction, i, draw) || !wanted(draw)) continue;
        machine_.load(draw.word, instruction.row->pattern.width_bits());
        rows_.insert(instruction.index);
        for (unsigned state = 0; state < kStates && !HasFailure(); ++state) check(draw);
      }
    }
  }
  StateSource source_{11};
  OneInstruction machine_;
  std::set<unsigned> rows_;  // that were checked
};

/// `snapshot` with its scratch area moved up by `bytes`.
Snapshot moved(Snapshot snapshot, std::uint32_t bytes) {
  std::rotate(snapshot.memory.begin(), snapshot.memory.end() - static_cast<std::ptrdiff_t>(bytes),
              snapshot.memory.end());
  return snapshot;
}

/// A register with one role of an address and nothing else.
bool is_pure_address(const Roles& roles, unsigned location) {
  return has(roles.base, location) != has(roles.index, location) &&
         !has(roles.store_data, location);
}

TEST_F(RolesTest, BaseAndIndexOnlyMoveTheAccess) {
  for_each_draw(
      [](const Draw& draw) {
        return core_set(draw.roles.base) != 0 &&
               draw.instruction->row->timing_class != TimingClass::store_exclusive &&
               draw.instruction->row->timing_class != TimingClass::preload;
      },
      [&](const Draw& draw) {
        const Snapshot before = source_.snapshot(draw);
        const Snapshot after = machine_.run(before);
        for (unsigned location = 0; location < 15; ++location) {
          if (!is_pure_address(draw.roles, location)) continue;
          const bool is_index = has(draw.roles.index, location);
          const bool table = draw.instruction->row->timing_class == TimingClass::table_branch;
          const unsigned shift = !is_index ? 0u
                                 : table   ? draw.word >> 4 & 1u
                                           : draw.operands.amount;
          const std::uint32_t bytes = 8u << shift;
          Snapshot other = moved(before, bytes);
          other.r[location] += 8;
          Snapshot other_after = machine_.run(other);
          const bool written_back = has(draw.roles.by_writeback, location);
          if (written_back || !has(draw.roles.writes, location)) {
            EXPECT_EQ(other_after.r[location], after.r[location] + 8) << text_of(draw);
            other_after.r[location] = after.r[location];
          }
          EXPECT_EQ(other_after.r, after.r) << text_of(draw) << location_name(location);
          EXPECT_EQ(other_after.s, after.s) << text_of(draw);
          EXPECT_EQ(other_after.pc, after.pc) << text_of(draw);
          EXPECT_TRUE(other_after.memory == moved(after, bytes).memory) << text_of(draw);
        }
      });
  EXPECT_GE(rows_.size(), 100u);
}

/// What is no base or index does not choose the address.
TEST_F(RolesTest, OnlyBaseAndIndexMoveTheAccess) {
  for_each_draw(
      [](const Draw& draw) { return core_set(draw.roles.base) != 0 && draw.stores; },
      [&](const Draw& draw) {
        Snapshot before = source_.snapshot(draw);
        before.exclusive = true;
        std::fill(before.memory.begin(), before.memory.end(), std::uint8_t{0});
        for (unsigned location = 0; location < isa::kFirstSingle + 32; ++location) {
          if (location == 15 || has(draw.roles.base | draw.roles.index, location)) continue;
          const bool is_data = has(draw.roles.store_data, location);
          // Bytes of all ones in place of all zeros show where the data go.
          Snapshot zeros = before;
          Snapshot ones = before;
          std::uint32_t& zero =
              location < 15 ? zeros.r[location] : zeros.s[location - isa::kFirstSingle];
          std::uint32_t& one =
              location < 15 ? ones.r[location] : ones.s[location - isa::kFirstSingle];
          zero = 0;
          one = location == 13 ? 0xFFFFFFFC : 0xFFFFFFFF;
          const Snapshot from_zeros = machine_.run(zeros);
          const Snapshot from_ones = machine_.run(ones);
          std::size_t different = 0;
          for (std::size_t i = 0; i < kScratchSize; ++i) {
            if (from_zeros.memory[i] == from_ones.memory[i]) continue;
            ++different;
            ASSERT_EQ(from_zeros.memory[i], 0) << text_of(draw) << location_name(location);
          }
          const bool stored = from_zeros.r == zeros.r || different != 0 ||
                              draw.instruction->row->timing_class != TimingClass::store_exclusive;
          if (stored && !is_data) {
            EXPECT_EQ(different, 0u) << text_of(draw) << location_name(location);
          }
          if (is_data && draw.instruction->row->timing_class != TimingClass::store_exclusive) {
            EXPECT_GT(different, 0u) << text_of(draw) << location_name(location);
          }
        }
      });
  EXPECT_GE(rows_.size(), 30u);
}

/// All that depends on memory is what a load unit makes, and write-backs never do.
TEST_F(RolesTest, LoadedResultsComeFromMemory) {
  for_each_draw([](const Draw& draw) { return loads(draw); },
                [&](const Draw& draw) {
                  const Snapshot before = source_.snapshot(draw);
                  const Snapshot after = machine_.run(before);
                  Snapshot other = before;
                  source_.perturb(draw, kMemory, other);
                  const Snapshot other_after = machine_.run(other);
                  for (unsigned location = 0; location < kSystem; ++location) {
                    if (same_at(after, other_after, location)) continue;
                    EXPECT_TRUE(has(draw.roles.by_load, location))
                        << text_of(draw) << location_name(location);
                    EXPECT_FALSE(has(draw.roles.by_writeback, location)) << text_of(draw);
                  }
                });
  EXPECT_GE(rows_.size(), 60u);
}

std::uint64_t long_result(const Draw& draw, const Snapshot& after) {
  return std::uint64_t{after.r[draw.operands.ra]} << 32 | after.r[draw.operands.rd];
}

/// Integers: the result moves by as much as the accumulator did, whatever the factors are.
TEST_F(RolesTest, AccumulatorsAreAdded) {
  for_each_draw(
      [](const Draw& draw) {
        return core_set(draw.roles.accumulator) != 0 &&
               (draw.roles.accumulator & draw.roles.factor) == 0;
      },
      [&](const Draw& draw) {
        const Snapshot before = source_.snapshot(draw);
        const Snapshot after = machine_.run(before);
        const isa::Operands& o = draw.operands;
        const TimingClass timing_class = draw.instruction->row->timing_class;
        for (unsigned location = 0; location < 15; ++location) {
          if (!has(draw.roles.accumulator, location)) continue;
          if (location == o.rn || location == o.rm) continue;  // USADA8: also an operand
          Snapshot other = before;
          const std::uint32_t change = source_.word() | 1u;
          other.r[location] += change;
          const Snapshot other_after = machine_.run(other);
          if (timing_class == TimingClass::multiply_accumulate_long) {
            const bool each_alone = std::string_view(draw.instruction->row->name) == "UMAAL";
            const bool high = location == o.ra && !each_alone;
            const std::uint64_t by =
                std::uint64_t{other.r[location]} - std::uint64_t{before.r[location]};
            EXPECT_EQ(long_result(draw, other_after) - long_result(draw, after),
                      high ? by << 32 : by)
                << text_of(draw);
          } else {
            EXPECT_EQ(other_after.r[o.rd] - after.r[o.rd], change) << text_of(draw);
          }
        }
      });
  EXPECT_GE(rows_.size(), 15u);
}

/// Floating point: with a product of zero the result is the addend, but for its sign.
TEST_F(RolesTest, FloatingPointAccumulatorsAreAdded) {
  for_each_draw(
      [](const Draw& draw) {
        return (draw.roles.accumulator & isa::kSingleRegisters) != 0 &&
               (draw.roles.accumulator & draw.roles.factor) == 0;
      },
      [&](const Draw& draw) {
        Snapshot before = source_.snapshot(draw);
        before.fpscr = 0;
        before.s.fill(0);
        const std::uint32_t addend = 0x3F800000 | (source_.word() & 0x807FFFFF);
        for (unsigned i = 0; i < 32; ++i) {
          if (has(draw.roles.accumulator, isa::kFirstSingle + i)) before.s[i] = addend;
        }
        const Snapshot after = machine_.run(before);
        const unsigned words = draw.operands.wide ? 2 : 1;
        for (unsigned i = 0; i < words; ++i) {
          const std::uint32_t sign = i + 1 == words ? 0x80000000 : 0;
          EXPECT_EQ(after.s[words * draw.operands.rd + i] & ~sign, addend & ~sign) << text_of(draw);
        }
      });
  // VMLA, VMLS, VNMLA, VNMLS, VFMA, VFMS, VFNMA, VFNMS of singles and of doubles
  EXPECT_EQ(rows_.size(), 16u);
}

/// A factor of a product, or a dividend or divisor, does nothing while all others are zero.
TEST_F(RolesTest, FactorsAreMultiplied) {
  for_each_draw(
      [](const Draw& draw) {
        const int words = draw.operands.wide ? 2 : 1;
        return std::popcount(draw.roles.factor) == 2 * words &&
               (draw.roles.factor & draw.roles.accumulator) == 0 &&
               draw.instruction->row->timing_class != TimingClass::fp_divide;
      },
      [&](const Draw& draw) {
        Snapshot before = source_.snapshot(draw);
        before.fpscr = 0;
        for (unsigned location = 0; location < isa::kFirstSingle + 32; ++location) {
          if (!has(draw.roles.factor, location)) continue;
          const bool core = location < 16;
          const unsigned number = core ? location : location - isa::kFirstSingle;
          Snapshot one = before;
          Snapshot two = before;
          for (Snapshot* snapshot : {&one, &two}) {
            for (unsigned i = 0; i < 15; ++i) {
              if (core && has(draw.roles.factor, i)) snapshot->r[i] = 0;
            }
            for (unsigned i = 0; i < 32; ++i) {
              if (!core && has(draw.roles.factor, isa::kFirstSingle + i)) snapshot->s[i] = 0;
            }
          }
          if (core) {
            one.r[number] = source_.word();
            two.r[number] = source_.word();
          } else {  // of one sign, else the sign of zero differs
            one.s[number] = 0x3F800000 | (source_.word() & 0x007FFFFF);
            two.s[number] = 0x40000000 | (source_.word() & 0x007FFFFF);
            if (draw.operands.wide) {
              one.s[number ^ 1] = source_.word() & 0x7FEFFFFF;
              two.s[number ^ 1] = source_.word() & 0x7FEFFFFF;
            }
          }
          const Snapshot after_one = machine_.run(one);
          const Snapshot after_two = machine_.run(two);
          for (unsigned result = 0; result < kSystem; ++result) {
            if (!has(draw.roles.writes, result)) continue;
            EXPECT_TRUE(same_at(after_one, after_two, result))
                << text_of(draw) << location_name(result);
          }
        }
      });
  EXPECT_GE(rows_.size(), 30u);
}

/// An operand shifted by an immediate: the bits that leave it do not reach the result, though the
/// last may reach the carry.
TEST_F(RolesTest, ShiftedOperandsLoseBits) {
  std::map<isa::Shift, unsigned> seen;
  for_each_draw(
      [](const Draw& draw) {
        return std::string_view(draw.instruction->row->syntax).find("<shift>") !=
                   std::string_view::npos &&
               core_set(draw.roles.base) == 0;
      },
      [&](const Draw& draw) {
        const isa::Operands& o = draw.operands;
        const TimingClass timing_class = draw.instruction->row->timing_class;
        const bool of_rn = timing_class == TimingClass::saturate;  // SSAT, USAT
        const unsigned shifted = of_rn ? o.rn : o.rm;
        const bool is_shifted = o.shift != isa::Shift::lsl || o.amount != 0;
        const bool always = of_rn || timing_class == TimingClass::pack_select ||
                            timing_class == TimingClass::extend;
        EXPECT_EQ(has(draw.roles.shifted, shifted), is_shifted || always) << text_of(draw);
        if (!is_shifted || o.shift == isa::Shift::ror || o.shift == isa::Shift::rrx) return;
        if (only(draw.roles.reads & ~isa::core_register(shifted)) == shifted) return;
        const bool twice = timing_class != TimingClass::saturate && o.rn == o.rm;
        if (twice) return;  // also the other operand
        const std::uint32_t lost = o.shift == isa::Shift::lsl
                                       ? ~(0xFFFFFFFFu >> o.amount)
                                       : (o.amount == 32 ? 0x7FFFFFFFu : (1u << o.amount) - 1);
        const std::uint32_t sign_kept = o.shift == isa::Shift::asr ? lost & 0x7FFFFFFFu : lost;
        Snapshot before = source_.snapshot(draw);
        Snapshot other = before;
        other.r[shifted] ^= source_.word() & sign_kept;
        const Snapshot after = machine_.run(before);
        const Snapshot other_after = machine_.run(other);
        for (unsigned result = 0; result < 15; ++result) {
          if (!has(draw.roles.writes, result)) continue;
          EXPECT_TRUE(same_at(after, other_after, result)) << text_of(draw);
        }
        ++seen[o.shift];
      });
  EXPECT_GE(rows_.size(), 20u);
  EXPECT_GE(seen.size(), 3u);
}

/// Each result has one unit, and it is the one the row occupies.
TEST_F(RolesTest, UnitsShareTheWriteSet) {
  for_each_draw(
      [](const Draw&) { return true; },
      [&](const Draw& draw) {
        const Roles& roles = draw.roles;
        RegisterSet all = 0;
        unsigned members = 0;
        for (const RegisterSet part : {roles.by_alu, roles.by_shifter, roles.by_multiplier,
                                       roles.by_load, roles.by_writeback, roles.by_fp}) {
          all |= part;
          members += static_cast<unsigned>(std::popcount(part));
        }
        EXPECT_EQ(all, roles.writes) << text_of(draw);
        EXPECT_EQ(members, std::popcount(roles.writes)) << text_of(draw);
        for (const RegisterSet part : {roles.base, roles.index, roles.store_data, roles.accumulator,
                                       roles.factor, roles.shifted}) {
          EXPECT_EQ(part & ~roles.reads, 0u) << text_of(draw);
        }
        const TimingClass timing_class = draw.instruction->row->timing_class;
        EXPECT_EQ(core_set(roles.by_multiplier) != 0, is_multiply(timing_class)) << text_of(draw);
        EXPECT_EQ(core_set(roles.base) != 0 || !draw.operands.write_back ||
                      draw.instruction->row->timing_class == TimingClass::system,
                  true)
            << text_of(draw);
        if (timing_class == TimingClass::shift || timing_class == TimingClass::extend) {
          EXPECT_NE(roles.shifted, 0u) << text_of(draw);
        }
      });
}

}  // namespace
}  // namespace mcost::oracle
