// EXC_RETURN for both stacks and every way to load it; stacked frames; SP alignment (ARMv7-M ARM
// B1.5.6 to B1.5.8).
#include "tests/firmware/common/firmware.h"

static uint64_t process_stack[64];
static volatile uint32_t seen_lr, seen_sp, seen_xpsr, seen_control;

__attribute__((used)) static void svc_c(struct Frame* frame, uint32_t exc_return, uint32_t sp) {
  seen_lr = exc_return;
  seen_sp = sp;
  seen_xpsr = frame->xpsr;
  seen_control = READ_SPECIAL(control);
  const uint16_t instruction = *(const uint16_t*)(frame->pc - 2);
  print("svc %d lr=%x sp=%x frame=%x pc=%x lr=%x r0=%x r12=%x\n", instruction & 0xFF, exc_return,
        sp, (uint32_t)frame, frame->pc, frame->lr, frame->r0, frame->r12);
  frame->r0 += 0x100;
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm volatile(
      "movs r0, #4\n\tmov r1, lr\n\ttst r1, r0\n\tbeq 1f\n\tmrs r0, psp\n\tb 2f\n1:\tmrs r0, msp\n"
      "2:\tmov r2, sp\n\tldr r3, =svc_c\n\tbx r3\n\t.ltorg");
}

// Each returns by another instruction. IRQ n uses way n.
__attribute__((used)) static void irq_c(uint32_t ipsr) {
  print("irq %d\n", (int)(ipsr & 0x3F) - 16);
}
__attribute__((naked)) void IRQ_Handler(void) {
  __asm volatile(
      "mrs r0, ipsr\n\t"
      "push {r0, lr}\n\t"
      "bl irq_c\n\t"
      "pop {r0}\n\t"
      "movs r1, #0x3f\n\tands r0, r1\n\tsubs r0, #16\n\t"
      "cmp r0, #1\n\tbeq 1f\n\t"
#ifndef __ARM_ARCH_6M__
      "cmp r0, #2\n\tbeq 2f\n\t"
      "cmp r0, #3\n\tbeq 3f\n\t"
      "cmp r0, #4\n\tbeq 4f\n\t"
#endif
      "pop {r1}\n\tbx r1\n"
      "1:\tpop {pc}\n"
#ifndef __ARM_ARCH_6M__
      "2:\tldr pc, [sp], #4\n"
      "3:\tpush {r0}\n\tldmia.w sp!, {r1, pc}\n"
      "4:\tldr r3, =ways_stack\n\tldr r1, [sp], #4\n\tstr r1, [r3]\n\tmovs r2, #0\n\tldr pc, [r3, "
      "r2]\n"
      "\t.ltorg"
#endif
  );
}
__attribute__((used)) uint32_t ways_stack[2];

static uint32_t call_svc(void) {
  uint32_t result;
  __asm volatile("ldr r0, =0x1234\n\tmovs r1, #77\n\tmov r12, r1\n\tsvc 42\n\tmov %0, r0"
                 : "=r"(result)::"r0", "r1", "r2", "r3", "r12", "memory");
  return result;
}

static void on_main_stack(void) {
  print("control %x\n", READ_SPECIAL(control));
  print("result %x\n", call_svc());
}

static void on_process_stack(void) {
  WRITE_SPECIAL(psp, (uint32_t)&process_stack[60]);
  WRITE_SPECIAL(control, 2);
  const uint32_t result = call_svc();
  WRITE_SPECIAL(control, 0);
  print("process stack: result %x control seen %x xpsr %x\n", result, seen_control, seen_xpsr);
  print("psp offset %d\n", (int)(READ_SPECIAL(psp) - (uint32_t)process_stack));
}

static void misaligned(void) {
  // STKALIGN: a word is inserted when SP is not 8-byte aligned, told by bit 9 of the stacked xPSR.
  print("ccr %x\n", CCR);
  for (uint32_t offset = 0; offset < 8; offset += 4) {
    WRITE_SPECIAL(psp, (uint32_t)&process_stack[60] - offset);
    WRITE_SPECIAL(control, 2);
    call_svc();
    WRITE_SPECIAL(control, 0);
    print("offset %d xpsr bit 9: %d psp %d\n", (int)offset, (int)(seen_xpsr >> 9 & 1),
          (int)(READ_SPECIAL(psp) - (uint32_t)process_stack));
  }
}

int main(void) {
  on_main_stack();
  on_process_stack();
  misaligned();
  NVIC_ISER = 0x1Fu;
  for (uint32_t way = 0; way < 5; ++way) {
    NVIC_ISPR = 1u << way;
    BARRIER();
  }
  print("done\n");
  return 0;
}
