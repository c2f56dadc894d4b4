#include "memory_models/line_buffer_flash.h"

#include <gtest/gtest.h>

#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using test::MockPort;

constexpr std::uint32_t kWaitStates = 3;

TEST(LineBufferFlash, FirstReadWaitsAndItsLineDoesNot) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0), kWaitStates);
  EXPECT_EQ(port.fetch(4), 0u);
  EXPECT_EQ(port.fetch(12), 0u);
  EXPECT_EQ(port.fetch(16), kWaitStates);
  EXPECT_EQ(port.fetch(12), kWaitStates);  // one line only
}

TEST(LineBufferFlash, FetchesAndLoadsShareTheLine) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  EXPECT_EQ(port.fetch(0), kWaitStates);
  EXPECT_EQ(port.load(8), 0u);
  EXPECT_EQ(port.load(0x100), kWaitStates);
  EXPECT_EQ(port.fetch(4), kWaitStates);
}

TEST(LineBufferFlash, RequestWhileTheArrayReadsWaitsForWhatIsLeft) {
  for (std::uint32_t passed = 0; passed <= kWaitStates + 2; ++passed) {
    LineBufferFlash flash(16, kWaitStates);
    MockPort port(flash);
    ASSERT_EQ(port.begin_fetch(0), kWaitStates);
    port.pass(passed);
    // The array is busy for wait states + 1 cycles.
    const std::uint32_t left = passed >= kWaitStates + 1 ? 0 : kWaitStates + 1 - passed;
    EXPECT_EQ(port.begin_load(0x100), left + kWaitStates) << passed << " cycles later";
  }
}

TEST(LineBufferFlash, AnnouncedFetchGoesBeforeTheLoad) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  port.announce(0x20);
  // The load waits for the fetch's read and then its own.
  EXPECT_EQ(port.begin_load(0x100), kWaitStates + 1 + kWaitStates);
  // The fetch, when it completes, waits only for its own.
  EXPECT_EQ(port.begin_fetch(0x20), kWaitStates);
}

TEST(LineBufferFlash, LoadBehindALoadOvertakesTheFetchThatWaits) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  ASSERT_EQ(port.begin_load(0x100), kWaitStates);
  ASSERT_EQ(port.begin_fetch(0), kWaitStates + 1 + kWaitStates);  // behind it
  port.pass(kWaitStates + 1);
  EXPECT_EQ(port.begin_load(0x104), 0u);  // the line is still held
  EXPECT_EQ(flash.take_fetch_delay(port.state()), 1u);
  EXPECT_EQ(flash.take_fetch_delay(port.state()), 0u);
  port.pass(1);
  EXPECT_EQ(port.begin_load(0x200), kWaitStates);
  EXPECT_EQ(flash.take_fetch_delay(port.state()), kWaitStates + 1);
}

TEST(LineBufferFlash, LoadAfterAGapWaitsForTheFetch) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  ASSERT_EQ(port.begin_load(0x100), kWaitStates);
  ASSERT_EQ(port.begin_fetch(0), kWaitStates + 1 + kWaitStates);
  port.pass(kWaitStates + 2);
  EXPECT_EQ(port.begin_load(0x104), kWaitStates + kWaitStates);
  EXPECT_EQ(flash.take_fetch_delay(port.state()), 0u);
}

TEST(LineBufferFlash, StoresCostNothingHere) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  EXPECT_EQ(port.store(0), 0u);
  EXPECT_EQ(port.fetch(0), kWaitStates);
}

TEST(LineBufferFlash, StateIsCanonicalOnceTheArrayIsQuiet) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort a(flash);
  MockPort b(flash);
  a.fetch(0);
  b.fetch(8);
  b.pass(100);
  a.pass(7);
  EXPECT_EQ(a.state(), b.state());
}

TEST(LineBufferFlash, EachOtherLineIsAReadOfTheArray) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  for (std::uint32_t offset = 0; offset < 64; offset += 4) port.fetch(offset);
  EXPECT_EQ(port.array_reads(), 4u);
  port.load(60);
  EXPECT_EQ(port.array_reads(), 0u);
  port.load(0x100);
  port.fetch(60);
  EXPECT_EQ(port.array_reads(), 2u);
}

TEST(LineBufferFlash, FetchServedBeforeTheLoadIsCountedOnce) {
  LineBufferFlash flash(16, kWaitStates);
  MockPort port(flash);
  port.announce(0x20);
  port.begin_load(0x100);
  EXPECT_EQ(port.array_reads(), 2u);
  port.begin_fetch(0x20);
  EXPECT_EQ(port.array_reads(), 0u);
}

TEST(LineBufferFlash, FetchThatLoadsOvertakeIsCountedOnce) {
  // A load, a fetch that waits for its turn, and a load that follows the first without a gap: it
  // goes first, and its line pushes out the one that the fetch would have found.
  for (const std::uint32_t fetched : {0x100u, 0x20u}) {
    LineBufferFlash flash(16, kWaitStates);
    MockPort port(flash);
    const std::uint32_t wait = port.begin_load(0x100);
    port.pass(wait);
    port.begin_fetch(fetched);
    port.pass(1);
    port.begin_load(0x200);
    EXPECT_EQ(port.array_reads(), 3u) << fetched;  // 0x100, 0x200, and the fetch behind them
    EXPECT_GT(port.state().words[ArrayPort::kPutOff], 0u);
  }
}

}  // namespace
}  // namespace mcost::memory
