// Host reference: LeNet-5 over the 200 digits with loops of its own, printing what `lenet5 --all`
// prints between its first line and the multiply-accumulate line. Build with -DLENET5_REFERENCE
// and, for float, -DLENET5_FLOAT; always with -ffp-contract=off. Shares data and types with the
// firmware, no code.
//
// int8: sums (input - input zero) * weight onto the bias before folding, and rounds with a
// division. float: one fused multiply-add per weight in memory order, starting at the bias (with
// -DLENET5_SOFT a multiplication, then an addition); averages add in row order. Any other order
// would give other bits.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "net.h"

enum { MAX_SIZE = 32, MAX_CHANNELS = 576 };

struct tensor {
  int size;
  int channels;
  value at[MAX_SIZE][MAX_SIZE][MAX_CHANNELS];
};

#ifdef LENET5_FLOAT

struct layer {
  const struct parameters* parameters;
};
#define LAYER(name) \
  { &name }
typedef float accumulator;

static accumulator start(struct layer layer, int output) { return layer.parameters->bias[output]; }

static accumulator add_product(struct layer layer, accumulator sum, value x, long weight) {
#ifdef LENET5_SOFT
  return layer.parameters->weights[weight] * x + sum;
#else
  return fmaf(layer.parameters->weights[weight], x, sum);
#endif
}

static value finish(struct layer layer, accumulator sum, int output) {
  (void)output;
  return layer.parameters->relu && sum < 0.0f ? 0.0f : sum;
}

static value average(value a, value b, value c, value d) { return (((a + b) + c) + d) / 4.0f; }

static value from_level(int level) { return (float)level / 15.0f; }

static long row_length(int count) { return count; }

#else

struct layer {
  const struct parameters* parameters;
  const int32_t* bias;
  const int32_t* input_zero;
};
#define DECLARE(name) extern const int32_t name##_unfolded_bias[], name##_input_zero
#define LAYER(name) \
  { &name, name##_unfolded_bias, &name##_input_zero }
DECLARE(conv1);
DECLARE(conv2);
DECLARE(fc1);
DECLARE(fc2);
DECLARE(fc3);
typedef int64_t accumulator;

static accumulator start(struct layer layer, int output) { return layer.bias[output]; }

static accumulator add_product(struct layer layer, accumulator sum, value x, long weight) {
  return sum + (accumulator)(x - *layer.input_zero) * layer.parameters->weights[weight];
}

static int64_t floor_divide(int64_t numerator, int64_t divisor) {
  int64_t quotient = numerator / divisor;
  return numerator % divisor < 0 ? quotient - 1 : quotient;
}

static value finish(struct layer layer, accumulator sum, int output) {
  const struct parameters* p = layer.parameters;
  int64_t divisor = (int64_t)1 << p->shift[output];
  int64_t scaled =
      floor_divide(sum * p->multiplier[output] + divisor / 2, divisor) + p->output_zero;
  return (value)(scaled < -128 ? -128 : scaled > 127 ? 127 : scaled);
}

static value average(value a, value b, value c, value d) {
  return (value)floor_divide(a + b + c + d + 2, 4);
}

static value from_level(int level) { return (value)(level * 17 - 128); }

static long row_length(int count) { return (count + 3) / 4 * 4; }

#endif

static void convolve(const struct tensor* in, struct layer layer, struct tensor* out,
                     int channels) {
  long row = row_length(3 * in->channels);
  out->size = in->size - 2;
  out->channels = channels;
  for (int c = 0; c < channels; c++) {
    for (int y = 0; y < out->size; y++) {
      for (int x = 0; x < out->size; x++) {
        accumulator sum = start(layer, c);
        for (int i = 0; i < 9 * in->channels; i++) {
          int dy = i / (3 * in->channels);
          int dx = i / in->channels % 3;
          long weight = (c * 3 + dy) * row + i % (3 * in->channels);
          sum = add_product(layer, sum, in->at[y + dy][x + dx][i % in->channels], weight);
        }
        out->at[y][x][c] = finish(layer, sum, c);
      }
    }
  }
}

static void pool(const struct tensor* in, struct tensor* out) {
  out->size = in->size / 2;
  out->channels = in->channels;
  for (int c = 0; c < in->channels; c++) {
    for (int y = 0; y < out->size; y++) {
      for (int x = 0; x < out->size; x++) {
        out->at[y][x][c] = average(in->at[2 * y][2 * x][c], in->at[2 * y][2 * x + 1][c],
                                   in->at[2 * y + 1][2 * x][c], in->at[2 * y + 1][2 * x + 1][c]);
      }
    }
  }
}

static void connect(const struct tensor* in, struct layer layer, struct tensor* out, int outputs) {
  int inputs = in->size * in->size * in->channels;
  out->size = 1;
  out->channels = outputs;
  for (int c = 0; c < outputs; c++) {
    accumulator sum = start(layer, c);
    for (int i = 0; i < inputs; i++) {
      int pixel = i / in->channels;
      value x = in->at[pixel / in->size][pixel % in->size][i % in->channels];
      sum = add_product(layer, sum, x, c * row_length(inputs) + i);
    }
    out->at[0][0][c] = finish(layer, sum, c);
  }
}

static struct tensor a, b;

static const value* run(void) {
  struct layer c1 = LAYER(conv1), c2 = LAYER(conv2), f1 = LAYER(fc1), f2 = LAYER(fc2),
               f3 = LAYER(fc3);
  convolve(&a, c1, &b, 6);
  pool(&b, &a);
  convolve(&a, c2, &b, 16);
  pool(&b, &a);
  connect(&a, f1, &b, 120);
  connect(&b, f2, &a, 84);
  connect(&a, f3, &b, CLASSES);
  return b.at[0][0];
}

static void unpack(int digit) {
  unsigned char pixels[DIGIT_SIZE * DIGIT_SIZE] = {0};
  int count = 0;
  int run = 0;
  for (int i = digit_offsets[digit]; i < digit_offsets[digit + 1]; i++) {
    int nibbles[2] = {digit_data[i] / 16, digit_data[i] % 16};
    for (int j = 0; j < 2 && count < DIGIT_SIZE * DIGIT_SIZE; j++) {
      if (run) {
        count += nibbles[j] + 1;
        run = 0;
      } else if (nibbles[j] == 0) {
        run = 1;
      } else {
        pixels[count++] = (unsigned char)nibbles[j];
      }
    }
  }
  if (count != DIGIT_SIZE * DIGIT_SIZE) abort();
  a.size = INPUT_SIZE;
  a.channels = 1;
  for (int y = 0; y < INPUT_SIZE; y++) {
    for (int x = 0; x < INPUT_SIZE; x++) {
      int inside = y >= 2 && y < 30 && x >= 2 && x < 30;
      a.at[y][x][0] = from_level(inside ? pixels[(y - 2) * DIGIT_SIZE + x - 2] : 0);
    }
  }
}

static void print_output(value output) {
#ifdef LENET5_FLOAT
  uint32_t word;
  memcpy(&word, &output, sizeof word);
  printf(" 0x%08x", (unsigned)word);
#else
  printf(" %d", output);
#endif
}

int main(void) {
  uint32_t hash = 2166136261u;
  int right = 0;
  for (int digit = 0; digit < DIGITS; digit++) {
    unpack(digit);
    const value* outputs = run();
    int predicted = 0;
    for (int i = 1; i < CLASSES; i++) predicted = outputs[i] > outputs[predicted] ? i : predicted;
    right += predicted == digit_labels[digit];
    printf("digit %d label %d class %d outputs", digit, digit_labels[digit], predicted);
    for (int i = 0; i < CLASSES; i++) print_output(outputs[i]);
    printf("\n");
    const unsigned char* bytes = (const unsigned char*)outputs;
    for (size_t i = 0; i < CLASSES * sizeof *outputs; i++) hash = (hash ^ bytes[i]) * 16777619u;
  }
  printf("hash 0x%08x\naccuracy %d of %d\n", (unsigned)hash, right, DIGITS);
  return 0;
}
