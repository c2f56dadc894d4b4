// Clocks, console and addresses of each family. Included by boot.c; the build defines FAMILY_x,
// BOARD and what boards.py lists.

#if defined(FAMILY_F2) || defined(FAMILY_F4) || defined(FAMILY_F7)

#define RCC 0x40023800u
#define PWR 0x40007000u
#define FLASH_ACR 0x40023C00u
#define FLASH_KEYR (FLASH_ACR + 0x04)
#define FLASH_SR (FLASH_ACR + 0x0C)
#define FLASH_CR (FLASH_ACR + 0x10)
#define FLASH_BUSY (1u << 16)
#define FLASH_LOCK (1u << 31)
#define FLASH_ERASE (2u << 8 | 1u << 1 | 3u << 3)  // PSIZE 32 bits, SER, sector 3
#define FLASH_START (1u << 16)
#define FLASH_PROGRAM (2u << 8 | 1u)
#define FLASH_UNIT 4
#ifdef FAMILY_F7
#define FLASH_SECTOR 0x08018000u
#else
#define FLASH_SECTOR 0x0800C000u
#endif
#define PERIPHERAL_BIT(address, bit) REG(0x42000000u + ((address)-0x40000000u) * 32 + (bit)*4)
#ifdef FAMILY_F7
#define VECTORS_AT VECTOR_TABLE
#define HAS_L1
#define CACHED_RAM 0x20040000u
#else
#define VECTORS_AT 0x08000000u
#endif

static void system_init(void) {
  REG(RCC) |= 1;
  REG(RCC + 0x08) = 0;
  REG(RCC) &= 0xFEF6FFFFu;
  REG(RCC + 0x04) = 0x24003010u;
  REG(RCC) &= 0xFFFBFFFFu;
  REG(RCC + 0x0C) = 0;
}

/// The HAL of F2 and F4 sets these bits through their aliases.
static void set_bit(uint32_t address, uint32_t number) {
#ifdef FAMILY_F7
  modify(address, 0, 1u << number);
#else
  PERIPHERAL_BIT(address, number) = 1;
#endif
}

static void set_clocks(void) {
  modify(RCC + 0x40, 0, 1u << 28);  // PWREN
#ifndef FAMILY_F2
  modify(PWR, 0, 3u << 14);  // scale 1
#endif
  modify(RCC, 0, HSE_BYPASS << 18 | 1u << 16);
  WAIT(RCC, 1u << 17, 1u << 17);
  REG(RCC + 0x04) = PLL_M | PLL_N << 6 | (PLL_P / 2 - 1) << 16 | 1u << 22 | PLL_Q << 24 | 2u << 28;
  set_bit(RCC, 24);
  WAIT(RCC, 1u << 25, 1u << 25);
#ifndef FAMILY_F2
  set_bit(PWR, 16);
  WAIT(PWR + 4, 1u << 16, 1u << 16);
  set_bit(PWR, 17);
  WAIT(PWR + 4, 1u << 17, 1u << 17);
#endif
  REG(FLASH_ACR) = LATENCY | 7u << 8;
  REQUIRE((REG(FLASH_ACR) & 0xF) == LATENCY);
  modify(RCC + 0x08, 0xFCF0, 5u << 10 | 4u << 13);  // APB1 / 4, APB2 / 2
  modify(RCC + 0x08, 3, 2);
  WAIT(RCC + 0x08, 0xC, 8);
}

static uint32_t core_clock(void) {
  REQUIRE((REG(RCC + 0x08) & 0xC) == 8);
  const uint32_t pll = REG(RCC + 0x04);
  return HSE_HZ / (pll & 0x3F) * (pll >> 6 & 0x1FF) / ((pll >> 16 & 3) * 2 + 2);
}

#ifdef SDRAM
static void enable_fmc(void) { modify(RCC + 0x38, 0, 1); }
#endif

#define CONSOLE_COMPLETE (1u << 6)
#define CONSOLE_READY_MASK (1u << 7)
#define CONSOLE_READY (1u << 7)
#ifdef FAMILY_F7
#define CONSOLE_STATUS (CONSOLE + 0x1C)
#define CONSOLE_DATA (CONSOLE + 0x28)
#define CONSOLE_INPUT (CONSOLE + 0x24)
#else
#define CONSOLE_STATUS CONSOLE
#define CONSOLE_DATA (CONSOLE + 4)
#define CONSOLE_INPUT CONSOLE_DATA
#endif

static void enable_console(void) {
  modify(RCC + 0x30, 0, 0xF);
  modify(RCC + 0x40, 0, 1u << 18 | 1u << 17);
  modify(RCC + 0x44, 0, 1u << 4);
#ifdef FAMILY_F7
  REG(CONSOLE + 0x0C) = core_clock() / 4 / 115200;
  REG(CONSOLE) = 1u << 3 | 1u << 2;
  modify(CONSOLE, 0, 1);
  WAIT(CONSOLE_STATUS, 3u << 21, 3u << 21);  // TEACK, REACK
#else
  REG(CONSOLE + 0x08) = core_clock() / 4 / 115200;
  REG(CONSOLE + 0x0C) = 1u << 13 | 1u << 3 | 1u << 2;
#endif
}

#define GPIO_LED 0x40020400u
#define CRC 0x40023000u
#define RNG 0x50060800u
#define TIM2 0x40000000u
static void enable_crc(void) { modify(RCC + 0x30, 0, 1u << 12); }
static void enable_random(void) { modify(RCC + 0x34, 0, 1u << 6); }
static void enable_timer(void) { modify(RCC + 0x40, 0, 1); }
#define IDCODE 0xE0042000u
#ifdef FAMILY_F7
#define FLASH_SIZE_WORD 0x1FF0F442u
#define UNIQUE_ID 0x1FF0F420u
#else
#define FLASH_SIZE_WORD 0x1FFF7A22u
#define UNIQUE_ID 0x1FFF7A10u
#endif

#elif defined(FAMILY_L4) || defined(FAMILY_L4PLUS) || defined(FAMILY_L5)

#define RCC 0x40021000u
#define PWR 0x40007000u
#define FLASH_ACR 0x40022000u
#ifdef FAMILY_L5
#define FLASH_KEYR (FLASH_ACR + 0x08)
#define FLASH_SR (FLASH_ACR + 0x20)
#define FLASH_CR (FLASH_ACR + 0x28)
#else
#define FLASH_KEYR (FLASH_ACR + 0x08)
#define FLASH_SR (FLASH_ACR + 0x10)
#define FLASH_CR (FLASH_ACR + 0x14)
#endif
#define FLASH_BUSY (1u << 16)
#define FLASH_LOCK (1u << 31)
#ifdef FAMILY_L4PLUS
#define FLASH_PAGE_BYTES 4096u
#else
#define FLASH_PAGE_BYTES 2048u
#endif
#define FLASH_ERASE (1u << 1 | 24u << 3)  // PER, page 24
#define FLASH_START (1u << 16)
#define FLASH_PROGRAM 1u
#define FLASH_UNIT 8
#define FLASH_SECTOR (0x08000000u + 24 * FLASH_PAGE_BYTES)
#define VECTORS_AT 0x08000000u

static void system_init(void) {
  REG(RCC) |= 1;
  REG(RCC + 0x08) = 0;
  REG(RCC) &= 0xEAF6FFFFu;
  REG(RCC + 0x0C) = 0x1000;
  REG(RCC) &= 0xFFFBFFFFu;
  REG(RCC + 0x18) = 0;
}

static void set_clocks(void) {
  modify(RCC + 0x58, 0, 1u << 28);  // PWREN
  modify(PWR, 3u << 9, VOLTAGE_RANGE << 9);
  WAIT(PWR + 0x14, 1u << 10, 0);   // VOSF
#ifdef FAMILY_L4PLUS
  modify(PWR + 0x80, 1u << 8, 0);  // boost
#endif
#if defined(FAMILY_L4PLUS)
  modify(RCC, 0, 1u << 8);
  WAIT(RCC, 1u << 10, 1u << 10);
  const uint32_t source = 2;  // HSI
#else
  WAIT(RCC, 2, 2);
#ifdef FAMILY_L5
  modify(FLASH_ACR, 0xF, 2);
  modify(RCC, 0xF8, 11u << 4 | 1u << 3);  // MSI 48 MHz
#endif
  const uint32_t source = 1;              // MSI
#endif
  modify(RCC, 1u << 24, 0);
  WAIT(RCC, 1u << 25, 0);
  REG(RCC + 0x0C) = source | (PLL_M - 1) << 4 | PLL_N << 8;  // R / 2
  modify(RCC, 0, 1u << 24);
  modify(RCC + 0x0C, 0, 1u << 24);  // PLLREN
  WAIT(RCC, 1u << 25, 1u << 25);
  modify(FLASH_ACR, 0xF, LATENCY);
  WAIT(FLASH_ACR, 0xF, LATENCY);
#ifdef FAMILY_L5
  WAIT(0x40030404u, 1, 0);  // ICACHE_SR.BUSYF
  modify(0x40030400u, 0, 1);
#endif
  modify(RCC + 0x08, 0x3FF0, 0);
  modify(RCC + 0x08, 3, 3);
  WAIT(RCC + 0x08, 0xC, 0xC);
}

static uint32_t core_clock(void) {
  REQUIRE((REG(RCC + 0x08) & 0xC) == 0xC);
  const uint32_t pll = REG(RCC + 0x0C);
  const uint32_t input = (pll & 3) == 2 ? 16000000u : MSI_HZ;
  return input / ((pll >> 4 & 0xF) + 1) * (pll >> 8 & 0x7F) / 2;
}

#define CONSOLE_STATUS (CONSOLE + 0x1C)
#define CONSOLE_DATA (CONSOLE + 0x28)
#define CONSOLE_INPUT (CONSOLE + 0x24)
#define CONSOLE_COMPLETE (1u << 6)
#define CONSOLE_READY_MASK (1u << 7)
#define CONSOLE_READY (1u << 7)

static void enable_console(void) {
  modify(RCC + 0x4C, 0, 0xFF);
  modify(RCC + 0x58, 0, 1u << 18);
  modify(RCC + 0x5C, 0, 1);
  REG(CONSOLE + 0x0C) = (uint32_t)((uint64_t)core_clock() * 256 / 115200);
  REG(CONSOLE) = 1u << 3 | 1u << 2;
  modify(CONSOLE, 0, 1);
  WAIT(CONSOLE_STATUS, 3u << 21, 3u << 21);
}

#ifdef FAMILY_L5
#define GPIO_LED 0x42020400u
#define RNG 0x420C0800u
#define FLASH_SIZE_WORD 0x0BFA05E0u
#define UNIQUE_ID 0x0BFA0590u
#define IDCODE 0xE0044000u
#else
#define GPIO_LED 0x48000400u
#define RNG 0x50060800u
#define FLASH_SIZE_WORD 0x1FFF75E0u
#define UNIQUE_ID 0x1FFF7590u
#define IDCODE 0xE0042000u
#endif
#define CRC 0x40023000u
#define TIM2 0x40000000u
static void enable_crc(void) { modify(RCC + 0x48, 0, 1u << 12); }
static void enable_random(void) { modify(RCC + 0x4C, 0, 1u << 18); }
static void enable_timer(void) { modify(RCC + 0x58, 0, 1); }

#elif defined(FAMILY_H7)

#define RCC 0x58024400u
#define PWR 0x58024800u
#define SYSCFG 0x58000400u
#define FLASH_ACR 0x52002000u
#define FLASH_KEYR (FLASH_ACR + 0x04)
#define FLASH_SR (FLASH_ACR + 0x10)
#define FLASH_CR (FLASH_ACR + 0x0C)
#define FLASH_BUSY (1u << 2)  // QW
#define FLASH_LOCK 1u
#define FLASH_ERASE (3u << 4 | 1u << 2 | 1u << 8)  // PSIZE 64 bits, SER, sector 1
#define FLASH_START (1u << 7)
#define FLASH_PROGRAM (3u << 4 | 1u << 1)
#define FLASH_UNIT 32
#define FLASH_SECTOR 0x08020000u
#define VECTORS_AT VECTOR_TABLE
#define HAS_L1
#define CACHED_RAM 0x24070000u

static void system_init(void) {
  if ((REG(FLASH_ACR) & 0xF) < 7) modify(FLASH_ACR, 0xF, 7);
  REG(RCC) |= 1;
  REG(RCC + 0x10) = 0;
  REG(RCC) &= 0xEAF6ED7Fu;
  REG(RCC + 0x18) = 0;
  REG(RCC + 0x1C) = 0;
  REG(RCC + 0x20) = 0;
  REG(RCC + 0x28) = 0x02020200u;
  REG(RCC + 0x2C) = 0x01FF0000u;
  REG(RCC + 0x30) = 0x01010280u;
  REG(RCC + 0x34) = 0;
  REG(RCC) &= 0xFFFBFFFFu;
  REG(RCC + 0x60) = 0;
  if (REG(0x5C001000u) >> 16 < 0x2000) REG(0x51008108u) = 1;  // revision Y
}

static void set_clocks(void) {
  modify(PWR + 0x0C, 7, 2);  // LDO
  WAIT(PWR + 0x04, 1u << 13, 1u << 13);
  modify(PWR + 0x18, 3u << 14, 3u << 14);  // VOS1
  WAIT(PWR + 0x18, 1u << 13, 1u << 13);
  modify(RCC + 0xF4, 0, 2);     // SYSCFGEN
  modify(SYSCFG + 0x2C, 0, 1);  // ODEN: VOS0
  WAIT(PWR + 0x18, 1u << 13, 1u << 13);
  modify(RCC, 0, HSE_BYPASS << 18 | 1u << 16);
  WAIT(RCC, 1u << 17, 1u << 17);
  modify(RCC + 0x28, 0x3F3, PLL_M << 4 | 2);
  REG(RCC + 0x30) = (PLL_N - 1) | (PLL_P - 1) << 9 | 1u << 16 | 1u << 24;
  modify(RCC + 0x2C, 0xF, 1u << 2);  // input 2 to 4 MHz, wide VCO
  modify(RCC + 0x2C, 0, 7u << 16);
  modify(RCC, 0, 1u << 24);
  WAIT(RCC, 1u << 25, 1u << 25);
  modify(FLASH_ACR, 0x3F, LATENCY | 2u << 4);
  REQUIRE((REG(FLASH_ACR) & 0xF) == LATENCY);
  modify(RCC + 0x18, 0xF7F, 8 | 4u << 4);        // AHB / 2, APB3 / 2
  modify(RCC + 0x1C, 0x770, 4u << 4 | 4u << 8);  // APB1 and APB2 / 2
  modify(RCC + 0x20, 0x70, 4u << 4);             // APB4 / 2
  modify(RCC + 0x10, 7, 3);
  WAIT(RCC + 0x10, 7u << 3, 3u << 3);
}

static uint32_t core_clock(void) {
  const uint32_t dividers = REG(RCC + 0x30);
  return HSE_HZ / (REG(RCC + 0x28) >> 4 & 0x3F) * ((dividers & 0x1FF) + 1) /
         ((dividers >> 9 & 0x7F) + 1);
}

#define CONSOLE_STATUS (CONSOLE + 0x1C)
#define CONSOLE_DATA (CONSOLE + 0x28)
#define CONSOLE_INPUT (CONSOLE + 0x24)
#define CONSOLE_COMPLETE (1u << 6)
#define CONSOLE_READY_MASK (1u << 7)
#define CONSOLE_READY (1u << 7)

static void enable_console(void) {
  modify(RCC + 0xE0, 0, 0xFF);
  modify(RCC + 0xE8, 0, 1u << 18);
  REG(CONSOLE + 0x0C) = core_clock() / 4 / 115200;
  REG(CONSOLE) = 1u << 3 | 1u << 2;
  modify(CONSOLE, 0, 1);
  WAIT(CONSOLE_STATUS, 3u << 21, 3u << 21);
}

#define GPIO_LED 0x58020400u
#define CRC 0x58024C00u
#define RNG 0x48021800u
#define TIM2 0x40000000u
#define FLASH_SIZE_WORD 0x1FF1E880u
#define UNIQUE_ID 0x1FF1E800u
#define IDCODE 0x5C001000u
static void enable_crc(void) { modify(RCC + 0xE0, 0, 1u << 19); }
static void enable_random(void) { modify(RCC + 0xDC, 0, 1u << 6); }
static void enable_timer(void) { modify(RCC + 0xE8, 0, 1); }

#elif defined(FAMILY_F0) || defined(FAMILY_F1)

#define RCC 0x40021000u
#define FLASH_ACR 0x40022000u
#define FLASH_KEYR (FLASH_ACR + 0x04)
#define FLASH_SR (FLASH_ACR + 0x0C)
#define FLASH_CR (FLASH_ACR + 0x10)
#define FLASH_AR (FLASH_ACR + 0x14)
#define FLASH_BUSY 1u
#define FLASH_LOCK (1u << 7)
#define FLASH_ERASE (1u << 1)
#define FLASH_START (1u << 6)
#define FLASH_PROGRAM 1u
#define FLASH_UNIT 2
#define FLASH_SECTOR 0x0800C000u
#ifdef FAMILY_F1
#define VECTORS_AT 0x08000000u
#endif

static void system_init(void) {
  REG(RCC) |= 1;
  REG(RCC + 0x04) &= 0xF8FFB80Cu;
  REG(RCC) &= 0xFEF6FFFFu;
  REG(RCC) &= 0xFFFBFFFFu;
  REG(RCC + 0x04) &= 0xFFC0FFFFu;
  REG(RCC + 0x2C) &= 0xFFFFFFF0u;
  REG(RCC + 0x08) = 0;
}

static void set_clocks(void) {
  modify(RCC, 0, HSE_BYPASS << 18 | 1u << 16);
  WAIT(RCC, 1u << 17, 1u << 17);
#ifdef FAMILY_F0
  REG(FLASH_ACR) = LATENCY | 1u << 4;
  WAIT(FLASH_ACR, 1u << 5, 1u << 5);
#endif
  modify(RCC + 0x04, 0x3F8000, 1u << 16 | (PLL_N - 2) << 18);  // from HSE
  modify(RCC, 0, 1u << 24);
  WAIT(RCC, 1u << 25, 1u << 25);
  modify(RCC + 0x04, 3, 2);
  WAIT(RCC + 0x04, 0xC, 8);
}

static uint32_t core_clock(void) {
  REQUIRE((REG(RCC + 0x04) & 0xC) == 8);
  return HSE_HZ / ((REG(RCC + 0x2C) & 0xF) + 1) * ((REG(RCC + 0x04) >> 18 & 0xF) + 2);
}

#define CONSOLE_COMPLETE (1u << 6)
#define CONSOLE_READY_MASK (1u << 7)
#define CONSOLE_READY (1u << 7)
#ifdef FAMILY_F0
#define CONSOLE_STATUS (CONSOLE + 0x1C)
#define CONSOLE_DATA (CONSOLE + 0x28)
#define CONSOLE_INPUT (CONSOLE + 0x24)
#define GPIO_LED 0x48000400u
#define FLASH_SIZE_WORD 0x1FFFF7CCu
#define UNIQUE_ID 0x1FFFF7ACu
#define IDCODE 0x40015800u
#else
#define CONSOLE_STATUS CONSOLE
#define CONSOLE_DATA (CONSOLE + 4)
#define CONSOLE_INPUT CONSOLE_DATA
#define GPIO_LED 0x40010C00u
#define GPIO_IS_V1
#define FLASH_SIZE_WORD 0x1FFFF7E0u
#define UNIQUE_ID 0x1FFFF7E8u
#define IDCODE 0xE0042000u
#endif

static void enable_console(void) {
  modify(RCC + 0x14, 0, 7u << 17);
  modify(RCC + 0x18, 0, 1u << 14 | 0x1D);
  modify(RCC + 0x1C, 0, 1u << 17);
#ifdef FAMILY_F0
  REG(CONSOLE + 0x0C) = core_clock() / 115200;
  REG(CONSOLE) = 1u << 3 | 1u << 2;
  modify(CONSOLE, 0, 1);
  WAIT(CONSOLE_STATUS, 3u << 21, 3u << 21);
#else
  REG(CONSOLE + 0x08) = core_clock() / 115200;
  REG(CONSOLE + 0x0C) = 1u << 13 | 1u << 3 | 1u << 2;
#endif
}

#define CRC 0x40023000u
#define TIM2 0x40000000u
static void enable_crc(void) { modify(RCC + 0x14, 0, 1u << 6); }
static void enable_timer(void) { modify(RCC + 0x1C, 0, 1); }

#elif defined(FAMILY_CC26)

#define PRCM 0x40082000u

static void system_init(void) {}

/// ROM code has set the clock up; driverlib powers domains and loads clock settings.
static void set_clocks(void) {
  REG(PRCM + 0x12C) = 7;
  WAIT(PRCM + 0x140, 7, 7);
  REG(PRCM + 0x28) = 1;
  WAIT(PRCM + 0x28, 2, 2);
}

static uint32_t core_clock(void) { return 48000000u; }

#define CONSOLE_STATUS (CONSOLE + 0x18)
#define CONSOLE_DATA CONSOLE
#define CONSOLE_READY_MASK (1u << 5)  // TXFF
#define CONSOLE_READY 0

static void enable_console(void) {
  REG(CONSOLE + 0x24) = 26;
  REG(CONSOLE + 0x28) = 3;
  REG(CONSOLE + 0x2C) = 0x70;
  REG(CONSOLE + 0x30) = 0x301;
}

#endif

#ifdef GPIO_LED
/// Pin 7 as output: what is set can be read.
static void check_led(void) {
#ifdef GPIO_IS_V1
  modify(GPIO_LED, 0xF0000000u, 0x20000000u);
  const uint32_t idr = GPIO_LED + 0x08, bsrr = GPIO_LED + 0x10;
#else
  modify(GPIO_LED, 3u << 14, 1u << 14);
  const uint32_t idr = GPIO_LED + 0x10, bsrr = GPIO_LED + 0x18;
#endif
  REG(bsrr) = 1u << 7;
  REQUIRE((REG(idr) & 1u << 7) != 0);
  REG(bsrr) = 1u << 23;
  REQUIRE((REG(idr) & 1u << 7) == 0);
}
#endif
