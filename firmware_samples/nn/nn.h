// Kernels for int8 networks that graph.py describes and emit.py writes as C.
//
// Tensors are NHWC with N = 1; real = scale * (value - zero). A layer computes any range of its
// output's rows, so that a deployment can cut it along the height. Nothing here knows where tensors
// and parameters live: how a layer gets them is a deployment, `nn_run` of the sample.
#ifndef NN_H
#define NN_H

#include <stdint.h>

typedef int8_t value;

enum operation {
  NN_CONV,
  NN_DEPTHWISE,
  NN_DENSE,
  NN_ADD,
  NN_POOL,
  NN_LOOKUP,
  NN_SCALE,
};

// The shape is the input's; padding is TensorFlow's SAME, so the output has size / stride, rounded
// up. `constants` are of an addition: multipliers of both inputs, constant, shift; of a pool: the
// reciprocal of its pixels, in 1/65536.
struct layer {
  uint8_t operation;
  uint8_t kernel;
  uint8_t stride;
  int16_t height;
  int16_t width;
  int16_t channels;
  int16_t outputs;
  int16_t output_height;
  int16_t output_width;
  int16_t input_zero;
  int16_t output_zero;
  uint32_t parameters;        // offset of its block in nn_parameters
  uint32_t parameters_bytes;  // 0 if it has none
  int32_t constants[4];
};

// What a block of parameters holds, one behind the other, each aligned to four bytes. Weights of a
// convolution are [output][row][column][input], each output's padded with zeros to a multiple of
// four; of a depthwise one [row][column][channel]. A lookup's weights are its table of 256 values.
// output = clamp(output_zero + round(sum * multiplier / 2^shift)), halves up, 33 <= shift < 63; the
// bias allows for the input's zero point.
//
// A deployment may have a convolution or a dense layer compute some of its outputs only: those from
// `first_output` on, to which all pointers belong.
struct parameters {
  int first_output;
  int outputs;
  const int8_t* weights;
  const int32_t* bias;
  const int32_t* multiplier;
  const uint8_t* shift;
};

// Rows `first` to `first + count - 1` of a tensor; `data` is where row `first` begins.
struct rows {
  value* data;
  int first;
  int count;
};

// The network that is linked in. Its layers call nn_run() in the order in which they run.
extern const char nn_name[];
extern const uint8_t nn_parameters[];
extern value nn_arena[];
// In which the DSP kernels gather inputs: two columns of halfwords, or some channels of a depthwise
// window; four of any at least.
extern int32_t nn_columns[];
extern const int nn_columns_bytes;
extern value* const nn_input;
extern value* const nn_output;
extern const int nn_height, nn_width, nn_channels;  // of the input
extern const int nn_output_size;
extern const uint32_t nn_macs;
extern const struct layer nn_layers[];  // in the order in which they run
extern const int nn_layer_count;
void nn_network(void);

/// The sample's way to run one layer. `second` is null where there is one input.
void nn_run(const struct layer* layer, const value* first, const value* second, value* output);

/// The place of a tensor that is on an SD card, in blocks of 16 KiB. A deployment with a card knows
/// such places; nothing else may use them.
#define NN_CARD 0xf0000000u
#define NN_ON_CARD(block) ((value*)(NN_CARD + 16384u * (block)))

static inline uint32_t nn_aligned(uint32_t bytes) { return (bytes + 3) & ~3u; }

/// Bytes of one output's weights.
static inline int nn_weights_stride(const struct layer* layer) {
  return (int)nn_aligned((uint32_t)(layer->kernel * layer->kernel * layer->channels));
}

/// The first row of the input, before clipping, that row `y` of the output reads.
static inline int nn_first_row(const struct layer* layer, int y) {
  int beyond = (layer->output_height - 1) * layer->stride + layer->kernel - layer->height;
  return y * layer->stride - (beyond > 0 ? beyond / 2 : 0);
}

// Q-format (NN_Q_FORMAT, the sample `quantisation`): scales are powers of two and zeros are 0. A layer
// has one shift and no multipliers, its bias includes the half that rounds, and its output_zero is
// the least output: 0 behind a ReLU.
static inline int nn_shift(const struct parameters* p, int channel) {
#ifdef NN_Q_FORMAT
  (void)channel;
  return p->shift[0];
#else
  return p->shift[channel];
#endif
}

static inline int32_t nn_multiplier(const struct parameters* p, int channel) {
#ifdef NN_Q_FORMAT
  (void)p, (void)channel;
  return 0;
#else
  return p->multiplier[channel];
#endif
}

/// Where the parts of a block are.
struct parameters nn_parts(const struct layer* layer, const void* block);

/// `output.count` rows. `first` has all rows that they read, as nn_first_row() tells, or those of
/// them that there are; of an addition `second` has the same rows as the output, of a scale it is
/// the gate. A dense layer and a pool have one row.
void nn_execute(const struct layer* layer, const struct parameters* p, struct rows first,
                struct rows second, struct rows output);

/// The whole layer, everything where it is.
void nn_execute_all(const struct layer* layer, const void* block, const value* first,
                    const value* second, value* output);

// What nn_execute() chooses from; kernels_plain.c or kernels_dsp.c has them.
void nn_convolve(const struct layer* layer, const struct parameters* p, struct rows input,
                 struct rows output);
void nn_depthwise(const struct layer* layer, const struct parameters* p, struct rows input,
                  struct rows output);
void nn_dense(const struct layer* layer, const struct parameters* p, const value* input,
              value* output);
void nn_add(const struct layer* layer, const value* a, const value* b, int count, value* output);

/// Fills the network's input with the image of graph.image().
void nn_make_image(value* pixels, int height, int width, int channels);

#endif  // NN_H
