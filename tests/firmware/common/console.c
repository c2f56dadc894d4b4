#include <stdarg.h>

#include "tests/firmware/common/firmware.h"

enum { kSysWrite0 = 0x04, kSysExitExtended = 0x20 };

static uint32_t semihosting(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm("r0") = operation;
  register const void* r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void finish(int code) {
  const uint32_t block[2] = {0x20026u /* ADP_Stopped_ApplicationExit */, (uint32_t)code};
  semihosting(kSysExitExtended, block);
  for (;;) {
  }
}

static char* put_decimal(char* out, int value) {
  static const uint32_t kPowers[10] = {1000000000u, 100000000u, 10000000u, 1000000u, 100000u,
                                       10000u,      1000u,      100u,      10u,      1u};
  uint32_t rest = (uint32_t)value;
  if (value < 0) {
    *out++ = '-';
    rest = 0u - rest;
  }
  int started = 0;
  for (unsigned i = 0; i < 10; ++i) {
    char digit = '0';
    while (rest >= kPowers[i]) {
      rest -= kPowers[i];
      ++digit;
    }
    if (digit != '0' || started || i == 9) {
      *out++ = digit;
      started = 1;
    }
  }
  return out;
}

void print(const char* format, ...) {
  char line[256];
  char* out = line;
  va_list arguments;
  va_start(arguments, format);
  for (; *format != 0 && out < line + 200; ++format) {
    if (*format != '%') {
      *out++ = *format;
      continue;
    }
    ++format;
    if (*format == 'x') {
      const uint32_t value = va_arg(arguments, uint32_t);
      for (int shift = 28; shift >= 0; shift -= 4)
        *out++ = "0123456789abcdef"[value >> shift & 15u];
    } else if (*format == 'd') {
      out = put_decimal(out, va_arg(arguments, int));
    } else if (*format == 'c') {
      *out++ = (char)va_arg(arguments, int);
    } else if (*format == 's') {
      for (const char* text = va_arg(arguments, const char*); *text != 0 && out < line + 200;
           ++text)
        *out++ = *text;
    }
  }
  va_end(arguments);
  *out = 0;
  semihosting(kSysWrite0, line);
}
