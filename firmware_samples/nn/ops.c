// Operators that are the same in all builds, and the choice among all.

#include "nn.h"

struct parameters nn_parts(const struct layer* layer, const void* block) {
  const uint8_t* bytes = block;
  uint32_t weights = (uint32_t)(nn_weights_stride(layer) * layer->outputs);
  if (layer->operation == NN_DEPTHWISE) {
    weights = nn_aligned((uint32_t)(layer->kernel * layer->kernel * layer->channels));
  }
  uint32_t words = 4u * (uint32_t)layer->outputs;
  struct parameters p;
  p.first_output = 0;
  p.outputs = layer->outputs;
  p.weights = (const int8_t*)bytes;
  p.bias = (const int32_t*)(bytes + weights);
#ifdef NN_Q_FORMAT
  p.multiplier = 0;
  p.shift = bytes + weights + words;
#else
  p.multiplier = (const int32_t*)(bytes + weights + words);
  p.shift = bytes + weights + 2 * words;
#endif
  return p;
}

static value clamp(int32_t result) {
  if (result < -128) return -128;
  return (value)(result > 127 ? 127 : result);
}

static void average_pool(const struct layer* layer, const value* input, value* output) {
  int pixels = layer->height * layer->width;
  for (int channel = 0; channel < layer->channels; channel++) {
    int32_t sum = 0;
    for (int i = 0; i < pixels; i++) sum += input[i * layer->channels + channel];
    output[channel] = (value)((sum * layer->constants[0] + (1 << 15)) >> 16);
  }
}

static void look_up(const int8_t* table, const value* input, int count, value* output) {
  for (int i = 0; i < count; i++) output[i] = table[input[i] + 128];
}

static void scale(const struct layer* layer, const value* input, const value* gate, int pixels,
                  value* output) {
  int32_t zero = layer->input_zero;
  for (int i = 0; i < pixels; i++) {
    for (int channel = 0; channel < layer->channels; channel++) {
      int32_t gated = ((*input++ - zero) * (gate[channel] + 128) + 128) >> 8;
      *output++ = clamp(gated + zero);
    }
  }
}

void nn_execute(const struct layer* layer, const struct parameters* p, struct rows first,
                struct rows second, struct rows output) {
  int pixels = output.count * layer->output_width;
  // Of elementwise operators the input begins at the same row.
  const value* same = first.data + (output.first - first.first) * layer->width * layer->channels;
  switch (layer->operation) {
    case NN_CONV: nn_convolve(layer, p, first, output); break;
    case NN_DEPTHWISE: nn_depthwise(layer, p, first, output); break;
    case NN_DENSE: nn_dense(layer, p, first.data, output.data); break;
    case NN_ADD: nn_add(layer, same, second.data, pixels * layer->outputs, output.data); break;
    case NN_POOL: average_pool(layer, first.data, output.data); break;
    case NN_LOOKUP: look_up(p->weights, same, pixels * layer->outputs, output.data); break;
    case NN_SCALE: scale(layer, same, second.data, pixels, output.data); break;
    default: break;
  }
}

// The pointers of `struct rows` are those of what a layer may write; it never writes its inputs.
void nn_execute_all(const struct layer* layer, const void* block, const value* first,
                    const value* second, value* output) {
  struct parameters p = nn_parts(layer, block);
  nn_execute(layer, &p, (struct rows){(value*)(uintptr_t)first, 0, layer->height},
             (struct rows){(value*)(uintptr_t)second, 0, layer->output_height},
             (struct rows){output, 0, layer->output_height});
}
