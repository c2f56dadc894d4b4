// Thumb instructions that compilers rarely choose, over a table of values; results and flags folded
// into one word each.
#include "tests/firmware/common/firmware.h"

static const uint32_t kValues[] = {0,          1,          2,          0x7F,       0x80,
                                   0xFF,       0x100,      0x7FFF,     0x8000,     0xFFFF,
                                   0x10000,    0x12345678, 0x7FFFFFFF, 0x80000000, 0x80000001,
                                   0xAAAAAAAA, 0x55555555, 0xDEADBEEF, 0xFFFFFFFE, 0xFFFFFFFF};
enum { kCount = sizeof kValues / sizeof *kValues };

static uint32_t fold(uint32_t sum, uint32_t value) {
  return (sum << 5 | sum >> 27) + value * 0x01000193u;
}

// d = op(a, b); flags before are those of cmp a, b; flags after are folded.
#define TWO(text)                                               \
  do {                                                          \
    uint32_t sum = 0x811C9DC5u;                                 \
    for (unsigned i = 0; i < kCount; ++i) {                     \
      for (unsigned j = 0; j < kCount; ++j) {                   \
        uint32_t d = 0x13579BDFu, flags;                        \
        __asm volatile("cmp %2, %3\n\t" text "\n\tmrs %1, apsr" \
                       : "+&l"(d), "=&l"(flags)                 \
                       : "l"(kValues[i]), "l"(kValues[j])       \
                       : "cc", "r4", "r5");                     \
        sum = fold(fold(sum, d), flags);                        \
      }                                                         \
    }                                                           \
    print("%s: %x\n", #text, sum);                              \
  } while (0)

static void narrow(void) {
  TWO("adds %0, %2, %3");
  TWO("subs %0, %2, %3");
  TWO("adds %0, %2, #7");
  TWO("subs %0, %2, #3");
  TWO("movs %0, %2\n\tadcs %0, %3");
  TWO("movs %0, %2\n\tsbcs %0, %3");
  TWO("rsbs %0, %2, #0");
  TWO("movs %0, %2\n\tands %0, %3");
  TWO("movs %0, %2\n\torrs %0, %3");
  TWO("movs %0, %2\n\teors %0, %3");
  TWO("movs %0, %2\n\tbics %0, %3");
  TWO("mvns %0, %2");
  TWO("movs %0, %2\n\tmuls %0, %3, %0");
  TWO("movs %0, %2\n\tlsls %0, %3");
  TWO("movs %0, %2\n\tlsrs %0, %3");
  TWO("movs %0, %2\n\tasrs %0, %3");
  TWO("movs %0, %2\n\trors %0, %3");
  TWO("lsls %0, %2, #5");
  TWO("lsrs %0, %2, #32");
  TWO("asrs %0, %2, #31");
  TWO("tst %2, %3");
  TWO("cmn %2, %3");
  TWO("sxtb %0, %2");
  TWO("sxth %0, %2");
  TWO("uxtb %0, %2");
  TWO("uxth %0, %2");
  TWO("rev %0, %2");
  TWO("rev16 %0, %2");
  TWO("revsh %0, %2");
}

#ifndef __ARM_ARCH_6M__
static void wide(void) {
  TWO("adcs.w %0, %2, %3, lsl #3");
  TWO("sbcs.w %0, %2, %3, ror #7");
  TWO("rsbs.w %0, %2, %3, asr #12");
  TWO("orns %0, %2, %3, lsr #4");
  TWO("ands.w %0, %2, %3, rrx");
  TWO("teq %2, %3, ror #9");
  TWO("eors.w %0, %2, #0xFF00FF00");
  TWO("bics.w %0, %2, #0x00FF0000");
  TWO("addw %0, %2, #0xABC");
  TWO("movw %0, #0x1234\n\tmovt %0, #0x5678");
  TWO("clz %0, %2");
  TWO("rbit %0, %2");
  TWO("bfi %0, %2, #5, #11");
  TWO("bfc %0, #3, #20");
  TWO("ubfx %0, %2, #7, #13");
  TWO("sbfx %0, %2, #9, #17");
  TWO("ssat %0, #9, %2, lsl #2");
  TWO("usat %0, #11, %2, asr #3");
  TWO("mla %0, %2, %3, %0");
  TWO("mls %0, %2, %3, %0");
  TWO("umull %0, r4, %2, %3\n\teors %0, r4");
  TWO("smull %0, r4, %2, %3\n\teors %0, r4");
  TWO("movs r4, #9\n\tumlal %0, r4, %2, %3\n\teors %0, r4");
  TWO("movs r4, #5\n\tsmlal %0, r4, %2, %3\n\teors %0, r4");
  TWO("udiv %0, %2, %3");
  TWO("sdiv %0, %2, %3");
  TWO("itete hi\n\taddhi %0, %2, #1\n\tsubls %0, %2, #2\n\teorhi %0, %0, %3\n\tmvnls %0, %0");
  TWO("itt lt\n\tmovlt %0, %2\n\tcmplt %0, #5");
  TWO("ittt ge\n\taddge %0, %0, %2\n\tlslge %0, %0, #1\n\tsubge %0, %0, %3");
  TWO("lsls.w %0, %2, %3");
  TWO("rors.w %0, %2, %3");
}

static void memory_forms(void) {
  static uint32_t area[32] __attribute__((aligned(8)));
  uint32_t sum = 0;
  for (unsigned i = 0; i < 32; ++i) area[i] = i * 0x9E3779B9u;
  uint32_t a, b;
  uint8_t* at = (uint8_t*)area;
  __asm volatile("ldrd %0, %1, [%2, #8]!" : "=&r"(a), "=&r"(b), "+r"(at)::"memory");
  sum = fold(fold(fold(sum, a), b), (uint32_t)(at - (uint8_t*)area));
  __asm volatile("strd %0, %1, [%2], #16" ::"r"(a), "r"(b), "r"(at) : "memory");
  __asm volatile("ldrsb %0, [%2, #-3]\n\tldrsh %1, [%2, #2]" : "=&r"(a), "=&r"(b) : "r"(at));
  sum = fold(fold(sum, a), b);
  __asm volatile("ldr %0, [%2, %3, lsl #2]\n\tldrh %1, [%2, %3, lsl #1]"
                 : "=&r"(a), "=&r"(b)
                 : "r"(area), "r"(7));
  sum = fold(fold(sum, a), b);
  at = (uint8_t*)&area[20];
  __asm volatile("ldmdb %2!, {%0, %1}" : "=&r"(a), "=&r"(b), "+r"(at)::"memory");
  sum = fold(fold(fold(sum, a), b), (uint32_t)(at - (uint8_t*)area));
  __asm volatile("strb %0, [%2, #1]!\n\tstrh %1, [%2], #-2" ::"r"(a), "r"(b), "r"(at) : "memory");
  uint32_t index = 3;
  __asm volatile(
      "tbb [pc, %1]\n"
      "0:\t.byte (1f-0b)/2, (2f-0b)/2, (3f-0b)/2, (4f-0b)/2\n"
      "1:\tmovs %0, #1\n2:\tmovs %0, #2\n3:\tmovs %0, #3\n4:\taddw %0, %1, #100"
      : "=&r"(a)
      : "r"(index));
  sum = fold(sum, a);
  __asm volatile(
      "tbh [pc, %1, lsl #1]\n"
      "0:\t.hword (1f-0b)/2, (2f-0b)/2\n"
      "1:\tmovs %0, #1\n2:\taddw %0, %1, #200"
      : "=&r"(a)
      : "r"(1));
  sum = fold(sum, a);
  __asm volatile("movs %0, #5\n1:\tsubs %0, #1\n\tcbz %0, 2f\n\tcmp %0, #99\n\tbne 1b\n2:"
                 : "=&l"(a)::"cc");
  sum = fold(sum, a);
  for (unsigned i = 0; i < 32; ++i) sum = fold(sum, area[i]);
  print("memory %x\n", sum);
}
#endif

int main(void) {
  narrow();
#ifndef __ARM_ARCH_6M__
  wide();
  memory_forms();
#endif
  return 0;
}
