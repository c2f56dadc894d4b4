#include "sim_core/isa/instruction_set.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mcost::isa {
namespace {

constexpr auto kInstructions = [] {
  std::array<Instruction, AllRows::kSize> all{};
  for_each_row(AllRows{},
               [&all]<class Row>(std::size_t index) { all[index] = make_instruction<Row>(index); });
  return all;
}();

/// The instruction words with (word & mask) == value.
struct Cube {
  std::uint32_t mask;
  std::uint32_t value;
  [[nodiscard]] constexpr bool meets(const Pattern& pattern) const {
    return ((value ^ pattern.value()) & mask & pattern.mask()) == 0;
  }
  /// The bits `pattern` fixes and this does not.
  [[nodiscard]] constexpr std::uint32_t free_in(const Pattern& pattern) const {
    return pattern.mask() & ~mask;
  }
};

/// True if every word of `cube` matches one of the `see` patterns of the two rows.
constexpr bool resolved(Cube cube, const See& first, const See& second) {
  for (unsigned i = 0; i < first.count + second.count; ++i) {
    const Pattern& pattern = i < first.count ? first.patterns[i] : second.patterns[i - first.count];
    if (!cube.meets(pattern)) continue;
    const std::uint32_t open = cube.free_in(pattern);
    if (open == 0) return true;
    const std::uint32_t bit = open & (~open + 1);
    return resolved({cube.mask | bit, cube.value}, first, second) &&
           resolved({cube.mask | bit, cube.value | bit}, first, second);
  }
  return false;
}

constexpr bool disjoint(const Encoding& a, const Encoding& b) {
  if (a.pattern.width_bits() != b.pattern.width_bits()) return true;
  const Cube cube{a.pattern.mask(), a.pattern.value()};
  if (!cube.meets(b.pattern)) return true;
  return resolved({a.pattern.mask() | b.pattern.mask(), a.pattern.value() | b.pattern.value()},
                  a.see, b.see);
}

/// A 32-bit instruction starts with 0b11101, 0b11110 or 0b11111. Source: ARMv7-M ARM A5.1.
constexpr bool has_wide_prefix(const Pattern& pattern) {
  const unsigned top = pattern.width_bits() - 5;
  const std::uint32_t prefix = pattern.value() >> top;
  return (pattern.mask() >> top) == 0x1F && prefix > 0x1C;
}

constexpr bool well_formed(const Encoding& row) {
  if (has_wide_prefix(row.pattern) != (row.pattern.width_bits() == 32)) return false;
  const Cube own{row.pattern.mask(), row.pattern.value()};
  for (unsigned i = 0; i < row.see.count; ++i) {
    if (row.see.patterns[i].width_bits() != row.pattern.width_bits()) return false;
    if (!own.meets(row.see.patterns[i])) return false;  // a reference that sends nothing elsewhere
  }
  return true;
}

/// The first row that overlaps an earlier one, or is badly formed; the number of rows if there is
/// none.
constexpr std::size_t first_bad_row() {
  for (std::size_t i = 0; i < kInstructions.size(); ++i) {
    if (!well_formed(*kInstructions[i].row)) return i;
    for (std::size_t j = 0; j < i; ++j) {
      if (!disjoint(*kInstructions[i].row, *kInstructions[j].row)) return i;
    }
  }
  return kInstructions.size();
}

template <std::size_t kRow>
struct RowsAreDisjoint {
  static_assert(kRow == kInstructions.size(),
                "row kRow overlaps an earlier one, or its `see` is stale");
};
template struct RowsAreDisjoint<first_bad_row()>;

}  // namespace

std::span<const Instruction> instructions() { return kInstructions; }

}  // namespace mcost::isa
