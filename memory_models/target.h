// What answers on a bus behind a cache, a bridge or a DMA: a memory whose answers depend on what
// came before and on absolute time (an open row, a refresh, a burst in progress). Depends on
// sim_core/bus.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/bus/memory_model.h"
#include "sim_core/bus/timing_port.h"

namespace mcost::memory {

/// One transfer as it arrives at the memory's port.
struct Request {
  std::uint32_t offset = 0;      // bytes from the start of the memory, of the word wanted first
  std::uint32_t size_bytes = 4;  // 1, 2, 4 or 8: a single; above: a burst of 32-bit beats (64-bit
                                 // where the port is so wide) that wraps at its own size
  bus::AccessKind kind = bus::AccessKind::read;
  Cycles now = 0;                 // core cycle of arrival
  std::uint32_t first_bytes = 4;  // what `first` of the response waits for: a beat of the
                                  // initiator's bus
};

/// Core cycles, absolute.
struct Response {
  Cycles first = 0;  // the beat wanted first has arrived; of a write: the initiator may go on
  Cycles last = 0;   // all of it has been transferred
};

class Target {
 public:
  virtual ~Target() = default;
  /// Carries out a transfer; a busy port makes it wait.
  virtual Response transfer(const Request& request) = 0;
  /// Another one in the same state, whose transfers nobody hears of.
  [[nodiscard]] virtual std::unique_ptr<Target> clone() const = 0;
  /// What transfer() would answer, changing nothing.
  [[nodiscard]] Response probe(const Request& request) const { return clone()->transfer(request); }
  /// No answer takes longer, in core cycles: the worst state that earlier requests can have left
  /// behind, with nobody else at the port.
  [[nodiscard]] virtual std::uint32_t most_cycles() const = 0;
  /// The ratio of core and bus clock changed in cycle `now`. Returns whether that makes a
  /// difference.
  virtual bool set_core_per_hclk(std::uint32_t cycles, Cycles now) {
    static_cast<void>(cycles), static_cast<void>(now);
    return false;
  }
  /// Counters for reports, by name; order is fixed.
  [[nodiscard]] virtual std::vector<bus::MemoryModel::Counter> counters() const { return {}; }
};

/// What transfer() would answer behind the answers that `log` has had of this target before: a look
/// ahead asks for several transfers, and each finds the target as the last one leaves it.
inline Response transfer_ahead(const Target& target, Request request, bus::FoldLog& log) {
  struct Ahead {
    std::unique_ptr<Target> target;
    Cycles last = 0;  // arrival of the last request
  };
  log.foldable = false;
  const auto known = std::find_if(log.ahead.begin(), log.ahead.end(),
                                  [&](const auto& entry) { return entry.first == &target; });
  if (known == log.ahead.end()) {
    const auto made = std::make_shared<Ahead>(Ahead{target.clone(), request.now});
    log.ahead.emplace_back(&target, made);
    return made->target->transfer(request);
  }
  auto& ahead = *std::static_pointer_cast<Ahead>(known->second);
  ahead.last = request.now = std::max(request.now, ahead.last);
  return ahead.target->transfer(request);
}

}  // namespace mcost::memory
