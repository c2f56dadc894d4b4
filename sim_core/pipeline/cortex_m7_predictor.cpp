#include "sim_core/pipeline/cortex_m7_predictor.h"

#include <algorithm>
#include <vector>

#include "sim_core/base/signature.h"

namespace mcost::pipeline {
namespace {

constexpr std::uint8_t kStrongestTaken = 3;
constexpr std::uint8_t kWeakestTaken = 2;
constexpr std::uint8_t kWeakestNotTaken = 1;

}  // namespace

void M7Predictor::take_in(Address pc, bool taken, Address target) {
  if (entries_.size() >= capacity_) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    Entry*& place = place_of(oldest->first);
    if (place == &oldest->second) place = nullptr;
    entries_.erase(oldest);
  }
  entries_[pc] = {pc, taken ? target : 0, taken ? kWeakestTaken : kWeakestNotTaken, ++now_};
}

M7Predictor::Entry* M7Predictor::find(Address pc) {
  Entry*& place = place_of(pc);
  if (place != nullptr && place->pc == pc) return place;
  const auto known = entries_.find(pc);
  if (known == entries_.end()) return nullptr;
  place = &known->second;
  return place;
}

bool M7Predictor::resolve(const OpTiming& op, Address pc, bool taken, Address target) {
  const bool is_direct = op.direct_target != 0;
  if (is_direct && !op.conditional && !op.in_it_block) return true;  // decoded ahead of its issue
  Entry* const known = find(pc);
  if (known == nullptr) {
    const bool guess = is_direct && op.direct_target <= pc;
    const bool right = guess == taken;
    // What falls through as guessed needs no entry.
    if (taken || !right) take_in(pc, taken, target);
    return right;
  }
  Entry& entry = *known;
  const bool guess = entry.counter >= kWeakestTaken;
  const bool right = guess == taken && (!taken || entry.target == target);
  if (taken) {
    entry.target = target;
    entry.counter = std::min<std::uint8_t>(entry.counter + 1, kStrongestTaken);
  } else if (entry.counter > 0) {
    --entry.counter;
  }
  entry.used = ++now_;
  return right;
}

std::unique_ptr<BranchPredictor> M7Predictor::clone() const {
  auto copy = std::make_unique<M7Predictor>(capacity_);
  copy->now_ = now_;
  copy->entries_ = entries_;  // recent_ stays empty: it points into the entries
  return copy;
}

/// Entries from the one used longest ago on: times themselves do not matter.
std::uint64_t M7Predictor::signature() const {
  std::vector<const Entry*> entries;
  for (const auto& [pc, entry] : entries_) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const Entry* a, const Entry* b) { return a->used < b->used; });
  Signature signature;
  signature.add(capacity_);
  for (const Entry* entry : entries) signature.add(entry->pc, entry->target, entry->counter);
  return signature.value();
}

}  // namespace mcost::pipeline
