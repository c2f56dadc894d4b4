// A flash array behind a line buffer: one request after the other, the line read last kept for
// fetches and loads alike. First come, first served, except that loads which follow each other
// without a gap keep the array: a fetch that waits meanwhile is served behind them. Shared by flash
// models; acts on micro-state alone. Source: core-timing facts 0.4 and rows D2, M23, M24, M64, M65,
// M67 (CC2652R; M67 on STM32F100 too).
#pragma once

#include <cstdint>

#include "sim_core/bus/memory_model.h"

namespace mcost::memory {

struct ArrayPort {
  std::uint32_t array_bytes;
  std::uint32_t wait_states;
  bool buffered;  // the line buffer is on

  /// Words of the micro-state; offsets and lines are kept plus one, so that 0 means none. Instants
  /// are cycles from now plus one; 0: past.
  enum Word : unsigned {
    kHeld,
    kBusy,
    kAnnounced,
    kServedEarly,
    kServedIn,
    kLoadEnds,     // instant at which the next load follows the last one without a gap
    kFetchStarts,  // instant at which the waiting fetch has its turn
    kFetchOffset,  // of that fetch
    kHeldBefore,   // line held before it
    kPutOff,       // cycles by which a load has put it off, until asked
    kFirstFree
  };

  static void age(bus::MicroState& state, Cycles elapsed) {
    for (const Word word : {kBusy, kServedIn, kLoadEnds, kFetchStarts}) {
      std::uint32_t& left = state.words[word];
      left = elapsed >= left ? 0 : left - static_cast<std::uint32_t>(elapsed);
    }
    if (state.words[kFetchStarts] == 0) state.words[kFetchOffset] = state.words[kHeldBefore] = 0;
  }

  /// Wait cycles of a read that takes its turn now.
  std::uint32_t read(bus::MicroState& state, std::uint32_t offset) const {
    const std::uint32_t line = offset / array_bytes + 1;
    const bool hit = buffered && state.words[kHeld] == line;
    state.array_reads += hit ? 0 : 1;
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
    return early ? left : read_waiting(state, offset);
  }

  /// A fetch whose address was on its bus before the load's goes first, unless loads keep the
  /// array.
  std::uint32_t load(bus::MicroState& state, std::uint32_t offset) const {
    const bool keeps = state.words[kLoadEnds] == 1;
    if (!keeps && state.words[kAnnounced] != 0) {
      state.words[kServedEarly] = state.words[kAnnounced];
      state.words[kServedIn] = read(state, state.words[kAnnounced] - 1);
    }
    state.words[kAnnounced] = 0;
    const bool overtakes = keeps && state.words[kFetchStarts] != 0;
    const std::uint32_t fetch_end = state.words[kBusy];
    if (overtakes) {
      const std::uint32_t fetched = (state.words[kFetchOffset] - 1) / array_bytes + 1;
      const bool hit = buffered && state.words[kHeldBefore] == fetched;
      state.array_reads -= hit ? 0 : 1;  // it has not begun; the reads below are no fewer
      state.words[kHeld] = state.words[kHeldBefore];
      state.words[kBusy] = state.words[kFetchStarts] - 1;
    }
    const std::uint32_t wait = read(state, offset);
    state.words[kLoadEnds] = wait + 2;
    if (overtakes) {
      read_waiting(state, state.words[kFetchOffset] - 1);
      state.words[kPutOff] += state.words[kBusy] - fetch_end;
    }
    return wait;
  }

  static std::uint32_t take_put_off(bus::MicroState& state) {
    const std::uint32_t cycles = state.words[kPutOff];
    state.words[kPutOff] = 0;
    return cycles;
  }

 private:
  /// A read for a fetch, which loads may overtake until it has its turn.
  std::uint32_t read_waiting(bus::MicroState& state, std::uint32_t offset) const {
    const std::uint32_t turn = state.words[kBusy];
    const std::uint32_t held = state.words[kHeld];
    state.words[kFetchStarts] = turn > 0 ? turn + 1 : 0;
    state.words[kFetchOffset] = turn > 0 ? offset + 1 : 0;
    state.words[kHeldBefore] = turn > 0 ? held : 0;
    return read(state, offset);
  }
};

}  // namespace mcost::memory
