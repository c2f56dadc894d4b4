// LDREX, STREX and CLREX in every width; the monitor is cleared by STREX, CLREX and exceptions
// (ARMv7-M ARM A3.4).
#include "tests/firmware/common/firmware.h"

static uint32_t words[4] __attribute__((aligned(8)));

void SVC_Handler(void) {}

#define ATTEMPT(title, between, suffix)                                                     \
  do {                                                                                      \
    uint32_t value, failed;                                                                 \
    __asm volatile("ldrex" suffix " %0, [%2]\n\t" between "\n\tadds %0, #1\n\tstrex" suffix \
                   " %1, %0, [%2]"                                                          \
                   : "=&l"(value), "=&r"(failed)                                            \
                   : "r"(words)                                                             \
                   : "cc", "memory");                                                       \
    print(title ": value %x failed %d memory %x\n", value, (int)failed, words[0]);          \
  } while (0)

int main(void) {
  words[0] = 0x10FF20FFu;
  ATTEMPT("word", "", "");
  ATTEMPT("half", "", "h");
  ATTEMPT("byte", "", "b");
  ATTEMPT("clrex", "clrex", "");
  ATTEMPT("clrex half", "clrex", "h");
  ATTEMPT("clrex byte", "clrex", "b");
  ATTEMPT("exception", "svc 0", "");
  uint32_t failed;
  __asm volatile("clrex\n\tmovs r0, #7\n\tstrex %0, r0, [%1]"
                 : "=&r"(failed)
                 : "r"(words)
                 : "r0", "cc", "memory");
  print("without load: failed %d memory %x\n", (int)failed, words[0]);
  __asm volatile("ldrex r0, [%1]\n\tmovs r0, #8\n\tstrex %0, r0, [%1]"
                 : "=&r"(failed)
                 : "r"(words)
                 : "r0", "cc", "memory");
  print("first store: failed %d memory %x\n", (int)failed, words[0]);
  __asm volatile("movs r0, #9\n\tstrex %0, r0, [%1]"
                 : "=&r"(failed)
                 : "r"(words)
                 : "r0", "cc", "memory");
  print("second store: failed %d memory %x\n", (int)failed, words[0]);
  __asm volatile("ldrex r0, [%1, #4]\n\tmovs r0, #9\n\tstrex %0, r0, [%1, #4]"
                 : "=&r"(failed)
                 : "r"(words)
                 : "r0", "cc", "memory");
  print("offset: failed %d memory %x\n", (int)failed, words[1]);
  return 0;
}
