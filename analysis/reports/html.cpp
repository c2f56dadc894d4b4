// The data is `{"runs": [{"file", "run", "events", "flame"}]}`: `run` is the JSON report without
// what would be larger than the page (its profile, visits of layers, all events but the first of
// `events`); `flame` has what the flame graph draws, or is null.
#include "analysis/reports/html.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "analysis/html/page_template.h"
#include "analysis/reports/registry.h"

namespace mcost::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// Of profiles with more nodes than this, those with less than one part in kSmallest of the cycles
/// become part of their callers.
constexpr std::size_t kManyNodes = 4000;
constexpr std::uint64_t kSmallest = 5000;

constexpr std::size_t kMostEvents = 500;

constexpr const char* kind_name(CallNode::Kind kind) {
  switch (kind) {
    case CallNode::Kind::root: return "root";
    case CallNode::Kind::call: return "call";
    case CallNode::Kind::interrupt: return "interrupt";
  }
  return "root";
}

/// The node that stands for each node in the graph: itself, or the caller that it became part of.
std::vector<std::size_t> shown_nodes(const RunProfile& profile) {
  std::vector<std::size_t> shown(profile.nodes.size());
  for (std::size_t i = 0; i < shown.size(); ++i) shown[i] = i;
  if (shown.size() <= kManyNodes) return shown;
  std::vector<std::uint64_t> inclusive(shown.size());
  std::uint64_t total = 0;
  for (const ProfileEntry& entry : profile.entries) {
    inclusive[entry.node] += entry.cost.cycles();
    total += entry.cost.cycles();
  }
  for (std::size_t i = shown.size(); i-- > 0;) {
    if (const auto parent = profile.nodes[i].parent) inclusive[*parent] += inclusive[i];
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto parent = profile.nodes[i].parent;
    if (parent && inclusive[i] < total / kSmallest) shown[i] = shown[*parent];
  }
  return shown;
}

/// Cycles, instructions and energy by node and layer. Entries are sorted by these.
Json flame_cells(const RunProfile& profile, const std::vector<std::size_t>& number) {
  std::map<std::pair<std::size_t, std::size_t>, std::array<std::uint64_t, 3>> sums;
  for (const ProfileEntry& entry : profile.entries) {
    auto& sum = sums[{number[entry.node], entry.layer}];
    sum[0] += entry.cost.cycles();
    sum[1] += entry.cost.instructions;
    sum[2] += entry.energy_fj;
  }
  Json cells = Json::array();
  for (const auto& [place, sum] : sums)
    cells.push_back({place.first, place.second, sum[0], sum[1], sum[2]});
  return cells;
}

Json flame_json(const RunProfile& profile) {
  const std::vector<std::size_t> shown = shown_nodes(profile);
  std::vector<std::size_t> number(shown.size());  // in the page
  Json nodes = Json::array();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] != i) {
      number[i] = number[shown[i]];
      continue;
    }
    const CallNode& node = profile.nodes[i];
    number[i] = nodes.size();
    nodes.push_back({node.parent ? Json(number[*node.parent]) : Json(nullptr), node.function,
                     kind_name(node.kind)});
  }
  Json functions = Json::array();
  for (const ProfileFunction& function : profile.functions) functions.push_back(function.name);
  Json missing = profile.missing;
  if (nodes.size() < shown.size()) {
    missing.push_back(
        fmt::format("{} calling contexts with less than 0.02 % of the cycles each are shown as "
                    "part of their callers.",
                    shown.size() - nodes.size()));
  }
  Json cells = flame_cells(profile, number);
  return {{"functions", std::move(functions)},
          {"nodes", std::move(nodes)},
          {"cells", std::move(cells)},
          {"missing", std::move(missing)}};
}

Json entry_json(PageEntry& entry) {
  const std::optional<RunProfile> profile = std::exchange(entry.result.profile, std::nullopt);
  const std::size_t events = entry.result.timeline.size();
  if (events > kMostEvents) entry.result.timeline.resize(kMostEvents);
  Json json = Json::object();
  json["file"] = entry.file;
  json["run"] = Json::parse(json_report(entry.result));
  json["run"].erase("visits");
  json["events"] = events;
  json["flame"] = profile ? flame_json(*profile) : Json(nullptr);
  return json;
}

}  // namespace

bool has_html_page() { return !kPageHead.empty(); }

std::string page_data(std::vector<PageEntry> entries) {
  Json runs = Json::array();
  for (PageEntry& entry : entries) runs.push_back(entry_json(entry));
  const Json data = {{"runs", std::move(runs)}};
  const std::string text = data.dump(-1, ' ', true, Json::error_handler_t::replace);
  // Outside of strings JSON has none of these, and inside they may be written so.
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '<': safe += "\\u003c"; break;
      case '>': safe += "\\u003e"; break;
      case '&': safe += "\\u0026"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string html_page(std::vector<PageEntry> entries) {
  std::string page;
  for (const char* const piece : kPageHead) page += piece;
  page += page_data(std::move(entries));
  for (const char* const piece : kPageTail) page += piece;
  return page;
}

}  // namespace mcost::analysis
