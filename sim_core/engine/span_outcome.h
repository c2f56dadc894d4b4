// What the data accesses and branches of a recorded span meet on a machine: hits, misses, lines
// that come and go, predictions. All of it follows from the order of accesses, none from time; so
// machines that differ in time alone share it, and need not look at addresses again. Depends on
// timing.h and the bus.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sim_core/bus/memory_model.h"
#include "sim_core/engine/timing.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

/// One way that visits of a kind went.
struct VisitOutcome {
  std::uint32_t kind = 0;
  std::uint32_t missed = 0;  // as Core::missed
  bool mispredicted = false;
  bool logged = false;                // timed one by one, by the log
  std::vector<LoggedAccess> log;      // without regions
  std::vector<std::uint8_t> regions;  // of the log
  std::vector<std::uint16_t> sites;   // by instruction
};

struct SpanOutcome {
  std::vector<VisitOutcome> outcomes;
  std::vector<std::uint32_t> items;  // as RecordedSpan::items, with outcomes for kinds
  using Counts = std::vector<bus::MemoryModel::DataCounts>;  // by memory, since the span began
  std::vector<Counts> at_hooks;
  Counts at_end;
  std::vector<std::shared_ptr<const void>> contents;  // by memory, where it ends
  std::shared_ptr<const pipeline::BranchPredictor> predictor;
  std::uint32_t used_as_device = 0;
};

/// Outcomes that are known, by span and by signature of the machine. For several threads.
class OutcomeStore {
 public:
  using Key = std::pair<std::size_t, std::uint64_t>;
  [[nodiscard]] std::shared_ptr<const SpanOutcome> find(const Key& key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : found->second;
  }
  /// Keeps it, up to a limit of memory.
  void keep(const Key& key, std::shared_ptr<const SpanOutcome> outcome) {
    const std::scoped_lock lock(mutex_);
    if (items_ + outcome->items.size() > kMostItems) return;
    items_ += outcome->items.size();
    known_.try_emplace(key, std::move(outcome));
  }

 private:
  static constexpr std::size_t kMostItems = 1u << 28;  // 1 GiB
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<const SpanOutcome>> known_;
  std::size_t items_ = 0;
};

}  // namespace mcost::engine
