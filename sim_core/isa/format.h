// UAL text of a decoded instruction, made from the syntax string of its row. For traces and for the
// decode cross-check; listings shown to people are capstone's. A syntax string is lower case,
// "mnemonic operands", and holds tokens:
//
// clang-format off
//   <rd> <rn> <rm> <ra>    core register of that operand: r0-r12, sp, lr, pc
//   <sd> <sn> <sm> <sm+1>  FP register rd, rn, rm, rm + 1: s0-s31, or d0-d15 where `wide`
//   <sd.s> <sm.s>          the same where `wide` is of the other operand: s0-s31
//   <imm> <amount>         the number in imm, in amount (# stands before it); hexadecimal from 4096
//   <signed>               imm as a signed decimal number
//   <shift>                ", lsl #3", ", ror #8", ", rrx"; nothing for an amount of 0
//   <address>              [r1]  [r1, #-4]  [r1, #4]!  [r1], #4 from rn, imm, add, index, write_back
//                          (#-0 where imm is 0 and add is false)
//   <label>                imm as an absolute address: decode has added the PC
//   <list>                 {r0, r4, lr}: bits 0-15 of imm
//   <slist>                {s4, s5}: ra registers from rd upwards, doubles where `wide`
//   <fp>                   the number whose upper 32 bits are imm, 1.5: a double where `wide`
//   <rounding>             letter of the FpRounding in amount: a, n, p, m
//   <special> <mask>       special register SYSm in imm; MSR's suffix from amount (bit 1 nzcvq, bit 0 g)
//   <barrier>              DMB, DSB, ISB option in imm: sy, or #n
//   <iflags>               "i" where bit 1 of imm (PRIMASK), "f" where bit 0 (FAULTMASK)
//   <it>                   letters and condition of IT from imm = firstcond:mask: "te eq"
//   <cond>                 condition of B<c> and VSEL, in ra
//   {s} {c} {w}            "s" where set_flags; condition unless AL; "!" where write_back
//   {a|b}                  a where `option`, else b: pkh{tb|bt}, smmul{r|}
//   {a/b}                  a where `wide`, else b: .{f64/f32}
//   {n:a|b}                a where bit n of imm, else b: smul{1:t|b}{0:t|b}
// clang-format on
//
// A qualifier .w or .n stands after {c}; comparison drops it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim_core/isa/decoder.h"

namespace mcost::isa {

/// UAL text of `decoded`, or "undefined" where it is no instruction. Labels are as decode made
/// them, absolute.
[[nodiscard]] std::string disassemble(const Decoded& decoded);

/// An instruction's text in a form that disassemblers agree on: lower case, mnemonic without .w and
/// .n, operands split at commas outside brackets, numbers as unsigned decimals of 32 bits (but
/// "-0"), registers r0-r12, sp, lr, pc.
struct Listing {
  std::string mnemonic;
  std::vector<std::string> operands;
  friend bool operator==(const Listing&, const Listing&) = default;
};

/// Parses UAL text of any disassembler; comments after ';', '@' or "//" are dropped.
[[nodiscard]] Listing normalise(std::string_view text);

/// "mnemonic a, b, c".
[[nodiscard]] std::string to_string(const Listing& listing);

}  // namespace mcost::isa
