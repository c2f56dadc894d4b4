#include "cli/trace_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>

namespace mcost::cli {
namespace {

constexpr std::uint64_t kDefaultCount = 200;
constexpr std::uint64_t kMostInstructions = 1'000'000;  // rows are kept until the run ends
constexpr const char* kWhich = "use pipeline, or pipeline=FILE (.json for ui.perfetto.dev)";

std::string read_file_name(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (text.substr(0, equals) != "pipeline") {
    throw ConfigError(fmt::format("unknown trace \"{}\"", text.substr(0, equals)), "--trace",
                      kWhich);
  }
  if (equals == std::string::npos) return {};
  if (equals + 1 == text.size()) throw ConfigError("no file", "--trace " + text, kWhich);
  return text.substr(equals + 1);
}

void read_cycles(const std::string& text, TraceOptions& options) {
  const std::size_t dots = text.find("..");
  const auto first = parse_integer(text.substr(0, dots));
  const auto last = dots == std::string::npos ? std::nullopt : parse_integer(text.substr(dots + 2));
  if (!first || !last || *last <= *first) {
    throw ConfigError(fmt::format("\"{}\" is no range of cycles", text), "--trace-cycles",
                      "write FIRST..LAST, for example 1000..1500");
  }
  options.start.cycle = *first;
  options.end.cycle = *last;
}

}  // namespace

void add_trace_options(CLI::App& command, RawTrace& raw) {
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    command.add_option(name, value, help)->type_name(type);
  };
  add("--trace", raw.trace, "pipeline[=FILE]",
      "show cycle by cycle when instructions issued and what they waited for: as text, or for "
      "ui.perfetto.dev if FILE ends in .json");
  add("--trace-from", raw.from, "SYMBOL|ADDR[:VISIT]",
      "begin the trace here (at the VISIT-th time) instead of with the run");
  add("--trace-cycles", raw.cycles, "FIRST..LAST", "trace these cycles of the run");
  add("--trace-count", raw.count, "N", "end the trace after N instructions (default 200)");
}

PlaceVisit read_place_visit(const std::string& text, const std::string& option) {
  const std::size_t colon = text.rfind(':');
  // The colons of a C++ name come in pairs.
  const bool in_name = colon == std::string::npos || colon == 0 || text[colon - 1] == ':';
  if (in_name) return {text, 1};
  const auto visit = parse_integer(text.substr(colon + 1));
  if (!visit || *visit == 0) {
    throw ConfigError(fmt::format("\"{}\" is no visit", text.substr(colon + 1)), option,
                      "write SYMBOL:VISIT or ADDR:VISIT, with a number from 1");
  }
  return {text.substr(0, colon), *visit};
}

std::optional<TraceOptions> check_trace(const RawTrace& raw) {
  if (raw.trace.empty()) {
    for (const auto& [name, value] : {std::pair{"--trace-from", raw.from},
                                      {"--trace-cycles", raw.cycles},
                                      {"--trace-count", raw.count}}) {
      if (value.empty()) continue;
      throw ConfigError("nothing is traced", fmt::format("{} {}", name, value),
                        "add --trace pipeline");
    }
    return std::nullopt;
  }
  TraceOptions options;
  options.file = read_file_name(raw.trace);
  if (!raw.from.empty() && !raw.cycles.empty()) {
    throw ConfigError("two places where the trace begins", "--trace-from and --trace-cycles",
                      "give one of them");
  }
  options.end.instructions = kDefaultCount;
  if (!raw.cycles.empty()) {
    read_cycles(raw.cycles, options);
    options.end.instructions = kMostInstructions;
  }
  if (!raw.from.empty()) {
    const PlaceVisit place = read_place_visit(raw.from, "--trace-from");
    options.from = place.place;
    options.start.visit = place.visit;
  }
  if (raw.count.empty()) return options;
  const auto count = parse_integer(raw.count);
  if (!count || *count == 0 || *count > kMostInstructions) {
    throw ConfigError(fmt::format("\"{}\" is no number it takes", raw.count), "--trace-count",
                      fmt::format("write a number from 1 to {}", kMostInstructions));
  }
  options.end.instructions = *count;
  return options;
}

}  // namespace mcost::cli
