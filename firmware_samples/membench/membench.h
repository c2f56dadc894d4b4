// The loops that membench measures, and what its command line asks for.
#ifndef MEMBENCH_H
#define MEMBENCH_H

#include <stdint.h>

enum { WORDS = 512, LINE_BYTES = 32, LINES = WORDS * 4 / LINE_BYTES };

enum dma_kind { DMA_NONE, DMA_STREAM, DMA_CHANNEL };

struct dma {
  enum dma_kind kind;
  uintptr_t base;  // of the controller
  uintptr_t clock_register;
  uint32_t clock_bit;
};

struct request {
  uint32_t* buffer;
  struct dma dma;
};

/// Reads `[ADDRESS [stream|channel DMA RCC BIT]]` into `request`; leaves what is not given.
void read_request(const char* line, struct request* request);

// Each goes once through WORDS words (bytes: as many bytes), or through all lines.
void read_words(const uint32_t* from);     // LDR, 32 in a row
void read_multiple(const uint32_t* from);  // LDM of four, eight in a row
void read_bytes(const uint32_t* from);     // LDRB, 32 in a row
void read_lines(const uint32_t* from);     // LDR of the first word of each line
/// Loads that need the one before; the offset where the walk ends, 0.
uint32_t pointer_chase(const uint32_t* from);
void write_words(uint32_t* to);     // STR, 32 in a row
void write_multiple(uint32_t* to);  // STM of four, eight in a row
void write_bytes(uint32_t* to);     // STRB, 32 in a row

// Half as many words or bytes.
void copy_multiple(const uint32_t* from, uint32_t* to);  // LDM and STM of four
void copy_words(const uint32_t* from, uint32_t* to);     // LDR and STR
void copy_bytes(const uint32_t* from, uint32_t* to);     // LDRB and STRB

void start_clock(const struct dma* dma);
/// Copies words, memory to memory, and waits for the end of it.
void dma_copy(const struct dma* dma, const uint32_t* from, uint32_t* to, uint32_t words);

#endif  // MEMBENCH_H
