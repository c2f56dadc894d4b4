// STM32F469 and L552: external memory is there, and there is no data cache.

#include "board.h"

void board_prepare(void) {}
void board_forget(const void* at, uint32_t bytes) { (void)at, (void)bytes; }
void board_finish(void) {}
