// The held-out digits; see digits.c for their source, licence and packing.
#ifndef LENET5_DIGITS_H
#define LENET5_DIGITS_H

#include <stdint.h>

enum { DIGITS = 200, DIGIT_SIZE = 28 };

extern const uint8_t digit_labels[DIGITS];
extern const uint16_t digit_offsets[DIGITS + 1];
extern const uint8_t digit_data[];

#endif  // LENET5_DIGITS_H
