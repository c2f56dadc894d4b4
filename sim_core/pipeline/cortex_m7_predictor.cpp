#include "sim_core/pipeline/cortex_m7_predictor.h"

#include <algorithm>

namespace mcost::pipeline {
namespace {

constexpr std::uint8_t kStrongestTaken = 3;
constexpr std::uint8_t kWeakestTaken = 2;
constexpr std::uint8_t kWeakestNotTaken = 1;

}  // namespace

M7Predictor::Entry& M7Predictor::take_in(Address pc, bool taken) {
  if (entries_.size() >= capacity_) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    entries_.erase(oldest);
  }
  Entry& entry = entries_[pc];
  entry.counter = taken ? kWeakestTaken : kWeakestNotTaken;
  return entry;
}

bool M7Predictor::resolve(const OpTiming& op, Address pc, bool taken, Address target) {
  const bool is_direct = op.direct_target != 0;
  if (is_direct && !op.conditional && !op.in_it_block) return true;  // decoded ahead of its issue
  const auto known = entries_.find(pc);
  bool right = false;
  if (known == entries_.end()) {
    const bool guess = is_direct && op.direct_target <= pc;
    right = guess == taken;
    if (!taken) return right;  // a branch comes into the table when it is first taken
  } else {
    const bool guess = known->second.counter >= kWeakestTaken;
    right = guess == taken && (!taken || known->second.target == target);
  }
  Entry& entry = known == entries_.end() ? take_in(pc, taken) : known->second;
  if (taken) {
    entry.target = target;
    entry.counter = std::min<std::uint8_t>(entry.counter + 1, kStrongestTaken);
  } else if (entry.counter > 0) {
    --entry.counter;
  }
  entry.used = ++now_;
  return right;
}

}  // namespace mcost::pipeline
