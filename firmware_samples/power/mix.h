// What programs do between computations: lists, small matrices, parsing, checksums.
#ifndef POWER_MIX_H
#define POWER_MIX_H

#include <stdint.h>

/// Runs the mix `rounds` times; returns a checksum of everything it computed.
uint16_t integer_mix(int rounds);

#endif  // POWER_MIX_H
