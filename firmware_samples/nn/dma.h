// Copies from memory to memory beside the core: stream DMA2 of STM32F4 and F7, channel DMA1 of L5.
#ifndef NN_DMA_H
#define NN_DMA_H

#include <stdint.h>

/// Two copies can be under way at a time.
enum dma_copy { DMA_TENSORS, DMA_PARAMETERS };

/// The most bytes of one copy: NDTR counts 65,535 items.
enum { DMA_MOST_BYTES = 65532 };

void dma_start_clock(void);

/// Begins to copy `bytes`, a multiple of four, like both addresses.
void dma_start(enum dma_copy copy, void* to, const void* from, uint32_t bytes);

/// Waits until this copy is done; at once if none is under way.
void dma_wait(enum dma_copy copy);

#endif  // NN_DMA_H
