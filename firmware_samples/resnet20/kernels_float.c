// float32 kernels for a scalar FPU with fused multiply-add, or for none.
//
// Every output is one chain of multiply-adds that starts at the bias and follows the weights in
// memory order, leaving out pixels beyond the edge; blocking works on several outputs at once and
// never changes the order within one. The host reference repeats that order, which makes results
// equal bit for bit. Build with -ffp-contract=off: what is fused is written in multiply_add.h.

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

// The outputs of `rows` channels at the window whose first pixel is at `top`, `left`.
static inline __attribute__((always_inline)) void block(const float* input,
                                                        const struct layer* layer, int top,
                                                        int left, int channel, int rows,
                                                        float* output) {
  const struct shape* shape = &layer->shape;
  int stride = shape->kernel * shape->kernel * shape->channels;
  const float* weights = layer->weights + channel * stride;
  float sums[BLOCK];
  for (int row = 0; row < rows; row++) sums[row] = layer->bias[channel + row];
  for (int y = top; y < top + shape->kernel; y++) {
    for (int x = left; x < left + shape->kernel; x++) {
      if (y >= 0 && y < shape->size && x >= 0 && x < shape->size) {
        accumulate(sums, rows, input + (y * shape->size + x) * shape->channels, weights, stride,
                   shape->channels);
      }
      weights += shape->channels;
    }
  }
  for (int row = 0; row < rows; row++) {
    output[channel + row] = layer->relu && sums[row] < 0.0f ? 0.0f : sums[row];
  }
}

// The outputs, an even number, of one window.
static void all_channels(const float* input, const struct layer* layer, int top, int left,
                         float* output) {
  int channel = 0;
  for (; channel + BLOCK <= layer->shape.outputs; channel += BLOCK) {
    block(input, layer, top, left, channel, BLOCK, output);
  }
  for (; channel < layer->shape.outputs; channel += 2) {
    block(input, layer, top, left, channel, 2, output);
  }
}

void convolve(const value* input, const struct layer* layer, value* output) {
  const struct shape* shape = &layer->shape;
  int size = shape->size / shape->stride;
  int outside = (size - 1) * shape->stride + shape->kernel - shape->size;
  int before = outside > 0 ? outside / 2 : 0;
  for (int y = 0; y < size; y++) {
    for (int x = 0; x < size; x++) {
      all_channels(input, layer, y * shape->stride - before, x * shape->stride - before, output);
      output += shape->outputs;
    }
  }
}

void add(const value* a, const value* b, const struct addition* addition, int count,
         value* output) {
  for (int i = 0; i < count; i++) {
    float sum = a[i] + b[i];
    output[i] = addition->relu && sum < 0.0f ? 0.0f : sum;
  }
}

void average_pool(const value* input, int pixels, int channels, value* output) {
  for (int channel = 0; channel < channels; channel++) {
    float sum = 0.0f;
    for (int i = 0; i < pixels; i++) sum += input[i * channels + channel];
    output[channel] = sum * (1.0f / 64.0f);
  }
}

void fully_connected(const value* input, const struct layer* layer, value* output) {
  all_channels(input, layer, 0, 0, output);
}
