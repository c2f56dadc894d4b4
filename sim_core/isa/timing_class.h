// TimingClass: which piece of hardware an instruction occupies. It names a grouping that at least
// one core treats alike, never a number of cycles; each pipeline file decides what a class costs on
// its core.
#pragma once

#include <cstdint>

namespace mcost::isa {

enum class TimingClass : std::uint8_t {
  alu,                       // add, subtract, logic, compare, move; register or constant operand
  shift,                     // LSL, LSR, ASR, ROR, RRX as instructions of their own
  bit_field,                 // BFI, BFC, UBFX, SBFX, CLZ, RBIT
  reverse,                   // REV, REV16, REVSH
  extend,                    // SXTB, UXTH, SXTB16, and the accumulating forms
  pack_select,               // PKHBT, PKHTB, SEL
  parallel_add,              // SADD16, UQSUB8, SHASX, ...
  saturate,                  // SSAT, USAT, SSAT16, USAT16, QADD, QDSUB
  sad,                       // USAD8, USADA8
  multiply,                  // MUL, SMULxy, SMMUL, SMUAD: 32-bit result, no accumulator
  multiply_accumulate,       // MLA, MLS, SMLAxy, SMLAD, SMMLA: 32-bit result
  multiply_long,             // SMULL, UMULL
  multiply_accumulate_long,  // SMLAL, UMLAL, UMAAL, SMLALD
  divide,                    // SDIV, UDIV
  load,                      // one access into a core register
  load_literal,              // one access, base is the PC
  load_dual,                 // LDRD
  load_multiple,             // LDM, POP
  load_exclusive,
  store,           // one access from a core register
  store_dual,      // STRD
  store_multiple,  // STM, PUSH
  store_exclusive,
  preload,          // PLD, PLI
  branch,           // B, B<c>, BL: target from an immediate
  branch_register,  // BX, BLX, MOV pc, ADD pc
  compare_branch,   // CBZ, CBNZ
  table_branch,     // TBB, TBH
  it,
  nop,                     // NOP, YIELD, SEV, CLREX, DBG
  wait,                    // WFI, WFE
  system,                  // MRS, MSR, CPS, SVC, BKPT, UDF
  barrier,                 // DMB, DSB, ISB
  fp_add,                  // VADD, VSUB
  fp_multiply,             // VMUL, VNMUL
  fp_multiply_accumulate,  // VMLA, VFMA and their negations
  fp_divide,
  fp_square_root,
  fp_compare,
  fp_convert,    // VCVT, VRINT
  fp_move,       // VMOV between FP registers or of a constant, VABS, VNEG, VSEL, VMAXNM
  fp_core_move,  // VMOV between one core and one FP register
  fp_core_move_dual,
  fp_system,  // VMRS, VMSR
  fp_load,
  fp_store,
  fp_load_multiple,
  fp_store_multiple,
};

}  // namespace mcost::isa
