// UsageFaults with their UFSR bits, and the same ones escalated to HardFault (ARMv7-M ARM B1.5.14,
// B3.2.15).
#include "tests/firmware/common/firmware.h"

static void title(const char* text) { print("-- %s\n", text); }

static uint8_t bytes[32] __attribute__((aligned(8)));

static void undefined(void) {
  title("udf");
  __asm volatile("udf #1");
  title("udf.w");
  __asm volatile("udf.w #0x123");
  title("undefined in an IT block");
  __asm volatile("movs r0, #0\n\tit eq\n\tudfeq #2" ::: "r0", "cc");
  title("coprocessor 0");
  __asm volatile(".inst.w 0xEE000010");  // MCR p0
  title("coprocessor 7 load");
  __asm volatile("mov r0, %0\n\t.inst.w 0xED900700" ::"r"(bytes) : "r0");  // LDC p7, c0, [r0]
}

__attribute__((naked, noipa)) static void call_even(uint32_t target) {
  __asm volatile("push {r4, lr}\n\tblx r0\n\tpop {r4, pc}");
}
__attribute__((naked, noipa, aligned(4))) static void nothing(void) { __asm volatile("bx lr"); }

static void invalid_state(void) {
  fault_resume = kReturnToLr;
  title("blx to an even address");
  call_even((uint32_t)nothing & ~1u);
  fault_resume = kSkipInstruction;
}

static void divide_and_unaligned(void) {
  uint32_t quotient;
  title("division by zero without trap");
  __asm volatile("udiv %0, %1, %2" : "=r"(quotient) : "r"(100), "r"(0));
  print("quotient %x\n", quotient);
  __asm volatile("sdiv %0, %1, %2" : "=r"(quotient) : "r"(0x80000000u), "r"(-1));
  print("quotient %x\n", quotient);
  CCR |= 1u << 4;
  title("division by zero with trap");
  __asm volatile("udiv r0, %0, %1" ::"r"(100), "r"(0) : "r0");
  __asm volatile("sdiv r0, %0, %1" ::"r"(100), "r"(0) : "r0");
  CCR &= ~(1u << 4);
  for (unsigned i = 0; i < sizeof bytes; ++i) bytes[i] = (uint8_t)(i * 17);
  uint32_t value;
  title("unaligned without trap");
  __asm volatile("ldr %0, [%1, #1]" : "=r"(value) : "r"(bytes));
  print("word %x\n", value);
  __asm volatile("ldrh %0, [%1, #3]" : "=r"(value) : "r"(bytes));
  print("half %x\n", value);
  CCR |= 1u << 3;
  BARRIER();
  title("unaligned with trap");
  __asm volatile("ldr r0, [%0, #1]" ::"r"(bytes) : "r0", "memory");
  __asm volatile("strh r0, [%0, #3]" ::"r"(bytes) : "memory");
  CCR &= ~(1u << 3);
  BARRIER();
  title("unaligned multiples");
  __asm volatile("mov r3, %0\n\tadds r3, #2\n\tldm r3, {r0, r1}" ::"r"(bytes)
                 : "r0", "r1", "r3", "cc");
  __asm volatile("mov r3, %0\n\tadds r3, #2\n\tstm r3, {r0, r1}" ::"r"(bytes)
                 : "r3", "cc", "memory");
  __asm volatile("mov r3, %0\n\tadds r3, #1\n\tldrd r0, r1, [r3]" ::"r"(bytes)
                 : "r0", "r1", "r3", "cc");
  // Alignment comes before the bus (ARMv7-M ARM B2.3.4, MemA).
  __asm volatile("mov r3, %0\n\tadds r3, #1\n\tldrd r0, r1, [r3]" ::"r"(0x68000000u)
                 : "r0", "r1", "r3", "cc");
  __asm volatile("mov r3, %0\n\tadds r3, #1\n\tldrex r0, [r3]" ::"r"(bytes) : "r0", "r3", "cc");
}

static void all(void) {
  undefined();
  invalid_state();
  divide_and_unaligned();
}

int main(void) {
  print("SHCSR %x CCR %x\n", SHCSR, CCR);
  SHCSR |= kUsgFaultEna;
  all();
  SHCSR &= ~kUsgFaultEna;
  print("== escalated\n");
  all();
  print("faults %d\n", (int)fault_count);
  return 0;
}
