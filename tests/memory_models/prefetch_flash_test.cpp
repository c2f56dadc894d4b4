// Source of behaviour: boards-and-memories facts 5.1, as prefetch_flash.h says; every cycle from
// both sides.
#include "memory_models/prefetch_flash.h"

#include <gtest/gtest.h>

#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using test::MockPort;

constexpr std::uint32_t kBlock = 8;
constexpr std::uint32_t kWait = 3;

PrefetchFlash make(std::uint32_t wait_states, bool prefetch = true, std::uint32_t blocks = 2) {
  return PrefetchFlash({kBlock, blocks, wait_states, prefetch});
}

TEST(PrefetchFlash, FirstBlockWaitsAndItsSecondWordDoesNot) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(4), 0u);
}

TEST(PrefetchFlash, NextBlockLeavesExactlyTheRemainingCycles) {
  // The first read takes kWait + 1 cycles, then the array reads the next block for as long.
  constexpr std::uint32_t kArrives = (kWait + 1) + kWait;
  for (std::uint32_t passed = 0; passed <= kArrives + 2; ++passed) {
    PrefetchFlash flash = make(kWait);
    MockPort port(flash);
    ASSERT_EQ(port.begin_fetch(0), kWait);
    port.pass(passed);
    EXPECT_EQ(port.begin_fetch(kBlock), passed >= kArrives ? 0 : kArrives - passed) << passed;
  }
}

TEST(PrefetchFlash, SequentialCodeAtOneWaitStateNeverWaits) {
  // A block is two words; the core asks for one each cycle, the array needs two cycles per block.
  PrefetchFlash flash = make(1);
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0), 1u);
  for (std::uint32_t offset = 4; offset < 64 * kBlock; offset += 4)
    EXPECT_EQ(port.fetch(offset), 0u) << offset;
}

TEST(PrefetchFlash, SequentialCodeWaitsForWhatTheArrayCannotHide) {
  // Two words per wait states + 1 cycles, of which two are the words' own.
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  for (std::uint32_t offset = 0; offset < 8 * kBlock; offset += 4) port.fetch(offset);
  std::uint32_t waits = 0;
  for (std::uint32_t offset = 8 * kBlock; offset < 16 * kBlock; offset += 4)
    waits += port.fetch(offset);
  EXPECT_EQ(waits, 8 * (kWait + 1 - 2));
}

TEST(PrefetchFlash, BranchTargetWaitsForThePrefetchInProgress) {
  for (std::uint32_t passed = 0; passed <= 2 * kWait + 4; ++passed) {
    PrefetchFlash flash = make(kWait);
    MockPort port(flash);
    ASSERT_EQ(port.begin_fetch(0), kWait);
    port.pass(passed);
    const std::uint32_t busy = 2 * (kWait + 1);  // the block and the one behind it
    const std::uint32_t left = passed >= busy ? 0 : busy - passed;
    EXPECT_EQ(port.begin_fetch(0x100), left + kWait) << passed;
  }
}

TEST(PrefetchFlash, LoopInsideTheBlockNeverWaitsAndAcrossTwoDoes) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  port.fetch(0);
  port.pass(50);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(port.fetch(4 * (i & 1)), 0u);
  ASSERT_EQ(port.fetch(kBlock), 0u);  // taken up, block 2 prefetched in place of block 0
  port.pass(50);
  EXPECT_EQ(port.fetch(0), kWait);
}

TEST(PrefetchFlash, ThirdBlockKeepsTheOneBefore) {
  PrefetchFlash flash = make(kWait, true, 3);
  MockPort port(flash);
  port.fetch(0);
  port.pass(50);
  port.fetch(kBlock);
  port.pass(50);
  EXPECT_EQ(port.fetch(0), 0u);
  ASSERT_EQ(port.fetch(2 * kBlock), 0u);
  port.pass(50);
  EXPECT_EQ(port.fetch(0), kWait);
}

TEST(PrefetchFlash, LoadOccupiesTheArrayAndEvictsNothing) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  port.fetch(0);
  port.pass(50);
  EXPECT_EQ(port.begin_load(0x100), kWait);
  EXPECT_EQ(port.begin_load(0x200), kWait + 1 + kWait);  // the array is busy with the first
  port.pass(50);
  EXPECT_EQ(port.load(0x100), kWait);  // not kept
  EXPECT_EQ(port.load(4), 0u);         // in the block in use
  EXPECT_EQ(port.load(kBlock), 0u);    // in the one prefetched
  EXPECT_EQ(port.fetch(0), 0u);
  EXPECT_EQ(port.fetch(kBlock), 0u);
}

TEST(PrefetchFlash, SwitchedOffTheBlockInUseStillServes) {
  PrefetchFlash flash = make(kWait, false);
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0), kWait);
  EXPECT_EQ(port.fetch(4), 0u);
  port.pass(50);
  EXPECT_EQ(port.fetch(kBlock), kWait);
}

TEST(PrefetchFlash, WithoutWaitStatesNothingWaits) {
  PrefetchFlash flash = make(0);
  MockPort port(flash);
  for (const std::uint32_t offset : {0u, 0x100u, 4u, 0x104u, 0x200u}) {
    EXPECT_EQ(port.fetch(offset), 0u);
    EXPECT_EQ(port.load(offset + 0x400), 0u);
  }
}

TEST(PrefetchFlash, StoresCostNothingHere) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  EXPECT_EQ(port.store(0), 0u);
}

TEST(PrefetchFlash, StateIsCanonicalOnceTheArrayIsQuiet) {
  PrefetchFlash flash = make(kWait);
  MockPort a(flash);
  MockPort b(flash);
  a.fetch(0);
  b.fetch(4);
  b.pass(100);
  a.pass(50);
  EXPECT_EQ(a.state(), b.state());
}

TEST(PrefetchFlash, StraightCodeReadsEachBlockOnceAndTheOneBehind) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  for (std::uint32_t offset = 0; offset < 8 * kBlock; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 8u + 1);
}

TEST(PrefetchFlash, LoopInTheBlockThatIsHeldReadsNothing) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  port.fetch(0);
  EXPECT_EQ(port.array_reads(), 2u);
  for (unsigned turn = 0; turn < 10; ++turn) {
    port.fetch(0);
    port.fetch(4);
  }
  EXPECT_EQ(port.array_reads(), 0u);
}

TEST(PrefetchFlash, LoadsReadTheArrayUnlessTheBufferHasTheirBlock) {
  PrefetchFlash flash = make(kWait);
  MockPort port(flash);
  port.fetch(0);
  port.array_reads();
  port.load(4);
  port.load(kBlock);  // being prefetched
  EXPECT_EQ(port.array_reads(), 0u);
  port.load(0x100);
  port.load(0x100);
  EXPECT_EQ(port.array_reads(), 2u);
}

TEST(PrefetchFlash, WithoutPrefetchOrWaitStatesBlocksAreReadOnDemand) {
  for (const std::uint32_t wait : {0u, kWait}) {
    PrefetchFlash flash = make(wait, wait == 0);
    MockPort port(flash);
    for (std::uint32_t offset = 0; offset < 8 * kBlock; offset += 4) port.fetch(offset);
    EXPECT_EQ(port.array_reads(), 8u) << wait;
  }
}

}  // namespace
}  // namespace mcost::memory
