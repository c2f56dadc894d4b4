// Spot checks of rows: what known instruction words decode to, and the effects derived from their
// bodies. Expected values are read off the manual; the oracles of whole groups are in the other
// tests of this folder.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/instruction_set.h"

namespace mcost::isa {
namespace {

constexpr FeatureSet kFeatures = kCortexM4;
constexpr Address kPc = 0x08000100;

Decoded decode_word(std::uint32_t word, Place place = {.pc = kPc}) {
  const bool wide = (word >> 16) != 0;
  const auto first = static_cast<std::uint16_t>(wide ? word >> 16 : word);
  return decode_at(first, static_cast<std::uint16_t>(word), place, kFeatures);
}

Effects effects_of(std::uint32_t word, Place place = {.pc = kPc}) {
  const Decoded decoded = decode_word(word, place);
  Effects effects;
  EXPECT_NE(decoded.instruction, nullptr) << std::hex << word;
  if (decoded.instruction != nullptr) decoded.instruction->effects(effects, decoded.operands);
  return effects;
}

constexpr RegisterSet r(unsigned i) { return core_register(i); }
constexpr RegisterSet s(unsigned i) { return single_register(i); }
constexpr RegisterSet kMemory = status(StatusField::memory);
constexpr RegisterSet kPcRegister = core_register(15);

/// Every body compiles with Effects, at compile time too; a body that branches on a guest value
/// does not.
constexpr unsigned transfers_of_all_rows() {
  unsigned transfers = 0;
  for_each_row(AllRows{}, [&transfers]<class Row>(std::size_t) {
    Effects effects;
    Row::execute(effects, Row::decode(Fields(Row::row.pattern, Row::row.pattern.value()), Place{}));
    transfers += effects.transfers();
  });
  return transfers;
}
static_assert(transfers_of_all_rows() > 0);

TEST(Rows, FlowAgreesWithEffects) {
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    for (const std::uint32_t free_bits : {0u, 0x12345678u, ~0u}) {
      const std::uint32_t word = row.pattern.value() | (free_bits & ~row.pattern.mask());
      if (!row.matches(word)) continue;
      const Operands operands = instruction.decode(word, Place{.pc = kPc});
      if (operands.unpredictable || operands.undefined) continue;
      Effects effects;
      instruction.effects(effects, operands);
      const bool writes_pc = (effects.roles().writes & kPcRegister) != 0;
      EXPECT_EQ(writes_pc, row.flow == Flow::may_branch)
          << row.name << " T" << row.form << std::hex << " " << word;
    }
  }
}

TEST(LoadStoreRows, LoadHasBaseAndResultByLoad) {
  const Roles roles = effects_of(0x688A).roles();  // ldr r2, [r1, #8]
  EXPECT_EQ(roles.base, r(1));
  EXPECT_EQ(roles.by_load, r(2));
  EXPECT_EQ(roles.reads, r(1) | kMemory);
  EXPECT_EQ(roles.writes, r(2));
}

TEST(LoadStoreRows, RegisterOffsetHasIndex) {
  const Roles plain = effects_of(0x588B).roles();  // ldr r3, [r1, r2]
  EXPECT_EQ(plain.base, r(1));
  EXPECT_EQ(plain.index, r(2));
  EXPECT_EQ(plain.shifted, 0u);
  const Roles shifted = effects_of(0xF8513022).roles();  // ldr.w r3, [r1, r2, lsl #2]
  EXPECT_EQ(shifted.index, r(2));
  EXPECT_EQ(shifted.shifted, r(2));
}

TEST(LoadStoreRows, PostIndexedLoadWritesBaseBack) {
  const Decoded decoded = decode_word(0xF8513B04);  // ldr.w r3, [r1], #4
  EXPECT_FALSE(decoded.operands.index);
  EXPECT_TRUE(decoded.operands.write_back);
  const Roles roles = effects_of(0xF8513B04).roles();
  EXPECT_EQ(roles.by_writeback, r(1));
  EXPECT_EQ(roles.by_load, r(3));
}

TEST(LoadStoreRows, StoreHasDataAndNoRegisterResult) {
  const Effects effects = effects_of(0x708A);  // strb r2, [r1, #2]
  EXPECT_EQ(effects.roles().store_data, r(2));
  EXPECT_EQ(effects.roles().base, r(1));
  EXPECT_EQ(effects.roles().writes, kMemory);
  EXPECT_EQ(effects.access_bytes(), 1u);
  EXPECT_TRUE(effects.stores());
}

TEST(LoadStoreRows, LiteralLoadHasItsAddressAndNoBase) {
  const Decoded decoded = decode_word(0x4902, {.pc = kPc + 2});  // ldr r1, [pc, #8]
  EXPECT_EQ(decoded.operands.imm, kPc + 4 + 8);
  EXPECT_EQ(decoded.instruction->row->timing_class, TimingClass::load_literal);
  EXPECT_EQ(effects_of(0x4902).roles().base, 0u);
}

TEST(LoadStoreRows, DualLoadHasTwoTransfers) {
  const Effects effects = effects_of(0xE9D12304);  // ldrd r2, r3, [r1, #16]
  EXPECT_EQ(effects.transfers(), 2u);
  EXPECT_EQ(effects.roles().by_load, r(2) | r(3));
}

TEST(LoadStoreRows, ExclusiveStoreWritesStatus) {
  const Roles roles = effects_of(0xE8412300).roles();  // strex r3, r2, [r1]
  EXPECT_EQ(roles.store_data, r(2));
  EXPECT_EQ(roles.by_load & kCoreRegisters, r(3));
}

TEST(LoadStoreRows, PreloadTouchesNoMemory) {
  const Effects effects = effects_of(0xF891F004);  // pld [r1, #4]
  EXPECT_FALSE(effects.accesses_memory());
  EXPECT_EQ(effects.roles().base, r(1));
  EXPECT_EQ(effects.roles().writes, 0u);
  EXPECT_EQ(decode_word(0xF8B1F004).instruction->row->timing_class,
            TimingClass::nop);  // ldrh.w pc: a hint
}

TEST(LoadStoreMultipleRows, PushAndPopCountTransfers) {
  const Effects push = effects_of(0xB5F0);  // push {r4-r7, lr}
  EXPECT_EQ(push.transfers(), 5u);
  EXPECT_EQ(push.roles().store_data, r(4) | r(5) | r(6) | r(7) | r(14));
  EXPECT_EQ(push.roles().by_writeback, r(13));
  const Effects pop = effects_of(0xBDF0);  // pop {r4-r7, pc}
  EXPECT_EQ(pop.transfers(), 5u);
  EXPECT_EQ(pop.roles().by_load, r(4) | r(5) | r(6) | r(7) | kPcRegister);
}

TEST(LoadStoreMultipleRows, LoadedBaseIsNotWrittenBack) {
  EXPECT_EQ(effects_of(0xC90F).roles().by_writeback, 0u);    // ldm r1, {r0-r3}
  EXPECT_EQ(effects_of(0xC90D).roles().by_writeback, r(1));  // ldm r1!, {r0, r2, r3}
}

TEST(BranchRows, ConditionOfTheEncodingIsNotTheItCondition) {
  const Decoded decoded = decode_word(0xD1FC);  // bne .-4
  EXPECT_EQ(decoded.operands.ra, 1u);
  EXPECT_EQ(decoded.operands.condition, kAlways);
  EXPECT_EQ(decoded.operands.imm, kPc - 4);
  const Effects effects = effects_of(0xD1FC);
  EXPECT_TRUE(effects.conditional());
  EXPECT_EQ(effects.roles().reads, status(StatusField::z));
}

TEST(BranchRows, TargetsReachBothWays) {
  EXPECT_EQ(decode_word(0xE7FE).operands.imm, kPc);                 // b .
  EXPECT_EQ(decode_word(0xF7FFFFFE).operands.imm, kPc);             // bl .
  EXPECT_EQ(decode_word(0xF000F800).operands.imm, kPc + 4);         // bl .+4
  EXPECT_EQ(decode_word(0xF000B000).operands.imm, kPc + 0x400004);  // b.w .+0x400004
  EXPECT_EQ(decode_word(0xF43FAFFE).operands.imm, kPc);             // beq.w .
  EXPECT_EQ(decode_word(0xB10A).operands.imm, kPc + 6);             // cbz r2, .+6
}

TEST(BranchRows, BranchInsideAnItBlockMustBeLast) {
  const Place inside{.pc = kPc, .it = ItState{0x0C}};  // one more instruction follows
  const Place last{.pc = kPc, .it = ItState{0x08}};
  EXPECT_TRUE(decode_word(0xE7FE, inside).operands.unpredictable);
  EXPECT_FALSE(decode_word(0xE7FE, last).operands.unpredictable);
  EXPECT_EQ(decode_word(0xE7FE, last).operands.condition, 0u);
  EXPECT_TRUE(decode_word(0xD1FC, last).operands.unpredictable);    // bne
  EXPECT_TRUE(decode_word(0xBDF0, inside).operands.unpredictable);  // pop {r4-r7, pc}
}

TEST(BranchRows, TableBranchLoadsAByte) {
  const Effects effects = effects_of(0xE8DFF000);  // tbb [pc, r0]
  EXPECT_EQ(effects.access_bytes(), 1u);
  EXPECT_EQ(effects.roles().index, r(0));
  EXPECT_NE(effects.roles().writes & kPcRegister, 0u);
}

TEST(ItHintRows, ItHasNoEffect) {
  EXPECT_EQ(effects_of(0xBF0C).roles(), Roles{});  // ite eq
  EXPECT_EQ(decode_word(0xBF0C).operands.imm, 0x0Cu);
  EXPECT_FALSE(decode_word(0xBFE8).operands.unpredictable);  // it al
  EXPECT_FALSE(decode_word(0xBFE4).operands.unpredictable);  // itt al
  EXPECT_TRUE(decode_word(0xBFEC).operands.unpredictable);   // ite al
}

TEST(SystemRows, BkptIgnoresTheItCondition) {
  const Place inside{.pc = kPc, .it = ItState{0x08}};
  EXPECT_EQ(decode_word(0xBEAB, inside).operands.condition, kAlways);  // bkpt 0xab
  EXPECT_EQ(decode_word(0xDF01, inside).operands.condition, 0u);       // svc 1
}

TEST(SystemRows, CoprocessorsOtherThanTheFpuAreNoCp) {
  const Decoded decoded = decode_word(0xEE010F10);  // mcr p15, 0, r0, c1, c0, 0
  EXPECT_TRUE(decoded.operands.option);
  EXPECT_EQ(decoded.operands.amount, 15u);
  EXPECT_FALSE(decode_word(0xDE01).operands.option);  // udf 1
}

TEST(FpRows, MultiplyAccumulateHasItsAddend) {
  for (const std::uint32_t word : {0xEEA10A82u, 0xEE010A82u}) {  // vfma.f32, vmla.f32 s0, s3, s4
    const Roles roles = effects_of(word).roles();
    EXPECT_EQ(roles.accumulator, s(0));
    EXPECT_EQ(roles.factor, s(3) | s(4));
    EXPECT_EQ(roles.by_fp & kSingleRegisters, s(0));
  }
}

TEST(FpRows, LoadsGoByLoad) {
  const Effects one = effects_of(0xEDD10A01);  // vldr s1, [r1, #4]
  EXPECT_EQ(one.roles().by_load, s(1));
  EXPECT_EQ(one.roles().base, r(1));
  const Effects both = effects_of(0xED911B02);  // vldr d1, [r1, #8]
  EXPECT_EQ(both.transfers(), 2u);
  EXPECT_EQ(both.roles().by_load, s(2) | s(3));
}

TEST(FpRows, ListsCountSingles) {
  const Effects pop = effects_of(0xECBD8B04);  // vpop {d8-d9}
  EXPECT_EQ(pop.transfers(), 4u);
  EXPECT_EQ(pop.roles().by_load, s(16) | s(17) | s(18) | s(19));
  EXPECT_EQ(pop.roles().by_writeback, r(13));
  const Effects push = effects_of(0xED6D7A03);  // vpush {s15-s17}
  EXPECT_EQ(push.roles().store_data, s(15) | s(16) | s(17));
}

TEST(FpRows, FormatXWritesBackOneWordMore) {
  EXPECT_EQ(decode_word(0xECB01B05).operands.imm, 20u);  // fldmiax r0!, {d1-d2}
  EXPECT_EQ(decode_word(0xECB01B05).operands.ra, 2u);
}

TEST(FpRows, ComparesMoveFlagsThroughFpscr) {
  const Roles compare = effects_of(0xEEB50AC0).roles();  // vcmpe.f32 s0, #0.0
  EXPECT_NE(compare.writes & status(StatusField::fp_flags), 0u);
  EXPECT_EQ(compare.writes & kConditionFlags, 0u);
  const Roles flags = effects_of(0xEEF1FA10).roles();  // vmrs APSR_nzcv, fpscr
  EXPECT_EQ(flags.writes, kConditionFlags);
}

TEST(FpRows, ConstantsExpand) {
  EXPECT_EQ(decode_word(0xEEB70A00).operands.imm, 0x3F800000u);  // vmov.f32 s0, #1.0
  EXPECT_EQ(decode_word(0xEEF80A04).operands.imm, 0xC0200000u);  // vmov.f32 s1, #-2.5
  EXPECT_EQ(decode_word(0xEEB40A00).operands.imm, 0x3E000000u);  // vmov.f32 s0, #0.125
}

TEST(FpRows, DoublePrecisionArithmeticIsUndefinedInSp) {
  EXPECT_EQ(decode_word(0xEE310B02).instruction, nullptr);  // vadd.f64 d0, d1, d2
  EXPECT_EQ(decode_word(0xEDD10B00).instruction, nullptr);  // vldr d16, [r1]
}

TEST(FpRows, FixedPointFractionBitsMustFit) {
  const Operands o = decode_word(0xEEFE1A65).operands;  // vcvt.s16.f32 s3, s3, #5
  EXPECT_EQ(o.amount, 5u);
  EXPECT_FALSE(o.unpredictable);
  EXPECT_TRUE(decode_word(0xEEFE1A68).operands.unpredictable);  // 17 fraction bits less than none
}

struct Known {
  std::uint32_t word;
  const char* text;
  const char* name;
  unsigned form;
};

// Words made by arm-none-eabi-as 2.40.
constexpr Known kKnown[] = {
    {0x6848, "ldr r0, [r1, #4]", "LDR (immediate)", 1},
    {0x9802, "ldr r0, [sp, #8]", "LDR (immediate)", 2},
    {0xF8D10FFF, "ldr.w r0, [r1, #4095]", "LDR (immediate)", 3},
    {0xF8510C04, "ldr r0, [r1, #-4]", "LDR (immediate)", 4},
    {0xF8510F04, "ldr r0, [r1, #4]!", "LDR (immediate)", 4},
    {0xF851FB04, "ldr pc, [r1], #4", "LDR (immediate)", 4},
    {0xF851F022, "ldr pc, [r1, r2, lsl #2]", "LDR (register)", 2},
    {0xF8910064, "ldrb.w r0, [r1, #100]", "LDRB (immediate)", 2},
    {0xF8110901, "ldrb r0, [r1], #-1", "LDRB (immediate)", 3},
    {0xF8310C02, "ldrh r0, [r1, #-2]", "LDRH (immediate)", 3},
    {0xF9910003, "ldrsb r0, [r1, #3]", "LDRSB (immediate)", 1},
    {0x5688, "ldrsb r0, [r1, r2]", "LDRSB (register)", 1},
    {0xF9310B02, "ldrsh r0, [r1], #2", "LDRSH (immediate)", 2},
    {0xF9310012, "ldrsh.w r0, [r1, r2, lsl #1]", "LDRSH (register)", 2},
    {0xF91F0008, "ldrsb r0, [pc, #-8]", "LDRSB (literal)", 1},
    {0xF8510E04, "ldrt r0, [r1, #4]", "LDRT", 1},
    {0xF9310E04, "ldrsht r0, [r1, #4]", "LDRSHT", 1},
    {0xF8C10190, "str.w r0, [r1, #400]", "STR (immediate)", 3},
    {0xF8410D04, "str r0, [r1, #-4]!", "STR (immediate)", 4},
    {0xF8210B02, "strh r0, [r1], #2", "STRH (immediate)", 3},
    {0xF8010032, "strb.w r0, [r1, r2, lsl #3]", "STRB (register)", 2},
    {0xF8010E04, "strbt r0, [r1, #4]", "STRBT", 1},
    {0xE8F20102, "ldrd r0, r1, [r2], #8", "LDRD (immediate)", 1},
    {0xE9DF0102, "ldrd r0, r1, [pc, #8]", "LDRD (literal)", 1},
    {0xE9620102, "strd r0, r1, [r2, #-8]!", "STRD (immediate)", 1},
    {0xE8D10F5F, "ldrexh r0, [r1]", "LDREXH", 1},
    {0xE8C21F40, "strexb r0, r1, [r2]", "STREXB", 1},
    {0xF3BF8F2F, "clrex", "CLREX", 1},
    {0xF991F004, "pli [r1, #4]", "PLI (immediate, literal)", 1},
    {0xF811F012, "pld [r1, r2, lsl #1]", "PLD (register)", 1},
    {0xC90C, "ldm r1!, {r2, r3}", "LDM, LDMIA, LDMFD", 1},
    {0xE891800C, "ldm.w r1, {r2, r3, pc}", "LDM, LDMIA, LDMFD", 2},
    {0xE931000C, "ldmdb r1!, {r2, r3}", "LDMDB, LDMEA", 1},
    {0xE8BD8110, "pop.w {r4, r8, pc}", "POP", 2},
    {0xF85D8B04, "ldr r8, [sp], #4", "POP", 3},
    {0xE8A10104, "stm.w r1!, {r2, r8}", "STM, STMIA, STMEA", 2},
    {0xE9010104, "stmdb r1, {r2, r8}", "STMDB, STMFD", 1},
    {0xE92D0110, "push.w {r4, r8}", "PUSH", 2},
    {0xF84D8D04, "str r8, [sp, #-4]!", "PUSH", 3},
    {0x4770, "bx lr", "BX", 1},
    {0x4798, "blx r3", "BLX (register)", 1},
    {0xB913, "cbnz r3, .+8", "CBNZ, CBZ", 1},
    {0xE8D1F012, "tbh [r1, r2, lsl #1]", "TBB, TBH", 1},
    {0xBF1A, "itte ne", "IT", 1},
    {0xF3AF8000, "nop.w", "NOP", 2},
    {0xBF30, "wfi", "WFI", 1},
    {0xF3AF8004, "sev.w", "SEV", 2},
    {0xF3AF80F3, "dbg #3", "DBG", 1},
    {0xB672, "cpsid i", "CPS", 1},
    {0xF3EF8010, "mrs r0, primask", "MRS", 1},
    {0xF3838812, "msr basepri_max, r3", "MSR", 1},
    {0xF3BF8F4F, "dsb sy", "DSB", 1},
    {0xF3BF8F6F, "isb", "ISB", 1},
    {0xF7F0A005, "udf.w #5", "UDF", 2},
    {0xEE3323B4, "mrc p3, 1, r2, c3, c4, 5", "MRC, MRC2", 1},
    {0xFCB21301, "ldc2 p3, c1, [r2], #4", "LDC, LDC2", 2},
    {0xEE610A61, "vnmul.f32 s1, s2, s3", "VNMLA, VNMLS, VNMUL", 2},
    {0xEED10A21, "vfnms.f32 s1, s2, s3", "VFNMA, VFNMS", 1},
    {0xEEC10A21, "vdiv.f32 s1, s2, s3", "VDIV", 1},
    {0xEEF10AC1, "vsqrt.f32 s1, s2", "VSQRT", 1},
    {0xEEF40A41, "vcmp.f32 s1, s2", "VCMP, VCMPE", 1},
    {0xEEFC0A41, "vcvtr.u32.f32 s1, s2", "VCVT, VCVTR (between floating-point and integer)", 1},
    {0xEEF80AC1, "vcvt.f32.s32 s1, s2", "VCVT, VCVTR (between floating-point and integer)", 1},
    {0xEEFB0A64, "vcvt.f32.u16 s1, s1, #7", "VCVT (between floating-point and fixed-point)", 1},
    {0xEEF30AC1, "vcvtt.f16.f32 s1, s2", "VCVTB, VCVTT", 1},
    {0xEE002A90, "vmov s1, r2", "VMOV (between ARM core register and single-precision register)",
     1},
    {0xEC521A12, "vmov r1, r2, s4, s5",
     "VMOV (between two ARM core registers and two single-precision registers)", 1},
    {0xEC421B13, "vmov d3, r1, r2",
     "VMOV (between two ARM core registers and a doubleword register)", 1},
    {0xEE232B10, "vmov.32 d3[1], r2", "VMOV (ARM core register to scalar)", 1},
    {0xEEE12A10, "vmsr fpscr, r2", "VMSR", 1},
    {0xEDDF0A02, "vldr s1, [pc, #8]", "VLDR", 2},
    {0xED011B02, "vstr d1, [r1, #-8]", "VSTR", 1},
    {0xED711A03, "vldmdb r1!, {s3-s5}", "VLDM", 2},
    {0xEC813B06, "vstmia r1, {d3-d5}", "VSTM", 1},
    {0xED213B07, "fstmdbx r1!, {d3-d5}", "FSTMX", 1},
};

TEST(Rows, KnownEncodings) {
  for (const Known& known : kKnown) {
    const Decoded decoded = decode_word(known.word);
    ASSERT_NE(decoded.instruction, nullptr) << known.text;
    EXPECT_STREQ(decoded.instruction->row->name, known.name) << known.text;
    EXPECT_EQ(static_cast<unsigned>(decoded.instruction->row->form), known.form) << known.text;
    EXPECT_FALSE(decoded.operands.unpredictable) << known.text;
  }
}

}  // namespace
}  // namespace mcost::isa
