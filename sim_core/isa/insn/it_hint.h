// IT and the hint instructions. Source: ARMv7-M ARM A5.2.5, A5.3.4 and A7.7.
#pragma once

#include <bit>
#include <cstdint>

#include "sim_core/isa/encoding.h"
#include "sim_core/isa/evaluator.h"
#include "sim_core/isa/insn/decode_rules.h"

namespace mcost::isa {

/// IT, NOP and the hints this simulator has no use for. IT acts at decode: ITSTATE is a fact of the
/// instructions after it.
struct NoOperation {
  template <Evaluator E>
  static constexpr void execute(E&, const Operands&) {}
};

struct WaitForEvent {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.wait_for_event();
  }
};

struct WaitForInterrupt {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.wait_for_interrupt();
  }
};

struct SendEvent {
  template <Evaluator E>
  static constexpr void execute(E& e, const Operands&) {
    e.send_event();
  }
};

namespace shape {

/// ITSTATE for the next instruction, firstcond:mask, in `imm`.
struct IfThen {
  static constexpr Operands decode(const Fields& f, const Place& place) {
    const std::uint32_t condition = f['c'];
    const bool several = std::popcount(f['k']) != 1;
    return {
        .imm = condition << 4 | f['k'],
        .unpredictable = condition == 15 || (condition == 14 && several) || place.it.in_it_block()};
  }
};

/// The number of a hint, or DBG's option, in `imm`.
struct HintNumber {
  static constexpr Operands decode(const Fields& f, const Place&) { return {.imm = f['h']}; }
};

}  // namespace shape

/// IT{x{y{z}}} <firstcond>.  Source: ARMv7-M ARM A7.7, IT, encoding T1.
struct ItT1 : NoOperation, shape::IfThen {
  static constexpr Encoding row{"IT",
                                T1,
                                Feature::v7m,
                                TimingClass::it,
                                "10111111 cccc kkkk",
                                "it<it>",
                                See("10111111 cccc 0000")};
};

/// NOP.  Source: ARMv7-M ARM A7.7, NOP, encoding T1.
struct NopT1 : NoOperation, shape::NoOperands {
  static constexpr Encoding row{"NOP",   T1, Feature::v6m, TimingClass::nop, "1011 1111 0000 0000",
                                "nop{c}"};
};

/// YIELD.  Source: ARMv7-M ARM A7.7, YIELD, encoding T1.
struct YieldT1 : NoOperation, shape::NoOperands {
  static constexpr Encoding row{
      "YIELD", T1, Feature::v6m, TimingClass::nop, "1011 1111 0001 0000", "yield{c}"};
};

/// WFE.  Source: ARMv7-M ARM A7.7, WFE, encoding T1.
struct WfeT1 : WaitForEvent, shape::NoOperands {
  static constexpr Encoding row{
      "WFE",    T1,    Feature::v6m,    TimingClass::wait, "1011 1111 0010 0000",
      "wfe{c}", See{}, Flow::ends_block};
};

/// WFI.  Source: ARMv7-M ARM A7.7, WFI, encoding T1.
struct WfiT1 : WaitForInterrupt, shape::NoOperands {
  static constexpr Encoding row{
      "WFI",    T1,    Feature::v6m,    TimingClass::wait, "1011 1111 0011 0000",
      "wfi{c}", See{}, Flow::ends_block};
};

/// SEV.  Source: ARMv7-M ARM A7.7, SEV, encoding T1.
struct SevT1 : SendEvent, shape::NoOperands {
  static constexpr Encoding row{"SEV",   T1, Feature::v6m, TimingClass::nop, "1011 1111 0100 0000",
                                "sev{c}"};
};

/// NOP.W.  Source: ARMv7-M ARM A7.7, NOP, encoding T2.
struct NopT2 : NoOperation, shape::NoOperands {
  static constexpr Encoding row{
      "NOP", T2, Feature::v7m, TimingClass::nop, "111100111010 OOOO 10Z0Z000 00000000", "nop{c}.w"};
};

/// YIELD.W.  Source: ARMv7-M ARM A7.7, YIELD, encoding T2.
struct YieldT2 : NoOperation, shape::NoOperands {
  static constexpr Encoding row{
      "YIELD",     T2, Feature::v7m, TimingClass::nop, "111100111010 OOOO 10Z0Z000 00000001",
      "yield{c}.w"};
};

/// WFE.W.  Source: ARMv7-M ARM A7.7, WFE, encoding T2.
struct WfeT2 : WaitForEvent, shape::NoOperands {
  static constexpr Encoding row{
      "WFE",      T2,    Feature::v7m,    TimingClass::wait, "111100111010 OOOO 10Z0Z000 00000010",
      "wfe{c}.w", See{}, Flow::ends_block};
};

/// WFI.W.  Source: ARMv7-M ARM A7.7, WFI, encoding T2.
struct WfiT2 : WaitForInterrupt, shape::NoOperands {
  static constexpr Encoding row{
      "WFI",      T2,    Feature::v7m,    TimingClass::wait, "111100111010 OOOO 10Z0Z000 00000011",
      "wfi{c}.w", See{}, Flow::ends_block};
};

/// SEV.W.  Source: ARMv7-M ARM A7.7, SEV, encoding T2.
struct SevT2 : SendEvent, shape::NoOperands {
  static constexpr Encoding row{
      "SEV", T2, Feature::v7m, TimingClass::nop, "111100111010 OOOO 10Z0Z000 00000100", "sev{c}.w"};
};

/// DBG #<option>.  Source: ARMv7-M ARM A7.7, DBG, encoding T1.
struct DbgT1 : NoOperation, shape::HintNumber {
  static constexpr Encoding row{
      "DBG",          T1, Feature::v7m, TimingClass::nop, "111100111010 OOOO 10Z0Z000 1111 hhhh",
      "dbg{c} #<imm>"};
};

/// HINT #<imm>, which does nothing.  Source: ARMv7-M ARM A5.2.5.
struct HintT1 : NoOperation, shape::HintNumber {
  static constexpr Encoding row{
      "Unallocated hints",
      T1,
      Feature::v6m,
      TimingClass::nop,
      "1011 1111 hhhh 0000",
      "hint{c} #<imm>",
      See("1011 1111 0000 0000", "1011 1111 0001 0000", "1011 1111 0010 0000",
          "1011 1111 0011 0000", "1011 1111 0100 0000")};
};

/// HINT.W #<imm>, which does nothing.  Source: ARMv7-M ARM A5.3.4.
struct HintT2 : NoOperation, shape::HintNumber {
  static constexpr Encoding row{
      "Unallocated hints",
      T2,
      Feature::v7m,
      TimingClass::nop,
      "111100111010 OOOO 10Z0Z000 hhhhhhhh",
      "hint{c}.w #<imm>",
      See("111100111010 OOOO 10Z0Z000 00000000", "111100111010 OOOO 10Z0Z000 00000001",
          "111100111010 OOOO 10Z0Z000 00000010", "111100111010 OOOO 10Z0Z000 00000011",
          "111100111010 OOOO 10Z0Z000 00000100", "111100111010 OOOO 10Z0Z000 1111 hhhh")};
};

using ItHintRows = RowList<ItT1, NopT1, YieldT1, WfeT1, WfiT1, SevT1, NopT2, YieldT2, WfeT2, WfiT2,
                           SevT2, DbgT1, HintT1, HintT2>;

}  // namespace mcost::isa
