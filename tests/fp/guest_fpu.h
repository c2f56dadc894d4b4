// An independent oracle: one VFP instruction at a time on Unicorn (QEMU's decoder and softfloat),
// over many operands. Depends on Unicorn only; knows nothing of mcost::fp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

struct uc_struct;

namespace mcost::fp::testing {

/// How the guest holds operands: `single` loads S0, S1 and S2 and takes the result from S6; `wide`
/// loads D0, D1 and D2 (S0, S2 and S4 are their low halves) and takes it from D3 (S6 is its low
/// half).
enum class GuestLayout { single, wide };

struct GuestInput {
  std::uint64_t op1, op2, op3;
  std::uint32_t fpscr;
};

struct GuestOutput {
  std::uint64_t result;
  std::uint32_t fpscr;
};

enum class GuestCore { cortex_m4, cortex_m7, cortex_m33 };

/// A core with its FPU, and shared memory for `capacity` operands.
/// Errors: std::runtime_error with Unicorn's message.
class GuestFpu {
 public:
  GuestFpu(GuestCore core, std::size_t capacity);
  ~GuestFpu();
  GuestFpu(const GuestFpu&) = delete;
  GuestFpu& operator=(const GuestFpu&) = delete;

  /// Runs `code` (32-bit Thumb instructions, first halfword high) once for every input, of which
  /// there are at most `capacity`. The result is valid until the next call.
  std::span<const GuestOutput> run(std::span<const std::uint32_t> code, GuestLayout layout,
                                   std::span<const GuestInput> inputs);

 private:
  void execute(std::span<const std::uint32_t> code, GuestLayout layout, std::size_t count);

  uc_struct* engine_ = nullptr;
  std::size_t capacity_;
  std::vector<std::uint32_t> words_;
  std::vector<GuestOutput> outputs_;
};

}  // namespace mcost::fp::testing
