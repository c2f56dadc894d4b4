// Precise bus faults on data, on fetch, on stacking and unstacking, and the same escalated (ARMv7-M
// ARM B3.2.15).
#include "tests/firmware/common/firmware.h"

// Nothing is there on any of the boards; in the Normal memory part of the map, hence executable.
#define NOWHERE 0x68000000u

static void title(const char* text) { print("-- %s\n", text); }

static void data(void) {
  title("load word");
  __asm volatile("ldr r0, [%0]" ::"r"(NOWHERE + 0x10) : "r0");
  title("load byte");
  __asm volatile("ldrb r0, [%0]" ::"r"(NOWHERE + 0x13) : "r0");
  title("load multiple");
  __asm volatile("ldmia %0, {r0, r1}" ::"r"(NOWHERE + 0x20) : "r0", "r1");
  title("pop keeps the base");
  register uint32_t base __asm("r4") = NOWHERE + 0x40;
  __asm volatile("ldmia r4!, {r0, r1}" : "+r"(base)::"r0", "r1");
  print("base %x\n", base);
  base = NOWHERE + 0x60;
  __asm volatile("ldr r0, [r4], #4" : "+r"(base)::"r0");
  print("base %x\n", base);
}

__attribute__((naked, noipa)) static void call(uint32_t target) {
  __asm volatile("push {r4, lr}\n\tblx r0\n\tpop {r4, pc}");
}

static void fetch(void) {
  fault_resume = kReturnToLr;
  title("fetch from nothing");
  call(NOWHERE + 1);
  title("fetch from execute-never");
  call(0xE0000001u);
  call(0x40000001u);
  fault_resume = kSkipInstruction;
}

int main(void) {
  SHCSR |= kBusFaultEna | kMemFaultEna;
  data();
  fetch();
  SHCSR = 0;
  print("== escalated\n");
  data();
  fetch();
  print("faults %d\n", (int)fault_count);
  return 0;
}
