// System instructions: special registers, exceptions, barriers, and the coprocessor space, which
// ARMv7-M allocates without having coprocessors other than the FPU (10 and 11). Source: ARMv7-M ARM
// A7.7 and B5.2.
#pragma once

#include <cstdint>

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"

namespace mcost::isa {

/// CPS: `option` disables (ID); imm bit 1 is PRIMASK, bit 0 FAULTMASK.
struct ChangeProcessorState {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.change_processor_state(o.option, (o.imm & 2u) != 0, (o.imm & 1u) != 0);
  }
};

/// MRS: SYSm in `imm`.
struct MoveFromSpecial {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.read_special(o.imm));
  }
};

/// MSR: SYSm in `imm`, mask in `amount`.
struct MoveToSpecial {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.write_special(o.imm, o.amount, e.reg(o.rn));
  }
};

struct SupervisorCall {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.supervisor_call(o.imm);
  }
};

/// BKPT executes whatever the IT block's condition.
struct Breakpoint {
  static constexpr bool kUnconditional = true;
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.breakpoint(o.imm);
  }
};

/// UDF, and coprocessor instructions: with `option` set the UsageFault is NOCP, else UNDEFINSTR.
struct UndefinedInstruction {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.undefined_instruction();
  }
};

/// DMB, DSB: accesses are in program order anyway.
struct DataBarrier {
  template <Evaluator E>
  static constexpr void execute(E&, const Operands&) {}
};

struct InstructionBarrier {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.instruction_barrier();
  }
};

/// Looks up the target of an address; `option` asks for unprivileged access (TTT).
struct TestTarget {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands& o) {
    e.set_reg(o.rd, e.test_target(e.reg(o.rn), o.option));
  }
};

/// SG: without the Security Extension all memory is Non-secure, where it does nothing.
struct SecureGateway {
  template <Evaluator E>
  static constexpr void execute(E&, const Operands&) {}
};

/// SYSm of a register that exists. Those of the Non-secure state of ARMv8-M are named, but read as
/// zero without the Security Extension. Source: ARMv6-M ARM B4.2.2, ARMv7-M ARM B5.2.2, ARMv8-M ARM
/// C2.4, MRS.
[[nodiscard]] constexpr bool is_special_register(std::uint32_t sysm, FeatureSet features) {
  if (sysm <= 3 || (sysm >= 5 && sysm <= 9) || sysm == 16 || sysm == 20) return true;
  if (sysm >= 17 && sysm <= 19) return has_feature(features, Feature::v7m);
  const bool is_limit = sysm == 10 || sysm == 11;
  const bool is_non_secure = (sysm >= 0x88 && sysm <= 0x8B) || sysm == 0x90 || sysm == 0x91 ||
                             sysm == 0x93 || sysm == 0x94 || sysm == 0x98;
  return (is_limit || is_non_secure) && has_feature(features, Feature::v8m);
}

namespace shape {

/// ARMv6-M has no FAULTMASK.
struct InterruptFlags {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const bool no_faultmask = (f['i'] & 1u) != 0 && !has_feature(place.features, Feature::v7m);
    return {.imm = f['i'],
            .option = f.flag('d'),
            .unpredictable = f['i'] == 0 || no_faultmask || place.it.in_it_block()};
  }
};

struct SpecialToRegister {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    return {.rd = f.reg('d'),
            .imm = f['y'],
            .unpredictable = bad_register(f['d']) || !is_special_register(f['y'], place.features)};
  }
};

/// mask<1> is nzcvq, mask<0> is g, which only xPSR has, and only with the DSP extension.
struct RegisterToSpecial {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t mask = f['k'];
    const bool has_g = f['y'] <= 3 && has_feature(place.features, Feature::dsp);
    return {.rn = f.reg('n'),
            .imm = f['y'],
            .amount = f.u8('k'),
            .unpredictable = bad_register(f['n']) || mask == 0 || (mask != 2 && !has_g) ||
                             !is_special_register(f['y'], place.features)};
  }
};

/// Fields d Rd, n Rn, u T: unprivileged, in `option`.
struct Target {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('d'),
            .rn = f.reg('n'),
            .option = f.flag('u'),
            .unpredictable = bad_register(f['d']) || f['n'] == 15};
  }
};

/// A number in field i.
struct Immediate {
  static constexpr Operands decode(const Fields& f, const Place&) { return {.imm = f['i']}; }
};

/// Coprocessor number, field p, in `amount`.
struct Coprocessor {
  static constexpr Operands decode(const Fields& f, const Place&) {
    return {.rd = f.reg('t'), .amount = f.u8('p'), .option = true};
  }
};

}  // namespace shape

/// CPS<effect> <iflags>.  Source: ARMv7-M ARM A7.7, CPS, encoding T1.
struct CpsT1 : ChangeProcessorState, shape::InterruptFlags {
  static constexpr Encoding row{"CPS",
                                T1,
                                Feature::v6m,
                                TimingClass::system,
                                "10110110011 d ZZ ii",
                                "cps{id|ie} <iflags>",
                                See{},
                                Flow::ends_block};
};

/// MRS <Rd>, <spec_reg>.  Source: ARMv7-M ARM A7.7, MRS, encoding T1.
struct MrsT1 : MoveFromSpecial, shape::SpecialToRegister {
  static constexpr Encoding row{"MRS",
                                T1,
                                Feature::v6m,
                                TimingClass::system,
                                "11110011111 Z OOOO 10Z0 dddd yyyyyyyy",
                                "mrs{c} <rd>, <special>"};
};

/// MSR <spec_reg>, <Rn>.  Source: ARMv7-M ARM A7.7, MSR, encoding T1.
struct MsrT1 : MoveToSpecial, shape::RegisterToSpecial {
  static constexpr Encoding row{"MSR",
                                T1,
                                Feature::v6m,
                                TimingClass::system,
                                "11110011100 Z nnnn 10Z0 kk ZZ yyyyyyyy",
                                "msr{c} <special><mask>, <rn>",
                                See{},
                                Flow::ends_block};
};

/// SVC #<imm>.  Source: ARMv7-M ARM A7.7, SVC, encoding T1.
struct SvcT1 : SupervisorCall, shape::Immediate {
  static constexpr Encoding row{
      "SVC",           T1,    Feature::v6m,    TimingClass::system, "11011111 iiiiiiii",
      "svc{c} #<imm>", See{}, Flow::ends_block};
};

/// BKPT #<imm>.  Source: ARMv7-M ARM A7.7, BKPT, encoding T1.
struct BkptT1 : Breakpoint, shape::Immediate {
  static constexpr Encoding row{
      "BKPT",        T1,    Feature::v6m,    TimingClass::system, "10111110 iiiiiiii",
      "bkpt #<imm>", See{}, Flow::ends_block};
};

/// UDF #<imm>.  Source: ARMv7-M ARM A7.7, UDF, encoding T1.
struct UdfT1 : UndefinedInstruction, shape::Immediate {
  static constexpr Encoding row{
      "UDF",           T1,    Feature::v6m,    TimingClass::system, "11011110 iiiiiiii",
      "udf{c} #<imm>", See{}, Flow::ends_block};
};

/// UDF.W #<imm>.  Source: ARMv7-M ARM A7.7, UDF, encoding T2.
struct UdfT2 : UndefinedInstruction, shape::Immediate {
  static constexpr Encoding row{"UDF",
                                T2,
                                Feature::v6m,
                                TimingClass::system,
                                "111101111111 iiii 1010 iiiiiiiiiiii",
                                "udf{c}.w #<imm>",
                                See{},
                                Flow::ends_block};
};

/// DSB <option>.  Source: ARMv7-M ARM A7.7, DSB, encoding T1.
struct DsbT1 : DataBarrier, shape::Immediate {
  static constexpr Encoding row{"DSB",
                                T1,
                                Feature::v6m,
                                TimingClass::barrier,
                                "111100111011 OOOO 10Z0 OOOO 0100 iiii",
                                "dsb{c} <barrier>"};
};

/// DMB <option>.  Source: ARMv7-M ARM A7.7, DMB, encoding T1.
struct DmbT1 : DataBarrier, shape::Immediate {
  static constexpr Encoding row{"DMB",
                                T1,
                                Feature::v6m,
                                TimingClass::barrier,
                                "111100111011 OOOO 10Z0 OOOO 0101 iiii",
                                "dmb{c} <barrier>"};
};

/// ISB <option>.  Source: ARMv7-M ARM A7.7, ISB, encoding T1.
struct IsbT1 : InstructionBarrier, shape::Immediate {
  static constexpr Encoding row{"ISB",
                                T1,
                                Feature::v6m,
                                TimingClass::barrier,
                                "111100111011 OOOO 10Z0 OOOO 0110 iiii",
                                "isb{c} <barrier>",
                                See{},
                                Flow::ends_block};
};

/// TT <Rd>, <Rn>; TTT. TTA and TTAT, with bit 7 set, are UNDEFINED without the Security Extension.
/// Source: ARMv8-M ARM C2.4, TT, TTT, TTA, TTAT, encoding T1.
struct TtT1 : TestTarget, shape::Target {
  static constexpr Encoding row{"TT, TTT, TTA, TTAT",
                                T1,
                                Feature::v8m,
                                TimingClass::system,
                                "111010000100 nnnn 1111 dddd 0u ZZZZZZ",
                                "tt{t|}{c} <rd>, <rn>"};
};

/// SG.  Source: ARMv8-M ARM C2.4, SG, encoding T1.
struct SgT1 : SecureGateway, shape::NoOperands {
  static constexpr Encoding row{
      "SG", T1, Feature::v8m, TimingClass::nop, "1110 1001 0111 1111 1110 1001 0111 1111", "sg{c}"};
};

/// CDP <coproc>.  Source: ARMv7-M ARM A7.7, CDP, CDP2, encoding T1.
struct CdpT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"CDP, CDP2",
                                T1,
                                Feature::v7m,
                                TimingClass::system,
                                "1110 1110 xxxx xxxx xxxx pppp xxx0 xxxx",
                                "cdp{c} p<amount>",
                                See("1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// CDP2 <coproc>.  Source: ARMv7-M ARM A7.7, CDP, CDP2, encoding T2.
struct CdpT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"CDP, CDP2",
                                T2,
                                Feature::v7m,
                                TimingClass::system,
                                "1111 1110 xxxx xxxx xxxx pppp xxx0 xxxx",
                                "cdp2{c} p<amount>",
                                See("1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MCR <coproc>.  Source: ARMv7-M ARM A7.7, MCR, MCR2, encoding T1.
struct McrT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MCR, MCR2",
                                T1,
                                Feature::v7m,
                                TimingClass::system,
                                "1110 1110 xxx0 xxxx tttt pppp xxx1 xxxx",
                                "mcr{c} p<amount>, <rd>",
                                See("1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MCR2 <coproc>.  Source: ARMv7-M ARM A7.7, MCR, MCR2, encoding T2.
struct McrT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MCR, MCR2",
                                T2,
                                Feature::v7m,
                                TimingClass::system,
                                "1111 1110 xxx0 xxxx tttt pppp xxx1 xxxx",
                                "mcr2{c} p<amount>, <rd>",
                                See("1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MRC <coproc>.  Source: ARMv7-M ARM A7.7, MRC, MRC2, encoding T1.
struct MrcT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MRC, MRC2",
                                T1,
                                Feature::v7m,
                                TimingClass::system,
                                "1110 1110 xxx1 xxxx tttt pppp xxx1 xxxx",
                                "mrc{c} p<amount>, <rd>",
                                See("1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MRC2 <coproc>.  Source: ARMv7-M ARM A7.7, MRC, MRC2, encoding T2.
struct MrcT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MRC, MRC2",
                                T2,
                                Feature::v7m,
                                TimingClass::system,
                                "1111 1110 xxx1 xxxx tttt pppp xxx1 xxxx",
                                "mrc2{c} p<amount>, <rd>",
                                See("1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MCRR <coproc>.  Source: ARMv7-M ARM A7.7, MCRR, MCRR2, encoding T1.
struct McrrT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MCRR, MCRR2",
                                T1,
                                Feature::v7m,
                                TimingClass::system,
                                "1110 1100 0100 xxxx tttt pppp xxxx xxxx",
                                "mcrr{c} p<amount>, <rd>",
                                See("1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MCRR2 <coproc>.  Source: ARMv7-M ARM A7.7, MCRR, MCRR2, encoding T2.
struct McrrT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MCRR, MCRR2",
                                T2,
                                Feature::v7m,
                                TimingClass::system,
                                "1111 1100 0100 xxxx tttt pppp xxxx xxxx",
                                "mcrr2{c} p<amount>, <rd>",
                                See("1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MRRC <coproc>.  Source: ARMv7-M ARM A7.7, MRRC, MRRC2, encoding T1.
struct MrrcT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MRRC, MRRC2",
                                T1,
                                Feature::v7m,
                                TimingClass::system,
                                "1110 1100 0101 xxxx tttt pppp xxxx xxxx",
                                "mrrc{c} p<amount>, <rd>",
                                See("1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// MRRC2 <coproc>.  Source: ARMv7-M ARM A7.7, MRRC, MRRC2, encoding T2.
struct MrrcT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{"MRRC, MRRC2",
                                T2,
                                Feature::v7m,
                                TimingClass::system,
                                "1111 1100 0101 xxxx tttt pppp xxxx xxxx",
                                "mrrc2{c} p<amount>, <rd>",
                                See("1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
                                Flow::ends_block};
};

/// STC <coproc>.  Source: ARMv7-M ARM A7.7, STC, STC2, encoding T1.
struct StcT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{
      "STC, STC2",
      T1,
      Feature::v7m,
      TimingClass::system,
      "1110 110x xxx0 xxxx xxxx pppp xxxx xxxx",
      "stc{c} p<amount>",
      See("1110 1100 0x0x xxxx xxxx pppp xxxx xxxx", "1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
      Flow::ends_block};
};

/// STC2 <coproc>.  Source: ARMv7-M ARM A7.7, STC, STC2, encoding T2.
struct StcT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{
      "STC, STC2",
      T2,
      Feature::v7m,
      TimingClass::system,
      "1111 110x xxx0 xxxx xxxx pppp xxxx xxxx",
      "stc2{c} p<amount>",
      See("1111 1100 0x0x xxxx xxxx pppp xxxx xxxx", "1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
      Flow::ends_block};
};

/// LDC <coproc>.  Source: ARMv7-M ARM A7.7, LDC, LDC2, encoding T1.
struct LdcT1 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{
      "LDC, LDC2",
      T1,
      Feature::v7m,
      TimingClass::system,
      "1110 110x xxx1 xxxx xxxx pppp xxxx xxxx",
      "ldc{c} p<amount>",
      See("1110 1100 0x0x xxxx xxxx pppp xxxx xxxx", "1110 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
      Flow::ends_block};
};

/// LDC2 <coproc>.  Source: ARMv7-M ARM A7.7, LDC, LDC2, encoding T2.
struct LdcT2 : UndefinedInstruction, shape::Coprocessor {
  static constexpr Encoding row{
      "LDC, LDC2",
      T2,
      Feature::v7m,
      TimingClass::system,
      "1111 110x xxx1 xxxx xxxx pppp xxxx xxxx",
      "ldc2{c} p<amount>",
      See("1111 1100 0x0x xxxx xxxx pppp xxxx xxxx", "1111 11xx xxxx xxxx xxxx 101x xxxx xxxx"),
      Flow::ends_block};
};

using SystemRows = RowList<CpsT1, MrsT1, MsrT1, SvcT1, BkptT1, UdfT1, UdfT2, DsbT1, DmbT1, TtT1,
                           SgT1, IsbT1, CdpT1, CdpT2, McrT1, McrT2, MrcT1, MrcT2, McrrT1, McrrT2,
                           MrrcT1, MrrcT2, StcT1, StcT2, LdcT1, LdcT2>;

}  // namespace mcost::isa
