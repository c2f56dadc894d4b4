// Units every part of mcost shares: addresses, cycles, clock frequencies. Header of the lowest
// layer: it includes only the standard library. Invariant: time and bytes are integers; no floating
// point decides anything.
#pragma once

#include <compare>
#include <cstdint>

namespace mcost {

/// A guest (target) address. Thumb code addresses are kept without bit 0.
using Address = std::uint32_t;

/// A count of core clock cycles (a span or a point in simulated time). Other clocks name themselves
/// (`bus_cycles`).
using Cycles = std::uint64_t;

/// An exact clock frequency in Hz as a reduced fraction; conversions between clocks use integer
/// ratios.
struct Hertz {
  std::uint64_t numerator = 1;
  std::uint64_t denominator = 1;
  friend constexpr bool operator==(const Hertz&, const Hertz&) = default;
};

}  // namespace mcost
