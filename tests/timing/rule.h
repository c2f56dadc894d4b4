// A rule of core-timing.md as code to repeat, and what one repetition costs; see rules_m0.yaml.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/test_machine.h"

namespace mcost::test {

struct Rule {
  std::string core;
  std::string id;
  std::string text;
  std::string shown;    // the repeated code, for people
  double cycles = 0;    // of `per` repetitions
  double modelled = 0;  // what the model says where that is another number, else 0
  unsigned per = 1;
  bool is_loop = false;  // `each` closes a loop that counts R7 down, else it is repeated
  std::vector<std::pair<unsigned, std::uint32_t>> registers;  // R0-R14, then S0-S31 from 16 on
  std::string before;                                         // hexadecimal
  std::string each;
};

/// Every rule of every core.
[[nodiscard]] const std::vector<Rule>& rules();

/// Every inner loop of kernels_*.yaml, in the form of a rule.
[[nodiscard]] const std::vector<Rule>& kernels();

/// Cycles of Rule::per repetitions more, in a long run.
[[nodiscard]] double long_run_cycles(const Rule& rule);

/// Cycles of `repetitions` of a rule's code, with what is before them.
[[nodiscard]] Cycles cycles_of(const Rule& rule, unsigned repetitions);

}  // namespace mcost::test
