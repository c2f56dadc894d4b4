// The form of MicroProfiler::LogCsv of TensorFlow Lite Micro.
#include <fmt/format.h>

#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_exports.h"

namespace mcost::analysis {
namespace {

/// As it is, or quoted where a comma or a quote would break the row (RFC 4180).
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string visits_tflm_csv(const RunResult& result) {
  std::string text = "\"Event\",\"Tag\",\"Ticks\"\n";
  std::size_t event = 0;
  for (const LayerVisit& visit : result.visits->list) {
    if (visit.exception != 0) continue;
    text +=
        fmt::format("{},{},{}\n", event++, csv_field(printable(result.layers[visit.layer].name)),
                    visit.end - visit.begin);
  }
  return text;
}

}  // namespace mcost::analysis
