// The image that networks are run on: patches that run into each other, and a little noise.

#include "nn.h"

void nn_make_image(value* pixels, int height, int width, int channels) {
  for (uint32_t y = 0; y < (uint32_t)height; y++) {
    for (uint32_t x = 0; x < (uint32_t)width; x++) {
      for (uint32_t c = 0; c < (uint32_t)channels; c++) {
        uint32_t noise = (y * 7919u + x * 104729u + c * 1299709u) * 2654435761u >> 27;
        uint32_t patch = y * (3 + c) + (x * y >> 3) + x * (5 - c);
        *pixels++ = (value)((int32_t)((patch + noise) & 255) - 128);
      }
    }
  }
}
