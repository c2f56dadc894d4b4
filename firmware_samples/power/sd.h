// An SD card (SDHC) on SPI1 of STM32 F4, F7 and L4, by polling.
#ifndef POWER_SD_H
#define POWER_SD_H

#include <stdbool.h>
#include <stdint.h>

enum { SD_BLOCK = 512 };

/// Finds SPI1 by the device's ID and starts the card at the slowest clock. False if this device is
/// not known or no card answers.
bool sd_start(void);

/// Sets the highest clock that the prescaler gives and that is not above `hertz`, or the slowest;
/// returns it.
uint32_t sd_set_clock(uint32_t hertz);

/// Writes `count` blocks from block `first` on as one transfer (CMD25) and waits until the card has
/// programmed them. False if the card refuses.
bool sd_write(uint32_t first, const uint8_t* bytes, int count);

/// Reads `count` blocks (CMD18).
bool sd_read(uint32_t first, uint8_t* bytes, int count);

#endif  // POWER_SD_H
