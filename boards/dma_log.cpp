#include "boards/dma_log.h"

#include <algorithm>

namespace mcost::boards {

void DmaLog::begin(Handle& handle, const std::string& channel, Address from, Address to,
                   Cycles now) {
  end(handle, DmaEnding::stopped, now);
  if (transfers_.size() == kMost) {
    ++dropped_;
    return;
  }
  handle.index_ = transfers_.size();
  DmaTransfer transfer;
  transfer.channel = channel;
  transfer.begin = std::max(now, handle.free_);
  transfer.from = from;
  transfer.to = to;
  transfers_.push_back(std::move(transfer));
}

void DmaLog::end(Handle& handle, DmaEnding ending, Cycles now) {
  if (handle.index_ == Handle::kNone) return;
  DmaTransfer& transfer = transfers_[handle.index_];
  transfer.end = std::max(now, transfer.begin);
  transfer.ending = ending;
  handle.free_ = transfer.end;
  handle.index_ = Handle::kNone;
}

DmaTransfers DmaLog::transfers(Cycles now) const {
  DmaTransfers result{transfers_, dropped_};
  for (DmaTransfer& transfer : result.list) {
    if (transfer.ending == DmaEnding::unfinished) transfer.end = std::max(now, transfer.begin);
  }
  // A transfer that follows in its channel begins when its last item is over, which may be behind
  // what another channel began meanwhile.
  std::stable_sort(result.list.begin(), result.list.end(),
                   [](const DmaTransfer& a, const DmaTransfer& b) { return a.begin < b.begin; });
  return result;
}

}  // namespace mcost::boards
