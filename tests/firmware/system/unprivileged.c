// CONTROL.nPRIV: what an unprivileged thread may read, write and reach (ARMv7-M ARM B1.4.4, B3.1,
// B5.2).
#include "tests/firmware/common/firmware.h"

static uint64_t process_stack[80];

void IRQ_Handler(void) { print("irq %d\n", (int)(READ_SPECIAL(ipsr) & 0x3F) - 16); }

// svc 0: privileged again.  svc 1: prints R0.
__attribute__((used)) static void svc_c(struct Frame* frame) {
  const unsigned number = *(const uint8_t*)(frame->pc - 2);
  if (number == 0) WRITE_SPECIAL(control, READ_SPECIAL(control) & ~1u);
  if (number == 1) print("value %x control %x\n", frame->r0, READ_SPECIAL(control));
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm volatile("mrs r0, psp\n\tldr r1, =svc_c\n\tbx r1\n\t.ltorg");
}
static void show(uint32_t value) {
  register uint32_t r0 __asm("r0") = value;
  __asm volatile("svc 1" ::"r"(r0) : "memory");
}

static void special_registers(void) {
  show(READ_SPECIAL(msp));
  show(READ_SPECIAL(psp));
  show(READ_SPECIAL(primask));
  show(READ_SPECIAL(control));
  show(READ_SPECIAL(ipsr));
  show(READ_SPECIAL(basepri));
  show(READ_SPECIAL(faultmask));
  WRITE_SPECIAL(basepri, 0x40);
  WRITE_SPECIAL(faultmask, 1);
  show(READ_SPECIAL(basepri));
  WRITE_SPECIAL(primask, 1);
  __asm volatile("cpsid i");
  WRITE_SPECIAL(control, 0);
  show(READ_SPECIAL(control));
  __asm volatile("msr apsr_nzcvq, %0" ::"r"(0xF8000000u) : "cc");
  uint32_t apsr;
  __asm volatile("mrs %0, apsr" : "=r"(apsr));
  show(apsr);
}

static void privileged_space(void) {
  (void)CPUID;
  NVIC_ISPR = 1;
  CCR = 0x8;
  (void)SYST_CSR;
  (void)MPU_TYPE;
  STIR = 1;
  (void)REG(0xE000E000u);
  (void)REG(0xE00FF000u);
}

int main(void) {
  SHCSR |= kBusFaultEna | kUsgFaultEna | kMemFaultEna;
  WRITE_SPECIAL(basepri, 0x80);
  NVIC_ISER = 3;
  set_irq_priority(0, 0x40);
  set_irq_priority(1, 0x40);
  WRITE_SPECIAL(psp, (uint32_t)&process_stack[80]);
  WRITE_SPECIAL(control, 3);
  special_registers();
  privileged_space();
  show(0x11);
  __asm volatile("svc 0");
  CCR |= 2;  // USERSETMPEND
  WRITE_SPECIAL(control, 3);
  STIR = 1;
  BARRIER();
  show(0x22);
  __asm volatile("svc 0");
  const uint32_t control = READ_SPECIAL(control);
  WRITE_SPECIAL(control, 0);  // main's own frame is on the main stack
  print("control %x primask %x faults %d\n", control, READ_SPECIAL(primask), (int)fault_count);
  return 0;
}
