// Where Unicorn 2.0.1 (QEMU 5.0.1) does otherwise than the manuals, and the manual wins. The
// generator keeps random programs away from these places; the snippets here prove that each rule is
// still needed and how far it goes.
#pragma once

#include <span>
#include <vector>

#include "tests/oracle/snippet.h"

namespace mcost::oracle {

struct Difference {
  const char* rule;
  const char* source;             // what the manual says, and where
  unsigned count;                 // snippets where Unicorn differs
  std::vector<Snippet> snippets;  // with what the manual expects; after `count` those that agree
};

/// The Cortex-M4 model.
[[nodiscard]] std::span<const Difference> unicorn_differences();
/// What the models of other cores have besides.
[[nodiscard]] std::span<const Difference> unicorn_m0_differences();
[[nodiscard]] std::span<const Difference> unicorn_m3_differences();
[[nodiscard]] std::span<const Difference> unicorn_m33_differences();

}  // namespace mcost::oracle
