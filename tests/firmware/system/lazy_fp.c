// FP context in exception frames: FPCA, ASPEN, LSPEN, LSPACT, FPCAR, FPDSCR (ARMv7-M ARM B1.5.7,
// B3.2.20 to B3.2.22).
#include "tests/firmware/common/firmware.h"

void fp_fill(uint32_t base);
void fp_dump(uint32_t* words);
void fp_touch(void);
void fp_set_fpscr(uint32_t value);
uint32_t fp_get_fpscr(void);

// Without the bits that tell about Secure state (ARMv8-M: FPCCR.S, CONTROL.SFPA).
enum { kFpccrBits = (int)0xC000017Bu };
#define CONTROL_BITS (READ_SPECIAL(control) & 7u)

static volatile int use_fp, pend_inner, write_default;
static uint32_t words[33];
static uint64_t process_stack[160];

static void show_frame(uint32_t frame, const char* when) {
  const uint32_t* s = (const uint32_t*)(frame + 32);
  print("    %s s0 %x s15 %x fpscr %x\n", when, s[0], s[15], s[16]);
}

__attribute__((used)) static void handler_c(uint32_t frame, uint32_t exc_return) {
  const unsigned number = READ_SPECIAL(ipsr) & 0x1FFu;
  print("  in %d return=%x control=%x fpccr=%x fpcar=%x frame=%x\n", (int)number, exc_return,
        CONTROL_BITS, FPCCR & kFpccrBits, FPCAR, frame);
  const int extended = (exc_return & 0x10u) == 0;
  if (extended) show_frame(frame, "before");
  if (pend_inner && number != 16 + 2) {
    NVIC_ISPR = 1u << 2;
    BARRIER();
    print("  back in %d control=%x fpccr=%x\n", (int)number, CONTROL_BITS, FPCCR & kFpccrBits);
    if (extended) show_frame(frame, "after inner");
  }
  if (use_fp && (!pend_inner || number == 16 + 2)) {
    print("    fpscr of a new context %x\n", fp_get_fpscr());
    fp_fill(0x5000);
    fp_set_fpscr(0x30000000u);
    print("  used: control=%x fpccr=%x\n", CONTROL_BITS, FPCCR & kFpccrBits);
    if (extended) show_frame(frame, "after");
  }
}
#define HANDLER(name)                                                                      \
  __attribute__((naked)) void name(void);                                                  \
  __attribute__((naked)) void name(void) {                                                 \
    __asm volatile(                                                                        \
        "tst lr, #4\n\tite eq\n\tmrseq r0, msp\n\tmrsne r0, psp\n\tmov r1, lr\n\tldr r2, " \
        "=handler_c\n\tbx r2\n\t"                                                          \
        ".ltorg");                                                                         \
  }
HANDLER(SVC_Handler)
HANDLER(IRQ_Handler)

static void show(const char* title) {
  fp_dump(words);
  uint32_t sum = 0;
  for (unsigned i = 0; i < 32; ++i) sum = sum * 31 + words[i];
  print("%s: s0 %x s15 %x s16 %x s31 %x fpscr %x sum %x control %x fpccr %x\n", title, words[0],
        words[15], words[16], words[31], words[32], sum, CONTROL_BITS, FPCCR & kFpccrBits);
}

// Words below the stack pointer, so that what the frame leaves out shows.
__attribute__((naked, noipa)) static void paint_stack(void) {
  __asm volatile(
      "mov r0, sp\n\tmovs r1, #48\n\tldr r2, =0xABABABAB\n1:\tsubs r0, #4\n\tstr r2, [r0]\n\tsubs "
      "r1, #1\n\tbne 1b\n\t"
      "bx lr\n\t.ltorg");
}

static void one(const char* title) {
  print("-- %s\n", title);
  fp_fill(0x1000);
  fp_set_fpscr(0x90000000u);
  paint_stack();
  __asm volatile("svc 0" ::: "r0", "r1", "r2", "r3", "r12", "lr", "memory");
  show("  after");
}

static void modes(const char* title, uint32_t fpccr) {
  print("== %s\n", title);
  FPCCR = fpccr;
  BARRIER();
  use_fp = 0;
  one("handler without FP");
  use_fp = 1;
  one("handler with FP");
  pend_inner = 1;
  one("nested handler with FP");
  use_fp = 0;
  one("nested without FP");
  pend_inner = 0;
}

static void without_context(void) {
  print("== no context\n");
  WRITE_SPECIAL(control, CONTROL_BITS & ~4u);
  print("control %x\n", CONTROL_BITS);
  use_fp = 0;
  __asm volatile("svc 1" ::: "r0", "r1", "r2", "r3", "r12", "lr", "memory");
  print("control %x\n", CONTROL_BITS);
  FPDSCR = 0x00C00000u;
  print("fpdscr %x\n", FPDSCR);
  fp_touch();
  print("after touch: control %x fpscr %x\n", CONTROL_BITS, fp_get_fpscr());
  FPDSCR = 0x02000000u;
  use_fp = 1;
  one("default DN");
  WRITE_SPECIAL(control, CONTROL_BITS & ~4u);
  fp_touch();
  print("fpscr of thread %x\n", fp_get_fpscr());
  FPDSCR = 0;
}

static void on_process_stack(void) {
  print("== process stack\n");
  use_fp = 1;
  WRITE_SPECIAL(psp, (uint32_t)&process_stack[150]);
  WRITE_SPECIAL(control, CONTROL_BITS | 2u);
  one("thread with FP");
  WRITE_SPECIAL(control, CONTROL_BITS & ~2u);
}

int main(void) {
  CPACR |= 0xF00000u;
  BARRIER();
  NVIC_ISER = 1u << 2;
  SHPR2 = 0x80000000u;
  print("fpccr %x fpcar %x fpdscr %x control %x\n", FPCCR & kFpccrBits, FPCAR, FPDSCR,
        CONTROL_BITS);
  fp_touch();
  print("control %x\n", CONTROL_BITS);
  modes("lazy", 0xC0000000u);
  modes("eager", 0x80000000u);
  without_context();
  FPCCR = 0xC0000000u;
  on_process_stack();
  print("== ASPEN off\n");
  WRITE_SPECIAL(control, 0);
  FPCCR = 0;
  BARRIER();
  use_fp = 0;
  one("not stacked");
  FPCCR = 0xC0000000u;
  return 0;
}
