// A random program as both machines get it, and the few encodings its frame needs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim_core/isa/encoding.h"
#include "tests/oracle/state.h"

namespace mcost::oracle {

/// Code at `start`, ending with a branch to itself. A unit is what may not be cut: an instruction
/// with the moves that set up its addresses, or an IT block.
struct Program {
  Address start = kProgram;
  std::vector<std::uint16_t> code;
  std::vector<std::uint32_t> units;  // index in `code` where each begins
  std::uint32_t instructions = 0;    // without the final branch
  [[nodiscard]] Address end() const { return start + 2 * static_cast<Address>(code.size()) - 2; }
};

/// Zeroes what literal loads of `program` can reach around it in the bytes at kCode.
void clear_around(const Program& program, std::span<std::uint8_t> code);

/// No core has all of this; what an encoding does, if it does something, does not depend on it.
inline constexpr isa::FeatureSet kEveryFeature =
    isa::kCortexM7Dp | isa::feature_bit(isa::Feature::v8m);

/// The disassembly of a stretch of code.
[[nodiscard]] std::string listing(Address start, std::span<const std::uint16_t> code);

/// Appends instructions. Encodings are the manual's, written out, so that no encoder is trusted.
class Assembler {
 public:
  explicit Assembler(std::vector<std::uint16_t>& code) : code_(code) {}
  void narrow(std::uint32_t instruction) {
    code_.push_back(static_cast<std::uint16_t>(instruction));
  }
  void wide(std::uint32_t instruction) {
    narrow(instruction >> 16);
    narrow(instruction & 0xFFFF);
  }
  /// MOVW rd, #low; MOVT rd, #high.
  void move_constant(unsigned rd, std::uint32_t value);
  /// The same for ARMv6-M, byte by byte: MOVS, LSLS, ADDS. `rd` is below 8; the flags change.
  void move_constant_narrow(unsigned rd, std::uint32_t value);
  /// B.W from the next instruction's address `here` to `target`.
  void branch(Address here, Address target);
  static constexpr std::uint16_t kSelf = 0xE7FE;  // b .

 private:
  std::vector<std::uint16_t>& code_;
};

/// Where prologue_code() goes: the branches of ARMv6-M do not reach far.
[[nodiscard]] constexpr Address prologue_address(isa::FeatureSet features) {
  return isa::has_feature(features, isa::Feature::v7m) ? kPrologue : kProgram - 0x100;
}
/// Reads a state block at r0 and goes on at `program`.
[[nodiscard]] std::vector<std::uint16_t> prologue_code(Address program, isa::FeatureSet features);
/// Code at kEpilogue: APSR FPSCR CONTROL PRIMASK BASEPRI FAULTMASK MSP PSP to r0-r7.
[[nodiscard]] std::vector<std::uint16_t> epilogue_code(isa::FeatureSet features);
/// The words the prologue reads.
[[nodiscard]] std::vector<std::uint32_t> state_block(const State& state);

}  // namespace mcost::oracle
