#include "analysis/reports/registry.h"

#include <array>

namespace mcost::analysis {
namespace {

constexpr std::array<ReportFormat, 4> kFormats = {{
    {"text", "summary and tables for a terminal", &text_report},
    {"json", "everything, schema mcost/run/1", &json_report},
    {"csv", "one row per layer", &csv_report},
    {"markdown", "summary and layers for a web page", &markdown_report},
}};

}  // namespace

std::span<const ReportFormat> report_formats() { return kFormats; }

const ReportFormat* find_report_format(std::string_view name) {
  for (const ReportFormat& format : kFormats) {
    if (name == format.name) return &format;
  }
  return nullptr;
}

}  // namespace mcost::analysis
