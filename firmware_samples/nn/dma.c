// Memory to memory, by polling. DMA_ITEM_BYTES, 1 or 4, is the width of an item; there are no
// bursts. Register layouts: RM0090 10.5 (streams), RM0438 14.6 (channels).

#include "dma.h"

#include <stdbool.h>

#define REGISTER(address) (*(volatile uint32_t*)(address))

static bool running[2];

#ifdef DMA_STREAMS

#define DMA2 0x40026400u
#define STREAM(copy) (DMA2 + 0x10u + 0x18u * (copy))  // streams 0 and 1
enum {
  ENABLE = 1u << 0,
  TO_MEMORY = 2u << 6,
  INCREMENT = 3u << 9,  // PINC and MINC
  ITEMS = DMA_ITEM_BYTES == 4 ? 2u << 11 | 2u << 13 : 0,
  FIFO = 1u << 2 | 3u,  // direct mode off, as memory to memory asks for; full threshold
};

void dma_start_clock(void) {
  REGISTER(0x40023830u) |= 1u << 22;  // RCC_AHB1ENR.DMA2EN
  (void)REGISTER(0x40023830u);
}

void dma_start(enum dma_copy copy, void* to, const void* from, uint32_t bytes) {
  REGISTER(DMA2 + 0x08) = 0x3du << 6 * copy;  // LIFCR: all flags of the stream
  REGISTER(STREAM(copy) + 0x04) = bytes / DMA_ITEM_BYTES;
  REGISTER(STREAM(copy) + 0x08) = (uint32_t)(uintptr_t)from;
  REGISTER(STREAM(copy) + 0x0c) = (uint32_t)(uintptr_t)to;
  REGISTER(STREAM(copy) + 0x14) = FIFO;
  __asm__ volatile("dsb" ::: "memory");
  REGISTER(STREAM(copy)) = TO_MEMORY | INCREMENT | ITEMS | ENABLE;
  running[copy] = true;
}

void dma_wait(enum dma_copy copy) {
  while (running[copy] && (REGISTER(STREAM(copy)) & ENABLE) != 0) {
  }
  running[copy] = false;
  __asm__ volatile("" ::: "memory");
}

#else

#define DMA1 0x40020000u
#define CHANNEL(copy) (DMA1 + 0x08u + 0x14u * (copy))  // channels 1 and 2
enum {
  ENABLE = 1u << 0,
  INCREMENT = 3u << 6,  // PINC and MINC
  ITEMS = DMA_ITEM_BYTES == 4 ? 2u << 8 | 2u << 10 : 0,
  TO_MEMORY = 1u << 14,
};

void dma_start_clock(void) {
  REGISTER(0x40021048u) |= 1u << 0;  // RCC_AHB1ENR.DMA1EN
  (void)REGISTER(0x40021048u);
}

void dma_start(enum dma_copy copy, void* to, const void* from, uint32_t bytes) {
  REGISTER(CHANNEL(copy)) = 0;
  REGISTER(DMA1 + 0x04) = 0xfu << 4 * copy;  // IFCR: all flags of the channel
  REGISTER(CHANNEL(copy) + 0x04) = bytes / DMA_ITEM_BYTES;
  REGISTER(CHANNEL(copy) + 0x08) = (uint32_t)(uintptr_t)from;
  REGISTER(CHANNEL(copy) + 0x0c) = (uint32_t)(uintptr_t)to;
  __asm__ volatile("dsb" ::: "memory");
  REGISTER(CHANNEL(copy)) = TO_MEMORY | ITEMS | INCREMENT | ENABLE;
  running[copy] = true;
}

void dma_wait(enum dma_copy copy) {
  while (running[copy] && (REGISTER(DMA1) & 2u << 4 * copy) == 0) {  // ISR.TCIF
  }
  running[copy] = false;
  __asm__ volatile("" ::: "memory");
}

#endif
