// The deployment for too little SRAM: tensors that the plan puts on an SD card are written there row
// by row, in blocks of 16 KiB, and read again by the layer that needs them.

#include "../nn/nn.h"
#include "../power/sd.h"
#include "mcost.h"
#include "runtime.h"

enum { BLOCK_BYTES = 16384, SECTORS = BLOCK_BYTES / SD_BLOCK };  // a transfer
enum { WINDOW_BYTES = 65536, ROW_BYTES = 20480, NO_CARD_STATUS = 2, LIMIT_STATUS = 3 };
enum { FASTEST_HERTZ = 25000000 };

// Bytes of a tensor on the card, one after the other.
struct stream {
  uint32_t sector;
  uint32_t used;  // of `bytes`
  uint8_t bytes[BLOCK_BYTES];
};

static struct stream input_stream __attribute__((aligned(4)));
static struct stream output_stream __attribute__((aligned(4)));
// The rows of an input on the card that a layer works on.
static value window[WINDOW_BYTES] __attribute__((aligned(8)));
static value row[ROW_BYTES] __attribute__((aligned(8)));

static _Noreturn void stop(const char* message, int status) {
  print(message);
  exit_program(status);
}

static int is_on_card(const value* place) { return (uintptr_t)place >= NN_CARD; }

static uint32_t sector_of(const value* place) {
  return ((uint32_t)(uintptr_t)place - NN_CARD) / SD_BLOCK;
}

static void read_block(struct stream* stream) {
  MCOST_LAYER_BEGIN("card read", "op=transfer bytes=16384");
  if (!sd_read(stream->sector, stream->bytes, SECTORS)) stop("the card did not read\n", LIMIT_STATUS);
  MCOST_LAYER_END("card read");
  stream->sector += SECTORS;
  stream->used = 0;
}

static void write_block(struct stream* stream) {
  MCOST_LAYER_BEGIN("card write", "op=transfer bytes=16384");
  if (!sd_write(stream->sector, stream->bytes, SECTORS)) {
    stop("the card did not write\n", LIMIT_STATUS);
  }
  MCOST_LAYER_END("card write");
  stream->sector += SECTORS;
  stream->used = 0;
}

// Words: rows are a multiple of four bytes.
static void copy(void* to, const void* from, uint32_t bytes) {
  uint32_t* out = to;
  const uint32_t* in = from;
  for (uint32_t i = 0; i < bytes / 4; i++) out[i] = in[i];
}

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

static void take(struct stream* stream, void* to, uint32_t bytes) {
  uint8_t* out = to;
  while (bytes > 0) {
    if (stream->used == BLOCK_BYTES) read_block(stream);
    uint32_t count = smaller(bytes, BLOCK_BYTES - stream->used);
    copy(out, stream->bytes + stream->used, count);
    stream->used += count;
    out += count;
    bytes -= count;
  }
}

static void give(struct stream* stream, const void* from, uint32_t bytes) {
  const uint8_t* in = from;
  while (bytes > 0) {
    uint32_t count = smaller(bytes, BLOCK_BYTES - stream->used);
    copy(stream->bytes + stream->used, in, count);
    stream->used += count;
    in += count;
    bytes -= count;
    if (stream->used == BLOCK_BYTES) write_block(stream);
  }
}

// Slides the window on, so that it holds what output row `y` reads.
static void slide(const struct layer* layer, struct rows* held, int y) {
  int begin = nn_first_row(layer, y);
  int end = begin + layer->kernel;
  uint32_t bytes = (uint32_t)(layer->width * layer->channels);
  if (begin < 0) begin = 0;
  if (end > layer->height) end = layer->height;
  if ((uint32_t)(end - begin) * bytes > WINDOW_BYTES) {
    stop("the window is too small for a layer\n", LIMIT_STATUS);
  }
  int kept = held->first + held->count - begin;
  copy(window, window + (uint32_t)(begin - held->first) * bytes, (uint32_t)kept * bytes);
  held->first = begin;
  held->count = end - begin;
  take(&input_stream, window + (uint32_t)kept * bytes, (uint32_t)(held->count - kept) * bytes);
}

void nn_prepare(void) {
  if (!sd_start()) stop("no SD card: run with --sd FILE, an image of 8 MiB or more\n", NO_CARD_STATUS);
  sd_set_clock(FASTEST_HERTZ);
}

void nn_run(const struct layer* layer, const value* first, const value* second, value* output) {
  const void* block = nn_parameters + layer->parameters;
  int reads = is_on_card(first);
  int writes = is_on_card(output);
  uint32_t bytes = (uint32_t)(layer->output_width * layer->outputs);
  if (!reads && !writes) {
    nn_execute_all(layer, block, first, second, output);
    return;
  }
  if (is_on_card(second) || (writes && bytes > ROW_BYTES)) {
    stop("a layer cannot work with what is on the card\n", LIMIT_STATUS);
  }
  struct parameters p = nn_parts(layer, block);
  struct rows input = {reads ? window : (value*)(uintptr_t)first, 0, reads ? 0 : layer->height};
  input_stream.sector = sector_of(first);
  input_stream.used = BLOCK_BYTES;
  output_stream.sector = sector_of(output);
  output_stream.used = 0;
  for (int y = 0; y < layer->output_height; y++) {
    if (reads) slide(layer, &input, y);
    struct rows one = {writes ? row : output + (uint32_t)y * bytes, y, 1};
    nn_execute(layer, &p, input, (struct rows){0, 0, 0}, one);
    if (writes) give(&output_stream, row, bytes);
  }
  if (writes && output_stream.used > 0) write_block(&output_stream);
}
