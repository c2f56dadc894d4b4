// Cost of one operation: inline with the host path open, inline with it shut (IXC clear), and soft.
// Operands are normal numbers of moderate size; each result feeds nothing, so this is throughput
// with independent operands.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>

#include "sim_core/fp/fp.h"
#include "tests/fp/operand_source.h"

namespace mcost::fp {
namespace {

constexpr std::size_t kOperands = 4096;

/// Positive normal numbers with exponents near the bias, so that sums cancel now and then and no
/// product overflows.
template <Format F>
const std::array<typename F::Bits, kOperands>& operands() {
  static const auto values = [] {
    testing::OperandSource source(1);
    std::array<typename F::Bits, kOperands> result{};
    for (auto& value : result) {
      const auto exponent = static_cast<typename F::Bits>(-F::kMinExponent - 8) + source.below(16);
      value = (exponent << F::kFractionBits) |
              (static_cast<typename F::Bits>(source.next()) & F::kFraction);
    }
    return result;
  }();
  return values;
}

template <Format F, typename Operation>
void run(benchmark::State& state, Operation operation) {
  const auto& values = operands<F>();
  Context context{static_cast<std::uint32_t>(state.range(0))};
  std::size_t i = 0;
  for (auto _ : state) {
    const std::size_t at = i++ & (kOperands - 1);
    context.fpscr = static_cast<std::uint32_t>(state.range(0));
    benchmark::DoNotOptimize(context);
    benchmark::DoNotOptimize(operation(values[at], values[(at + 7) & (kOperands - 1)],
                                       values[(at + 77) & (kOperands - 1)], context));
  }
}

template <Format F, typename Operation>
void add_benchmark(const char* name, Operation operation) {
  benchmark::RegisterBenchmark(name,
                               [operation](benchmark::State& state) { run<F>(state, operation); })
      ->ArgName("fpscr")
      ->Arg(kInexact)
      ->Arg(0);
}

template <Format F>
void add_benchmarks(const std::string& suffix) {
  using Bits = typename F::Bits;
  const auto named = [&suffix](const char* name) { return name + suffix; };
  add_benchmark<F>(named("nothing").c_str(), [](Bits a, Bits b, Bits, Context&) { return a ^ b; });
  add_benchmark<F>(named("add").c_str(),
                   [](Bits a, Bits b, Bits, Context& c) { return add(a, b, c); });
  add_benchmark<F>(named("sub").c_str(),
                   [](Bits a, Bits b, Bits, Context& c) { return sub(a, b, c); });
  add_benchmark<F>(named("mul").c_str(),
                   [](Bits a, Bits b, Bits, Context& c) { return mul(a, b, c); });
  add_benchmark<F>(named("div").c_str(),
                   [](Bits a, Bits b, Bits, Context& c) { return div(a, b, c); });
  add_benchmark<F>(named("sqrt").c_str(),
                   [](Bits a, Bits, Bits, Context& c) { return sqrt(a, c); });
  add_benchmark<F>(named("mul_add").c_str(),
                   [](Bits a, Bits b, Bits d, Context& c) { return mul_add(d, a, b, c); });
  add_benchmark<F>(named("compare").c_str(),
                   [](Bits a, Bits b, Bits, Context& c) { return compare(a, b, false, c); });
  add_benchmark<F>(named("soft_compare").c_str(),
                   [](Bits a, Bits b, Bits, Context& c) { return soft::compare(a, b, false, c); });
  add_benchmark<F>(named("to_s32").c_str(), [](Bits a, Bits, Bits, Context& c) {
    return to_fixed(a, 32, 0, false, Rounding::zero, c);
  });
}

void add_zero_benchmarks() {
  using Bits = std::uint32_t;
  add_benchmark<Binary32>("add_of_zeros",
                          [](Bits, Bits, Bits, Context& c) { return add(Bits{0}, Bits{0}, c); });
  add_benchmark<Binary32>("mul_by_zero",
                          [](Bits a, Bits, Bits, Context& c) { return mul(a, Bits{0}, c); });
  add_benchmark<Binary32>("mul_add_zero_product", [](Bits a, Bits, Bits d, Context& c) {
    return mul_add(d, a, Bits{0}, c);
  });
  add_benchmark<Binary32>("s32_to_single", [](Bits a, Bits, Bits, Context& c) {
    return fixed_to_single(a, 32, 0, false, c.rounding(), c);
  });
  add_benchmark<Binary32>("half_to_single", [](Bits a, Bits, Bits, Context& c) {
    return half_to_single(static_cast<std::uint16_t>(a & 0x3FFF), c);
  });
  add_benchmark<Binary32>("single_to_half",
                          [](Bits a, Bits, Bits, Context& c) { return single_to_half(a, c); });
}

}  // namespace
}  // namespace mcost::fp

int main(int argc, char** argv) {
  mcost::fp::add_benchmarks<mcost::fp::Binary32>("");
  mcost::fp::add_zero_benchmarks();
  mcost::fp::add_benchmarks<mcost::fp::Binary64>("_f64");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
