// A program that is only linked and compared, never run.

#include "mcost.h"

int run_first(const int* data, const short* shorts, int count);
int run_second(const int* data, int count);

static const int numbers[4] = {1, -2, 3, -4};
static const short shorts[4] = {5, 6, -7, 8};
volatile int sink;

__attribute__((noinline)) static int work(const int* data, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) sum += data[i] * i;
  return sum;
}

// Inlined twice: the same names at several addresses.
static inline __attribute__((always_inline)) int inlined(int x) {
  MCOST_LAYER_BEGIN("inlined", "op=work 100%%");
  x = work(numbers, x);
  MCOST_LAYER_END("inlined");
  return x;
}

// Short conditional branches over probes: CBZ reaches 126 bytes.
__attribute__((noinline)) static int choose(int x, int y) {
  if (x == 0) {
    MCOST_EVENT("zero");
    return work(numbers, 1);
  }
  if (y != 0) {
    MCOST_EVENT("both", x, y);
    x = work(numbers, 2);
  }
  switch (x & 7) {
    case 0: MCOST_EVENT("case0", 3211264); return work(numbers, 3);
    case 1: MCOST_EVENT("case1", 0xfffffff0u); return work(numbers, 4);
    case 2: return y * 3;
    case 3: return y - x;
    default: return y;
  }
}

// --gc-sections drops this function and must drop its notes.
int never_called(int x) {
  MCOST_LAYER_BEGIN("dropped", "");
  x = work(numbers, x);
  MCOST_LAYER_END("dropped");
  return x;
}

void _start(void) {
  MCOST_LAYER_BEGIN("outer", "op=all macs=12");
  for (int i = 0; i < 4; i++) {
    int result = inlined(i) + choose(i, result = work(numbers, i));
    MCOST_COUNTER("result", result);
    sink = result;
  }
  sink = inlined(2);
  MCOST_LAYER_BEGIN("inner", "in=4");
  sink = run_first(numbers, shorts, 4);
  MCOST_LAYER_END("inner");
  sink = run_second(numbers, 4);
  MCOST_LAYER_END("outer");
  for (;;) {
  }
}
