// What differs among the boards: how SDRAM is reached, and what a data cache needs.
#ifndef OVERLAYS_BOARD_H
#define OVERLAYS_BOARD_H

#include <stdint.h>

/// Before the first access to external memory.
void board_prepare(void);

/// After board_prepare(): parameters are where the network looks for them.
void load_parameters(void);

/// DMA has written here: what the data cache holds of it is void.
void board_forget(const void* at, uint32_t bytes);

/// The core has written what DMA will read: out of the data cache.
void board_finish(void);

#endif  // OVERLAYS_BOARD_H
