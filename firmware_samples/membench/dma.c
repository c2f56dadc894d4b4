// Memory to memory with the DMA controllers of STM32, without bursts, word by word. Register
// layouts: RM0090 10.5 (streams), RM0091 10.4 (channels).

#include "membench.h"

enum {
  STREAM = 0x10,  // stream 0, from the controller's base
  STREAM_ENABLE = 1u << 0,
  STREAM_TO_MEMORY = 2u << 6,
  STREAM_INCREMENT = 3u << 9,  // PINC and MINC
  STREAM_WORDS = 2u << 11 | 2u << 13,
  STREAM_FIFO = 1u << 2 | 3u,  // direct mode off, as memory to memory asks for; full threshold
  STREAM_CLEAR = 0x3du,
  CHANNEL = 0x08,  // channel 1
  CHANNEL_ENABLE = 1u << 0,
  CHANNEL_INCREMENT = 3u << 6,
  CHANNEL_WORDS = 2u << 8 | 2u << 10,
  CHANNEL_TO_MEMORY = 1u << 14,
  CHANNEL_DONE = 1u << 1,
};

void dma_copy(const struct controller* dma, const uint32_t* from, uint32_t* to, uint32_t words) {
  if (dma->kind == STREAM_DMA) {
    const uintptr_t stream = dma->base + STREAM;
    REGISTER(dma->base + 0x08) = STREAM_CLEAR;
    REGISTER(stream + 0x04) = words;
    REGISTER(stream + 0x08) = (uint32_t)(uintptr_t)from;
    REGISTER(stream + 0x0c) = (uint32_t)(uintptr_t)to;
    REGISTER(stream + 0x14) = STREAM_FIFO;
    const uint32_t control = STREAM_TO_MEMORY | STREAM_INCREMENT | STREAM_WORDS;
    REGISTER(stream) = control | STREAM_ENABLE;
    while ((REGISTER(stream) & STREAM_ENABLE) != 0) {
    }
    return;
  }
  const uintptr_t channel = dma->base + CHANNEL;
  REGISTER(dma->base + 0x04) = 0xfu;
  REGISTER(channel + 0x04) = words;
  REGISTER(channel + 0x08) = (uint32_t)(uintptr_t)from;
  REGISTER(channel + 0x0c) = (uint32_t)(uintptr_t)to;
  REGISTER(channel) = CHANNEL_TO_MEMORY | CHANNEL_WORDS | CHANNEL_INCREMENT | CHANNEL_ENABLE;
  while ((REGISTER(dma->base) & CHANNEL_DONE) == 0) {
  }
  REGISTER(channel) = 0;
}
