// The deployment of TinyOps: tensors and parameters lie in external memory, and DMA brings pieces of
// them into SRAM while the core works on those before. A layer is cut along its height into tiles;
// parameters of the next layer come while this one runs. Outputs are written where they belong.
//
// Where the parameters of a layer are larger than their buffer, its outputs are cut into groups, each
// with the weights it needs; its input is then in SRAM as a whole.

#include <stdbool.h>

#include "../nn/dma.h"
#include "../nn/nn.h"
#include "board.h"

enum { LEAST_TILES = 4 };  // that a layer is cut into, where it has the rows, so that copies overlap
enum { MOST_OUTPUTS = 1280, SCALES_BYTES = MOST_OUTPUTS * (4 + 4 + 1) };

static value tiles[2][TILE_BYTES] __attribute__((aligned(32), section(".bss.tiles")));
static uint8_t blocks[2][PARAMETER_BYTES] __attribute__((aligned(32)));
static uint8_t scales[SCALES_BYTES] __attribute__((aligned(32)));

// The layer whose parameters are in, or on their way to, blocks[current].
static const struct layer* ahead;
static int current;

static int least(int a, int b) { return a < b ? a : b; }

static bool fits(const struct layer* layer) { return layer->parameters_bytes <= PARAMETER_BYTES; }

static void fetch(enum dma_copy copy, void* to, const void* from, uint32_t bytes) {
  dma_start(copy, to, from, nn_aligned(bytes));
}

static void arrived(enum dma_copy copy, const void* at, uint32_t bytes) {
  dma_wait(copy);
  board_forget(at, bytes);
}

static void fetch_parameters(const struct layer* layer, int buffer) {
  ahead = layer;
  current = buffer;
  fetch(DMA_PARAMETERS, blocks[buffer], nn_parameters + layer->parameters, layer->parameters_bytes);
}

// Waits for the layer's parameters, and sends for those of the next layer that has some.
static struct parameters take_parameters(const struct layer* layer) {
  if (ahead != layer) fetch_parameters(layer, current ^ 1);
  arrived(DMA_PARAMETERS, blocks[current], layer->parameters_bytes);
  struct parameters p = nn_parts(layer, blocks[current]);
  for (const struct layer* next = layer + 1; next < nn_layers + nn_layer_count; next++) {
    if (next->parameters_bytes == 0) continue;
    if (fits(next)) fetch_parameters(next, current ^ 1);
    break;
  }
  return p;
}

static int row_bytes(const struct layer* layer) { return layer->width * layer->channels; }

// The rows of the input that outputs `first` to `first + count - 1` read.
static struct rows input_rows(const struct layer* layer, int first, int count) {
  int begin = nn_first_row(layer, first);
  int end = nn_first_row(layer, first + count - 1) + layer->kernel;
  struct rows rows = {0, begin < 0 ? 0 : begin, 0};
  rows.count = least(end, layer->height) - rows.first;
  return rows;
}

struct job {
  const struct layer* layer;
  const value* first;
  const value* second;
  bool both;      // inputs are cut alike
  bool whole;     // the input is not cut
  int height;     // rows of a tile's output
};

static struct rows tile_input(const struct job* job, int y) {
  if (job->whole) return (struct rows){0, 0, job->layer->height};
  return input_rows(job->layer, y, least(job->height, job->layer->output_height - y));
}

// Sends for what the tile that begins at output row `y` reads.
static void fetch_tile(const struct job* job, int y, int buffer) {
  struct rows rows = tile_input(job, y);
  uint32_t bytes = (uint32_t)(rows.count * row_bytes(job->layer));
  int offset = rows.first * row_bytes(job->layer);
  fetch(DMA_TENSORS, tiles[buffer], job->first + offset, bytes);
  if (!job->both) return;
  dma_wait(DMA_TENSORS);
  fetch(DMA_TENSORS, tiles[buffer] + TILE_BYTES / 2, job->second + offset, bytes);
}

// The most rows of output whose inputs fit into a tile; 0 if none.
static int rows_that_fit(const struct layer* layer, int limit) {
  int rows = least(layer->output_height, (layer->output_height + LEAST_TILES - 1) / LEAST_TILES);
  int read = (rows - 1) * layer->stride + layer->kernel;
  while (rows > 0 && read * row_bytes(layer) > limit) rows--, read -= layer->stride;
  return rows;
}

static void run_tiles(const struct job* job, const struct parameters* p, value* output) {
  const struct layer* layer = job->layer;
  int buffer = 0;
  fetch_tile(job, 0, buffer);
  for (int y = 0; y < layer->output_height; y += job->height) {
    struct rows input = tile_input(job, y);
    uint32_t bytes = (uint32_t)(input.count * row_bytes(layer));
    arrived(DMA_TENSORS, tiles[buffer], job->both ? TILE_BYTES : bytes);
    if (y + job->height < layer->output_height) fetch_tile(job, y + job->height, buffer ^ 1);
    input.data = tiles[buffer];
    struct rows other = {job->both ? tiles[buffer] + TILE_BYTES / 2 : (value*)(uintptr_t)job->second,
                         input.first, input.count};
    struct rows rows = {output + y * layer->output_width * layer->outputs, y,
                        least(job->height, layer->output_height - y)};
    nn_execute(layer, p, input, other, rows);
    buffer ^= 1;
  }
}

// Weights by groups of outputs, the next on their way while one is used.
static void run_groups(const struct layer* layer, const value* first, value* output) {
  const uint8_t* block = nn_parameters + layer->parameters;
  uint32_t stride = (uint32_t)nn_weights_stride(layer);
  uint32_t input_bytes = (uint32_t)(layer->height * row_bytes(layer));
  uint32_t scales_at = stride * (uint32_t)layer->outputs;
  fetch(DMA_TENSORS, tiles[0], first, input_bytes);
  fetch(DMA_PARAMETERS, scales, block + scales_at, layer->parameters_bytes - scales_at);
  arrived(DMA_PARAMETERS, scales, SCALES_BYTES);
  int group = (int)(PARAMETER_BYTES / stride) & ~1;
  int buffer = 0;
  fetch(DMA_PARAMETERS, blocks[0], block, (uint32_t)least(group, layer->outputs) * stride);
  arrived(DMA_TENSORS, tiles[0], input_bytes);
  struct rows input = {tiles[0], 0, layer->height};
  for (int channel = 0; channel < layer->outputs; channel += group) {
    int count = least(group, layer->outputs - channel);
    arrived(DMA_PARAMETERS, blocks[buffer], (uint32_t)count * stride);
    int next = channel + group;
    if (next < layer->outputs) {
      fetch(DMA_PARAMETERS, blocks[buffer ^ 1], block + (uint32_t)next * stride,
            (uint32_t)least(group, layer->outputs - next) * stride);
    }
    struct parameters p = {channel, count, (const int8_t*)blocks[buffer],
                           (const int32_t*)scales + channel,
                           (const int32_t*)scales + layer->outputs + channel,
                           scales + 8 * layer->outputs + channel};
    nn_execute(layer, &p, input, input, (struct rows){output, 0, layer->output_height});
    buffer ^= 1;
  }
  ahead = 0;
}

void nn_prepare(void) {
  board_prepare();
  load_parameters();
  dma_start_clock();
}

void nn_run(const struct layer* layer, const value* first, const value* second, value* output) {
  if (layer == nn_layers) board_finish();  // the core wrote the network's input
  bool is_pool = layer->operation == NN_POOL || layer->operation == NN_DENSE;
  bool both = layer->operation == NN_ADD;
  struct job job = {layer, first, second, both, is_pool, layer->output_height};
  uint32_t all = (uint32_t)(layer->height * row_bytes(layer));
  if (!fits(layer)) {
    run_groups(layer, first, output);
    board_finish();
    return;
  }
  struct parameters p = nn_parts(layer, nn_parameters + layer->parameters);
  if (layer->parameters_bytes != 0) p = take_parameters(layer);
  if (!is_pool) job.height = rows_that_fit(layer, both ? TILE_BYTES / 2 : TILE_BYTES);
  if (job.height == 0 || (is_pool && all > TILE_BYTES)) {
    // Not even one row's inputs fit: from where they are.
    nn_execute(layer, &p, (struct rows){(value*)(uintptr_t)first, 0, layer->height},
               (struct rows){(value*)(uintptr_t)second, 0, layer->height},
               (struct rows){output, 0, layer->output_height});
  } else {
    run_tiles(&job, &p, output);
  }
  board_finish();
}
