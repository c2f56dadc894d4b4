#include "analysis/reports/json_value.h"

#include <algorithm>
#include <charconv>

#include "analysis/reports/json_keys.h"
#include "analysis/reports/numbers.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {

Json json_integer(std::uint64_t value) {
  if (value > kMaxExactInteger) return fmt::format("{}", value);
  return value;
}

std::string cause_key(Cause cause, std::size_t memory, const RunResult& result) {
  const char* const name = kCauseNames[static_cast<unsigned>(cause)];
  if (is_per_memory(cause)) return fmt::format("{}:{}", name, printable(result.memories[memory]));
  if (is_per_initiator(cause))
    return fmt::format("{}:{}", name, printable(result.initiators[memory]));
  return name;
}

void JsonValue::refuse(const std::string& what) const {
  throw ConfigError(what, place_, "give a file written by mcost with --format json");
}

JsonValue JsonValue::operator[](const char* key) const {
  if (!json_.is_object()) refuse("expected an object");
  const auto found = json_.find(key);
  if (found == json_.end()) refuse(fmt::format("key \"{}\" is missing", key));
  return {*found, fmt::format("{}.{}", place_, key)};
}

std::string JsonValue::text() const {
  if (!json_.is_string()) refuse("expected a string");
  return json_.get<std::string>();
}

bool JsonValue::boolean() const {
  if (!json_.is_boolean()) refuse("expected true or false");
  return json_.get<bool>();
}

std::uint64_t JsonValue::integer() const {
  if (json_.is_number_unsigned()) return json_.get<std::uint64_t>();
  if (json_.is_string()) return digits(json_.get<std::string>(), 10);
  refuse("expected a non-negative integer");
}

std::uint64_t JsonValue::integer_up_to(std::uint64_t most) const {
  const std::uint64_t value = integer();
  if (value > most) refuse(fmt::format("expected at most {}, got {}", most, value));
  return value;
}

std::uint64_t JsonValue::integer_or_zero(const char* key) const {
  return has(key) ? (*this)[key].integer() : 0;
}

std::size_t JsonValue::index(std::size_t count, const char* list) const {
  const std::uint64_t value = integer();
  if (value >= count) refuse(fmt::format("there are {} {}, so no number {}", count, list, value));
  return static_cast<std::size_t>(value);
}

EventValue JsonValue::signed_integer() const {
  if (json_.is_number_integer() && !json_.is_number_unsigned()) {
    const auto value = json_.get<std::int64_t>();
    return {value < 0,
            value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value)};
  }
  if (json_.is_string() && json_.get<std::string>().starts_with('-')) {
    return {true, digits(json_.get<std::string>().substr(1), 10)};
  }
  return {false, integer()};
}

Address JsonValue::address() const {
  const std::string hex = text();
  if (hex.size() != 10 || !hex.starts_with("0x")) refuse("expected an address like 0x08000000");
  return static_cast<Address>(digits(hex.substr(2), 16));
}

std::uint64_t JsonValue::digits(const std::string& text, int base) const {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || stop != end || error != std::errc{}) refuse("expected an integer");
  return value;
}

void SpanOrder::add(Cycles begin, Cycles end, const JsonValue& json) {
  if (end < begin) json.refuse(fmt::format("the {} ends before it begins", what_));
  if (begin < last_) json.refuse(fmt::format("{}s are in the order of their begins", what_));
  last_ = begin;
  while (!open_.empty() && open_.back() <= begin) open_.pop_back();
  if (!open_.empty() && end > open_.back())
    json.refuse(fmt::format("the {} ends after the one around it", what_));
  open_.push_back(end);
}

std::size_t memory_index(const RunResult& result, const std::string& name, const JsonValue& json) {
  const auto found = std::find(result.memories.begin(), result.memories.end(), name);
  if (found == result.memories.end()) json.refuse(fmt::format("no memory is called \"{}\"", name));
  return static_cast<std::size_t>(found - result.memories.begin());
}

CauseKey read_cause_key(const std::string& key, const JsonValue& value, const RunResult& result) {
  const std::size_t colon = key.find(':');
  const std::string name = key.substr(0, colon);
  const auto* const found = std::find(kCauseNames.begin(), kCauseNames.end(), name);
  if (found == kCauseNames.end()) value.refuse(fmt::format("unknown cause \"{}\"", key));
  const auto cause = static_cast<Cause>(found - kCauseNames.begin());
  const bool shared = is_per_memory(cause) || is_per_initiator(cause);
  if (shared && colon == std::string::npos)
    value.refuse(fmt::format("cause \"{}\" does not say what it waited for", key));
  if (!shared && colon != std::string::npos) value.refuse("this cause is not by memory");
  if (!shared) return {cause, 0};
  const std::string who = key.substr(colon + 1);
  if (is_per_memory(cause)) return {cause, memory_index(result, who, value)};
  const auto initiator = std::find(result.initiators.begin(), result.initiators.end(), who);
  if (initiator == result.initiators.end())
    value.refuse(fmt::format("no cycle of the run waited for \"{}\"", who));
  return {cause, static_cast<std::size_t>(initiator - result.initiators.begin())};
}

}  // namespace mcost::analysis
