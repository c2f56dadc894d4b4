// RunResult to JSON, schema mcost/run/1. Keys are ordered; `cycles` of the run comes first of that
// name in the file.
#include <fmt/format.h>

#include "analysis/energy.h"
#include "analysis/reports/call_report.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/json_keys.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_json.h"
#include "analysis/reports/registry.h"

namespace mcost::analysis {
namespace {

Json integer(std::uint64_t value) { return json_integer(value); }

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(printable(text));
}

double time_at(Cycles cycles, Hertz clock) {
  return static_cast<double>(cycles) * static_cast<double>(clock.denominator) /
         static_cast<double>(clock.numerator);
}

/// A double, for people and plots: cycles and clocks are exact.
Json time_of(const Counters& counters, const RunResult& result) {
  if (result.clocks.size() < 2) return time_at(counters.cycles, result.clock);
  double sum = 0;
  for (unsigned c = 0; c < result.clocks.size(); ++c)
    sum += time_at(counters.cycles_at(c), result.clocks[c]);
  return sum;
}

Json clock_of(Hertz clock) {
  if (clock.denominator == 1) return integer(clock.numerator);
  return fmt::format("{}/{}", clock.numerator, clock.denominator);
}

/// Cycles at each of the run's clocks, if there is more than one.
void add_cycles_at(Json& json, const Counters& counters, const RunResult& result) {
  if (result.clocks.size() < 2) return;
  json["cycles_at_clock"] = Json::array();
  for (unsigned c = 0; c < result.clocks.size(); ++c)
    json["cycles_at_clock"].push_back(integer(counters.cycles_at(c)));
}

Json causes_of(const Counters& counters, const RunResult& result) {
  Json causes = Json::object();
  for (unsigned c = 0; c < kCauses; ++c) {
    const auto cause = static_cast<Cause>(c);
    if (is_per_initiator(cause)) {
      for (std::size_t i = 0; i < result.initiators.size() && i < kMaxInitiators; ++i) {
        const std::uint64_t share = counters.by_initiator[i];
        if (share == 0) continue;
        causes[cause_key(cause, i, result)] = integer(share);
      }
      continue;
    }
    if (!is_per_memory(cause)) {
      causes[kCauseNames[c]] = integer(counters.by_cause[c]);
      continue;
    }
    for (std::size_t m = 0; m < result.memories.size(); ++m) {
      const std::uint64_t share = counters.by_memory[m][c];
      if (share != 0) causes[cause_key(cause, m, result)] = integer(share);
    }
  }
  return causes;
}

/// Traffic and counters by memory; those without any are left out unless `all`.
Json memories_of(const Cost& cost, const RunResult& result, bool all) {
  Json memories = Json::object();
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const Traffic& traffic = cost.counters.traffic[m];
    Json counters = Json::object();
    bool counted = false;
    for (std::size_t i = 0; i < result.model_counters.size() && i < cost.model.size(); ++i) {
      const ModelCounter& counter = result.model_counters[i];
      if (counter.memory != m) continue;
      counters[printable(counter.name)] = integer(cost.model[i]);
      counted |= cost.model[i] != 0;
    }
    const std::uint64_t stalls = memory_wait(cost.counters, m);
    if (!all && !counted && !used(traffic) && stalls == 0) continue;
    Json memory = {{"reads", integer(traffic.reads)},
                   {"read_bytes", integer(traffic.read_bytes)},
                   {"writes", integer(traffic.writes)},
                   {"write_bytes", integer(traffic.write_bytes)},
                   {"fetches", integer(traffic.fetches)},
                   {"fetch_bytes", integer(traffic.fetch_bytes)},
                   {"array_reads", integer(traffic.array_reads)},
                   {"stall_cycles", integer(stalls)}};
    if (!counters.empty()) memory["counters"] = std::move(counters);
    memories[printable(result.memories[m])] = std::move(memory);
  }
  return memories;
}

Json classes_of(const Counters& counters) {
  Json classes = Json::object();
  for (unsigned c = 0; c < kInstructionClasses; ++c)
    classes[kInstructionClassNames[c]] = integer(counters.by_class[c]);
  return classes;
}

Json bytes_by_kind(const BytesByKind& bytes) {
  Json json = {{"total", integer(sum_of(bytes))}};
  for (unsigned k = 0; k < kMemoryKinds; ++k) json[kMemoryKindNames[k]] = integer(bytes[k]);
  return json;
}

/// Of the run or a layer; null if it was not measured.
Json memory_use_of(const MemoryUse& use, const RunResult& result) {
  if (!result.memory_use) return nullptr;
  Json json = {{"touched", bytes_by_kind(use.touched)}};
  json["touched_by_memory"] = Json::object();
  for (std::size_t m = 0; m < use.touched_by_memory.size(); ++m) {
    if (use.touched_by_memory[m] != 0)
      json["touched_by_memory"][printable(result.memories[m])] = integer(use.touched_by_memory[m]);
  }
  json["live"] = bytes_by_kind(use.live);
  json["stack_bytes"] = integer(use.stack_bytes);
  return json;
}

Json run_memory_use_of(const RunResult& result) {
  if (!result.memory_use) return nullptr;
  const RunMemoryUse& use = *result.memory_use;
  Json json = memory_use_of(use.total, result);
  json["peak_cycle"] = integer(use.peak_begin);
  json["sizes"] = Json::object();
  for (unsigned k = 0; k < kMemoryKinds; ++k)
    json["sizes"][kMemoryKindNames[k]] = integer(use.sizes[k]);
  json["stacks"] = Json::array();
  for (const StackUse& stack : use.stacks) {
    json["stacks"].push_back({{"name", printable(stack.name)},
                              {"top", hexadecimal(stack.top)},
                              {"size_bytes", integer(stack.size_bytes)},
                              {"used_bytes", integer(stack.used_bytes)},
                              {"shares_with_heap", stack.shares_with_heap}});
  }
  json["timeline"] = Json::array();
  for (const LivePoint& point : use.timeline) {
    json["timeline"].push_back({{"cycle", integer(point.begin)},
                                {"layer", point.layer ? Json(*point.layer) : Json(nullptr)},
                                {"live", bytes_by_kind(point.live)}});
  }
  return json;
}

Json place_of(const CodePlace& place) {
  return {{"pc", hexadecimal(place.address)},
          {"symbol", text_or_null(place.symbol)},
          {"line", text_or_null(place.line)}};
}

Json exit_of(const RunExit& exit) {
  Json json = {{"reason", kExitReasonNames[static_cast<unsigned>(exit.reason)]},
               {"code", exit.code ? Json(*exit.code) : Json(nullptr)}};
  json.update(place_of(exit.place));
  json["fault"] = nullptr;
  if (exit.fault) {
    const FaultDetails& fault = *exit.fault;
    Json details = {{"kind", printable(fault.kind)}, {"exception", fault.exception}};
    details["data_address"] =
        fault.data_address ? Json(hexadecimal(*fault.data_address)) : Json(nullptr);
    details["write"] = fault.write;
    details.update(place_of(fault.place));
    json["fault"] = std::move(details);
  }
  json["advice"] = text_or_null(exit.advice);
  json["backtrace"] = Json::array();
  for (const StackFrame& frame : exit.backtrace) {
    Json entry = place_of(frame.place);
    entry["certain"] = frame.certain;
    json["backtrace"].push_back(std::move(entry));
  }
  return json;
}

Json figure_of(const EnergyFigure& figure) {
  return {{"fj", integer(figure.fj)}, {"uncertainty_fj", integer(figure.uncertainty_fj)}};
}

/// What a term counts, by name: a class of instructions, a memory, a counter of a memory.
std::string subject_of(const EnergyTerm& term, const RunResult& result) {
  switch (term.activity) {
    case ActivityKind::instructions: return kInstructionClassNames[term.index];
    case ActivityKind::read_bytes:
    case ActivityKind::write_bytes:
    case ActivityKind::array_reads: return printable(result.memories[term.index]);
    case ActivityKind::counter: {
      const ModelCounter& counter = result.model_counters[term.index];
      return printable(result.memories[counter.memory]) + "." + printable(counter.name);
    }
    default: return {};
  }
}

/// Energy of a cost: the sum, by component, and by term in the order of the run's terms.
Json energy_of_cost(const Cost& cost, const RunResult& result) {
  if (!result.energy) return nullptr;
  Json json = figure_of(energy_of(cost, *result.energy));
  json["mean_power_uw"] =
      integer(mean_power_uw(energy_of(cost, *result.energy).fj, cost.counters, result));
  json["components"] = Json::object();
  for (const ComponentEnergy& part : components_of(cost, *result.energy))
    json["components"][printable(part.component)] = figure_of(part.energy);
  json["by_term"] = Json::array();
  for (const std::uint64_t fj : cost.energy) json["by_term"].push_back(integer(fj));
  return json;
}

Json energy_of_run(const RunResult& result) {
  Json json = energy_of_cost(result.total, result);
  if (!result.energy) return json;
  json["measure_point"] = result.energy->measure_point;
  json["standby_uw"] = integer(result.energy->standby_uw);
  json["standby_uncertainty_percent"] = result.energy->standby_uncertainty_percent;
  json["terms"] = Json::array();
  for (const EnergyTerm& term : result.energy->terms) {
    Json entry = {{"component", printable(term.component)},
                  {"name", printable(term.name)},
                  {"path", printable(term.path)},
                  {"source", term.source},
                  {"uncertainty_percent", term.uncertainty_percent},
                  {"activity", kActivityNames[static_cast<unsigned>(term.activity)]},
                  {"of", text_or_null(subject_of(term, result))},
                  {"amount", integer(activity_of(term, result.total, result))}};
    entry["coefficient"] = Json::array();
    for (const std::uint64_t value : term.coefficient)
      entry["coefficient"].push_back(integer(value));
    json["terms"].push_back(std::move(entry));
  }
  return json;
}

/// What a layer costs: once with the layers inside it, once without.
void add_cost(Json& json, const Cost& cost, const RunResult& result) {
  const Counters& counters = cost.counters;
  json["cycles"] = integer(counters.cycles);
  json["time_s"] = time_of(counters, result);
  add_cycles_at(json, counters, result);
  json["instructions"] = integer(counters.instructions);
  json["instruction_classes"] = classes_of(counters);
  json["skipped"] = integer(counters.skipped);
  json["folded"] = integer(counters.folded);
  json["macs"] = integer(counters.macs);
  json["energy"] = energy_of_cost(cost, result);
  json["causes"] = causes_of(counters, result);
  json["memories"] = memories_of(cost, result, false);
}

Json layer_of(const LayerResult& layer, const RunResult& result) {
  Json json = {{"name", printable(layer.name)}, {"kind", layer.kind}};
  json["parent"] = layer.parent ? Json(*layer.parent) : Json(nullptr);
  json["path"] = Json::array();
  for (const std::string& name : layer.path) json["path"].push_back(printable(name));
  json["visits"] = integer(layer.visits);
  json["min_cycles"] = integer(layer.min_cycles);
  json["max_cycles"] = integer(layer.max_cycles);
  json["macs_declared"] = layer.declared_macs ? integer(*layer.declared_macs) : Json(nullptr);
  json["metadata"] = Json::object();
  for (const auto& [key, value] : layer.metadata)
    json["metadata"][printable(key)] = printable(value);
  json["memory_use"] = memory_use_of(layer.memory_use, result);
  add_cost(json, layer.inclusive, result);
  json["self"] = Json::object();
  add_cost(json["self"], layer.exclusive, result);
  return json;
}

Json value_of(const std::optional<EventValue>& value) {
  if (!value) return nullptr;
  if (!value->negative) return integer(value->magnitude);
  if (value->magnitude > kMaxExactInteger) return fmt::format("-{}", value->magnitude);
  return -static_cast<std::int64_t>(value->magnitude);
}

Json timeline_of(const RunResult& result) {
  Json timeline = Json::array();
  for (const TimelineEvent& event : result.timeline) {
    Json values = Json::array();
    for (const auto& value : event.values) values.push_back(value_of(value));
    timeline.push_back({{"cycle", integer(event.cycle)},
                        {"kind", event.kind},
                        {"provider", printable(event.provider)},
                        {"name", printable(event.name)},
                        {"values", std::move(values)}});
  }
  return timeline;
}

Json visits_of(const LayerVisits& visits) {
  Json json = {{"dropped", integer(visits.dropped)}};
  json["list"] = Json::array();
  for (const LayerVisit& visit : visits.list) {
    Json entry = {
        {"layer", visit.layer}, {"begin", integer(visit.begin)}, {"end", integer(visit.end)}};
    if (visit.exception != 0) entry["exception"] = visit.exception;
    json["list"].push_back(std::move(entry));
  }
  return json;
}

Json dma_of(const DmaTransfers& dma) {
  Json json = {{"dropped", integer(dma.dropped)}};
  json["list"] = Json::array();
  for (const DmaTransfer& transfer : dma.list) {
    json["list"].push_back({{"channel", printable(transfer.channel)},
                            {"begin", integer(transfer.begin)},
                            {"end", integer(transfer.end)},
                            {"from", hexadecimal(transfer.from)},
                            {"to", hexadecimal(transfer.to)},
                            {"source", printable(transfer.source)},
                            {"destination", printable(transfer.destination)},
                            {"bytes", integer(transfer.bytes)},
                            {"ending", kDmaEndingNames[static_cast<unsigned>(transfer.ending)]}});
  }
  return json;
}

Json unmodelled_of(const RunResult& result) {
  Json list = Json::array();
  for (const UnmodelledRegister& entry : result.unmodelled) {
    list.push_back({{"address", hexadecimal(entry.address)},
                    {"peripheral", printable(entry.peripheral)},
                    {"reads", integer(entry.reads)},
                    {"writes", integer(entry.writes)},
                    {"first", place_of(entry.first)},
                    {"rule", text_or_null(entry.rule)}});
  }
  return list;
}

/// Memories that the image needs nothing of are left out; all of them are where that is unknown.
Json image_of(const RunResult& result) {
  Json json = {{"name", printable(result.image.name)}, {"sha256", result.image.sha256}};
  if (result.image.bytes.empty()) return json;
  json["memories"] = Json::object();
  for (std::size_t m = 0; m < result.image.bytes.size(); ++m) {
    const ImageBytes& bytes = result.image.bytes[m];
    if (bytes == ImageBytes{}) continue;
    json["memories"][printable(result.memories[m])] = {{"loaded_bytes", integer(bytes.loaded)},
                                                       {"reserved_bytes", integer(bytes.reserved)}};
  }
  return json;
}

Json board_of(const BoardInfo& board) {
  return {{"name", printable(board.name)},
          {"title", printable(board.title)},
          {"core", printable(board.core)},
          {"resolved", board.resolved_yaml}};
}

Json assumptions_of(const RunResult& result) {
  Json list = Json::array();
  for (const Assumption& entry : result.assumptions) {
    list.push_back({{"path", printable(entry.path)},
                    {"value", printable(entry.value)},
                    {"source", entry.source},
                    {"verified", entry.source == "datasheet" ? Json(entry.verified) : Json()},
                    {"ref", printable(entry.ref)}});
  }
  return list;
}

Json semihosting_of(const RunResult& result) {
  Json list = Json::array();
  for (const SemihostingCount& entry : result.semihosting) {
    list.push_back({{"operation", entry.operation},
                    {"name", printable(entry.name)},
                    {"calls", integer(entry.calls)}});
  }
  return list;
}

void add_lists(Json& json, const RunResult& result) {
  json["layers"] = Json::array();
  for (const LayerResult& layer : result.layers) json["layers"].push_back(layer_of(layer, result));
  json["timeline"] = timeline_of(result);
  json["unmodelled"] = unmodelled_of(result);
  json["semihosting"] = semihosting_of(result);
  json["assumptions"] = assumptions_of(result);
  json["notes"] = Json::array();
  for (const std::string& note : result.notes) json["notes"].push_back(printable(note));
  if (result.dma != DmaTransfers{}) json["dma"] = dma_of(result.dma);
  if (result.visits) json["visits"] = visits_of(*result.visits);
  if (!result.statistics) return;
  json["statistics"] = Json::object();
  for (const auto& [name, value] : *result.statistics) json["statistics"][name] = integer(value);
}

}  // namespace

std::string json_report(const RunResult& result) {
  const Counters& total = result.total.counters;
  Json json;
  json["schema"] = kRunSchema;
  json["tool"] = {{"name", "mcost"}, {"version", result.tool_version}};
  json["cycles"] = integer(total.cycles);
  json["instructions"] = integer(total.instructions);
  json["instruction_classes"] = classes_of(total);
  json["skipped"] = integer(total.skipped);
  json["folded"] = integer(total.folded);
  json["macs"] = integer(total.macs);
  json["time_s"] = time_of(total, result);
  json["clock_hz"] = clock_of(result.clock);
  if (!result.clocks.empty()) json["clocks_hz"] = Json::array();
  for (const Hertz clock : result.clocks) json["clocks_hz"].push_back(clock_of(clock));
  add_cycles_at(json, total, result);
  json["partial"] = result.partial;
  json["image"] = image_of(result);
  json["options"] = Json::array();
  for (const std::string& option : result.options) json["options"].push_back(printable(option));
  json["exit"] = exit_of(result.exit);
  json["console"] = result.console.text;
  json["console_truncated"] = result.console.truncated;
  if (result.call) json["call"] = call_json(*result.call);
  json["energy"] = energy_of_run(result);
  json["energy_absent"] = text_or_null(result.energy_absent);
  if (result.lifetime) {
    const Lifetime& life = *result.lifetime;
    json["lifetime"] = {{"battery", printable(life.battery)},
                        {"period_ns", integer(life.period_ns)},
                        {"standby_uw", integer(life.standby_uw)},
                        {"tenth_days", integer(life.tenth_days)},
                        {"least_tenth_days", integer(life.least_tenth_days)},
                        {"most_tenth_days", integer(life.most_tenth_days)}};
  }
  json["causes"] = causes_of(total, result);
  json["memories"] = memories_of(result.total, result, true);
  json["memory_use"] = run_memory_use_of(result);
  add_lists(json, result);
  json["board"] = board_of(result.board);
  std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  if (result.profile) {  // last, and with a line for each of its thousands of elements
    text.resize(text.size() - std::string_view("\n}").size());
    text += ",\n  \"profile\": " + profile_json(*result.profile, result) + "\n}";
  }
  return text + "\n";
}

}  // namespace mcost::analysis
