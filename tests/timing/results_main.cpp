// Prints every timing value that the tests of this folder compare, for script/accuracy. One line a
// value, separated by tabs: core, kind (row, exception, rule, kernel), placement of the code, id,
// n, expected, modelled, text, and the code or, for a row, the reason of a known difference.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "tests/timing/differences.h"
#include "tests/timing/exception_rows.h"
#include "tests/timing/measure.h"
#include "tests/timing/row.h"
#include "tests/timing/rule.h"

namespace mcost::test {
namespace {

struct Placement {
  const char* core;
  const char* memory;
};
// In the order of the enumeration Column.
constexpr std::array<Placement, kColumns> kPlacements = {
    {{"cortex-m4", "sram"}, {"cortex-m4", "flash"}, {"cortex-m3", "sram"}, {"cortex-m3", "flash"}}};

void print_rows() {
  for (unsigned i = 0; i < kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    for (const Row& row : measured_rows()) {
      if (row.cases.front().silicon(column) == 0) continue;
      const bool line_buffer = column != Column::m4_flash || row.line_buffer;
      const Difference* difference = find_difference(row.id, column);
      const std::string reason(difference == nullptr ? "" : difference->reason);
      for (const Case& one : row.cases) {
        std::printf("%s\trow\t%s\t%s\t%d\t%u\t%u\t%s\t%s\n", kPlacements[i].core,
                    kPlacements[i].memory, row.id.c_str(), one.n, one.silicon(column),
                    measure(one, column, line_buffer), row.text.c_str(), reason.c_str());
      }
    }
  }
}

void print_exceptions() {
  for (const ExceptionRow& row : exception_rows()) {
    const ExceptionCost cost = measure(row);
    std::printf("cortex-m3\texception\tideal\t%s\t1\t%u\t%u\tentry\t\n", row.name, kEntry,
                cost.entry);
    std::printf("cortex-m3\texception\tideal\t%s\t1\t%u\t%u\thandler and return\t\n", row.name,
                row.cycles, cost.back);
  }
}

void print_rules(const char* kind, const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    std::printf("%s\t%s\tideal\t%s\t%u\t%g\t%g\t%s\t%s\n", rule.core.c_str(), kind, rule.id.c_str(),
                rule.per, rule.cycles, long_run_cycles(rule), rule.text.c_str(),
                (rule.shown + (rule.is_loop ? "; loop" : "")).c_str());
  }
}

}  // namespace
}  // namespace mcost::test

int main() {
  try {
    mcost::test::print_rows();
    mcost::test::print_exceptions();
    mcost::test::print_rules("rule", mcost::test::rules());
    mcost::test::print_rules("kernel", mcost::test::kernels());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "timing_results: %s\n", error.what());
    return 1;
  }
  return 0;
}
