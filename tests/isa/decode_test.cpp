// The decoder by itself: its tables give what a search of all rows gives, every row can be reached,
// and the facts of a place (IT condition, PC, features) reach the operands. Random words never do
// harm.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/format.h"
#include "tests/isa/decode_samples.h"

namespace mcost::isa::test {
namespace {

constexpr Place kPlace{.pc = 0x1000, .it = {}};
constexpr Place kInItEq{.pc = 0x1000, .it = ItState{0x08}};
constexpr std::uint8_t kEq = 0;

Decoded decode_word(std::uint32_t word, unsigned width_bits, const Place& place = kPlace,
                    FeatureSet features = kCortexM4) {
  const bool wide = width_bits == 32;
  return decode_at(static_cast<std::uint16_t>(wide ? word >> 16 : word),
                   static_cast<std::uint16_t>(word), place, features);
}

std::string text(std::uint32_t word, unsigned width_bits, const Place& place = kPlace) {
  return disassemble(decode_word(word, width_bits, place));
}

const Instruction* search(std::uint32_t word, unsigned width_bits) {
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    if (row.pattern.width_bits() == width_bits && row.matches(word)) return &instruction;
  }
  return nullptr;
}

TEST(DecodeTables, IndexIsThePlaceInTheInstructionSet) {
  for (std::size_t i = 0; i < instructions().size(); ++i) EXPECT_EQ(instructions()[i].index, i);
}

TEST(DecodeTables, NameAndFormOfRowsThatShareThemTellApartByPattern) {
  std::set<std::tuple<std::string_view, unsigned, std::uint32_t, std::uint32_t>> seen;
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    EXPECT_TRUE(seen.emplace(row.name, row.form, row.pattern.mask(), row.pattern.value()).second)
        << row.name;
  }
}

TEST(DecodeTables, EqualASearchOfAllRowsForEveryHalfword) {
  for (const Sample& sample : all_narrow_words()) {
    ASSERT_EQ(decode(sample.word, 16), search(sample.word, 16)) << std::hex << sample.word;
  }
}

TEST(DecodeTables, EqualASearchOfAllRowsForRandomWords) {
  for (const Sample& sample : random_wide_words(20000)) {
    ASSERT_EQ(decode(sample.word, 32), search(sample.word, 32)) << std::hex << sample.word;
  }
}

TEST(DecodeTables, ReachEveryRow) {
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    const auto samples = words_of_row(row, 100);
    EXPECT_GE(samples.size(), 1u) << row.name;
    for (const Sample& sample : samples) {
      ASSERT_EQ(decode(sample.word, sample.width_bits), &instruction)
          << row.name << " " << std::hex << sample.word;
    }
  }
}

TEST(DecodeTables, NeverTakeASecondHalfwordForAFirst) {
  EXPECT_EQ(decode(0x1C40'0000, 32), nullptr);
  EXPECT_TRUE(is_wide(0xE800));
  EXPECT_FALSE(is_wide(0xE7FF));
}

TEST(DecodeAt, GivesTheConditionOfTheItBlock) {
  EXPECT_EQ(decode_word(0x4408, 16).operands.condition, kAlways);           // add r0, r1
  EXPECT_EQ(decode_word(0x4408, 16, kInItEq).operands.condition, kEq);      // addeq r0, r1
  EXPECT_EQ(decode_word(0xBE00, 16, kInItEq).operands.condition, kAlways);  // bkpt #0
}

TEST(DecodeAt, NarrowFormsSetFlagsOutsideItBlocksOnly) {
  EXPECT_EQ(text(0x1C48, 16), "adds r0, r1, #1");
  EXPECT_EQ(text(0x1C48, 16, kInItEq), "addeq r0, r1, #1");
  EXPECT_EQ(text(0x0048, 16), "lsls r0, r1, #1");
  EXPECT_EQ(text(0x0048, 16, kInItEq), "lsleq r0, r1, #1");
  EXPECT_EQ(text(0x4288, 16, kInItEq), "cmpeq r0, r1");
}

TEST(DecodeAt, MissingFeatureIsUndefined) {
  constexpr std::uint32_t kSmlad = 0xFB21'3002;  // smlad r0, r1, r2, r3
  EXPECT_EQ(text(kSmlad, 32), "smlad r0, r1, r2, r3");
  EXPECT_EQ(decode_word(kSmlad, 32, kPlace, kArmv7m).instruction, nullptr);
  constexpr std::uint32_t kAddWide = 0xF101'0001;  // add.w r0, r1, #1
  EXPECT_EQ(decode_word(kAddWide, 32, kPlace, feature_bit(Feature::v6m)).instruction, nullptr);
  EXPECT_NE(decode_word(0x1C48, 16, kPlace, feature_bit(Feature::v6m)).instruction, nullptr);
  EXPECT_EQ(decode_word(kSmlad, 32, kPlace, kArmv7m).size, 4);
}

/// Source: ARMv6-M ARM A5.3: BL, DMB, DSB, ISB, MRS, MSR and UDF are the 32-bit instructions.
TEST(DecodeAt, Armv6mHasSevenWideInstructions) {
  std::set<std::string> names;
  for (const Instruction& instruction : instructions()) {
    const Encoding& row = *instruction.row;
    if (row.feature == Feature::v6m && row.pattern.width_bits() == 32) names.insert(row.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"BL", "DMB", "DSB", "ISB", "MRS", "MSR", "UDF"}));
}

TEST(DecodeAt, PcRelativeAddressesAreAbsolute) {
  EXPECT_EQ(text(0xA001, 16, {.pc = 0x1002, .it = {}}), "adr r0, 0x1008");
  EXPECT_EQ(text(0xF2AF'0004, 32, {.pc = 0x1002, .it = {}}), "adr.w r0, 0x1000");
  EXPECT_EQ(text(0xF20F'0004, 32, {.pc = 0x1000, .it = {}}), "adr.w r0, 0x1008");
  EXPECT_EQ(decode_word(0x4678, 16, {.pc = 0x1002, .it = {}}).operands.imm, 0x1006u);  // mov r0, pc
}

/// Source: ARMv7-M ARM A5.3.2: a rotated constant sets C to its bit 31, others leave C alone.
TEST(DecodeAt, LogicalImmediatesSayWhatBecomesOfCarry) {
  EXPECT_EQ(decode_word(0xF011'0001, 32).operands.amount, 0);  // ands r0, r1, #1
  EXPECT_EQ(decode_word(0xF011'6080, 32).operands.amount, 1);  // ands r0, r1, #0x4000000
  EXPECT_EQ(decode_word(0xF011'4000, 32).operands.amount, 2);  // ands r0, r1, #0x80000000
}

TEST(DecodeAt, ShouldBeBitsMakeAWordUnpredictable) {
  EXPECT_FALSE(decode_word(0xEB01'0002, 32).operands.unpredictable);  // add.w r0, r1, r2
  EXPECT_TRUE(decode_word(0xEB01'8002, 32).operands.unpredictable);
}

TEST(DecodeAt, BranchesInsideAnItBlockAreUnpredictable) {
  EXPECT_FALSE(
      decode_word(0x46F7, 16, kInItEq).operands.unpredictable);  // moveq pc, lr, last in IT
  EXPECT_TRUE(decode_word(0x46F7, 16, {.pc = 0, .it = ItState{0x04}}).operands.unpredictable);
}

TEST(DecodeFuzz, AnyWordAtAnyPlaceDecodesAndPrints) {
  std::mt19937_64 random(1);
  for (unsigned i = 0; i < 300000; ++i) {
    const std::uint64_t draw = random();
    const Place place{static_cast<Address>(draw >> 32) & ~1u,
                      ItState{static_cast<std::uint8_t>(random())}};
    const Decoded decoded =
        decode_at(static_cast<std::uint16_t>(draw), static_cast<std::uint16_t>(draw >> 16), place,
                  static_cast<FeatureSet>(random()));
    ASSERT_TRUE(decoded.size == 2 || decoded.size == 4);
    const std::string printed = disassemble(decoded);
    ASSERT_EQ(printed.find("?>"), std::string::npos) << printed;
  }
}

TEST(Normalise, BringsDifferentSpellingsTogether) {
  EXPECT_EQ(normalise("LDR.W\tip, [r13, #0x10] ; comment"), normalise("ldr r12, [sp,#16]"));
  EXPECT_EQ(to_string(normalise("push.w {r4, fp, lr}")), "push {r4,r11,lr}");
  EXPECT_EQ(to_string(normalise("add r0, r1, r2, lsl #3")), "add r0, r1, r2, lsl 3");
  EXPECT_EQ(to_string(normalise("ldr r0, [r1, #-4]!")), "ldr r0, [r1,4294967292]!");
}

}  // namespace
}  // namespace mcost::isa::test
