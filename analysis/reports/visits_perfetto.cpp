// Chrome trace event format, which ui.perfetto.dev and chrome://tracing read. Source: "Trace Event
// Format", complete events (X), instants (i), counters (C) and metadata (M).
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "analysis/energy.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_exports.h"

namespace mcost::analysis {
namespace {

enum Track : int { kLayers = 1, kFunctions = 2, kHandlers = 3, kFirmware = 4, kFirstDma = 5 };

/// Cycles to microseconds with three decimals, as the format has them. With several clocks nobody
/// knows which cycle had which: a microsecond then stands for a cycle.
class TimeScale {
 public:
  explicit TimeScale(const RunResult& result) : result_(result) {}
  [[nodiscard]] bool is_cycles() const { return result_.clocks.size() > 1; }
  [[nodiscard]] std::string at(Cycles cycle) const {
    if (is_cycles()) return fmt::format("{}", cycle);
    Counters counters;
    counters.cycles = cycle;
    const std::uint64_t ns = nanoseconds(counters, result_);
    return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
  }
  /// From one cycle to another, so that ends meet begins.
  [[nodiscard]] std::string span(Cycles begin, Cycles end) const {
    if (is_cycles()) return fmt::format("{}", end - begin);
    Counters counters;
    counters.cycles = begin;
    const std::uint64_t from = nanoseconds(counters, result_);
    counters.cycles = end;
    const std::uint64_t ns = nanoseconds(counters, result_) - from;
    return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
  }

 private:
  const RunResult& result_;
};

/// Each has several events; a run may have very many.
constexpr std::size_t kMostSpells = 10'000;

/// From a cycle on, cost is that of a layer; of nothing where nobody knows.
struct LayerSpell {
  Cycles begin = 0;
  std::optional<std::size_t> layer;
};

/// The innermost layer over time.
std::vector<LayerSpell> spells_of(const RunResult& result) {
  std::vector<LayerSpell> spells;
  const auto change = [&](Cycles cycle, std::optional<std::size_t> layer) {
    if (!spells.empty() && spells.back().begin == cycle) spells.pop_back();
    if (spells.empty() || spells.back().layer != layer) spells.push_back({cycle, layer});
  };
  std::optional<std::size_t> outside;
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    if (result.layers[i].kind == "outside") outside = i;
  }
  std::vector<LayerVisit> open;
  const auto leave_until = [&](Cycles cycle, std::optional<std::size_t> around) {
    while (!open.empty() && open.back().end <= cycle) {
      const Cycles end = open.back().end;
      open.pop_back();
      change(end, open.empty() ? around : std::optional(open.back().layer));
    }
  };
  if (!result.visits->list.empty()) change(0, outside);
  for (const LayerVisit& visit : result.visits->list) {
    leave_until(visit.begin, outside);
    change(visit.begin, visit.layer);
    open.push_back(visit);
  }
  const bool is_complete = result.visits->dropped == 0;
  leave_until(~Cycles{0}, is_complete ? outside : std::nullopt);
  if (spells.size() > kMostSpells) {
    spells.resize(kMostSpells);
    spells.back().layer = std::nullopt;
  }
  return spells;
}

/// `part` of `whole`, in `units`, to three decimals.
double rounded_ratio(std::uint64_t part, std::uint64_t whole, double units) {
  if (whole == 0) return 0;
  const double value = static_cast<double>(part) / static_cast<double>(whole) * units;
  return std::round(value * 1000) / 1000;
}

/// What layers do over time, as far as their own sums say: bytes of each memory and groups of
/// causes, both by cycle, and power.
Json bytes_per_cycle(const RunResult& result, const Cost& cost) {
  Json args = Json::object();
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const auto bytes = [m](const Counters& counters) {
      const Traffic& traffic = counters.traffic[m];
      return traffic.read_bytes + traffic.write_bytes + traffic.fetch_bytes;
    };
    if (bytes(result.total.counters) == 0) continue;
    args[printable(result.memories[m])] =
        rounded_ratio(bytes(cost.counters), cost.counters.cycles, 1);
  }
  return args;
}

Json percent_by_group(const RunResult& result, const Cost& cost) {
  Json args = Json::object();
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    const auto group = static_cast<CauseGroup>(g);
    if (group_cycles(result.total.counters, group) == 0) continue;
    args[kCauseGroupNames[g]] =
        rounded_ratio(group_cycles(cost.counters, group), cost.counters.cycles, 100);
  }
  return args;
}

Json milliwatts(const RunResult& result, const Cost& cost) {
  const std::uint64_t fj = cost.energy.empty() ? 0 : energy_of(cost, *result.energy).fj;
  return {{"mean", rounded_ratio(mean_power_uw(fj, cost.counters, result), 1000, 1)}};
}

/// The events of a trace, one a line. Times are written as exact decimals, which no double is.
class Writer {
 public:
  explicit Writer(const RunResult& result) : result_(result), time_(result) {}

  std::string write() {
    metadata("process_name", 0,
             fmt::format("{} on {}, {}", printable(result_.image.name),
                         printable(result_.board.name), printable(result_.board.core)));
    metadata("thread_name", kLayers, "1 layers");
    metadata("thread_name", kFunctions, "2 functions");
    metadata("thread_name", kHandlers, "3 handlers of exceptions");
    metadata("thread_name", kFirmware, "4 events of the firmware");
    visits();
    functions();
    transfers();
    live_bytes();
    means_of_layers();
    firmware_events();
    Json about = {
        {"schema", "mcost/visits/1"},
        {"unit", time_.is_cycles() ? "1 us is 1 cycle, because the core clock changed" : "time"},
        {"dropped_visits", result_.visits->dropped},
        {"dropped_dma_transfers", result_.dma.dropped}};
    if (result_.profile) about["dropped_calls_and_returns"] = result_.profile->spans.dropped;
    return fmt::format(R"({{"displayTimeUnit":"ns","otherData":{},"traceEvents":[{})", about.dump(),
                       events_) +
           "\n]}\n";
  }

 private:
  void add(const char* phase, int track, const std::string& times, const std::string& name,
           const Json& args) {
    events_ += fmt::format(R"({}{{"ph":"{}","pid":1,"tid":{},{}"name":{},"args":{}}})",
                           events_.empty() ? "\n" : ",\n", phase, track, times, text_of(Json(name)),
                           text_of(args));
  }
  static std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  void metadata(const char* what, int track, const std::string& name) {
    add("M", track, "", what, {{"name", name}});
  }
  [[nodiscard]] std::string at(Cycles cycle) const {
    return fmt::format(R"("ts":{},)", time_.at(cycle));
  }

  [[nodiscard]] std::string from_to(Cycles begin, Cycles end) const {
    return at(begin) + fmt::format(R"("dur":{},)", time_.span(begin, end));
  }
  /// Something of one line, at a moment of a track.
  void remark(Track track, Cycles cycle, const std::string& text) {
    add("i", track, at(cycle) + R"("s":"t",)", text, Json::object());
  }

  void functions() {
    if (!result_.profile) return;
    const RunProfile& profile = *result_.profile;
    for (const FunctionSpan& span : profile.spans.list) {
      const CallNode& node = profile.nodes[span.node];
      Json args = {{"cycles", span.end - span.begin}, {"begin", span.begin}};
      if (node.kind == CallNode::Kind::interrupt) args["exception"] = node.exception;
      add("X", kFunctions, from_to(span.begin, span.end),
          printable(profile.functions[node.function].name), args);
    }
    if (profile.spans.begin != 0) {
      remark(kFunctions, profile.spans.begin,
             "functions are recorded from here on: start-up made too many calls");
    }
    if (profile.spans.dropped != 0) {
      remark(kFunctions, profile.spans.end,
             fmt::format("functions are recorded up to here: {} further calls and returns",
                         profile.spans.dropped));
    }
  }

  /// A track for each channel, in the order of their first transfers.
  void transfers() {
    std::map<std::string, int> tracks;
    for (const DmaTransfer& transfer : result_.dma.list) {
      const auto [track, is_new] =
          tracks.try_emplace(transfer.channel, kFirstDma + static_cast<int>(tracks.size()));
      if (is_new) {
        metadata("thread_name", track->second,
                 fmt::format("{} {}", track->second, printable(transfer.channel)));
      }
      const Json args = {{"cycles", transfer.end - transfer.begin},
                         {"begin", transfer.begin},
                         {"bytes", transfer.bytes},
                         {"from", hexadecimal(transfer.from)},
                         {"to", hexadecimal(transfer.to)},
                         {"ending", kDmaEndingNames[static_cast<unsigned>(transfer.ending)]}};
      add("X", track->second, from_to(transfer.begin, transfer.end),
          fmt::format("{} to {}", printable(transfer.source), printable(transfer.destination)),
          args);
    }
  }

  void visits() {
    std::vector<Cycles> handlers;  // ends of the handlers around
    for (const LayerVisit& visit : result_.visits->list) {
      while (!handlers.empty() && handlers.back() <= visit.begin) handlers.pop_back();
      if (visit.exception != 0) handlers.push_back(visit.end);
      const LayerResult& layer = result_.layers[visit.layer];
      Json args = {{"cycles", visit.end - visit.begin}, {"begin", visit.begin}};
      for (const auto& [key, value] : layer.metadata) args[printable(key)] = printable(value);
      add("X", handlers.empty() ? kLayers : kHandlers, from_to(visit.begin, visit.end),
          visit.exception != 0 ? fmt::format("exception {}", visit.exception)
                               : printable(layer.name),
          args);
    }
  }

  void live_bytes() {
    if (!result_.memory_use) return;
    for (const LivePoint& point : result_.memory_use->timeline) {
      Json args = Json::object();
      for (unsigned k = 0; k < kMemoryKinds; ++k) args[kMemoryKindNames[k]] = point.live[k];
      add("C", 0, at(point.begin), "live bytes", args);
    }
  }

  void means_of_layers() {
    for (const LayerSpell& spell : spells_of(result_)) {
      const Cost cost = spell.layer ? result_.layers[*spell.layer].exclusive : Cost{};
      const auto counter = [&](const char* name, const Json& args) {
        if (!args.empty()) add("C", 0, at(spell.begin), name, args);
      };
      counter("bytes per cycle, means of layers", bytes_per_cycle(result_, cost));
      counter("% of cycles, means of layers", percent_by_group(result_, cost));
      if (result_.energy) counter("power in mW, means of layers", milliwatts(result_, cost));
    }
  }

  static Json value_of(const std::optional<EventValue>& value) {
    if (!value) return nullptr;
    if (!value->negative) return value->magnitude;
    return fmt::format("-{}", value->magnitude);
  }

  /// "net:frame" of a probe, "itm port0: hello", "gpio PA5", "cyccnt main+0x12".
  static std::string name_of(const TimelineEvent& event) {
    const std::string provider = printable(event.provider);
    const std::string name = printable(event.name);
    if (event.kind == "event" || event.kind == "counter") return provider + ":" + name;
    std::string text = printable(event.kind);
    if (!provider.empty()) text += " " + provider;
    if (!name.empty()) text += (provider.empty() ? " " : ": ") + name;
    return text;
  }

  void firmware_events() {
    for (const TimelineEvent& event : result_.timeline) {
      const bool is_level = event.kind == "counter" || event.kind == "gpio";
      if (is_level && !event.values.empty() && event.values[0]) {
        const EventValue& value = *event.values[0];
        const auto number = static_cast<double>(value.magnitude);
        add("C", 0, at(event.cycle), name_of(event),
            {{"value", value.negative ? -number : number}});
        continue;
      }
      Json args = {{"values", Json::array()}};
      for (const auto& value : event.values) args["values"].push_back(value_of(value));
      add("i", kFirmware, at(event.cycle) + R"("s":"t",)", name_of(event), args);
    }
  }

  const RunResult& result_;
  TimeScale time_;
  std::string events_;
};

}  // namespace

std::string visits_perfetto(const RunResult& result) { return Writer(result).write(); }

}  // namespace mcost::analysis
