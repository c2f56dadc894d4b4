// A random program as both machines get it, and the few encodings its frame needs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

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
  /// B.W from the next instruction's address `here` to `target`.
  void branch(Address here, Address target);
  static constexpr std::uint16_t kSelf = 0xE7FE;  // b .

 private:
  std::vector<std::uint16_t>& code_;
};

/// Code at kPrologue: reads a state block at r0 and goes on at `program`.
[[nodiscard]] std::vector<std::uint16_t> prologue_code(Address program, bool has_fpu);
/// Code at kEpilogue: APSR FPSCR CONTROL PRIMASK BASEPRI FAULTMASK MSP PSP to r0-r7.
[[nodiscard]] std::vector<std::uint16_t> epilogue_code(bool has_fpu);
/// The words the prologue reads.
[[nodiscard]] std::vector<std::uint32_t> state_block(const State& state);

}  // namespace mcost::oracle
