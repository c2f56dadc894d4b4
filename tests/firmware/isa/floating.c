// FP instructions over a table of values under every rounding mode, with flush-to-zero and default
// NaN; FPSCR flags folded (ARMv7-M ARM A2.5, A7.7.216 on; FPv5 where the core has it).
#include "tests/firmware/common/firmware.h"

#ifdef FP_DOUBLE
#define FPU_NAME ".fpu fpv5-d16\n\t"
#elif defined(FP_V5)
#define FPU_NAME ".fpu fpv5-sp-d16\n\t"
#else
#define FPU_NAME ".fpu fpv4-sp-d16\n\t"
#endif

static const uint32_t kSingles[] = {
    0x00000000, 0x80000000, 0x00000001, 0x807FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x3FC00000,
    0x40490FDB, 0xC2F6E979, 0x4B000001, 0x4EFFFFFF, 0xCF000001, 0x7F7FFFFF, 0x7F800000, 0xFF800000,
    0x7FC00001, 0x7FA00005, 0xFF812345, 0x34000000, 0x3EAAAAAB, 0x477FE000};
enum { kSingleCount = sizeof kSingles / sizeof *kSingles };

static uint32_t fold(uint32_t sum, uint32_t value) {
  return (sum << 5 | sum >> 27) + value * 0x01000193u;
}

// S1 = a, S2 = b, S3 = c; result S0.
#define SINGLE(text)                                                                             \
  do {                                                                                           \
    uint32_t sum = 0x811C9DC5u;                                                                  \
    for (uint32_t mode = 0; mode < 8; ++mode) {                                                  \
      const uint32_t fpscr = (mode & 3u) << 22 | (mode >> 2) << 24 | (mode == 5 ? 1u << 25 : 0); \
      for (unsigned i = 0; i < kSingleCount; ++i) {                                              \
        for (unsigned j = 0; j < kSingleCount; ++j) {                                            \
          uint32_t d = kSingles[(i * 5 + j) % kSingleCount], after;                              \
          __asm volatile(FPU_NAME                                                                \
                         "vmsr fpscr, %2\n\tvmov s1, %3\n\tvmov s2, %4\n\tvmov s0, %0\n\t" text  \
                         "\n\tvmov %0, s0\n\tvmrs %1, fpscr"                                     \
                         : "+&r"(d), "=&r"(after)                                                \
                         : "r"(fpscr), "r"(kSingles[i]), "r"(kSingles[j])                        \
                         : "cc");                                                                \
          sum = fold(fold(sum, d), after);                                                       \
        }                                                                                        \
      }                                                                                          \
    }                                                                                            \
    print("%s: %x\n", text, sum);                                                                \
  } while (0)

static void single(void) {
  SINGLE("vadd.f32 s0, s1, s2");
  SINGLE("vsub.f32 s0, s1, s2");
  SINGLE("vmul.f32 s0, s1, s2");
  SINGLE("vdiv.f32 s0, s1, s2");
  SINGLE("vnmul.f32 s0, s1, s2");
  SINGLE("vmla.f32 s0, s1, s2");
  SINGLE("vmls.f32 s0, s1, s2");
  SINGLE("vnmla.f32 s0, s1, s2");
  SINGLE("vnmls.f32 s0, s1, s2");
  SINGLE("vfma.f32 s0, s1, s2");
  SINGLE("vfms.f32 s0, s1, s2");
  SINGLE("vfnma.f32 s0, s1, s2");
  SINGLE("vfnms.f32 s0, s1, s2");
  SINGLE("vsqrt.f32 s0, s1");
  SINGLE("vabs.f32 s0, s1");
  SINGLE("vneg.f32 s0, s1");
  SINGLE("vcmp.f32 s1, s2");
  SINGLE("vcmpe.f32 s1, s2");
  SINGLE("vcmpe.f32 s1, #0");
  SINGLE("vcvt.s32.f32 s0, s1");
  SINGLE("vcvt.u32.f32 s0, s1");
  SINGLE("vcvtr.s32.f32 s0, s1");
  SINGLE("vcvtr.u32.f32 s0, s1");
  SINGLE("vcvt.f32.s32 s0, s1");
  SINGLE("vcvt.f32.u32 s0, s1");
  SINGLE("vcvtb.f16.f32 s0, s1");
  SINGLE("vcvtt.f16.f32 s0, s1");
  SINGLE("vcvtb.f32.f16 s0, s1");
  SINGLE("vcvtt.f32.f16 s0, s1");
  SINGLE("vcvt.s32.f32 s0, s0, #7");
  SINGLE("vcvt.u16.f32 s0, s0, #3");
  SINGLE("vcvt.f32.s16 s0, s0, #5");
  SINGLE("vcvt.f32.u32 s0, s0, #31");
  SINGLE("vmov.f32 s0, #-1.75");
#if defined(FP_V5) || defined(FP_DOUBLE)
  SINGLE("vmaxnm.f32 s0, s1, s2");
  SINGLE("vminnm.f32 s0, s1, s2");
  SINGLE("vcmp.f32 s1, s2\n\tvmrs apsr_nzcv, fpscr\n\tvselgt.f32 s0, s1, s2");
  SINGLE("vcmp.f32 s1, s2\n\tvmrs apsr_nzcv, fpscr\n\tvselvs.f32 s0, s1, s2");
  SINGLE("vcmp.f32 s1, s2\n\tvmrs apsr_nzcv, fpscr\n\tvseleq.f32 s0, s1, s2");
  SINGLE("vrinta.f32 s0, s1");
  SINGLE("vrintn.f32 s0, s1");
  SINGLE("vrintp.f32 s0, s1");
  SINGLE("vrintm.f32 s0, s1");
  SINGLE("vrintx.f32 s0, s1");
  SINGLE("vrintz.f32 s0, s1");
  SINGLE("vrintr.f32 s0, s1");
  SINGLE("vcvta.s32.f32 s0, s1");
  SINGLE("vcvtn.u32.f32 s0, s1");
  SINGLE("vcvtp.s32.f32 s0, s1");
  SINGLE("vcvtm.u32.f32 s0, s1");
#endif
}

#ifdef FP_DOUBLE
static const uint64_t kDoubles[] = {0,
                                    0x8000000000000000ull,
                                    1,
                                    0x800FFFFFFFFFFFFFull,
                                    0x0010000000000000ull,
                                    0x3FF0000000000000ull,
                                    0xBFF8000000000000ull,
                                    0x400921FB54442D18ull,
                                    0xC1DFFFFFFFC00000ull,
                                    0x41EFFFFFFFE00000ull,
                                    0x7FEFFFFFFFFFFFFFull,
                                    0x7FF0000000000000ull,
                                    0xFFF0000000000000ull,
                                    0x7FF8000000000001ull,
                                    0x7FF4000000000005ull,
                                    0x3CB0000000000000ull,
                                    0x3810000000000001ull,
                                    0x47EFFFFFF0000000ull};
enum { kDoubleCount = sizeof kDoubles / sizeof *kDoubles };

// D1 = a, D2 = b, D0 = c; result D0.
#define DOUBLE(text)                                                                             \
  do {                                                                                           \
    uint32_t sum = 0x811C9DC5u;                                                                  \
    for (uint32_t mode = 0; mode < 8; ++mode) {                                                  \
      const uint32_t fpscr = (mode & 3u) << 22 | (mode >> 2) << 24 | (mode == 5 ? 1u << 25 : 0); \
      for (unsigned i = 0; i < kDoubleCount; ++i) {                                              \
        for (unsigned j = 0; j < kDoubleCount; ++j) {                                            \
          uint64_t d = kDoubles[(i * 5 + j) % kDoubleCount];                                     \
          uint32_t after;                                                                        \
          __asm volatile(                                                                        \
              FPU_NAME                                                                           \
              "vmsr fpscr, %2\n\tvldr d1, [%3]\n\tvldr d2, [%4]\n\tvldr d0, [%1]\n\t" text       \
              "\n\tvstr d0, [%1]\n\tvmrs %0, fpscr"                                              \
              : "=&r"(after)                                                                     \
              : "r"(&d), "r"(fpscr), "r"(&kDoubles[i]), "r"(&kDoubles[j])                        \
              : "cc", "memory");                                                                 \
          sum = fold(fold(fold(sum, (uint32_t)d), (uint32_t)(d >> 32)), after);                  \
        }                                                                                        \
      }                                                                                          \
    }                                                                                            \
    print("%s: %x\n", text, sum);                                                                \
  } while (0)

static void doubles(void) {
  DOUBLE("vadd.f64 d0, d1, d2");
  DOUBLE("vsub.f64 d0, d1, d2");
  DOUBLE("vmul.f64 d0, d1, d2");
  DOUBLE("vdiv.f64 d0, d1, d2");
  DOUBLE("vmla.f64 d0, d1, d2");
  DOUBLE("vnmls.f64 d0, d1, d2");
  DOUBLE("vfma.f64 d0, d1, d2");
  DOUBLE("vfnms.f64 d0, d1, d2");
  DOUBLE("vsqrt.f64 d0, d1");
  DOUBLE("vcmp.f64 d1, d2");
  DOUBLE("vcmpe.f64 d1, #0");
  DOUBLE("vcvt.f32.f64 s0, d1");
  DOUBLE("vcvt.f64.f32 d0, s2");
  DOUBLE("vcvt.s32.f64 s0, d1");
  DOUBLE("vcvtr.u32.f64 s0, d1");
  DOUBLE("vcvt.f64.s32 d0, s2");
  DOUBLE("vcvt.f64.u32 d0, s3");
  DOUBLE("vcvt.s32.f64 d0, d0, #9");
  DOUBLE("vcvt.f64.u16 d0, d0, #4");
  DOUBLE("vcvtb.f16.f64 s0, d1");
  DOUBLE("vcvtt.f64.f16 d0, s2");
  DOUBLE("vmaxnm.f64 d0, d1, d2");
  DOUBLE("vminnm.f64 d0, d1, d2");
  DOUBLE("vrinta.f64 d0, d1");
  DOUBLE("vrintx.f64 d0, d1");
  DOUBLE("vcvtm.s32.f64 s0, d1");
  DOUBLE("vcmp.f64 d1, d2\n\tvmrs apsr_nzcv, fpscr\n\tvselge.f64 d0, d1, d2");
  DOUBLE("vmov.f64 d0, d1\n\tvmov.f64 d1, #0.5\n\tvneg.f64 d0, d0\n\tvabs.f64 d1, d0");
}
#endif

int main(void) {
  CPACR |= 0xF00000u;
  BARRIER();
  single();
#ifdef FP_DOUBLE
  doubles();
#endif
  return 0;
}
