// int8 kernels for the DSP extension (ARMv7E-M, Armv8-M with DSP): two multiplies per SMLAD.
//
// A convolution gathers the inputs of two neighbouring outputs as columns of halfwords (im2col) and
// multiplies both with two channels at a time, so that each word that is loaded and widened serves
// twice. SXTB16 widens bytes 0 and 2 of a word, or 1 and 3 after a rotation; inputs and weights are
// widened alike, so their order within four does not matter.

#include "net.h"

enum { LONGEST_COLUMN = 3 * 3 * 64, FIRST_COLUMN = 28 };

// Two columns that alternate every two words.
static int32_t columns[LONGEST_COLUMN] __attribute__((aligned(8)));

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

// The lower, or the upper, halfwords of two words.
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

static inline int padded(int count) { return (count + 3) & ~3; }

// Scales one sum. The shift is at least 33, so the rounding half lies in the upper word, where
// SMLAL adds it for free; `shift` comes 32 smaller.
static inline value requantise(int32_t sum, int32_t multiplier, int shift, int32_t zero) {
  int64_t half = (int64_t)(1u << (shift - 1)) << 32;
  int64_t product = half + (int64_t)sum * multiplier;
  return (value)saturate8(((int32_t)(product >> 32) >> shift) + zero);
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

// The window whose first pixel is at `top`, `left`. Pixels beyond the edge hold the zero point, for
// which the bias allows.
static void gather(const value* input, const struct layer* layer, int top, int left,
                   int32_t* column) {
  const struct shape* shape = &layer->shape;
  int channels = shape->channels;
  for (int y = top; y < top + shape->kernel; y++) {
    for (int x = left; x < left + shape->kernel; x++) {
      bool inside = y >= 0 && y < shape->size && x >= 0 && x < shape->size;
      column = inside ? widen(input + (y * shape->size + x) * channels, channels, column)
                      : fill(layer->input_zero, channels, column);
    }
  }
}

// The same where pixels do not fill words: as bytes first. What fills the last word meets weights
// that are zero.
static void gather_bytes(const value* input, const struct layer* layer, int top, int left,
                         int32_t* column) {
  const struct shape* shape = &layer->shape;
  value bytes[FIRST_COLUMN] __attribute__((aligned(4)));
  value* next = bytes;
  for (int y = top; y < top + shape->kernel; y++) {
    for (int x = left; x < left + shape->kernel; x++) {
      bool inside = y >= 0 && y < shape->size && x >= 0 && x < shape->size;
      const value* pixel = input + (y * shape->size + x) * shape->channels;
      for (int i = 0; i < shape->channels; i++) {
        *next++ = inside ? pixel[i] : (value)layer->input_zero;
      }
    }
  }
  while (next < bytes + FIRST_COLUMN) *next++ = 0;
  widen(bytes, FIRST_COLUMN, column);
}

// Two channels of both columns: sums 0 and 1 are of the first. Pointers walk, since offsets would
// need a register each.
static inline void multiply(const int8_t* weights, int length, int32_t* sums) {
  const int32_t* x = columns;
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

// All channels, an even number, of both columns. `p` is a copy: a store of int8 could change the
// original, as far as the compiler knows.
static inline void all_channels(struct layer p, int length, value* output) {
  int outputs = p.shape.outputs;
  for (int channel = 0; channel < outputs; channel += 2) {
    int32_t sums[4];
    for (int i = 0; i < 4; i++) sums[i] = p.bias[channel + i % 2];
    multiply(p.weights + channel * length, length, sums);
    for (int i = 0; i < 2; i++) {
      int32_t multiplier = p.multiplier[channel + i];
      int shift = p.shift[channel + i] - 32;
      for (int j = 0; j < 2; j++) {
        output[j * outputs + channel + i] =
            requantise(sums[2 * j + i], multiplier, shift, p.output_zero);
      }
    }
  }
}

void convolve(const value* input, const struct layer* layer, value* output) {
  const struct shape* shape = &layer->shape;
  int stride = shape->stride;
  int size = shape->size / stride;
  int outside = (size - 1) * stride + shape->kernel - shape->size;
  int before = outside > 0 ? outside / 2 : 0;
  int length = padded(shape->kernel * shape->kernel * shape->channels);
  bool words = shape->channels % 4 == 0;
  for (int y = 0; y < size; y++) {
    int top = y * stride - before;
    for (int x = 0; x < size; x += 2) {
      for (int i = 0; i < 2; i++) {
        int left = (x + i) * stride - before;
        if (words) {
          gather(input, layer, top, left, columns + 2 * i);
        } else {
          gather_bytes(input, layer, top, left, columns + 2 * i);
        }
      }
      all_channels(*layer, length, output);
      output += 2 * shape->outputs;
    }
  }
}

// One output of `add` from a pair of inputs.
static inline uint32_t add_pair(int32_t pair, int32_t multipliers, const struct addition* p) {
  return (uint32_t)saturate8(smlad(pair, multipliers, p->constant) >> p->shift) & 0xff;
}

void add(const value* a, const value* b, const struct addition* addition, int count,
         value* output) {
  struct addition p = *addition;
  int32_t multipliers = lower_halves(p.a_multiplier, p.b_multiplier);
  for (int i = 0; i < count; i += 4) {
    int32_t a_even = sxtb16(load_word(a + i));
    int32_t a_odd = sxtb16_odd(load_word(a + i));
    int32_t b_even = sxtb16(load_word(b + i));
    int32_t b_odd = sxtb16_odd(load_word(b + i));
    uint32_t word = add_pair(lower_halves(a_even, b_even), multipliers, &p);
    word |= add_pair(lower_halves(a_odd, b_odd), multipliers, &p) << 8;
    word |= add_pair(upper_halves(a_even, b_even), multipliers, &p) << 16;
    word |= add_pair(upper_halves(a_odd, b_odd), multipliers, &p) << 24;
    __builtin_memcpy(output + i, &word, sizeof word);
  }
}

void average_pool(const value* input, int pixels, int channels, value* output) {
  const int32_t ones = 0x00010001;
  for (int channel = 0; channel < channels; channel += 4) {
    int32_t sums[4] = {32, 32, 32, 32};
    for (int i = 0; i < pixels; i += 2) {
      const value* pixel = input + i * channels + channel;
      int32_t word = load_word(pixel);
      int32_t next = load_word(pixel + channels);
      sums[0] = smlad(lower_halves(sxtb16(word), sxtb16(next)), ones, sums[0]);
      sums[1] = smlad(lower_halves(sxtb16_odd(word), sxtb16_odd(next)), ones, sums[1]);
      sums[2] = smlad(upper_halves(sxtb16(word), sxtb16(next)), ones, sums[2]);
      sums[3] = smlad(upper_halves(sxtb16_odd(word), sxtb16_odd(next)), ones, sums[3]);
    }
    for (int i = 0; i < 4; i++) output[channel + i] = (value)(sums[i] >> 6);
  }
}

void fully_connected(const value* input, const struct layer* layer, value* output) {
  int inputs = layer->shape.channels;
  const int8_t* weights = layer->weights;
  for (int channel = 0; channel < layer->shape.outputs; channel++) {
    int32_t sum = layer->bias[channel];
    for (int i = 0; i < inputs; i += 4) {
      int32_t word = load_word(weights);
      int32_t x = load_word(input + i);
      sum = smlad(sxtb16(word), sxtb16(x), sum);
      sum = smlad(sxtb16_odd(word), sxtb16_odd(x), sum);
      weights += 4;
    }
    output[channel] =
        requantise(sum, layer->multiplier[channel], layer->shift[channel] - 32, layer->output_zero);
  }
}
