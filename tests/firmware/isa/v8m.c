// What ARMv8-M Mainline adds: acquire, release, their exclusives, wide branches of the baseline
// (ARMv8-M ARM C2).
#include "tests/firmware/common/firmware.h"

static uint32_t words[4] __attribute__((aligned(8)));

int main(void) {
  words[0] = 0x11223344u;
  words[1] = 0x55667788u;
  uint32_t value, half, byte, failed;
  __asm volatile("lda %0, [%3]\n\tldah %1, [%3]\n\tldab %2, [%3]"
                 : "=&r"(value), "=&r"(half), "=&r"(byte)
                 : "r"(words));
  print("lda %x %x %x\n", value, half, byte);
  __asm volatile("stl %0, [%1]" ::"r"(0xA1B2C3D4u), "r"(&words[2]) : "memory");
  __asm volatile("stlh %0, [%1]" ::"r"(0x1234u), "r"(&words[1]) : "memory");
  __asm volatile("stlb %0, [%1]" ::"r"(0x99u), "r"((uint8_t*)words + 3) : "memory");
  print("stl %x %x %x\n", words[0], words[1], words[2]);
  __asm volatile("ldaex %0, [%2]\n\tadds %0, #1\n\tstlex %1, %0, [%2]"
                 : "=&r"(value), "=&r"(failed)
                 : "r"(words)
                 : "cc", "memory");
  print("word %x %d %x\n", value, (int)failed, words[0]);
  __asm volatile("ldaexh %0, [%2]\n\tadds %0, #1\n\tstlexh %1, %0, [%2]"
                 : "=&r"(value), "=&r"(failed)
                 : "r"(words)
                 : "cc", "memory");
  print("half %x %d %x\n", value, (int)failed, words[0]);
  __asm volatile("ldaexb %0, [%2]\n\tadds %0, #1\n\tstlexb %1, %0, [%2]"
                 : "=&r"(value), "=&r"(failed)
                 : "r"(words)
                 : "cc", "memory");
  print("byte %x %d %x\n", value, (int)failed, words[0]);
  __asm volatile("clrex\n\tstlex %0, %1, [%2]" : "=&r"(failed) : "r"(1), "r"(words) : "memory");
  print("cleared %d %x\n", (int)failed, words[0]);
  __asm volatile("movs %0, #0\n\tb.w 1f\n\tadds %0, #1\n1:\tadds %0, #2" : "=&l"(value)::"cc");
  print("branch %x\n", value);
  return 0;
}
