// CCR.BFHFNMIGN: at priority -1 or -2 a data bus fault only leaves its status (ARMv7-M ARM B3.2.8).
#include "tests/firmware/common/firmware.h"

#define NOWHERE 0x68000000u

static void load(const char* where) {
  __asm volatile("ldr r0, [%0]" ::"r"(NOWHERE) : "r0");
  const uint32_t cfsr = CFSR;
  print("%s: CFSR=%x BFAR=%x HFSR=%x\n", where, cfsr, cfsr & 0x8000u ? BFAR : 0, HFSR);
  CFSR = cfsr;
}

void NMI_Handler(void) { load("nmi"); }
void HardFault_Handler(void) { load("hardfault"); }

int main(void) {
  CCR |= 1u << 8;
  __asm volatile("cpsid f");
  load("faultmask");
  __asm volatile("cpsie f\n\tisb");
  ICSR = kNmiPendSet;
  BARRIER();
  __asm volatile("cpsid i\n\tsvc 0\n\tnop\n\tcpsie i");  // escalates
  print("HFSR=%x\n", HFSR);
  return 0;
}
