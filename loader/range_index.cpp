#include "loader/range_index.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace mcost::loader {

void RangeIndex::append(std::uint64_t begin, std::uint64_t end, std::size_t item) {
  if (begin >= end) return;
  if (!pieces_.empty() && pieces_.back().end == begin && pieces_.back().item == item) {
    pieces_.back().end = end;
    return;
  }
  pieces_.push_back({begin, end, item});
}

RangeIndex RangeIndex::build(std::vector<Piece> ranges) {
  std::erase_if(ranges, [](const Piece& r) { return r.begin >= r.end; });
  // Outer before inner; of equal ranges the first item comes last and so ends up innermost.
  std::sort(ranges.begin(), ranges.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.begin, b.end, b.item) < std::tie(b.begin, a.end, a.item);
  });
  RangeIndex index;
  std::vector<Piece> open;
  std::uint64_t cursor = 0;
  const auto close_until = [&](std::uint64_t limit) {
    while (!open.empty() && open.back().end <= limit) {
      index.append(cursor, open.back().end, open.back().item);
      cursor = std::max(cursor, open.back().end);
      open.pop_back();
    }
  };
  for (const Piece& range : ranges) {
    close_until(range.begin);
    if (!open.empty()) index.append(cursor, range.begin, open.back().item);
    cursor = range.begin;
    open.push_back(range);
  }
  close_until(~std::uint64_t{0});
  return index;
}

const RangeIndex::Piece* RangeIndex::find(Address address) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), std::uint64_t{address},
                       [](std::uint64_t a, const Piece& piece) { return a < piece.begin; });
  if (after == pieces_.begin()) return nullptr;
  const Piece& piece = *std::prev(after);
  return address < piece.end ? &piece : nullptr;
}

}  // namespace mcost::loader
