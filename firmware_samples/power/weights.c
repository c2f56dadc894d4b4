// The last convolution of MobileNetV2 0.35 at 128x128 pixels: 112 to 1280 channels of 1x1 on 4x4
// pixels. Its weights are the upper halves of a linear congruential sequence (Numerical Recipes),
// which the assembler computes: 140 KiB from six lines.

#include "power.h"

__asm__(
    ".section .rodata.conv_weights,\"a\",%progbits\n"
    ".balign 4\n"
    ".global conv_weights\n"
    ".type conv_weights, %object\n"
    ".size conv_weights, 1280 * 112\n"
    "conv_weights:\n"
    ".set x, 1\n"
    ".rept 1280 * 112 / 2\n"
    ".set x, (x * 1664525 + 1013904223) & 0xffffffff\n"
    ".2byte x >> 16\n"
    ".endr\n"
    ".previous\n");

// Sums have a deviation of about 74 * 74 * sqrt(112): scaled to 40 levels.
enum { MULTIPLIER = 0x58000000, SHIFT = 41 };

const int32_t conv_bias[CONV_OUTPUTS] = {0};
const int32_t conv_multiplier[CONV_OUTPUTS] = {[0 ... CONV_OUTPUTS - 1] = MULTIPLIER};
const uint8_t conv_shift[CONV_OUTPUTS] = {[0 ... CONV_OUTPUTS - 1] = SHIFT};
