// Bit patterns of encodings, written as the manual prints them: "00110 ddd iiiiiiii". `0` and `1`
// are fixed bits, a letter is a field (bits of one letter are concatenated from the left wherever
// they stand), `Z` and `O` are the manual's (0) and (1): UNPREDICTABLE if otherwise. Spaces are
// ignored. A wrong length or character does not compile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mcost::isa {

class Pattern {
 public:
  constexpr Pattern() = default;
  template <std::size_t N>
  // NOLINTNEXTLINE(*-explicit-*, *-avoid-c-arrays): a string literal, as the manual prints it
  consteval Pattern(const char (&text)[N]) {
    unsigned count = 0;
    for (std::size_t i = 0; i + 1 < N; ++i) count += text[i] == ' ' ? 0u : 1u;
    if (count != 16 && count != 32) throw "a pattern has 16 or 32 bits";
    width_ = static_cast<std::uint8_t>(count);
    unsigned position = count;
    for (std::size_t i = 0; i + 1 < N; ++i) {
      const char symbol = text[i];
      if (symbol == ' ') continue;
      --position;
      const std::uint32_t place = std::uint32_t{1} << position;
      letters_[position] = symbol;
      if (symbol == '0' || symbol == '1') {
        mask_ |= place;
        if (symbol == '1') value_ |= place;
      } else if (symbol == 'Z' || symbol == 'O') {
        should_mask_ |= place;
        if (symbol == 'O') should_value_ |= place;
      } else if (symbol < 'a' || symbol > 'z') {
        throw "a pattern holds 0, 1, Z, O and lower-case field letters";
      }
    }
  }

  [[nodiscard]] constexpr unsigned width_bits() const { return width_; }
  [[nodiscard]] constexpr std::uint32_t mask() const { return mask_; }
  [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
  [[nodiscard]] constexpr bool matches(std::uint32_t instruction) const {
    return (instruction & mask_) == value_;
  }
  /// False where a (0) or (1) bit of the manual is otherwise.
  [[nodiscard]] constexpr bool should_be_holds(std::uint32_t instruction) const {
    return (instruction & should_mask_) == should_value_;
  }
  [[nodiscard]] constexpr std::uint32_t should_mask() const { return should_mask_; }
  [[nodiscard]] constexpr std::uint32_t should_value() const { return should_value_; }

  /// The bits of `letter`, leftmost first. Returns 0 for a letter the pattern does not have.
  [[nodiscard]] constexpr std::uint32_t field(std::uint32_t instruction, char letter) const {
    std::uint32_t result = 0;
    for (unsigned position = width_; position-- > 0;) {
      if (letters_[position] == letter) result = (result << 1) | ((instruction >> position) & 1u);
    }
    return result;
  }
  [[nodiscard]] constexpr unsigned field_width(char letter) const {
    unsigned count = 0;
    for (unsigned position = 0; position < width_; ++position)
      count += letters_[position] == letter ? 1u : 0u;
    return count;
  }
  [[nodiscard]] constexpr char letter_at(unsigned position) const { return letters_[position]; }

 private:
  std::uint32_t mask_ = 0;
  std::uint32_t value_ = 0;
  std::uint32_t should_mask_ = 0;
  std::uint32_t should_value_ = 0;
  std::array<char, 32> letters_{};
  std::uint8_t width_ = 0;
};

}  // namespace mcost::isa
