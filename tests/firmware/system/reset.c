// SYSRESETREQ: memory keeps its contents, the core starts again (ARMv7-M ARM B1.5.16, B3.2.6).
#include "tests/firmware/common/firmware.h"

static volatile uint32_t marker __attribute__((section(".noinit")));
static volatile uint32_t boots __attribute__((section(".noinit")));
static volatile uint32_t in_data = 0x1111;
static volatile uint32_t in_bss;

int main(void) {
  if (marker != 0xC0FFEE42u) {
    marker = 0xC0FFEE42u;
    boots = 0;
  }
  ++boots;
  print("boot %d data %x bss %x\n", (int)boots, in_data, in_bss);
  print("primask %x control %x ipsr %x\n", READ_SPECIAL(primask), READ_SPECIAL(control),
        READ_SPECIAL(ipsr));
  print("shpr3 %x iser %x ispr %x scr %x\n", SHPR3, NVIC_ISER, NVIC_ISPR, SCR);
#ifndef __ARM_ARCH_6M__
  print("basepri %x faultmask %x shcsr %x ccr %x\n", READ_SPECIAL(basepri), READ_SPECIAL(faultmask),
        SHCSR, CCR);
#endif
  if (boots == 3) {
    print("done\n");
    return 5;
  }
  in_data = 0x2222;
  in_bss = 0x3333;
  SHPR3 = 0x40400000u;
  __asm volatile("cpsid i");
  NVIC_ISER = 0xF0;
  NVIC_ISPR = 0xF0;
  SCR = 4;
#ifndef __ARM_ARCH_6M__
  WRITE_SPECIAL(basepri, 0x20);
  SHCSR = kMemFaultEna | kUsgFaultEna;
  CCR |= 0x10;
#endif
  AIRCR = 0x05FA0004u;
  __asm volatile("dsb");
  for (;;) {
  }
}
