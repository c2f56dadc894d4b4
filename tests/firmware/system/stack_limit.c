// MSPLIM and PSPLIM: STKOF on pushes and on stacking, reads and writes of the limits (ARMv8-M ARM
// B3.21, B3.30).
#include "tests/firmware/common/firmware.h"

static uint64_t process_stack[64];

void IRQ_Handler(void) { print("irq %d\n", (int)(READ_SPECIAL(ipsr) & 0x3F) - 16); }

__attribute__((used)) static void fault_c(uint32_t exc_return) {
  print("fault %d return=%x psp offset %d\n", (int)(READ_SPECIAL(ipsr) & 0x1FF), exc_return,
        (int)(READ_SPECIAL(psp) - (uint32_t)process_stack));
  print_fault_status();
  extern const char resume_here[];
  WRITE_SPECIAL(psplim, 0);
  struct Frame* frame = (struct Frame*)&process_stack[40];
  frame->pc = (uint32_t)resume_here & ~1u;
  frame->xpsr = 1u << 24;
  WRITE_SPECIAL(psp, (uint32_t)frame);
}
#define HANDLER(name)                                                                           \
  __attribute__((naked)) void name(void);                                                       \
  __attribute__((naked)) void name(void) {                                                      \
    __asm volatile(                                                                             \
        "push {r4, lr}\n\tmov r0, lr\n\tbl fault_c\n\tpop {r4, lr}\n\torr lr, lr, #0x10\n\tbx " \
        "lr");                                                                                  \
  }
HANDLER(UsageFault_Handler)
HANDLER(HardFault_Handler)

// R0: way, R1: PSP, R2: PSPLIM.
__attribute__((naked, noipa)) static void attempt(uint32_t way, uint32_t psp, uint32_t limit) {
  __asm volatile(
      "push {r4-r11, lr}\n\tmov r10, sp\n\t"
      "msr psp, r1\n\tmsr psplim, r2\n\tmovs r3, #2\n\tmsr control, r3\n\tisb\n\t"
      "cmp r0, #0\n\tbeq 1f\n\tcmp r0, #1\n\tbeq 2f\n\tcmp r0, #2\n\tbeq 3f\n\tcmp r0, #3\n\tbeq "
      "4f\n\tb resume_here\n"
      "1:\tpush {r4-r7}\n\tb resume_here\n"
      "2:\tsub sp, sp, #64\n\tb resume_here\n"
      "3:\tstr r4, [sp, #-8]!\n\tb resume_here\n"
      "4:\tldr r3, =0xE000E200\n\tmovs r1, #1\n\tstr r1, [r3]\n\tdsb\n\tisb\n\tnop\n\tnop\n"
      ".global resume_here\n.thumb_func\nresume_here:\n\t"
      "mrs r11, psp\n\tmovs r2, #0\n\tmsr psplim, r2\n\tmsr control, r2\n\tisb\n\tmov sp, "
      "r10\n\tmov r0, r11\n\t"
      "pop {r4-r11, pc}\n\t.ltorg");
}

int main(void) {
  print("limits %x %x\n", READ_SPECIAL(msplim), READ_SPECIAL(psplim));
  WRITE_SPECIAL(psplim, 0x38000127u);
  print("psplim %x\n", READ_SPECIAL(psplim));
  WRITE_SPECIAL(psplim, 0);
  NVIC_ISER = 1;
  set_irq_priority(0, 0x80);
  const uint32_t top = (uint32_t)&process_stack[60];
  for (int enabled = 1; enabled >= 0; --enabled) {
    SHCSR = enabled ? kUsgFaultEna : 0;
    for (uint32_t way = 0; way < 4; ++way) {
      print("-- way %d within\n", (int)way);
      attempt(way, top, top - 80);
      print("-- way %d at the limit\n", (int)way);
      attempt(way, top, top);
    }
  }
  print("-- exactly\n");
  attempt(0, top, top - 16);
  attempt(3, top, top - 32);
  print("done\n");
  return 0;
}
