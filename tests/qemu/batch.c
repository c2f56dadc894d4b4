// Runs the snippets of a generated table, one after the other, each from random registers, and
// writes what it left to the console as binary records. A snippet ends with SVC or with a fault;
// all exceptions come here.
#include "tests/firmware/common/firmware.h"
#include "tests/qemu/batch_layout.h"

#ifdef __ARM_ARCH_6M__
#define SCRATCH_WORDS 768u
#define BUFFER_RECORDS 8u
#else
#define SCRATCH_WORDS 4096u
#define BUFFER_RECORDS 64u
#endif

struct Snippet {
  uint32_t code, seed, options, pin_mask, pins[BATCH_PINS];
};
extern const struct Snippet batch_table[];
extern const uint32_t batch_count;

// The first bytes of RAM, where the generator's addresses point.
static uint32_t scratch[SCRATCH_WORDS] __attribute__((section(".scratch")));

// What entry.S saves and what it loads.
struct Captured {
  uint32_t msp, psp, exc_return, r4_r11[8], special[4];  // CONTROL, PRIMASK, BASEPRI, FAULTMASK
  uint32_t limits[2];                                    // MSPLIM, PSPLIM
  uint32_t fp[33];
};
struct Start {
  uint32_t psp, exc_return, control, r4_r11[8], basepri;
  uint32_t fp[33];
};
struct Captured batch_captured;
struct Start batch_start;

struct Record {
  uint32_t index, exception, exc_return, sp_offset;
  struct Frame frame;
  uint32_t r4_r11[8], special[4], limits[2], msp;
  uint32_t cfsr, hfsr, fault_address, memory;
#ifdef BATCH_FP
  uint32_t fp[33];
#endif
};

static struct Record buffer[BUFFER_RECORDS];
static uint32_t buffered, next_index, thread_exc_return, random_state;
static int console = -1;

static uint32_t semihosting(uint32_t operation, const void* argument) {
  register uint32_t r0 __asm("r0") = operation;
  register const void* r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void flush(void) {
  if (console < 0) {
    const uint32_t open[3] = {(uint32_t) ":tt", 4 /* w */, 3};
    console = (int)semihosting(1, open);
  }
  // SYS_WRITE may take a part; it returns how many bytes are left.
  const uint32_t end = (uint32_t)&buffer[buffered];
  uint32_t left = end - (uint32_t)buffer;
  while (left != 0) {
    const uint32_t write[3] = {(uint32_t)console, end - left, left};
    left = semihosting(5, write);
  }
  buffered = 0;
}

static uint32_t random_word(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

static uint32_t integer(void) {
  static const uint32_t kEdges[32] = {
      0,          1,          2,          31,         32,         33,         0x7F,
      0x80,       0xFF,       0x100,      0x7FFF,     0x8000,     0xFFFF,     0x10000,
      0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE, 0x7FFF7FFF, 0x80008000,
      0xFFFF0000, 0x7F807F80, 0x80FF7F00, 0x7FFF8000, 0x80007FFF, 0x01010101, 0x7F7F7F7F,
      0x80808080, 0x00FF00FF, 0xFF00FF00, 0x12345678};
  const uint32_t random = random_word();
  return (random & 3u) == 0 ? kEdges[random >> 27] : random_word();
}

#ifdef BATCH_FP
static uint32_t floating(void) {
  static const uint32_t kSingles[16] = {0,          0x80000000, 1,          0x807FFFFF,
                                        0x00800000, 0x3F800000, 0xBFC00000, 0x7F7FFFFF,
                                        0x7F800000, 0xFF800000, 0x7FC00001, 0xFFA00005,
                                        0x4EFFFFFF, 0xCF000001, 0x4B000001, 0x33800000};
  const uint32_t random = random_word();
  switch (random & 3u) {
    case 0: return kSingles[random >> 28];
    case 1: return random_word();
    default: return (random_word() & 0x807FFFFFu) | (0x70u + (random >> 27)) << 23;  // near 1
  }
}
#endif

static uint32_t memory_sum(void) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < SCRATCH_WORDS; i += 2)
    sum = (sum << 7 | sum >> 25) + scratch[i] + 3u * scratch[i + 1];
  return sum;
}

static void fill_memory(void) {
  uint32_t value = next_index;
  for (uint32_t i = 0; i < SCRATCH_WORDS; ++i) {
    value = value * 1664525u + 1013904223u;
    scratch[i] = value;
  }
}

static int in_scratch(uint32_t address) {
  return address - (uint32_t)scratch <= sizeof scratch - 0x68u;
}

static void record(void) {
  const struct Captured* c = &batch_captured;
  struct Record* r = &buffer[buffered++];
  const uint32_t sp = (c->exc_return & 4u) != 0 ? c->psp : c->msp;
  r->index = next_index - 1;
  r->exception = READ_SPECIAL(ipsr);
  r->exc_return = c->exc_return;
  r->sp_offset = sp - (uint32_t)scratch;
  const struct Frame none = {0, 0, 0, 0, 0, 0, 0, 0};
  r->frame = in_scratch(sp) ? *(const struct Frame*)sp : none;
  if (in_scratch(sp)) r->frame.pc -= batch_table[r->index].code - 1;  // relative to the snippet
  for (unsigned i = 0; i < 8; ++i) r->r4_r11[i] = c->r4_r11[i];
  for (unsigned i = 0; i < 4; ++i) r->special[i] = c->special[i];
  r->limits[0] = c->limits[0];
  r->limits[1] = c->limits[1];
  r->msp = c->msp;
#ifdef __ARM_ARCH_6M__
  r->cfsr = r->hfsr = r->fault_address = 0;
#else
  r->cfsr = CFSR;
  r->hfsr = HFSR;
  r->fault_address = (r->cfsr & 0x8000u) != 0 ? BFAR : (r->cfsr & 0x80u) != 0 ? MMFAR : 0;
  CFSR = r->cfsr;
  HFSR = r->hfsr;
#endif
  r->memory = memory_sum();
#ifdef BATCH_FP
  for (unsigned i = 0; i < 33; ++i) r->fp[i] = c->fp[i];
#endif
  if (buffered == BUFFER_RECORDS) flush();
}

static void prepare(const struct Snippet* snippet) {
  uint32_t registers[16];
  random_state = snippet->seed | 1u;
  for (unsigned i = 0; i < 15; ++i) registers[i] = integer();
  unsigned pin = 0;
  for (unsigned i = 0; i < 15; ++i) {
    if ((snippet->pin_mask >> i & 1u) != 0) registers[i] = snippet->pins[pin++];
  }
  // Unstacking leaves SP behind the frame, and 4 further where xPSR has bit 9.
  const uint32_t padding = registers[13] & 4u;
  struct Frame* frame = (struct Frame*)(registers[13] - 32u - padding);
  frame->r0 = registers[0];
  frame->r1 = registers[1];
  frame->r2 = registers[2];
  frame->r3 = registers[3];
  frame->r12 = registers[12];
  frame->lr = registers[14];
  frame->pc = snippet->code & ~1u;
#ifdef __ARM_ARCH_6M__
  frame->xpsr = (snippet->options & 0xF0000000u) | 1u << 24 | padding << 7;
#else
  frame->xpsr = (snippet->options & 0xF80F0000u) | 1u << 24 | padding << 7;
#endif
  batch_start.psp = (uint32_t)frame;
  batch_start.exc_return = thread_exc_return;
  batch_start.control = 0;
  for (unsigned i = 0; i < 8; ++i) batch_start.r4_r11[i] = registers[4 + i];
#ifndef __ARM_ARCH_6M__
  if ((snippet->options & BATCH_UNPRIVILEGED) == 0) batch_start.control = 1;
  batch_start.basepri = (snippet->options & BATCH_BASEPRI) == 0 ? 0x60 : 0;
  // The active bits stay; an SVC whose stacking failed is still pending and must not run.
  SHCSR = (SHCSR & 0x00000FFFu) | (snippet->options & BATCH_USAGE_FAULT ? kUsgFaultEna : 0) |
          (snippet->options & BATCH_BUS_FAULT ? kBusFaultEna : 0);
  CCR = 1u << 9 | ((snippet->options & BATCH_DIV_0_TRP) == 0 ? 1u << 4 : 0) |
        ((snippet->options & BATCH_UNALIGN_TRP) == 0 ? 1u << 3 : 0);
#endif
#ifdef BATCH_FP
  for (unsigned i = 0; i < 32; ++i) batch_start.fp[i] = floating();
  const uint32_t random = random_word();
  batch_start.fp[32] = (snippet->options & BATCH_FPSCR) == 0 ? 0x10u : random & 0xF7C0009Fu;
#endif
}

// Called by entry.S at the end of each snippet, and once before the first.
__attribute__((used)) void batch_step(void) {
  if (next_index == 0) {
    thread_exc_return = batch_captured.exc_return | 0x14u;  // process stack, basic frame
  } else {
    record();
  }
  if (next_index == batch_count) {
    if (buffered != 0) flush();
    finish(0);
  }
  fill_memory();
  prepare(&batch_table[next_index++]);
}

int main(void) {
#ifdef BATCH_FP
  CPACR |= 0xF00000u;
  FPCCR &= ~0xC0000000u;  // no FP state in frames unless a snippet sets CONTROL.FPCA
  BARRIER();
#endif
#ifndef __ARM_ARCH_6M__
  SHPR2 = 0x40000000u;  // so that BASEPRI can hold the SVC back
#endif
  __asm volatile("svc 0");
  return 1;
}
