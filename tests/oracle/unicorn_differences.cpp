#include "tests/oracle/unicorn_differences.h"

namespace mcost::oracle {
namespace {

using engine::FaultKind;

constexpr std::uint32_t kOdd = kData + 2;  // not word-aligned

Difference stack_pointer_bits() {
  return {"stack pointer bits",
          "SP[1:0] are SBZP: they read as zero and writes to them are ignored. ARMv7-M ARM B1.4.1, "
          "B5.2.3",
          7,
          {{"add sp, r0", {0x4485}, {{0, 3}}, {{kSp, kData}}},
           {"mov sp, r0", {0x4685}, {{0, kData + 7}}, {{kSp, kData + 4}}},
           {"ldr.w sp, [r0]", {0xF8D0D000}, {{0, kData}, {kData, 0x123}}, {{kSp, 0x120}}},
           {"subw sp, sp, #3", {0xF2AD0D03}, {}, {{kSp, kData - 4}}},
           {"ldr r1, [sp], #3", {0xF85D1B03}, {}, {{kSp, kData}}},
           {"msr msp, r0", {0xF3808808}, {{0, kData + 1}}, {{kSp, kData}}},
           {"msr psp, r0", {0xF3808809}, {{0, kData + 2}}, {{kPsp, kData}}},
           {"add sp, r0", {0x4485}, {{0, 4}}, {{kSp, kData + 4}}}}};
}

Difference unaligned_accesses() {
  return {"unaligned multiple and exclusive accesses",
          "LDM, STM, LDRD, STRD, LDREX, STREX and FP loads and stores of an address that is not "
          "aligned always generate a UsageFault. ARMv7-M ARM A3.2.1",
          12,
          {{"ldmia.w r0, {r1, r2}", {0xE8900006}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"stmia.w r0, {r1, r2}", {0xE8800006}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"ldmdb r0, {r1, r2}", {0xE9100006}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"stmdb r0, {r1, r2}", {0xE9000006}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"ldrd r1, r2, [r0]", {0xE9D01200}, {{0, kOdd}}, {{1, 0}}, FaultKind::unaligned},
           {"strd r1, r2, [r0]", {0xE9C01200}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"vldr s0, [r0]", {0xED900A00}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"vldr d0, [r0]", {0xED900B00}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"vstr s0, [r0]", {0xED800A00}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"vldmia r0, {s0-s3}", {0xEC900A04}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"vstmia r0, {s0-s3}", {0xEC800A04}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"vldmia r0!, {s0-s3}", {0xECB00A04}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"ldrex r1, [r0]", {0xE8501F00}, {{0, kOdd}}, {{0, kOdd}}, FaultKind::unaligned},
           {"ldrexh r1, [r0]", {0xE8D01F5F}, {{0, kData + 1}}, {{1, 0}}, FaultKind::unaligned},
           {"ldr r1, [r0]", {0x6801}, {{0, kOdd}, {kData, 0x12345678}}, {{1, 0x1234}}},
           {"str r1, [r0]", {0x6001}, {{0, kOdd}, {1, 0x12345678}}, {{kData, 0x56780000}}},
           {"ldrh r1, [r0]", {0x8801}, {{0, kData + 1}, {kData, 0x12345678}}, {{1, 0x3456}}}}};
}

Difference yield_hint() {
  return {"YIELD",
          "YIELD is a hint; a core without multithreading executes it as NOP. ARMv7-M ARM "
          "A7.7, YIELD",
          2,
          {{"yield", {0xBF10}, {}, {{kSp, kData}}},
           {"yield.w", {0xF3AF8001}, {}, {{kSp, kData}}},
           {"sev", {0xBF40}, {}, {{kSp, kData}}}}};
}

Difference conversion_from_fixed_point() {
  return {"VCVT from fixed point",
          "Fixed-point to floating-point conversion rounds to nearest whatever FPSCR.RMode says. "
          "ARMv7-M ARM A7.7, VCVT (between floating-point and fixed-point)",
          2,
          // 0x1FFFFFF is 25 bits: half-way between two singles, and to nearest even it is 2^25.
          {{"vcvt.f32.s32 s0, s0, #4",
            {0xEEBA0ACE},
            {{kFpscr, 3u << 22}, {kS0, 0x1FFFFFF}},
            {{kS0, 0x4A000000}, {kFpscr, 3u << 22 | 0x10}}},
           {"vcvt.f32.u32 s0, s0, #4",
            {0xEEBB0ACE},
            {{kFpscr, 2u << 22}, {kS0, 0x1FFFFFF}},
            {{kS0, 0x4A000000}, {kFpscr, 2u << 22 | 0x10}}},
           {"vcvt.f32.s16 s0, s0, #4",
            {0xEEBA0A46},
            {{kFpscr, 3u << 22}, {kS0, 0x1FFFFFF}},
            {{kS0, 0xBD800000}, {kFpscr, 3u << 22}}},
           {"vcvt.f32.s32 s0, s0",
            {0xEEB80AC0},
            {{kFpscr, 3u << 22}, {kS0, 0x1FFFFFF}},
            {{kS0, 0x4BFFFFFF}, {kFpscr, 3u << 22 | 0x10}}}}};
}

Difference barrier_in_it_block() {
  return {"ISB in an IT block",
          "An instruction of an IT block advances ITSTATE, whatever it is. ARMv7-M ARM A7.3.3",
          2,
          {{"ite eq; isb; movne r1, #1", {0xBF0C, 0xF3BF8F6F, 0x2101}, {{kApsr, kZ}}, {{1, 0}}},
           {"itt eq; isb; moveq r1, #1",
            {0xBF04, 0xF3BF8F6F, 0x2101},
            {{kApsr, kZ}},
            {{1, 1}, {kApsr, kZ}}},
           {"it eq; isb; movs r1, #1", {0xBF08, 0xF3BF8F6F, 0x2101}, {{kApsr, kZ}}, {{1, 1}}}}};
}

Difference exclusive_store_after_store() {
  return {"STREX after a store",
          "The local monitor holds the address, not the value; that a store by the same core does "
          "not clear it is the implementation's choice. ARMv7-M ARM A3.4.1",
          1,
          {{"ldrex r1, [r0]; str r2, [r0]; strex r3, r4, [r0]",
            {0xE8501F00, 0x6002, 0xE8404300},
            {{0, kData}, {2, 7}, {3, 9}, {4, 8}},
            {{3, 0}, {kData, 8}}},
           {"ldrex r1, [r0]; strex r3, r4, [r0]",
            {0xE8501F00, 0xE8404300},
            {{0, kData}, {3, 9}, {4, 8}},
            {{3, 0}, {kData, 8}}},
           {"clrex; strex r3, r4, [r0]",
            {0xF3BF8F2F, 0xE8404300},
            {{0, kData}, {4, 8}},
            {{3, 1}, {kData, 0}}}}};
}

Difference saturation_flag_of_dual_multiply() {
  constexpr std::uint32_t kMost = 0x80008000;  // two halfwords of -32768
  return {
      "Q of SMLAD",
      "SMLAD sets Q if the sum of both products and the accumulator, of unbounded integers, does "
      "not fit; the sum of the products alone decides nothing. ARMv7-M ARM A7.7, SMLAD",
      2,
      {{"smlad r0, r1, r2, r3",
        {0xFB213002},
        {{1, kMost}, {2, kMost}, {3, 0xFFFFFFFF}},
        {{0, 0x7FFFFFFF}, {kApsr, 0}}},
       {"smladx r0, r1, r2, r3",
        {0xFB213012},
        {{1, kMost}, {2, kMost}, {3, kMost}},
        {{0, 0x00008000}, {kApsr, 0}}},
       {"smlad r0, r1, r2, r3",
        {0xFB213002},
        {{1, kMost}, {2, kMost}, {3, 0}},
        {{0, 0x80000000}, {kApsr, kQ}}},
       {"smuad r0, r1, r2",
        {0xFB21F002},
        {{1, kMost}, {2, kMost}},
        {{0, 0x80000000}, {kApsr, kQ}}}}};
}

Snippet undefined(const char* text, std::uint32_t instruction) {
  return {text, {instruction}, {}, {}, FaultKind::undefined_instruction};
}

Difference dsp_on_cortex_m3() {
  return {"DSP instructions",
          "A core without the DSP extension does not have these encodings: they are "
          "UNDEFINED. ARMv7-M ARM A1.3, A5.3.11 to A5.3.16",
          12,
          {undefined("smlad r0, r1, r2, r3", 0xFB213002),
           undefined("usat16 r0, #3, r1", 0xF3A10003),
           undefined("smusd r0, r1, r2", 0xFB41F002),
           undefined("smlald r0, r1, r2, r3", 0xFBC201C3),
           undefined("ssat16 r0, #4, r1", 0xF3210003),
           undefined("usad8 r0, r1, r2", 0xFB71F002),
           undefined("usada8 r0, r1, r2, r3", 0xFB713002),
           undefined("smulwb r0, r1, r2", 0xFB31F002),
           undefined("smlawb r0, r1, r2, r3", 0xFB313002),
           undefined("smlsd r0, r1, r2, r3", 0xFB413002),
           undefined("smuad r0, r1, r2", 0xFB21F002),
           undefined("sxtab r0, r1, r2", 0xFA41F082),
           undefined("smmul r0, r1, r2", 0xFB51F002),
           undefined("smmla r0, r1, r2, r3", 0xFB513002),
           undefined("smlabb r0, r1, r2, r3", 0xFB113002),
           undefined("smlalbb r0, r1, r2, r3", 0xFBC20183),
           undefined("uxtab16 r0, r1, r2", 0xFA31F082),
           undefined("qadd r0, r1, r2", 0xFA82F081),
           undefined("sadd16 r0, r1, r2", 0xFA91F002),
           undefined("smulbb r0, r1, r2", 0xFB11F002),
           undefined("sxtb16 r0, r1", 0xFA2FF081),
           undefined("umaal r0, r1, r2, r3", 0xFBE20163),
           undefined("pkhbt r0, r1, r2", 0xEAC10002),
           undefined("sel r0, r1, r2", 0xFAA1F082),
           {"ssat r0, #4, r1", {0xF3010003}, {{1, 100}}, {{0, 7}, {kApsr, kQ}}},
           {"smull r0, r1, r2, r3", {0xFB820103}, {{2, 3}, {3, 5}}, {{0, 15}}}}};
}

Difference compare_branches_on_cortex_m0() {
  return {"CBZ, CBNZ and IT",
          "ARMv6-M does not have these 16-bit encodings: they are UNDEFINED. ARMv6-M ARM A5.2.5",
          4,
          {{"cbz r0, .+4", {0xB100}, {{0, 1}}, {}, FaultKind::undefined_instruction},
           undefined("cbnz r0, .+4", 0xB900),
           undefined("it eq", 0xBF08),
           undefined("ite ne", 0xBF14),
           undefined("movw r0, #0", 0xF2400000),
           undefined("clrex", 0xF3BF8F2F),
           undefined("sdiv r0, r1, r2", 0xFB91F0F2),
           {"ldr r1, [r0]", {0x6801}, {{0, kOdd}}, {{1, 0}}, FaultKind::unaligned},
           {"strh r1, [r0]", {0x8001}, {{0, kData + 1}}, {{0, kData + 1}}, FaultKind::unaligned}}};
}

Difference saturation_flag_on_cortex_m0() {
  return {"APSR.Q",
          "ARMv6-M has no Q flag: bit 27 is reserved and stays 0. ARMv6-M ARM B1.4.2",
          1,
          {{"msr apsr_nzcvq, r0", {0xF3808800}, {{0, 0x78000000}}, {{kApsr, 0x70000000}}},
           {"msr apsr_nzcvq, r0", {0xF3808800}, {{0, 0x70000000}}, {{kApsr, 0x70000000}}}}};
}

Difference security_on_cortex_m33() {
  return {"instructions of the Secure state",
          "Without the Security Extension TTA, TTAT, BXNS and BLXNS are UNDEFINED. "
          "ARMv8-M ARM C2.4; Unicorn starts in Secure state",
          4,
          {undefined("tta r0, r1", 0xE841F080),
           undefined("ttat r0, r1", 0xE841F0C0),
           {"bxns r0", {0x4704}, {{0, kProgram + 3}}, {}, FaultKind::undefined_instruction},
           {"blxns r0", {0x4784}, {{0, kProgram + 3}}, {}, FaultKind::undefined_instruction},
           {"vlldm r0", {0xEC300A00}, {{0, kData}}, {}, FaultKind::undefined_instruction},
           {"vlstm r0", {0xEC200A00}, {{0, kData}}, {}, FaultKind::undefined_instruction},
           undefined("dls lr, r0", 0xF040E001),
           undefined("vadd.f64 d0, d1, d2", 0xEE310B02),
           {"sg", {0xE97FE97F}, {}, {{kSp, kData}}}}};
}

Difference target_on_cortex_m33() {
  return {"fields of TT",
          "Without the Security Extension the fields S and NSRW of TT_RESP are zero. ARMv8-M ARM "
          "D1.2, TT_RESP; Unicorn starts in Secure state",
          2,
          {{"tt r0, r1", {0xE841F000}, {{1, kData}}, {{0, 0xC0000}}},
           {"ttt r0, r1", {0xE841F040}, {{1, kData}}, {{0, 0xC0000}}},
           {"tt r0, r1; ubfx r0, r0, #18, #2", {0xE841F000, 0xF3C04081}, {{1, kData}}, {{0, 3}}}}};
}

Difference secure_gateway_in_it_block() {
  return {"SG in an IT block",
          "SG clears ITSTATE in Secure state only; without the Security Extension it does nothing. "
          "ARMv8-M ARM C2.4, SG",
          2,
          {{"itt eq; sg; moveq r1, #1", {0xBF04, 0xE97FE97F, 0x2101}, {}, {{1, 0}, {kApsr, 0}}},
           {"itt eq; sg; moveq r1, #1",
            {0xBF04, 0xE97FE97F, 0x2101},
            {{kApsr, kZ}},
            {{1, 1}, {kApsr, kZ}}}}};
}

}  // namespace

std::span<const Difference> unicorn_differences() {
  static const std::vector<Difference> kList = {stack_pointer_bits(),
                                                unaligned_accesses(),
                                                yield_hint(),
                                                conversion_from_fixed_point(),
                                                barrier_in_it_block(),
                                                exclusive_store_after_store(),
                                                saturation_flag_of_dual_multiply()};
  return kList;
}

std::span<const Difference> unicorn_m3_differences() {
  static const std::vector<Difference> kList = {dsp_on_cortex_m3()};
  return kList;
}

std::span<const Difference> unicorn_m0_differences() {
  static const std::vector<Difference> kList = {compare_branches_on_cortex_m0(),
                                                saturation_flag_on_cortex_m0()};
  return kList;
}

std::span<const Difference> unicorn_m33_differences() {
  static const std::vector<Difference> kList = {security_on_cortex_m33(), target_on_cortex_m33(),
                                                secure_gateway_in_it_block()};
  return kList;
}

}  // namespace mcost::oracle
