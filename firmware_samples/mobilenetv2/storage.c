// The last convolution of MobileNetV2 with its weights in SRAM, in flash and on an SD card, and 16
// KiB read from and written to each. The exit code is 0 if all results are equal.

#include "../nn/hash.h"
#include "../nn/nn.h"
#include "../power/sd.h"
#include "mcost.h"
#include "runtime.h"

enum { BLOCK_BYTES = 16384, SECTORS = BLOCK_BYTES / SD_BLOCK, MOST_BLOCKS = 10 };
enum { WRONG = 1, NO_CARD_STATUS = 2, FAILED = 3 };
enum { SLOW_HERTZ = 1000000, FAST_HERTZ = 25000000 };

#define REGISTER(address) (*(volatile uint32_t*)(address))
#define FLASH_KEYR REGISTER(0x40023c04u)
#define FLASH_SR REGISTER(0x40023c0cu)
#define FLASH_CR REGISTER(0x40023c10u)
enum {
  BUSY = 1u << 16,
  PROGRAM = 1u << 0,
  ERASE = 1u << 1,
  SECTOR = 3,  // position
  WORDS = 2u << 8,
  START = 1u << 16,
  LOCK = 1u << 31,
  LAST_SECTOR = 11,  // RM0410 table 3: 256 KiB at 0x081c0000
};
static volatile uint32_t* const last_sector = (volatile uint32_t*)0x081c0000u;

static uint8_t parameters[MOST_BLOCKS * BLOCK_BYTES] __attribute__((aligned(8)));
static uint8_t buffer[BLOCK_BYTES] __attribute__((aligned(8)));
static uint32_t first_hash;
static int status;

void nn_run(const struct layer* layer, const value* first, const value* second, value* output) {
  nn_execute_all(layer, parameters, first, second, output);
}

static _Noreturn void stop(const char* message, int code) {
  print(message);
  exit_program(code);
}

static void check(const char* where) {
  uint32_t hash = hash_of(nn_output, nn_output_size);
  for (int i = 0; i < nn_output_size; i++) nn_output[i] = 0;
  if (first_hash == 0) first_hash = hash;
  if (hash != first_hash) status = WRONG;
  print(where);
  print(" hash ");
  print_hex(hash);
  print("\n");
}

static void copy(void* to, const void* from, uint32_t bytes) {
  uint32_t* out = to;
  const uint32_t* in = from;
  for (uint32_t i = 0; i < bytes / 4; i++) out[i] = in[i];
}

static uint32_t blocks(void) { return (nn_layers->parameters_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES; }

static void from_card(void) {
  for (uint32_t i = 0; i < blocks(); i++) {
    if (!sd_read(i * SECTORS, parameters + i * BLOCK_BYTES, SECTORS)) {
      stop("the card did not read\n", FAILED);
    }
  }
  nn_network();
}

static void to_card(uint32_t first_block, const uint8_t* bytes, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (!sd_write((first_block + i) * SECTORS, bytes + i * BLOCK_BYTES, SECTORS)) {
      stop("the card did not write\n", FAILED);
    }
  }
}

#define LAST_CONVOLUTION(where, call)                         \
  MCOST_LAYER_BEGIN("weights in " where, "op=deployment");    \
  call;                                                       \
  MCOST_LAYER_END("weights in " where);                       \
  check(where)

// Erasing takes a second: ask every thousand cycles or so.
static void await_flash(uint32_t turns) {
  while ((FLASH_SR & BUSY) != 0) {
    for (uint32_t i = 0; i < turns; i++) __asm__ volatile("nop");
  }
}

static void erase_last_sector(void) {
  FLASH_KEYR = 0x45670123u;
  FLASH_KEYR = 0xcdef89abu;
  FLASH_CR = WORDS | ERASE | LAST_SECTOR << SECTOR;
  FLASH_CR |= START;
  await_flash(1000);
}

static void write_flash(void) {
  erase_last_sector();
  FLASH_CR = WORDS | PROGRAM;
  for (int i = 0; i < BLOCK_BYTES / 4; i++) {
    last_sector[i] = ((const uint32_t*)buffer)[i];
    __asm__ volatile("dsb" ::: "memory");
    await_flash(20);
  }
  FLASH_CR = LOCK;
}

#define TRANSFER(name, call)                              \
  MCOST_LAYER_BEGIN(name, "op=transfer bytes=16384");     \
  call;                                                   \
  MCOST_LAYER_END(name)

// Reads end in a buffer, writes begin there.
static void transfers(void) {
  TRANSFER("SRAM read", copy(buffer, parameters, BLOCK_BYTES));
  TRANSFER("flash read", copy(buffer, nn_parameters, BLOCK_BYTES));
  TRANSFER("SRAM write", copy(parameters, buffer, BLOCK_BYTES));
  TRANSFER("flash write", write_flash());
  for (int i = 0; i < BLOCK_BYTES / 4; i++) {
    if (last_sector[i] != ((const uint32_t*)buffer)[i]) status = WRONG;
  }
  sd_set_clock(SLOW_HERTZ);
  TRANSFER("card read, 1 MHz", sd_read(0, buffer, SECTORS));
  TRANSFER("card write, 1 MHz", sd_write(0, buffer, SECTORS));
  sd_set_clock(FAST_HERTZ);
  TRANSFER("card read, 25 MHz", sd_read(0, buffer, SECTORS));
  TRANSFER("card write, 25 MHz", sd_write(0, buffer, SECTORS));
}

int main(void) {
  print(nn_name);
  print("\n");
  nn_make_image(nn_input, nn_height, nn_width, nn_channels);
  copy(parameters, nn_parameters, nn_layers->parameters_bytes);
  nn_network();  // caches are warm for all that follow
  check("before");
  LAST_CONVOLUTION("SRAM", nn_network());
  LAST_CONVOLUTION("flash", nn_execute_all(nn_layers, nn_parameters, nn_input, 0, nn_output));
  if (!sd_start()) stop("no SD card: run with --sd FILE, an image of 8 MiB or more\n", NO_CARD_STATUS);
  sd_set_clock(FAST_HERTZ);
  to_card(0, parameters, blocks());
  LAST_CONVOLUTION("card, 25 MHz", from_card());
  sd_set_clock(SLOW_HERTZ);
  LAST_CONVOLUTION("card, 1 MHz", from_card());
  transfers();
  print_decimal((int32_t)nn_macs);
  print(" multiply-accumulates (layers)\ndone\n");
  return status;
}
