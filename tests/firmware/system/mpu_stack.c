// MemManage on stacking and unstacking: MSTKERR, MUNSTKERR, no address (ARMv7-M ARM B3.2.15). Works
// on both MPU versions.
#include "tests/firmware/common/firmware.h"

static uint32_t guarded[256] __attribute__((aligned(1024)));
static uint64_t process_stack[64];
static volatile uint32_t bad_return;

void IRQ_Handler(void) {
  print("irq %d\n", (int)(READ_SPECIAL(ipsr) & 0x3F) - 16);
  if (bad_return) {
    bad_return = 0;
    WRITE_SPECIAL(psp, (uint32_t)&guarded[100]);
  }
}

__attribute__((used)) static void fault_c(uint32_t exc_return) {
  print("fault %d return=%x psp=%x\n", (int)(READ_SPECIAL(ipsr) & 0x1FF), exc_return,
        READ_SPECIAL(psp));
  print_fault_status();
  print("pending %x shcsr %x\n", NVIC_ISPR, SHCSR);
  extern const char resume_here[];
  struct Frame* frame = (struct Frame*)&process_stack[40];
  frame->pc = (uint32_t)resume_here & ~1u;
  frame->xpsr = 1u << 24;
  WRITE_SPECIAL(psp, (uint32_t)frame);
}
#define HANDLER(name)                                                    \
  __attribute__((naked)) void name(void);                                \
  __attribute__((naked)) void name(void) {                               \
    __asm volatile("mov r0, lr\n\tldr r1, =fault_c\n\tbx r1\n\t.ltorg"); \
  }
HANDLER(MemManage_Handler)
HANDLER(HardFault_Handler)

__attribute__((naked, noipa)) static void attempt(uint32_t psp, uint32_t mask) {
  __asm volatile(
      "push {r4-r11, lr}\n\tmov r10, sp\n\t"
      "msr psp, r0\n\tmovs r2, #2\n\tmsr control, r2\n\tisb\n\t"
      "ldr r3, =0xE000E200\n\tstr r1, [r3]\n\tdsb\n\tisb\n\tnop\n\tnop\n"
      ".global resume_here\n.thumb_func\nresume_here:\n\t"
      "movs r2, #0\n\tmsr control, r2\n\tisb\n\tmov sp, r10\n\tpop {r4-r11, pc}\n\t.ltorg");
}

int main(void) {
  NVIC_ISER = 3;
  set_irq_priority(0, 0x80);
  SHCSR |= kMemFaultEna;
  MPU_RNR = 0;
#ifdef __ARM_ARCH_8M_MAIN__
  MPU_MAIR0 = 0x44;
  MPU_RBAR = (uint32_t)guarded | 2u << 1;  // read-only, any privilege: 2 is privileged read-only
  MPU_RLAR = ((uint32_t)guarded + 0x3E0) | 1u;
#else
  MPU_RBAR = (uint32_t)guarded;
  MPU_RASR = 1u << 28 | 0u << 24 | 1u << 17 | 9u << 1 | 1u;  // no access
#endif
  MPU_CTRL = 5;
  BARRIER();
  print("-- stacking\n");
  attempt((uint32_t)&guarded[200], 1);
#ifndef __ARM_ARCH_8M_MAIN__  // reading is allowed there
  print("-- unstacking\n");
  bad_return = 1;
  attempt((uint32_t)&process_stack[60], 1);
#endif
  print("-- stacking, interrupt first\n");
  REG(0xE000ED18u) = 0xC0u;
  attempt((uint32_t)&guarded[200], 1);
  print("-- stacking, escalated\n");
  SHCSR = 0;
  attempt((uint32_t)&guarded[200], 1);
  return 0;
}
