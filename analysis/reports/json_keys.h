// What writer and reader of the JSON report agree on beside their keys. Private to analysis.
#pragma once

#include <cstdint>

namespace mcost::analysis {

inline constexpr const char* kRunSchema = "mcost/run/1";
/// Above 2^53 integers are written as strings of digits.
inline constexpr std::uint64_t kMaxExactInteger = std::uint64_t{1} << 53;

}  // namespace mcost::analysis
