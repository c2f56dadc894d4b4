// SysTick: registers, COUNTFLAG, ticks counted, no cycle values (ARMv7-M ARM B3.3).
#include "tests/firmware/common/firmware.h"

static volatile unsigned ticks;

void SysTick_Handler(void) { ++ticks; }

int main(void) {
  print("csr %x\n", SYST_CSR & ~4u);
  SYST_RVR = 0xFF123456u;
  print("rvr %x\n", SYST_RVR);
  SYST_CVR = 1;
  print("cvr %x\n", SYST_CVR);
  SYST_RVR = 999;
  SYST_CVR = 0;
  SYST_CSR = 5;  // no interrupt
  while ((SYST_CSR & 1u << 16) == 0) {
  }
  print("flag seen, ticks %d, pending %x\n", (int)ticks, ICSR & kPendStSet);
  SYST_CSR = 0;
  (void)SYST_CSR;
  print("csr %x\n", SYST_CSR & ~4u);
  SYST_CVR = 0;
  SYST_RVR = 1999;
  SYST_CSR = 7;
  while (ticks < 5) {
  }
  SYST_CSR = 4;
  print("five ticks\n");
  ICSR = kPendStClr;
  ticks = 0;
  ICSR = kPendStSet;
  BARRIER();
  print("pended by software: %d\n", (int)ticks);
  __asm volatile("cpsid i");
  SYST_CVR = 0;
  SYST_CSR = 7;
  while ((ICSR & kPendStSet) == 0) {
  }
  SYST_CSR = 4;
  ticks = 0;
  print("pending under primask, ticks %d\n", (int)ticks);
  __asm volatile("cpsie i\n\tisb");
  print("then %d\n", (int)ticks);
  SYST_RVR = 0;
  SYST_CVR = 0;
  SYST_CSR = 7;
  for (volatile int i = 0; i < 1000; ++i) {
  }
  SYST_CSR = 0;
  print("reload 0: %d\n", (int)ticks);
  return 0;
}
