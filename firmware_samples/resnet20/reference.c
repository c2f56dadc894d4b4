// Host reference: ResNet-20 over the images with loops of its own, printing what `resnet20 --all`
// prints between its first line and the multiply-accumulate line. Build with -DRESNET20_REFERENCE
// and, for float, -DRESNET20_FLOAT; always with -ffp-contract=off. Shares data and types with the
// firmware, no code.
//
//   reference               the images of `resnet20 --all`
//   reference --tensors N   for N other images: each tensor's name, least and largest value,
//                           standard deviation, and percent at the ends of int8
//
// int8: sums (input - input zero) * weight onto the bias before folding, and rounds with a
// division. float: one fused multiply-add per weight in memory order, starting at the bias, none
// for pixels beyond the edge; with -DRESNET20_SOFT a multiplication, then an addition. Any other
// order would give other bits.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "images.h"
#include "net.h"

enum { MAX_SIZE = 32, MAX_CHANNELS = 64, FIRST_CALIBRATION_IMAGE = 1000 };

struct tensor {
  int size;
  int channels;
  value at[MAX_SIZE][MAX_SIZE][MAX_CHANNELS];
};

#ifdef RESNET20_FLOAT

struct reference {
  const char* name;
  const struct layer* layer;
};
#define LAYER(name) \
  { #name, &name }
typedef float accumulator;

static accumulator start(const struct reference* r, int output) { return r->layer->bias[output]; }

static accumulator add_product(const struct reference* r, accumulator sum, value x, long weight) {
#ifdef RESNET20_SOFT
  return r->layer->weights[weight] * x + sum;
#else
  return fmaf(r->layer->weights[weight], x, sum);
#endif
}

static value finish(const struct reference* r, accumulator sum, int output) {
  (void)output;
  return r->layer->relu && sum < 0.0f ? 0.0f : sum;
}

static value sum_of(const struct addition* addition, value a, value b) {
  (void)addition;
  return a + b < 0.0f ? 0.0f : a + b;
}

static value average(accumulator sum) { return sum / 64.0f; }

static value from_pixel(int pixel) { return (float)pixel / 255.0f; }

static long row_length(int count) { return count; }

#else

struct reference {
  const char* name;
  const struct layer* layer;
  const int32_t* bias;
};
#define LAYER(name) \
  { #name, &name, name##_unfolded_bias }
typedef int64_t accumulator;

static accumulator start(const struct reference* r, int output) { return r->bias[output]; }

static accumulator add_product(const struct reference* r, accumulator sum, value x, long weight) {
  return sum + (accumulator)(x - r->layer->input_zero) * r->layer->weights[weight];
}

static int64_t floor_divide(int64_t numerator, int64_t divisor) {
  int64_t quotient = numerator / divisor;
  return numerator % divisor < 0 ? quotient - 1 : quotient;
}

static value clamp(int64_t x) { return (value)(x < -128 ? -128 : x > 127 ? 127 : x); }

static value finish(const struct reference* r, accumulator sum, int output) {
  const struct layer* p = r->layer;
  int64_t divisor = (int64_t)1 << p->shift[output];
  return clamp(floor_divide(sum * p->multiplier[output] + divisor / 2, divisor) + p->output_zero);
}

static value sum_of(const struct addition* p, value a, value b) {
  int64_t sum = (int64_t)a * p->a_multiplier + (int64_t)b * p->b_multiplier + p->constant;
  return clamp(floor_divide(sum, (int64_t)1 << p->shift));
}

static value average(accumulator sum) { return clamp(floor_divide(sum + 32, 64)); }

static value from_pixel(int pixel) { return (value)(pixel - 128); }

static long row_length(int count) { return (count + 3) / 4 * 4; }

#endif

#ifndef RESNET20_FLOAT
#define DECLARE(name) extern const int32_t name##_unfolded_bias[]
DECLARE(conv1);
DECLARE(s1b1_conv1);
DECLARE(s1b1_conv2);
DECLARE(s1b2_conv1);
DECLARE(s1b2_conv2);
DECLARE(s1b3_conv1);
DECLARE(s1b3_conv2);
DECLARE(s2b1_conv1);
DECLARE(s2b1_conv2);
DECLARE(s2b1_shortcut);
DECLARE(s2b2_conv1);
DECLARE(s2b2_conv2);
DECLARE(s2b3_conv1);
DECLARE(s2b3_conv2);
DECLARE(s3b1_conv1);
DECLARE(s3b1_conv2);
DECLARE(s3b1_shortcut);
DECLARE(s3b2_conv1);
DECLARE(s3b2_conv2);
DECLARE(s3b3_conv1);
DECLARE(s3b3_conv2);
DECLARE(dense);
#endif

struct block {
  struct reference conv1, conv2, shortcut;  // no shortcut layer: the input itself
  const char* name;
  const struct addition* add;
};
#define BLOCK(block) \
  { LAYER(block##_conv1), LAYER(block##_conv2), {NULL}, #block "_add", &block##_add }
#define WIDER_BLOCK(block)                                                              \
  {                                                                                     \
    LAYER(block##_conv1), LAYER(block##_conv2), LAYER(block##_shortcut), #block "_add", \
        &block##_add                                                                    \
  }

// What `--tensors` prints: sums over all images, by tensor.
struct spread {
  const char* name;
  double least, largest, sum, squares, at_ends, count;
};
static struct spread spreads[64];

static void note(const char* name, const struct tensor* t) {
  struct spread* s = spreads;
  while (s->name != NULL && strcmp(s->name, name) != 0) s++;
  s->name = name;
  for (int i = 0; i < t->size * t->size * t->channels; i++) {
    int pixel = i / t->channels;
    double x = t->at[pixel / t->size][pixel % t->size][i % t->channels];
    if (s->count == 0 || x < s->least) s->least = x;
    if (s->count == 0 || x > s->largest) s->largest = x;
    s->sum += x;
    s->squares += x * x;
    s->at_ends += x == 127;
    s->count++;
  }
}

static void print_spreads(void) {
  for (const struct spread* s = spreads; s->name != NULL; s++) {
    double mean = s->sum / s->count;
    double deviation = sqrt(s->squares / s->count - mean * mean);
    printf("%s %.9g %.9g %.4g %.4g\n", s->name, s->least, s->largest, deviation,
           100 * s->at_ends / s->count);
  }
}

// TensorFlow's SAME: as many outputs as strides; what lacks at the edges is split, the odd one
// last.
static void run_convolution(const struct tensor* in, const struct reference* r,
                            struct tensor* out) {
  const struct shape* shape = &r->layer->shape;
  long row = row_length(shape->kernel * shape->kernel * in->channels);
  out->size = (in->size + shape->stride - 1) / shape->stride;
  out->channels = shape->outputs;
  int lacking = (out->size - 1) * shape->stride + shape->kernel - in->size;
  int before = lacking > 0 ? lacking / 2 : 0;
  for (int c = 0; c < out->channels; c++) {
    for (int y = 0; y < out->size; y++) {
      for (int x = 0; x < out->size; x++) {
        accumulator sum = start(r, c);
        for (int i = 0; i < shape->kernel * shape->kernel * in->channels; i++) {
          int from_y = y * shape->stride - before + i / in->channels / shape->kernel;
          int from_x = x * shape->stride - before + i / in->channels % shape->kernel;
          if (from_y < 0 || from_y >= in->size || from_x < 0 || from_x >= in->size) continue;
          sum = add_product(r, sum, in->at[from_y][from_x][i % in->channels], c * row + i);
        }
        out->at[y][x][c] = finish(r, sum, c);
      }
    }
  }
  note(r->name, out);
}

static void add_tensors(const struct block* block, const struct tensor* x, const struct tensor* y,
                        struct tensor* out) {
  out->size = x->size;
  out->channels = x->channels;
  for (int i = 0; i < x->size * x->size; i++) {
    for (int c = 0; c < x->channels; c++) {
      int row = i / x->size;
      int column = i % x->size;
      out->at[row][column][c] = sum_of(block->add, x->at[row][column][c], y->at[row][column][c]);
    }
  }
  note(block->name, out);
}

static void run_block(struct tensor* x, const struct block* block) {
  static struct tensor first, second, skipped;
  run_convolution(x, &block->conv1, &first);
  run_convolution(&first, &block->conv2, &second);
  if (block->shortcut.layer != NULL) {
    run_convolution(x, &block->shortcut, &skipped);
  } else {
    skipped = *x;
  }
  add_tensors(block, &second, &skipped, x);
}

static const value* run(const struct tensor* image) {
  static const struct reference first = LAYER(conv1), last = LAYER(dense);
  static const struct block blocks[] = {BLOCK(s1b1),       BLOCK(s1b2), BLOCK(s1b3),
                                        WIDER_BLOCK(s2b1), BLOCK(s2b2), BLOCK(s2b3),
                                        WIDER_BLOCK(s3b1), BLOCK(s3b2), BLOCK(s3b3)};
  static struct tensor x, pooled, outputs;
  run_convolution(image, &first, &x);
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) run_block(&x, &blocks[i]);
  pooled.size = 1;
  pooled.channels = x.channels;
  for (int c = 0; c < x.channels; c++) {
    accumulator sum = 0;
    for (int i = 0; i < x.size * x.size; i++) sum += x.at[i / x.size][i % x.size][c];
    pooled.at[0][0][c] = average(sum);
  }
  note("pool", &pooled);
  run_convolution(&pooled, &last, &outputs);
  return outputs.at[0][0];
}

static const value* run_image(int seed) {
  static struct tensor image;
  uint8_t pixels[IMAGE_VALUES];
  make_image((uint32_t)seed, pixels);
  image.size = INPUT_SIZE;
  image.channels = INPUT_CHANNELS;
  for (int i = 0; i < IMAGE_VALUES; i++) {
    int pixel = i / INPUT_CHANNELS;
    image.at[pixel / INPUT_SIZE][pixel % INPUT_SIZE][i % INPUT_CHANNELS] = from_pixel(pixels[i]);
  }
  return run(&image);
}

static void print_output(value output) {
#ifdef RESNET20_FLOAT
  uint32_t word;
  memcpy(&word, &output, sizeof word);
  printf(" 0x%08x", (unsigned)word);
#else
  printf(" %d", output);
#endif
}

int main(int count, char** words) {
  if (count == 3 && strcmp(words[1], "--tensors") == 0) {
    for (int i = 0; i < atoi(words[2]); i++) (void)run_image(FIRST_CALIBRATION_IMAGE + i);
    print_spreads();
    return 0;
  }
  uint32_t hash = 2166136261u;
  for (int image = 0; image < IMAGES; image++) {
    const value* outputs = run_image(image);
    int predicted = 0;
    for (int i = 1; i < CLASSES; i++) predicted = outputs[i] > outputs[predicted] ? i : predicted;
    printf("image %d class %d outputs", image, predicted);
    for (int i = 0; i < CLASSES; i++) print_output(outputs[i]);
    printf("\n");
    const unsigned char* bytes = (const unsigned char*)outputs;
    for (size_t i = 0; i < CLASSES * sizeof *outputs; i++) hash = (hash ^ bytes[i]) * 16777619u;
  }
  printf("hash 0x%08x\n", (unsigned)hash);
  return 0;
}
