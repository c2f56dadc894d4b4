// Blocks of an SD card by polling: through an SDIO or SDMMC of the first form (RM0090 31.9) with
// four data lines, or through SPI as F1, F2 and F4 have it (RM0090 28.5). Commands: SD Physical
// Layer Simplified Specification 4.7, 7.3.

#include "membench.h"

enum { BLOCK_BYTES = 512, TRIES = 100000 };

// SPI.
enum {
  SPI_CONTROL = 1u << 2 | 1u << 6 | 3u << 8,  // master, enabled, NSS by software and high
  SPI_RATE = 3,                               // bit: SCK is PCLK / 2^(rate + 1)
  SPI_SLOW = 7,
  SPI_RECEIVED = 1u << 0,
  START_BLOCK = 0xfe,
};

static uint8_t exchange(uintptr_t spi, uint8_t out) {
  volatile uint8_t* const data = (volatile uint8_t*)(spi + 0x0c);
  *data = out;
  while ((REGISTER(spi + 0x08) & SPI_RECEIVED) == 0) {
  }
  return *data;
}

/// Bytes go by until `wanted` comes; 0 if it does not.
static int await(uintptr_t spi, uint8_t wanted) {
  for (int i = 0; i < TRIES; i++) {
    if (exchange(spi, 0xff) == wanted) return 1;
  }
  return 0;
}

/// R1; 0xff if the card is silent.
static uint8_t spi_command(uintptr_t spi, uint32_t index, uint32_t argument, uint8_t crc) {
  exchange(spi, (uint8_t)(0x40u | index));
  for (int shift = 24; shift >= 0; shift -= 8) exchange(spi, (uint8_t)(argument >> shift));
  exchange(spi, crc);
  uint8_t response = 0xff;
  for (int i = 0; i < 9 && (response & 0x80u) != 0; i++) response = exchange(spi, 0xff);
  return response;
}

static int start_spi(uintptr_t spi, uint32_t rate) {
  REGISTER(spi) = SPI_CONTROL | SPI_SLOW << SPI_RATE;
  for (int i = 0; i < 10; i++) exchange(spi, 0xff);
  if (spi_command(spi, 0, 0, 0x95) != 1 || spi_command(spi, 8, 0x1aa, 0x87) != 1) return 0;
  for (int i = 0; i < 4; i++) exchange(spi, 0xff);
  uint8_t response = 1;
  for (int i = 0; i < TRIES && response != 0; i++) {
    spi_command(spi, 55, 0, 1);
    response = spi_command(spi, 41, 0x40000000u, 1);
  }
  REGISTER(spi) = SPI_CONTROL | rate << SPI_RATE;
  return response == 0;
}

static int read_spi_block(uintptr_t spi, uint8_t* to) {
  if (!await(spi, START_BLOCK)) return 0;
  for (int i = 0; i < BLOCK_BYTES; i++) to[i] = exchange(spi, 0xff);
  exchange(spi, 0xff);  // CRC
  exchange(spi, 0xff);
  return 1;
}

static int read_spi(uintptr_t spi, uint8_t* to, uint32_t blocks) {
  if (spi_command(spi, blocks == 1 ? 17 : 18, 0, 1) != 0) return 0;
  for (uint32_t i = 0; i < blocks; i++) {
    if (!read_spi_block(spi, to)) return 0;
  }
  if (blocks > 1) {
    exchange(spi, 0x40u | 12);
    for (int i = 0; i < 5; i++) exchange(spi, i < 4 ? 0 : 1);
    exchange(spi, 0xff);  // of the stream that it ends
  }
  return await(spi, 0xff);
}

static int write_spi(uintptr_t spi, const uint8_t* from) {
  if (spi_command(spi, 24, 1, 1) != 0) return 0;
  exchange(spi, 0xff);
  exchange(spi, START_BLOCK);
  for (int i = 0; i < BLOCK_BYTES; i++) exchange(spi, from[i]);
  exchange(spi, 0xff);  // CRC
  exchange(spi, 0xff);
  return (exchange(spi, 0xff) & 0x1fu) == 5 && await(spi, 0xff);
}

// SDMMC.
enum {
  CLOCK_ON = 1u << 8,
  FOUR_LINES = 1u << 11,
  SHORT_ANSWER = 1,
  LONG_ANSWER = 3,
  ANSWERED = 0xc5,  // with or without error, or nothing to wait for
  DATA_END = 1u << 8,
  DATA_ERRORS = 0x3a,
  FIFO_FULL = 1u << 16,
  FIFO_HAS_DATA = 1u << 21,
  TRANSFER_STATE = 4,
};

static uint32_t command(uintptr_t sdmmc, uint32_t index, uint32_t argument, uint32_t answer) {
  REGISTER(sdmmc + 0x38) = 0xffffffffu;
  REGISTER(sdmmc + 0x08) = argument;
  REGISTER(sdmmc + 0x0c) = index | answer << 6 | 1u << 10;
  for (int i = 0; i < TRIES && (REGISTER(sdmmc + 0x34) & ANSWERED) == 0; i++) {
  }
  return REGISTER(sdmmc + 0x14);
}

/// The card's address; 0 if there is none. `divider` as CLKCR.CLKDIV has it.
static uint32_t start_sdmmc(uintptr_t sdmmc, uint32_t divider) {
  REGISTER(sdmmc + 0x00) = 3;               // power on
  REGISTER(sdmmc + 0x04) = 118 | CLOCK_ON;  // 400 kHz
  command(sdmmc, 0, 0, 0);
  command(sdmmc, 8, 0x1aa, SHORT_ANSWER);
  uint32_t ready = 0;
  for (int i = 0; i < TRIES && ready == 0; i++) {
    command(sdmmc, 55, 0, SHORT_ANSWER);
    ready = command(sdmmc, 41, 0xc1100000u, SHORT_ANSWER) >> 31;
  }
  if (ready == 0) return 0;
  command(sdmmc, 2, 0, LONG_ANSWER);
  const uint32_t address = command(sdmmc, 3, 0, SHORT_ANSWER) & 0xffff0000u;
  command(sdmmc, 7, address, SHORT_ANSWER);
  command(sdmmc, 55, address, SHORT_ANSWER);
  command(sdmmc, 6, 2, SHORT_ANSWER);
  REGISTER(sdmmc + 0x04) = divider | CLOCK_ON | FOUR_LINES;
  return address;
}

static void start_data(uintptr_t sdmmc, uint32_t bytes, uint32_t from_card) {
  REGISTER(sdmmc + 0x24) = 0xffffffffu;
  REGISTER(sdmmc + 0x28) = bytes;
  REGISTER(sdmmc + 0x2c) = 1u | 9u << 4 | from_card << 1;
}

static int read_sdmmc(uintptr_t sdmmc, uint32_t* to, uint32_t blocks) {
  start_data(sdmmc, BLOCK_BYTES * blocks, 1);
  command(sdmmc, blocks == 1 ? 17 : 18, 0, SHORT_ANSWER);
  uint32_t status = 0;
  for (uint32_t word = 0;
       (status & (DATA_END | DATA_ERRORS)) == 0 || (status & FIFO_HAS_DATA) != 0;) {
    status = REGISTER(sdmmc + 0x34);
    if ((status & FIFO_HAS_DATA) != 0) to[word++ % (BLOCK_BYTES / 4)] = REGISTER(sdmmc + 0x80);
  }
  if (blocks > 1) command(sdmmc, 12, 0, SHORT_ANSWER);
  return (status & DATA_ERRORS) == 0;
}

static int write_sdmmc(uintptr_t sdmmc, uint32_t address, const uint32_t* from) {
  command(sdmmc, 24, 1, SHORT_ANSWER);
  start_data(sdmmc, BLOCK_BYTES, 0);
  uint32_t status = 0;
  for (uint32_t word = 0; (status & (DATA_END | DATA_ERRORS)) == 0;) {
    status = REGISTER(sdmmc + 0x34);
    if (word < BLOCK_BYTES / 4 && (status & FIFO_FULL) == 0) REGISTER(sdmmc + 0x80) = from[word++];
  }
  while ((command(sdmmc, 13, address, SHORT_ANSWER) >> 9 & 0xfu) != TRANSFER_STATE) {
  }
  return (status & DATA_ERRORS) == 0;
}

uint32_t start_card(const struct controller* card, uint32_t rate) {
  if (card->kind == SPI_CARD) return (uint32_t)start_spi(card->base, rate);
  return start_sdmmc(card->base, rate);
}

int read_card(const struct controller* card, uint32_t* to, uint32_t blocks) {
  if (card->kind == SPI_CARD) return read_spi(card->base, (uint8_t*)to, blocks);
  return read_sdmmc(card->base, to, blocks);
}

int write_card(const struct controller* card, uint32_t address, const uint32_t* from) {
  if (card->kind == SPI_CARD) return write_spi(card->base, (const uint8_t*)from);
  return write_sdmmc(card->base, address, from);
}
