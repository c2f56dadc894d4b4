// The loops that membench measures, and what its command line asks for.
#ifndef MEMBENCH_H
#define MEMBENCH_H

#include <stdint.h>

enum { WORDS = 512, LINE_BYTES = 32, LINES = WORDS * 4 / LINE_BYTES, FAR_BYTES = 65536 };

#define REGISTER(address) (*(volatile uint32_t*)(address))

enum controller_kind { NO_CONTROLLER, STREAM_DMA, CHANNEL_DMA, SDMMC_CARD, SPI_CARD };

struct controller {
  enum controller_kind kind;
  uintptr_t base;
  uintptr_t clock_register;  // of the RCC, which lets it run
  uint32_t clock_bit;
};

struct request {
  uint32_t* buffer;
  const uint32_t* far_from;  // FAR_BYTES to copy, if far_to is not null
  uint32_t* far_to;
  struct controller dma;
  struct controller card;  // what an SD card is reached through
};

/// Reads the command line (main.c) into `request`, and writes registers that it names; leaves what
/// is not given. 0 if it has an unknown word.
int read_request(const char* line, struct request* request);

// Each goes once through WORDS words (bytes: as many bytes), or through all lines.
void read_words(const uint32_t* from);     // LDR, 32 in a row
void read_multiple(const uint32_t* from);  // LDM of four, eight in a row
void read_bytes(const uint32_t* from);     // LDRB, 32 in a row
void read_lines(const uint32_t* from);     // LDR of the first word of each line
/// Loads that need the one before; the offset where the walk ends, 0.
uint32_t pointer_chase(const uint32_t* from);
/// The same with a pause of some 250 turns behind each load, so that it finds the memory idle.
uint32_t single_loads(const uint32_t* from);
void write_words(uint32_t* to);     // STR, 32 in a row
void write_multiple(uint32_t* to);  // STM of four, eight in a row
void write_bytes(uint32_t* to);     // STRB, 32 in a row

// Half as many words or bytes.
void copy_multiple(const uint32_t* from, uint32_t* to);  // LDM and STM of four
void copy_words(const uint32_t* from, uint32_t* to);     // LDR and STR
void copy_bytes(const uint32_t* from, uint32_t* to);     // LDRB and STRB

/// Code of LINES lines, of which each jumps to the next in the order of the walk: instruction
/// fetches that nothing ahead of them can have asked for.
void jump_through_lines(void);

/// Copies words, memory to memory, and waits for the end of it.
void dma_copy(const struct controller* dma, const uint32_t* from, uint32_t* to, uint32_t words);

/// Prepares the card, then sets the clock for data: SCK is PCLK / 2^(rate + 1), that of an SDMMC
/// its clock / (rate + 2). The card's address, not 0; 0 if it does not answer.
uint32_t start_card(const struct controller* card, uint32_t rate);
/// Blocks from the first on, one behind the other to one place; 0 if that failed.
int read_card(const struct controller* card, uint32_t* to, uint32_t blocks);
/// The second block, until the card is free again; 0 if that failed.
int write_card(const struct controller* card, uint32_t address, const uint32_t* from);

#endif  // MEMBENCH_H
