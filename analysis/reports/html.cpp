// The data is `{"runs": [{"file", "run", "events", "transfers", "flame"}]}`: `run` is the JSON
// report without what would be larger than the page: its profile, visits of layers, all events but
// the first of `events`, all DMA transfers but the first of `transfers`; `flame` has what the flame
// graph draws, or is null.
#include "analysis/reports/html.h"

#include <fmt/format.h>

#include <compare>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <utility>

#include "analysis/html/page_template.h"
#include "analysis/reports/registry.h"

namespace mcost::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// Of profiles with more frames than this, those with less than one part in kSmallest of the cycles
/// become part of their callers.
constexpr std::size_t kManyFrames = 4000;
constexpr std::uint64_t kSmallest = 5000;

constexpr std::size_t kMostEvents = 500;  // of the firmware, and as many DMA transfers

constexpr const char* kind_name(CallNode::Kind kind) {
  switch (kind) {
    case CallNode::Kind::root: return "root";
    case CallNode::Kind::call: return "call";
    case CallNode::Kind::interrupt: return "interrupt";
  }
  return "root";
}

/// A frame of the flame graph: all calls of a function by one caller, from wherever in it.
struct Frame {
  std::optional<std::size_t> parent;
  std::size_t function = 0;
  CallNode::Kind kind = CallNode::Kind::root;
  friend auto operator<=>(const Frame&, const Frame&) = default;
};

struct FrameTree {
  std::vector<Frame> frames;         // callers before callees
  std::vector<std::size_t> of_node;  // the frame of each node of the profile
};

FrameTree frames_of(const RunProfile& profile) {
  FrameTree tree;
  std::map<Frame, std::size_t> known;
  for (const CallNode& node : profile.nodes) {
    Frame frame{std::nullopt, node.function, node.kind};
    if (node.parent) frame.parent = tree.of_node[*node.parent];
    const auto [found, is_new] = known.emplace(frame, tree.frames.size());
    if (is_new) tree.frames.push_back(frame);
    tree.of_node.push_back(found->second);
  }
  return tree;
}

/// The frame that stands for each frame in the page: itself, or the caller that it became part of.
std::vector<std::size_t> shown_frames(const FrameTree& tree, const RunProfile& profile) {
  std::vector<std::size_t> shown(tree.frames.size());
  std::iota(shown.begin(), shown.end(), 0);
  if (shown.size() <= kManyFrames) return shown;
  std::vector<std::uint64_t> inclusive(shown.size());
  std::uint64_t total = 0;
  for (const ProfileEntry& entry : profile.entries) {
    inclusive[tree.of_node[entry.node]] += entry.cost.cycles();
    total += entry.cost.cycles();
  }
  for (std::size_t i = shown.size(); i-- > 0;) {
    if (const auto parent = tree.frames[i].parent) inclusive[*parent] += inclusive[i];
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto parent = tree.frames[i].parent;
    if (parent && inclusive[i] < total / kSmallest) shown[i] = shown[*parent];
  }
  return shown;
}

/// Cycles, instructions and energy by frame and layer.
Json flame_cells(const RunProfile& profile, const FrameTree& tree,
                 const std::vector<std::size_t>& number) {
  std::map<std::pair<std::size_t, std::size_t>, std::array<std::uint64_t, 3>> sums;
  for (const ProfileEntry& entry : profile.entries) {
    auto& sum = sums[{number[tree.of_node[entry.node]], entry.layer}];
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
  const FrameTree tree = frames_of(profile);
  const std::vector<std::size_t> shown = shown_frames(tree, profile);
  std::vector<std::size_t> number(shown.size());  // in the page
  Json frames = Json::array();
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] != i) {
      number[i] = number[shown[i]];
      continue;
    }
    const Frame& frame = tree.frames[i];
    number[i] = frames.size();
    frames.push_back({frame.parent ? Json(number[*frame.parent]) : Json(nullptr), frame.function,
                      kind_name(frame.kind)});
  }
  Json functions = Json::array();
  for (const ProfileFunction& function : profile.functions) functions.push_back(function.name);
  Json missing = profile.missing;
  if (frames.size() < shown.size()) {
    missing.push_back(
        fmt::format("{} callees with less than 0.02 % of the cycles each are shown as part of "
                    "their callers.",
                    shown.size() - frames.size()));
  }
  return {{"functions", std::move(functions)},
          {"frames", std::move(frames)},
          {"cells", flame_cells(profile, tree, number)},
          {"missing", std::move(missing)}};
}

Json entry_json(PageEntry& entry) {
  const std::optional<RunProfile> profile = std::exchange(entry.result.profile, std::nullopt);
  const std::size_t events = entry.result.timeline.size();
  if (events > kMostEvents) entry.result.timeline.resize(kMostEvents);
  Json json = Json::object();
  std::vector<DmaTransfer>& transfers = entry.result.dma.list;
  const std::uint64_t all_transfers = transfers.size() + entry.result.dma.dropped;
  if (transfers.size() > kMostEvents) transfers.resize(kMostEvents);
  json["file"] = entry.file;
  json["run"] = Json::parse(json_report(entry.result));
  json["run"].erase("visits");
  json["events"] = events;
  json["transfers"] = all_transfers;
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
