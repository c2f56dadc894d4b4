// A bus master that comes and goes: spans of random transfers that read and write the data that
// random programs work on. The same seed gives the same transfers, as far as the core lets them.
#pragma once

#include <array>
#include <cstdint>
#include <random>

#include "sim_core/bus/interconnect.h"
#include "tests/support/test_machine.h"

namespace mcost::test {

class RandomMaster final : public bus::Initiator {
 public:
  /// Pends `interrupt` at the end of each span, if not 0.
  RandomMaster(TestMachine& machine, const char* name, std::uint64_t seed, unsigned interrupt)
      : machine_(machine),
        random_(seed),
        interrupt_(interrupt),
        port_(machine.bus().interconnect.add(*this, name)) {
    machine_.engine().scheduler().schedule(200 + random_() % 500,
                                           [this](Cycles now) { begin(now); });
  }

  [[nodiscard]] Request request() const override {
    if (left_ == 0) return {};
    return {next_, static_cast<std::uint8_t>(slow_ ? kSlowRamIndex : kRamIndex)};
  }
  Cycles serve(Cycles granted) override {
    engine::Engine& engine = machine_.engine();
    const unsigned beats = 1 + static_cast<unsigned>(random_() % 4);
    Cycles free = granted;
    for (unsigned i = 0; i < beats; ++i) {
      const Address address =
          (slow_ ? kSlowRam : kRam) + 0x1000 + 4 * static_cast<Address>(random_() % 256);
      std::array<std::uint8_t, 4> word{};
      const bool writes = random_() % 2 == 0;
      free += time_of(address, writes, free);
      if (writes) {
        for (unsigned k = 0; k < 4; ++k) word[k] = static_cast<std::uint8_t>(held_ >> (8 * k));
        engine.write_behind(address, word.data(), 4);
      } else {
        engine.read_behind(address, word.data(), 4);
        for (unsigned k = 0; k < 4; ++k)
          held_ = held_ * 31 + word[k] + static_cast<std::uint32_t>(granted);
      }
    }
    served_ += beats;
    next_ = free + random_() % 12;
    slow_ = both_ && random_() % 3 == 0;
    if (--left_ == 0) ended_ = free;
    return free;
  }
  [[nodiscard]] std::uint64_t served() const { return served_; }

 private:
  Cycles time_of(Address address, bool writes, Cycles now) {
    if (!slow_) return 1;
    bus::MemoryModel& model = *machine_.bus().memories[kSlowRamIndex].model;
    bus::MicroState none;
    const auto kind = writes ? bus::AccessKind::write : bus::AccessKind::read;
    return 1 + model.data(none, {address - kSlowRam, 4, kind, false, 0, now}, nullptr);
  }
  void begin(Cycles now) {
    left_ = 1 + static_cast<unsigned>(random_() % 200);
    next_ = now + 1;
    both_ = random_() % 2 == 0;
    slow_ = false;
    const std::uint32_t ram = 1u << kRamIndex;
    machine_.bus().interconnect.share(port_, both_ ? ram | 1u << kSlowRamIndex : ram);
    watch(now);
  }
  /// Looks again when the span could be over at the earliest.
  void watch(Cycles now) {
    machine_.engine().scheduler().schedule(now + 1 + left_, [this](Cycles when) {
      machine_.bus().interconnect.advance_to(when);
      if (left_ != 0) {
        watch(when);
      } else if (when < ended_) {
        machine_.engine().scheduler().schedule(ended_, [this](Cycles end) { finish(end); });
      } else {
        finish(when);
      }
    });
  }
  void finish(Cycles now) {
    machine_.bus().interconnect.share(port_, 0);
    if (interrupt_ != 0) machine_.exceptions().pend(interrupt_);
    if (++spans_ == kSpans) return;
    machine_.engine().scheduler().schedule(now + 100 + random_() % 2000,
                                           [this](Cycles when) { begin(when); });
  }

  static constexpr unsigned kSpans = 60;
  TestMachine& machine_;
  std::mt19937_64 random_;
  unsigned interrupt_;
  unsigned port_;
  Cycles next_ = 0;
  Cycles ended_ = 0;
  unsigned left_ = 0;
  unsigned spans_ = 0;
  bool slow_ = false;
  bool both_ = false;  // this span uses both RAMs
  std::uint32_t held_ = 1;
  std::uint64_t served_ = 0;
};

}  // namespace mcost::test
