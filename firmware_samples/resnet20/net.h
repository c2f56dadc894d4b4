// ResNet-20 for 32x32x3 images: types, parameters and the kernels each build supplies.
//
// Tensors are NHWC. RESNET20_FLOAT chooses float32, otherwise values are int8 with affine
// quantisation: real = scale * (value - zero point). Built alike for the target and for the host
// reference.
#ifndef RESNET20_NET_H
#define RESNET20_NET_H

#include <stdbool.h>
#include <stdint.h>

enum { INPUT_SIZE = 32, INPUT_CHANNELS = 3, POOLED = 64, CLASSES = 10 };
enum { IMAGE_VALUES = INPUT_SIZE * INPUT_SIZE * INPUT_CHANNELS };

// A square convolution with TensorFlow's SAME padding. The dense layer is one of 1x1 on one pixel.
struct shape {
  int size;  // of the input; the output's is size / stride
  int channels;
  int outputs;
  int kernel;
  int stride;
};

#ifdef RESNET20_FLOAT

typedef float value;

struct layer {
  struct shape shape;
  const float* weights;
  const float* bias;
  bool relu;
};

// The sum of two tensors has nothing to learn.
struct addition {
  bool relu;
};

#else

typedef int8_t value;

// Each output's weights, in the order row, column, input, are padded with zeros to a multiple of
// four. output = clamp(output_zero + round(sum * multiplier / 2^shift)), halves up, where 33 <=
// shift < 63. A zero point of -128 makes the clamp a ReLU.
struct layer {
  struct shape shape;
  const int8_t* weights;
  const int32_t* bias;
  const int32_t* multiplier;
  const uint8_t* shift;
  int32_t input_zero;
  int32_t output_zero;
};

// output = clamp((a * a_multiplier + b * b_multiplier + constant) >> shift); the constant holds the
// zero points and the half that rounds.
struct addition {
  int16_t a_multiplier;
  int16_t b_multiplier;
  int32_t constant;
  int32_t shift;
};

#endif

// Stage, block, layer; in the order in which they run.
extern const struct layer conv1;
extern const struct layer s1b1_conv1, s1b1_conv2, s1b2_conv1, s1b2_conv2, s1b3_conv1, s1b3_conv2;
extern const struct layer s2b1_conv1, s2b1_conv2, s2b1_shortcut;
extern const struct layer s2b2_conv1, s2b2_conv2, s2b3_conv1, s2b3_conv2;
extern const struct layer s3b1_conv1, s3b1_conv2, s3b1_shortcut;
extern const struct layer s3b2_conv1, s3b2_conv2, s3b3_conv1, s3b3_conv2;
extern const struct layer dense;
extern const struct addition s1b1_add, s1b2_add, s1b3_add, s2b1_add, s2b2_add, s2b3_add;
extern const struct addition s3b1_add, s3b2_add, s3b3_add;

void convolve(const value* input, const struct layer* layer, value* output);

/// ReLU of the sum of `count` values, a multiple of four; `output` may be `a` or `b`.
void add(const value* a, const value* b, const struct addition* addition, int count, value* output);

/// Averages over all `pixels`, which are 64; `channels` is a multiple of four.
void average_pool(const value* input, int pixels, int channels, value* output);

void fully_connected(const value* input, const struct layer* layer, value* output);

/// Runs the network on IMAGE_VALUES values; writes ten outputs and returns the class of the
/// largest. Images and outputs are aligned to four bytes.
int classify(const value* image, value* outputs);

#endif  // RESNET20_NET_H
