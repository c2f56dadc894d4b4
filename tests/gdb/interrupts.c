// Firmware for gdb_test.py: a thread on its own stack that SysTick interrupts, a handler that is
// interrupted by a more urgent one, floating point beside both, and a fault on demand.
#include <stdint.h>

#define WORD(address) (*(volatile uint32_t*)(address))
#define SYST_CSR WORD(0xe000e010u)
#define SYST_RVR WORD(0xe000e014u)
#define SYST_CVR WORD(0xe000e018u)
#define ICSR WORD(0xe000ed04u)
#define SHPR3 WORD(0xe000ed20u)
#define CPACR WORD(0xe000ed88u)
enum { PEND_PENDSV = 1 << 28, TICKS = 40, ADP_STOPPED_APPLICATION_EXIT = 0x20026 };

#define NOINLINE __attribute__((noinline))

volatile uint32_t ticks;
volatile uint32_t served;
volatile uint32_t crash;  // set by the debugger
volatile uint32_t rounds;
volatile uint32_t table[4];
volatile float scale;
volatile float total;
static uint32_t thread_stack[256] __attribute__((aligned(8)));

NOINLINE void count_tick(void) { ticks++; }

void systick_handler(void) { count_tick(); }

// Less urgent than SysTick.
NOINLINE void serve(uint32_t length) {
  for (uint32_t i = 0; i < length; i++) served++;
}

void pendsv_handler(void) { serve(60); }

void fault_handler(void) {
  for (;;) {
  }
}

NOINLINE void crash_here(void) { __asm__ volatile("udf #0"); }

NOINLINE void leave(void) {
  register uint32_t operation __asm__("r0") = 0x18;
  register uint32_t reason __asm__("r1") = ADP_STOPPED_APPLICATION_EXIT;
  __asm__ volatile("bkpt 0xab" : : "r"(operation), "r"(reason) : "memory");
  for (;;) {
  }
}

NOINLINE void work(uint32_t round) {
  table[round & 3] = round;
  scale = scale * 1.5f + 0.25f;
  total += scale;
}

NOINLINE void thread(void) {
  scale = 0.5f;
  while (ticks < TICKS) {
    work(rounds++);
    if ((rounds & 7) == 0) ICSR = PEND_PENDSV;
    if (crash != 0) crash_here();
  }
  SYST_CSR = 0;
  leave();
}

int main(void) {
  SHPR3 = 0x40e00000u;  // SysTick before PendSV
  SYST_RVR = 299;
  SYST_CVR = 0;
  SYST_CSR = 7;
  __asm__ volatile(
      "msr psp, %0\n\tmovs r0, #2\n\tmsr control, r0\n\tisb"
      :
      : "r"(thread_stack + 256)
      : "r0", "memory");
  thread();
  return 0;
}

void reset(void) {
#ifdef __ARM_FP
  CPACR |= 0xfu << 20;
  __asm__ volatile("dsb\n\tisb");
#endif
  ticks = served = crash = rounds = 0;
  main();
}

__attribute__((section(".vectors"), used)) void (*const vectors[16])(void) = {
    (void (*)(void))0x20010000u, reset,         fault_handler, fault_handler, fault_handler,
    fault_handler,               fault_handler, 0,             0,             0,
    0,                           fault_handler, 0,             0,             pendsv_handler,
    systick_handler};
