// Effects are proven by perturbation: over random encodings and states, changing anything outside
// the read set changes no result, nothing outside the write set changes, and each member of both
// sets matters somewhere. Roles likewise, each by what it means.
#include "sim_core/isa/effects.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim_core/isa/instruction.h"
#include "tests/oracle/generator.h"
#include "tests/oracle/one_instruction.h"
#include "tests/oracle/perturbation.h"

namespace mcost::oracle {
namespace {

using isa::RegisterSet;
using isa::TimingClass;

constexpr unsigned kEncodings = 24;  // of each row
#ifdef NDEBUG
constexpr unsigned kStates = 10;  // of each encoding
constexpr bool kExpectAll = true;
#else
constexpr unsigned kStates = 1;  // too few for every member to matter somewhere
constexpr bool kExpectAll = false;
#endif

/// What names a location in a row's syntax: the operand field equal to it, or its own name. Empty
/// where several fields are equal to it: that says nothing about either.
std::string label_of(const Draw& draw, unsigned location) {
  const isa::Operands& o = draw.operands;
  const std::string_view syntax = draw.instruction->row->syntax;
  if (location == 15 || location >= isa::kFirstSingle + 32) return location_name(location);
  const bool core = location < 15;
  const unsigned number = core ? location : location - isa::kFirstSingle;
  std::string fields;
  const auto add = [&](const char* name, unsigned field, bool narrow) {
    if (!core && o.wide && !narrow ? number / 2 == field : number == field) fields += name;
  };
  add("d", o.rd, syntax.find("<sd.s>") != std::string_view::npos);
  add("n", o.rn, false);
  add("m", o.rm, syntax.find("<sm.s>") != std::string_view::npos);
  add("a", o.ra, false);
  if (fields.size() > 1) return "";
  if (fields.empty()) return location_name(location);
  return (core ? "R" : "S") + fields;
}

class EffectsTest : public ::testing::Test {
 protected:
  void perturb_row(const isa::Instruction& instruction);
  void perturb_encoding(const Draw& draw);
  void perturb_state(const Draw& draw, const Snapshot& before);
  void check_unread(const Draw& draw, unsigned location, const Snapshot& before,
                    const Snapshot& after, const Snapshot& other_before,
                    const Snapshot& other_after);
  void report(const Draw& draw, const std::string& text);

  StateSource source_{7};
  OneInstruction machine_;
  // By label, over the encodings of a row.
  std::set<std::string> reads_;
  std::set<std::string> reads_that_matter_;
  std::set<std::string> writes_;
  std::set<std::string> writes_that_matter_;
  unsigned failures_ = 0;
  unsigned preload_reads_ = 0;
  std::set<unsigned> reported_;
  std::map<std::string, std::set<std::string>> idle_;  // label: rows where it never matters
};

void EffectsTest::report(const Draw& draw, const std::string& text) {
  if (reported_.insert(draw.instruction->index).second && ++failures_ <= 40)
    ADD_FAILURE() << text_of(draw) << text;
}

/// `location` is not read: results are the same, and it keeps its own value unless it is written.
void EffectsTest::check_unread(const Draw& draw, unsigned location, const Snapshot& before,
                               const Snapshot& after, const Snapshot& other_before,
                               const Snapshot& other_after) {
  for (unsigned result = 0; result < kLocations; ++result) {
    if (result == 15) {
      const Address moved = other_before.pc - before.pc;
      if (other_after.pc - moved != after.pc && !has(draw.roles.writes, 15))
        report(draw, "goes elsewhere because of " + location_name(location));
      if (has(draw.roles.writes, 15) && location != 15 && !same_at(after, other_after, 15))
        report(draw, "branches elsewhere because of " + location_name(location));
      continue;
    }
    const bool expected = result == location && !has(draw.roles.writes, result)
                              ? same_at(other_before, other_after, result)
                              : same_at(after, other_after, result);
    if (!expected) report(draw, location_name(result) + " depends on " + location_name(location));
  }
}

void EffectsTest::perturb_state(const Draw& draw, const Snapshot& before) {
  const Snapshot after = machine_.run(before);
  if (after.faulted) {
    report(draw, "faults");
    return;
  }
  const Address next = before.pc + draw.instruction->row->pattern.width_bits() / 8;
  for (unsigned location = 0; location < kLocations; ++location) {
    const bool same = location == 15 ? after.pc == next : same_at(before, after, location);
    if (!same && !has(draw.roles.writes, location))
      report(draw, "changes " + location_name(location));
    if (!same) writes_that_matter_.insert(label_of(draw, location));
  }
  const bool place_matters =
      draw.instruction->decode(draw.word, {.pc = kProgram}).imm !=
      draw.instruction->decode(draw.word, {.pc = kProgram + OneInstruction::kElsewhere}).imm;
  for (unsigned location = 0; location < kLocations; ++location) {
    if (location == 15 && place_matters && !has(draw.roles.reads, 15)) continue;  // decode's fact
    Snapshot other = before;
    source_.perturb(draw, location, other);
    const Snapshot other_after = machine_.run(other);
    if (!has(draw.roles.reads, location)) {
      check_unread(draw, location, before, after, other, other_after);
      continue;
    }
    for (unsigned result = 0; result < kLocations; ++result) {
      if (result == location && !has(draw.roles.writes, location)) continue;
      if (!same_at(after, other_after, result)) reads_that_matter_.insert(label_of(draw, location));
    }
  }
}

void EffectsTest::perturb_encoding(const Draw& draw) {
  machine_.load(draw.word, draw.instruction->row->pattern.width_bits());
  for (unsigned location = 0; location < kLocations; ++location) {
    const std::string label = label_of(draw, location);
    if (label.empty()) continue;
    if (has(draw.roles.reads, location)) reads_.insert(label);
    if (has(draw.roles.writes, location)) writes_.insert(label);
  }
  for (unsigned i = 0; i < kStates; ++i) perturb_state(draw, source_.snapshot(draw));
}

void EffectsTest::perturb_row(const isa::Instruction& instruction) {
  reads_.clear();
  reads_that_matter_.clear();
  writes_.clear();
  writes_that_matter_.clear();
  for (unsigned i = 0; i < kEncodings; ++i) {
    Draw draw;
    if (!source_.draw(instruction, i, draw)) continue;
    perturb_encoding(draw);
  }
  const std::string row = std::string(instruction.row->name) + " T" +
                          std::to_string(static_cast<int>(instruction.row->form)) + " " +
                          instruction.row->syntax;
  if (instruction.row->timing_class == TimingClass::preload) {
    // A hint reads the registers of its address and has no result that could tell.  ARMv7-M ARM
    // A7.7, PLD (immediate).
    EXPECT_EQ(writes_.size(), 0u) << row;
    preload_reads_ += static_cast<unsigned>(reads_.size());
    return;
  }
  // What TT finds out about an address depends on MPU regions, of which there are none.
  if (std::string_view(instruction.row->name).starts_with("TT")) reads_.erase("Rn");
  for (const std::string& label : reads_) {
    if (!reads_that_matter_.contains(label)) idle_["reads " + label].insert(row);
  }
  for (const std::string& label : writes_) {
    if (!writes_that_matter_.contains(label)) idle_["writes " + label].insert(row);
  }
}

TEST_F(EffectsTest, ReadsAndWritesAreExact) {
  for (const isa::Instruction& instruction : isa::instructions()) {
    if (is_perturbed(instruction)) perturb_row(instruction);
  }
  EXPECT_EQ(preload_reads_, 8u);  // PLD and PLI: six of Rn, two of Rm
  for (const auto& [label, rows] : idle_) {
    if (!kExpectAll) break;
    for (const std::string& row : rows) ADD_FAILURE() << row << " " << label << " for nothing";
  }
}

}  // namespace
}  // namespace mcost::oracle
