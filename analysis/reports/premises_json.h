// What reports of comparisons and checks write alike in JSON. Private to analysis.
#pragma once

#include <optional>

#include "analysis/premises.h"
#include "analysis/quantity.h"
#include "analysis/reports/json_value.h"

namespace mcost::analysis {

/// An exact integer; a ratio as {"value", "per"}; null where there is none.
[[nodiscard]] Json quantity_json(const std::optional<Quantity>& quantity, Unit unit);
[[nodiscard]] Json premises_json(const Premises& premises);

}  // namespace mcost::analysis
