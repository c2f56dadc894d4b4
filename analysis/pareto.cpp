#include "analysis/pareto.h"

#include <algorithm>
#include <cstddef>

namespace mcost::analysis {
namespace {

using Amounts = std::vector<std::uint64_t>;

bool is_nowhere_worse(const Amounts& one, const Amounts& other) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one[i] > other[i]) return false;
  }
  return true;
}

}  // namespace

std::vector<bool> pareto_front(const std::vector<ParetoPoint>& points) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i]) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return *points[a] < *points[b]; });
  // In this order no point is beaten by one behind it, and what beats it, or what that was beaten
  // by, is on the front already.
  std::vector<bool> front(points.size(), false);
  std::vector<const Amounts*> best;
  for (const std::size_t i : order) {
    const Amounts& point = *points[i];
    const bool is_beaten = std::any_of(best.begin(), best.end(), [&](const Amounts* other) {
      return is_nowhere_worse(*other, point) && *other != point;
    });
    if (is_beaten) continue;
    front[i] = true;
    if (!best.empty() && *best.back() == point) continue;
    // Of two aims, the last one on the front has the least of the second: the others beat nothing
    // that it does not beat.
    if (point.size() <= 2) best.clear();
    best.push_back(&point);
  }
  return front;
}

}  // namespace mcost::analysis
