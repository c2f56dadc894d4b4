// Cortex-M0 has no unprivileged mode: CONTROL.nPRIV reads as zero (ARMv6-M ARM B1.4.4, Cortex-M0
// TRM 3.7).
#include "tests/firmware/common/firmware.h"

static uint64_t process_stack[32];

int main(void) {
  WRITE_SPECIAL(psp, (uint32_t)&process_stack[32]);
  WRITE_SPECIAL(control, 1);
  print("control %x cpuid %x\n", READ_SPECIAL(control), CPUID);
  WRITE_SPECIAL(primask, 1);
  print("primask %x\n", READ_SPECIAL(primask));
  WRITE_SPECIAL(primask, 0);
  WRITE_SPECIAL(control, 3);
  const uint32_t control = READ_SPECIAL(control);
  WRITE_SPECIAL(control, 0);
  print("control %x\n", control);
  return 0;
}
