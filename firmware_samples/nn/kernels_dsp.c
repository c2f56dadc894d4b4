// Kernels for the DSP extension (ARMv7E-M, Armv8-M with DSP): two multiplies per SMLAD.
//
// A convolution gathers the inputs of two outputs as columns of halfwords (im2col) and multiplies
// both with two channels at a time, so that each word that is loaded and widened serves twice.
// SXTB16 widens bytes 0 and 2 of a word, or 1 and 3 after a rotation; inputs and weights are widened
// alike, so their order within four does not matter. Channels are a multiple of four, but for the
// image's, and outputs of two; all words that are loaded are then aligned.

#include <stdbool.h>

#include "nn.h"

enum { FIRST_COLUMN = 28 };

static inline int32_t load_word(const value* bytes) {
  int32_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

static inline int32_t sxtb16(int32_t word) {
  int32_t halves;
  __asm__("sxtb16 %0, %1" : "=r"(halves) : "r"(word));
  return halves;
}

static inline int32_t sxtb16_odd(int32_t word) {
  int32_t halves;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(halves) : "r"(word));
  return halves;
}

static inline int32_t smlad(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

// The product of the lower, or of the upper, halfwords.
static inline int32_t smlabb(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlabb %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

static inline int32_t smlatt(int32_t a, int32_t b, int32_t sum) {
  int32_t result;
  __asm__("smlatt %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

static inline int32_t lower_halves(int32_t a, int32_t b) {
  int32_t result;
  __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

static inline int32_t upper_halves(int32_t a, int32_t b) {
  int32_t result;
  __asm__("pkhtb %0, %2, %1, asr #16" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

static inline int32_t saturate8(int32_t x) {
  int32_t result;
  __asm__("ssat %0, #8, %1" : "=r"(result) : "r"(x));
  return result;
}

// The shift of requantise(), made of what a layer has.
#ifdef NN_Q_FORMAT
enum { SHIFT_LESS = 0 };
#else
enum { SHIFT_LESS = 32 };
#endif

#ifdef NN_Q_FORMAT
static inline value requantise(int32_t sum, int32_t multiplier, int32_t shift, int32_t least) {
  (void)multiplier;
  int32_t result = saturate8(sum >> shift);
  return (value)(result < least ? least : result);
}
#else
// Scales one sum. Of the product only the upper word counts; the last bit that is shifted out of it
// rounds. The shift is the lowest byte of a register, as the instruction has it.
static inline value requantise(int32_t sum, int32_t multiplier, int32_t shift, int32_t zero) {
  int32_t high = (int32_t)((int64_t)sum * multiplier >> 32);
  int32_t result;
  __asm__("asrs %0, %1, %2\n\tadc %0, %0, #0" : "=r"(result) : "r"(high), "r"(shift) : "cc");
  return (value)saturate8(result + zero);
}
#endif

static inline int first_column(const struct layer* layer, int x) {
  int beyond = (layer->output_width - 1) * layer->stride + layer->kernel - layer->width;
  return x * layer->stride - (beyond > 0 ? beyond / 2 : 0);
}

// Widens `count` values, a multiple of four, into one of the two columns; returns where it stopped.
static inline int32_t* widen(const value* input, int count, int32_t* column) {
  for (int i = 0; i < count; i += 4) {
    int32_t word = load_word(input + i);
    column[0] = sxtb16(word);
    column[1] = sxtb16_odd(word);
    column += 4;
  }
  return column;
}

static inline int32_t* fill(int32_t zero, int count, int32_t* column) {
  int32_t halves = lower_halves(zero, zero);
  for (int i = 0; i < count; i += 4) {
    column[0] = halves;
    column[1] = halves;
    column += 4;
  }
  return column;
}

// The window of one pixel, of a pointwise convolution.
static inline void gather_pixel(const struct layer* layer, struct rows input, int y, int x,
                                int32_t* column) {
  int pixel = (y - input.first) * layer->width + x;
  widen(input.data + pixel * layer->channels, layer->channels, column);
}

// The window whose first pixel is at `top`, `left`. Pixels beyond the edge hold the zero point, for
// which the bias allows.
static void gather(const struct layer* layer, struct rows input, int top, int left,
                   int32_t* column) {
  int channels = layer->channels;
  for (int y = top; y < top + layer->kernel; y++) {
    const value* row = input.data + (y - input.first) * layer->width * channels;
    for (int x = left; x < left + layer->kernel; x++) {
      bool inside = y >= 0 && y < layer->height && x >= 0 && x < layer->width;
      column = inside ? widen(row + x * channels, channels, column)
                      : fill(layer->input_zero, channels, column);
    }
  }
}

// The same for the image, whose pixels do not fill words: as bytes first. What fills the last word
// meets weights that are zero.
static void gather_bytes(const struct layer* layer, struct rows input, int top, int left,
                         int32_t* column) {
  value bytes[FIRST_COLUMN] __attribute__((aligned(4)));
  value* next = bytes;
  for (int y = top; y < top + layer->kernel; y++) {
    const value* row = input.data + (y - input.first) * layer->width * layer->channels;
    for (int x = left; x < left + layer->kernel; x++) {
      bool inside = y >= 0 && y < layer->height && x >= 0 && x < layer->width;
      for (int i = 0; i < layer->channels; i++) {
        *next++ = inside ? row[x * layer->channels + i] : (value)layer->input_zero;
      }
    }
  }
  while (next < bytes + FIRST_COLUMN) *next++ = 0;
  widen(bytes, FIRST_COLUMN, column);
}

// Two channels of both columns: sums 0 and 1 are of the first. Pointers walk, since offsets would
// need a register each.
static inline void multiply(const int8_t* weights, int length, int32_t* sums) {
  const int32_t* x = nn_columns;
  const int8_t* other = weights + length;
  const int8_t* end = other;
  int32_t sum0 = sums[0];
  int32_t sum1 = sums[1];
  int32_t sum2 = sums[2];
  int32_t sum3 = sums[3];
  while (weights != end) {
    int32_t word0 = load_word(weights);
    int32_t word1 = load_word(other);
    int32_t even = sxtb16(word0);
    int32_t odd = sxtb16_odd(word0);
    sum0 = smlad(even, x[0], sum0);
    sum2 = smlad(even, x[2], sum2);
    sum0 = smlad(odd, x[1], sum0);
    sum2 = smlad(odd, x[3], sum2);
    even = sxtb16(word1);
    odd = sxtb16_odd(word1);
    sum1 = smlad(even, x[0], sum1);
    sum3 = smlad(even, x[2], sum3);
    sum1 = smlad(odd, x[1], sum1);
    sum3 = smlad(odd, x[3], sum3);
    weights += 4;
    other += 4;
    x += 4;
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

// All channels of `p`, an even number, of both columns; of the first alone if there is one output.
static inline void all_channels(int outputs, int zero, int length, struct parameters p, bool both,
                                value* output) {
  output += p.first_output;
  for (int channel = 0; channel < p.outputs; channel += 2) {
    int32_t sums[4];
    for (int i = 0; i < 4; i++) sums[i] = p.bias[channel + i % 2];
    multiply(p.weights + channel * length, length, sums);
    for (int i = 0; i < 2; i++) {
      int32_t multiplier = nn_multiplier(&p, channel + i);
      int shift = nn_shift(&p, channel + i) - SHIFT_LESS;
      output[channel + i] = requantise(sums[i], multiplier, shift, zero);
      if (both) output[outputs + channel + i] = requantise(sums[2 + i], multiplier, shift, zero);
    }
  }
}

void nn_convolve(const struct layer* layer, const struct parameters* p, struct rows input,
                 struct rows output) {
  int length = nn_weights_stride(layer);
  int outputs = layer->outputs;
  bool words = layer->channels % 4 == 0;
  int pixels = output.count * layer->output_width;
  int y = output.first;
  int x = 0;
  for (int i = 0; i < pixels; i++) {
    int32_t* column = nn_columns + i % 2 * 2;  // they alternate every two words
    if (words && layer->kernel == 1) {
      gather_pixel(layer, input, y * layer->stride, x * layer->stride, column);
    } else if (words) {
      gather(layer, input, nn_first_row(layer, y), first_column(layer, x), column);
    } else {
      gather_bytes(layer, input, nn_first_row(layer, y), first_column(layer, x), column);
    }
    if (++x == layer->output_width) x = 0, y++;
    bool last = i + 1 == pixels;
    if (i % 2 == 1) {
      all_channels(outputs, layer->output_zero, length, *p, true, output.data + (i - 1) * outputs);
    } else if (last) {
      all_channels(outputs, layer->output_zero, length, *p, false, output.data + i * outputs);
    }
  }
}

// A depthwise window: its first pixel, and the bytes from pixel to pixel and from row to row.
struct window {
  const value* first;
  int pixel;
  int row;
};

// Four channels; one word holds them of a pixel, one of a weight.
static inline __attribute__((always_inline)) void multiply_four(int32_t x, int32_t w,
                                                                int32_t* sums) {
  int32_t x_even = sxtb16(x);
  int32_t w_even = sxtb16(w);
  int32_t x_odd = sxtb16_odd(x);
  int32_t w_odd = sxtb16_odd(w);
  sums[0] = smlabb(x_even, w_even, sums[0]);
  sums[1] = smlabb(x_odd, w_odd, sums[1]);
  sums[2] = smlatt(x_even, w_even, sums[2]);
  sums[3] = smlatt(x_odd, w_odd, sums[3]);
}

static inline __attribute__((always_inline)) void scale_four(const struct parameters* p,
                                                             int channel, int32_t zero,
                                                             const int32_t* sums, value* output) {
#ifdef NN_Q_FORMAT
  for (int i = 0; i < 4; i++) output[i] = requantise(sums[i], 0, nn_shift(p, channel), zero);
#else
  const int32_t* multiplier = p->multiplier + channel;
  uint32_t shifts = (uint32_t)load_word((const value*)p->shift + channel) - SHIFT_LESS * 0x01010101u;
  for (int i = 0; i < 4; i++) {
    output[i] = requantise(sums[i], multiplier[i], (int32_t)(shifts >> 8 * i), zero);
  }
#endif
}

// Channels `first` to `end`, multiples of four, of one window. `kernel` is a constant where this is
// inlined.
static inline __attribute__((always_inline)) void filter(const struct layer* layer,
                                                         const struct parameters* parts,
                                                         struct window window, int first, int end,
                                                         value* output, int kernel) {
  struct parameters p = *parts;
  int channels = layer->channels;
  int32_t zero = layer->output_zero;
  int next_row = window.row - kernel * window.pixel;
  for (int channel = first; channel < end; channel += 4) {
    const value* pixel = window.first + (channel - first);
    const int8_t* weights = p.weights + channel;
    int32_t sums[4];
    for (int i = 0; i < 4; i++) sums[i] = p.bias[channel + i];
    for (int y = 0; y < kernel; y++) {
#pragma GCC unroll 7
      for (int x = 0; x < kernel; x++) {
        multiply_four(load_word(pixel), load_word(weights), sums);
        pixel += window.pixel;
        weights += channels;
        // Two pointers that walk: GCC would keep an address of each pixel, more than there are
        // registers, and load words ahead.
        __asm__ volatile("" : "+r"(pixel), "+r"(weights)::"memory");
      }
      pixel += next_row;
    }
    scale_four(&p, channel, zero, sums, output + channel);
  }
}

typedef void filter_function(const struct layer* layer, const struct parameters* parts,
                             struct window window, int first, int end, value* output);

#define FILTER(name, kernel)                                                                      \
  static void name(const struct layer* layer, const struct parameters* parts, struct window window, \
                   int first, int end, value* output) {                                           \
    filter(layer, parts, window, first, end, output, kernel);                                     \
  }
FILTER(filter3, 3)
FILTER(filter5, 5)
FILTER(filter7, 7)
FILTER(filter_any, layer->kernel)

static filter_function* filter_of(int kernel) {
  if (kernel == 3) return filter3;
  if (kernel == 5) return filter5;
  return kernel == 7 ? filter7 : filter_any;
}

// Copies `bytes`, a multiple of four; returns where it stopped. The barrier keeps GCC from calling
// memcpy().
static inline value* copy_words(const value* from, int bytes, value* to) {
  for (; bytes >= 16; bytes -= 16) {
    int32_t words[4];
    __builtin_memcpy(words, from, sizeof words);
    __builtin_memcpy(to, words, sizeof words);
    __asm__ volatile("" ::: "memory");
    from += 16;
    to += 16;
  }
  for (; bytes > 0; bytes -= 4) {
    int32_t word = load_word(from);
    __builtin_memcpy(to, &word, sizeof word);
    __asm__ volatile("" ::: "memory");
    from += 4;
    to += 4;
  }
  return to;
}

static inline value* fill_words(int32_t word, int bytes, value* to) {
  for (; bytes > 0; bytes -= 4) {
    __builtin_memcpy(to, &word, sizeof word);
    __asm__ volatile("" ::: "memory");
    to += 4;
  }
  return to;
}

// `count` channels of a window that reaches beyond the edge, where pixels hold the zero point.
static void gather_edge(const struct layer* layer, struct rows input, int top, int left,
                        int channel, int count, value* to) {
  int channels = layer->channels;
  int kernel = layer->kernel;
  int32_t zeros = (layer->input_zero & 0xff) * 0x01010101;
  int begin = left < 0 ? -left : 0;
  int end = layer->width - left < kernel ? layer->width - left : kernel;
  for (int y = top; y < top + kernel; y++) {
    if (y < 0 || y >= layer->height) {
      to = fill_words(zeros, kernel * count, to);
      continue;
    }
    const value* from =
        input.data + ((y - input.first) * layer->width + left + begin) * channels + channel;
    to = fill_words(zeros, begin * count, to);
    for (int x = begin; x < end; x++, from += channels) to = copy_words(from, count, to);
    to = fill_words(zeros, (kernel - end) * count, to);
  }
}

// As many channels at a time as nn_columns holds.
static void filter_edge(const struct layer* layer, const struct parameters* p, struct rows input,
                        int top, int left, filter_function* run, value* output) {
  value* buffer = (value*)nn_columns;
  int most = nn_columns_bytes / (layer->kernel * layer->kernel) & ~3;
  for (int first = 0; first < layer->channels; first += most) {
    int count = layer->channels - first < most ? layer->channels - first : most;
    gather_edge(layer, input, top, left, first, count, buffer);
    run(layer, p, (struct window){buffer, count, layer->kernel * count}, first, first + count,
           output);
  }
}

void nn_depthwise(const struct layer* layer, const struct parameters* p, struct rows input,
                  struct rows output) {
  int channels = layer->channels;
  int kernel = layer->kernel;
  int row = layer->width * channels;
  filter_function* run = filter_of(kernel);
  value* out = output.data;
  for (int y = output.first; y < output.first + output.count; y++) {
    int top = nn_first_row(layer, y);
    bool inner_row = top >= 0 && top + kernel <= layer->height;
    for (int x = 0; x < layer->output_width; x++, out += channels) {
      int left = first_column(layer, x);
      if (inner_row && left >= 0 && left + kernel <= layer->width) {
        const value* first = input.data + (top - input.first) * row + left * channels;
        run(layer, p, (struct window){first, channels, row}, 0, channels, out);
      } else {
        filter_edge(layer, p, input, top, left, run, out);
      }
    }
  }
}

void nn_dense(const struct layer* layer, const struct parameters* p, const value* input,
              value* output) {
  const int8_t* weights = p->weights;
  for (int channel = 0; channel < p->outputs; channel++) {
    int32_t sum = p->bias[channel];
    for (int i = 0; i < layer->channels; i += 4) {
      int32_t word = load_word(weights);
      int32_t x = load_word(input + i);
      sum = smlad(sxtb16(word), sxtb16(x), sum);
      sum = smlad(sxtb16_odd(word), sxtb16_odd(x), sum);
      weights += 4;
    }
    output[p->first_output + channel] =
        requantise(sum, nn_multiplier(p, channel), nn_shift(p, channel) - SHIFT_LESS, layer->output_zero);
  }
}

#ifdef NN_Q_FORMAT
// Half of the sum, so that it fits.
void nn_add(const struct layer* layer, const value* a, const value* b, int count, value* output) {
  (void)layer;
  for (int i = 0; i < count; i += 4) {
    int32_t halves;
    __asm__("shadd8 %0, %1, %2" : "=r"(halves) : "r"(load_word(a + i)), "r"(load_word(b + i)));
    __builtin_memcpy(output + i, &halves, sizeof halves);
  }
}
#else
void nn_add(const struct layer* layer, const value* a, const value* b, int count, value* output) {
  int32_t multipliers = lower_halves(layer->constants[0], layer->constants[1]);
  int32_t constant = layer->constants[2];
  int shift = layer->constants[3];
  for (int i = 0; i < count; i += 4) {
    int32_t a_even = sxtb16(load_word(a + i));
    int32_t a_odd = sxtb16_odd(load_word(a + i));
    int32_t b_even = sxtb16(load_word(b + i));
    int32_t b_odd = sxtb16_odd(load_word(b + i));
    int32_t pairs[4] = {lower_halves(a_even, b_even), lower_halves(a_odd, b_odd),
                        upper_halves(a_even, b_even), upper_halves(a_odd, b_odd)};
    uint32_t word = 0;
    for (int j = 0; j < 4; j++) {
      int32_t sum = smlad(pairs[j], multipliers, constant) >> shift;
      word |= ((uint32_t)saturate8(sum) & 0xff) << 8 * j;
    }
    __builtin_memcpy(output + i, &word, sizeof word);
  }
}
#endif
