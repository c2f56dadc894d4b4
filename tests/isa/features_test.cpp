// Which core has which instruction, against the manuals' own tables: the lists of instructions of
// each architecture and extension, the encoding tables of ARMv6-M, and single words with the cores
// that execute them. No oracle is asked.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim_core/isa/decoder.h"
#include "tests/isa/decode_samples.h"

namespace mcost::isa::test {
namespace {

bool is_defined(std::uint32_t word, unsigned width_bits, FeatureSet features) {
  const bool wide = width_bits == 32;
  return decode_at(static_cast<std::uint16_t>(wide ? word >> 16 : word),
                   static_cast<std::uint16_t>(word), Place{.pc = 0x1000}, features)
             .instruction != nullptr;
}

/// A heading of a manual with the encodings that stand under it.
struct Heading {
  const char* name;
  std::vector<unsigned> forms;
};

/// Source: ARMv6-M ARM A6.7, the alphabetical list; B4.2 for CPS, MRS, MSR.
const std::vector<Heading>& armv6m() {
  static const std::vector<Heading> kList = {{"ADC (register)", {1}},
                                             {"ADD (immediate)", {1, 2}},
                                             {"ADD (register)", {1, 2}},
                                             {"ADD (SP plus immediate)", {1, 2}},
                                             {"ADD (SP plus register)", {1, 2}},
                                             {"ADR", {1}},
                                             {"AND (register)", {1}},
                                             {"ASR (immediate)", {1}},
                                             {"ASR (register)", {1}},
                                             {"B", {1, 2}},
                                             {"BIC (register)", {1}},
                                             {"BKPT", {1}},
                                             {"BL", {1}},
                                             {"BLX (register)", {1}},
                                             {"BX", {1}},
                                             {"CMN (register)", {1}},
                                             {"CMP (immediate)", {1}},
                                             {"CMP (register)", {1, 2}},
                                             {"CPS", {1}},
                                             {"DMB", {1}},
                                             {"DSB", {1}},
                                             {"EOR (register)", {1}},
                                             {"ISB", {1}},
                                             {"LDM, LDMIA, LDMFD", {1}},
                                             {"LDR (immediate)", {1, 2}},
                                             {"LDR (literal)", {1}},
                                             {"LDR (register)", {1}},
                                             {"LDRB (immediate)", {1}},
                                             {"LDRB (register)", {1}},
                                             {"LDRH (immediate)", {1}},
                                             {"LDRH (register)", {1}},
                                             {"LDRSB (register)", {1}},
                                             {"LDRSH (register)", {1}},
                                             {"LSL (immediate)", {1}},
                                             {"LSL (register)", {1}},
                                             {"LSR (immediate)", {1}},
                                             {"LSR (register)", {1}},
                                             {"MOV (immediate)", {1}},
                                             {"MOV (register)", {1, 2}},
                                             {"MRS", {1}},
                                             {"MSR", {1}},
                                             {"MUL", {1}},
                                             {"MVN (register)", {1}},
                                             {"NOP", {1}},
                                             {"ORR (register)", {1}},
                                             {"POP", {1}},
                                             {"PUSH", {1}},
                                             {"REV", {1}},
                                             {"REV16", {1}},
                                             {"REVSH", {1}},
                                             {"ROR (register)", {1}},
                                             {"RSB (immediate)", {1}},
                                             {"SBC (register)", {1}},
                                             {"SEV", {1}},
                                             {"STM, STMIA, STMEA", {1}},
                                             {"STR (immediate)", {1, 2}},
                                             {"STR (register)", {1}},
                                             {"STRB (immediate)", {1}},
                                             {"STRB (register)", {1}},
                                             {"STRH (immediate)", {1}},
                                             {"STRH (register)", {1}},
                                             {"SUB (immediate)", {1, 2}},
                                             {"SUB (register)", {1}},
                                             {"SUB (SP minus immediate)", {1}},
                                             {"SVC", {1}},
                                             {"SXTB", {1}},
                                             {"SXTH", {1}},
                                             {"TST (register)", {1}},
                                             {"UDF", {1, 2}},
                                             {"UXTB", {1}},
                                             {"UXTH", {1}},
                                             {"WFE", {1}},
                                             {"WFI", {1}},
                                             {"YIELD", {1}},
                                             {"Unallocated hints", {1}}};  // A5.2.5
  return kList;
}

/// What ARMv7-M adds. Source: ARMv7-M ARM A7.7, without what it marks as DSP or Floating-point
/// Extension.
const std::vector<Heading>& armv7m() {
  static const std::vector<Heading> kList = {
      {"ADC (immediate)", {1}},
      {"ADC (register)", {2}},
      {"ADD (immediate)", {3, 4}},
      {"ADD (register)", {3}},
      {"ADD (SP plus immediate)", {3, 4}},
      {"ADD (SP plus register)", {3}},
      {"ADR", {2, 3}},
      {"AND (immediate)", {1}},
      {"AND (register)", {2}},
      {"ASR (immediate)", {2}},
      {"ASR (register)", {2}},
      {"B", {3, 4}},
      {"BFC", {1}},
      {"BFI", {1}},
      {"BIC (immediate)", {1}},
      {"BIC (register)", {2}},
      {"CBNZ, CBZ", {1}},
      {"CDP, CDP2", {1, 2}},
      {"CLREX", {1}},
      {"CLZ", {1}},
      {"CMN (immediate)", {1}},
      {"CMN (register)", {2}},
      {"CMP (immediate)", {2}},
      {"CMP (register)", {3}},
      {"DBG", {1}},
      {"EOR (immediate)", {1}},
      {"EOR (register)", {2}},
      {"IT", {1}},
      {"LDC, LDC2", {1, 2}},
      {"LDM, LDMIA, LDMFD", {2}},
      {"LDMDB, LDMEA", {1}},
      {"LDR (immediate)", {3, 4}},
      {"LDR (literal)", {2}},
      {"LDR (register)", {2}},
      {"LDRB (immediate)", {2, 3}},
      {"LDRB (literal)", {1}},
      {"LDRB (register)", {2}},
      {"LDRBT", {1}},
      {"LDRD (immediate)", {1}},
      {"LDRD (literal)", {1}},
      {"LDREX", {1}},
      {"LDREXB", {1}},
      {"LDREXH", {1}},
      {"LDRH (immediate)", {2, 3}},
      {"LDRH (literal)", {1}},
      {"LDRH (register)", {2}},
      {"LDRHT", {1}},
      {"LDRSB (immediate)", {1, 2}},
      {"LDRSB (literal)", {1}},
      {"LDRSB (register)", {2}},
      {"LDRSBT", {1}},
      {"LDRSH (immediate)", {1, 2}},
      {"LDRSH (literal)", {1}},
      {"LDRSH (register)", {2}},
      {"LDRSHT", {1}},
      {"LDRT", {1}},
      {"LSL (immediate)", {2}},
      {"LSL (register)", {2}},
      {"LSR (immediate)", {2}},
      {"LSR (register)", {2}},
      {"MCR, MCR2", {1, 2}},
      {"MCRR, MCRR2", {1, 2}},
      {"MLA", {1}},
      {"MLS", {1}},
      {"MOV (immediate)", {2, 3}},
      {"MOV (register)", {3}},
      {"MOVT", {1}},
      {"MRC, MRC2", {1, 2}},
      {"MRRC, MRRC2", {1, 2}},
      {"MUL", {2}},
      {"MVN (immediate)", {1}},
      {"MVN (register)", {2}},
      {"NOP", {2}},
      {"ORN (immediate)", {1}},
      {"ORN (register)", {1}},
      {"ORR (immediate)", {1}},
      {"ORR (register)", {2}},
      {"PLD (immediate)", {1, 2}},
      {"PLD (literal)", {1}},
      {"PLD (register)", {1}},
      {"PLI (immediate, literal)", {1, 2, 3}},
      {"PLI (register)", {1}},
      {"POP", {2, 3}},
      {"PUSH", {2, 3}},
      {"RBIT", {1}},
      {"REV", {2}},
      {"REV16", {2}},
      {"REVSH", {2}},
      {"ROR (immediate)", {1}},
      {"ROR (register)", {2}},
      {"RRX", {1}},
      {"RSB (immediate)", {2}},
      {"RSB (register)", {1}},
      {"SBC (immediate)", {1}},
      {"SBC (register)", {2}},
      {"SBFX", {1}},
      {"SDIV", {1}},
      {"SEV", {2}},
      {"SMLAL", {1}},
      {"SMULL", {1}},
      {"SSAT", {1}},
      {"STC, STC2", {1, 2}},
      {"STM, STMIA, STMEA", {2}},
      {"STMDB, STMFD", {1}},
      {"STR (immediate)", {3, 4}},
      {"STR (register)", {2}},
      {"STRB (immediate)", {2, 3}},
      {"STRB (register)", {2}},
      {"STRBT", {1}},
      {"STRD (immediate)", {1}},
      {"STREX", {1}},
      {"STREXB", {1}},
      {"STREXH", {1}},
      {"STRH (immediate)", {2, 3}},
      {"STRH (register)", {2}},
      {"STRHT", {1}},
      {"STRT", {1}},
      {"SUB (immediate)", {3, 4}},
      {"SUB (register)", {2}},
      {"SUB (SP minus immediate)", {2, 3}},
      {"SUB (SP minus register)", {1}},
      {"SXTB", {2}},
      {"SXTH", {2}},
      {"TBB, TBH", {1}},
      {"TEQ (immediate)", {1}},
      {"TEQ (register)", {1}},
      {"TST (immediate)", {1}},
      {"TST (register)", {2}},
      {"UBFX", {1}},
      {"UDIV", {1}},
      {"UMLAL", {1}},
      {"UMULL", {1}},
      {"USAT", {1}},
      {"UXTB", {2}},
      {"UXTH", {2}},
      {"WFE", {2}},
      {"WFI", {2}},
      {"YIELD", {2}},
      {"Unallocated hints", {2}},             // A5.3.4
      {"Unallocated memory hints", {1, 2}}};  // A5.3.8, A5.3.9
  return kList;
}

/// The DSP extension; all have one encoding. Source: ARMv7-M ARM A4.4.3 to A4.4.7 and A7.7, "DSP
/// extension only".
constexpr std::array kDsp = {"PKHBT, PKHTB",
                             "QADD",
                             "QADD16",
                             "QADD8",
                             "QASX",
                             "QDADD",
                             "QDSUB",
                             "QSAX",
                             "QSUB",
                             "QSUB16",
                             "QSUB8",
                             "SADD16",
                             "SADD8",
                             "SASX",
                             "SEL",
                             "SHADD16",
                             "SHADD8",
                             "SHASX",
                             "SHSAX",
                             "SHSUB16",
                             "SHSUB8",
                             "SMLABB, SMLABT, SMLATB, SMLATT",
                             "SMLAD, SMLADX",
                             "SMLALBB, SMLALBT, SMLALTB, SMLALTT",
                             "SMLALD, SMLALDX",
                             "SMLAWB, SMLAWT",
                             "SMLSD, SMLSDX",
                             "SMLSLD, SMLSLDX",
                             "SMMLA, SMMLAR",
                             "SMMLS, SMMLSR",
                             "SMMUL, SMMULR",
                             "SMUAD, SMUADX",
                             "SMULBB, SMULBT, SMULTB, SMULTT",
                             "SMULWB, SMULWT",
                             "SMUSD, SMUSDX",
                             "SSAT16",
                             "SSAX",
                             "SSUB16",
                             "SSUB8",
                             "SXTAB",
                             "SXTAB16",
                             "SXTAH",
                             "SXTB16",
                             "UADD16",
                             "UADD8",
                             "UASX",
                             "UHADD16",
                             "UHADD8",
                             "UHASX",
                             "UHSAX",
                             "UHSUB16",
                             "UHSUB8",
                             "UMAAL",
                             "UQADD16",
                             "UQADD8",
                             "UQASX",
                             "UQSAX",
                             "UQSUB16",
                             "UQSUB8",
                             "USAD8",
                             "USADA8",
                             "USAT16",
                             "USAX",
                             "USUB16",
                             "USUB8",
                             "UXTB16",
                             "UXTAB",
                             "UXTAB16",
                             "UXTAH"};

/// FP instructions that move data whole: also those of doublewords need no double precision.
/// Source: ARMv7-M ARM A6.5 to A6.7.
constexpr std::array kFpTransfers = {
    "FLDMX",
    "FSTMX",
    "VLDM",
    "VLDR",
    "VPOP",
    "VPUSH",
    "VSTM",
    "VSTR",
    "VMOV (between ARM core register and single-precision register)",
    "VMOV (ARM core register to scalar)",
    "VMOV (scalar to ARM core register)",
    "VMOV (between two ARM core registers and two single-precision registers)",
    "VMOV (between two ARM core registers and a doubleword register)",
    "VMRS",
    "VMSR"};

/// FP data processing that FPv4-SP has in single precision. Source: ARMv7-M ARM A6.4, table A6-4.
constexpr std::array kFpv4 = {"VABS",
                              "VADD",
                              "VCMP, VCMPE",
                              "VCVT (between floating-point and fixed-point)",
                              "VCVT, VCVTR (between floating-point and integer)",
                              "VCVTB, VCVTT",
                              "VDIV",
                              "VFMA, VFMS",
                              "VFNMA, VFNMS",
                              "VMLA, VMLS",
                              "VMOV (immediate)",
                              "VMOV (register)",
                              "VMUL",
                              "VNEG",
                              "VNMLA, VNMLS, VNMUL",
                              "VSQRT",
                              "VSUB"};

/// Source: ARMv7-M ARM A6.4, tables A6-4 and A6-5, "FPv5".
constexpr std::array kFpv5 = {"VCVTA, VCVTN, VCVTP, VCVTM",
                              "VMAXNM, VMINNM",
                              "VRINTA, VRINTN, VRINTP, VRINTM",
                              "VRINTX",
                              "VRINTZ, VRINTR",
                              "VSEL"};

/// Source: ARMv8-M ARM C2.4, what ARMv7-M does not have and what needs neither the Security
/// Extension nor Armv8.1-M.
constexpr std::array kArmv8m = {
    "LDA", "LDAB", "LDAEX", "LDAEXB", "LDAEXH", "LDAH", "SG",
    "STL", "STLB", "STLEX", "STLEXB", "STLEXH", "STLH", "TT, TTT, TTA, TTAT"};

using Key = std::pair<std::string, unsigned>;

template <class Names>
bool contains(const Names& names, std::string_view name) {
  for (const std::string_view candidate : names) {
    if (candidate == name) return true;
  }
  return false;
}

std::map<Key, Feature> integer_table() {
  std::map<Key, Feature> table;
  for (const auto& [list, feature] :
       {std::pair{&armv6m(), Feature::v6m}, std::pair{&armv7m(), Feature::v7m}}) {
    for (const Heading& heading : *list) {
      for (const unsigned form : heading.forms) table[{heading.name, form}] = feature;
    }
  }
  for (const char* name : kDsp) table[{name, 1}] = Feature::dsp;
  for (const char* name : kArmv8m) table[{name, 1}] = Feature::v8m;
  return table;
}

TEST(Features, RowsHaveWhatTheManualsListsSay) {
  std::map<Key, Feature> table = integer_table();
  std::map<Key, unsigned> seen;
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    const std::string_view name = row.name;
    if (name[0] == 'V' || name == "FLDMX" || name == "FSTMX") continue;
    const auto entry = table.find({row.name, row.form});
    ASSERT_NE(entry, table.end()) << row.name << " T" << int{row.form} << " is in no list";
    EXPECT_EQ(entry->second, row.feature) << row.name << " T" << int{row.form};
    ++seen[entry->first];
  }
  for (const auto& [key, feature] : table) {
    EXPECT_NE(seen[key], 0u) << key.first << " T" << key.second << " has no row";
  }
}

/// Bit 8 of the second halfword is sz, double precision. Source: ARMv7-M ARM A6.4.
TEST(Features, FloatingPointRowsHaveWhatTheManualsTablesSay) {
  std::map<std::string, unsigned> singles;
  std::map<std::string, unsigned> doubles;
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    const std::string_view name = row.name;
    if (name[0] != 'V' && name != "FLDMX" && name != "FSTMX") continue;
    const bool has_double = (row.pattern.value() & 0x100) != 0;
    ++(has_double ? doubles : singles)[row.name];
    if (contains(kFpTransfers, name)) {
      EXPECT_EQ(row.feature, Feature::fpv4_sp) << name;
    } else if (name == "VCVT (between double-precision and single-precision)") {
      EXPECT_EQ(row.feature, Feature::fpv5_dp) << row.syntax;
    } else {
      const bool fpv4 = contains(kFpv4, name);
      ASSERT_TRUE(fpv4 || contains(kFpv5, name)) << name << " is in no list";
      const Feature single = fpv4 ? Feature::fpv4_sp : Feature::fpv5_sp;
      EXPECT_EQ(row.feature, has_double ? Feature::fpv5_dp : single) << row.syntax;
    }
  }
  for (const char* name : kFpTransfers) EXPECT_NE(singles[name] + doubles[name], 0u) << name;
  for (const char* name : kFpv4) EXPECT_EQ(singles[name], doubles[name]) << name;
  for (const char* name : kFpv5) EXPECT_EQ(singles[name], doubles[name]) << name;
  for (const char* name : kFpv4) EXPECT_NE(singles[name], 0u) << name;
  for (const char* name : kFpv5) EXPECT_NE(singles[name], 0u) << name;
}

/// The 16-bit encodings that are UNDEFINED. Source: ARMv6-M ARM A5.2, tables A5-1 to A5-8; ARMv7-M
/// ARM A5.2, the same tables with CBZ, CBNZ and IT.
bool manual_defines_narrow(std::uint32_t word, bool armv7) {
  const std::uint32_t bits_11_5 = word >> 5 & 0x7F;
  switch (word >> 10) {
    case 0b010001:  // special data and branch: BX and BLX with bit 2 are BXNS and BLXNS
      return (word & 0x0304) != 0x0304;
    case 0b101100:
    case 0b101101:
    case 0b101110:
    case 0b101111: {  // miscellaneous
      const auto is = [bits_11_5](std::uint32_t mask, std::uint32_t value) {
        return (bits_11_5 & mask) == value;
      };
      const bool compare_branch = is(0b0101000, 0b0001000);
      const bool it = is(0b1111000, 0b1111000) && (word & 0xF) != 0;
      if (compare_branch || it) return armv7;
      return is(0b1111000, 0b0000000) ||                              // ADD, SUB SP
             is(0b1111000, 0b0010000) ||                              // SXTH SXTB UXTH UXTB
             is(0b1110000, 0b0100000) || is(0b1110000, 0b1100000) ||  // PUSH, POP
             is(0b1111111, 0b0110011) ||                              // CPS
             is(0b1111100, 0b1010000) || is(0b1111110, 0b1010110) ||  // REV REV16, REVSH
             is(0b1111000, 0b1110000) || is(0b1111000, 0b1111000);    // BKPT, hints
    }
    default: return true;
  }
}

TEST(Features, EveryHalfwordOfArmv6mAndArmv7m) {
  for (const Sample& sample : all_narrow_words()) {
    ASSERT_EQ(is_defined(sample.word, 16, kCortexM0), manual_defines_narrow(sample.word, false))
        << std::hex << sample.word;
    for (const FeatureSet core : {kCortexM3, kCortexM4, kCortexM7, kCortexM7Dp, kCortexM33}) {
      ASSERT_EQ(is_defined(sample.word, 16, core), manual_defines_narrow(sample.word, true))
          << std::hex << sample.word;
    }
  }
}

/// Source: ARMv6-M ARM A5.3, tables A5-9 and A5-10.
bool armv6m_defines_wide(std::uint32_t word) {
  if ((word & 0xF8008000) != 0xF0008000) return false;
  const std::uint32_t op1 = word >> 20 & 0x7F;
  const std::uint32_t op2 = word >> 12 & 7;
  if ((op2 & 5) == 5) return true;  // BL
  if ((op2 & 5) != 0) return false;
  if (op2 == 2 && op1 == 0b1111111) return true;                          // UDF
  if ((op1 & ~1u) == 0b0111000 || (op1 & ~1u) == 0b0111110) return true;  // MSR, MRS
  const std::uint32_t barrier = word >> 4 & 0xF;
  return op1 == 0b0111011 && barrier >= 4 && barrier <= 6;
}

TEST(Features, RandomWideWordsOfArmv6m) {
  unsigned defined = 0;
  std::vector<Sample> samples = random_wide_words(200000);
  const std::vector<Sample> of_rows = words_of_wide_rows(200);
  samples.insert(samples.end(), of_rows.begin(), of_rows.end());
  for (const Sample& sample : samples) {
    const bool expected = armv6m_defines_wide(sample.word);
    ASSERT_EQ(is_defined(sample.word, 32, kCortexM0), expected) << std::hex << sample.word;
    defined += expected ? 1 : 0;
  }
  EXPECT_GT(defined, 1000u);
}

/// A word and the cores that have it.
struct Word {
  const char* text;
  std::uint32_t word;
  const char* cores;  // of "0 3 4 7 d 33": d is the M7 with double precision
};

constexpr std::array kWords = {
    Word{"adds r0, r1, #1", 0x1C48, "0 3 4 7 d 33"}, Word{"bl .", 0xF7FFFFFE, "0 3 4 7 d 33"},
    Word{"dmb sy", 0xF3BF8F5F, "0 3 4 7 d 33"}, Word{"mrs r0, apsr", 0xF3EF8000, "0 3 4 7 d 33"},
    Word{"cbz r0, .+4", 0xB100, "3 4 7 d 33"}, Word{"it eq", 0xBF08, "3 4 7 d 33"},
    Word{"movw r0, #0", 0xF2400000, "3 4 7 d 33"}, Word{"b.w .", 0xF7FFBFFE, "3 4 7 d 33"},
    Word{"sdiv r0, r1, r2", 0xFB91F0F2, "3 4 7 d 33"},
    Word{"ldrex r0, [r1]", 0xE8510F00, "3 4 7 d 33"}, Word{"clrex", 0xF3BF8F2F, "3 4 7 d 33"},
    Word{"mrc p15, 0, r0, c0, c0, 0", 0xEE100F10, "3 4 7 d 33"},  // NOCP
    Word{"smlad r0, r1, r2, r3", 0xFB213002, "4 7 d 33"},
    Word{"uqadd8 r0, r1, r2", 0xFA81F052, "4 7 d 33"},
    Word{"umaal r0, r1, r2, r3", 0xFBE20163, "4 7 d 33"},
    Word{"vadd.f32 s0, s1, s2", 0xEE300A81, "4 7 d 33"},
    Word{"vldr d0, [r1]", 0xED910B00, "4 7 d 33"}, Word{"vmov d0, r0, r1", 0xEC410B10, "4 7 d 33"},
    Word{"vmov.32 d0[1], r0", 0xEE200B10, "4 7 d 33"},
    Word{"vseleq.f32 s0, s1, s2", 0xFE000A81, "7 d 33"},
    Word{"vmaxnm.f32 s0, s1, s2", 0xFE800A81, "7 d 33"},
    Word{"vrinta.f32 s0, s1", 0xFEB80A60, "7 d 33"},
    Word{"vrintx.f32 s0, s1", 0xEEB70A60, "7 d 33"},
    Word{"vcvtm.s32.f32 s0, s1", 0xFEBF0AE0, "7 d 33"},
    Word{"vadd.f64 d0, d1, d2", 0xEE310B02, "d"}, Word{"vfma.f64 d0, d1, d2", 0xEEA10B02, "d"},
    Word{"vmov.f64 d0, d1", 0xEEB00B41, "d"}, Word{"vmov.f64 d0, #1.0", 0xEEB70B00, "d"},
    Word{"vcmp.f64 d0, #0.0", 0xEEB50B40, "d"}, Word{"vcvt.f64.f32 d0, s0", 0xEEB70AC0, "d"},
    Word{"vcvtb.f64.f16 d0, s0", 0xEEB20B40, "d"}, Word{"vseleq.f64 d0, d1, d2", 0xFE010B02, "d"},
    Word{"vrinta.f64 d0, d1", 0xFEB80B41, "d"},
    Word{"vadd.f64 d16, d1, d2", 0xEE710B02, ""},  // ARMv7-M ARM A6.4: D0 to D15
    Word{"lda r0, [r1]", 0xE8D10FAF, "33"}, Word{"stlexb r0, r1, [r2]", 0xE8C21FC0, "33"},
    Word{"tt r0, r1", 0xE841F000, "33"}, Word{"ttt r0, r1", 0xE841F040, "33"},
    Word{"sg", 0xE97FE97F, "33"},
    // UNDEFINED without the Security Extension. ARMv8-M ARM C2.4
    Word{"tta r0, r1", 0xE841F080, ""}, Word{"ttat r0, r1", 0xE841F0C0, ""},
    Word{"bxns r0", 0x4704, ""}, Word{"blxns r0", 0x4784, ""}, Word{"vlldm r0", 0xEC300A00, ""},
    Word{"vlstm r0", 0xEC200A00, ""},
    // Armv8.1-M
    Word{"clrm {r0}", 0xE89F0001, "3 4 7 d 33"},  // LDM with the PC as base, UNPREDICTABLE
    Word{"dls lr, r0", 0xF040E001, ""},
    Word{"csel r0, r1, r2, eq", 0xEA519002, "3 4 7 d 33"}};  // ORRS, UNPREDICTABLE

TEST(Features, WordsAreDefinedWhereTheManualSays) {
  constexpr std::array kCores = {std::pair{"0", kCortexM0},   std::pair{"3", kCortexM3},
                                 std::pair{"4", kCortexM4},   std::pair{"7", kCortexM7},
                                 std::pair{"d", kCortexM7Dp}, std::pair{"33", kCortexM33}};
  for (const Word& word : kWords) {
    const std::string cores = std::string(" ") + word.cores + " ";
    for (const auto& [name, features] : kCores) {
      const bool expected = cores.find(std::string(" ") + name + " ") != std::string::npos;
      EXPECT_EQ(is_defined(word.word, word.word > 0xFFFF ? 32 : 16, features), expected)
          << word.text << " on " << name;
    }
  }
}

/// FP instructions of a core without FPU are for a coprocessor that is not there. Source: ARMv7-M
/// ARM B1.5.14, NOCP. ARMv6-M has no coprocessor space.
TEST(Features, FloatingPointWithoutFpuIsNoCoprocessor) {
  const auto no_coprocessor = [](std::uint32_t word, FeatureSet features) {
    return decode_at(static_cast<std::uint16_t>(word >> 16), static_cast<std::uint16_t>(word),
                     Place{.pc = 0x1000}, features)
        .operands.option;
  };
  for (const std::uint32_t word : {0xEE300A81u, 0xED910B00u, 0xEE310B02u, 0xFE000A81u}) {
    EXPECT_TRUE(no_coprocessor(word, kCortexM3)) << std::hex << word;
    EXPECT_FALSE(no_coprocessor(word, kCortexM0)) << std::hex << word;
  }
  EXPECT_FALSE(no_coprocessor(0xEE310B02, kCortexM4));  // UNDEFINED in the FPU that is there
  EXPECT_FALSE(no_coprocessor(0xEF300A81, kCortexM3));  // ARMv7-M ARM A5.3.18: UNDEFINED
}

/// Source: ARMv6-M ARM B4.2.2, ARMv7-M ARM B5.2.2, ARMv8-M ARM C2.4, MRS.
TEST(Features, SpecialRegisters) {
  const auto is_predictable = [](std::uint32_t sysm, FeatureSet features) {
    return !decode_at(0xF3EF, static_cast<std::uint16_t>(0x8000 | sysm), Place{.pc = 0x1000},
                      features)
                .operands.unpredictable;
  };
  EXPECT_TRUE(is_predictable(16, kCortexM0));   // PRIMASK
  EXPECT_FALSE(is_predictable(17, kCortexM0));  // BASEPRI
  EXPECT_TRUE(is_predictable(17, kCortexM3));
  EXPECT_FALSE(is_predictable(10, kCortexM7));  // MSPLIM
  EXPECT_TRUE(is_predictable(10, kCortexM33));
  EXPECT_TRUE(is_predictable(0x89, kCortexM33));  // PSP_NS
  EXPECT_FALSE(is_predictable(0x89, kCortexM4));
}

}  // namespace
}  // namespace mcost::isa::test
