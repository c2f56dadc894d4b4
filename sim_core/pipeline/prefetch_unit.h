// The prefetch unit of Cortex-M3 and M4: a queue of three words filled by 32-bit fetches, cycle by
// cycle. It decides which address is on the bus in each cycle; how long the transfer takes is asked
// of the TimingPort. Used by the pipeline files of those cores only. Depends on bus and base.
// Evidence: CMEMU control-flow rows (C..), TRM-M3 prefetch unit.
#pragma once

#include <cstdint>

#include "sim_core/base/units.h"
#include "sim_core/bus/timing_port.h"

namespace mcost::pipeline {

/// What the unit carries from one instruction to the next, relative to the port clock. Canonical:
/// unused fields are 0.
struct PrefetchState {
  enum Stage : std::uint8_t { idle, registered, data };
  enum Held : std::uint8_t { none, one_cycle, until_accepted };

  std::int32_t held_offset = 0;   // from the head to the abandoned target address still on the bus
  std::uint16_t flight_left = 0;  // cycles of the data phase, the current one included
  std::uint16_t system_busy =
      0;                    // cycles until the System port can take an address after a data access
  std::uint8_t queued = 0;  // halfwords ready for decode, from the head on
  std::uint8_t stage = idle;  // of the word in flight
  std::uint8_t flight_halfwords =
      0;                          // the word in flight adds these to the queue; 0: it is dropped
  std::uint8_t flight_first = 0;  // the word in flight is in its first cycle
  std::uint8_t flight_on_system = 0;
  std::uint8_t memory = 0;  // that answered the last fetch
  std::uint8_t held = none;
  std::uint8_t yields =
      0;  // cycles, with the current one, in which no fetch enters the System port
};

/// Works on a PrefetchState during one advance(). `now` counts cycles of the port clock.
class PrefetchUnit {
 public:
  /// `head` is the address of the instruction being advanced, of `size_bytes`.
  /// `keeps_address`: an address on the bus stays there until it is accepted.
  PrefetchUnit(PrefetchState& state, Address head, unsigned size_bytes, bool keeps_address,
               bus::TimingPort& port)
      : state_(state),
        port_(port),
        head_(head),
        size_bytes_(size_bytes),
        keeps_address_(keeps_address) {}

  [[nodiscard]] int now() const { return now_; }
  /// Halfwords decode could read at the start of this cycle.
  [[nodiscard]] unsigned queued() const { return state_.queued; }
  [[nodiscard]] std::uint8_t memory() const { return state_.memory; }
  /// True while a transfer waits for its memory or for the System port, not merely for its own
  /// single cycle.
  [[nodiscard]] bool in_wait() const {
    return state_.stage == PrefetchState::registered ||
           (state_.stage == PrefetchState::data && state_.flight_left > 1);
  }

  /// Lets the current cycle pass.
  void cycle();

  /// The instruction at the head is in decode and does not leave it at once: the one before it
  /// needs further cycles.
  void wait_for_execute() { execute_is_busy_ = true; }
  /// The instruction at the head leaves decode: its word becomes free in this cycle.
  void take();

  /// Decode found a branch: fetches `target` from this cycle on and keeps the sequential words.
  void speculate(Address target);
  /// The branch is not taken: goes back to sequential fetching from this cycle on.
  void resume();
  /// The branch was taken and has executed: what was fetched from its target is now the sequence.
  void follow();
  /// Execute sends the PC to `target` in this cycle, which passes.
  void branch(Address target);
  /// No further sequential address goes out: the instruction in execute loads the PC.
  void stop() { stopped_ = true; }

  /// Tells the port of a fetch address that has been on the bus since an earlier cycle.
  void announce() const;
  /// The fetch in flight on the code bus ends `cycles` later: loads have overtaken it.
  void put_off(unsigned cycles);
  /// True if a data access can put its address on the System port in this cycle.
  [[nodiscard]] bool system_port_free() const;
  /// True if a fetch is handed to the System port in this cycle; its address is there in the next.
  [[nodiscard]] bool enters_system_port() const;
  /// No fetch is handed to the System port in this cycle and the next: the write buffer goes first.
  void yield() { state_.yields = 2; }
  /// A data access on the System port ends its data phase in cycle `last`.
  void occupy_system_port(int last);

 private:
  enum class Owner : std::uint8_t { sequence, target, nobody };
  struct Request {
    bool wanted = false;
    Owner owner = Owner::sequence;
    Address address = 0;
  };
  [[nodiscard]] Request request() const;
  [[nodiscard]] Address next_sequential() const;
  [[nodiscard]] bool sequential_wanted() const;
  [[nodiscard]] bool accepts() const {
    return state_.stage == PrefetchState::idle ||
           (state_.stage == PrefetchState::data && state_.flight_left == 1);
  }
  /// The address on the bus may still change in this cycle.
  [[nodiscard]] bool bus_is_open() const {
    return !keeps_address_ || state_.stage == PrefetchState::idle || state_.flight_first != 0;
  }
  void start_transfer(const Request& request);
  void end_transfer();
  void take_new_head(Address target, unsigned halfwords);

  PrefetchState& state_;
  bus::TimingPort& port_;
  Address head_;
  unsigned size_bytes_;  // of the instruction at the head; 2 when not known yet
  bool keeps_address_;
  int now_ = 0;
  bool stopped_ = false;
  bool execute_is_busy_ = false;
  bool on_bus_ = false;   // an address was on the bus in the last cycle and not accepted
  bool waiting_ = false;  // ... a sequential one
  // While a branch is between decode and execute:
  bool on_target_ = false;
  bool to_target_next_ = false;  // the bus was not open: the target address follows
  bool target_latched_ = false;  // ... from a register, so it stays until accepted
  bool flight_is_target_ = false;
  Address target_ = 0;
  unsigned target_queued_ = 0;
  unsigned target_requested_ = 0;  // words
};

}  // namespace mcost::pipeline
