// Why a cycle was spent. Every cycle has exactly one cause; names are the same in the ledger, in
// JSON and in reports.
#pragma once

#include <array>
#include <cstdint>

namespace mcost {

enum class Cause : std::uint8_t {
  issue,  // the instruction's own cycles, with the documented extra ones of LDM, PUSH, TBB, divide
  address_interlock,  // base or index not ready for the address unit
  result_latency,     // load-use, FPU and multiply-accumulate results not ready
  operand,  // cycles that depend on operand values (divide, long multiply) beyond the shortest case
  fetch_wait,  // per memory: the instruction was not there
  data_wait,   // per memory: a load waited
  store_wait,  // per memory: a store waited
  refill,      // taken branch
  mispredict,
  structural,  // dual-issue, bank and port conflicts inside the core
  bus_wait,    // per initiator: another master held the bus
  exception,   // entry, return, tail-chain
  sleep,
};
inline constexpr unsigned kCauses = 13;

inline constexpr std::array<const char*, kCauses> kCauseNames = {
    "issue",     "address_interlock", "result_latency", "operand",    "fetch_wait",
    "data_wait", "store_wait",        "refill",         "mispredict", "structural",
    "bus_wait",  "exception",         "sleep"};

[[nodiscard]] constexpr bool is_per_memory(Cause cause) {
  return cause == Cause::fetch_wait || cause == Cause::data_wait || cause == Cause::store_wait;
}

[[nodiscard]] constexpr bool is_per_initiator(Cause cause) { return cause == Cause::bus_wait; }

}  // namespace mcost
