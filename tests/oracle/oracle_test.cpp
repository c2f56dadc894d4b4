// mcost against Unicorn on random programs. MCOST_ORACLE_SCALE multiplies the amount (default 1; a
// build with assertions does a twentieth), MCOST_ORACLE_SEED sets the first seed. A difference is
// repeated alone by the seed it prints with.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "sim_core/isa/instruction.h"
#include "tests/oracle/campaign.h"

namespace mcost::oracle {
namespace {

#ifdef NDEBUG
constexpr double kShare = 1.0;
#else
constexpr double kShare = 0.05;
#endif
constexpr double kInstructions = 20'000'000;
constexpr double kPrograms = 50'000;

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

Campaign& campaign() {
  static Campaign campaign;
  return campaign;
}

void run(const char* what, const CampaignOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  std::printf("%s: seed %llu\n", what, static_cast<unsigned long long>(options.seed));
  std::fflush(stdout);
  const CampaignResult result = campaign().run(options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%s: %llu programs, %llu random instructions of %llu retired, %.1f s\n", what,
              static_cast<unsigned long long>(result.programs),
              static_cast<unsigned long long>(result.instructions),
              static_cast<unsigned long long>(result.retired), seconds.count());
  EXPECT_EQ(result.differences, 0u) << result.text;
}

TEST(Oracle, RandomInstructionsAgreeWithUnicorn) {
  run("instructions", {.seed = seed(1'000'000'000),
                       .runs = static_cast<std::uint64_t>(kInstructions * scale()),
                       .program_size = 1000,
                       .states = 4});
}

TEST(Oracle, RandomProgramsWithBranchesAgreeWithUnicorn) {
  run("programs", {.seed = seed(2'000'000'000),
                   .runs = static_cast<std::uint64_t>(kPrograms * scale()),
                   .branches = true,
                   .program_size = 40,
                   .states = 1});
}

TEST(Oracle, RandomProgramsContainEveryRow) {
  // What the tests before this one drew; alone, it draws for itself.
  CampaignOptions options{.seed = 1, .runs = 40'000, .program_size = 1000, .states = 1};
  EXPECT_EQ(campaign().run(options).differences, 0u);
  options = {.seed = 1, .runs = 400, .branches = true, .program_size = 40, .states = 1};
  EXPECT_EQ(campaign().run(options).differences, 0u);
  for (const isa::Instruction& instruction : isa::instructions()) {
    const isa::Encoding& row = *instruction.row;
    if ((isa::kCortexM4 & isa::feature_bit(row.feature)) == 0) continue;
    const bool expected = !rows_without_random_programs().contains(row.name);
    EXPECT_EQ(campaign().drawn()[instruction.index] != 0, expected)
        << row.name << " T" << static_cast<int>(row.form) << " " << row.syntax;
  }
}

}  // namespace
}  // namespace mcost::oracle
