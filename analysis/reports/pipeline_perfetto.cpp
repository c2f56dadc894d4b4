// Chrome trace event format, which ui.perfetto.dev and chrome://tracing read. Source: "Trace Event
// Format", complete events (X) and metadata events (M).
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/reports/numbers.h"
#include "analysis/reports/pipeline_report.h"

namespace mcost::analysis {
namespace {

using Json = nlohmann::ordered_json;

enum Track : int { kIssue = 1, kSecondSlot = 2, kFetch = 3, kData = 4 };

Json name_of_track(const char* what, int track, const std::string& name) {
  return {{"ph", "M"}, {"pid", 1}, {"tid", track}, {"name", what}, {"args", {{"name", name}}}};
}

Json slice(Track track, const std::string& name, Cycles begin, Cycles cycles) {
  return {{"ph", "X"},   {"pid", 1},      {"tid", static_cast<int>(track)},
          {"ts", begin}, {"dur", cycles}, {"name", name}};
}

bool is_data_wait(Cause cause) { return cause == Cause::data_wait || cause == Cause::store_wait; }

void add_row(Json& events, const TraceRow& row, const PipelineTrace& trace) {
  Json args = Json::object();
  if (row.is_instruction) {
    args["address"] = hexadecimal(row.address);
    args["function"] = printable(row.function);
    args["issue"] = row.issue;
  }
  Json waits = Json::array();
  for (const std::string& wait : row.waits) waits.push_back(printable(wait));
  args["waits"] = std::move(waits);
  const Cycles cycles = row.cycles();
  const auto add = [&](Track track, Cycles begin, Cycles length) {
    Json event = slice(track, printable(row.text), begin, length);
    event["args"] = args;
    events.push_back(std::move(event));
  };
  if (row.with_previous) add(kSecondSlot, row.issue, 1);
  if (cycles != 0) add(kIssue, row.begin, cycles);
  Cycles at = row.begin;
  for (const TraceSegment& segment : row.segments) {
    const std::string name = cause_name(segment.cause, segment.memory, trace.memories);
    if (segment.cause != Cause::issue) events.push_back(slice(kIssue, name, at, segment.cycles));
    if (is_data_wait(segment.cause)) events.push_back(slice(kData, name, at, segment.cycles));
    at += segment.cycles;
  }
  for (const TraceFetch& fetch : row.fetches) {
    Json event =
        slice(kFetch, hexadecimal(fetch.address), fetch.first, fetch.last - fetch.first + 1);
    event["args"] = {{"memory", fetch.memory < trace.memories.size()
                                    ? printable(trace.memories[fetch.memory])
                                    : "?"}};
    events.push_back(std::move(event));
  }
}

}  // namespace

std::string pipeline_perfetto(const PipelineTrace& trace) {
  Json events = Json::array();
  events.push_back(name_of_track("process_name", 0,
                                 fmt::format("{} on {}, {}", printable(trace.image),
                                             printable(trace.board), printable(trace.core))));
  events.push_back(name_of_track("thread_name", kIssue, "1 issue"));
  events.push_back(name_of_track("thread_name", kSecondSlot, "2 issue with the one before"));
  events.push_back(name_of_track("thread_name", kFetch, "3 fetch"));
  events.push_back(name_of_track("thread_name", kData, "4 data waits"));
  for (const TraceRow& row : trace.rows) add_row(events, row, trace);
  const Json about = {{"schema", "mcost/pipeline/1"},
                      {"unit", "1 us is 1 cycle"},
                      {"remark", printable(trace.remark)}};
  // An event a line, so that long traces stay small and can be searched.
  std::string text =
      fmt::format(R"({{"displayTimeUnit":"ns","otherData":{},"traceEvents":[)", about.dump());
  const char* separator = "\n";
  for (const Json& event : events) {
    text += separator + event.dump();
    separator = ",\n";
  }
  return text + "\n]}\n";
}

}  // namespace mcost::analysis
