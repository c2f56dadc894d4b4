// SPI1 on PA5 (SCK), PA6 (MISO) and PA7 (MOSI), chip select on PD14: D13, D12, D11 and D10 of
// Nucleo-144 boards. Source: RM0090, RM0410, RM0351; SD Physical Layer Simplified Specification 7.

#include "sd.h"

#include <stddef.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define DEVICE_ID (REGISTER(0xe0042000u) & 0xfffu)  // DBGMCU_IDCODE

struct device {
  uint32_t id;
  uint32_t apb2_hertz;  // at the device's highest clock, where mcost starts it
  uintptr_t gpioa, gpiod;
  uintptr_t gpio_enable, spi_enable;  // RCC registers
};

// GPIO ports A and D have bits 0 and 3 of their RCC register, SPI1 bit 12 of its own.
#define F4_F7 0x40020000u, 0x40020c00u, 0x40023830u, 0x40023844u
#define L4 0x48000000u, 0x48000c00u, 0x4002104cu, 0x40021060u
static const struct device devices[] = {
    {0x419, 90000000, F4_F7},   // STM32F42x, F43x
    {0x434, 90000000, F4_F7},   // F46x, F47x
    {0x449, 108000000, F4_F7},  // F74x, F75x
    {0x451, 108000000, F4_F7},  // F76x, F77x
    {0x461, 80000000, L4},      // L496, L4A6
    {0x470, 120000000, L4},     // L4R, L4S
};
static const struct device* device;

#define SPI1 0x40013000u
#define SPI_CR1 REGISTER(SPI1)
#define SPI_CR2 REGISTER(SPI1 + 0x04)
#define SPI_SR REGISTER(SPI1 + 0x08)
#define SPI_DR (*(volatile uint8_t*)(SPI1 + 0x0c))
enum {
  CR1_MASTER = 1 << 2,
  CR1_DIVIDER = 3,  // position: SCK is APB2 / 2^(1 + divider)
  CR1_ENABLE = 1 << 6,
  CR1_OWN_SELECT = 3 << 8,
  CR2_BYTES = 7 << 8 | 1 << 12,  // frames of 8 bits; RXNE at one byte. Without a FIFO: reserved
  SR_RECEIVED = 1 << 0,
  SLOWEST = 7
};

enum {
  IDLE = 1,
  RETRIES = 100000,
  TOKEN_BLOCK = 0xfe,
  TOKEN_MULTIPLE = 0xfc,
  TOKEN_STOP = 0xfd,
  ACCEPTED = 0x05
};

static uint8_t exchange(uint8_t out) {
  SPI_DR = out;
  while (!(SPI_SR & SR_RECEIVED)) {
  }
  return SPI_DR;
}

static void select(bool selected) {
  REGISTER(device->gpiod + 0x18) = selected ? 1u << (14 + 16) : 1u << 14;
  if (!selected) exchange(0xff);  // the card lets MISO go
}

// PA5 to PA7 as alternate function 5, PD14 as output; all fast.
static void connect_pins(void) {
  REGISTER(device->gpio_enable) |= 1u << 0 | 1u << 3;
  REGISTER(device->spi_enable) |= 1u << 12;
  (void)REGISTER(device->spi_enable);  // two cycles until the clock is there
  REGISTER(device->gpiod + 0x18) = 1u << 14;
  REGISTER(device->gpiod) = (REGISTER(device->gpiod) & ~(3u << 28)) | 1u << 28;
  REGISTER(device->gpioa + 0x08) |= 0x3fu << 10;
  REGISTER(device->gpioa + 0x20) = (REGISTER(device->gpioa + 0x20) & 0x000fffffu) | 0x55500000u;
  REGISTER(device->gpioa) = (REGISTER(device->gpioa) & ~(0x3fu << 10)) | 0x2au << 10;
}

uint32_t sd_set_clock(uint32_t hertz) {
  unsigned divider = 0;
  while (divider < SLOWEST && device->apb2_hertz >> (1 + divider) > hertz) divider++;
  SPI_CR1 = 0;
  SPI_CR2 = CR2_BYTES;
  SPI_CR1 = CR1_MASTER | CR1_OWN_SELECT | divider << CR1_DIVIDER;
  SPI_CR1 |= CR1_ENABLE;
  return device->apb2_hertz >> (1 + divider);
}

// Waits while the card holds MISO low.
static bool wait_until_ready(void) {
  for (int i = 0; i < RETRIES; i++) {
    if (exchange(0xff) == 0xff) return true;
  }
  return false;
}

/// R1, or 0xff if no card answers. The CRC counts for CMD0 and CMD8 only.
static uint8_t command(uint8_t index, uint32_t argument) {
  uint8_t crc = index == 0 ? 0x95 : index == 8 ? 0x87 : 0xff;
  exchange(0x40 | index);
  for (int shift = 24; shift >= 0; shift -= 8) exchange((uint8_t)(argument >> shift));
  exchange(crc);
  if (index == 12) exchange(0xff);  // a stuff byte
  for (int i = 0; i < 8; i++) {
    uint8_t answer = exchange(0xff);
    if (!(answer & 0x80)) return answer;
  }
  return 0xff;
}

static bool initialise(void) {
  for (int i = 0; i < 10; i++) exchange(0xff);
  select(true);
  if (command(0, 0) != IDLE || command(8, 0x1aa) != IDLE) return false;
  for (int i = 0; i < 4; i++) exchange(0xff);
  for (int i = 0; i < RETRIES; i++) {
    command(55, 0);
    if (command(41, 1u << 30) == 0) return true;
  }
  return false;
}

bool sd_start(void) {
  uint32_t id = DEVICE_ID;
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
    if (devices[i].id == id) device = &devices[i];
  }
  if (device == NULL) return false;
  connect_pins();
  sd_set_clock(0);
  bool started = initialise();
  select(false);
  return started;
}

static bool write_block(const uint8_t* bytes) {
  exchange(TOKEN_MULTIPLE);
  for (int i = 0; i < SD_BLOCK; i++) exchange(bytes[i]);
  exchange(0xff);  // a CRC, which nobody checks
  exchange(0xff);
  return (exchange(0xff) & 0x1f) == ACCEPTED && wait_until_ready();
}

bool sd_write(uint32_t first, const uint8_t* bytes, int count) {
  select(true);
  bool good = command(25, first) == 0;
  if (good) {
    for (int i = 0; good && i < count; i++) good = write_block(bytes + i * SD_BLOCK);
    exchange(TOKEN_STOP);
    exchange(0xff);
    good = wait_until_ready() && good;
  }
  select(false);
  return good;
}

static bool read_block(uint8_t* bytes) {
  uint8_t token = 0xff;
  for (int i = 0; token == 0xff && i < RETRIES; i++) token = exchange(0xff);
  if (token != TOKEN_BLOCK) return false;
  for (int i = 0; i < SD_BLOCK; i++) bytes[i] = exchange(0xff);
  exchange(0xff);
  exchange(0xff);
  return true;
}

bool sd_read(uint32_t first, uint8_t* bytes, int count) {
  select(true);
  bool good = command(18, first) == 0;
  if (good) {
    for (int i = 0; good && i < count; i++) good = read_block(bytes + i * SD_BLOCK);
    command(12, 0);
    good = wait_until_ready() && good;
  }
  select(false);
  return good;
}
