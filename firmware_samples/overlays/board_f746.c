// STM32F746: SDRAM at 0x60000000, where it is cacheable (at 0xC0000000 it is Device memory), and a
// data cache of 4 KiB. RM0385 7.2.1; ARMv7-M ARM B2.2.7.

#include "board.h"

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define SYSCFG_MEMRMP REGISTER(0x40013800u)
#define DCIMVAC REGISTER(0xe000ef5cu)
#define DCCSW REGISTER(0xe000ef6cu)
enum { SWP_FMC = 1u << 10, LINE = 32, SETS = 32, WAYS = 4 };

static const uintptr_t dtcm_end = 0x20010000u;

void board_prepare(void) {
  REGISTER(0x40023844u) |= 1u << 14;  // RCC_APB2ENR.SYSCFGEN
  (void)REGISTER(0x40023844u);
  SYSCFG_MEMRMP |= SWP_FMC;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void board_forget(const void* at, uint32_t bytes) {
  if ((uintptr_t)at + bytes <= dtcm_end) return;  // DTCM is not cached
  __asm__ volatile("dsb" ::: "memory");
  for (uintptr_t line = (uintptr_t)at; line < (uintptr_t)at + bytes; line += LINE) DCIMVAC = line;
  __asm__ volatile("dsb" ::: "memory");
}

void board_finish(void) {
  __asm__ volatile("dsb" ::: "memory");
  for (uint32_t set = 0; set < SETS; set++) {
    for (uint32_t way = 0; way < WAYS; way++) DCCSW = way << 30 | set << 5;
  }
  __asm__ volatile("dsb" ::: "memory");
}
