// The measured loops, in instructions that every Cortex-M has, so that figures of cores compare.
// Unrolled: turning back costs little beside 32 accesses.

#include "membench.h"

#define LOW "r2", "r3", "cc", "memory"

// 32 words or bytes from the base register on.
#define WORDS8(op, o)                                                                          \
  op "r2, [%0, #" #o "+0]\n\t" op "r3, [%0, #" #o "+4]\n\t" op "r2, [%0, #" #o "+8]\n\t" op    \
     "r3, [%0, #" #o "+12]\n\t" op "r2, [%0, #" #o "+16]\n\t" op "r3, [%0, #" #o "+20]\n\t" op \
     "r2, [%0, #" #o "+24]\n\t" op "r3, [%0, #" #o "+28]\n\t"
#define WORDS32(op) WORDS8(op, 0) WORDS8(op, 32) WORDS8(op, 64) WORDS8(op, 96)
#define BYTES8(op, o)                                                                       \
  op "r2, [%0, #" #o "+0]\n\t" op "r3, [%0, #" #o "+1]\n\t" op "r2, [%0, #" #o "+2]\n\t" op \
     "r3, [%0, #" #o "+3]\n\t" op "r2, [%0, #" #o "+4]\n\t" op "r3, [%0, #" #o "+5]\n\t" op \
     "r2, [%0, #" #o "+6]\n\t" op "r3, [%0, #" #o "+7]\n\t"
#define BYTES32(op) BYTES8(op, 0) BYTES8(op, 8) BYTES8(op, 16) BYTES8(op, 24)

#define LOOP(body, step) "1:\n\t" body "adds %0, #" step "\n\tsubs %1, #1\n\tbne 1b"

void read_words(const uint32_t* from) {
  uint32_t turns = WORDS / 32;
  __asm__ volatile(LOOP(WORDS32("ldr "), "128") : "+l"(from), "+l"(turns)::LOW);
}

void read_bytes(const uint32_t* from) {
  uint32_t turns = WORDS / 32;
  __asm__ volatile(LOOP(BYTES32("ldrb "), "32") : "+l"(from), "+l"(turns)::LOW);
}

void write_words(uint32_t* to) {
  uint32_t turns = WORDS / 32;
  __asm__ volatile(LOOP(WORDS32("str "), "128") : "+l"(to), "+l"(turns)::LOW);
}

void write_bytes(uint32_t* to) {
  uint32_t turns = WORDS / 32;
  __asm__ volatile(LOOP(BYTES32("strb "), "32") : "+l"(to), "+l"(turns)::LOW);
}

#define TWICE(text) text text
#define FOURFOLD(text) TWICE(text) TWICE(text)
#define EIGHTFOLD(text) TWICE(text) TWICE(text) TWICE(text) TWICE(text)

void read_multiple(const uint32_t* from) {
  uint32_t turns = WORDS / 32;
  __asm__ volatile("1:\n\t" EIGHTFOLD("ldmia %0!, {r2, r3, r4, r5}\n\t") "subs %1, #1\n\tbne 1b"
                   : "+l"(from), "+l"(turns)::"r4", "r5", LOW);
}

void write_multiple(uint32_t* to) {
  uint32_t turns = WORDS / 32;
  __asm__ volatile("1:\n\t" EIGHTFOLD("stmia %0!, {r2, r3, r4, r5}\n\t") "subs %1, #1\n\tbne 1b"
                   : "+l"(to), "+l"(turns)::"r4", "r5", LOW);
}

void read_lines(const uint32_t* from) {
  uint32_t turns = LINES / 4;
  __asm__ volatile(
      "1:\n\tldr r2, [%0, #0]\n\tldr r3, [%0, #32]\n\tldr r2, [%0, #64]\n\tldr r3, [%0, #96]\n\t"
      "adds %0, #128\n\tsubs %1, #1\n\tbne 1b"
      : "+l"(from), "+l"(turns)::LOW);
}

uint32_t pointer_chase(const uint32_t* from) {
  uint32_t turns = LINES / 8;
  uint32_t offset = 0;
  __asm__ volatile("1:\n\t" EIGHTFOLD("ldr %1, [%0, %1]\n\t") "subs %2, #1\n\tbne 1b"
                   : "+l"(from), "+l"(offset), "+l"(turns)::LOW);
  return offset;
}

uint32_t single_loads(const uint32_t* from) {
  uint32_t turns = LINES;
  uint32_t offset = 0;
  __asm__ volatile(
      "1:\n\tldr %1, [%0, %1]\n\tadds r2, %1, #0\n\tmovs r3, #250\n"
      "2:\n\tsubs r3, #1\n\tbne 2b\n\tsubs %2, #1\n\tbne 1b"
      : "+l"(from), "+l"(offset), "+l"(turns)::LOW);
  return offset;
}

// The walk of main.c's table, in branches; the line that would go back to the first returns.
__asm__(
    ".section .text.jump_through_lines, \"ax\", %progbits\n"
    ".balign 32\n"
    ".global jump_through_lines\n"
    ".type jump_through_lines, %function\n"
    ".thumb_func\n"
    "jump_through_lines:\n"
    ".Lfirst:\n"
    ".set line, 0\n"
    ".rept 64\n"
    ".set next, (37 * line + 11) % 64\n"
    ".if next == 0\n"
    "bx lr\n"
    ".else\n"
    "b .Lfirst + next * 32\n"
    ".endif\n"
    ".rept 15\nnop\n.endr\n"
    ".set line, line + 1\n"
    ".endr\n"
    ".size jump_through_lines, . - jump_through_lines\n"
    ".text\n");

void copy_multiple(const uint32_t* from, uint32_t* to) {
  uint32_t turns = WORDS / 2 / 16;
  __asm__ volatile(
      "1:\n\t" FOURFOLD(
          "ldmia %0!, {r2, r3, r4, r5}\n\tstmia %1!, {r2, r3, r4, r5}\n\t") "subs %2, #1\n\tbne 1b"
      : "+l"(from), "+l"(to), "+l"(turns)::"r4", "r5", LOW);
}

#define COPY_WORD(o) "ldr r2, [%0, #" #o "]\n\tstr r2, [%1, #" #o "]\n\t"
#define COPY_BYTE(o) "ldrb r2, [%0, #" #o "]\n\tstrb r2, [%1, #" #o "]\n\t"

void copy_words(const uint32_t* from, uint32_t* to) {
  uint32_t turns = WORDS / 2 / 8;
  __asm__ volatile("1:\n\t" COPY_WORD(0) COPY_WORD(4) COPY_WORD(8) COPY_WORD(12) COPY_WORD(16)
                       COPY_WORD(20) COPY_WORD(24)
                           COPY_WORD(28) "adds %0, #32\n\tadds %1, #32\n\tsubs %2, #1\n\tbne 1b"
                   : "+l"(from), "+l"(to), "+l"(turns)::LOW);
}

void copy_bytes(const uint32_t* from, uint32_t* to) {
  uint32_t turns = WORDS / 2 / 8;
  __asm__ volatile("1:\n\t" COPY_BYTE(0) COPY_BYTE(1) COPY_BYTE(2) COPY_BYTE(3) COPY_BYTE(4)
                       COPY_BYTE(5) COPY_BYTE(6)
                           COPY_BYTE(7) "adds %0, #8\n\tadds %1, #8\n\tsubs %2, #1\n\tbne 1b"
                   : "+l"(from), "+l"(to), "+l"(turns)::LOW);
}
