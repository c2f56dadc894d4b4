// Branch prediction of the Cortex-M7: a table of branches with their last target and a two-bit
// counter. Depends on the pipeline contract.
//
// The manual gives no size, no replacement and no rule for a branch that is not in the table
// (core-timing.md 5.6, UNK). All `assumed`: fully associative with the least recently used entry
// replaced, backward taken and forward not taken on a miss, an entry in its weak state for each
// branch that is taken or was guessed wrongly, no stack of return addresses.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::pipeline {

class M7Predictor final : public BranchPredictor {
 public:
  explicit M7Predictor(std::uint32_t entries) : capacity_(entries) {}
  bool resolve(const OpTiming& op, Address pc, bool taken, Address target) override;
  [[nodiscard]] std::unique_ptr<BranchPredictor> clone() const override;
  [[nodiscard]] std::uint64_t signature() const override;

 private:
  struct Entry {
    Address pc = 0;
    Address target = 0;
    std::uint8_t counter = 0;  // 0, 1: not taken; 2, 3: taken
    std::uint64_t used = 0;
  };
  [[nodiscard]] Entry*& place_of(Address pc) { return recent_[pc >> 1 & (recent_.size() - 1)]; }
  [[nodiscard]] Entry* find(Address pc);
  void take_in(Address pc, bool taken, Address target);

  std::uint32_t capacity_;
  std::uint64_t now_ = 0;
  std::unordered_map<Address, Entry> entries_;
  std::array<Entry*, 256> recent_{};  // in front of entries_, by address; null or one of them
};

}  // namespace mcost::pipeline
