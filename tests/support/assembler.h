// A small Thumb assembler for tests: one function per instruction form, labels, and nothing clever.
// Its encodings are checked against the disassembler in assembler_test.cpp, which in turn is
// checked against capstone and objdump. Source of encodings: ARMv7-M ARM A7.7.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost::test {

enum Register : unsigned { r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, sp, lr, pc };
enum Condition : unsigned { eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le, al };
enum ShiftType : unsigned { lsl, lsr, asr, ror };
enum SpecialRegister : unsigned {
  apsr = 0,
  ipsr = 5,
  msp = 8,
  psp = 9,
  primask = 16,
  basepri = 17,
  basepri_max = 18,
  faultmask = 19,
  control = 20
};

/// Operations of the 16-bit group "data processing", which all set flags.
enum class Narrow : unsigned {
  ands,
  eors,
  lsls,
  lsrs,
  asrs,
  adcs,
  sbcs,
  rors,
  tst,
  rsbs,
  cmp,
  cmn,
  orrs,
  muls,
  bics,
  mvns
};
/// Operations of the 32-bit groups with a modified immediate or a shifted register.
enum class Wide : unsigned {
  and_ = 0,
  bic = 1,
  orr = 2,
  orn = 3,
  eor = 4,
  add = 8,
  adc = 10,
  sbc = 11,
  sub = 13,
  rsb = 14
};
/// First halfword and fixed bits of the second one of three-register instructions Rd, Rn, Rm.
enum class ThreeRegister : std::uint32_t {
  mul = 0xFB00F000,
  sdiv = 0xFB90F0F0,
  udiv = 0xFBB0F0F0,
  smulbb = 0xFB10F000,
  smuad = 0xFB20F000,
  uadd8 = 0xFA80F040,
  qadd = 0xFA80F080,
  sel = 0xFAA0F080,
  lsl_w = 0xFA00F000,
  lsr_w = 0xFA20F000,
  ror_w = 0xFA60F000
};
/// Rd, Rm.
enum class TwoRegister : std::uint32_t {
  clz = 0xFAB0F080,
  rbit = 0xFA90F0A0,
  rev = 0xFA90F080,
  sxth = 0xFA0FF080,
  uxth = 0xFA1FF080,
  sxtb = 0xFA4FF080,
  uxtb = 0xFA5FF080
};
/// Rd, Rn, Rm, Ra.
enum class FourRegister : std::uint32_t { mla = 0xFB000000, mls = 0xFB000010, smlad = 0xFB200000 };
/// RdLo, RdHi, Rn, Rm.
enum class LongMultiply : std::uint32_t {
  smull = 0xFB800000,
  umull = 0xFBA00000,
  smlal = 0xFBC00000,
  umlal = 0xFBE00000
};
enum class Access : unsigned { strb, strh, str, ldrb, ldrh, ldr, ldrsb, ldrsh };
/// Sd, Sn, Sm.
enum class FpOperation : std::uint32_t {
  vadd = 0xEE300A00,
  vsub = 0xEE300A40,
  vmul = 0xEE200A00,
  vdiv = 0xEE800A00,
  vfma = 0xEEA00A00,
  vmla = 0xEE000A00
};

class Assembler {
 public:
  explicit Assembler(Address base) : base_(base) {}

  // Places.
  struct Label {
    std::size_t index;
  };
  [[nodiscard]] Label label();
  void bind(Label label);
  /// A label bound here.
  Label here();
  [[nodiscard]] Address address_of(Label label) const { return labels_[label.index]; }
  [[nodiscard]] Address pc() const { return base_ + static_cast<Address>(2 * halfwords_.size()); }
  [[nodiscard]] Address base() const { return base_; }
  /// Resolves branches. Branches out of reach or labels never bound are std::logic_error.
  [[nodiscard]] const std::vector<std::uint16_t>& finish();

  // Data in the code.
  void halfword(unsigned value) { halfwords_.push_back(static_cast<std::uint16_t>(value)); }
  void wide(std::uint32_t instruction);
  void word(std::uint32_t value);
  void align(unsigned bytes);
  /// Replaces a halfword already written, in a branch table say.
  void patch_halfword(Address address, unsigned value) {
    halfwords_[(address - base_) / 2] = static_cast<std::uint16_t>(value);
  }

  // 16-bit forms; registers are low ones.
  void movs(Register rd, unsigned imm8) { halfword(0x2000 | rd << 8 | imm8); }
  void cmp(Register rn, unsigned imm8) { halfword(0x2800 | rn << 8 | imm8); }
  void adds(Register rdn, unsigned imm8) { halfword(0x3000 | rdn << 8 | imm8); }
  void subs(Register rdn, unsigned imm8) { halfword(0x3800 | rdn << 8 | imm8); }
  void adds(Register rd, Register rn, Register rm) { halfword(0x1800 | rm << 6 | rn << 3 | rd); }
  void subs(Register rd, Register rn, Register rm) { halfword(0x1A00 | rm << 6 | rn << 3 | rd); }
  void shifts(ShiftType type, Register rd, Register rm, unsigned imm5) {
    halfword(type << 11 | imm5 << 6 | rm << 3 | rd);
  }
  void narrow(Narrow operation, Register rdn, Register rm) {
    halfword(0x4000 | static_cast<unsigned>(operation) << 6 | rm << 3 | rdn);
  }
  void mov(Register rd, Register rm) { halfword(0x4600 | (rd & 8u) << 4 | rm << 3 | (rd & 7u)); }
  void add_high(Register rdn, Register rm) {
    halfword(0x4400 | (rdn & 8u) << 4 | rm << 3 | (rdn & 7u));
  }
  void ldr_narrow(Register rt, Register rn, unsigned offset) {
    halfword(0x6800 | offset / 4 << 6 | rn << 3 | rt);
  }
  void str_narrow(Register rt, Register rn, unsigned offset) {
    halfword(0x6000 | offset / 4 << 6 | rn << 3 | rt);
  }
  void push(unsigned list) { halfword(0xB400 | (list >> 14 & 1u) << 8 | (list & 0xFFu)); }
  void pop(unsigned list) { halfword(0xBC00 | (list >> 15 & 1u) << 8 | (list & 0xFFu)); }
  void ldm_narrow(Register rn, unsigned list) { halfword(0xC800 | rn << 8 | list); }
  void stm_narrow(Register rn, unsigned list) { halfword(0xC000 | rn << 8 | list); }
  void nop() { halfword(0xBF00); }
  /// IT with `pattern` like "TE" for the instructions after the first.
  void it(Condition condition, std::string_view pattern = "");

  // Constants, 32-bit data processing.
  void movw(Register rd, unsigned imm16) { immediate16(0xF240, rd, imm16); }
  void movt(Register rd, unsigned imm16) { immediate16(0xF2C0, rd, imm16); }
  void mov32(Register rd, std::uint32_t value) {
    movw(rd, value & 0xFFFF);
    movt(rd, value >> 16);
  }
  /// `imm12` is ThumbExpandImm's i:imm3:imm8.
  void data(Wide operation, bool set_flags, Register rd, Register rn, unsigned imm12);
  void data(Wide operation, bool set_flags, Register rd, Register rn, Register rm, ShiftType shift,
            unsigned amount);
  void three(ThreeRegister operation, Register rd, Register rn, Register rm) {
    wide(static_cast<std::uint32_t>(operation) | rn << 16 | rd << 8 | rm);
  }
  void two(TwoRegister operation, Register rd, Register rm);
  void four(FourRegister operation, Register rd, Register rn, Register rm, Register ra) {
    wide(static_cast<std::uint32_t>(operation) | rn << 16 | ra << 12 | rd << 8 | rm);
  }
  void long_multiply(LongMultiply operation, Register lo, Register hi_part, Register rn,
                     Register rm) {
    wide(static_cast<std::uint32_t>(operation) | rn << 16 | lo << 12 | hi_part << 8 | rm);
  }
  void ubfx(Register rd, Register rn, unsigned lsb, unsigned width) {
    wide(0xF3C00000u | rn << 16 | lsb >> 2 << 12 | rd << 8 | (lsb & 3u) << 6 | (width - 1));
  }
  void bfi(Register rd, Register rn, unsigned lsb, unsigned width) {
    wide(0xF3600000u | rn << 16 | lsb >> 2 << 12 | rd << 8 | (lsb & 3u) << 6 | (lsb + width - 1));
  }
  void ssat(Register rd, unsigned bits, Register rn) {
    wide(0xF3000000u | rn << 16 | rd << 8 | (bits - 1));
  }

  // Memory.
  void access(Access kind, Register rt, Register rn, unsigned imm12);
  void access(Access kind, Register rt, Register rn, Register rm, unsigned shift);
  void post_indexed(Access kind, Register rt, Register rn, int offset);
  void pre_indexed(Access kind, Register rt, Register rn, int offset);
  void ldr(Register rt, Register rn, unsigned imm12 = 0) { access(Access::ldr, rt, rn, imm12); }
  void str(Register rt, Register rn, unsigned imm12 = 0) { access(Access::str, rt, rn, imm12); }
  void ldr_literal(Register rt, Label target);
  void ldrd(Register rt, Register rt2, Register rn, unsigned offset) {
    wide(0xE9D00000u | rn << 16 | rt << 12 | rt2 << 8 | offset / 4);
  }
  void strd(Register rt, Register rt2, Register rn, unsigned offset) {
    wide(0xE9C00000u | rn << 16 | rt << 12 | rt2 << 8 | offset / 4);
  }
  void ldm(Register rn, bool write_back, unsigned list) {
    wide(0xE8900000u | (write_back ? 1u << 21 : 0u) | rn << 16 | list);
  }
  void stm(Register rn, bool write_back, unsigned list) {
    wide(0xE8800000u | (write_back ? 1u << 21 : 0u) | rn << 16 | list);
  }
  void ldrex(Register rt, Register rn) { wide(0xE8500F00u | rn << 16 | rt << 12); }
  void strex(Register rd, Register rt, Register rn) {
    wide(0xE8400000u | rn << 16 | rt << 12 | rd << 8);
  }

  // Branches.
  void b(Label target) { branch(Kind::b, 0, target); }
  void b(Condition condition, Label target) { branch(Kind::b_condition, condition, target); }
  void bl(Label target) { branch(Kind::bl, 0, target); }
  void bl(Address target);
  void cbz(Register rn, Label target) { branch(Kind::cbz, rn, target); }
  void cbnz(Register rn, Label target) { branch(Kind::cbnz, rn, target); }
  void bx(Register rm) { halfword(0x4700 | rm << 3); }
  void blx(Register rm) { halfword(0x4780 | rm << 3); }
  void tbb(Register rn, Register rm) { wide(0xE8D0F000u | rn << 16 | rm); }
  /// `b .`, where a test program ends.
  void stop() { halfword(0xE7FE); }

  // System.
  void svc(unsigned imm8) { halfword(0xDF00 | imm8); }
  void bkpt(unsigned imm8) { halfword(0xBE00 | imm8); }
  void udf(unsigned imm8) { halfword(0xDE00 | imm8); }
  void wfi() { halfword(0xBF30); }
  void wfe() { halfword(0xBF20); }
  void sev() { halfword(0xBF40); }
  void cpsid_i() { halfword(0xB672); }
  void cpsie_i() { halfword(0xB662); }
  void cpsid_f() { halfword(0xB671); }
  void cpsie_f() { halfword(0xB661); }
  void dsb() { wide(0xF3BF8F4Fu); }
  void isb() { wide(0xF3BF8F6Fu); }
  void msr(SpecialRegister special, Register rn) { wide(0xF3808800u | rn << 16 | special); }
  void mrs(Register rd, SpecialRegister special) { wide(0xF3EF8000u | rd << 8 | special); }

  // Floating point; single registers are numbers 0 to 31.
  void fp(FpOperation operation, unsigned sd, unsigned sn, unsigned sm) {
    wide(static_cast<std::uint32_t>(operation) | (sd & 1u) << 22 | sn >> 1 << 16 | sd >> 1 << 12 |
         (sn & 1u) << 7 | (sm & 1u) << 5 | sm >> 1);
  }
  void vmov_to_single(unsigned sn, Register rt) {
    wide(0xEE000A10u | sn >> 1 << 16 | rt << 12 | (sn & 1u) << 7);
  }
  void vmov_to_core(Register rt, unsigned sn) {
    wide(0xEE100A10u | sn >> 1 << 16 | rt << 12 | (sn & 1u) << 7);
  }
  void vldr(unsigned sd, Register rn, unsigned offset) {
    wide(0xED900A00u | (sd & 1u) << 22 | rn << 16 | sd >> 1 << 12 | offset / 4);
  }
  void vstr(unsigned sd, Register rn, unsigned offset) {
    wide(0xED800A00u | (sd & 1u) << 22 | rn << 16 | sd >> 1 << 12 | offset / 4);
  }
  void vcmp(unsigned sd, unsigned sm) {
    wide(0xEEB40A40u | (sd & 1u) << 22 | sd >> 1 << 12 | (sm & 1u) << 5 | sm >> 1);
  }
  void vmrs_flags() { wide(0xEEF1FA10u); }
  void vmrs(Register rt) { wide(0xEEF10A10u | rt << 12); }

 private:
  enum class Kind { b, b_condition, bl, cbz, cbnz, literal };
  struct Fixup {
    Kind kind;
    unsigned operand;
    std::size_t at;  // index of the first halfword
    std::size_t label;
  };
  void branch(Kind kind, unsigned operand, Label target);
  void immediate16(std::uint32_t first, Register rd, unsigned imm16);
  void indexed(Access kind, Register rt, Register rn, int offset, unsigned index_bits);
  void resolve(const Fixup& fixup);

  Address base_;
  std::vector<std::uint16_t> halfwords_;
  std::vector<Address> labels_;
  std::vector<Fixup> fixups_;
};

}  // namespace mcost::test
