// Parameters of the convolution that power runs with weights in SRAM and in flash.
#ifndef POWER_POWER_H
#define POWER_POWER_H

#include <stdint.h>

enum { CONV_SIZE = 4, CONV_CHANNELS = 112, CONV_OUTPUTS = 1280 };
enum { CONV_WEIGHTS = CONV_OUTPUTS * CONV_CHANNELS };

extern const int8_t conv_weights[CONV_WEIGHTS];
extern const int32_t conv_bias[CONV_OUTPUTS];
extern const int32_t conv_multiplier[CONV_OUTPUTS];
extern const uint8_t conv_shift[CONV_OUTPUTS];

#endif  // POWER_POWER_H
