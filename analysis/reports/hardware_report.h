// Reports of simulated beside measured layers: pure functions of plain data. May include
// sim_core/base.
#pragma once

#include <string>

#include "analysis/hardware.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

inline constexpr const char* kHardwareSchema = "mcost/hardware/1";

struct HardwareReport {
  const RunResult& result;
  const HardwareComparison& comparison;
  std::string log;     // file
  std::string source;  // of the result
};

[[nodiscard]] std::string hardware_text(const HardwareReport& report);
[[nodiscard]] std::string hardware_markdown(const HardwareReport& report);
/// Schema `mcost/hardware/1` (docs/schema/hardware.schema.json).
[[nodiscard]] std::string hardware_json(const HardwareReport& report);
/// A line for each measured layer.
[[nodiscard]] std::string hardware_csv(const HardwareReport& report);

}  // namespace mcost::analysis
