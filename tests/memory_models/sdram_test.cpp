// The port latencies of boards-and-memories facts 8.3 and 8.4, cycle by cycle:
// T = 3 + D x (open + 1 + CAS + beats - 1) + RPIPE + 2 HCLK, D = HCLK / SDCLK = 2.
#include "memory_models/sdram.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "memory_models/timed_memory.h"

namespace mcost::memory {
namespace {

/// STM32F746G-DISCO: 16-bit bus, CAS 2; a row is 512 bytes, a bank 2 MB.
SdramParameters f746() {
  SdramParameters parameters;
  parameters.refresh = 0;
  return parameters;
}
constexpr std::uint32_t kRow = 512;
constexpr std::uint32_t kBank = 2u << 20;

/// STM32F469I-DISCO: 32-bit bus, CAS 3.
SdramParameters f469() {
  SdramParameters parameters = f746();
  parameters.bus_bytes = 4;
  parameters.cas = 3;
  return parameters;
}

/// Asks one memory in order; an answer takes as long as the port is busy with it.
class Port {
 public:
  explicit Port(const SdramParameters& parameters) : sdram(parameters) {}
  Cycles read(std::uint32_t offset, std::uint32_t size = 4) {
    return ask(offset, size, bus::AccessKind::read);
  }
  Cycles write(std::uint32_t offset, std::uint32_t size = 4) {
    return ask(offset, size, bus::AccessKind::write);
  }
  [[nodiscard]] std::uint64_t count(const std::string& name) const {
    for (const auto& counter : sdram.counters()) {
      if (counter.name == name) return counter.value;
    }
    ADD_FAILURE() << name;
    return 0;
  }
  Sdram sdram;
  Cycles now = 0;
  Cycles first = 0;  // of the last answer

 private:
  Cycles ask(std::uint32_t offset, std::uint32_t size, bus::AccessKind kind) {
    const Response response = sdram.transfer({offset, size, kind, now});
    const Cycles taken = response.last - now;
    first = response.first - now;
    now = response.last;
    return taken;
  }
};

TEST(Sdram, ReadsOn16BitsTakeWhatTheRowAndTheBeatsTake) {
  Port port(f746());
  EXPECT_EQ(port.read(0), 17u);        // bank idle
  EXPECT_EQ(port.read(0x40), 13u);     // row hit, two beats
  EXPECT_EQ(port.read(0x80, 2), 11u);  // one beat
  EXPECT_EQ(port.read(0xC0, 1), 11u);
  EXPECT_EQ(port.read(kRow), 21u);  // row conflict
  EXPECT_EQ(port.read(0x100 + kRow, 32), 41u);
  EXPECT_EQ(port.read(0x100, 32), 49u);
  EXPECT_EQ(port.count("row_misses"), 1u);
  EXPECT_EQ(port.count("row_hits"), 4u);
  EXPECT_EQ(port.count("row_conflicts"), 2u);
}

TEST(Sdram, ReadsOn32BitsTakeOneBeat) {
  Port port(f469());
  EXPECT_EQ(port.read(0), 17u);
  EXPECT_EQ(port.read(0x40), 13u);
  EXPECT_EQ(port.read(0x80, 1), 13u);
  EXPECT_EQ(port.read(1024), 21u);
}

TEST(Sdram, EachInternalBankKeepsItsRowOpen) {
  Port port(f746());
  for (std::uint32_t bank = 0; bank < 4; ++bank) EXPECT_EQ(port.read(bank * kBank), 17u);
  for (std::uint32_t bank = 0; bank < 4; ++bank) EXPECT_EQ(port.read(bank * kBank + 0x40), 13u);
  EXPECT_EQ(port.read(kRow), 21u);
  EXPECT_EQ(port.read(kBank + 0x80), 13u);
}

TEST(Sdram, TheWordWantedFirstOfALineComesFirst) {
  Port port(f746());
  port.read(0x40);
  EXPECT_EQ(port.read(0x10C, 32), 41u);
  EXPECT_EQ(port.first, 13u);
}

/// Words 1 to 4 behind the one read are read in the CAS latency (CAS + 1), one per SDCLK.
/// 3 + 2 x (1 + CAS + 3) + 2 with the row open, precharge and activate before it with another.
/// Source: facts 8.3; the first 8 bytes of facts 7 are these and 6 of the core's path.
TEST(Sdram, APortOf64BitsWaitsForTheFirstEightBytes) {
  Sdram sdram(f746());
  sdram.transfer({0, 4, bus::AccessKind::read, 0});
  const Response hit = sdram.transfer({0x100, 32, bus::AccessKind::read, 100, 8});
  EXPECT_EQ(hit.first, 100u + 17);
  EXPECT_EQ(hit.last, 100u + 41);
  const Response conflict = sdram.transfer({kRow, 32, bus::AccessKind::read, 200, 8});
  EXPECT_EQ(conflict.first, 200u + 25);
  EXPECT_EQ(conflict.last, 200u + 49);
  EXPECT_EQ(sdram.transfer({kRow + 0x100, 4, bus::AccessKind::read, 300, 8}).first, 300u + 13);
}

TEST(Sdram, WordsReadAheadAnswerInTwoCycles) {
  Port port(f469());
  port.read(0);
  for (const std::uint32_t offset : {4u, 8u, 12u, 16u}) EXPECT_EQ(port.read(offset), 2u) << offset;
  EXPECT_EQ(port.count("fifo_hits"), 4u);
  EXPECT_EQ(port.read(20), 13u);
}

TEST(Sdram, TheWordThatWasReadIsKeptToo) {
  Port port(f469());
  port.read(0, 1);
  for (const std::uint32_t offset : {1u, 2u, 3u}) EXPECT_EQ(port.read(offset, 1), 2u) << offset;
}

/// 16 bits: half-words 2, 3 and 4 arrive 2, 4 and 6 HCLK behind the answer.
TEST(Sdram, AWordReadAheadIsThereWhenItsHalvesAre) {
  Port port(f746());
  port.read(0);
  EXPECT_EQ(port.read(4), 4u);
  Port later(f746());
  later.read(0);
  later.now += 2;
  EXPECT_EQ(later.read(4), 2u);
  EXPECT_EQ(later.read(8), 11u);  // its first half is there, the other one is read
}

TEST(Sdram, ReadingAheadEndsWithTheRowAndWithRburst) {
  Port port(f469());
  port.read(1024 - 8);
  EXPECT_EQ(port.read(1024 - 4), 2u);
  EXPECT_EQ(port.read(1024), 21u);
  SdramParameters off = f469();
  off.read_ahead = false;
  Port single(off);
  single.read(0);
  EXPECT_EQ(single.read(4), 13u);
  EXPECT_EQ(single.read(4), 13u);
}

TEST(Sdram, AMissEmptiesTheReadFifo) {
  Port port(f469());
  port.read(0);
  port.read(0x100);
  EXPECT_EQ(port.read(4), 13u);
}

/// The row opens (TRCD) and two half-words go out: 8 HCLK from the cycle the word is accepted, then
/// 4 per word. 16 entries: the store that comes in cycle 19 is the first to wait, for entry 3,
/// which leaves in cycle 1 + 8 + 3 x 4 = 21.
TEST(Sdram, AFullWriteFifoMakesStoresWaitForTheDrain) {
  Port port(f746());
  for (std::uint32_t i = 0; i < 19; ++i) EXPECT_EQ(port.write(4 * i), 1u) << i;
  EXPECT_EQ(port.write(4 * 19), 3u);
  for (std::uint32_t i = 20; i < 40; ++i) EXPECT_EQ(port.write(4 * i), 4u) << i;
  Port wide(f469());  // a word per SDCLK
  for (std::uint32_t i = 0; i < 60; ++i) wide.write(4 * i);
  EXPECT_EQ(wide.write(4 * 60), 2u);
}

TEST(Sdram, AReadWaitsUntilWritesAreDrained) {
  Port port(f746());
  port.write(0);  // accepted in cycle 1, drained in 9
  EXPECT_EQ(port.read(4), 8u + 13u);
  Port bytes(f746());
  bytes.write(0, 1);  // one bus word
  EXPECT_EQ(bytes.read(4), 6u + 13u);
  Port idle(f746());
  idle.write(0);
  idle.now = 9;
  EXPECT_EQ(idle.read(4), 13u);
}

/// A row change adds TWR + TRP + TRCD = 6 SDCLK to the 2 of the word.
TEST(Sdram, WritesToAnotherRowOfTheBankPayForIt) {
  Port port(f746());
  port.write(0);
  port.write(kRow);
  port.now = 9;  // where the first one is drained
  EXPECT_EQ(port.read(kRow + 4), 16u + 13u);
  Port banks(f746());
  banks.write(0);
  banks.write(kBank);  // TRCD alone
  banks.now = 9;
  EXPECT_EQ(banks.read(kBank + 4), 8u + 13u);
}

TEST(Sdram, AWriteEmptiesTheReadFifo) {
  Port port(f469());
  port.read(0);
  port.write(0x100);
  port.now += 100;
  EXPECT_EQ(port.read(4), 13u);
}

TEST(Sdram, ALineGoesOutThroughTheWriteFifo) {
  Port port(f746());
  EXPECT_EQ(port.write(0, 32), 8u);
  EXPECT_EQ(port.read(0x40), 1u + 4 + 32 - 8 + 13);
}

/// Every 100 SDCLK = 200 HCLK the port is blocked for TRP + TRC = 9 SDCLK = 18 HCLK, and all rows
/// are closed behind it.
TEST(Sdram, RefreshBlocksThePortAndClosesRows) {
  const auto read_at = [](Cycles arrival) {
    SdramParameters parameters = f746();
    parameters.refresh = 100;
    Port port(parameters);
    port.read(0);
    port.now = arrival;
    return port.read(0x40);
  };
  EXPECT_EQ(read_at(199), 13u);
  EXPECT_EQ(read_at(200), 18u + 17);
  EXPECT_EQ(read_at(217), 1u + 17);
  EXPECT_EQ(read_at(218), 17u);
  EXPECT_EQ(read_at(399), 17u);
  EXPECT_EQ(read_at(400), 18u + 17);
}

TEST(Sdram, ARefreshThatIsDueInATransferFollowsIt) {
  SdramParameters parameters = f746();
  parameters.refresh = 100;
  Port port(parameters);
  port.now = 195;
  EXPECT_EQ(port.read(0), 17u);          // until 212
  EXPECT_EQ(port.read(0x40), 18u + 17);  // refresh from 212 to 230
  EXPECT_EQ(port.count("refreshes"), 1u);
}

TEST(Sdram, RefreshesOfALongPauseAreCounted) {
  SdramParameters parameters = f746();
  parameters.refresh = 1540;
  Port port(parameters);
  port.now = 3080u * 1'000'000'000ull + 100;
  EXPECT_EQ(port.read(0), 17u);
  EXPECT_EQ(port.count("refreshes"), 1'000'000'000u);
}

TEST(Sdram, CoreCyclesFollowTheBusClock) {
  SdramParameters parameters = f746();
  parameters.core_per_hclk = 2;
  Port port(parameters);
  EXPECT_EQ(port.read(0), 34u);
  EXPECT_EQ(port.read(0x40), 26u);
  EXPECT_EQ(port.write(0x80), 2u);
}

/// Measured on the F746-DISCO without caches: 29 core cycles a word copied from SDRAM to SDRAM. At
/// the port it is 13 of the load, one of the store, 4 of its drain before the next load; the core's
/// path to the port (6 there and back) and the loop are the rest.  Source: boards-and-memories
/// facts 8.5 (micropython PR 4032).
TEST(Sdram, ACopyWithoutCachesIsSlowedByItsStores) {
  Port port(f746());
  const auto copy = [&](std::uint32_t from, std::uint32_t to, std::uint32_t words) {
    const Cycles begin = port.now;
    for (std::uint32_t i = 0; i < words; ++i) {
      port.read(from + 4 * i);
      port.write(to + 4 * i);
    }
    return port.now - begin;
  };
  copy(0, kBank, 2);  // the first store opens its row, which the load behind it waits for
  EXPECT_EQ(copy(8, kBank + 8, 100), 100u * 18);
}

/// TRAS and TRC hold where a bank's next row would come too soon.
TEST(Sdram, ARowStaysOpenForTras) {
  SdramParameters parameters = f746();
  parameters.tras = 15;  // activated in cycle 3, precharge from 33 on
  parameters.trc = 1;
  Port port(parameters);
  port.read(0);                               // until 17
  EXPECT_EQ(port.read(kRow), 33u - 20 + 21);  // the precharge would go out in 17 + 3
  parameters.tras = 1;
  parameters.trc = 16;  // activate from 35 on, 24 without
  Port slow(parameters);
  slow.read(0);
  EXPECT_EQ(slow.read(kRow), 35u - 24 + 21);
}

TEST(Sdram, AProbeIsTheAnswerAndChangesNothingAndNoneIsAboveTheBound) {
  std::mt19937 random(7);
  for (SdramParameters parameters : {f746(), f469()}) {
    parameters.refresh = random() % 2 == 0 ? 20 : 1386;
    Sdram sdram(parameters);
    Cycles now = 0;
    for (unsigned i = 0; i < 20'000; ++i) {
      const std::uint32_t size = 1u << random() % 6;
      const auto offset = static_cast<std::uint32_t>(random() % (i % 64 < 32 ? 2048 : 8u << 20));
      const auto kind = random() % 3 == 0 ? bus::AccessKind::read : bus::AccessKind::write;
      const Request request{offset / size * size, size, kind, now};
      const Response probe = sdram.probe(request);
      const Response response = sdram.transfer(request);
      ASSERT_EQ(probe.first, response.first);
      ASSERT_EQ(probe.last, response.last);
      ASSERT_LE(response.last - now, sdram.most_cycles());
      ASSERT_GT(response.first, now);
      ASSERT_GE(response.last, response.first);
      now = response.first + (random() % 8 == 0 ? random() % 100 : 0);
    }
  }
}

TEST(TimedMemory, WaitsAreTheTargetsCyclesButOne) {
  TimedMemory memory(std::make_unique<Sdram>(f469()));
  bus::MicroState none;
  const auto load = [&](std::uint32_t offset, Cycles now) {
    return memory.data(none, {offset, 4, bus::AccessKind::read, false, 0, now}, nullptr);
  };
  EXPECT_EQ(load(0x100, 0), 16u);
  EXPECT_EQ(load(0x180, 19), 12u);
  EXPECT_EQ(memory.data(none, {0x180, 4, bus::AccessKind::write, false, 0, 100}, nullptr), 0u);
  EXPECT_EQ(memory.fetch(none, 0x200, 0, 200, nullptr), 12u);
}

TEST(TimedMemory, ALookAheadChangesNothingAndIsNotMemoised) {
  TimedMemory memory(std::make_unique<Sdram>(f469()));
  bus::MicroState none;
  for (unsigned i = 0; i < 2; ++i) {
    bus::FoldLog log;
    EXPECT_EQ(memory.data(none, {0, 4, bus::AccessKind::read, false, 0, 0}, &log), 16u);
    EXPECT_FALSE(log.foldable);
  }
}

TEST(TimedMemory, ALookAheadSeesWhatItAskedForBefore) {
  TimedMemory memory(std::make_unique<Sdram>(f469()));
  bus::MicroState none;
  bus::FoldLog log;
  EXPECT_EQ(memory.data(none, {0, 4, bus::AccessKind::read, false, 0, 0}, &log), 16u);
  EXPECT_EQ(memory.data(none, {0x80, 4, bus::AccessKind::read, false, 0, 17}, &log), 12u);
}

TEST(Sdram, BytesOverThePinsAreWholeBusWordsWithThoseReadAhead) {
  Port port(f746());
  port.read(0);
  EXPECT_EQ(port.count("device_read_bytes"), (2u + 3) * 2);  // CAS + 1 more words of 16 bits
  port.read(4);                                              // out of the FIFO
  EXPECT_EQ(port.count("device_read_bytes"), (2u + 3) * 2);
  port.write(0, 1);
  EXPECT_EQ(port.count("device_write_bytes"), 2u);
  port.write(0, 32);
  EXPECT_EQ(port.count("device_write_bytes"), 2u + 32);
  SdramParameters parameters = f746();
  parameters.read_ahead = false;
  Port plain(parameters);
  plain.read(0, 1);
  plain.read(0, 32);
  EXPECT_EQ(plain.count("device_read_bytes"), 2u + 32);
}

TEST(Sdram, ClosedRowsAndConflictsActivate) {
  Port port(f746());
  port.read(0);
  EXPECT_EQ(port.count("activates"), 1u);
  port.read(256);
  EXPECT_EQ(port.count("activates"), 1u);
  port.read(4 * kRow);  // a conflict
  port.read(kBank);     // another bank
  EXPECT_EQ(port.count("activates"), 3u);
}

}  // namespace
}  // namespace mcost::memory
