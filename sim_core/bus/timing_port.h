// The core's view of memory in time. A pipeline model asks here, and only here, what a transfer
// costs beyond its single-cycle data phase; what is behind the port it cannot know. Depends on
// sim_core/base.
#pragma once

#include <cstdint>

#include "sim_core/base/units.h"

namespace mcost::bus {

/// Bus interface of the core that serves an address. Transfers on one port contend; on two they
/// overlap.
enum class CorePort : std::uint8_t { icode, dcode, system, ppb, itcm, dtcm, axi, ahbp };

enum class AccessKind : std::uint8_t { fetch, read, write };

/// One data access of an executed instruction, in program order of its beats.
struct Access {
  Address address = 0;
  std::uint8_t size_bytes = 0;  // 1, 2 or 4 (8 on 64-bit ports)
  AccessKind kind = AccessKind::read;
  std::uint8_t memory =
      0;  // index of the memory that answers; memories on one physical block share an index
  CorePort port = CorePort::system;
  bool bufferable = true;  // a write buffer may accept it
};

/// Answer to a transfer: cycles its data phase is longer than one, and which memory to charge.
struct Wait {
  std::uint32_t cycles = 0;
  std::uint8_t memory = 0;
  CorePort port = CorePort::icode;
  std::uint32_t fetch_delay =
      0;                   // of data(): a fetch in flight ends so much later than it was told
  std::uint32_t late = 0;  // of `cycles`: those in which only the result is late (hit under miss)
};

/// Times transfers. `at` is the cycle of the transfer's address phase, relative to the time base of
/// the pipeline model: it starts at the first cycle of a run and moves by Advance::port_cycles per
/// instruction (it may trail the first cycle of the next instruction: what is fetched while one
/// executes depends on the one behind it). Calls come in non-decreasing order of `at` for each
/// kind. Implemented by the bus for exact time and by the block engine for memoised folds; both
/// must answer alike.
class TimingPort {
 public:
  virtual ~TimingPort() = default;
  /// Fetch of the naturally aligned 32-bit word at `address` (64-bit on cores that fetch
  /// doublewords).
  virtual Wait fetch(Address address, Cycles at) = 0;
  /// The fetch of `address` is on the code bus, not accepted yet; a data access in cycle `at` or
  /// later competes with it. Only before data() calls, only where both go to the Code region; the
  /// fetch may yet be replaced by another one.
  virtual void announce_fetch(Address address, Cycles at) {
    static_cast<void>(address), static_cast<void>(at);
  }
  /// Data transfer number `beat` (0-based) of the instruction being advanced.
  virtual Wait data(const Access& access, unsigned beat, Cycles at) = 0;
};

}  // namespace mcost::bus
