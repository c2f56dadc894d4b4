// Integrity checks on exception return: INVPC, and a stacked xPSR without T (ARMv7-M ARM B1.5.8).
#include "tests/firmware/common/firmware.h"

static volatile uint32_t way;

__attribute__((used)) static uint32_t svc_c(struct Frame* frame, uint32_t exc_return) {
  switch (way) {
    case 0: return (exc_return & ~8u) | 4u;     // Handler mode on the process stack: reserved
    case 1: frame->xpsr &= ~(1u << 24); break;  // T clear: INVSTATE at the return address
    case 2: frame->xpsr |= 0x0600FC00u; break;  // ITSTATE, nonsense
    case 3:
      frame->xpsr = (frame->xpsr & ~0x1FFu) | 14;
      break;                          // IPSR not zero on return to Thread mode
    case 4: return exc_return & ~8u;  // to Handler mode, where nothing is active
    default: break;
  }
  return exc_return;
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm volatile(
      "mrs r0, msp\n\tmov r1, lr\n\tmov r9, lr\n\tpush {r4, lr}\n\tldr r2, =svc_c\n\tblx r2\n\tpop "
      "{r4, lr}\n\tbx r0\n\t.ltorg");
}

// The shared handler cannot know where to go back to: this one restores the frame that SVC made.
__attribute__((used)) static void usage_c(struct Frame* frame, uint32_t exc_return,
                                          uint32_t resume) {
  const uint32_t psr = frame->xpsr;
  print("fault %d return=%x pc=%x xpsr=%x\n", (int)(READ_SPECIAL(ipsr) & 0x1FFu), exc_return,
        way == 1 ? frame->pc : 0, way == 1 ? psr & ~0xF0000000u : 0);
  print_fault_status();
  print("SHCSR %x ICSR %x\n", SHCSR, ICSR);
  frame->pc = resume & ~1u;
  frame->xpsr = 1u << 24;
}
__attribute__((naked)) void UsageFault_Handler(void) {
  __asm volatile(
      "mrs r0, msp\n\tmov r1, lr\n\tmov r2, r11\n\tldr r3, =usage_c\n\tblx r3\n\t"
      "mov r0, r9\n\tbx r0\n\t.ltorg");
}

// LR of this handler is the bad EXC_RETURN, so it returns with that of the SVC, in R9.
// QEMU looks at the alignment of the return address before T, hence a word-aligned one.
// R11 holds where to continue, R10 the stack pointer there.
__attribute__((naked, noipa)) static void attempt(void) {
  __asm volatile(
      "push {r4-r11, lr}\n\tsub sp, #4\n\tldr r11, =1f\n\tmov r10, sp\n\t.balign 4\n\tnop\n\tsvc "
      "7\n\tnop\n\tnop\n1:\n\t"
      "mov sp, r10\n\tadd sp, #4\n\tpop {r4-r11, pc}\n\t.ltorg");
}

int main(void) {
  SHCSR |= kUsgFaultEna;
  for (way = 0; way < 6; ++way) {
    if (way == 2) continue;
    print("-- way %d\n", (int)way);
    attempt();
  }
  return 0;
}
