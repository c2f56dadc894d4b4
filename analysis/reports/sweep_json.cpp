// A cell of a sweep as one line of JSON, and back. Whole numbers are exact: picoseconds and
// femtojoules stand beside the seconds and joules that are easier to plot.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/sweep_reports.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

constexpr double kPerSecond = 1e12;
constexpr double kPerJoule = 1e15;

Json optional_integer(const std::optional<std::uint64_t>& value) {
  return value ? json_integer(*value) : Json(nullptr);
}

Json scaled(const std::optional<std::uint64_t>& value, double unit) {
  return value ? Json(static_cast<double>(*value) / unit) : Json(nullptr);
}

Json memories_of(const std::vector<CellMemory>& memories) {
  Json json = Json::object();
  for (const CellMemory& memory : memories) {
    json[memory.name] = {{"fetch_bytes", json_integer(memory.fetch_bytes)},
                         {"read_bytes", json_integer(memory.read_bytes)},
                         {"write_bytes", json_integer(memory.write_bytes)},
                         {"stall_cycles", json_integer(memory.stall_cycles)}};
  }
  return json;
}

void add_cost(Json& json, const CellCost& cost) {
  json["cycles"] = json_integer(cost.cycles);
  json["time_s"] = scaled(cost.time_ps, kPerSecond);
  json["time_ps"] = optional_integer(cost.time_ps);
  json["energy_j"] = scaled(cost.energy_fj, kPerJoule);
  json["energy_fj"] = optional_integer(cost.energy_fj);
  json["energy_uncertainty_fj"] = optional_integer(cost.energy_uncertainty_fj);
  json["instructions"] = json_integer(cost.instructions);
  json["macs"] = json_integer(cost.macs);
  json["cycles_by_group"] = Json::object();
  for (unsigned g = 0; g < kCauseGroups; ++g)
    json["cycles_by_group"][kCauseGroupNames[g]] = json_integer(cost.by_group[g]);
  json["memories"] = memories_of(cost.memories);
  json["live_bytes"] = optional_integer(cost.live_bytes);
  json["touched_bytes"] = optional_integer(cost.touched_bytes);
  json["stack_bytes"] = optional_integer(cost.stack_bytes);
}

Json layer_of(const CellLayer& layer) {
  Json json = {{"layer", layer.path},
               {"kind", layer.kind},
               {"parent", layer.parent},
               {"visits", json_integer(layer.visits)}};
  add_cost(json, layer.cost);
  return json;
}

std::optional<std::uint64_t> read_optional(const JsonValue& json, const char* key) {
  const JsonValue value = json[key];
  if (value.is_null()) return std::nullopt;
  return value.integer();
}

CellCost read_cost(const JsonValue& json) {
  CellCost cost;
  cost.cycles = json["cycles"].integer();
  cost.time_ps = read_optional(json, "time_ps");
  cost.energy_fj = read_optional(json, "energy_fj");
  cost.energy_uncertainty_fj = read_optional(json, "energy_uncertainty_fj");
  cost.instructions = json["instructions"].integer();
  cost.macs = json["macs"].integer();
  for (unsigned g = 0; g < kCauseGroups; ++g)
    cost.by_group[g] = json["cycles_by_group"][kCauseGroupNames[g]].integer();
  json["memories"].each_member([&](const std::string& name, const JsonValue& memory) {
    cost.memories.push_back({name, memory["fetch_bytes"].integer(), memory["read_bytes"].integer(),
                             memory["write_bytes"].integer(), memory["stall_cycles"].integer()});
  });
  cost.live_bytes = read_optional(json, "live_bytes");
  cost.touched_bytes = read_optional(json, "touched_bytes");
  cost.stack_bytes = read_optional(json, "stack_bytes");
  return cost;
}

/// Lines of earlier versions have an error and an exit only.
CellStatus read_status(const JsonValue& json) {
  if (!json.has("status")) {
    if (json["error"].is_null()) return CellStatus::ok;
    if (json["exit"].is_null()) return CellStatus::bad_setting;
    return json["exit"].text().ends_with("_limit") ? CellStatus::limit
                                                   : CellStatus::firmware_failed;
  }
  const std::string name = json["status"].text();
  const auto* const found = std::find(kCellStatusNames.begin(), kCellStatusNames.end(), name);
  if (found == kCellStatusNames.end())
    json["status"].refuse(fmt::format("unknown status \"{}\"", name));
  return static_cast<CellStatus>(found - kCellStatusNames.begin());
}

}  // namespace

std::string sweep_line(const Sweep& sweep, std::size_t row, std::optional<bool> on_front) {
  const CellOutcome& outcome = sweep.rows[row].outcome;
  Json json = {{"schema", kSweepSchema},
               {"cell", row + 1},
               {"key", outcome.key},
               {"tool", sweep.tool_version}};
  json["axes"] = Json::object();
  for (std::size_t a = 0; a < sweep.axes.size(); ++a) {
    const auto& value = sweep.rows[row].values[a];
    json["axes"][printable(sweep.axes[a])] = value ? Json(printable(*value)) : Json(nullptr);
  }
  json["status"] = kCellStatusNames[static_cast<unsigned>(outcome.status)];
  json["error"] = outcome.error.empty() ? Json(nullptr) : Json(outcome.error);
  json["exit"] = outcome.exit.empty() ? Json(nullptr) : Json(outcome.exit);
  json["exit_code"] = outcome.exit_code ? Json(*outcome.exit_code) : Json(nullptr);
  json["result"] = outcome.result.empty() ? Json(nullptr) : Json(outcome.result);
  if (on_front) json["pareto"] = *on_front;
  if (outcome.cost) add_cost(json, *outcome.cost);
  if (sweep.by_layer) {
    json["layers"] = Json::array();
    for (const CellLayer& layer : outcome.layers) json["layers"].push_back(layer_of(layer));
  }
  return json.dump() + "\n";
}

std::string sweep_json_lines(const Sweep& sweep) {
  const std::vector<bool> front = pareto_rows(sweep);
  std::string text;
  for (std::size_t i = 0; i < sweep.rows.size(); ++i) text += sweep_line(sweep, i, front[i]);
  return text;
}

CellOutcome read_sweep_line(std::string_view line, const std::string& where) {
  const Json document = Json::parse(line, nullptr, false);
  const bool is_cell = document.is_object() && document.contains("schema") &&
                       document["schema"] == Json(kSweepSchema);
  if (!is_cell) {
    throw ConfigError("no cell of a sweep", where,
                      "name a file that mcost sweep wrote, or one that does not exist");
  }
  const JsonValue json(document, where);
  CellOutcome outcome;
  outcome.key = json["key"].text();
  outcome.status = read_status(json);
  outcome.error = json["error"].text_or_empty();
  outcome.exit = json["exit"].text_or_empty();
  if (!json["exit_code"].is_null()) {
    outcome.exit_code = static_cast<std::uint32_t>(json["exit_code"].integer_up_to(0xFFFFFFFFu));
  }
  outcome.result = json["result"].text_or_empty();
  if (json.has("cycles")) outcome.cost = read_cost(json);
  if (json.has("layers")) {
    json["layers"].each([&](const JsonValue& layer) {
      outcome.layers.push_back({layer["layer"].text(), layer["kind"].text(), layer["parent"].text(),
                                layer["visits"].integer(), read_cost(layer)});
    });
  }
  return outcome;
}

}  // namespace mcost::analysis
