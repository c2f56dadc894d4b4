// newlib's formatted output: integers, floating point, widths, strings, 64 bits, variable
// arguments.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int format_to(char* out, size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(out, size, format, arguments);
  va_end(arguments);
  return length;
}

static double sum(int count, ...) {
  va_list arguments, again;
  va_start(arguments, count);
  va_copy(again, arguments);
  double total = 0;
  for (int i = 0; i < count; ++i)
    total += i % 2 == 0 ? va_arg(arguments, int) : va_arg(arguments, double);
  for (int i = 0; i < count; ++i) total += i % 2 == 0 ? va_arg(again, int) : va_arg(again, double);
  va_end(arguments);
  va_end(again);
  return total;
}

int main(void) {
  printf("%d %i %u %x %X %o %c %%\n", -42, 42, 3000000000u, 0xBEEFu, 0xCAFEu, 511u, 'z');
  printf("[%5d] [%-5d] [%05d] [%+d] [% d] [%#x] [%#o]\n", 42, 42, 42, 42, 42, 42u, 42u);
  printf("[%s] [%10s] [%-10s] [%.3s] [%*s]\n", "text", "right", "left", "truncated", 6, "star");
  printf("%ld %lu %hd %hhd\n", -2147483647L, 4294967295UL, (short)-7, (signed char)-8);
#ifndef __ARM_ARCH_6M__  // newlib-nano has no long long
  printf("%lld %llu %llx\n", -1234567890123456789LL, 18446744073709551615ULL, 0x123456789ABCDEFULL);
#endif
  printf("%f %.3f %10.2f %-10.1f| %e %.2E %g %G\n", 3.14159265358979, 2.71828, -1.5, 0.05,
         123456.789, 0.000123, 1e-10, 1e20);
  printf("%g %g %g %g %g\n", 0.1, 100000.0, 1000000.0, 1e-4, 1e-5);
  volatile double zero = 0.0;
  printf("%f %f %f %f\n", 1.0 / zero, -1.0 / zero, zero / zero * 0 == 0 ? 1.0 : 2.0, -zero);
  printf("%.0f %.0f %.0f %.0f %.20f\n", 0.5, 1.5, 2.5, 3.5, 0.1);
#ifndef __ARM_ARCH_6M__
  printf("%a %.15Lg\n", 1.0 / 3.0, 1.0L / 7.0L);
#endif
  char text[40];
  printf("%d [%s]\n", format_to(text, sizeof text, "%d-%s-%.1f", 5, "abc", 2.5), text);
  printf("%d [%s]\n", format_to(text, 6, "%s", "does not fit"), text);
  printf("%.2f\n", sum(6, 1, 2.5, 3, 4.25, 5, 6.125));
  int a = 0, b = 0;
  float f = 0;
  char word[16] = "";
  const int got = sscanf("12 0x1F 3.75 hello", "%d %x %f %15s", &a, (unsigned*)&b, &f, word);
  printf("%d %d %d %.2f %s\n", got, a, b, (double)f, word);
  puts("puts");
  putchar('!');
  putchar('\n');
  return 3;
}
