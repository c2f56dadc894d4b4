// Integer arithmetic that calls the run-time library: 64-bit multiply, divide, shift, compare;
// 32-bit division.
#include <stdint.h>
#include <stdio.h>

static uint64_t state = 0x9E3779B97F4A7C15ull;
static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void show(const char* name, uint64_t value) {
  printf("%s %08lx%08lx\n", name, (unsigned long)(value >> 32), (unsigned long)value);
}

int main(void) {
  uint64_t sum = 0;
  for (int i = 0; i < 300; ++i) {
    const uint64_t a = next(), b = next() >> (i % 64);
    const int64_t sa = (int64_t)a, sb = (int64_t)(b >> 1) - 5;
    const unsigned shift = (unsigned)(next() & 63u);
    sum = sum * 31 + a * b;
    if (b != 0) sum = sum * 31 + a / b + a % b;
    if (sb != 0) sum = sum * 31 + (uint64_t)(sa / sb) + (uint64_t)(sa % sb);
    sum = sum * 31 + (a << shift) + (a >> shift) + (uint64_t)(sa >> shift);
    sum = sum * 31 + (uint64_t)((a < b) + 2 * (sa < sb) + 4 * (a == b));
    const uint32_t ua = (uint32_t)a, ub = (uint32_t)b | 1u;
    const int32_t ia = (int32_t)ua, ib = (int32_t)ub == -1 ? 3 : (int32_t)ub;
    sum = sum * 31 + ua / ub + ua % ub + (uint32_t)(ia / ib) + (uint32_t)(ia % ib);
    sum = sum * 31 + (uint64_t)__builtin_clz(ub) + (uint64_t)__builtin_ctzll(a | 1ull << 63) +
          (uint64_t)__builtin_popcount(ua) + (uint64_t)__builtin_parityll(a) +
          __builtin_bswap32(ua) + __builtin_bswap16((uint16_t)ua);
    if (i % 30 == 0) show("sum", sum);
  }
  show("sum", sum);
  volatile uint64_t one = 1, zero_shift = 0;
  show("shift", one << zero_shift);
  struct {
    unsigned a : 3, b : 13;
    int c : 9;
    uint64_t d : 39;
  } fields = {5, 0x1234, -100, 0x1234567890ull};
  for (int i = 0; i < 5; ++i) {
    fields.a = (unsigned)(fields.a + 1u) & 7u;
    fields.b = (unsigned)(fields.b * 3u) & 0x1FFFu;
    fields.c = (fields.c - 7) % 200;
    fields.d += fields.b;
  }
  printf("fields %u %u %d\n", (unsigned)fields.a, (unsigned)fields.b, (int)fields.c);
  show("field", fields.d);
  return (int)(sum & 0x7F);
}
