// One handler for HardFault, MemManage, BusFault and UsageFault: prints what the architecture left,
// clears it, resumes.
#include "tests/firmware/common/firmware.h"

volatile enum FaultResume fault_resume;
volatile uint32_t fault_count;

void fault_entry(struct Frame* frame, uint32_t exc_return) {
  ++fault_count;
  print("fault %d return=%x pc=%x lr=%x xpsr=%x\n", (int)(READ_SPECIAL(ipsr) & 0x1FFu), exc_return,
        frame->pc, frame->lr, frame->xpsr);
  print_fault_status();
  if (fault_resume == kReturnToLr) {
    frame->pc = frame->lr & ~1u;
    frame->xpsr = (frame->xpsr & ~0x0600FC00u) | 1u << 24;
  } else {
    const uint16_t first = *(const volatile uint16_t*)frame->pc;
    frame->pc += first >> 11 >= 0x1Du ? 4 : 2;
  }
}

#define FAULT_HANDLER(name)                \
  __attribute__((naked)) void name(void) { \
    __asm volatile(                        \
        "movs r0, #4\n\t"                  \
        "mov r1, lr\n\t"                   \
        "tst r1, r0\n\t"                   \
        "beq 1f\n\t"                       \
        "mrs r0, psp\n\t"                  \
        "b 2f\n"                           \
        "1:\n\t"                           \
        "mrs r0, msp\n"                    \
        "2:\n\t"                           \
        "ldr r2, =fault_entry\n\t"         \
        "bx r2\n\t"                        \
        ".ltorg");                         \
  }
__attribute__((naked)) void HardFault_Handler(void);
__attribute__((naked)) void MemManage_Handler(void);
__attribute__((naked)) void BusFault_Handler(void);
__attribute__((naked)) void UsageFault_Handler(void);
FAULT_HANDLER(HardFault_Handler)
FAULT_HANDLER(MemManage_Handler)
FAULT_HANDLER(BusFault_Handler)
FAULT_HANDLER(UsageFault_Handler)
