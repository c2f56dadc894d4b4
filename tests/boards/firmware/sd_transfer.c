// Firmware for the STM32F469: reads blocks of an SD card through the SDIO by polling, then by DMA
// with an interrupt while the core works, writes one and reads it back. Results stay at kResults.
#include <stdint.h>

#define REG(address) (*(volatile uint32_t*)(address))
#define SDIO(offset) REG(0x40012C00u + (offset))
#define STREAM3(offset) REG(0x40026400u + 0x10u + 3u * 0x18u + (offset))
#define RESULTS ((volatile uint32_t*)0x20030000u)

enum {
  kArgument = 0x08,
  kCommand = 0x0C,
  kResponse = 0x14,
  kStatus = 0x34,
  kClear = 0x38,
  kFifo = 0x80,
  kDataEnd = 1 << 8,
};

static uint8_t block_[16 * 512] __attribute__((section(".sram1")));
static volatile uint32_t done_;

static void transferred(void) {
  REG(0x40026408u) = 0xFFFFFFFFu;
  done_ = 1;
}

static uint32_t command(uint32_t index, uint32_t argument, uint32_t wait) {
  SDIO(kClear) = 0xFFFFFFFFu;
  SDIO(kArgument) = argument;
  SDIO(kCommand) = index | wait << 6 | 1u << 10;
  while ((SDIO(kStatus) & 0xC5u) == 0) {
  }
  return SDIO(kResponse);
}

static uint32_t identify(void) {
  SDIO(4) = 118u | 1u << 8;
  command(0, 0, 0);
  command(8, 0x1AA, 1);
  uint32_t tries = 0;
  uint32_t ocr;
  do {
    command(55, 0, 1);
    ocr = command(41, 0xC1100000u, 1);
    ++tries;
  } while ((ocr & 1u << 31) == 0);
  command(2, 0, 3);
  const uint32_t address = command(3, 0, 1) & 0xFFFF0000u;
  command(7, address, 1);
  command(55, address, 1);
  command(6, 2, 1);
  SDIO(4) = 1u << 8 | 1u << 11;
  RESULTS[0] = tries;
  return address;
}

static void start_data(uint32_t bytes, uint32_t control) {
  SDIO(0x24) = 0xFFFFFFFFu;
  SDIO(0x28) = bytes;
  SDIO(0x2C) = 1u | 9u << 4 | control;
}

static uint32_t sum_of(const uint8_t* bytes, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; ++i) sum = sum * 31u + bytes[i];
  return sum;
}

static void read_by_polling(uint32_t first, uint32_t blocks) {
  start_data(512 * blocks, 2);
  command(18, first, 1);
  uint32_t* to = (uint32_t*)block_;
  while ((SDIO(kStatus) & kDataEnd) == 0 || (SDIO(kStatus) & 1u << 21) != 0) {
    if ((SDIO(kStatus) & 1u << 21) != 0) *to++ = SDIO(kFifo);
  }
  command(12, 0, 1);
}

static void start_stream(uint32_t direction) {
  done_ = 0;
  STREAM3(0x08) = 0x40012C80u;
  STREAM3(0x0C) = (uint32_t)block_;
  STREAM3(0x14) = 7;
  STREAM3(0x00) = 4u << 25 | 1u << 23 | 1u << 21 | 2u << 13 | 2u << 11 | 1u << 10 | direction << 6 |
                  1u << 5 | 1u << 4 | 1u;
}

static uint32_t work(volatile uint8_t* beside) {
  uint32_t rounds = 0;
  while (!done_) {
    *beside = (uint8_t)rounds;
    rounds += 1u + (*beside == 255 ? 1u : 0u);
  }
  return rounds;
}

static void main_program(void) {
  REG(0xE000E104u) = 1u << (59 - 32);
  const uint32_t address = identify();
  read_by_polling(3, 4);
  RESULTS[1] = sum_of(block_, 4 * 512);
  start_stream(0);
  start_data(16 * 512, 2 | 8);
  command(18, 10, 1);
  RESULTS[2] = work(block_ + sizeof block_ - 1 + 16) != 0;
  RESULTS[3] = sum_of(block_, 16 * 512);
  while ((SDIO(kStatus) & kDataEnd) == 0) {
  }
  command(12, 0, 1);
  command(24, 100, 1);
  start_stream(1);
  start_data(512, 8);
  while ((SDIO(kStatus) & kDataEnd) == 0) {
  }
  while ((command(13, address, 1) >> 9 & 0xFu) != 4) {
  }
  for (uint32_t i = 0; i < 512; ++i) block_[i] = 0;
  read_by_polling(100, 1);
  RESULTS[4] = sum_of(block_, 512);
  RESULTS[5] = 0x600D600Du;
  for (;;) {
  }
}

__attribute__((section(".vectors"), used)) void (*const vectors[16 + 60])(void) = {
    [0] = (void (*)(void))0x20028000u, [1] = main_program, [16 + 59] = transferred};
