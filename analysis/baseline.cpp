#include "analysis/baseline.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '/' || c == '-' || c == '+' || c == '(' || c == ')' || c == '<' ||
         c == '>';
}

/// A hash may look like a number, so all of them are quoted.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

/// As YAML reads it back: quoted where it has to be. `text` is printable.
std::string yaml_text(const std::string& text) {
  const bool letter =
      !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  // A colon inside a word is one of its letters: "bytes:flash".
  const bool plain =
      letter && text.back() != ':' &&
      std::all_of(text.begin(), text.end(), [](char c) { return is_plain(c) || c == ':'; });
  if (plain && text != "null" && text != "true" && text != "false") return text;
  return quoted(text);
}

std::string quantity_text(Quantity quantity) {
  if (quantity.per == 1) return fmt::format("{}", quantity.value);
  return fmt::format("{}/{}", quantity.value, quantity.per);
}

}  // namespace

Baseline baseline_of(const Origin& origin, const MeasuredParts& parts,
                     const std::vector<Limit>& limits) {
  Baseline baseline;
  baseline.origin = origin;
  baseline.origin.board_values.reset();
  std::vector<Subject> subjects = parts.usual();
  for (const Limit& limit : limits) {
    if (!limit.needs_baseline()) continue;
    for (Subject& subject : parts.expand(limit.subject)) subjects.push_back(std::move(subject));
  }
  std::vector<std::pair<std::uint64_t, const Subject*>> of_parts;
  for (const Subject& subject : subjects) {
    const auto value = parts.value(subject);
    if (!value) continue;
    if (subject.part.empty()) {
      baseline.metrics[subject.text()] = *value;
    } else {
      const Subject cycles{subject.part, subject.name, {"cycles", ""}};
      of_parts.emplace_back(parts.value(cycles).value_or(Quantity{}).value, &subject);
    }
  }
  std::stable_sort(of_parts.begin(), of_parts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [cycles, subject] : of_parts) {
    if (baseline.metrics.size() == kMostMetrics) break;
    baseline.metrics[subject->text()] = *parts.value(*subject);
  }
  return baseline;
}

std::string baseline_yaml(const Baseline& baseline) {
  const Origin& origin = baseline.origin;
  std::string text = fmt::format("{}\n", kBaselineMark);
  const auto add = [&](const char* key, const std::string& value) {
    text += fmt::format("{}: {}\n", key, yaml_text(printable(value)));
  };
  add("schema", kBaselineSchema);
  add("tool", origin.tool_version);
  add("image", origin.image_name);
  text += fmt::format("image_sha256: {}\n", quoted(origin.image_sha256));
  add("board", origin.board_name);
  text += fmt::format("board_sha256: {}\n", quoted(origin.board_hashes.all));
  if (!origin.board_hashes.parts.empty()) text += "board_parts:\n";
  for (const auto& [part, hash] : origin.board_hashes.parts)
    text += fmt::format("  {}: {}\n", yaml_text(printable(part)), quoted(hash));
  if (!origin.options.empty()) text += "options:\n";
  for (const std::string& option : origin.options)
    text += fmt::format("  - {}\n", yaml_text(printable(option)));
  text += "# Energy in femtojoules, times in picoseconds, memory in bytes.\nmetrics:\n";
  for (const auto& [name, value] : baseline.metrics)
    text += fmt::format("  {}: {}\n", yaml_text(name), quantity_text(value));
  return text;
}

std::string new_baseline_head() {
  return "# What `mcost check` compares this firmware with. This part is yours: docs/ci.md.\n"
         "tolerance: 1%\n"
         "# limits:                       # broken: exit status 3\n"
         "#   layers.*.cycles: +5%\n"
         "#   energy: <5mJ\n"
         "# warnings:                     # broken: said, no more\n"
         "#   stack_bytes: +0\n";
}

}  // namespace mcost::analysis
