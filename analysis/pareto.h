// The Pareto front of a list of points: those that no other point beats in everything. Standard
// library only. Invariant: the answer depends on the points alone, not on their order.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace mcost::analysis {

/// A point's amounts, one per aim, each the better the smaller. Nothing: it has no place among the
/// others.
using ParetoPoint = std::optional<std::vector<std::uint64_t>>;

/// True for points that no other is at least as good as in every aim and better in one. Equal
/// points are on the front together. All points have as many aims, at least one.
[[nodiscard]] std::vector<bool> pareto_front(const std::vector<ParetoPoint>& points);

}  // namespace mcost::analysis
