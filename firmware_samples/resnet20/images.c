// Integer arithmetic only, so that target and host make the same images.

#include "images.h"

enum { PATCHES = 4, PATCH = INPUT_SIZE / PATCHES, CORNERS = PATCHES + 1, NOISE = 32 };

// Xorshift of Marsaglia, 13-17-5.
static uint32_t next(uint32_t* state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

void make_image(uint32_t seed, uint8_t* pixels) {
  uint8_t corners[CORNERS][CORNERS][INPUT_CHANNELS];
  uint32_t state = (seed + 1) * 0x9e3779b9u;
  for (int i = 0; i < CORNERS * CORNERS * INPUT_CHANNELS; i++) {
    (&corners[0][0][0])[i] = (uint8_t)(next(&state) >> 24);
  }
  for (int y = 0; y < INPUT_SIZE; y++) {
    for (int x = 0; x < INPUT_SIZE; x++) {
      int row = y / PATCH;
      int column = x / PATCH;
      int down = y % PATCH;
      int right = x % PATCH;
      for (int channel = 0; channel < INPUT_CHANNELS; channel++) {
        int upper = corners[row][column][channel] * (PATCH - right) +
                    corners[row][column + 1][channel] * right;
        int lower = corners[row + 1][column][channel] * (PATCH - right) +
                    corners[row + 1][column + 1][channel] * right;
        int level = (upper * (PATCH - down) + lower * down) / (PATCH * PATCH);
        level += (int)(next(&state) >> 16) % NOISE - NOISE / 2;
        *pixels++ = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
      }
    }
  }
}
