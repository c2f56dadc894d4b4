// Which of many address ranges owns an address. Ranges may nest and overlap; the one that begins
// last wins, among those the one that ends first. Internal dependencies: none. Invariant: after
// `build` the pieces are sorted and disjoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::loader {

class RangeIndex {
 public:
  /// [begin, end) is owned by item number `item`. 64-bit, because `end` may be 2^32.
  struct Piece {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::size_t item = 0;
  };

  RangeIndex() = default;
  /// Flattens `ranges` into disjoint pieces; empty ranges are ignored; among equal ranges the first
  /// item wins.
  [[nodiscard]] static RangeIndex build(std::vector<Piece> ranges);

  /// The piece that contains `address`, or null.
  [[nodiscard]] const Piece* find(Address address) const;
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  void append(std::uint64_t begin, std::uint64_t end, std::size_t item);

  std::vector<Piece> pieces_;
};

}  // namespace mcost::loader
