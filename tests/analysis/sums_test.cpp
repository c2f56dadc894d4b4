#include "analysis/sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analysis/sample_result.h"

namespace mcost::analysis {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Sums, SampleAddsUp) { EXPECT_THAT(broken_sums(test::sample_result()), IsEmpty()); }

TEST(Sums, CycleMissingFromALayerIsFound) {
  RunResult result = test::sample_result();
  result.layers[1].exclusive.counters.cycles -= 1;
  const auto broken = broken_sums(result);
  EXPECT_THAT(broken, Contains(HasSubstr("layer net/conv<1>: causes do not sum to cycles")));
  EXPECT_THAT(broken, Contains(HasSubstr("run by layer")));
}

TEST(Sums, LayerMissingFromTheRunIsFound) {
  RunResult result = test::sample_result();
  result.layers.pop_back();
  EXPECT_THAT(broken_sums(result), Contains(HasSubstr("run by layer: parts have")));
}

TEST(Sums, TrafficInstructionsMacsAndCausesAreCompared) {
  const auto breaks = [](auto&& change, const char* what) {
    RunResult result = test::sample_result();
    change(result.total);
    EXPECT_THAT(broken_sums(result), Contains(HasSubstr(what)));
  };
  breaks([](Cost& total) { ++total.counters.traffic[1].read_bytes; }, "traffic of the parts");
  breaks([](Cost& total) { ++total.counters.instructions; }, "instructions");
  breaks([](Cost& total) { ++total.counters.macs; }, "MACs");
  breaks([](Cost& total) { ++total.counters.traffic[0].array_reads; }, "traffic of the parts");
  breaks([](Cost& total) { ++total.counters.by_class[0]; },
         "run: classes do not sum to the instructions that were not skipped");
  breaks(
      [](Cost& total) {
        --total.counters.by_class[0];
        ++total.counters.by_class[1];
      },
      "run by layer: instruction classes of the parts are not those of the whole");
  breaks([](Cost& total) { ++total.counters.by_memory[0][4]; }, "causes do not sum");
  breaks([](Cost& total) { ++total.model[0]; }, "counters of the parts");
  breaks(
      [](Cost& total) {
        --total.counters.by_cause[0];
        ++total.counters.by_cause[1];
      },
      "causes of the parts");
}

TEST(Sums, ParentMustIncludeItsChildren) {
  RunResult result = test::sample_result();
  result.layers[0].inclusive = result.layers[0].exclusive;
  EXPECT_THAT(broken_sums(result), Contains(HasSubstr("layer net: parts have")));
}

}  // namespace
}  // namespace mcost::analysis
