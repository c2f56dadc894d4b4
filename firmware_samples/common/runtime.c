// Semihosting (Arm, "Semihosting for AArch32 and AArch64", T32 calls) and the routines that
// compilers call.

#include <stddef.h>

#include "runtime.h"

enum {
  SYS_WRITE0 = 0x04,
  SYS_GET_CMDLINE = 0x15,
  SYS_EXIT_EXTENDED = 0x20,
  ADP_STOPPED_APPLICATION_EXIT = 0x20026
};

void* memcpy(void* restrict to, const void* restrict from, size_t count);
void* memset(void* to, int byte, size_t count);

static int32_t semihost(uint32_t operation, const void* parameter) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = parameter;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return (int32_t)r0;
}

void print(const char* text) { semihost(SYS_WRITE0, text); }

void print_decimal(int32_t number) {
  char text[12];
  char* first = text + sizeof text - 1;
  uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
  *first = '\0';
  do {
    *--first = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (number < 0) *--first = '-';
  print(first);
}

void print_hex(uint32_t number) {
  char text[] = "0x00000000";
  for (int i = 9; i > 1; i--, number >>= 4) text[i] = "0123456789abcdef"[number & 15];
  print(text);
}

int command_line(char* buffer, int size) {
  struct {
    char* buffer;
    int32_t size;
  } block = {buffer, size};
  return semihost(SYS_GET_CMDLINE, &block) == 0 ? 0 : -1;
}

_Noreturn void exit_program(int status) {
  const uint32_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uint32_t)status};
  semihost(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}

// Without the attribute GCC would turn these loops into calls of themselves.
__attribute__((optimize("no-tree-loop-distribute-patterns"))) void* memcpy(
    void* restrict to, const void* restrict from, size_t count) {
  char* out = to;
  const char* in = from;
  while (count-- > 0) *out++ = *in++;
  return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void* memset(void* to, int byte,
                                                                           size_t count) {
  char* out = to;
  while (count-- > 0) *out++ = (char)byte;
  return to;
}
