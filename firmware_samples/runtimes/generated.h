// Kernels for generated networks. All sizes are literals where a function is called, and all
// functions are inlined there, so that each layer gets loops and offsets of its own. (In the
// variant `shared` sizes are arguments, but for those that loops are unrolled by: kernel, stride,
// group.)
//
// What sets them apart from the kernels of nn/, besides constants:
// - A 1x1 convolution knows that it is one: no window, no edge. It reads its weights
//   once for every few pixels or, where they do not fit the data cache, once only.
// - A depthwise convolution works channel by channel on a copy of the channel, widened and without
//   its zero point, and writes its output over its input. Rows beyond the edge are left out.
//
// Weights of 1x1 convolutions, dense layers and the first layer are those of nn.h. Those of a
// depthwise convolution are [channel][row], each row padded to a multiple of four, and in each word
// in the order 0, 2, 1, 3, so that SXTB16 makes pairs of neighbours.
#ifndef GENERATED_H
#define GENERATED_H

#include <stdbool.h>
#include <stdint.h>

typedef int8_t value;

#define KERNEL static inline __attribute__((always_inline))

enum { MAX_PIXELS = 4 };

/// Of one layer; as in nn.h, but shifts are less by 33, and the bias of a depthwise layer does not
/// allow for the zero point.
struct parameters {
  const int8_t* weights;
  const int32_t* bias;
  const int32_t* multiplier;
  const uint8_t* shift;
};

KERNEL int32_t load_word(const void* bytes) {
  int32_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

KERNEL void store_word(void* bytes, int32_t word) { __builtin_memcpy(bytes, &word, sizeof word); }

KERNEL int32_t sxtb16(int32_t word) {
  int32_t halves;
  __asm__("sxtb16 %0, %1" : "=r"(halves) : "r"(word));
  return halves;
}

KERNEL int32_t sxtb16_odd(int32_t word) {
  int32_t halves;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(word));
  return halves;
}

KERNEL int32_t smlad(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

KERNEL int32_t lower_halves(int32_t a, int32_t b) {
  int32_t result;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

KERNEL int32_t upper_halves(int32_t a, int32_t b) {
  int32_t result;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

KERNEL int32_t saturate8(int32_t x) {
  int32_t result;
  __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(x));
  return result;
}

// The upper word of a product.
KERNEL int32_t smmul(int32_t a, int32_t b) {
  int32_t result;
  __asm__("smmul %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// Half of x, rounded down, saturated to eight bits.
KERNEL int32_t saturate8_half(int32_t x) {
  int32_t result;
  __asm__("ssat %0, #8, %1, asr #1" : "=r"(result) : "r"(x));
  return result;
}

// Memory is read again behind it: compilers otherwise keep more values than there are registers.
KERNEL void forget(void) { __asm__ volatile("" ::: "memory"); }

/// How one channel is scaled.
struct scaling {
  int32_t multiplier;
  int32_t shift;  // one less than of the upper word
};

KERNEL struct scaling scaling_of(struct parameters p, int channel) {
  return (struct scaling){p.multiplier[channel], p.shift[channel]};
}

// Halves up, as nn.h has it: floor((x + 2^(s-1)) / 2^s) is floor((floor(x / 2^(s-1)) + 1) / 2).
KERNEL value requantise(int32_t sum, struct scaling s, int zero) {
  return (value)saturate8_half((smmul(sum, s.multiplier) >> s.shift) + 1 + 2 * zero);
}

// Columns of `pixels` pixels, interleaved: for each four values the even pair of each pixel, then
// the odd pair of each. `stride` is from one pixel to the next, in bytes.
KERNEL void widen(const value* input, int length, int stride, int pixels, int32_t* column) {
  for (int i = 0; i < length; i += 4) {
    for (int pixel = 0; pixel < pixels; pixel++) {
      int32_t word = load_word(input + pixel * stride + i);
      column[pixel] = sxtb16(word);
      column[pixels + pixel] = sxtb16_odd(word);
    }
    column += 2 * pixels;
  }
}

// Four values of two channels and `pixels` columns: `sums` are the first channel's, then the
// second's.
KERNEL void multiply_four(const int8_t* weights, int length, const int32_t* columns, int pixels,
                          int32_t* sums) {
  int32_t first = load_word(weights);
  int32_t second = load_word(weights + length);
  int32_t even = sxtb16(first);
  for (int i = 0; i < pixels; i++) sums[i] = smlad(even, columns[i], sums[i]);
  int32_t odd = sxtb16_odd(first);
  for (int i = 0; i < pixels; i++) sums[i] = smlad(odd, columns[pixels + i], sums[i]);
  sums += pixels;
  even = sxtb16(second);
  for (int i = 0; i < pixels; i++) sums[i] = smlad(even, columns[i], sums[i]);
  odd = sxtb16_odd(second);
  for (int i = 0; i < pixels; i++) sums[i] = smlad(odd, columns[pixels + i], sums[i]);
}

enum { UNROLLED = 16 };

KERNEL void multiply(const int8_t* weights, int length, const int32_t* columns, int pixels,
                     int32_t* sums) {
  int whole = length / UNROLLED * UNROLLED;
  for (const int8_t* end = weights + whole; weights != end; weights += UNROLLED) {
#pragma GCC unroll 4
    for (int i = 0; i < UNROLLED; i += 4) {
      multiply_four(weights + i, length, columns + i / 2 * pixels, pixels, sums);
      forget();
    }
    columns += UNROLLED / 2 * pixels;
  }
#pragma GCC unroll 4
  for (int i = 0; i < length - whole; i += 4) {
    multiply_four(weights + i, length, columns + i / 2 * pixels, pixels, sums);
    forget();
  }
}

// Two channels of `pixels` neighbours.
KERNEL void channel_pair(struct parameters p, int channel, int length, const int32_t* columns,
                         int pixels, int outputs, int zero, value* output) {
  int32_t sums[2 * MAX_PIXELS];
  forget();
  for (int pixel = 0; pixel < pixels; pixel++) {
    sums[pixel] = p.bias[channel];
    sums[pixels + pixel] = p.bias[channel + 1];
  }
  multiply(p.weights + channel * length, length, columns, pixels, sums);
  forget();
  for (int i = 0; i < 2; i++) {
    struct scaling s = scaling_of(p, channel + i);
    for (int pixel = 0; pixel < pixels; pixel++) {
      output[pixel * outputs + channel + i] = requantise(sums[i * pixels + pixel], s, zero);
    }
  }
}

// All channels of `pixels` columns.
KERNEL void all_channels(struct parameters p, int length, const int32_t* columns, int pixels,
                         int outputs, int zero, value* output) {
  for (int channel = 0; channel < outputs; channel += 2) {
    channel_pair(p, channel, length, columns, pixels, outputs, zero, output);
  }
}

/// A 1x1 convolution that reads all weights for every `group` pixels. `columns` has room for them.
KERNEL void pointwise(int channels, int outputs, int pixels, int group, int zero,
                      struct parameters p, int32_t* columns, const value* input, value* output) {
  int whole = pixels / group * group;
  for (int i = 0; i < whole; i += group) {
    widen(input + i * channels, channels, channels, group, columns);
    all_channels(p, channels, columns, group, outputs, zero, output + i * outputs);
  }
  for (int i = whole; i < pixels; i++) {
    widen(input + i * channels, channels, channels, 1, columns);
    all_channels(p, channels, columns, 1, outputs, zero, output + i * outputs);
  }
}

/// A 1x1 convolution that reads its weights once: `columns` has room for all pixels.
KERNEL void pointwise_by_channel(int channels, int outputs, int pixels, int group, int zero,
                                 struct parameters p, int32_t* columns, const value* input,
                                 value* output) {
  int whole = pixels / group * group;
  for (int i = 0; i < whole; i += group) {
    widen(input + i * channels, channels, channels, group, columns + i * channels / 2);
  }
  for (int i = whole; i < pixels; i++) {
    widen(input + i * channels, channels, channels, 1, columns + i * channels / 2);
  }
  for (int channel = 0; channel < outputs; channel += 2) {
    for (int i = 0; i < whole; i += group) {
      channel_pair(p, channel, channels, columns + i * channels / 2, group, outputs, zero,
                   output + i * outputs);
    }
    for (int i = whole; i < pixels; i++) {
      channel_pair(p, channel, channels, columns + i * channels / 2, 1, outputs, zero,
                   output + i * outputs);
    }
  }
}

// Nine values of three pixels in a row, of which `inside` are there.
KERNEL void gather_row(const value* input, int inside, int zero, value* to) {
  if (inside == 3) {
    store_word(to, load_word(input));
    store_word(to + 4, load_word(input + 4));
    to[8] = input[8];
    return;
  }
  for (int i = 0; i < 9; i++) to[i] = i < 3 * inside ? input[i] : (value)zero;
}

/// The first layer: 3x3 of three channels with stride 2; the height is even, the width a multiple
/// of 8.
KERNEL void first_convolution(int height, int width, int outputs, int input_zero, int zero,
                              struct parameters p, int32_t* columns, const value* input,
                              value* output) {
  enum { CHANNELS = 3, ROW = 9, LENGTH = 28, GROUP = 4 };
  value windows[GROUP * LENGTH] __attribute__((aligned(4)));
  for (int i = 0; i < GROUP; i++) windows[i * LENGTH + LENGTH - 1] = 0;
  for (int y = 0; y < height; y += 2) {
    for (int x = 0; x < width; x += 2 * GROUP) {
      for (int pixel = 0; pixel < GROUP; pixel++) {
        int left = x + 2 * pixel;
        int inside = left + 2 < width ? 3 : 2;
        for (int row = 0; row < 3; row++) {
          const value* from = input + ((y + row) * width + left) * CHANNELS;
          gather_row(from, y + row < height ? inside : 0, input_zero,
                     windows + pixel * LENGTH + row * ROW);
        }
      }
      widen(windows, LENGTH, LENGTH, GROUP, columns);
      all_channels(p, LENGTH, columns, GROUP, outputs, zero, output);
      output += GROUP * outputs;
    }
  }
}

// A channel's plane: rows of halfwords without zero point, `before` zeros on the left of each and
// zeros up to `row` on its right. Zeros are written once, values for each channel.
KERNEL void clear_plane(int height, int row, int16_t* plane) {
  for (int i = 0; i < height * row / 2; i++) store_word(plane + 2 * i, 0);
}

KERNEL void fill_plane(int height, int width, int channels, int zero, int before, int row,
                       const value* input, int16_t* plane) {
  for (int y = 0; y < height; y++) {
    int16_t* to = plane + y * row + before;
#pragma GCC unroll 8
    for (int x = 0; x < width; x++) to[x] = (int16_t)(input[x * channels] - zero);
    input += width * channels;
  }
}

enum { MAX_KERNEL = 7, NEIGHBOURS = 4 };

/// A channel's weights as pairs of halfwords: row by row, for outputs whose window begins in the
/// lower half of a word, and for those where it begins in the upper.
struct pairs {
  int32_t lower[MAX_KERNEL][(MAX_KERNEL + 1) / 2];
  int32_t upper[MAX_KERNEL][(MAX_KERNEL + 1) / 2];
};

KERNEL void widen_kernel(int kernel, int stride, const int8_t* weights, struct pairs* pairs) {
  int words = (kernel + 3) / 4;
  for (int row = 0; row < kernel; row++) {
    int32_t before = 0;
    for (int i = 0; i < (kernel + 1) / 2; i++) {
      int32_t word = load_word(weights + 4 * (row * words + i / 2));
      int32_t pair = i % 2 == 0 ? sxtb16(word) : sxtb16_odd(word);
      pairs->lower[row][i] = pair;
      if (stride == 1) pairs->upper[row][i] = (int32_t)((uint32_t)before >> 16) | pair << 16;
      before = pair;
    }
  }
}

// `count` outputs side by side: sums over the rows `first` to `end - 1` of the window, whose first
// column is the lower half of a word.
KERNEL void window_sums(int kernel, int stride, int row, int count, int first, int end,
                        const struct pairs* pairs, const int16_t* window, int32_t* sums) {
  for (int y = first; y < end; y++) {
    const int16_t* from = window + y * row;
    for (int i = 0; i < (kernel + 1) / 2; i++) {
      for (int j = 0; j < count; j++) {
        int column = j * stride;
        int32_t pair = column % 2 == 0 ? pairs->lower[y][i] : pairs->upper[y][i];
        sums[j] = smlad(pair, load_word(from + column / 2 * 2 + 2 * i), sums[j]);
      }
    }
    forget();
  }
}

KERNEL void depthwise_outputs(int kernel, int stride, int row, int count, int first, int end,
                              const struct pairs* pairs, const int16_t* window, int channels,
                              int zero, int32_t bias, struct scaling s, value* output) {
  int32_t sums[NEIGHBOURS];
  for (int i = 0; i < count; i++) sums[i] = bias;
  window_sums(kernel, stride, row, count, first, end, pairs, window, sums);
  for (int i = 0; i < count; i++) output[i * channels] = requantise(sums[i], s, zero);
}

// One row of outputs.
KERNEL void depthwise_row(int kernel, int stride, int row, int width, int first, int end,
                          const struct pairs* pairs, const int16_t* window, int channels, int zero,
                          int32_t bias, struct scaling s, value* output) {
  int whole = width / NEIGHBOURS * NEIGHBOURS;
  for (int x = 0; x < whole; x += NEIGHBOURS) {
    depthwise_outputs(kernel, stride, row, NEIGHBOURS, first, end, pairs, window + x * stride,
                      channels, zero, bias, s, output + x * channels);
  }
  window += whole * stride;
  output += whole * channels;
  switch (width - whole) {  // a literal for each
    case 1:
      depthwise_outputs(kernel, stride, row, 1, first, end, pairs, window, channels, zero, bias, s,
                        output);
      break;
    case 2:
      depthwise_outputs(kernel, stride, row, 2, first, end, pairs, window, channels, zero, bias, s,
                        output);
      break;
    case 3:
      depthwise_outputs(kernel, stride, row, 3, first, end, pairs, window, channels, zero, bias, s,
                        output);
      break;
    default: break;
  }
}

/// Writes its output over its input: a channel's values are copied before the first is written.
/// `top` and `before` are the rows and columns that the first window has beyond the edge; `plane`
/// has room for `height` rows of `row` halfwords.
KERNEL void depthwise(int kernel, int stride, int height, int width, int channels, int top,
                      int before, int row, int output_height, int output_width, int input_zero,
                      int zero, struct parameters p, int16_t* plane, value* tensor) {
  int weights_bytes = kernel * ((kernel + 3) / 4 * 4);
  clear_plane(height, row, plane);
  for (int channel = 0; channel < channels; channel++) {
    struct pairs pairs;
    fill_plane(height, width, channels, input_zero, before, row, tensor + channel, plane);
    widen_kernel(kernel, stride, p.weights + channel * weights_bytes, &pairs);
    int32_t bias = p.bias[channel];
    struct scaling s = scaling_of(p, channel);
    value* output = tensor + channel;
    for (int y = 0; y < output_height; y++) {
      int upper = y * stride - top;
      const int16_t* window = plane + upper * row;
      if (upper >= 0 && upper + kernel <= height) {
        depthwise_row(kernel, stride, row, output_width, 0, kernel, &pairs, window, channels, zero,
                      bias, s, output);
      } else {
        int first = upper < 0 ? -upper : 0;
        int end = upper + kernel > height ? height - upper : kernel;
        depthwise_row(kernel, stride, row, output_width, first, end, &pairs, window, channels, zero,
                      bias, s, output);
      }
      output += output_width * channels;
    }
  }
}

/// The sum of two tensors over the first; `count` is a multiple of four.
KERNEL void add(int a, int b, int constant, int shift, int count, value* first,
                const value* second) {
  int32_t multipliers = lower_halves(a, b);
  for (int i = 0; i < count; i += 4) {
    int32_t x = load_word(first + i);
    int32_t y = load_word(second + i);
    int32_t pairs[4] = {
        lower_halves(sxtb16(x), sxtb16(y)), lower_halves(sxtb16_odd(x), sxtb16_odd(y)),
        upper_halves(sxtb16(x), sxtb16(y)), upper_halves(sxtb16_odd(x), sxtb16_odd(y))};
    uint32_t word = 0;
    for (int j = 0; j < 4; j++) {
      int32_t sum = smlad(pairs[j], multipliers, constant) >> shift;
      word |= ((uint32_t)saturate8(sum) & 0xff) << 8 * j;
    }
    store_word(first + i, (int32_t)word);
  }
}

KERNEL void average_pool(int pixels, int channels, int reciprocal, const value* input,
                         value* output) {
  for (int channel = 0; channel < channels; channel++) {
    int32_t sum = 0;
    for (int i = 0; i < pixels; i++) sum += input[i * channels + channel];
    output[channel] = (value)((sum * reciprocal + (1 << 15)) >> 16);
  }
}

/// Widens its input once; outputs are even.
KERNEL void dense(int channels, int outputs, int zero, struct parameters p, int32_t* columns,
                  const value* input, value* output) {
  widen(input, channels, channels, 1, columns);
  all_channels(p, channels, columns, 1, outputs, zero, output);
}

#endif  // GENERATED_H
