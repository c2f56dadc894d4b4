// Compiles small sources with arm-none-eabi-gcc while a test runs, for input that only a real tool
// chain writes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/loader/elf_builder.h"

namespace mcost::test {

/// True if arm-none-eabi-gcc can be run.
[[nodiscard]] bool has_target_compiler();

/// Files by name, compiled and linked in a temporary folder: `arm-none-eabi-gcc -mcpu=cortex-m4
/// -mthumb FLAGS`. Flags name the sources. Returns the ELF; nothing, with the compiler's messages
/// printed, if that fails.
[[nodiscard]] std::optional<Bytes> compile(
    const std::vector<std::pair<std::string, std::string>>& files, const std::string& flags);

}  // namespace mcost::test

/// Skips the running test where there is no compiler for the target.
#define MCOST_NEED_TARGET_COMPILER()                                                     \
  if (!mcost::test::has_target_compiler()) {                                             \
    GTEST_SKIP() << "arm-none-eabi-gcc is not installed (script/bootstrap installs it)"; \
  }                                                                                      \
  static_assert(true)
