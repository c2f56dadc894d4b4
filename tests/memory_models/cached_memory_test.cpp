// Latencies are those of boards-and-memories facts 7, as wait cycles: one less than the cycles the
// core sees. Contents: what the core sees and what memory holds.
#include "memory_models/cached_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>

#include "sim_core/bus/window.h"
#include "tests/memory_models/mock_port.h"

namespace mcost::memory {
namespace {

using bus::AccessKind;
using bus::CachePolicy;
using Way = bus::LineUse::Way;

constexpr AxiPath kSram{};  // F746: 32-bit beats behind one bridge
constexpr AxiPath kFlash{.beat_bytes = 8, .wait_states = 7, .buffer_bytes = 32};
// H743, AXI at half the core clock; address and interconnect take three bus clocks.
constexpr AxiPath kAxiSram{.bridge_cycles = 3, .beat_bytes = 8, .clock_ratio = 2};
constexpr AxiPath kH7Flash{
    .bridge_cycles = 3, .beat_bytes = 8, .clock_ratio = 2, .wait_states = 4, .buffer_bytes = 32};
constexpr AxiPath kH7Sram1{.bridge_cycles = 6, .clock_ratio = 2, .line_extra_cycles = 5};

/// One memory of 4 KiB behind caches of 256 bytes: 2 sets of data in 4 ways.
class CachedMemoryTest : public testing::Test {
 protected:
  explicit CachedMemoryTest(const AxiPath& path = kSram) : l1_({256, 2, 256, 4, true, true}) {
    memory_.set_contents(4096, 0);
    memory_.is_ram = true;
    model_ = std::make_unique<CachedMemory>(l1_, memory_, CachedMemory::Place{0, 0x20010000}, path);
  }
  /// An access as the engine makes it: lines move, then it is timed. Returns its wait.
  std::uint32_t access(std::uint32_t offset, AccessKind kind,
                       CachePolicy policy = CachePolicy::write_back_allocate) {
    bus::Transfer transfer{offset, 4, kind, false, 0, now_, {}};
    transfer.use = model_->use_data_line(offset, kind, policy);
    way_ = transfer.use.way;
    const std::uint32_t wait = model_->data(state_, transfer, nullptr);
    late_ = model_->take_late(state_);
    return wait;
  }
  std::uint32_t load(std::uint32_t offset, CachePolicy policy = CachePolicy::write_back_allocate) {
    return access(offset, AccessKind::read, policy);
  }
  std::uint32_t store(std::uint32_t offset, std::uint32_t value,
                      CachePolicy policy = CachePolicy::write_back_allocate) {
    const std::uint32_t wait = access(offset, AccessKind::write, policy);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &value, 4);
    if (way_ == Way::around) {
      model_->write_behind(offset, bytes.data(), 4);
    } else {
      std::memcpy(memory_.bytes.data() + offset, bytes.data(), 4);
      if (way_ == Way::through) model_->write_through(offset, 4);
    }
    return wait;
  }
  void pass(Cycles cycles) {
    model_->age(state_, cycles);
    now_ += cycles;
  }
  [[nodiscard]] std::uint32_t seen_by_core(std::uint32_t offset) const {
    std::uint32_t value = 0;
    std::memcpy(&value, memory_.bytes.data() + offset, 4);
    return value;
  }
  [[nodiscard]] std::uint32_t in_memory(std::uint32_t offset) const {
    std::array<std::uint8_t, 4> bytes{};
    model_->read_behind(offset, bytes.data(), 4);
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data(), 4);
    return value;
  }
  void dma_writes(std::uint32_t offset, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &value, 4);
    model_->write_behind(offset, bytes.data(), 4);
  }
  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  L1 l1_;
  bus::Memory memory_;
  std::unique_ptr<CachedMemory> model_;
  bus::MicroState state_;
  Cycles now_ = 0;
  Way way_ = Way::hit;
  std::uint32_t late_ = 0;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

struct Latency {
  const char* name;
  AxiPath path;
  std::uint32_t first;  // 8 bytes, of a line
  std::uint32_t line;
  std::uint32_t word;  // uncached
};

class Latencies : public CachedMemoryTest, public testing::WithParamInterface<Latency> {
 protected:
  Latencies() : CachedMemoryTest(GetParam().path) {}
};

TEST_P(Latencies, AreThoseOfTheTable) {
  EXPECT_EQ(load(0), GetParam().first - 1);
  EXPECT_EQ(late_, GetParam().first - 1);  // nothing but its result waits
  // The third line finds both line-fill buffers taken until the first is complete.
  load(32);
  EXPECT_EQ(load(64) - late_, GetParam().line);
  state_ = {};
  EXPECT_EQ(load(1024, CachePolicy::uncached), GetParam().word - 1);
  EXPECT_EQ(late_, 0u);
}

INSTANTIATE_TEST_SUITE_P(Facts7, Latencies,
                         testing::Values(Latency{"f7_sram", kSram, 8, 14, 7},
                                         Latency{"f7_flash", kFlash, 14, 17, 14},
                                         Latency{"h7_axi_sram", kAxiSram, 15, 21, 15},
                                         Latency{"h7_flash", kH7Flash, 23, 29, 23},
                                         Latency{"h7_sram1", kH7Sram1, 23, 40, 21}),
                         [](const testing::TestParamInfo<Latency>& latency) {
                           return latency.param.name;
                         });

class F7Flash : public CachedMemoryTest {
 protected:
  F7Flash() : CachedMemoryTest(kFlash) {}
};

TEST_F(F7Flash, SingleReadsOfTheBufferedLineSkipTheArray) {
  EXPECT_EQ(load(0, CachePolicy::uncached), 13u);
  pass(20);
  EXPECT_EQ(load(28, CachePolicy::uncached), 6u);
  pass(20);
  EXPECT_EQ(load(32, CachePolicy::uncached), 13u);
}

TEST_F(F7Flash, FetchesBringLinesOfTheirOwnAndOneAtATime) {
  EXPECT_EQ(model_->fetch(state_, 0, 0, 0, nullptr), 13u);
  EXPECT_EQ(model_->fetch(state_, 8, 0, 0, nullptr), 0u);
  // The first line is complete after 17 cycles, then the second is asked for.
  EXPECT_EQ(model_->fetch(state_, 32, 0, 0, nullptr), 17u + 13);
  // Its array read and three more beats keep the port until cycle 32.
  EXPECT_EQ(load(0), 32u + 8 + 2 - 1);
}

TEST_F(F7Flash, LineFillIsOneReadOfAnArrayOfItsWidth) {
  for (std::uint32_t offset = 0; offset < 64; offset += 4) load(offset);
  for (std::uint32_t offset = 0; offset < 64; offset += 8)
    model_->fetch(state_, offset, 0, 0, nullptr);
  EXPECT_EQ(state_.take_array_reads(), 2u + 2);  // two lines in each cache
  for (std::uint32_t offset = 0; offset < 64; offset += 8)
    model_->fetch(state_, offset, 0, 0, nullptr);
  EXPECT_EQ(state_.take_array_reads(), 0u);
}

TEST_F(F7Flash, SingleReadsReachTheArrayUnlessItsBufferHasTheLine) {
  for (const std::uint32_t offset : {0u, 4u, 28u, 32u, 0u}) load(offset, CachePolicy::uncached);
  EXPECT_EQ(state_.take_array_reads(), 3u);
}

class NarrowFlash : public CachedMemoryTest {
 protected:
  NarrowFlash() : CachedMemoryTest({.beat_bytes = 8, .wait_states = 7, .buffer_bytes = 16}) {}
};

TEST_F(NarrowFlash, LineFillReadsTheArrayTwice) {
  load(0);
  EXPECT_EQ(state_.take_array_reads(), 2u);
}

TEST_F(CachedMemoryTest, RamHasNoArrayToRead) {
  load(0);
  load(1024, CachePolicy::uncached);
  model_->fetch(state_, 2048, 0, 0, nullptr);
  EXPECT_EQ(state_.take_array_reads(), 0u);
  EXPECT_FALSE(model_->has_array());
}

TEST_F(CachedMemoryTest, SecondLineWaitsForThePortAlone) {
  EXPECT_EQ(load(0), 7u);
  // Eight beats of the first line keep the port until cycle 12; then two beats and the way back.
  EXPECT_EQ(load(32), 12u + 2 + 2 - 1);
  EXPECT_EQ(late_, 15u);
  pass(16);
  EXPECT_EQ(load(4), 0u);
  EXPECT_EQ(way_, Way::hit);
}

TEST_F(CachedMemoryTest, LineGoesBackWhenItIsReplacedAndTheThirdWaitsForABuffer) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    store(64 * i, i + 1);
    pass(100);
  }
  EXPECT_EQ(in_memory(0), 0u);
  EXPECT_EQ(load(256), 7u);  // the fill goes first
  EXPECT_EQ(in_memory(0), 1u);
  EXPECT_EQ(seen_by_core(0), 1u);
  // The port: fill until 12, its eviction until 20, fill of the next until 28.
  EXPECT_EQ(load(320), 20u + 2 + 2 - 1);
  pass(100);
  EXPECT_EQ(load(0), 7u);
  EXPECT_EQ(way_, Way::fill);
  EXPECT_EQ(seen_by_core(0), 1u);
}

TEST_F(CachedMemoryTest, RoundRobinReplacesInTheOrderOfFills) {
  for (const std::uint32_t offset : {0u, 64u, 128u, 192u}) load(offset);
  load(0);  // a use that does not matter
  load(256);
  load(64);
  EXPECT_EQ(way_, Way::hit);
  load(0);
  EXPECT_EQ(way_, Way::fill);
  load(64);
  EXPECT_EQ(way_, Way::fill);
}

TEST_F(CachedMemoryTest, WhatADmaWritesUnderALineIsSeenOnlyWhenTheLineHasGone) {
  load(0);
  dma_writes(4, 77);
  EXPECT_EQ(seen_by_core(4), 0u);
  EXPECT_EQ(in_memory(4), 77u);
  // Cleaning writes dirty lines only.
  l1_.maintain_line(*model_, 0, true, false, 0);
  EXPECT_EQ(in_memory(4), 77u);
  l1_.maintain_line(*model_, 0, false, true, 0);
  EXPECT_EQ(seen_by_core(4), 77u);
  dma_writes(4, 78);
  EXPECT_EQ(seen_by_core(4), 78u);  // no line, no copy
}

TEST_F(CachedMemoryTest, ADmaReadsWhatWasLastWrittenBack) {
  store(0, 5);
  EXPECT_EQ(seen_by_core(0), 5u);
  EXPECT_EQ(in_memory(0), 0u);
  l1_.maintain_line(*model_, 0, true, false, 0);
  EXPECT_EQ(in_memory(0), 5u);
  store(0, 6);
  EXPECT_EQ(in_memory(0), 5u);
}

TEST_F(CachedMemoryTest, InvalidatingWithoutCleaningLosesWhatWasWritten) {
  store(0, 5);
  l1_.maintain_line(*model_, 0, false, true, 0);
  EXPECT_EQ(seen_by_core(0), 0u);
}

TEST_F(CachedMemoryTest, ADirtyLineOverwritesWhatADmaWroteBesideIt) {
  store(0, 5);
  dma_writes(4, 77);
  l1_.maintain_line(*model_, 0, true, true, 0);
  EXPECT_EQ(in_memory(0), 5u);
  EXPECT_EQ(in_memory(4), 0u);
}

TEST_F(CachedMemoryTest, SetAndWayReachEveryLine) {
  store(32, 5);
  std::uint32_t written = 0;
  for (std::uint32_t set = 0; set < 2; ++set) {
    for (std::uint32_t way = 0; way < 4; ++way)
      written += l1_.maintain_way(set, way, true, true, 0).lines;
  }
  EXPECT_EQ(written, 1u);
  EXPECT_EQ(in_memory(32), 5u);
  EXPECT_EQ(l1_.maintain_way(2, 0, true, true, 0).lines, 0u);  // no such set
}

TEST_F(CachedMemoryTest, WriteThroughKeepsMemoryUpToDateAndAllocatesForReadsAlone) {
  store(0, 5, CachePolicy::write_through);
  EXPECT_EQ(way_, Way::around);
  EXPECT_EQ(in_memory(0), 5u);
  load(0, CachePolicy::write_through);
  EXPECT_EQ(way_, Way::fill);
  // Its beat goes behind those of the line, which end in cycle 12.
  EXPECT_EQ(store(0, 6, CachePolicy::write_through), 12u + 1 + 2 - 1);
  EXPECT_EQ(way_, Way::through);
  EXPECT_EQ(in_memory(0), 6u);
  EXPECT_EQ(seen_by_core(0), 6u);
}

TEST_F(CachedMemoryTest, WithoutWriteAllocationAMissingStoreGoesToMemory) {
  EXPECT_EQ(store(0, 5, CachePolicy::write_back), 3u);
  EXPECT_EQ(way_, Way::around);
  load(0, CachePolicy::write_back);
  store(0, 6, CachePolicy::write_back);
  EXPECT_EQ(way_, Way::hit);
  EXPECT_EQ(in_memory(0), 5u);
}

TEST_F(CachedMemoryTest, OffItHoldsWhatItHeld) {
  store(0, 5);
  l1_.set_dcache(false);
  EXPECT_EQ(model_->data_path(), bus::DataPath::timed);
  store(0, 6);
  EXPECT_EQ(way_, Way::around);
  EXPECT_EQ(in_memory(0), 6u);
  l1_.set_dcache(true);
  EXPECT_EQ(seen_by_core(0), 5u);
  l1_.flush();
  EXPECT_EQ(in_memory(0), 5u);
}

TEST_F(CachedMemoryTest, TagsTellTheInlinePathWhatItMayDo) {
  const auto tag = [&] { return memory_.tags[1]; };
  EXPECT_EQ(tag(), bus::kAbsent | bus::kStoreNoted);
  load(0);
  EXPECT_EQ(tag(), bus::kStoreNoted);
  store(0, 1);
  EXPECT_EQ(tag(), 0);
  l1_.maintain_line(*model_, 0, true, false, 0);
  EXPECT_EQ(tag(), bus::kStoreNoted);
  l1_.maintain_line(*model_, 0, true, true, 0);
  EXPECT_EQ(tag(), bus::kAbsent | bus::kStoreNoted);
}

// The instruction cache has 4 sets of 2 ways: lines 1, 5, 9 and 13 share one.
TEST_F(CachedMemoryTest, MemoisedFillsBringWhatFetchesWouldHaveBrought) {
  bus::FoldLog log;
  log.keeps_fills = true;
  model_->fetch(state_, 1 * 32, 0, 0, &log);
  model_->fetch(state_, 2 * 32, 0, 0, &log);
  EXPECT_TRUE(log.foldable);
  EXPECT_EQ(log.brought, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_FALSE(model_->fetch_line_resident(1));
  EXPECT_TRUE(model_->bring_fetch_lines(log.brought, log.lines));
  EXPECT_TRUE(model_->fetch_line_resident(1) && model_->fetch_line_resident(2));
}

TEST_F(CachedMemoryTest, MemoisedFillsAreRefusedWhereTheySendAwayWhatTheVisitUses) {
  EXPECT_FALSE(model_->bring_fetch_lines({1, 5}, {}));  // which goes first matters
  EXPECT_FALSE(model_->fetch_line_resident(1));
  EXPECT_TRUE(model_->bring_fetch_lines({1}, {}));
  EXPECT_TRUE(model_->bring_fetch_lines({5}, {1}));
  const std::uint64_t before = model_->eviction_generation();
  EXPECT_FALSE(model_->bring_fetch_lines({9}, {1}));
  EXPECT_TRUE(model_->fetch_line_resident(1));
  EXPECT_EQ(model_->eviction_generation(), before);
  EXPECT_TRUE(model_->bring_fetch_lines({9}, {5}));
  EXPECT_FALSE(model_->fetch_line_resident(1));
  EXPECT_NE(model_->eviction_generation(), before);
}

TEST_F(CachedMemoryTest, CountsWhatItDid) {
  for (const std::uint32_t offset : {0u, 64u, 128u, 192u}) store(offset, 1);
  load(256);
  const auto counters = model_->counters();
  ASSERT_EQ(counters.size(), 5u);
  EXPECT_STREQ(counters[1].name, "dcache_misses");
  EXPECT_EQ(counters[1].value, 5u);
  EXPECT_EQ(counters[2].value, 5u);  // line fills
  EXPECT_EQ(counters[3].value, 1u);  // evictions
  EXPECT_EQ(counters[4].value, 1u);  // write-backs
}

}  // namespace
}  // namespace mcost::memory
