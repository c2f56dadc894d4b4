// SCR.SLEEPONEXIT: the thread goes on only when a handler has cleared it (ARMv7-M ARM B1.5.18,
// B3.2.7).
#include "tests/firmware/common/firmware.h"

static volatile unsigned ticks, irqs;

void IRQ_Handler(void) {
  ++irqs;
  if (irqs == 4) SCR = 0;
}
void SysTick_Handler(void) {
  ++ticks;
  NVIC_ISPR = 1;  // tail-chained: no sleep between
  if (ticks == 5) SYST_CSR = 4;
}

int main(void) {
  NVIC_ISER = 1;
  set_irq_priority(0, 0xC0);
  SYST_RVR = 4999;
  SYST_CVR = 0;
  SCR = 1u << 1;
  SYST_CSR = 7;
  __asm volatile("dsb\n\twfi");
  print("thread continued at tick %d, interrupt %d\n", (int)ticks, (int)irqs);
  while (ticks < 5) {
  }
  print("then interrupt %d\n", (int)irqs);
  return 0;
}
