// Guest faults: thrown from slow paths of handlers, caught once in the run loop, taken as
// exceptions of the guest.
#pragma once

#include <cstdint>

#include "sim_core/base/units.h"

namespace mcost::engine {

enum class FaultKind : std::uint8_t {
  undefined_instruction,  // UFSR.UNDEFINSTR
  invalid_state,          // UFSR.INVSTATE: T bit clear, or an invalid IT or ICI state
  invalid_pc_load,        // UFSR.INVPC
  no_coprocessor,         // UFSR.NOCP
  stack_limit,            // UFSR.STKOF: below MSPLIM or PSPLIM (ARMv8-M)
  unaligned,              // UFSR.UNALIGNED
  divide_by_zero,         // UFSR.DIVBYZERO
  bus_instruction,        // BFSR.IBUSERR
  bus_data_precise,       // BFSR.PRECISERR
  bus_data_imprecise,     // BFSR.IMPRECISERR
  bus_unstacking,         // BFSR.UNSTKERR
  bus_stacking,           // BFSR.STKERR
  bus_lazy_fp,            // BFSR.LSPERR
  memory_instruction,     // MMFSR.IACCVIOL
  memory_data,            // MMFSR.DACCVIOL
  memory_unstacking,      // MMFSR.MUNSTKERR
  memory_stacking,        // MMFSR.MSTKERR
  memory_lazy_fp,         // MMFSR.MLSPERR
  vector_table,           // HFSR.VECTTBL
  breakpoint,             // BKPT without a debugger: HFSR.DEBUGEVT
};

struct GuestFault {
  FaultKind kind = FaultKind::undefined_instruction;
  Address address = 0;  // data address, where the kind has one
  bool write = false;
};

}  // namespace mcost::engine
