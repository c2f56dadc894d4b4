// float and double arithmetic and newlib's functions, as bits.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void show(const char* name, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  printf("%s %08lx%08lx\n", name, (unsigned long)(bits >> 32), (unsigned long)bits);
}
static void show_float(const char* name, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  printf("%s %08lx\n", name, (unsigned long)bits);
}

static const double kValues[] = {0.0,      -0.0,  1.0,      -1.5,       0.1,    3.5e10,
                                 -2.25e-8, 1e300, 4.9e-324, 123456.789, 0.99999};
static const float kFloats[] = {0.0f,      -0.0f, 1.0f,     -1.5f,  0.1f,       3.5e10f,
                                -2.25e-8f, 1e38f, 1.4e-45f, 1e-40f, 16777217.0f};
enum { kCount = sizeof kValues / sizeof *kValues };

static void doubles(void) {
  for (int i = 0; i < kCount; ++i) {
    const volatile double a = kValues[i], b = kValues[(i * 3 + 1) % kCount];
    show("add", a + b);
    show("sub", a - b);
    show("mul", a * b);
    if (b != 0) show("div", a / b);
    printf("compare %d%d%d int %d unsigned %u\n", a < b, a == b, a >= b, fabs(a) < 1e9 ? (int)a : 0,
           a >= 0 && a < 4e9 ? (unsigned)a : 0);
    show_float("narrow", (float)a);
  }
}
static void floats(void) {
  for (int i = 0; i < kCount; ++i) {
    const volatile float a = kFloats[i], b = kFloats[(i * 3 + 1) % kCount];
    show_float("addf", a + b);
    show_float("subf", a - b);
    show_float("mulf", a * b);
    if (b != 0) show_float("divf", a / b);
    show_float("sqrtf", sqrtf(fabsf(a)));
    show_float("fmaf", fmaf(a, b, 1.0f));
    printf("compare %d%d%d int %d\n", a < b, a == b, a >= b, fabsf(a) < 1e9f ? (int)a : 0);
    show("widen", a);
  }
}

static void functions(void) {
  for (double x = -2.0; x < 3.0; x += 0.7) {
    show("sin", sin(x));
    show("cos", cos(x));
    show("exp", exp(x));
    show("atan2", atan2(x, 1.5));
    show("tanh", tanh(x));
    show("floor", floor(x));
    show("cbrt", cbrt(x));
    if (x > 0) {
      show("log", log(x));
      show("sqrt", sqrt(x));
      show("pow", pow(x, 1.7));
    }
    show_float("sinf", sinf((float)x));
    show_float("expf", expf((float)x));
    show("fmod", fmod(x * 100, 7.3));
    show("round", round(x));
    show("ldexp", ldexp(x, 10));
  }
  int exponent;
  show("frexp", frexp(1234.5, &exponent));
  printf("%d %d %d\n", exponent, isnan(NAN), isinf(INFINITY));
}

static void conversions(void) {
  volatile int64_t big = -1234567890123456789LL;
  volatile uint64_t unsigned_big = 18446744073709551557ULL;
  show("from int64", (double)big);
  show("from uint64", (double)unsigned_big);
  show_float("float from int64", (float)big);
  volatile double d = 9.1e18;
  const int64_t back = (int64_t)d;
  printf("to int64 %08lx%08lx\n", (unsigned long)((uint64_t)back >> 32), (unsigned long)back);
  volatile int small = -12345;
  show_float("from int", (float)small);
  show("from int", small);
  volatile long double wide = 1.0L / 3.0L;
  show("long double", (double)(wide * 3.0L - 1e-17L));
}

int main(void) {
  doubles();
  floats();
  functions();
  conversions();
  return 0;
}
