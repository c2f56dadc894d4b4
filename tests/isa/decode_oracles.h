// Two independent disassemblers, asked about many instruction words at once: capstone (the library)
// and GNU objdump (the program). Words stand at increasing addresses; NOPs follow what could be
// taken for IT, so that words do not influence each other. For the decode cross-check only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim_core/isa/format.h"
#include "tests/isa/decode_samples.h"

namespace mcost::isa::test {

/// Gives every sample its address.
void lay_out(std::vector<Sample>& samples);

/// What an oracle reads in a sample.
struct Reading {
  bool defined = false;
  unsigned size = 0;  // bytes
  std::string text;
  Listing listing;  // of text
};

/// One reading per sample.
[[nodiscard]] std::vector<Reading> read_with_capstone(const std::vector<Sample>& samples);

/// One reading per sample, for a machine that objdump knows (-m), or nothing where
/// arm-none-eabi-objdump cannot be run.
[[nodiscard]] std::optional<std::vector<Reading>> read_with_objdump(
    const std::vector<Sample>& samples, const std::string& machine);

}  // namespace mcost::isa::test
