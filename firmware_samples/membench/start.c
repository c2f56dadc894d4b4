// Vector table and start-up. Leaves clocks, wait states, caches and the FPU alone.

#include <stdint.h>

#include "runtime.h"

enum { FAULT_STATUS = 255 };

extern uint32_t bss_start[], bss_end[], stack_top[];

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
  for (uint32_t* to = bss_start; to != bss_end;) *to++ = 0;
  exit_program(main());
}
