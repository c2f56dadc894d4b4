// UAL text of a decoded instruction, made from the syntax string of its row. For traces and for the
// decode cross-check; listings shown to people are capstone's. A syntax string is lower case,
// "mnemonic operands", and holds tokens:
//
//   <rd> <rn> <rm> <ra>     core register of that operand: r0-r12, sp, lr, pc
//   <sd> <sn> <sm> <sm+1>   FP register rd, rn, rm, rm + 1: s0-s31, or d0-d15 where `wide`
//   <cond>                  condition of B<c>, in ra
//   <imm> <amount>          the number in imm, in amount (write the # before them); decimal,
//   hexadecimal from 4096 <shift>                 ", lsl #3", ", ror #8", ", rrx" from shift and
//   amount; nothing for an amount of 0 <address>               immediate addressing from rn, imm,
//   add, index, write_back:
//                           [r1]  [r1, #-4]  [r1, #4]!  [r1], #4   (#-0 is written where imm is 0
//                           and add is false)
//   <list>                  {r0, r4, lr}: bits 0-15 of imm
//   <slist>                 {s4, s5}: ra registers from rd upwards, doubles where `wide`
//   <label>                 imm as an absolute address (branch targets, ADR and literal loads:
//   decode adds the PC) <signed>                imm as a signed decimal number <fp> imm as the
//   single it encodes (raw bits), 1.5 <special>               name of the special register SYSm in
//   imm (0-7): apsr .. psp, primask, basepri, control <mask>                  MSR's suffix from
//   amount (bit 1 nzcvq, bit 0 g): "", "_nzcvq", "_g", "_nzcvqg" <barrier> DMB/DSB/ISB option in
//   imm[3:0]: sy, or #n <iflags>                "i" where imm bit 1 (PRIMASK), "f" where bit 0
//   (FAULTMASK) <it>                    IT's letters and condition from imm = firstcond:mask: "te
//   eq" (follows "it" directly) {s} {c} {w}             "s" where set_flags; condition unless AL;
//   "!" where write_back {a|b}                   a where `option` is set, else b: pkh{tb|bt},
//   smmul{r|}, vcvt{|r} {a/b}                   a where `wide` is set, else b: .{f64/f32} {n:a|b}
//   a where bit n of imm is set, else b: smul{1:t|b}{0:t|b}
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
