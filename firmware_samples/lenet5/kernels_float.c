// float32 kernels for a scalar FPU with fused multiply-add, or for none.
//
// Every output is one chain of multiply-adds that starts at the bias and follows the weights in
// memory order; blocking works on several outputs at once and never changes the order within one.
// The host reference repeats that order, which makes results equal bit for bit. Build with
// -ffp-contract=off: what is fused is written in multiply_add.h.

#include "multiply_add.h"
#include "net.h"

enum { BLOCK = 4 };

// Adds a dot product of `count` to each of `rows` sums; the rows of weights are `stride` apart.
static inline __attribute__((always_inline)) void accumulate(float* sums, int rows, const float* x,
                                                             const float* weights, int stride,
                                                             int count) {
  for (int i = 0; i < count; i++) {
    for (int row = 0; row < rows; row++) {
      sums[row] = MULTIPLY_ADD(weights[row * stride + i], x[i], sums[row]);
    }
  }
}

// The outputs of `rows` channels whose inputs are `segments` runs of `count` values, `step` apart.
static inline __attribute__((always_inline)) void block(const float* input, int step, int segments,
                                                        int count, const struct parameters* p,
                                                        int channel, int rows, float* output) {
  int stride = segments * count;
  const float* weights = p->weights + channel * stride;
  float sums[BLOCK];
  for (int row = 0; row < rows; row++) sums[row] = p->bias[channel + row];
  for (int segment = 0; segment < segments; segment++) {
    accumulate(sums, rows, input + segment * step, weights + segment * count, stride, count);
  }
  for (int row = 0; row < rows; row++) {
    output[channel + row] = p->relu && sums[row] < 0.0f ? 0.0f : sums[row];
  }
}

// `outputs` is even.
static void all_channels(const float* input, int step, int segments, int count,
                         const struct parameters* p, int outputs, float* output) {
  int channel = 0;
  for (; channel + BLOCK <= outputs; channel += BLOCK) {
    block(input, step, segments, count, p, channel, BLOCK, output);
  }
  for (; channel < outputs; channel += 2) {
    block(input, step, segments, count, p, channel, 2, output);
  }
}

void conv3x3(const value* input, int size, int channels, const struct parameters* p, int outputs,
             value* output) {
  int row = size * channels;
  for (int y = 0; y < size - 2; y++) {
    for (int x = 0; x < size - 2; x++) {
      all_channels(input + y * row + x * channels, row, 3, 3 * channels, p, outputs, output);
      output += outputs;
    }
  }
}

void average_pool2x2(const value* input, int size, int channels, value* output) {
  int row = size * channels;
  for (int y = 0; y < size / 2; y++) {
    for (int x = 0; x < size / 2; x++) {
      const value* corner = input + 2 * (y * row + x * channels);
      for (int channel = 0; channel < channels; channel++) {
        float sum = corner[channel] + corner[channel + channels];
        sum += corner[channel + row];
        sum += corner[channel + row + channels];
        *output++ = sum * 0.25f;
      }
    }
  }
}

void fully_connected(const value* input, int inputs, const struct parameters* p, int outputs,
                     value* output) {
  all_channels(input, 0, 1, inputs, p, outputs, output);
}
