// Kernels in plain C: what a compiler makes of the obvious loops.

#include <stdbool.h>

#include "nn.h"

static value clamp(int32_t result) {
  if (result < -128) return -128;
  return (value)(result > 127 ? 127 : result);
}

#ifdef NN_Q_FORMAT
static value requantise(int32_t sum, const struct layer* layer, const struct parameters* p,
                        int channel) {
  value result = clamp(sum >> nn_shift(p, channel));
  return result < layer->output_zero ? (value)layer->output_zero : result;
}
#else
static value requantise(int32_t sum, const struct layer* layer, const struct parameters* p,
                        int channel) {
  int shift = p->shift[channel] - 32;
  int64_t half = (int64_t)(1u << (shift - 1)) << 32;
  int64_t product = half + (int64_t)sum * p->multiplier[channel];
  return clamp(((int32_t)(product >> 32) >> shift) + layer->output_zero);
}
#endif

static const value* pixel_at(const struct layer* layer, struct rows input, int y, int x) {
  return input.data + ((y - input.first) * layer->width + x) * layer->channels;
}

static bool is_inside(const struct layer* layer, int y, int x) {
  return y >= 0 && y < layer->height && x >= 0 && x < layer->width;
}

static int first_column(const struct layer* layer, int x) {
  int beyond = (layer->output_width - 1) * layer->stride + layer->kernel - layer->width;
  return x * layer->stride - (beyond > 0 ? beyond / 2 : 0);
}

// Pixels beyond the edge hold the zero point, for which the bias allows.
static int32_t window(const struct layer* layer, struct rows input, int top, int left,
                      const int8_t* weights) {
  int32_t sum = 0;
  for (int y = top; y < top + layer->kernel; y++) {
    for (int x = left; x < left + layer->kernel; x++) {
      bool inside = is_inside(layer, y, x);
      const value* pixel = pixel_at(layer, input, y, x);
      for (int i = 0; i < layer->channels; i++) {
        sum += (inside ? pixel[i] : layer->input_zero) * *weights++;
      }
    }
  }
  return sum;
}

void nn_convolve(const struct layer* layer, const struct parameters* p, struct rows input,
                 struct rows output) {
  int length = nn_weights_stride(layer);
  value* out = output.data + p->first_output;
  for (int y = output.first; y < output.first + output.count; y++) {
    for (int x = 0; x < layer->output_width; x++) {
      for (int channel = 0; channel < p->outputs; channel++) {
        int32_t sum = window(layer, input, nn_first_row(layer, y), first_column(layer, x),
                             p->weights + channel * length);
        out[channel] = requantise(p->bias[channel] + sum, layer, p, channel);
      }
      out += layer->outputs;
    }
  }
}

static int32_t depthwise_window(const struct layer* layer, const int8_t* weights, struct rows input,
                                int top, int left, int channel) {
  int32_t sum = 0;
  for (int y = top; y < top + layer->kernel; y++) {
    for (int x = left; x < left + layer->kernel; x++) {
      bool inside = is_inside(layer, y, x);
      sum += (inside ? pixel_at(layer, input, y, x)[channel] : layer->input_zero) *
             weights[channel];
      weights += layer->channels;
    }
  }
  return sum;
}

void nn_depthwise(const struct layer* layer, const struct parameters* p, struct rows input,
                  struct rows output) {
  value* out = output.data;
  for (int y = output.first; y < output.first + output.count; y++) {
    for (int x = 0; x < layer->output_width; x++) {
      for (int channel = 0; channel < layer->channels; channel++) {
        int32_t sum = depthwise_window(layer, p->weights, input, nn_first_row(layer, y),
                                       first_column(layer, x), channel);
        *out++ = requantise(p->bias[channel] + sum, layer, p, channel);
      }
    }
  }
}

void nn_dense(const struct layer* layer, const struct parameters* p, const value* input,
              value* output) {
  for (int channel = 0; channel < p->outputs; channel++) {
    int32_t sum = p->bias[channel];
    const int8_t* weights = p->weights + channel * nn_weights_stride(layer);
    for (int i = 0; i < layer->channels; i++) sum += input[i] * weights[i];
    output[p->first_output + channel] = requantise(sum, layer, p, channel);
  }
}

#ifdef NN_Q_FORMAT
// Half of the sum, so that it fits.
void nn_add(const struct layer* layer, const value* a, const value* b, int count, value* output) {
  (void)layer;
  for (int i = 0; i < count; i++) output[i] = (value)((a[i] + b[i]) >> 1);
}
#else
void nn_add(const struct layer* layer, const value* a, const value* b, int count, value* output) {
  const int32_t* c = layer->constants;
  for (int i = 0; i < count; i++) output[i] = clamp((a[i] * c[0] + b[i] * c[1] + c[2]) >> c[3]);
}
#endif
