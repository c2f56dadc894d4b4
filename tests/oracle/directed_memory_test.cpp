// Memory, branches and system instructions where Unicorn cannot tell: traps, exclusives, faults,
// special registers, and what stops a program. Expected values come from the ARMv7-M ARM.
#include <gtest/gtest.h>

#include <vector>

#include "tests/oracle/snippet.h"

namespace mcost::oracle {
namespace {

using engine::FaultKind;

void check_all(const std::vector<Snippet>& snippets, const Preparation& prepare = {}) {
  for (const Snippet& snippet : snippets) EXPECT_EQ(check(snippet, prepare), "");
}

TEST(DirectedMemory, UnprivilegedFormsReachTheSameMemory) {
  check_all({{"ldrt r1, [r0, #4]",
              {0xF8501E04},
              {{0, kData}, {kData + 4, 0x87654321}},
              {{1, 0x87654321}}},
             {"strt r1, [r0, #4]", {0xF8401E04}, {{0, kData}, {1, 9}}, {{kData + 4, 9}}},
             {"ldrsbt r1, [r0]",
              {0xF9101E00},
              {{0, kData + 1}, {kData, 0x00008000}},
              {{1, 0xFFFFFF80}}}});
}

/// CCR.UNALIGN_TRP: every unaligned word or halfword faults, and changes nothing.  ARMv7-M ARM
/// B3.2.8.
TEST(DirectedMemory, UnalignedAccessesTrap) {
  const Preparation trap = [](engine::Engine& engine) {
    engine.exceptions().ccr |= engine::kCcrUnalignTrap;
  };
  check_all(
      {{"ldr r1, [r0]", {0x6801}, {{0, kData + 2}, {1, 7}}, {{1, 7}}, FaultKind::unaligned},
       {"str r1, [r0]", {0x6001}, {{0, kData + 1}, {1, 7}}, {{kData, 0}}, FaultKind::unaligned},
       {"ldrh r1, [r0]", {0x8801}, {{0, kData + 1}, {1, 7}}, {{1, 7}}, FaultKind::unaligned},
       {"ldr r1, [r0]", {0x6801}, {{0, kData}, {kData, 5}}, {{1, 5}}}},
      trap);
}

/// With stores that are not buffered, so that the fault is precise.
TEST(DirectedMemory, NothingThereIsABusFaultThatWritesNothing) {
  const Preparation unbuffered = [](engine::Engine& engine) {
    engine.exceptions().actlr |= engine::kActlrNoWriteBuffer;
  };
  check_all(
      {{"ldmia r0!, {r1, r2}",
        {0xC806},
        {{0, kRam + kRamSize - 4}, {1, 7}},
        {{0, kRam + kRamSize - 4}, {1, 7}},
        FaultKind::bus_data_precise},
       {"ldrd r1, r2, [r0, #-8]!",
        {0xE9701202},
        {{0, kRam + 4}, {1, 7}},
        {{0, kRam + 4}, {1, 7}},
        FaultKind::bus_data_precise},
       {"push {r0, r1, lr}", {0xB503}, {{kSp, kRam}}, {{kSp, kRam}}, FaultKind::bus_data_precise}},
      unbuffered);
}

TEST(DirectedMemory, BasesInLists) {
  check_all({// Loaded, so there is no write-back.
             {"ldmia r0, {r0, r1}",
              {0xC803},
              {{0, kData}, {kData, 11}, {kData + 4, 12}},
              {{0, 11}, {1, 12}}},
             {"stmia r0!, {r0, r1}",
              {0xC003},
              {{0, kData}, {1, 7}},
              {{kData, kData}, {kData + 4, 7}, {0, kData + 8}}},
             {"ldrd r0, r1, [r0]",
              {0xE9D00100},
              {{0, kData}, {kData, 1}, {kData + 4, 2}},
              {{0, 1}, {1, 2}}},
             {"ldrd r1, r2, [r0], #8",
              {0xE8F01202},
              {{0, kData}, {kData, 1}, {kData + 4, 2}},
              {{0, kData + 8}, {1, 1}, {2, 2}}},
             {"push {r0, r1, lr}; pop {r0, r1}",
              {0xB503, 0xBC03},
              {{0, 1}, {1, 2}, {kLr, 3}},
              {{0, 1}, {1, 2}, {kSp, kData - 4}, {kData - 4, 3}}}});
}

/// ARMv7-M ARM A3.4.1.
TEST(DirectedMemory, Exclusives) {
  constexpr std::uint32_t kLdrex = 0xE8501F00;  // ldrex r1, [r0]
  constexpr std::uint32_t kStrex = 0xE8404300;  // strex r3, r4, [r0]
  check_all({{"strex alone", {kStrex}, {{0, kData}, {4, 8}}, {{3, 1}, {kData, 0}}},
             {"ldrex; strex; strex",
              {kLdrex, kStrex, 0xE8405300},
              {{0, kData}, {4, 8}, {5, 9}},
              {{3, 1}, {kData, 8}}},
             {"ldrexb; strexb",
              {0xE8D01F4F, 0xE8C04F43},
              {{0, kData + 1}, {3, 9}, {4, 0x1FF}, {kData, 0x11223344}},
              {{1, 0x33}, {3, 0}, {kData, 0x1122FF44}}},
             {"strex, unaligned", {kStrex}, {{0, kData + 2}}, {{3, 0}}, FaultKind::unaligned}});
}

TEST(DirectedBranches, TargetsWithoutTheThumbBit) {
  check_all({{"bx r0", {0x4700}, {{0, kProgram}}, {}, FaultKind::invalid_state},
             {"blx r0", {0x4780}, {{0, kProgram}}, {}, FaultKind::invalid_state},
             // MOV PC is no interworking branch.
             {"mov pc, r0", {0x4687, 0xBF00, 0x2105}, {{0, kProgram + 4}}, {{1, 5}}}});
}

TEST(DirectedBranches, Tables) {
  check_all({{"tbb [r0, r1]",
              {0xE8D0F001, 0x2205, 0x2306},
              {{0, kData}, {1, 3}, {kData, 0x01000000}},
              {{2, 0}, {3, 6}}},
             {"tbh [r0, r1, lsl #1]",
              {0xE8D0F011, 0x2205, 0x2306},
              {{0, kData}, {1, 1}, {kData, 0x00010000}},
              {{2, 0}, {3, 6}}}});
}

TEST(DirectedSystem, UndefinedAndCoprocessor) {
  check_all({{"udf #1", {0xDE01}, {}, {}, FaultKind::undefined_instruction},
             {"udf.w #1", {0xF7F0A001}, {}, {}, FaultKind::undefined_instruction},
             {"bkpt #0", {0xBE00}, {}, {}, FaultKind::breakpoint},
             {"cdp p1", {0xEE000100}, {}, {}, FaultKind::no_coprocessor},
             {"cdp2 p1", {0xFE000100}, {}, {}, FaultKind::no_coprocessor},
             {"mcr p7", {0xEE000710}, {}, {}, FaultKind::no_coprocessor},
             {"mrc2 p7", {0xFE100710}, {}, {}, FaultKind::no_coprocessor},
             {"mcrr p5", {0xEC410500}, {}, {}, FaultKind::no_coprocessor},
             {"mrrc p5", {0xEC510500}, {}, {}, FaultKind::no_coprocessor},
             {"stc p3", {0xED800300}, {}, {}, FaultKind::no_coprocessor},
             {"ldc p3", {0xED900300}, {}, {}, FaultKind::no_coprocessor},
             // Skipped in an IT block: no fault.
             {"it eq; udf", {0xBF08, 0xDE01}, {}, {{kSp, kData}}},
             {"it eq; cdp p1", {0xBF08, 0xEE000100}, {}, {{kSp, kData}}}});
}

TEST(DirectedSystem, MaskRegisters) {
  check_all({{"msr primask, r1; mrs r0, primask",
              {0xF3818810, 0xF3EF8010},
              {{1, ~0u}},
              {{0, 1}, {kPrimask, 1}}},
             {"cpsid i", {0xB672}, {}, {{kPrimask, 1}}},
             // BASEPRI_MAX only raises the priority, and zero means no change.
             {"msr basepri_max, r1", {0xF3818812}, {{1, 0x40}}, {{kBasepri, 0x40}}},
             {"msr basepri, r1; movs r1, #0x80; msr basepri_max, r1",
              {0xF3818811, 0x2180, 0xF3818812},
              {{1, 0x40}},
              {{kBasepri, 0x40}}},
             {"msr basepri, r1; movs r1, #0x20; msr basepri_max, r1",
              {0xF3818811, 0x2120, 0xF3818812},
              {{1, 0x40}},
              {{kBasepri, 0x20}}},
             {"msr basepri, r1; movs r1, #0; msr basepri_max, r1",
              {0xF3818811, 0x2100, 0xF3818812},
              {{1, 0x40}},
              {{kBasepri, 0x40}}}});
}

/// CONTROL.SPSEL exchanges the stack pointers; without privilege special registers other than APSR
/// and CONTROL read as zero and writes are ignored.  ARMv7-M ARM B1.4.4, B5.2.
TEST(DirectedSystem, ControlAndPrivilege) {
  constexpr std::uint32_t kUnprivileged = 1;
  constexpr std::uint32_t kProcessStack = 2;
  constexpr std::uint32_t kSetControl = 0xF3818814;  // msr control, r1
  check_all({{"msr psp, r2; msr control, r1; mov r0, sp",
              {0xF3828809, kSetControl, 0x4668},
              {{1, kProcessStack | 4}, {2, kData + 64}},
              {{0, kData + 64}, {kSp, kData + 64}}},
             {"msr control, r1; mrs r0, msp",
              {kSetControl, 0xF3EF8008},
              {{1, kProcessStack | 4}},
              {{0, kData}, {kSp, 0}}},
             {"msr control, r1; mrs r0, msp",
              {kSetControl, 0xF3EF8008},
              {{1, kUnprivileged | 4}},
              {{0, 0}}},
             {"msr control, r1; msr primask, r1; mrs r0, control",
              {kSetControl, 0xF3818810, 0xF3EF8014},
              {{1, kUnprivileged | 4}},
              {{0, kUnprivileged | 4}, {kPrimask, 0}}},
             {"msr control, r1; cpsid i",
              {kSetControl, 0xB672},
              {{1, kUnprivileged | 4}},
              {{kPrimask, 0}}},
             {"msr control, r1; msr control, r2",
              {kSetControl, 0xF3828814},
              {{1, kUnprivileged | 4}},
              {{kControl, kUnprivileged | 4}}}});
}

TEST(DirectedSystem, EventsAndSleep) {
  // SEV sets the event register, so WFE goes on; alone it sleeps and the run is idle there.
  check_all({{"sev; wfe; movs r1, #5", {0xBF40, 0xBF20, 0x2105}, {}, {{1, 5}}},
             {"wfe; movs r1, #5", {0xBF20, 0x2105}, {}, {{1, 0}}},
             {"wfi; movs r1, #5", {0xBF30, 0x2105}, {}, {{1, 0}}},
             {"yield; movs r1, #5", {0xBF10, 0x2105}, {}, {{1, 5}}}});
}

/// The exception's handler is a branch to itself at the program's end.
TEST(DirectedSystem, SupervisorCall) {
  const Preparation vectors = [](engine::Engine& engine) { engine.exceptions().vtor = kScratch; };
  // svc #0 at kProgram, then `b .` at kProgram + 2.
  const Snippet snippet{
      "svc #0",
      {0xDF00},
      {{0, 1}, {12, 2}, {kLr, 3}, {kApsr, kN | kC}, {kScratch + 4 * 11, (kProgram + 2) | 1}},
      {{kSp, kData - 0x68},
       {kLr, 0xFFFFFFE9},
       {kData - 0x68, 1},
       {kData - 0x68 + 16, 2},
       {kData - 0x68 + 20, 3},
       {kData - 0x68 + 24, kProgram + 2},
       {kData - 0x68 + 28, kN | kC | 1u << 24}}};
  check_all({snippet}, vectors);
}

}  // namespace
}  // namespace mcost::oracle
