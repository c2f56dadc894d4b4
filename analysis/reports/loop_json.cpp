// An explained loop as JSON, schema mcost/loop/1. Costs are exact: cycles of a number of
// iterations.
#include <nlohmann/json.hpp>

#include "analysis/loop_report.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/pipeline_report.h"

namespace mcost::analysis {
namespace {

using Json = nlohmann::ordered_json;

Json cost_of(const IterationCost& cost) {
  return {{"cycles", cost.cycles}, {"iterations", cost.iterations}};
}

Json addresses_of(const std::vector<Address>& list) {
  Json array = Json::array();
  for (const Address address : list) array.push_back(hexadecimal(address));
  return array;
}

Json line_of(const LoopLine& line, const LoopReport& report) {
  Json causes = Json::object();
  Cycles cycles = 0;
  for (const TraceSegment& segment : line.segments) {
    causes[cause_name(segment.cause, segment.memory, report.memories)] = segment.cycles;
    cycles += segment.cycles;
  }
  Json waits = Json::array();
  for (const std::string& wait : line.waits) waits.push_back(printable(wait));
  return {{"address", hexadecimal(line.address)}, {"text", printable(line.text)},
          {"executions", line.executions},        {"cycles", cycles},
          {"causes", std::move(causes)},          {"issue", line.issue},
          {"with_previous", line.with_previous},  {"waits", std::move(waits)}};
}

}  // namespace

std::string loop_json(const LoopReport& report) {
  Json lines = Json::array();
  for (const LoopLine& line : report.lines) lines.push_back(line_of(line, report));
  Json what_if = Json::object();
  for (const LoopWhatIf& one : report.what_ifs) what_if[one.key] = cost_of(one.cost);
  Json late = Json::array();
  for (const LateResult& one : report.late) {
    late.push_back({{"register", one.name},
                    {"without", cost_of(one.without)},
                    {"carried", one.is_carried},
                    {"writers", addresses_of(one.writers)},
                    {"waiting", addresses_of(one.waiting)}});
  }
  Json document = {
      {"schema", "mcost/loop/1"},
      {"image", printable(report.image)},
      {"board", printable(report.board)},
      {"core", printable(report.core)},
      {"at", printable(report.at)},
      {"function", report.function.empty() ? Json(nullptr) : Json(printable(report.function))},
      {"is_loop", report.is_loop},
      {"begin", hexadecimal(report.begin)},
      {"end", hexadecimal(report.end)},
      {"iterations", report.iterations},
      {"observed", cost_of(report.observed)},
      {"steady", cost_of(report.steady)},
      {"is_steady", report.is_steady},
      {"bound", kLoopBoundNames[static_cast<unsigned>(report.bound)]},
      {"what_if", std::move(what_if)},
      {"late_results", std::move(late)},
      {"instructions", std::move(lines)}};
  if (!report.notes.empty()) document["notes"] = Json::array();
  for (const std::string& note : report.notes) document["notes"].push_back(printable(note));
  return document.dump(2) + "\n";
}

}  // namespace mcost::analysis
