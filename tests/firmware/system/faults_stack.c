// A stack pointer that leads nowhere: STKERR on entry is taken in place of, or before, the
// exception (derived exceptions, ARMv7-M ARM B1.5.11); UNSTKERR on return. MSP is good, the process
// stack is bad.
#include "tests/firmware/common/firmware.h"

#define NOWHERE 0x68000000u

static uint64_t process_stack[64];
static volatile uint32_t bad_return;

void IRQ_Handler(void) {
  print("irq %d\n", (int)(READ_SPECIAL(ipsr) & 0x3F) - 16);
  if (bad_return) {
    bad_return = 0;
    WRITE_SPECIAL(psp, NOWHERE + 0x200);
  }
}

__attribute__((used)) static void fault_c(uint32_t exc_return) {
  print("fault %d return=%x psp=%x\n", (int)(READ_SPECIAL(ipsr) & 0x1FF), exc_return,
        READ_SPECIAL(psp));
  print("SHCSR %x ICSR %x pending %x active %x\n", SHCSR, ICSR, NVIC_ISPR, NVIC_IABR);
  print_fault_status();
  // A fresh frame that continues after the trigger.
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
HANDLER(BusFault_Handler)
HANDLER(MemManage_Handler)
HANDLER(HardFault_Handler)

// Thread on the process stack at R0; IRQ mask R1 pended. Callee-saved registers and MSP come back
// as they were.
__attribute__((naked, noipa)) static void attempt(uint32_t psp, uint32_t mask) {
  __asm volatile(
      "push {r4-r11, lr}\n\tmov r10, sp\n\t"
      "msr psp, r0\n\tmovs r2, #2\n\tmsr control, r2\n\tisb\n\t"
      "ldr r3, =0xE000E200\n\tstr r1, [r3]\n\tdsb\n\tisb\n\tnop\n\tnop\n"
      ".global resume_here\n.thumb_func\nresume_here:\n\t"
      "movs r2, #0\n\tmsr control, r2\n\tisb\n\tmov sp, r10\n\tpop {r4-r11, pc}\n\t.ltorg");
}

int main(void) {
  NVIC_ISER = 7;
  set_irq_priority(0, 0x80);
  set_irq_priority(1, 0x40);
  SHCSR |= kBusFaultEna | kMemFaultEna;
  print("-- stacking, BusFault first\n");
  attempt(NOWHERE + 0x100, 1);
  print("-- unstacking\n");
  bad_return = 1;
  attempt((uint32_t)&process_stack[60], 1);
  print("-- stacking, interrupt first\n");
  REG(0xE000ED18u) = 0xC0u << 8;  // BusFault below both interrupts
  attempt(NOWHERE + 0x100, 3);
  print("-- stacking, escalated\n");
  SHCSR = 0;
  attempt(NOWHERE + 0x100, 2);
  print("psp %x\n", READ_SPECIAL(control));
  return 0;
}
