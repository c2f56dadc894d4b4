// Instruction words to try the decoder on: all halfwords, every 32-bit row over boundary and random
// fields, and random 32-bit words. The words of a row depend on its pattern only, so a new row
// changes no other's.
#pragma once

#include <cstdint>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/isa/encoding.h"

namespace mcost::isa::test {

/// One instruction word and where it stands; a 32-bit one has its first halfword on top.
struct Sample {
  std::uint32_t word = 0;
  unsigned width_bits = 16;
  Address pc = 0;
  bool in_it_block = false;  // it stands behind IT EQ
  [[nodiscard]] Place place() const {
    return {pc, ItState{in_it_block ? std::uint8_t{0x08} : std::uint8_t{0}}};
  }
};

/// All halfwords that are instructions of their own.
[[nodiscard]] std::vector<Sample> all_narrow_words();

/// `count` words of `row`: each field 0, 1, all ones, 13, 15 or random; one in ten violates a (0)
/// or (1) bit.
[[nodiscard]] std::vector<Sample> words_of_row(const Encoding& row, unsigned count);

/// words_of_row of every 32-bit row.
[[nodiscard]] std::vector<Sample> words_of_wide_rows(unsigned count_per_row);

/// Random 32-bit instructions, defined or not.
[[nodiscard]] std::vector<Sample> random_wide_words(unsigned count);

}  // namespace mcost::isa::test
