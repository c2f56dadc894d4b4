#include "tests/isa/decode_samples.h"

#include <random>

#include "sim_core/isa/decoder.h"

namespace mcost::isa::test {
namespace {

using Random = std::mt19937_64;

std::uint32_t random_field(Random& random) {
  const auto draw = static_cast<std::uint32_t>(random());
  switch (random() % 8) {
    case 0: return 0;
    case 1: return 1;
    case 2: return ~std::uint32_t{0};
    case 3: return 13;
    case 4: return 15;
    default: return draw;
  }
}

std::uint32_t random_word(const Pattern& pattern, Random& random) {
  std::uint32_t word = pattern.value() | pattern.should_value();
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    if (pattern.field_width(letter) == 0) continue;
    std::uint32_t field = random_field(random);
    for (unsigned position = 0; position < pattern.width_bits(); ++position) {
      if (pattern.letter_at(position) != letter) continue;
      word |= (field & 1u) << position;
      field >>= 1;
    }
  }
  if (random() % 10 == 0) word ^= static_cast<std::uint32_t>(random()) & pattern.should_mask();
  return word;
}

}  // namespace

std::vector<Sample> all_narrow_words() {
  std::vector<Sample> samples;
  for (std::uint32_t word = 0; word < 0x10000; ++word) {
    if (!is_wide(static_cast<std::uint16_t>(word)))
      samples.push_back({.word = word, .width_bits = 16});
  }
  return samples;
}

std::vector<Sample> words_of_row(const Encoding& row, unsigned count) {
  const Pattern& pattern = row.pattern;
  Random random(std::uint64_t{pattern.mask()} << 32 | pattern.value());
  std::vector<Sample> samples;
  for (unsigned tries = 0; samples.size() < count && tries < 20 * count; ++tries) {
    const std::uint32_t word = random_word(pattern, random);
    if (row.matches(word)) samples.push_back({.word = word, .width_bits = pattern.width_bits()});
  }
  return samples;
}

std::vector<Sample> words_of_wide_rows(unsigned count_per_row) {
  std::vector<Sample> samples;
  for (const Instruction& instruction : instructions()) {
    if (instruction.row->pattern.width_bits() != 32) continue;
    const std::vector<Sample> words = words_of_row(*instruction.row, count_per_row);
    samples.insert(samples.end(), words.begin(), words.end());
  }
  return samples;
}

std::vector<Sample> random_wide_words(unsigned count) {
  Random random(20240229);
  std::vector<Sample> samples;
  while (samples.size() < count) {
    const auto word = static_cast<std::uint32_t>(random());
    if (is_wide(static_cast<std::uint16_t>(word >> 16)))
      samples.push_back({.word = word, .width_bits = 32});
  }
  return samples;
}

}  // namespace mcost::isa::test
