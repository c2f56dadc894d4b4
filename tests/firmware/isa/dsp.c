// The DSP extension over a table of values: results, Q and GE (ARMv7-M ARM A4.4.3 to A4.4.6).
#include "tests/firmware/common/firmware.h"

static const uint32_t kValues[] = {0,          1,          0x7FFF,     0x8000,     0xFFFF,
                                   0x00010000, 0x7FFF7FFF, 0x80008000, 0x80007FFF, 0x7F7F7F7F,
                                   0x80808080, 0x12345678, 0x9ABCDEF0, 0x7FFFFFFF, 0x80000000,
                                   0xFFFFFFFF, 0x01FF017F, 0xFE80017F};
enum { kCount = sizeof kValues / sizeof *kValues };

static uint32_t fold(uint32_t sum, uint32_t value) {
  return (sum << 5 | sum >> 27) + value * 0x01000193u;
}

#define OP(text)                                                                                \
  do {                                                                                          \
    uint32_t sum = 0x811C9DC5u;                                                                 \
    for (unsigned i = 0; i < kCount; ++i) {                                                     \
      for (unsigned j = 0; j < kCount; ++j) {                                                   \
        uint32_t d = 0x13579BDFu, e = kValues[(i + j) % kCount], flags;                         \
        __asm volatile("msr apsr_nzcvqg, %5\n\t" text "\n\tmrs %2, apsr"                        \
                       : "+&r"(d), "+&r"(e), "=&r"(flags)                                       \
                       : "r"(kValues[i]), "r"(kValues[j]), "r"((i & 1u) << 16 | (j & 3u) << 17) \
                       : "cc");                                                                 \
        sum = fold(fold(fold(sum, d), e), flags);                                               \
      }                                                                                         \
    }                                                                                           \
    print("%s: %x\n", #text, sum);                                                              \
  } while (0)

#define PARALLEL(prefix)         \
  OP(prefix "add8 %0, %3, %4");  \
  OP(prefix "add16 %0, %3, %4"); \
  OP(prefix "sub8 %0, %3, %4");  \
  OP(prefix "sub16 %0, %3, %4"); \
  OP(prefix "asx %0, %3, %4");   \
  OP(prefix "sax %0, %3, %4")

int main(void) {
  PARALLEL("s");
  PARALLEL("q");
  PARALLEL("sh");
  PARALLEL("u");
  PARALLEL("uq");
  PARALLEL("uh");
  OP("sel %0, %3, %4");
  OP("usad8 %0, %3, %4");
  OP("usada8 %0, %3, %4, %1");
  OP("qadd %0, %3, %4");
  OP("qsub %0, %3, %4");
  OP("qdadd %0, %3, %4");
  OP("qdsub %0, %3, %4");
  OP("ssat16 %0, #6, %3");
  OP("usat16 %0, #5, %3");
  OP("pkhbt %0, %3, %4, lsl #4");
  OP("pkhtb %0, %3, %4, asr #7");
  OP("sxtab %0, %3, %4, ror #8");
  OP("sxtab16 %0, %3, %4, ror #16");
  OP("uxtab16 %0, %3, %4");
  OP("uxtah %0, %3, %4, ror #24");
  OP("sxtb16 %0, %3");
  OP("smlabb %0, %3, %4, %1");
  OP("smlabt %0, %3, %4, %1");
  OP("smlatb %0, %3, %4, %1");
  OP("smlatt %0, %3, %4, %1");
  OP("smulbt %0, %3, %4");
  OP("smlawb %0, %3, %4, %1");
  OP("smulwt %0, %3, %4");
  OP("smlad %0, %3, %4, %1");
  OP("smladx %0, %3, %4, %1");
  OP("smlsd %0, %3, %4, %1");
  OP("smlsdx %0, %3, %4, %1");
  OP("smuad %0, %3, %4");
  OP("smusdx %0, %3, %4");
  OP("smlald %0, %1, %3, %4");
  OP("smlaldx %0, %1, %3, %4");
  OP("smlsld %0, %1, %3, %4");
  OP("smlalbt %0, %1, %3, %4");
  OP("smlaltt %0, %1, %3, %4");
  OP("smmul %0, %3, %4");
  OP("smmulr %0, %3, %4");
  OP("smmla %0, %3, %4, %1");
  OP("smmlsr %0, %3, %4, %1");
  OP("umaal %0, %1, %3, %4");
  return 0;
}
