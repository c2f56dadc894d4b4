// int8 kernels in plain C: what a compiler makes of the obvious loops.

#include "net.h"

static int padded(int count) { return (count + 3) & ~3; }

static value requantise(int32_t sum, const struct parameters* p, int channel) {
  int shift = p->shift[channel] - 32;
  int64_t half = (int64_t)(1u << (shift - 1)) << 32;
  int64_t product = half + (int64_t)sum * p->multiplier[channel];
  int32_t result = ((int32_t)(product >> 32) >> shift) + p->output_zero;
  if (result < -128) return -128;
  return (value)(result > 127 ? 127 : result);
}

static int32_t dot(const value* a, const value* b, int count) {
  int32_t sum = 0;
  for (int i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

void conv3x3(const value* input, int size, int channels, const struct parameters* p, int outputs,
             value* output) {
  int row_weights = padded(3 * channels);
  for (int y = 0; y < size - 2; y++) {
    for (int x = 0; x < size - 2; x++) {
      const value* weights = p->weights;
      for (int channel = 0; channel < outputs; channel++) {
        int32_t sum = p->bias[channel];
        for (int row = 0; row < 3; row++) {
          sum += dot(input + ((y + row) * size + x) * channels, weights, 3 * channels);
          weights += row_weights;
        }
        *output++ = requantise(sum, p, channel);
      }
    }
  }
}

void average_pool2x2(const value* input, int size, int channels, value* output) {
  int row = size * channels;
  for (int y = 0; y < size / 2; y++) {
    for (int x = 0; x < size / 2; x++) {
      const value* corner = input + 2 * (y * row + x * channels);
      for (int channel = 0; channel < channels; channel++) {
        int sum = corner[channel] + corner[channel + channels] + corner[channel + row] +
                  corner[channel + row + channels];
        *output++ = (value)((sum + 2) >> 2);
      }
    }
  }
}

void fully_connected(const value* input, int inputs, const struct parameters* p, int outputs,
                     value* output) {
  for (int channel = 0; channel < outputs; channel++) {
    int32_t sum = p->bias[channel] + dot(input, p->weights + channel * padded(inputs), inputs);
    output[channel] = requantise(sum, p, channel);
  }
}
