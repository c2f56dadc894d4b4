// How long a battery lasts when a run repeats. May include sim_core/base.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim_core/base/run_result.h"

namespace mcost::analysis {

struct Battery {
  std::string name;
  std::uint64_t charge_uah = 0;
  std::uint64_t voltage_mv = 0;
  friend bool operator==(const Battery&, const Battery&) = default;
};

/// CR2477, 18650, or MAH@VOLTS ("1200@3.0"). Nothing if it is none of these.
/// Source: CR2477 1 Ah at 3 V as the thesis of facts P4 assumes; 18650 3.4 Ah at 3.6 V, usual.
[[nodiscard]] std::optional<Battery> find_battery(std::string_view text);

/// All energy of the battery, a run in each period and the rest of it in standby. Self-discharge
/// and what a regulator loses are left out. Errors: ConfigError if energy is unknown or a run takes
/// longer than the period.
[[nodiscard]] Lifetime lifetime_of(const RunResult& result, const Battery& battery,
                                   std::uint64_t period_ns);

}  // namespace mcost::analysis
