// What vendor start-up code does, on every board: SystemInit, clocks from oscillator and PLL as far
// as the part goes, flash latency, caches, console. It prints the board's name, the core clock as
// its registers have it and core cycles per tick of a timer, and ends by semihosting.
// Sources: SystemInit and HAL of the vendor's CMSIS device packages, in their order of steps.
#include <stdint.h>

#define REG(address) (*(volatile uint32_t*)(address))
#define REG16(address) (*(volatile uint16_t*)(address))

static _Noreturn void stop(int failed) {
  register uint32_t operation __asm__("r0") = 0x18;  // SYS_EXIT
  register uint32_t reason __asm__("r1") = failed ? 0x20023u : 0x20026u;
  __asm__ volatile("bkpt 0xab" ::"r"(operation), "r"(reason) : "memory");
  for (;;) {
  }
}

static void print_line(const char* text);
static void print_number(uint32_t value);
static int console_works;

static _Noreturn void fail(int line) {
  if (console_works) {
    print_line("failed at line ");
    print_number((uint32_t)line);
    print_line("\n");
  }
  stop(1);
}

#define REQUIRE(condition)            \
  do {                                \
    if (!(condition)) fail(__LINE__); \
  } while (0)

/// As HAL polls: until the bits read so, but not for ever.
static void wait_for(uint32_t address, uint32_t mask, uint32_t value, int line) {
  for (uint32_t tries = 0; (REG(address) & mask) != value; ++tries) {
    if (tries == 1000000u) fail(line);
  }
}
#define WAIT(address, mask, value) wait_for(address, mask, value, __LINE__)

__attribute__((unused)) static void modify(uint32_t address, uint32_t clear, uint32_t set) {
  REG(address) = (REG(address) & ~clear) | set;
  (void)REG(address);  // HAL reads enable registers back
}

#include "families.h"

// ---- Core ----

#define SCB_VTOR 0xE000ED08u
#define SCB_CCR 0xE000ED14u
#define SCB_CCSIDR 0xE000ED80u
#define SCB_CSSELR 0xE000ED84u
#define SCB_CPACR 0xE000ED88u
#define SYSTICK 0xE000E010u

#ifdef HAS_L1
static void enable_caches(void) {
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  REG(0xE000EF50u) = 0;  // ICIALLU
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  REG(SCB_CCR) |= 1u << 17;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
  REG(SCB_CSSELR) = 0;
  __asm__ volatile("dsb" ::: "memory");
  const uint32_t geometry = REG(SCB_CCSIDR);
  for (int32_t set = geometry >> 13 & 0x7FFF; set >= 0; --set) {
    for (int32_t way = geometry >> 3 & 0x3FF; way >= 0; --way) {
      REG(0xE000EF60u) = (uint32_t)set << 5 | (uint32_t)way << 30;  // DCISW
    }
  }
  __asm__ volatile("dsb" ::: "memory");
  REG(SCB_CCR) |= 1u << 16;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}
#endif

#ifdef HAS_L1
/// What memory holds, by way of what invalidation brings back.
static void check_caches(void) {
  volatile uint32_t* const word = (volatile uint32_t*)CACHED_RAM;
  REG(SCB_CSSELR) = 1;
  REQUIRE(REG(SCB_CCSIDR) == CCSIDR_I);
  REG(SCB_CSSELR) = 0;
  REQUIRE(REG(SCB_CCSIDR) == CCSIDR_D);
  *word = 1;
  REG(0xE000EF68u) = CACHED_RAM;  // DCCMVAC
  __asm__ volatile("dsb" ::: "memory");
  *word = 2;
  REG(0xE000EF5Cu) = CACHED_RAM;  // DCIMVAC
  __asm__ volatile("dsb" ::: "memory");
  REQUIRE(*word == 1);
  *word = 3;
  REG(0xE000EF70u) = CACHED_RAM;  // DCCIMVAC
  __asm__ volatile("dsb" ::: "memory");
  REQUIRE(*word == 3);
}
#endif

// ---- Console ----

static void print_line(const char* text) {
  for (; *text != 0; ++text) {
    WAIT(CONSOLE_STATUS, CONSOLE_READY_MASK, CONSOLE_READY);
    REG(CONSOLE_DATA) = (uint8_t)*text;
  }
#ifdef CONSOLE_COMPLETE
  WAIT(CONSOLE_STATUS, CONSOLE_COMPLETE, CONSOLE_COMPLETE);
#endif
}

static void print_number(uint32_t value) {
  char digits[11];
  char* at = digits + sizeof digits - 1;
  *at = 0;
  do {
    *--at = (char)('0' + value % 10);
    value /= 10;
  } while (value != 0);
  print_line(at);
}

#ifdef CONSOLE_COMPLETE
/// Says back what waits.
static void print_received(void) {
  char text[2] = {0, 0};
  while ((REG(CONSOLE_STATUS) & 1u << 5) != 0) {
    text[0] = (char)REG(CONSOLE_INPUT);
    print_line(text);
  }
}
#endif

// ---- Peripherals ----

#ifdef TIM2
/// SysTick runs at the core clock, TIM2 at its own.
static uint32_t core_cycles_per_tick(void) {
  enum { TICKS = 1000 };
  enable_timer();
  REG(TIM2 + 0x28) = 0;       // PSC
  REG(TIM2 + 0x2C) = 0xFFFF;  // ARR
  REG(TIM2 + 0x14) = 1;       // EGR.UG
  REQUIRE((REG(TIM2 + 0x10) & 1u) == 1u);
  REG(TIM2 + 0x10) = 0;
  REG(SYSTICK + 4) = 0xFFFFFF;
  REG(SYSTICK + 8) = 0;
  REG(SYSTICK) = 5;
  REG(TIM2) = 1;
  const uint32_t before = REG(SYSTICK + 8);
  while (REG(TIM2 + 0x24) < TICKS) {
  }
  const uint32_t cycles = before - REG(SYSTICK + 8);
  REG(TIM2) = 0;
  return (cycles + TICKS / 2 - 10) / TICKS;
}
#endif

#ifdef CRC
static void check_crc(void) {
  enable_crc();
  REG(CRC + 8) = 1;
  REG(CRC) = 0x12345678u;
  REQUIRE(REG(CRC) == 0xDF8A8A2Bu);
  REG(CRC + 8) = 1;
  REQUIRE(REG(CRC) == 0xFFFFFFFFu);
}
#endif

#ifdef RNG
static void check_random(void) {
  enable_random();
  REG(RNG) = 4;
  WAIT(RNG + 4, 1, 1);
  const uint32_t first = REG(RNG + 8);
  WAIT(RNG + 4, 1, 1);
  REQUIRE(first != REG(RNG + 8));
}
#endif

#ifdef FLASH_SECTOR
static void program_flash(uint32_t address, uint32_t value) {
  REG(FLASH_CR) = FLASH_PROGRAM;
#if FLASH_UNIT == 2
  REG16(address) = (uint16_t)value;
#else
  for (uint32_t word = 0; word < FLASH_UNIT / 4; ++word) REG(address + 4 * word) = value + word;
#endif
  WAIT(FLASH_SR, FLASH_BUSY, 0);
  REG(FLASH_CR) = 0;
}

/// As the HAL erases and programs, in the bank that this code runs from.
static void check_flash(void) {
  REQUIRE((REG(FLASH_CR) & FLASH_LOCK) != 0);
  REG(FLASH_KEYR) = 0x45670123u;
  REG(FLASH_KEYR) = 0xCDEF89ABu;
  REQUIRE((REG(FLASH_CR) & FLASH_LOCK) == 0);
  WAIT(FLASH_SR, FLASH_BUSY, 0);
#ifdef FLASH_AR
  REG(FLASH_AR) = FLASH_SECTOR;
#endif
  REG(FLASH_CR) = FLASH_ERASE;
  REG(FLASH_CR) |= FLASH_START;
  WAIT(FLASH_SR, FLASH_BUSY, 0);
  REG(FLASH_CR) = 0;
  REQUIRE(REG(FLASH_SECTOR) == 0xFFFFFFFFu);
  program_flash(FLASH_SECTOR + FLASH_UNIT, 0x1234ABCDu);
  program_flash(FLASH_SECTOR + 2 * FLASH_UNIT, 0x5A5A0F0Fu);
  REG(FLASH_CR) = FLASH_LOCK;
  REQUIRE((REG(FLASH_CR) & FLASH_LOCK) != 0);
#ifdef HAS_L1
  // The data cache still holds what it read before.
  for (uint32_t line = 0; line < 4; ++line) REG(0xE000EF5Cu) = FLASH_SECTOR + 32 * line;  // DCIMVAC
  __asm__ volatile("dsb" ::: "memory");
#endif
  REQUIRE(REG16(FLASH_SECTOR) == 0xFFFFu);
  REQUIRE(REG16(FLASH_SECTOR + FLASH_UNIT) == 0xABCDu);
  REQUIRE(REG16(FLASH_SECTOR + 2 * FLASH_UNIT) == 0x0F0Fu);
#if FLASH_UNIT > 4
  REQUIRE(REG(FLASH_SECTOR + 2 * FLASH_UNIT - 4) == 0x1234ABCDu + FLASH_UNIT / 4 - 1);
#endif
}
#endif

#ifdef FLASH_SIZE_WORD
static void check_identity(void) {
  REQUIRE(REG16(FLASH_SIZE_WORD) == FLASH_KIB);
  REQUIRE(REG(UNIQUE_ID) != 0xFFFFFFFFu);
  REQUIRE((REG(IDCODE) & 0xFFFu) == DEVICE_ID);
}
#endif

#ifdef QUADSPI
#include "quadspi.h"
#endif

#ifdef SDRAM
#include "sdram.h"
#endif

// ---- Start ----

static void run(void) {
  system_init();
#ifdef HAS_L1
  enable_caches();
#endif
  set_clocks();
  enable_console();
  console_works = 1;
#ifdef HAS_L1
  check_caches();
#endif
#ifdef GPIO_LED
  check_led();
#endif
#ifdef FLASH_SECTOR
  check_flash();
#endif
#ifdef CRC
  check_crc();
#endif
#ifdef RNG
  check_random();
#endif
#ifdef FLASH_SIZE_WORD
  check_identity();
#endif
#ifdef SDRAM
  check_sdram();
#endif
#ifdef QUADSPI
  check_nor();
#endif
  print_line(BOARD " ");
  print_number(core_clock());
#ifdef TIM2
  print_line(" ");
  print_number(core_cycles_per_tick());
#endif
  print_line("\n");
#ifdef CONSOLE_COMPLETE
  print_received();
#endif
  stop(0);
}

extern uint32_t stack_top[];

static _Noreturn void reset_handler(void) {
  console_works = 0;
#ifdef VECTORS_AT
  REG(SCB_VTOR) = VECTORS_AT;
#endif
#if defined(__ARM_FP)
  REG(SCB_CPACR) |= 0xFu << 20;
#endif
  run();
  stop(1);
}

static _Noreturn void fault_handler(void) { stop(1); }

__attribute__((section(".vectors"), used)) static void* const vectors[16] = {
    stack_top,     reset_handler, fault_handler, fault_handler,
    fault_handler, fault_handler, fault_handler};
