// JSON, schema mcost/run/1, back to RunResult. The text is hostile input: every value is checked
// for its type and range, and a mistake names its place.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/reports/call_report.h"
#include "analysis/reports/json_keys.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/profile_json.h"
#include "analysis/reports/registry.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

using Value = JsonValue;

CodePlace read_place(const Value& json) {
  return {json["pc"].address(), json["symbol"].text_or_empty(), json["line"].text_or_empty()};
}

Hertz read_clock(const Value& json) {
  Hertz clock;
  try {
    clock = {json.integer(), 1};
  } catch (const ConfigError&) {
    const std::string text = json.text();
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) throw;
    const Json numerator = text.substr(0, slash);
    const Json denominator = text.substr(slash + 1);
    clock = {Value(numerator, "clock_hz").integer(), Value(denominator, "clock_hz").integer()};
  }
  if (clock.numerator == 0 || clock.denominator == 0) json.refuse("a clock is not 0");
  return clock;
}

RunExit read_exit(const Value& json) {
  RunExit exit;
  const std::string reason = json["reason"].text();
  const auto* const found = std::find(kExitReasonNames.begin(), kExitReasonNames.end(), reason);
  if (found == kExitReasonNames.end())
    json["reason"].refuse(fmt::format("unknown exit reason \"{}\"", reason));
  exit.reason = static_cast<ExitReason>(found - kExitReasonNames.begin());
  if (!json["code"].is_null()) {
    exit.code = static_cast<std::uint32_t>(json["code"].integer_up_to(0xFFFFFFFFu));
  }
  exit.place = read_place(json);
  const Value fault = json["fault"];
  if (!fault.is_null()) {
    FaultDetails details;
    details.kind = fault["kind"].text();
    details.exception = static_cast<unsigned>(fault["exception"].integer_up_to(511));
    if (!fault["data_address"].is_null()) details.data_address = fault["data_address"].address();
    details.write = fault["write"].boolean();
    details.place = read_place(fault);
    exit.fault = std::move(details);
  }
  exit.advice = json["advice"].text_or_empty();
  json["backtrace"].each([&](const Value& frame) {
    exit.backtrace.push_back({read_place(frame), frame["certain"].boolean()});
  });
  return exit;
}

void read_causes(const Value& json, const RunResult& result, Counters& counters) {
  json.each_member([&](const std::string& key, const Value& value) {
    const CauseKey share = read_cause_key(key, value, result);
    const auto cause = static_cast<unsigned>(share.cause);
    counters.by_cause[cause] += value.integer();
    if (is_per_initiator(share.cause)) counters.by_initiator[share.memory] = value.integer();
    if (is_per_memory(share.cause)) counters.by_memory[share.memory][cause] = value.integer();
  });
}

Traffic read_traffic(const Value& json) {
  return {json["reads"].integer(),      json["read_bytes"].integer(),
          json["writes"].integer(),     json["write_bytes"].integer(),
          json["fetches"].integer(),    json["fetch_bytes"].integer(),
          json["array_reads"].integer()};
}

void read_memories(const Value& json, const RunResult& result, Cost& cost) {
  cost.model.assign(result.model_counters.size(), 0);
  json.each_member([&](const std::string& name, const Value& value) {
    const std::size_t memory = memory_index(result, name, value);
    cost.counters.traffic[memory] = read_traffic(value);
    if (!value.has("counters")) return;
    value["counters"].each_member([&](const std::string& counter, const Value& count) {
      const auto found = std::find(result.model_counters.begin(), result.model_counters.end(),
                                   ModelCounter{memory, counter});
      if (found == result.model_counters.end()) count.refuse("the run has no such counter");
      cost.model[static_cast<std::size_t>(found - result.model_counters.begin())] = count.integer();
    });
  });
}

/// Element 0 is what the others leave of `cycles`.
void read_cycles_at(const Value& json, const RunResult& result, Counters& counters) {
  std::size_t clock = 0;
  std::uint64_t left = counters.cycles;
  json.each([&](const Value& value) {
    if (clock == result.clocks.size()) value.refuse("the run has no such clock");
    const std::uint64_t cycles = value.integer();
    if (cycles > left) value.refuse("more cycles at the clocks than cycles");
    left -= cycles;
    if (clock != 0) counters.at_later_clock[clock] = cycles;
    ++clock;
  });
  if (left != 0) json.refuse("cycles at the clocks do not sum to cycles");
}

Cost read_cost(const Value& json, const RunResult& result) {
  Cost cost;
  cost.counters.cycles = json["cycles"].integer();
  cost.counters.instructions = json["instructions"].integer();
  for (unsigned c = 0; c < kInstructionClasses; ++c)
    cost.counters.by_class[c] = json["instruction_classes"][kInstructionClassNames[c]].integer();
  cost.counters.skipped = json["skipped"].integer();
  cost.counters.folded = json["folded"].integer();
  cost.counters.macs = json["macs"].integer();
  if (json.has("cycles_at_clock")) read_cycles_at(json["cycles_at_clock"], result, cost.counters);
  read_causes(json["causes"], result, cost.counters);
  read_memories(json["memories"], result, cost);
  if (!result.energy) return cost;
  const Value by_term = json["energy"]["by_term"];
  by_term.each([&](const Value& value) { cost.energy.push_back(value.integer()); });
  if (cost.energy.size() != result.energy->terms.size())
    by_term.refuse("expected one value for each term of the run");
  return cost;
}

/// What the term counts, by what "of" says.
std::size_t read_subject(ActivityKind activity, const Value& json, const RunResult& result) {
  switch (activity) {
    case ActivityKind::instructions: {
      const std::string name = json.text();
      const auto* const found =
          std::find(kInstructionClassNames.begin(), kInstructionClassNames.end(), name);
      if (found == kInstructionClassNames.end())
        json.refuse(fmt::format("no class of instructions is called \"{}\"", name));
      return static_cast<std::size_t>(found - kInstructionClassNames.begin());
    }
    case ActivityKind::read_bytes:
    case ActivityKind::write_bytes:
    case ActivityKind::array_reads: return memory_index(result, json.text(), json);
    case ActivityKind::counter: {
      const std::string text = json.text();
      const std::size_t dot = text.find('.');
      if (dot == std::string::npos) json.refuse("expected a memory and a counter of it");
      const ModelCounter wanted{memory_index(result, text.substr(0, dot), json),
                                text.substr(dot + 1)};
      const auto found =
          std::find(result.model_counters.begin(), result.model_counters.end(), wanted);
      if (found == result.model_counters.end()) json.refuse("the run has no such counter");
      return static_cast<std::size_t>(found - result.model_counters.begin());
    }
    default: return 0;
  }
}

EnergyTerm read_term(const Value& json, const RunResult& result) {
  EnergyTerm term;
  term.component = json["component"].text();
  term.name = json["name"].text();
  term.path = json["path"].text();
  term.source = json["source"].text();
  term.uncertainty_percent =
      static_cast<std::uint32_t>(json["uncertainty_percent"].integer_up_to(1000));
  const std::string activity = json["activity"].text();
  const auto* const found = std::find(kActivityNames.begin(), kActivityNames.end(), activity);
  if (found == kActivityNames.end())
    json["activity"].refuse(fmt::format("unknown activity \"{}\"", activity));
  term.activity = static_cast<ActivityKind>(found - kActivityNames.begin());
  term.index = read_subject(term.activity, json["of"], result);
  json["coefficient"].each(
      [&](const Value& value) { term.coefficient.push_back(value.integer()); });
  if (term.coefficient.size() != std::max<std::size_t>(1, result.clocks.size()))
    json["coefficient"].refuse("expected one value for each clock of the run");
  return term;
}

EnergyModel read_energy(const Value& json, const RunResult& result) {
  EnergyModel model;
  model.measure_point = json["measure_point"].text();
  model.standby_uw = json["standby_uw"].integer();
  model.standby_uncertainty_percent =
      static_cast<std::uint32_t>(json["standby_uncertainty_percent"].integer_up_to(1000));
  json["terms"].each([&](const Value& term) { model.terms.push_back(read_term(term, result)); });
  return model;
}

BytesByKind read_bytes_by_kind(const Value& json) {
  BytesByKind bytes{};
  for (unsigned k = 0; k < kMemoryKinds; ++k) bytes[k] = json[kMemoryKindNames[k]].integer();
  return bytes;
}

MemoryUse read_memory_use(const Value& json, const RunResult& result) {
  MemoryUse use;
  use.touched = read_bytes_by_kind(json["touched"]);
  use.touched_by_memory.resize(result.memories.size());
  json["touched_by_memory"].each_member([&](const std::string& name, const Value& bytes) {
    use.touched_by_memory[memory_index(result, name, bytes)] = bytes.integer();
  });
  use.live = read_bytes_by_kind(json["live"]);
  use.stack_bytes = json["stack_bytes"].integer();
  return use;
}

RunMemoryUse read_run_memory_use(const Value& json, const RunResult& result) {
  RunMemoryUse use;
  use.total = read_memory_use(json, result);
  use.peak_begin = json["peak_cycle"].integer();
  use.sizes = read_bytes_by_kind(json["sizes"]);
  json["stacks"].each([&](const Value& stack) {
    use.stacks.push_back({stack["name"].text(), stack["top"].address(),
                          stack["size_bytes"].integer(), stack["used_bytes"].integer(),
                          stack["shares_with_heap"].boolean()});
  });
  json["timeline"].each([&](const Value& point) {
    LivePoint entry{point["cycle"].integer(), std::nullopt, read_bytes_by_kind(point["live"])};
    if (!point["layer"].is_null()) {
      const std::uint64_t layer = point["layer"].integer();
      if (layer >= result.layers.size()) point["layer"].refuse("the run has no such layer");
      entry.layer = static_cast<std::size_t>(layer);
    }
    use.timeline.push_back(entry);
  });
  return use;
}

/// Names of memories and of their counters: everything else refers to them.
void read_names(const Value& json, RunResult& result) {
  json["causes"].each_member([&](const std::string& key, const Value& value) {
    constexpr std::string_view kBusWait = "bus_wait:";
    if (!key.starts_with(kBusWait)) return;
    if (result.initiators.size() == kMaxInitiators) value.refuse("too many bus masters");
    result.initiators.push_back(key.substr(kBusWait.size()));
  });
  json["memories"].each_member([&](const std::string& name, const Value& memory) {
    if (result.memories.size() == kMaxMemories) memory.refuse("too many memories");
    result.memories.push_back(name);
    if (!memory.has("counters")) return;
    memory["counters"].each_member([&](const std::string& counter, const Value&) {
      result.model_counters.push_back({result.memories.size() - 1, counter});
    });
  });
}

/// Earlier versions did not say.
void read_image_bytes(const Value& json, RunResult& result) {
  if (!json.has("memories")) return;
  result.image.bytes.resize(result.memories.size());
  json["memories"].each_member([&](const std::string& name, const Value& bytes) {
    result.image.bytes[memory_index(result, name, bytes)] = {bytes["loaded_bytes"].integer(),
                                                             bytes["reserved_bytes"].integer()};
  });
}

LayerResult read_layer(const Value& json, const RunResult& result) {
  LayerResult layer;
  layer.name = json["name"].text();
  layer.kind = json["kind"].text();
  if (!json["parent"].is_null()) {
    const std::uint64_t parent = json["parent"].integer();
    if (parent >= result.layers.size()) json["parent"].refuse("a parent stands before its layers");
    layer.parent = static_cast<std::size_t>(parent);
  }
  json["path"].each([&](const Value& name) { layer.path.push_back(name.text()); });
  layer.visits = json["visits"].integer();
  layer.min_cycles = json["min_cycles"].integer();
  layer.max_cycles = json["max_cycles"].integer();
  if (!json["macs_declared"].is_null()) layer.declared_macs = json["macs_declared"].integer();
  json["metadata"].each_member([&](const std::string& key, const Value& value) {
    layer.metadata.emplace_back(key, value.text());
  });
  if (!json["memory_use"].is_null()) layer.memory_use = read_memory_use(json["memory_use"], result);
  layer.inclusive = read_cost(json, result);
  layer.exclusive = read_cost(json["self"], result);
  return layer;
}

void read_lists(const Value& json, RunResult& result) {
  json["layers"].each(
      [&](const Value& layer) { result.layers.push_back(read_layer(layer, result)); });
  json["timeline"].each([&](const Value& entry) {
    TimelineEvent event{entry["cycle"].integer(),
                        entry["kind"].text(),
                        entry["provider"].text(),
                        entry["name"].text(),
                        {}};
    entry["values"].each([&](const Value& value) {
      event.values.push_back(value.is_null() ? std::nullopt
                                             : std::optional(value.signed_integer()));
    });
    result.timeline.push_back(std::move(event));
  });
  json["unmodelled"].each([&](const Value& entry) {
    result.unmodelled.push_back({entry["address"].address(), entry["peripheral"].text(),
                                 entry["reads"].integer(), entry["writes"].integer(),
                                 read_place(entry["first"]), entry["rule"].text_or_empty()});
  });
  json["semihosting"].each([&](const Value& entry) {
    result.semihosting.push_back(
        {static_cast<unsigned>(entry["operation"].integer_up_to(0xFFFFFFFFu)), entry["name"].text(),
         entry["calls"].integer()});
  });
  json["assumptions"].each([&](const Value& entry) {
    result.assumptions.push_back(
        {entry["path"].text(), entry["value"].text(), entry["source"].text(),
         entry["verified"].is_null() || entry["verified"].boolean(), entry["ref"].text()});
  });
  json["notes"].each([&](const Value& note) { result.notes.push_back(note.text()); });
  if (!json.has("statistics")) return;
  result.statistics.emplace();
  json["statistics"].each_member([&](const std::string& name, const Value& value) {
    result.statistics->emplace_back(name, value.integer());
  });
}

/// Refuses visits that are not in order or do not nest.
LayerVisits read_visits(const Value& json, const RunResult& result) {
  LayerVisits visits;
  visits.dropped = json["dropped"].integer();
  SpanOrder order("visit");
  json["list"].each([&](const Value& value) {
    LayerVisit visit{value["layer"].index(result.layers.size(), "layers"), value["begin"].integer(),
                     value["end"].integer(), 0};
    if (value.has("exception"))
      visit.exception = static_cast<unsigned>(value["exception"].integer_up_to(511));
    order.add(visit.begin, visit.end, value);
    visits.list.push_back(visit);
  });
  return visits;
}

/// Refuses transfers that are not in order or that overlap in their channel.
DmaTransfers read_dma(const Value& json) {
  DmaTransfers dma;
  dma.dropped = json["dropped"].integer();
  std::map<std::string, Cycles> ends;  // by channel
  json["list"].each([&](const Value& value) {
    DmaTransfer transfer;
    transfer.channel = value["channel"].text();
    transfer.begin = value["begin"].integer();
    transfer.end = value["end"].integer();
    transfer.from = value["from"].address();
    transfer.to = value["to"].address();
    transfer.source = value["source"].text();
    transfer.destination = value["destination"].text();
    transfer.bytes = value["bytes"].integer();
    const std::string ending = value["ending"].text();
    const auto* const found = std::find(kDmaEndingNames.begin(), kDmaEndingNames.end(), ending);
    if (found == kDmaEndingNames.end())
      value["ending"].refuse(fmt::format("unknown ending of a transfer \"{}\"", ending));
    transfer.ending = static_cast<DmaEnding>(found - kDmaEndingNames.begin());
    if (transfer.channel.empty()) value["channel"].refuse("a channel has a name");
    if (transfer.end < transfer.begin) value.refuse("the transfer ends before it begins");
    if (!dma.list.empty() && transfer.begin < dma.list.back().begin)
      value.refuse("transfers are in the order of their begins");
    Cycles& end = ends[transfer.channel];
    if (transfer.begin < end) value.refuse("transfers of a channel do not overlap");
    end = transfer.end;
    dma.list.push_back(std::move(transfer));
  });
  return dma;
}

}  // namespace

RunResult from_json(std::string_view text, const std::string& file) {
  Json document;
  try {
    document = Json::parse(text);
  } catch (const Json::parse_error& error) {
    throw ConfigError(fmt::format("not JSON, byte {}", error.byte), file,
                      "give a file written by mcost with --format json");
  }
  const Value json(document, file);
  const std::string schema = json["schema"].text();
  if (schema != kRunSchema) {
    json["schema"].refuse(fmt::format(R"(schema is "{}", not "{}")", schema, kRunSchema));
  }
  RunResult result;
  result.tool_version = json["tool"]["version"].text();
  result.partial = json["partial"].boolean();
  result.clock = read_clock(json["clock_hz"]);
  if (json.has("clocks_hz")) {
    json["clocks_hz"].each([&](const Value& clock) {
      if (result.clocks.size() == kMaxClocks) clock.refuse("too many clocks");
      result.clocks.push_back(read_clock(clock));
    });
  }
  result.image = {json["image"]["name"].text(), json["image"]["sha256"].text()};
  if (json.has("console")) {  // earlier versions did not keep it
    result.console = {json["console"].text(), json["console_truncated"].boolean()};
  }
  if (json.has("options")) {  // earlier versions did not say
    json["options"].each([&](const Value& option) { result.options.push_back(option.text()); });
  }
  result.exit = read_exit(json["exit"]);
  if (json.has("call")) result.call = read_call(json["call"]);
  const Value board = json["board"];
  result.board = {board["name"].text(), board["title"].text(), board["core"].text(),
                  board["resolved"].text()};
  result.energy_absent = json["energy_absent"].text_or_empty();
  if (json.has("lifetime")) {
    const Value life = json["lifetime"];
    result.lifetime = {life["battery"].text(),
                       life["period_ns"].integer(),
                       life["standby_uw"].integer(),
                       life["tenth_days"].integer(),
                       life["least_tenth_days"].integer(),
                       life["most_tenth_days"].integer()};
  }
  read_names(json, result);
  read_image_bytes(json["image"], result);
  if (!json["energy"].is_null()) result.energy = read_energy(json["energy"], result);
  result.total = read_cost(json, result);
  read_lists(json, result);
  if (!json["memory_use"].is_null())
    result.memory_use = read_run_memory_use(json["memory_use"], result);
  if (json.has("dma")) result.dma = read_dma(json["dma"]);
  if (json.has("visits")) result.visits = read_visits(json["visits"], result);
  if (json.has("profile")) result.profile = read_profile(json["profile"], result);
  return result;
}

}  // namespace mcost::analysis
