#include "analysis/premises.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kShownHash = 12;
constexpr std::size_t kLongestValue = 60;

bool all_equal(const TextDifference& difference) {
  const auto& values = difference.values;
  return std::all_of(values.begin(), values.end(),
                     [&](const auto& value) { return value == values.front(); });
}

template <class TextOf>
std::optional<TextDifference> differing(const std::vector<Origin>& origins, const char* name,
                                        TextOf&& text_of) {
  TextDifference all{name, {}};
  for (const Origin& origin : origins) all.values.emplace_back(text_of(origin));
  if (all_equal(all)) return std::nullopt;
  return all;
}

/// The rows of several lists of names, in the order of the first, then of the others.
template <class List, class NameOf>
std::vector<std::string> names_in_order(const std::vector<Origin>& origins, List&& list_of,
                                        NameOf&& name_of) {
  std::vector<std::string> names;
  std::map<std::string, bool> known;
  for (const Origin& origin : origins) {
    for (const auto& entry : list_of(origin)) {
      if (known.emplace(name_of(entry), true).second) names.push_back(name_of(entry));
    }
  }
  return names;
}

std::vector<TextDifference> differing_values(const std::vector<Origin>& origins) {
  std::vector<std::map<std::string, std::string>> by_path;
  by_path.reserve(origins.size());
  for (const Origin& origin : origins)
    by_path.emplace_back(origin.board_values->begin(), origin.board_values->end());
  const auto values_of = [](const Origin& origin) -> const BoardValues& {
    return *origin.board_values;
  };
  std::vector<TextDifference> list;
  for (const std::string& path :
       names_in_order(origins, values_of, [](const auto& value) { return value.first; })) {
    if (path == "name") continue;
    TextDifference row{path, {}};
    for (const auto& values : by_path) {
      const auto found = values.find(path);
      row.values.push_back(found == values.end() ? std::nullopt
                                                 : std::optional<std::string>(found->second));
    }
    if (!all_equal(row)) list.push_back(std::move(row));
  }
  return list;
}

std::vector<TextDifference> differing_options(const std::vector<Origin>& origins) {
  const auto options_of = [](const Origin& origin) -> const std::vector<std::string>& {
    return origin.options;
  };
  std::vector<TextDifference> list;
  for (const std::string& option :
       names_in_order(origins, options_of, [](const std::string& text) { return text; })) {
    TextDifference row{option, {}};
    for (const Origin& origin : origins) {
      const bool given =
          std::find(origin.options.begin(), origin.options.end(), option) != origin.options.end();
      row.values.push_back(given ? std::optional<std::string>("given") : std::nullopt);
    }
    if (!all_equal(row)) list.push_back(std::move(row));
  }
  return list;
}

std::vector<std::string> differing_parts(const std::vector<Origin>& origins) {
  const auto parts_of = [](const Origin& origin) -> const auto& {
    return origin.board_hashes.parts;
  };
  std::vector<std::string> list;
  for (const std::string& part :
       names_in_order(origins, parts_of, [](const auto& entry) { return entry.first; })) {
    const auto hash_of = [&](const Origin& origin) {
      for (const auto& [name, hash] : origin.board_hashes.parts) {
        if (name == part) return hash;
      }
      return std::string();
    };
    if (differing(origins, "", hash_of)) list.push_back(part);
  }
  if (list.size() > 1) std::erase(list, "pinned");  // stands beside what --set changed
  return list;
}

std::string value_text(const std::optional<std::string>& value) {
  if (!value) return "(none)";
  std::string text = printable(*value);
  if (text.size() <= kLongestValue) return text;
  text = printable(text.substr(0, kLongestValue - 3));  // may have cut a character
  return text + "...";
}

std::string change_text(const TextDifference& difference) {
  std::string text;
  const char* const between = difference.values.size() == 2 ? " -> " : " | ";
  for (const auto& value : difference.values)
    text += (text.empty() ? "" : between) + value_text(value);
  return text;
}

std::string joined_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

std::string given_to(const TextDifference& option, const std::vector<std::string>& labels) {
  std::vector<std::string> with;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (option.values[i]) with.push_back(labels[i]);
  }
  return "only " + joined_words(with);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> board_parts(const BoardValues& values) {
  std::map<std::string, std::string> parts;
  for (const auto& [path, value] : values) {
    const std::size_t first = path.find_first_of(".[");
    std::string part = path.substr(0, first);
    if (part == "memories" && first != std::string::npos)
      part = path.substr(0, path.find_first_of(".[", first + 1));
    if (part != "name") parts[part] += fmt::format("{}: {}\n", path, value);
  }
  return {parts.begin(), parts.end()};
}

Premises premises_of(const std::vector<Origin>& origins, const std::vector<std::string>& labels) {
  Premises premises;
  premises.labels = labels;
  premises.tool =
      differing(origins, "mcost", [](const Origin& origin) { return origin.tool_version; });
  premises.board =
      differing(origins, "board", [](const Origin& origin) { return origin.board_name; });
  const bool values_known = std::all_of(origins.begin(), origins.end(), [](const Origin& origin) {
    return origin.board_values.has_value();
  });
  if (values_known) {
    premises.board_values = differing_values(origins);
    premises.same_board_values = premises.board_values.empty();
  } else {
    premises.same_board_values =
        !differing(origins, "", [](const Origin& origin) { return origin.board_hashes.all; });
    premises.board_parts = differing_parts(origins);
  }
  premises.options = differing_options(origins);
  if (values_known) {  // what --set changes is among the values
    std::erase_if(premises.options,
                  [](const TextDifference& row) { return row.name.starts_with("--set "); });
  }
  premises.same_image =
      !differing(origins, "", [](const Origin& origin) { return origin.image_sha256; });
  premises.image = differing(origins, "firmware", [](const Origin& origin) {
    const std::string hash = origin.image_sha256.substr(0, kShownHash);
    return origin.image_name + (hash.empty() ? "" : " (sha256 " + hash + ")");
  });
  return premises;
}

std::string verdict(const Premises& premises, bool numbers_differ) {
  std::vector<std::string> others;
  if (premises.tool) others.emplace_back("the version of mcost");
  if (!premises.same_board_values)
    others.emplace_back(premises.board ? "the board" : "values of the board");
  if (!premises.options.empty()) others.emplace_back("options of the run");
  if (others.empty() && premises.same_image) {
    if (!numbers_differ) return "Firmware, board, options and version are the same.";
    return "Firmware, board, options and version are the same, so every number should be: a file "
           "was edited, or the firmware has input that the result does not name (files read "
           "through semihosting, an SD card).";
  }
  if (others.empty()) return "Only the firmware differs.";
  const std::string what = joined_words(others);
  if (premises.same_image)
    return fmt::format("The firmware is the same: {} made the difference.", what);
  return fmt::format(
      "Not only the firmware differs but {} too, so a difference need not be the firmware's: run "
      "both with the same before you blame it.",
      what);
}

namespace {

/// Of boards with the same name, values; of others only how many, for they are no news.
void add_board_lines(const Premises& premises, std::size_t most_values,
                     std::vector<std::pair<std::string, std::string>>& lines) {
  if (premises.same_board_values) return;
  const auto add = [&](const std::string& text) {
    const bool first = lines.empty() || lines.back().first == "mcost";
    lines.emplace_back(first ? "board" : "", text);
  };
  const std::vector<TextDifference>& values = premises.board_values;
  if (values.empty()) {
    std::vector<std::string> parts;
    for (const std::string& part : premises.board_parts) parts.push_back(printable(part));
    add((parts.empty() ? "its values" : "values of " + joined_words(parts)) +
        " have changed; a baseline keeps only hashes of them: see the history of the board's file");
    return;
  }
  const std::string all = "(--format json lists them)";
  if (premises.board) {
    add(fmt::format("{} differ {}", counted(values.size(), "value"), all));
    return;
  }
  std::size_t shown = 0;
  for (const TextDifference& row : values) {
    if (row.name == "pinned" && values.size() > 1) continue;  // stands beside what --set changed
    if (shown++ == most_values) break;
    add(printable(row.name) + ": " + change_text(row));
  }
  if (shown > most_values)
    add(fmt::format("and {} differ {}", counted(values.size() - most_values, "more value"), all));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> difference_lines(const Premises& premises,
                                                                  std::size_t most_values) {
  std::vector<std::pair<std::string, std::string>> lines;
  if (premises.tool) lines.emplace_back("mcost", change_text(*premises.tool));
  if (premises.board) lines.emplace_back("board", change_text(*premises.board));
  add_board_lines(premises, most_values, lines);
  for (std::size_t i = 0; i < premises.options.size(); ++i) {
    lines.emplace_back(i == 0 ? "options" : "", printable(premises.options[i].name) + ": " +
                                                    given_to(premises.options[i], premises.labels));
  }
  if (premises.image) lines.emplace_back("firmware", change_text(*premises.image));
  return lines;
}

}  // namespace mcost::analysis
