#include "sim_core/fp/fp.h"

#include "sim_core/fp/convert_kernel.h"
#include "sim_core/fp/kernel.h"

namespace mcost::fp {
namespace soft {

using Single = std::uint32_t;
using Double = std::uint64_t;

[[gnu::noinline]] Single add(Single op1, Single op2, Context& context) {
  return kernel::add<Binary32>(op1, op2, context);
}
[[gnu::noinline]] Single sub(Single op1, Single op2, Context& context) {
  return kernel::sub<Binary32>(op1, op2, context);
}
[[gnu::noinline]] Single mul(Single op1, Single op2, Context& context) {
  return kernel::mul<Binary32>(op1, op2, context);
}
[[gnu::noinline]] Single div(Single op1, Single op2, Context& context) {
  return kernel::div<Binary32>(op1, op2, context);
}
[[gnu::noinline]] Single sqrt(Single operand, Context& context) {
  return kernel::sqrt<Binary32>(operand, context);
}
[[gnu::noinline]] Single mul_add(Single addend, Single op1, Single op2, Context& context) {
  return kernel::mul_add<Binary32>(addend, op1, op2, context);
}
[[gnu::noinline]] std::uint32_t compare(Single op1, Single op2, bool quiet_nan_exc,
                                        Context& context) {
  return kernel::compare<Binary32>(op1, op2, quiet_nan_exc, context);
}

[[gnu::noinline]] Double add(Double op1, Double op2, Context& context) {
  return kernel::add<Binary64>(op1, op2, context);
}
[[gnu::noinline]] Double sub(Double op1, Double op2, Context& context) {
  return kernel::sub<Binary64>(op1, op2, context);
}
[[gnu::noinline]] Double mul(Double op1, Double op2, Context& context) {
  return kernel::mul<Binary64>(op1, op2, context);
}
[[gnu::noinline]] Double div(Double op1, Double op2, Context& context) {
  return kernel::div<Binary64>(op1, op2, context);
}
[[gnu::noinline]] Double sqrt(Double operand, Context& context) {
  return kernel::sqrt<Binary64>(operand, context);
}
[[gnu::noinline]] Double mul_add(Double addend, Double op1, Double op2, Context& context) {
  return kernel::mul_add<Binary64>(addend, op1, op2, context);
}
[[gnu::noinline]] std::uint32_t compare(Double op1, Double op2, bool quiet_nan_exc,
                                        Context& context) {
  return kernel::compare<Binary64>(op1, op2, quiet_nan_exc, context);
}

}  // namespace soft

std::uint32_t to_fixed(std::uint32_t operand, unsigned size, unsigned fraction_bits,
                       bool is_unsigned, Rounding rounding, Context& context) {
  return kernel::to_fixed<Binary32>(operand, size, fraction_bits, is_unsigned, rounding, context);
}
std::uint32_t to_fixed(std::uint64_t operand, unsigned size, unsigned fraction_bits,
                       bool is_unsigned, Rounding rounding, Context& context) {
  return kernel::to_fixed<Binary64>(operand, size, fraction_bits, is_unsigned, rounding, context);
}
std::uint32_t fixed_to_single(std::uint32_t operand, unsigned size, unsigned fraction_bits,
                              bool is_unsigned, Rounding rounding, Context& context) {
  return kernel::from_fixed<Binary32>(operand, size, fraction_bits, is_unsigned, rounding, context);
}
std::uint64_t fixed_to_double(std::uint32_t operand, unsigned size, unsigned fraction_bits,
                              bool is_unsigned, Rounding rounding, Context& context) {
  return kernel::from_fixed<Binary64>(operand, size, fraction_bits, is_unsigned, rounding, context);
}

std::uint32_t half_to_single(std::uint16_t operand, Context& context) {
  return kernel::convert<Binary32, Binary16>(operand, context);
}
std::uint64_t half_to_double(std::uint16_t operand, Context& context) {
  return kernel::convert<Binary64, Binary16>(operand, context);
}
std::uint16_t single_to_half(std::uint32_t operand, Context& context) {
  return kernel::convert<Binary16, Binary32>(operand, context);
}
std::uint16_t double_to_half(std::uint64_t operand, Context& context) {
  return kernel::convert<Binary16, Binary64>(operand, context);
}
std::uint64_t single_to_double(std::uint32_t operand, Context& context) {
  return kernel::convert<Binary64, Binary32>(operand, context);
}
std::uint32_t double_to_single(std::uint64_t operand, Context& context) {
  return kernel::convert<Binary32, Binary64>(operand, context);
}

std::uint32_t round_int(std::uint32_t operand, Rounding rounding, bool exact, Context& context) {
  return kernel::round_int<Binary32>(operand, rounding, exact, context);
}
std::uint64_t round_int(std::uint64_t operand, Rounding rounding, bool exact, Context& context) {
  return kernel::round_int<Binary64>(operand, rounding, exact, context);
}

std::uint32_t max_num(std::uint32_t op1, std::uint32_t op2, Context& context) {
  return kernel::extreme_num<Binary32, true>(op1, op2, context);
}
std::uint64_t max_num(std::uint64_t op1, std::uint64_t op2, Context& context) {
  return kernel::extreme_num<Binary64, true>(op1, op2, context);
}
std::uint32_t min_num(std::uint32_t op1, std::uint32_t op2, Context& context) {
  return kernel::extreme_num<Binary32, false>(op1, op2, context);
}
std::uint64_t min_num(std::uint64_t op1, std::uint64_t op2, Context& context) {
  return kernel::extreme_num<Binary64, false>(op1, op2, context);
}

}  // namespace mcost::fp
