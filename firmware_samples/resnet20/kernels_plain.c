// int8 kernels in plain C: what a compiler makes of the obvious loops.

#include "net.h"

static int padded(int count) { return (count + 3) & ~3; }

static value clamp(int32_t result) {
  if (result < -128) return -128;
  return (value)(result > 127 ? 127 : result);
}

static value requantise(int32_t sum, const struct layer* layer, int channel) {
  int shift = layer->shift[channel] - 32;
  int64_t half = (int64_t)(1u << (shift - 1)) << 32;
  int64_t product = half + (int64_t)sum * layer->multiplier[channel];
  return clamp(((int32_t)(product >> 32) >> shift) + layer->output_zero);
}

// Pixels beyond the edge hold the zero point, for which the bias allows.
static int32_t window(const value* input, const struct shape* shape, int top, int left,
                      const int8_t* weights, int32_t zero) {
  int32_t sum = 0;
  for (int y = top; y < top + shape->kernel; y++) {
    for (int x = left; x < left + shape->kernel; x++) {
      bool inside = y >= 0 && y < shape->size && x >= 0 && x < shape->size;
      const value* pixel = input + (y * shape->size + x) * shape->channels;
      for (int i = 0; i < shape->channels; i++) sum += (inside ? pixel[i] : zero) * *weights++;
    }
  }
  return sum;
}

void convolve(const value* input, const struct layer* layer, value* output) {
  const struct shape* shape = &layer->shape;
  int size = shape->size / shape->stride;
  int outside = (size - 1) * shape->stride + shape->kernel - shape->size;
  int before = outside > 0 ? outside / 2 : 0;
  int length = padded(shape->kernel * shape->kernel * shape->channels);
  for (int y = 0; y < size; y++) {
    for (int x = 0; x < size; x++) {
      for (int channel = 0; channel < shape->outputs; channel++) {
        int32_t sum = window(input, shape, y * shape->stride - before, x * shape->stride - before,
                             layer->weights + channel * length, layer->input_zero);
        *output++ = requantise(layer->bias[channel] + sum, layer, channel);
      }
    }
  }
}

void add(const value* a, const value* b, const struct addition* p, int count, value* output) {
  for (int i = 0; i < count; i++) {
    output[i] = clamp((a[i] * p->a_multiplier + b[i] * p->b_multiplier + p->constant) >> p->shift);
  }
}

void average_pool(const value* input, int pixels, int channels, value* output) {
  for (int channel = 0; channel < channels; channel++) {
    int sum = 0;
    for (int i = 0; i < pixels; i++) sum += input[i * channels + channel];
    output[channel] = (value)((sum + 32) >> 6);
  }
}

void fully_connected(const value* input, const struct layer* layer, value* output) {
  int inputs = layer->shape.channels;
  for (int channel = 0; channel < layer->shape.outputs; channel++) {
    int32_t sum = layer->bias[channel];
    for (int i = 0; i < inputs; i++) sum += input[i] * layer->weights[channel * inputs + i];
    output[channel] = requantise(sum, layer, channel);
  }
}
