#include "boards/suggestions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <numeric>

namespace mcost::boards {
namespace {

constexpr std::size_t kLongestName = 64;

constexpr std::array<std::string_view, 26> kUnitSuffixes = {
    "_bytes", "_byte", "_kib", "_mib", "_gib",     "_kb",    "_mb",     "_kbytes", "_bits",
    "_bit",   "_hz",   "_khz", "_mhz", "_ghz",     "_ps",    "_ns",     "_us",     "_ms",
    "_s",     "_sec",  "_pj",  "_fj",  "_percent", "_cycle", "_cycles", "_clk"};

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Levenshtein distance with adjacent transpositions, case ignored.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current[j] =
          std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
    before.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

/// Case ignored.
bool starts_with(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view without_unit(std::string_view name) {
  for (const std::string_view suffix : kUnitSuffixes) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      return name.substr(0, name.size() - suffix.size());
    }
  }
  return name;
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kShortestStart = 3;
  if (name.size() > kLongestName) return {};
  std::string best;
  std::size_t best_edits = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t distance = edits(name, candidate);
    if (distance > std::max<std::size_t>(1, (longer + 1) / 3) || distance >= longer) continue;
    if (best.empty() || distance < best_edits) {
      best = candidate;
      best_edits = distance;
    }
  }
  if (!best.empty() || name.size() < kShortestStart) return best;
  // Who types only the start of a name means the shortest that goes on like this.
  for (const std::string& candidate : candidates) {
    if (!starts_with(candidate, name)) continue;
    if (best.empty() || candidate.size() < best.size()) best = candidate;
  }
  return best;
}

std::string same_name_other_unit(std::string_view name,
                                 const std::vector<std::string>& candidates) {
  for (const std::string& candidate : candidates) {
    if (candidate != name && without_unit(candidate) != candidate &&
        without_unit(candidate) == without_unit(name)) {
      return candidate;
    }
  }
  return {};
}

std::string suggest(std::string_view name, std::string_view label,
                    const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(name, candidates);
  std::string text = nearest.empty() ? "" : fmt::format("did you mean \"{}\"? ", nearest);
  text += fmt::format("{}: {}", label,
                      candidates.empty() ? "none" : fmt::format("{}", fmt::join(candidates, ", ")));
  return text;
}

}  // namespace mcost::boards
