// A prefetch unit that runs ahead of issue along the path the program takes: a queue of a few bus
// words. A word is asked for when it is needed, at the earlier cycle in which the unit could have
// sent its address. Depends on bus and base.
//
// `assumed`: what is fetched behind a branch that goes elsewhere has no effect.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim_core/base/cause.h"
#include "sim_core/base/units.h"
#include "sim_core/bus/timing_port.h"

namespace mcost::pipeline {

/// Cycles are of the port clock, which trails issue.
template <unsigned kWords>
struct AheadFetchState {
  std::uint16_t lag = 0;                    // from the port clock to the cycle of the last issue
  std::uint16_t next_free = 0;              // when the unit can send the next address
  std::array<std::uint8_t, kWords> left{};  // when issue left the last words, oldest first
  std::uint8_t holds_head = 0;              // the word of the next instruction has been asked for
  std::uint8_t memory = 0;                  // that answered last
};

template <unsigned kBytes, unsigned kWords>
class AheadFetch {
 public:
  AheadFetch(AheadFetchState<kWords>& state, bus::TimingPort& port) : state_(state), port_(port) {}

  /// Asks for what an instruction needs. Returns the first cycle it can issue in, relative to the
  /// last issue; not positive if it was there.
  int ready(Address pc, unsigned size_bytes) {
    int arrival = 0;
    waited_ = false;
    const Address last = (pc + size_bytes - 1) / kBytes;
    for (Address word = pc / kBytes; word <= last; ++word) {
      const bool is_first = word == pc / kBytes;
      if (is_first && state_.holds_head != 0) continue;
      const unsigned start = std::max<unsigned>(state_.next_free, state_.left[is_first ? 0 : 1]);
      const bus::Wait wait = port_.fetch(word * kBytes, start);
      state_.memory = wait.memory;
      waited_ = waited_ || wait.cycles > 0;
      const unsigned end = start + 1 + wait.cycles;
      state_.next_free = static_cast<std::uint16_t>(std::min(end, kMost));
      arrival = static_cast<int>(end);
    }
    return arrival - static_cast<int>(state_.lag);
  }

  /// The instruction issued in cycle `at` relative to the last issue, and `next` follows it.
  void leave(Address pc, unsigned size_bytes, bool branches, Address next, int at) {
    const auto now = static_cast<std::uint8_t>(std::min<int>(state_.lag + at, 255));
    const Address last = (pc + size_bytes - 1) / kBytes;
    for (Address word = pc / kBytes; word < last; ++word) note_left(now);
    const bool stays = !branches && next / kBytes == last;
    if (!stays) note_left(now);
    state_.holds_head = stays ? 1 : 0;
  }

  /// Nothing fetched is of use; the next address goes out in cycle `at` relative to the last issue.
  void restart(int at) {
    state_.next_free = static_cast<std::uint16_t>(state_.lag + at);
    state_.left = {};
    state_.holds_head = 0;
  }

  /// Issue moves on by `elapsed` cycles; returns by how much the port clock moves.
  unsigned advance(unsigned elapsed) {
    const unsigned issue = state_.lag + elapsed;
    const unsigned next = std::max<unsigned>(state_.next_free, state_.left[0]);
    const unsigned step = std::max(std::min(issue, next), issue > kMostLag ? issue - kMostLag : 0);
    const auto age = [step](auto& when) {
      when = static_cast<std::remove_reference_t<decltype(when)>>(when > step ? when - step : 0);
    };
    age(state_.next_free);
    for (std::uint8_t& when : state_.left) age(when);
    state_.lag = static_cast<std::uint16_t>(issue - step);
    return step;
  }

  [[nodiscard]] unsigned port_cycle(int at) const { return state_.lag + static_cast<unsigned>(at); }
  [[nodiscard]] std::uint8_t memory() const { return state_.memory; }
  /// Why an instruction was not there: its memory, or the way from a branch.
  [[nodiscard]] Cause cause() const { return waited_ ? Cause::fetch_wait : Cause::refill; }

 private:
  static constexpr unsigned kMostLag = 63;
  static constexpr unsigned kMost = 0xFFFF;

  void note_left(std::uint8_t now) {
    std::shift_left(state_.left.begin(), state_.left.end(), 1);
    state_.left.back() = now;
  }

  AheadFetchState<kWords>& state_;
  bus::TimingPort& port_;
  bool waited_ = false;
};

}  // namespace mcost::pipeline
