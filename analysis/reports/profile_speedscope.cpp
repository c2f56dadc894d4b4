// Source: speedscope's file format, "sampled" profiles.
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_exports.h"
#include "analysis/stacks.h"

namespace mcost::analysis {

std::string profile_speedscope(const RunResult& result) {
  const Stacks stacks = stacks_of(*result.profile);
  Json frames = Json::array();
  for (const StackFrameName& frame : stacks.frames) {
    Json entry = {{"name", frame.inlined ? frame.name + " (inlined)" : frame.name}};
    if (!frame.file.empty()) entry["file"] = frame.file;
    if (frame.line != 0) entry["line"] = frame.line;
    frames.push_back(std::move(entry));
  }
  // Weights are differences of times rounded down, so that they sum to the time of the run.
  Json samples = Json::array();
  Json weights = Json::array();
  Counters passed;
  std::uint64_t end = 0;
  for (const Stack& stack : stacks.stacks) {
    passed.cycles += stack.cycles();
    for (unsigned c = 1; c < kMaxClocks; ++c) passed.at_later_clock[c] += stack.cycles_at[c];
    const std::uint64_t now = nanoseconds(passed, result);
    samples.push_back(stack.frames);
    weights.push_back(now - end);
    end = now;
  }
  const std::string name = printable(result.image.name) + " on " + printable(result.board.name);
  const Json json = {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                     {"exporter", "mcost " + printable(result.tool_version)},
                     {"name", name},
                     {"activeProfileIndex", 0},
                     {"shared", {{"frames", std::move(frames)}}},
                     {"profiles",
                      {{{"type", "sampled"},
                        {"name", name},
                        {"unit", "nanoseconds"},
                        {"startValue", 0},
                        {"endValue", end},
                        {"samples", std::move(samples)},
                        {"weights", std::move(weights)}}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mcost::analysis
