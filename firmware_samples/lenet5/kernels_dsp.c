// int8 kernels for the DSP extension (ARMv7E-M, Armv8-M with DSP): two multiplies per SMLAD.
//
// SXTB16 widens bytes 0 and 2 of a word, or 1 and 3 after a rotation, to two halfwords. Inputs and
// weights are widened alike, so their order within four does not matter. Inputs are widened once
// into `columns`; weights are widened where they are used, and each widened word meets two columns.

#include "net.h"

enum { LONGEST_COLUMN = 576 };

// Widened inputs, two to a word: one column, or two short ones that alternate every two words.
static int32_t columns[LONGEST_COLUMN / 2] __attribute__((aligned(8)));

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

static inline int32_t sadd16(int32_t a, int32_t b) {
  int32_t result;
  __asm__("sadd16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

// Halves each sum of halfwords, rounding down.
static inline int32_t shadd16(int32_t a, int32_t b) {
  int32_t result;
  __asm__("shadd16 %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
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

// Widens `count` values, rounded up to four, to pairs of words `step` apart; returns where it
// stopped.
static inline int32_t* widen(const value* input, int count, int32_t* column, int step) {
  for (int i = 0; i < count; i += 4) {
    int32_t word = load_word(input + i);
    column[0] = sxtb16(word);
    column[1] = sxtb16_odd(word);
    column += step;
  }
  return column;
}

// The 3x3 window at `input`, kernel row by kernel row, padded as the weights are. What is read
// beyond a row meets weights that are zero.
static inline void widen_window(const value* input, int row, int channels, int32_t* column,
                                int step) {
  for (int i = 0; i < 3; i++) column = widen(input + i * row, 3 * channels, column, step);
}

// Two channels of the column in `columns`. Pointers walk, since offsets would need a register each.
static inline void multiply_one(const value* weights, int length, int32_t* sums) {
  const int32_t* x = columns;
  const value* other = weights + length;
  const value* end = other;
  int32_t sum0 = sums[0];
  int32_t sum1 = sums[1];
  while (weights != end) {
    int32_t word0 = load_word(weights);
    int32_t word1 = load_word(other);
    int32_t even = x[0];
    int32_t odd = x[1];
    sum0 = smlad(sxtb16(word0), even, sum0);
    sum1 = smlad(sxtb16(word1), even, sum1);
    sum0 = smlad(sxtb16_odd(word0), odd, sum0);
    sum1 = smlad(sxtb16_odd(word1), odd, sum1);
    weights += 4;
    other += 4;
    x += 2;
  }
  sums[0] = sum0;
  sums[1] = sum1;
}

// Two channels of the two columns that alternate in `columns`: sums 0 and 1 are of the first.
static inline void multiply_two(const value* weights, int length, int32_t* sums) {
  const int32_t* x = columns;
  const value* other = weights + length;
  const value* end = other;
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

// All channels, an even number, of one column or of two whose outputs follow each other. `p` is a
// copy: a store of int8 could change the original, as far as the compiler knows.
static inline void all_channels(int count, int length, struct parameters p, int outputs,
                                value* output) {
  const value* weights = p.weights;
  for (int channel = 0; channel < outputs; channel += 2) {
    int32_t sums[4];
    for (int i = 0; i < 2 * count; i++) sums[i] = p.bias[channel + i % 2];
    if (count == 2) {
      multiply_two(weights, length, sums);
    } else {
      multiply_one(weights, length, sums);
    }
    for (int i = 0; i < 2; i++) {
      int32_t multiplier = p.multiplier[channel + i];
      int shift = p.shift[channel + i] - 32;
      for (int j = 0; j < count; j++) {
        output[j * outputs + i] = requantise(sums[2 * j + i], multiplier, shift, p.output_zero);
      }
    }
    weights += 2 * length;
    output += 2;
  }
}

void conv3x3(const value* input, int size, int channels, const struct parameters* p, int outputs,
             value* output) {
  int row = size * channels;
  int length = 3 * padded(3 * channels);
  for (int y = 0; y < size - 2; y++) {
    int x = 0;
    for (; x + 2 <= size - 2; x += 2) {
      const value* window = input + y * row + x * channels;
      widen_window(window, row, channels, columns, 4);
      widen_window(window + channels, row, channels, columns + 2, 4);
      all_channels(2, length, *p, outputs, output);
      output += 2 * outputs;
    }
    if (x < size - 2) {
      widen_window(input + y * row + x * channels, row, channels, columns, 2);
      all_channels(1, length, *p, outputs, output);
      output += outputs;
    }
  }
}

// Averages of four channels from the words of the four pixels.
static inline int32_t average_word(const value* corner, int channels, int row) {
  int32_t a = load_word(corner);
  int32_t b = load_word(corner + channels);
  int32_t c = load_word(corner + row);
  int32_t d = load_word(corner + row + channels);
  int32_t even = sadd16(sadd16(sxtb16(a), sxtb16(b)), sadd16(sxtb16(c), sxtb16(d)));
  int32_t odd = sadd16(sadd16(sxtb16_odd(a), sxtb16_odd(b)), sadd16(sxtb16_odd(c), sxtb16_odd(d)));
  even = shadd16(shadd16(even, 0x00020002), 0);
  odd = shadd16(shadd16(odd, 0x00020002), 0);
  return (even & 0x00ff00ff) | (int32_t)((uint32_t)(odd & 0x00ff00ff) << 8);
}

void average_pool2x2(const value* input, int size, int channels, value* output) {
  int row = size * channels;
  for (int y = 0; y < size / 2; y++) {
    for (int x = 0; x < size / 2; x++) {
      const value* corner = input + 2 * (y * row + x * channels);
      // The last word of a pixel may reach into the next pixel's place, which is written
      // afterwards.
      for (int channel = 0; channel < channels; channel += 4) {
        int32_t word = average_word(corner + channel, channels, row);
        __builtin_memcpy(output + channel, &word, sizeof word);
      }
      output += channels;
    }
  }
}

void fully_connected(const value* input, int inputs, const struct parameters* p, int outputs,
                     value* output) {
  widen(input, inputs, columns, 2);
  all_channels(1, padded(inputs), *p, outputs, output);
}
