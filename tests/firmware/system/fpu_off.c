// CPACR: no access, privileged only, full; NOCP faults (ARMv7-M ARM B1.5.7, B3.2.20).
#include "tests/firmware/common/firmware.h"

void fp_touch(void);
void fp_load(const void* address);
void fp_add(void);
uint32_t fp_move(void);
uint32_t fp_get_fpscr(void);

static uint64_t process_stack[64];
static uint32_t word = 0x3F800000u;

void SVC_Handler(void) { WRITE_SPECIAL(control, READ_SPECIAL(control) & ~1u); }

static void all(const char* title) {
  print("-- %s: cpacr %x\n", title, CPACR);
  const uint32_t before = fault_count;
  fp_touch();
  fp_load(&word);
  fp_add();
  fp_move();
  fp_get_fpscr();
  print("faults %d control %x\n", (int)(fault_count - before), READ_SPECIAL(control) & 7u);
}

static void unprivileged(const char* title) {
  print("-- %s, unprivileged\n", title);
  const uint32_t before = fault_count;
  WRITE_SPECIAL(psp, (uint32_t)&process_stack[64]);
  WRITE_SPECIAL(control, 2);
  WRITE_SPECIAL(control, 3);
  fp_touch();
  fp_load(&word);
  __asm volatile("svc 0" ::: "r0", "r1", "r2", "r3", "r12", "lr", "memory");
  WRITE_SPECIAL(control, 0);
  print("faults %d\n", (int)(fault_count - before));
}

static void access(uint32_t bits) {
  CPACR = bits << 20 | bits << 22;
  BARRIER();
}

int main(void) {
  SHCSR |= kUsgFaultEna;
  access(0);
  WRITE_SPECIAL(control, 0);
  all("off");
  unprivileged("off");
  access(1);
  all("privileged only");
  WRITE_SPECIAL(control, 0);
  unprivileged("privileged only");
  access(3);
  all("full");
  WRITE_SPECIAL(control, 0);
  unprivileged("full");
  SHCSR = 0;
  access(0);
  WRITE_SPECIAL(control, 0);
  all("off, escalated");
  print("cpacr %x\n", CPACR);
  CPACR = 0xFFFFFFFFu;
  print("cpacr %x\n", CPACR & 0x00F00000u);
  return 0;
}
