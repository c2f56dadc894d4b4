// How the keys of a board are walked. `describe` (board_fields.h) names every key of a block once,
// with its rule and help; the reader, the writer, the list of sources and the JSON Schema are
// visitors of that one description, so they cannot drift apart. Private to mcost_board_spec;
// includes boards/board_spec.h only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "boards/board_spec.h"

namespace mcost::boards {

enum class Presence : std::uint8_t {
  required,
  optional,  ///< Left out: the default of BoardSpec, with the source "assumed, default".
  derived,   ///< Left out: worked out from other values, with their source.
};

/// One key: its name in YAML, a line of help, and whether its value needs a source (names and
/// modelling choices do not).
struct Field {
  std::string_view key;
  std::string_view help;
  Presence presence = Presence::required;
  bool sourced = true;
};

[[nodiscard]] constexpr Field optional_field(std::string_view key, std::string_view help) {
  return {key, help, Presence::optional, true};
}
[[nodiscard]] constexpr Field label(std::string_view key, std::string_view help,
                                    Presence presence = Presence::required) {
  return {key, help, presence, false};
}

/// Range and spelling of an integer. The spec holds `scale` times what YAML says (1024 for `_kib`
/// keys).
struct IntegerRule {
  std::uint64_t min = 0;
  std::uint64_t max = 0;
  std::uint64_t scale = 1;
  bool hex = false;
};

enum class TextRule : std::uint8_t {
  name,  ///< Letters, digits, `_` and `-`.
  line,  ///< Any text of one line.
};

class FieldVisitor;

/// One block of keys.
class Block {
 public:
  virtual ~Block() = default;
  virtual void describe(FieldVisitor& visitor) = 0;
};

/// A list of blocks that YAML writes as a map from name to block.
class NamedList {
 public:
  virtual ~NamedList() = default;
  /// What one entry is called in messages: "memory".
  [[nodiscard]] virtual std::string_view noun() const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual const std::string& name(std::size_t index) const = 0;
  virtual void append(const std::string& name) = 0;
  virtual void describe(std::size_t index, FieldVisitor& visitor) = 0;
  /// Describes an entry with default values, for the schema.
  virtual void describe_default(FieldVisitor& visitor) = 0;
};

/// A block whose key `kind` says which alternative it is.
class Alternatives {
 public:
  virtual ~Alternatives() = default;
  [[nodiscard]] virtual std::span<const std::string_view> names() const = 0;
  [[nodiscard]] virtual std::size_t index() const = 0;
  virtual void select(std::size_t index) = 0;
  virtual void describe(FieldVisitor& visitor) = 0;
};

class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;

  virtual void integer64(const Field& field, std::uint64_t& value, const IntegerRule& rule) = 0;
  /// An integer that may be absent; `field` is optional and has no default source.
  virtual void maybe_integer(const Field& field, std::optional<std::uint32_t>& value,
                             const IntegerRule& rule) = 0;
  virtual void integers(const Field& field, std::vector<std::uint64_t>& values,
                        const IntegerRule& rule) = 0;
  virtual void boolean(const Field& field, bool& value) = 0;
  virtual void text(const Field& field, std::string& value, TextRule rule) = 0;
  virtual void word(const Field& field, std::size_t& index,
                    std::span<const std::string_view> words) = 0;
  virtual void bit_field(const Field& field, BitField& value) = 0;
  /// A block inside the current one.
  virtual void block(const Field& field, Block& block) = 0;
  virtual void named_list(const Field& field, NamedList& list) = 0;
  /// The key `kind` and the keys of the alternative it selects, in the current block.
  virtual void alternatives(const Field& kind, Alternatives& choice) = 0;

  template <typename Integer>
  void integer(const Field& field, Integer& value, const IntegerRule& rule) {
    std::uint64_t wide = value;
    integer64(field, wide, rule);
    value = static_cast<Integer>(wide);
  }

  template <typename Enum, std::size_t Count>
  void choice(const Field& field, Enum& value, const std::array<std::string_view, Count>& words) {
    auto index = static_cast<std::size_t>(value);
    word(field, index, words);
    value = static_cast<Enum>(index);
  }
};

}  // namespace mcost::boards
