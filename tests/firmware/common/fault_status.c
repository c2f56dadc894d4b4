#include "tests/firmware/common/firmware.h"

// What the fault status registers say; clears them.
void print_fault_status(void) {
#ifndef __ARM_ARCH_6M__
  const uint32_t cfsr = CFSR;
  print("  CFSR=%x HFSR=%x", cfsr, HFSR);
  if (cfsr & 1u << 7) print(" MMFAR=%x", MMFAR);
  if (cfsr & 1u << 15) print(" BFAR=%x", BFAR);
  print("\n");
  CFSR = cfsr;
  HFSR = HFSR;
  print("  cleared CFSR=%x HFSR=%x\n", CFSR, HFSR);
#endif
}
