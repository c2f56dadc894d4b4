// WFI, WFE, SEV, SEVONPEND (ARMv7-M ARM B1.5.18, B1.5.19).
#include "tests/firmware/common/firmware.h"

static volatile unsigned ticks, irqs;

void SysTick_Handler(void) { ++ticks; }
void IRQ_Handler(void) { ++irqs; }

int main(void) {
  NVIC_ISER = 1;
  // An interrupt held back by PRIMASK wakes WFI and stays pending.
  __asm volatile("cpsid i");
  NVIC_ISPR = 1;
  __asm volatile("dsb\n\twfi");
  print("awake, irqs %d pending %x\n", (int)irqs, NVIC_ISPR);
  __asm volatile("cpsie i\n\tisb");
  print("irqs %d\n", (int)irqs);
  // SEV sets the event register, WFE consumes it.
  __asm volatile("sev\n\twfe");
  print("after sev and wfe\n");
  // Returning from an exception sets it too.
  NVIC_ISPR = 1;
  BARRIER();
  __asm volatile("wfe");
  print("irqs %d\n", (int)irqs);
  SCR = 1u << 4;  // SEVONPEND: pending alone is an event
  NVIC_ICER = 1;
  __asm volatile("cpsid i");
  NVIC_ISPR = 1;
  __asm volatile("dsb\n\twfe");
  print("pending is an event: irqs %d\n", (int)irqs);
  NVIC_ICPR = 1;
  __asm volatile("cpsie i\n\tisb");
  SCR = 0;
  // Ticks wake WFI.
  ticks = 10;
  SYST_RVR = 4999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  while (ticks < 13) __asm volatile("wfi");
  SYST_CSR = 4;
  print("three ticks by wfi\n");
  return 0;
}
