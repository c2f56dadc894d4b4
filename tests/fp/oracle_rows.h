// The instructions compared with the oracle, and what mcost::fp computes for each.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "sim_core/fp/context.h"
#include "tests/fp/guest_fpu.h"

namespace mcost::fp::testing {

enum class OperandKind { half, single, wide, integer };

using Evaluate = std::function<std::uint64_t(const GuestInput&, Context&)>;

struct OracleRow {
  std::string name;
  std::vector<std::uint32_t> code;
  unsigned arity;
  OperandKind operands;
  std::uint64_t result_mask;
  std::uint64_t random_tuples;
  Evaluate evaluate;
  std::uint32_t oracle_ignores = 0;  // FPSCR bits cleared for the oracle only
  GuestCore core = GuestCore::cortex_m4;
  GuestLayout layout = GuestLayout::single;
};

/// Keeps googletest from printing a row as bytes.
inline void PrintTo(const OracleRow& row, std::ostream* out) { *out << row.name; }

std::vector<OracleRow> single_rows();
std::vector<OracleRow> fpv5_rows();
std::vector<OracleRow> double_rows();

inline std::string row_name(const ::testing::TestParamInfo<OracleRow>& info) {
  return info.param.name;
}

}  // namespace mcost::fp::testing
