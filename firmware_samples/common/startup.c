// Vector table and start-up for any Cortex-M; link with sample.ld. Leaves clocks and wait states
// alone.

#include <stdint.h>

#include "runtime.h"

// Coprocessor Access Control Register; CP10 and CP11 full access. ARMv7-M ARM B3.2.20.
#define CPACR (*(volatile uint32_t*)0xe000ed88u)
#define CPACR_FPU_FULL (0xfu << 20)

enum { FAULT_STATUS = 255 };

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

int main(void);
_Noreturn void reset_handler(void);

static _Noreturn void fault_handler(void) {
  print("fault\n");
  exit_program(FAULT_STATUS);
}

struct vector_table {
  uint32_t* stack;
  void (*handlers[15])(void);
};

__attribute__((section(".vectors"), used)) static const struct vector_table vectors = {
    stack_top,
    {reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler}};

_Noreturn void reset_handler(void) {
  CPACR |= CPACR_FPU_FULL;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  const uint32_t* from = data_load;
  for (uint32_t* to = data_start; to != data_end;) *to++ = *from++;
  for (uint32_t* to = bss_start; to != bss_end;) *to++ = 0;
  exit_program(main());
}
