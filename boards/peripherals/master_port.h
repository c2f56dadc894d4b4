// What a DMA controller does on the bus: finds what is at an address, and moves items between it
// and the controller. The one place where initiators touch the bytes of memories. Depends on the
// engine.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// How an address changes from beat to beat.
struct Beats {
  Address first = 0;
  unsigned item_bytes = 4;  // 1, 2 or 4
  unsigned count = 1;
  bool increments = false;
};

class MasterPort {
 public:
  /// `register_cycles`: core cycles of an access to a register, data phase included.
  /// `reaches_tcm`: the master has a port to the core's tightly coupled memories.
  MasterPort(engine::Engine& engine, std::uint32_t register_cycles, bool reaches_tcm = false)
      : engine_(engine), register_cycles_(register_cycles), reaches_tcm_(reaches_tcm) {}

  /// The slave at an address; kNoMemory for registers and where nothing is.
  [[nodiscard]] std::uint8_t memory_at(Address address) const;
  /// Whether a bus master other than the core reaches an address: not memories that only the core's
  /// own buses lead to (CCM, ITCM).
  [[nodiscard]] bool reaches(Address address, bool write) const;
  /// Moves beats, the first granted in cycle `granted`. `data` holds item_bytes x count bytes.
  /// Return the cycle in which the slave is free again.
  Cycles read(const Beats& beats, std::span<std::uint8_t> data, Cycles granted);
  Cycles write(const Beats& beats, std::span<const std::uint8_t> data, Cycles granted);

  [[nodiscard]] engine::Engine& engine() const { return engine_; }

 private:
  [[nodiscard]] Cycles end_of(const bus::Region& region, const Beats& beats, bus::AccessKind kind,
                              Cycles granted);
  engine::Engine& engine_;
  std::uint32_t register_cycles_;
  bool reaches_tcm_;
  std::uint32_t buffered_ = ~0u;  // piece of the array that the last read brought, by number
  std::uint8_t buffered_memory_ = bus::kNoMemory;
};

/// A peripheral that asks a DMA controller to read or write its data register.
class DmaRequester {
 public:
  virtual ~DmaRequester() = default;
  /// Since which cycle it has asked for a read (`write` false) or write of its data register;
  /// Initiator::kNever if it does not.
  [[nodiscard]] virtual Cycles asks_since(bool write) const = 0;
  /// No two requests of one direction are nearer to each other, in core cycles.
  [[nodiscard]] virtual Cycles least_interval() const = 0;
  /// Of a peripheral that is the flow controller: its transfer is over, nothing is left to move.
  [[nodiscard]] virtual bool has_finished() const { return false; }
};

/// Finds the requester whose registers are at an address; null if none is. Set by the machine.
using FindRequester = std::function<DmaRequester*(Address address)>;

}  // namespace mcost::boards
