// The log of DMA transfers: bounded, in the order of begins, without overlaps in a channel.
#include "boards/dma_log.h"

#include <gtest/gtest.h>

namespace mcost::boards {
namespace {

TEST(DmaLog, ATransferThatFollowsBeginsWhenTheOneBeforeIsOver) {
  DmaLog log;
  DmaLog::Handle a;
  DmaLog::Handle b;
  log.begin(a, "a", 1, 2, 100);
  log.end(a, DmaEnding::complete, 205);  // its last beat; registers said so before
  log.begin(a, "a", 1, 2, 203);
  log.begin(b, "b", 3, 4, 204);
  log.move(a, 16);
  log.begin(a, "a", 5, 6, 300);  // again, without a stop
  log.end(b, DmaEnding::failed, 204);
  log.end(b, DmaEnding::stopped, 400);  // nothing is open
  log.move(b, 4);
  const DmaTransfers transfers = log.transfers(500);
  const auto is = [&](std::size_t i, const char* channel, Cycles begin, Cycles end,
                      std::uint64_t bytes, DmaEnding ending) {
    const DmaTransfer& transfer = transfers.list.at(i);
    EXPECT_EQ(transfer.channel, channel) << i;
    EXPECT_EQ(transfer.begin, begin) << i;
    EXPECT_EQ(transfer.end, end) << i;
    EXPECT_EQ(transfer.bytes, bytes) << i;
    EXPECT_EQ(transfer.ending, ending) << i;
  };
  ASSERT_EQ(transfers.list.size(), 4u);
  is(0, "a", 100, 205, 0, DmaEnding::complete);
  is(1, "b", 204, 204, 0, DmaEnding::failed);
  is(2, "a", 205, 300, 16, DmaEnding::stopped);
  is(3, "a", 300, 500, 0, DmaEnding::unfinished);
}

TEST(DmaLog, WhatDoesNotFitIsCounted) {
  DmaLog log;
  DmaLog::Handle handle;
  for (Cycles i = 0; i < DmaLog::kMost + 3; ++i) {
    log.begin(handle, "a", 1, 2, i);
    log.move(handle, 4);
    log.end(handle, DmaEnding::complete, i + 1);
  }
  const DmaTransfers transfers = log.transfers(1'000'000);
  EXPECT_EQ(transfers.list.size(), DmaLog::kMost);
  EXPECT_EQ(transfers.dropped, 3u);
  EXPECT_EQ(transfers.list.back().end, DmaLog::kMost);
  EXPECT_EQ(transfers.list.back().bytes, 4u);
}

}  // namespace
}  // namespace mcost::boards
