// What stands where the bus would be: asks one model in order, with a clock of its own.
#pragma once

#include <cstdint>

#include "sim_core/bus/memory_model.h"

namespace mcost::test {

class MockPort {
 public:
  explicit MockPort(bus::MemoryModel& model) : model_(model), state_(model.reset_state()) {}

  /// Fetches the word at `offset` now, lets the transfer end, and returns its wait cycles.
  std::uint32_t fetch(std::uint32_t offset, std::uint8_t view = 0) {
    const std::uint32_t wait = model_.fetch(state_, offset, view, 0, nullptr);
    pass(wait + 1);
    return wait;
  }
  /// Starts a fetch and lets no time pass.
  std::uint32_t begin_fetch(std::uint32_t offset, std::uint8_t view = 0) {
    return model_.fetch(state_, offset, view, 0, nullptr);
  }
  std::uint32_t load(std::uint32_t offset, std::uint8_t view = 0, bool missed = false) {
    const std::uint32_t wait = begin_load(offset, view, missed);
    pass(wait + 1);
    return wait;
  }
  std::uint32_t begin_load(std::uint32_t offset, std::uint8_t view = 0, bool missed = false) {
    return model_.data(state_, {offset, 4, bus::AccessKind::read, missed, view}, nullptr);
  }
  std::uint32_t store(std::uint32_t offset) {
    return model_.data(state_, {offset, 4, bus::AccessKind::write, false, 0}, nullptr);
  }
  void announce(std::uint32_t offset, std::uint8_t view = 0) {
    model_.announce_fetch(state_, offset, view);
  }
  void pass(Cycles cycles) { model_.age(state_, cycles); }
  bus::MicroState& state() { return state_; }
  /// Since the last call.
  std::uint32_t array_reads() { return state_.take_array_reads(); }

 private:
  bus::MemoryModel& model_;
  bus::MicroState state_;
};

}  // namespace mcost::test
