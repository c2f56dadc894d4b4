// Threads on the process stack, switched by PendSV, started and ended by SVC; callee-saved
// registers survive.
#include "tests/firmware/common/firmware.h"

enum { kThreads = 3, kStackWords = 96, kRounds = 6 };

static uint32_t stacks[kThreads][kStackWords] __attribute__((aligned(8)));
static uint32_t* saved_sp[kThreads];
static int ended[kThreads];
static volatile unsigned current;
static volatile unsigned switches;
static uint32_t results[kThreads];

__attribute__((used)) static uint32_t* next_thread(uint32_t* sp) {
  saved_sp[current] = sp;
  ++switches;
  for (unsigned i = 0; i < kThreads; ++i) {
    current = current + 1 == kThreads ? 0 : current + 1;
    if (!ended[current]) break;
  }
  return saved_sp[current];
}

// R4-R11 go below the hardware's frame.
__attribute__((naked)) void PendSV_Handler(void) {
  __asm volatile(
      "mrs r0, psp\n\t"
      "subs r0, #32\n\t"
      "stmia r0!, {r4-r7}\n\t"
      "mov r4, r8\n\tmov r5, r9\n\tmov r6, r10\n\tmov r7, r11\n\t"
      "stmia r0!, {r4-r7}\n\t"
      "subs r0, #32\n\t"
      "push {r0, lr}\n\t"
      "bl next_thread\n\t"
      "adds r0, #16\n\t"
      "ldmia r0!, {r4-r7}\n\t"
      "mov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7\n\t"
      "subs r0, #32\n\t"
      "ldmia r0!, {r4-r7}\n\t"
      "adds r0, #16\n\t"
      "msr psp, r0\n\t"
      "pop {r0, pc}");
}

__attribute__((used)) static void svc_c(struct Frame* frame) {
  const unsigned number = *(const uint8_t*)(frame->pc - 2);
  if (number == 1) {
    ended[current] = 1;
    results[current] = frame->r0;
  }
  if (number == 2) print("thread %d says %x\n", (int)current, frame->r0);
  int alive = 0;
  for (unsigned i = 0; i < kThreads; ++i) alive += !ended[i];
  if (alive == 0) {
    for (unsigned i = 0; i < kThreads; ++i) print("result %d: %x\n", (int)i, results[i]);
    print("switches %d\n", (int)switches);
    finish(0);
  }
  if (number != 2) ICSR = kPendSvSet;
}
__attribute__((naked)) void SVC_Handler(void) {
  __asm volatile("mrs r0, psp\n\tldr r1, =svc_c\n\tbx r1\n\t.ltorg");
}

static void yield(void) { __asm volatile("svc 0" ::: "memory"); }
static void say(uint32_t value) {
  register uint32_t r0 __asm("r0") = value;
  __asm volatile("svc 2" ::"r"(r0) : "memory");
}
static __attribute__((noreturn)) void end_thread(uint32_t value) {
  register uint32_t r0 __asm("r0") = value;
  __asm volatile("svc 1" ::"r"(r0) : "memory");
  for (;;) {
  }
}

// Values in callee-saved registers across a switch.
static uint32_t mix(uint32_t seed) {
  uint32_t out;
  __asm volatile(
      "mov r4, %1\n\tadds r5, r4, #1\n\tadds r6, r4, #2\n\tmov r8, r5\n\tmov r9, r6\n\tmov r10, "
      "r4\n\tmov r11, r5\n\t"
      "svc 0\n\t"
      "add r4, r8\n\tadd r5, r9\n\tadd r6, r10\n\tadd r4, r11\n\tadds r4, r4, r5\n\tadds r4, r4, "
      "r6\n\t"
      "mov %0, r4"
      : "=r"(out)
      : "r"(seed)
      : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "cc", "memory");
  return out;
}

static void thread(uint32_t seed) {
  uint32_t value = seed;
  for (int round = 0; round < kRounds; ++round) {
    value = value * 1664525u + 1013904223u;
    value ^= mix(value >> 8);
    if (round % 2 == (int)(seed & 1u)) yield();
    say(value);
  }
  end_thread(value);
}

int main(void) {
  for (unsigned i = 0; i < kThreads; ++i) {
    struct Frame* frame = (struct Frame*)&stacks[i][kStackWords - 8];
    frame->r0 = i + 1;
    frame->pc = (uint32_t)thread & ~1u;
    frame->xpsr = 1u << 24;
    saved_sp[i] = (uint32_t*)frame - 8;
  }
  SHPR3 = 0x00FF0000u;
  WRITE_SPECIAL(psp, (uint32_t)&stacks[0][kStackWords]);
  WRITE_SPECIAL(control, 2);
  thread(1);
  return 0;
}
