// The deployment that unpacks: the weights of a layer are decoded to SRAM each time before it runs;
// of a layer that has more than the buffer takes, those of as many outputs as it takes at a time.
//
// huffman.py says how they are stored; in a block they come last, behind bias, multipliers and
// shifts. No code is longer than 24 bits, so the word at any bit, shifted to its beginning, holds one.

#include <stdbool.h>

#include "mcost.h"
#include "nn.h"

enum { LONGEST = 24, WINDOW = 25 };  // bits that a word has for sure, wherever in a byte it begins

extern int8_t codebook_weights[];
extern const int codebook_room;  // in it; every depthwise layer fits

// Codes of `length` bits are below limit[length], as windows; take[length] off a code and the rest
// is the place of its value.
struct code {
  const int8_t* values;
  const uint8_t* stream;
  uint32_t bit;  // of the stream, where the next code begins
  int shortest;
  uint32_t limit[LONGEST + 1];
  uint32_t take[LONGEST + 1];
};

static struct code code_at(const uint8_t* head) {
  const uint16_t* counts = (const uint16_t*)head;
  struct code code;
  uint32_t next = 0;
  uint32_t values = 0;
  code.shortest = 0;
  for (int length = 1; length <= LONGEST; length++) {
    uint32_t count = counts[length - 1];
    next <<= 1;
    code.take[length] = next - values;
    next += count;
    values += count;
    code.limit[length] = next << (WINDOW - length);
    if (code.shortest == 0 && count > 0) code.shortest = length;
  }
  code.values = (const int8_t*)(head + 2 * LONGEST);
  code.stream = head + 2 * LONGEST + nn_aligned(values);
  code.bit = 0;
  return code;
}

static uint32_t window_at(const uint8_t* stream, uint32_t bit) {
  uint32_t word;
  __builtin_memcpy(&word, stream + (bit >> 3), sizeof word);
  return __builtin_bswap32(word) << (bit & 7) >> (32 - WINDOW);
}

static void decode(struct code* code, int count, int8_t* weights) {
  const int8_t* end = weights + count;
  uint32_t bit = code->bit;
  while (weights != end) {
    uint32_t window = window_at(code->stream, bit);
    int length = code->shortest;
    while (window >= code->limit[length]) length++;
    *weights++ = code->values[(window >> (WINDOW - length)) - code->take[length]];
    bit += (uint32_t)length;
  }
  code->bit = bit;
}

static bool has_weights(const struct layer* layer) {
  return layer->operation == NN_CONV || layer->operation == NN_DEPTHWISE ||
         layer->operation == NN_DENSE;
}

static int smaller(int a, int b) { return a < b ? a : b; }

// What nn_parts() finds behind the weights comes first here.
static void run_unpacked(const struct layer* layer, const uint8_t* block, struct rows first,
                         struct rows second, struct rows output) {
  uint32_t words = 4u * (uint32_t)layer->outputs;
  const int32_t* bias = (const int32_t*)block;
  const int32_t* multiplier = (const int32_t*)(block + words);
  const uint8_t* shift = block + 2 * words;
  struct code code = code_at(shift + nn_aligned((uint32_t)layer->outputs));
  bool depthwise = layer->operation == NN_DEPTHWISE;
  int stride = nn_weights_stride(layer);  // a depthwise layer has one for all outputs
  int most = depthwise ? layer->outputs : smaller(layer->outputs, codebook_room / stride);
  for (int begin = 0; begin < layer->outputs; begin += most) {
    int outputs = smaller(most, layer->outputs - begin);
    MCOST_LAYER_BEGIN("decode", "op=decode");
    decode(&code, depthwise ? stride : outputs * stride, codebook_weights);
    MCOST_LAYER_END("decode");
    struct parameters p = {
        .first_output = begin,
        .outputs = outputs,
        .weights = codebook_weights,
        .bias = bias + begin,
        .multiplier = multiplier + begin,
        .shift = shift + begin,
    };
    nn_execute(layer, &p, first, second, output);
  }
}

void nn_run(const struct layer* layer, const value* first, const value* second, value* output) {
  const uint8_t* block = nn_parameters + layer->parameters;
  struct rows first_rows = {(value*)(uintptr_t)first, 0, layer->height};
  struct rows second_rows = {(value*)(uintptr_t)second, 0, layer->output_height};
  struct rows output_rows = {output, 0, layer->output_height};
  if (has_weights(layer)) {
    run_unpacked(layer, block, first_rows, second_rows, output_rows);
  } else {
    struct parameters p = nn_parts(layer, block);
    nn_execute(layer, &p, first_rows, second_rows, output_rows);
  }
}
