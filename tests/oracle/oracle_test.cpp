// mcost against Unicorn on random programs. MCOST_ORACLE_SCALE multiplies the amount (default
// 0.4, or 0.05 in a build with assertions), MCOST_ORACLE_SEED sets the first seed. A difference is
// repeated alone by the seed it prints with.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "sim_core/isa/instruction.h"
#include "tests/oracle/campaign.h"

namespace mcost::oracle {
namespace {

#ifdef NDEBUG
constexpr double kShare = 0.4;
#else
constexpr double kShare = 0.05;
#endif
/// A core and how much of it is run.
struct Amount {
  UnicornModel model;
  const char* name;
  double instructions;
  double programs;
};
constexpr std::array kAmounts{Amount{UnicornModel::cortex_m0, "CortexM0", 5e6, 12'500},
                              Amount{UnicornModel::cortex_m3, "CortexM3", 5e6, 12'500},
                              Amount{UnicornModel::cortex_m4, "CortexM4", 20e6, 50'000},
                              Amount{UnicornModel::cortex_m7, "CortexM7", 5e6, 12'500},
                              Amount{UnicornModel::cortex_m33, "CortexM33", 5e6, 12'500}};

double scale() {
  const char* text = std::getenv("MCOST_ORACLE_SCALE");
  return text == nullptr ? kShare : std::strtod(text, nullptr);
}

std::uint64_t seed(std::uint64_t fallback) {
  const char* text = std::getenv("MCOST_ORACLE_SEED");
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 0);
}

/// Rows that no random program contains, because they stop a program; directed_test.cpp has them.
const std::set<std::string>& rows_without_random_programs() {
  static const std::set<std::string> kNames{
      "YIELD",       "WFE",       "WFI",       "SVC",
      "BKPT",        "UDF",  // stop Unicorn; YIELD should not
      "CDP, CDP2",   "MCR, MCR2", "MRC, MRC2", "MCRR, MCRR2",
      "MRRC, MRRC2", "STC, STC2", "LDC, LDC2"};  // UsageFault NOCP
  return kNames;
}

class Oracle : public ::testing::TestWithParam<Amount> {
 protected:
  /// One for all tests of a core: it remembers what was drawn.
  static Campaign& campaign() {
    static std::map<UnicornModel, Campaign> campaigns;
    return campaigns.try_emplace(GetParam().model, GetParam().model).first->second;
  }

  static void run(const char* what, const CampaignOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    std::printf("%s, %s: seed %llu\n", GetParam().name, what,
                static_cast<unsigned long long>(options.seed));
    std::fflush(stdout);
    const CampaignResult result = campaign().run(options);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("%s, %s: %llu programs, %llu random instructions of %llu retired, %.1f s\n",
                GetParam().name, what, static_cast<unsigned long long>(result.programs),
                static_cast<unsigned long long>(result.instructions),
                static_cast<unsigned long long>(result.retired), seconds.count());
    EXPECT_EQ(result.differences, 0u) << result.text;
  }
};

TEST_P(Oracle, RandomInstructionsAgreeWithUnicorn) {
  run("instructions", {.seed = seed(1'000'000'000),
                       .runs = static_cast<std::uint64_t>(GetParam().instructions * scale()),
                       .program_size = 1000,
                       .states = 4});
}

TEST_P(Oracle, RandomProgramsWithBranchesAgreeWithUnicorn) {
  run("programs", {.seed = seed(2'000'000'000),
                   .runs = static_cast<std::uint64_t>(GetParam().programs * scale()),
                   .branches = true,
                   .program_size = 40,
                   .states = 1});
}

TEST_P(Oracle, RandomProgramsContainEveryRow) {
  // What the tests before this one drew; alone, it draws for itself.
  CampaignOptions options{.seed = 1, .runs = 40'000, .program_size = 1000, .states = 1};
  EXPECT_EQ(campaign().run(options).differences, 0u);
  options = {.seed = 1, .runs = 400, .branches = true, .program_size = 40, .states = 1};
  EXPECT_EQ(campaign().run(options).differences, 0u);
  const isa::FeatureSet features = features_of(GetParam().model);
  for (const isa::Instruction& instruction : isa::instructions()) {
    const isa::Encoding& row = *instruction.row;
    const bool expected = isa::has_feature(features, row.feature) &&
                          !rows_without_random_programs().contains(row.name);
    EXPECT_EQ(campaign().drawn()[instruction.index] != 0, expected)
        << row.name << " T" << static_cast<int>(row.form) << " " << row.syntax;
  }
}

INSTANTIATE_TEST_SUITE_P(Cores, Oracle, ::testing::ValuesIn(kAmounts),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace mcost::oracle
