// LeNet-5 with 3x3 kernels: types, parameters and the kernels each build supplies.
//
// Tensors are NHWC. LENET5_FLOAT chooses float32, otherwise values are int8 with affine
// quantisation: real = scale * (value - zero point). Built alike for the target and for the host
// reference.
#ifndef LENET5_NET_H
#define LENET5_NET_H

#include <stdbool.h>
#include <stdint.h>

enum { INPUT_SIZE = 32, CLASSES = 10 };

#ifdef LENET5_FLOAT

typedef float value;

// `weights` has no padding. The last layer has no ReLU.
struct parameters {
  const float* weights;
  const float* bias;
  bool relu;
};

#else

typedef int8_t value;

// Kernel rows (3 pixels of a convolution, a whole row of a dense layer) are padded with zeros to a
// multiple of four weights. output = clamp(output_zero + round(sum * multiplier / 2^shift)), halves
// up, where 33 <= shift < 63. A zero point of -128 makes the clamp a ReLU.
struct parameters {
  const int8_t* weights;
  const int32_t* bias;
  const int32_t* multiplier;
  const uint8_t* shift;
  int32_t output_zero;
};

#endif

extern const struct parameters conv1, conv2, fc1, fc2, fc3;

// Tensors have this many values behind them, which kernels may read (and ignore) or overwrite; the
// ten outputs of the network do not.
enum { SLACK = 4 };

/// 3x3 valid convolution of a `size` x `size` x `channels` input; output is (size - 2)^2 x
/// `outputs`.
void conv3x3(const value* input, int size, int channels, const struct parameters* parameters,
             int outputs, value* output);

/// 2x2 average; an odd last row and column are dropped.
void average_pool2x2(const value* input, int size, int channels, value* output);

/// `outputs` dot products of length `inputs`.
void fully_connected(const value* input, int inputs, const struct parameters* parameters,
                     int outputs, value* output);

/// Runs the network on 32x32 values and SLACK; writes ten outputs and returns the class of the
/// largest.
int classify(const value* image, value* outputs);

#endif  // LENET5_NET_H
