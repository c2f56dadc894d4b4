// What writers and readers of JSON reports share: exact integers, names of causes, and a reading
// view of a document whose mistakes name their place. Private to analysis. Invariant: a name that
// was written reads back to the same index.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

using Json = nlohmann::ordered_json;

/// Readers that keep numbers as doubles would lose digits above 2^53: those are strings.
[[nodiscard]] Json json_integer(std::uint64_t value);

/// "issue", "fetch_wait:flash", "bus_wait:dma2". `memory` is that of a per-memory cause, the
/// initiator of a per-initiator one.
[[nodiscard]] std::string cause_key(Cause cause, std::size_t memory, const RunResult& result);

/// A value of the document and the way to it, for messages. Errors: ConfigError from every member
/// that finds another kind of value than it is asked for.
class JsonValue {
 public:
  JsonValue(const Json& json, std::string place) : json_(json), place_(std::move(place)) {}

  [[noreturn]] void refuse(const std::string& what) const;
  [[nodiscard]] JsonValue operator[](const char* key) const;
  [[nodiscard]] bool has(const char* key) const { return json_.is_object() && json_.contains(key); }
  [[nodiscard]] bool is_null() const { return json_.is_null(); }
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string text_or_empty() const { return is_null() ? std::string() : text(); }
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::uint64_t integer() const;
  [[nodiscard]] std::uint64_t integer_up_to(std::uint64_t most) const;
  /// The member's value, 0 where it is left out.
  [[nodiscard]] std::uint64_t integer_or_zero(const char* key) const;
  /// An index into a list of `count` elements called `list`.
  [[nodiscard]] std::size_t index(std::size_t count, const char* list) const;
  [[nodiscard]] EventValue signed_integer() const;
  [[nodiscard]] Address address() const;
  template <class Visit>
  void each(Visit&& visit) const {
    if (!json_.is_array()) refuse("expected a list");
    for (std::size_t i = 0; i < json_.size(); ++i) {
      visit(JsonValue(json_[i], fmt::format("{}[{}]", place_, i)));
    }
  }
  template <class Visit>
  void each_member(Visit&& visit) const {
    if (!json_.is_object()) refuse("expected an object");
    for (const auto& [key, value] : json_.items()) {
      visit(key, JsonValue(value, fmt::format("{}.{}", place_, key)));
    }
  }

 private:
  [[nodiscard]] std::uint64_t digits(const std::string& text, int base) const;

  const Json& json_;
  std::string place_;
};

/// Checks spans of time as they are read: by begin, and a span before those inside it.
class SpanOrder {
 public:
  /// `what` is one of them, for messages.
  explicit SpanOrder(std::string what) : what_(std::move(what)) {}
  void add(Cycles begin, Cycles end, const JsonValue& json);

 private:
  std::string what_;
  Cycles last_ = 0;
  std::vector<Cycles> open_;  // ends of the spans around
};

/// The memory of that name. `json` is where it was found, for the message.
[[nodiscard]] std::size_t memory_index(const RunResult& result, const std::string& name,
                                       const JsonValue& json);

struct CauseKey {
  Cause cause = Cause::issue;
  std::size_t memory = 0;
};
/// What cause_key wrote. Errors: ConfigError for causes, memories and bus masters that the run does
/// not have.
[[nodiscard]] CauseKey read_cause_key(const std::string& key, const JsonValue& value,
                                      const RunResult& result);

}  // namespace mcost::analysis
