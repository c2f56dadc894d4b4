// The lists of differences hold: mcost does as the manual says, and Unicorn differs where a list
// says so and nowhere else.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/oracle/campaign.h"
#include "tests/oracle/unicorn_differences.h"

namespace mcost::oracle {
namespace {

bool unicorn_differs(UnicornModel model, const Snippet& snippet, isa::FeatureSet features) {
  McostCore mcost(Timing::flat, {}, features);
  UnicornCore unicorn(model);
  const Program program = program_of(snippet);
  for (Machine* machine : {static_cast<Machine*>(&mcost), static_cast<Machine*>(&unicorn)}) {
    machine->load(program);
    set_memory(*machine, snippet);
  }
  State ours;
  State theirs;
  const std::string our_error = mcost.run(initial_state(snippet), ours);
  const std::string their_error = unicorn.run(initial_state(snippet), theirs);
  if (!our_error.empty() && !their_error.empty()) return false;  // both refuse
  return our_error != their_error || !(ours == theirs) ||
         !std::equal(mcost.ram().begin(), mcost.ram().begin() + kScratchSize,
                     unicorn.ram().begin());
}

void check_list(std::span<const Difference> list, UnicornModel model, isa::FeatureSet features) {
  for (const Difference& difference : list) {
    for (std::size_t i = 0; i < difference.snippets.size(); ++i) {
      const Snippet& snippet = difference.snippets[i];
      EXPECT_EQ(check(snippet, {}, features), "") << difference.rule;
      EXPECT_EQ(unicorn_differs(model, snippet, features), i < difference.count)
          << difference.rule << ": " << snippet.text;
    }
    EXPECT_GT(difference.count, 0u) << difference.rule;
  }
}

TEST(UnicornDifferences, CortexM4) {
  check_list(unicorn_differences(), UnicornModel::cortex_m4, isa::kCortexM4);
}

TEST(UnicornDifferences, CortexM3) {
  check_list(unicorn_m3_differences(), UnicornModel::cortex_m3, isa::kCortexM3);
}

TEST(UnicornDifferences, CortexM0) {
  check_list(unicorn_m0_differences(), UnicornModel::cortex_m0, isa::kCortexM0);
}

TEST(UnicornDifferences, CortexM33) {
  check_list(unicorn_m33_differences(), UnicornModel::cortex_m33, isa::kCortexM33);
}

/// Unicorn plays the core it was asked for: each word tells some from others.
TEST(UnicornModel, IsTheCoreAskedFor) {
  struct Word {
    const char* text;
    std::uint32_t word;
    std::array<bool, 5> runs;  // on M0, M3, M4, M7, M33
  };
  constexpr std::array kWords{
      Word{"movw r0, #0", 0xF2400000, {false, true, true, true, true}},
      Word{"sadd16 r0, r1, r2", 0xFA91F002, {false, false, true, true, true}},
      Word{"vfma.f32 s0, s1, s2", 0xEEA00A81, {false, false, true, true, true}},
      Word{"vseleq.f32 s0, s1, s2", 0xFE000A81, {false, false, false, true, true}},
      Word{"vadd.f64 d0, d1, d2", 0xEE310B02, {false, false, false, true, false}},
      Word{"lda r0, [r1]", 0xE8D10FAF, {false, false, false, false, true}}};
  constexpr std::array kModels{UnicornModel::cortex_m0, UnicornModel::cortex_m3,
                               UnicornModel::cortex_m4, UnicornModel::cortex_m7,
                               UnicornModel::cortex_m33};
  for (std::size_t i = 0; i < kModels.size(); ++i) {
    UnicornCore unicorn(kModels[i]);
    for (const Word& word : kWords) {
      const Snippet snippet{word.text, {word.word}, {{1, kData}}, {}};
      unicorn.load(program_of(snippet));
      State result;
      EXPECT_EQ(unicorn.run(initial_state(snippet), result).empty(), word.runs[i])
          << word.text << " on model " << i;
    }
  }
}

}  // namespace
}  // namespace mcost::oracle
