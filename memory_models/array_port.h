// A flash array behind a line buffer: one request after the other, first come first served, the
// line read last kept for fetches and loads alike. Shared by flash models; acts on micro-state
// alone. Source: core-timing facts 0.4 and rows D2, M23, M24, M64, M65 (CC2652R).
#pragma once

#include <cstdint>

#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

struct ArrayPort {
  std::uint32_t array_bytes;
  std::uint32_t wait_states;
  bool buffered;  // the line buffer is on

  /// Words of the micro-state; offsets and lines are kept plus one, so that 0 means none.
  enum Word : unsigned { kHeld, kBusy, kAnnounced, kServedEarly, kServedIn, kFirstFree };

  static void age(bus::MicroState& state, Cycles elapsed) {
    for (const Word word : {kBusy, kServedIn}) {
      std::uint32_t& left = state.words[word];
      left = elapsed >= left ? 0 : left - static_cast<std::uint32_t>(elapsed);
    }
  }

  /// Wait cycles of a read that takes its turn now.
  std::uint32_t read(bus::MicroState& state, std::uint32_t offset) const {
    const std::uint32_t line = offset / array_bytes + 1;
    const bool hit = buffered && state.words[kHeld] == line;
    const std::uint32_t wait = state.words[kBusy] + (hit ? 0 : wait_states);
    state.words[kHeld] = buffered ? line : 0;
    state.words[kBusy] = wait + 1;
    return wait;
  }

  static void announce(bus::MicroState& state, std::uint32_t offset) {
    state.words[kAnnounced] = offset + 1;
  }

  std::uint32_t fetch(bus::MicroState& state, std::uint32_t offset) const {
    const bool early = state.words[kServedEarly] == offset + 1;
    const std::uint32_t left = state.words[kServedIn];
    state.words[kAnnounced] = state.words[kServedEarly] = state.words[kServedIn] = 0;
    return early ? left : read(state, offset);
  }

  /// A fetch whose address was on its bus before the load's goes first.
  std::uint32_t load(bus::MicroState& state, std::uint32_t offset) const {
    if (state.words[kAnnounced] != 0) {
      state.words[kServedEarly] = state.words[kAnnounced];
      state.words[kServedIn] = read(state, state.words[kAnnounced] - 1);
      state.words[kAnnounced] = 0;
    }
    return read(state, offset);
  }
};

}  // namespace mcost::memory
