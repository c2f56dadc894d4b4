#include "sim_core/pipeline/prefetch_unit.h"

#include <algorithm>
#include <limits>

namespace mcost::pipeline {
namespace {

// The queue, with the word decode is working on. TRM-M3, prefetch unit; the in-place decode is
// CMEMU M2, M59 in SRAM.
constexpr unsigned kQueueWords = 3;
// Words of a branch target fetched before the branch has executed. CMEMU C10.
constexpr unsigned kSpeculativeWords = 2;
// From here on the System bus serves fetches; below it is I-Code. ARMv7-M ARM B3.1.
constexpr Address kSystemBase = 0x20000000;

constexpr Address word_of(Address address) { return address & ~Address{3}; }
constexpr unsigned halfwords_from(Address address) { return (address & 2) != 0 ? 1 : 2; }

constexpr std::uint16_t saturate(std::uint32_t cycles) {
  return static_cast<std::uint16_t>(
      std::min<std::uint32_t>(cycles, std::numeric_limits<std::uint16_t>::max()));
}

}  // namespace

Address PrefetchUnit::next_sequential() const {
  const unsigned coming = flight_is_target_ ? 0u : state_.flight_halfwords;
  return word_of(head_ + 2 * (state_.queued + coming));
}

bool PrefetchUnit::sequential_wanted() const {
  if (stopped_ && !(waiting_ && keeps_address_)) return false;
  // Of an instruction that straddles two words, decode keeps the first half; the queue holds the
  // second. CMEMU C3, M19. Behind an instruction of several cycles both stay in the queue until it
  // moves on: Eprint 2025/523, of three such instructions the last waits.
  const bool in_decode = state_.queued >= size_bytes_ / 2 && !execute_is_busy_;
  const Address oldest = in_decode ? head_ + size_bytes_ - 2 : head_;
  return (next_sequential() - word_of(oldest)) / 4 < kQueueWords;
}

PrefetchUnit::Request PrefetchUnit::request() const {
  if (state_.held != PrefetchState::none) {
    return {true, Owner::nobody, head_ + static_cast<Address>(state_.held_offset)};
  }
  if (on_target_) {
    return {target_requested_ < kSpeculativeWords, Owner::target,
            word_of(target_) + 4 * target_requested_};
  }
  return {sequential_wanted(), Owner::sequence, next_sequential()};
}

void PrefetchUnit::start_transfer(const Request& request) {
  const bool on_system = request.address >= kSystemBase;
  // A System fetch goes through a register: its address is on the bus one cycle later. TRM-M3.
  const Cycles at = static_cast<Cycles>(now_) + (on_system ? 1 : 0);
  const bus::Wait wait = port_.fetch(request.address, at);
  const Address from = request.owner == Owner::target ? target_ : head_;
  const unsigned halfwords = request.address == word_of(from) ? halfwords_from(from) : 2;
  flight_is_target_ = request.owner == Owner::target;
  if (flight_is_target_) {
    ++target_requested_;
    target_latched_ = false;
  }
  state_.stage = on_system ? PrefetchState::registered : PrefetchState::data;
  state_.flight_left = saturate(1 + wait.cycles);
  state_.flight_halfwords =
      static_cast<std::uint8_t>(request.owner == Owner::nobody ? 0 : halfwords);
  state_.flight_first = 1;
  state_.flight_on_system = on_system ? 1 : 0;
  state_.memory = wait.memory;
}

void PrefetchUnit::end_transfer() {
  if (flight_is_target_) {
    target_queued_ += state_.flight_halfwords;
  } else {
    state_.queued = static_cast<std::uint8_t>(state_.queued + state_.flight_halfwords);
  }
  state_.stage = PrefetchState::idle;
  state_.flight_halfwords = 0;
  state_.flight_on_system = 0;
  flight_is_target_ = false;
}

void PrefetchUnit::cycle() {
  const Request now = request();
  const bool accepted =
      now.wanted && accepts() && !(state_.yields != 0 && now.address >= kSystemBase);
  if (state_.yields > 0) --state_.yields;
  state_.flight_first = 0;
  if (state_.stage == PrefetchState::registered) {
    if (state_.system_busy == 0) state_.stage = PrefetchState::data;
  } else if (state_.stage == PrefetchState::data && --state_.flight_left == 0) {
    end_transfer();
  }
  if (accepted) start_transfer(now);
  on_bus_ = now.wanted && !accepted;
  waiting_ = on_bus_ && now.owner == Owner::sequence;
  if (accepted || state_.held == PrefetchState::one_cycle) {
    state_.held = PrefetchState::none;
    state_.held_offset = 0;
  }
  if (to_target_next_ && state_.held == PrefetchState::none) {
    to_target_next_ = false;
    on_target_ = true;
    target_latched_ = true;
  }
  if (state_.system_busy > 0) --state_.system_busy;
  ++now_;
}

void PrefetchUnit::take() {
  head_ += size_bytes_;
  state_.queued = static_cast<std::uint8_t>(state_.queued - size_bytes_ / 2);
  if (state_.held != PrefetchState::none) state_.held_offset -= static_cast<int>(size_bytes_);
  size_bytes_ = 2;
}

void PrefetchUnit::speculate(Address target) {
  target_ = target;
  target_queued_ = 0;
  target_requested_ = 0;
  if (state_.held == PrefetchState::none && (bus_is_open() || !request().wanted)) {
    on_target_ = true;
  } else {
    to_target_next_ = true;
  }
}

void PrefetchUnit::resume() {
  if (flight_is_target_) {
    flight_is_target_ = false;
    state_.flight_halfwords = 0;
  }
  if (on_target_) {
    const Request now = request();
    on_target_ = false;
    if (target_latched_ || (now.wanted && !bus_is_open())) {
      state_.held = target_latched_ ? PrefetchState::until_accepted : PrefetchState::one_cycle;
      state_.held_offset = static_cast<std::int32_t>(now.address - head_);
    }
  }
  to_target_next_ = false;
}

void PrefetchUnit::take_new_head(Address target, unsigned halfwords) {
  if (!flight_is_target_) state_.flight_halfwords = 0;
  flight_is_target_ = false;
  head_ = target;
  size_bytes_ = 2;
  state_.queued = static_cast<std::uint8_t>(halfwords);
  state_.held = PrefetchState::none;
  state_.held_offset = 0;
  on_target_ = false;
  to_target_next_ = false;
  target_latched_ = false;
}

void PrefetchUnit::follow() { take_new_head(target_, target_queued_); }

void PrefetchUnit::branch(Address target) {
  const bool open = state_.held == PrefetchState::none && (bus_is_open() || !request().wanted);
  if (!open) cycle();
  take_new_head(target, 0);
  stopped_ = false;
  if (open) cycle();
}

void PrefetchUnit::announce() const {
  const Request now = request();
  if (on_bus_ && now.wanted && now.address < kSystemBase) {
    port_.announce_fetch(now.address, static_cast<Cycles>(now_));
  }
}

void PrefetchUnit::put_off(unsigned cycles) {
  if (state_.stage != PrefetchState::data || state_.flight_on_system != 0) return;
  state_.flight_left = saturate(state_.flight_left + cycles);
}

bool PrefetchUnit::system_port_free() const {
  if (state_.system_busy > 0 || state_.stage == PrefetchState::registered) return false;
  return state_.flight_on_system == 0 || state_.flight_left <= 1;
}

bool PrefetchUnit::enters_system_port() const {
  const Request now = request();
  return now.wanted && accepts() && state_.yields == 0 && now.address >= kSystemBase;
}

void PrefetchUnit::occupy_system_port(int last) {
  state_.system_busy = saturate(static_cast<std::uint32_t>(std::max(last - now_, 0)));
}

}  // namespace mcost::pipeline
