// What the interpreter knows of each operator: how it prepares, and how it calls its kernel.

#include "interpreter.h"
#include "kernels.h"

enum { WEIGHTS = 1, BIAS = 2, HEIGHT = 1, WIDTH = 2, CHANNELS = 3, ADD_SHIFT = 14 };

/// A node's own data.
struct prepared {
  struct layer layer;
  const int32_t* multiplier;
  const uint8_t* shift;
  int32_t scratch;  // handle, or NO_SCRATCH
};

// A positive number as a fraction of 0.5 to 1 and a power of two.
static double split(double number, int* exponent) {
  enum { FRACTION_BITS = 52, EXPONENT_OF_HALF = 1022 };
  uint64_t bits;
  __builtin_memcpy(&bits, &number, sizeof bits);
  *exponent = (int)(bits >> FRACTION_BITS) - EXPONENT_OF_HALF;
  bits &= (UINT64_C(1) << FRACTION_BITS) - 1;
  bits |= (uint64_t)EXPONENT_OF_HALF << FRACTION_BITS;
  __builtin_memcpy(&number, &bits, sizeof bits);
  return number;
}

// A positive ratio as a multiplier of 31 bits and a shift, computed in double precision as
// TensorFlow Lite Micro does; the core's unit has single precision only, so libgcc does all of it.
static void fixed_point(double ratio, int32_t* multiplier, uint8_t* shift) {
  int exponent;
  double fraction = split(ratio, &exponent);
  int64_t rounded = (int64_t)(fraction * (double)(INT64_C(1) << 31) + 0.5);
  if (rounded == INT64_C(1) << 31) rounded /= 2, exponent++;
  *multiplier = (int32_t)rounded;
  *shift = (uint8_t)(31 - exponent);
}

static double scale_of(const struct tensor* tensor, uint32_t channel) {
  return ((const double*)tensor->scales->items)[channel];
}

static int16_t size_of(const struct tensor* tensor, uint32_t axis) {
  return (int16_t)u32_at(tensor->shape, axis);
}

static struct layer layer_of(enum operation operation, const struct node* node,
                             const struct tensor* input, const struct tensor* output) {
  return (struct layer){
      .operation = operation,
      .kernel = 1,
      .stride = (uint8_t)u32_field(node->options, OPTIONS_STRIDE),
      .height = size_of(input, HEIGHT),
      .width = size_of(input, WIDTH),
      .channels = size_of(input, CHANNELS),
      .outputs = size_of(output, CHANNELS),
      .output_height = size_of(output, HEIGHT),
      .output_width = size_of(output, WIDTH),
      .input_zero = (int16_t)input->zero,
      .output_zero = (int16_t)output->zero,
  };
}

// Fills a new `prepared` with what input and output tell.
static enum status prepare_any(struct interpreter* context, struct node* node,
                               enum operation operation, struct prepared** result) {
  struct prepared* p = context->persistent(context, sizeof *p);
  const struct tensor* input = context->temporary_tensor(context, u32_at(node->inputs, 0));
  const struct tensor* output = context->temporary_tensor(context, u32_at(node->outputs, 0));
  if (p == 0 || input == 0 || output == 0) return STATUS_ARENA_TOO_SMALL;
  if (input->type != TYPE_INT8 || output->type != TYPE_INT8) return STATUS_UNSUPPORTED;
  p->layer = layer_of(operation, node, input, output);
  p->scratch = NO_SCRATCH;
  node->data = p;
  *result = p;
  return STATUS_OK;
}

// Multiplier and shift of each output channel from the scales.
static enum status prepare_multipliers(struct interpreter* context, struct node* node,
                                       struct prepared* p) {
  const struct tensor* input = context->temporary_tensor(context, u32_at(node->inputs, 0));
  const struct tensor* weights = context->temporary_tensor(context, u32_at(node->inputs, WEIGHTS));
  const struct tensor* output = context->temporary_tensor(context, u32_at(node->outputs, 0));
  uint32_t channels = (uint32_t)p->layer.outputs;
  int32_t* multiplier = context->persistent(context, 4 * channels);
  uint8_t* shift = context->persistent(context, channels);
  if (input == 0 || weights == 0 || output == 0 || multiplier == 0 || shift == 0) {
    return STATUS_ARENA_TOO_SMALL;
  }
  if (weights->type != TYPE_INT8 || weights->scales->count != channels) return STATUS_UNSUPPORTED;
  for (uint32_t i = 0; i < channels; i++) {
    double ratio = scale_of(input, 0) * scale_of(weights, i) / scale_of(output, 0);
    fixed_point(ratio, &multiplier[i], &shift[i]);
  }
  p->multiplier = multiplier;
  p->shift = shift;
  return STATUS_OK;
}

// Weights are [output][row][column][input], of a depthwise convolution [1][row][column][channel].
static enum status read_kernel(struct interpreter* context, struct node* node, struct prepared* p) {
  enum { ROWS = 1, COLUMNS = 2 };
  const struct tensor* weights = context->temporary_tensor(context, u32_at(node->inputs, WEIGHTS));
  if (weights == 0) return STATUS_ARENA_TOO_SMALL;
  if (size_of(weights, ROWS) != size_of(weights, COLUMNS)) return STATUS_UNSUPPORTED;
  p->layer.kernel = (uint8_t)size_of(weights, ROWS);
  return STATUS_OK;
}

static enum status prepare_conv(struct interpreter* context, struct node* node) {
  struct prepared* p;
  enum status status = prepare_any(context, node, NN_CONV, &p);
  if (status == STATUS_OK) status = read_kernel(context, node, p);
  if (status == STATUS_OK) status = prepare_multipliers(context, node, p);
  if (status != STATUS_OK) return status;
  uint32_t columns = 2 * 2 * (uint32_t)nn_weights_stride(&p->layer);  // two, of halfwords
  return context->request_scratch(context, columns, &p->scratch);
}

// Of windows that reach beyond the edge.
static uint32_t edge_bytes(const struct layer* layer) {
  enum { MOST_CHANNELS = 32 };
  int channels = layer->channels < MOST_CHANNELS ? layer->channels : MOST_CHANNELS;
  return (uint32_t)(layer->kernel * layer->kernel * channels);
}

static enum status prepare_depthwise(struct interpreter* context, struct node* node) {
  struct prepared* p;
  enum status status = prepare_any(context, node, NN_DEPTHWISE, &p);
  if (status == STATUS_OK) status = read_kernel(context, node, p);
  if (status == STATUS_OK) status = prepare_multipliers(context, node, p);
  if (status != STATUS_OK) return status;
  return context->request_scratch(context, edge_bytes(&p->layer), &p->scratch);
}

static enum status prepare_dense(struct interpreter* context, struct node* node) {
  struct prepared* p;
  enum status status = prepare_any(context, node, NN_DENSE, &p);
  return status == STATUS_OK ? prepare_multipliers(context, node, p) : status;
}

static enum status prepare_add(struct interpreter* context, struct node* node) {
  struct prepared* p;
  enum status status = prepare_any(context, node, NN_ADD, &p);
  if (status != STATUS_OK) return status;
  const struct tensor* output = context->temporary_tensor(context, u32_at(node->outputs, 0));
  if (output == 0) return STATUS_ARENA_TOO_SMALL;
  int32_t constant = (output->zero << ADD_SHIFT) + (1 << (ADD_SHIFT - 1));
  for (uint32_t i = 0; i < 2; i++) {
    const struct tensor* input = context->temporary_tensor(context, u32_at(node->inputs, i));
    if (input == 0) return STATUS_ARENA_TOO_SMALL;
    double ratio = scale_of(input, 0) / scale_of(output, 0) * (1 << ADD_SHIFT);
    p->layer.constants[i] = (int32_t)(ratio + 0.5);
    constant -= p->layer.constants[i] * input->zero;
  }
  p->layer.constants[2] = constant;
  p->layer.constants[3] = ADD_SHIFT;
  return STATUS_OK;
}

static enum status prepare_pool(struct interpreter* context, struct node* node) {
  struct prepared* p;
  enum status status = prepare_any(context, node, NN_POOL, &p);
  if (status != STATUS_OK) return status;
  int32_t pixels = p->layer.height * p->layer.width;
  p->layer.constants[0] = ((1 << 16) + pixels / 2) / pixels;
  return STATUS_OK;
}

static struct rows input_rows(struct interpreter* context, const struct node* node, uint32_t i) {
  const struct prepared* p = node->data;
  void* data = context->eval_tensor(context, u32_at(node->inputs, i))->data;
  return (struct rows){data, 0, p->layer.height};
}

static struct rows output_rows(struct interpreter* context, const struct node* node) {
  const struct prepared* p = node->data;
  void* data = context->eval_tensor(context, u32_at(node->outputs, 0))->data;
  return (struct rows){data, 0, p->layer.output_height};
}

static struct parameters parameters_of(struct interpreter* context, const struct node* node) {
  const struct prepared* p = node->data;
  return (struct parameters){
      .first_output = 0,
      .outputs = p->layer.outputs,
      .weights = context->eval_tensor(context, u32_at(node->inputs, WEIGHTS))->data,
      .bias = context->eval_tensor(context, u32_at(node->inputs, BIAS))->data,
      .multiplier = p->multiplier,
      .shift = p->shift,
  };
}

static enum status invoke_conv(struct interpreter* context, struct node* node) {
  const struct prepared* p = node->data;
  struct parameters parameters = parameters_of(context, node);
  kernels_columns = context->scratch_buffer(context, p->scratch);
  nn_convolve(&p->layer, &parameters, input_rows(context, node, 0), output_rows(context, node));
  return STATUS_OK;
}

static enum status invoke_depthwise(struct interpreter* context, struct node* node) {
  const struct prepared* p = node->data;
  struct parameters parameters = parameters_of(context, node);
  kernels_columns = context->scratch_buffer(context, p->scratch);
  kernels_columns_bytes = (int)edge_bytes(&p->layer);
  nn_depthwise(&p->layer, &parameters, input_rows(context, node, 0), output_rows(context, node));
  return STATUS_OK;
}

static enum status invoke_dense(struct interpreter* context, struct node* node) {
  const struct prepared* p = node->data;
  struct parameters parameters = parameters_of(context, node);
  nn_dense(&p->layer, &parameters, input_rows(context, node, 0).data,
           output_rows(context, node).data);
  return STATUS_OK;
}

static enum status invoke_add(struct interpreter* context, struct node* node) {
  const struct prepared* p = node->data;
  int count = p->layer.height * p->layer.width * p->layer.channels;
  nn_add(&p->layer, input_rows(context, node, 0).data, input_rows(context, node, 1).data, count,
         output_rows(context, node).data);
  return STATUS_OK;
}

static enum status invoke_pool(struct interpreter* context, struct node* node) {
  const struct prepared* p = node->data;
  const struct parameters none = {0};
  struct rows input = input_rows(context, node, 0);
  nn_execute(&p->layer, &none, input, input, output_rows(context, node));
  return STATUS_OK;
}

const struct registration conv_registration = {BUILTIN_CONV_2D, "CONV_2D", prepare_conv,
                                               invoke_conv};
const struct registration depthwise_registration = {BUILTIN_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D",
                                                    prepare_depthwise, invoke_depthwise};
const struct registration dense_registration = {BUILTIN_FULLY_CONNECTED, "FULLY_CONNECTED",
                                                prepare_dense, invoke_dense};
const struct registration add_registration = {BUILTIN_ADD, "ADD", prepare_add, invoke_add};
const struct registration pool_registration = {BUILTIN_AVERAGE_POOL_2D, "AVERAGE_POOL_2D",
                                               prepare_pool, invoke_pool};
