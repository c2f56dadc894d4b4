// power: layers of known work, one after the other, each for one part of what a board draws.
//
// The command line (--args) is `[ADDRESS]`: external memory of at least 64 KiB to write and read.
// A card on SPI1 is written and read if it answers. The exit code is 0 if all results are right.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../resnet20/net.h"
#include "mcost.h"
#include "mix.h"
#include "power.h"
#include "runtime.h"
#include "sd.h"

enum { WRONG = 1, USAGE_STATUS = 2 };
enum { MIX_ROUNDS = 12, MIX_CHECKSUM = 0x5065 };  // as mix.c computes on the host
enum { SLEEP_CYCLES = 1000000, BUFFER_WORDS = 16384, SD_BLOCKS = 32, SLOW_BLOCKS = 8 };
enum { CONV_INPUTS = CONV_SIZE * CONV_SIZE * CONV_CHANNELS };
enum { CONV_RESULTS = CONV_SIZE * CONV_SIZE * CONV_OUTPUTS };

static value conv_input[CONV_INPUTS] __attribute__((aligned(4)));
static value conv_output[CONV_RESULTS] __attribute__((aligned(4)));
// Weights of the convolution, and before them the buffer that is written and read.
static union {
  int8_t weights[CONV_WEIGHTS];
  uint32_t words[BUFFER_WORDS];
  uint8_t bytes[SD_BLOCKS * SD_BLOCK];
} sram __attribute__((aligned(4)));

#define SYST_CSR (*(volatile uint32_t*)0xe000e010u)
#define SYST_RVR (*(volatile uint32_t*)0xe000e014u)
#define SYST_CVR (*(volatile uint32_t*)0xe000e018u)
#define ICSR (*(volatile uint32_t*)0xe000ed04u)
enum { CSR_RUN = 7, ICSR_CLEAR_SYSTICK = 1 << 25 };

// With PRIMASK set, a pending exception ends WFI and is not taken. ARMv7-M ARM B1.5.18.
static void sleep(uint32_t cycles) {
  __asm__ volatile("cpsid i" ::: "memory");
  SYST_RVR = cycles - 1;
  SYST_CVR = 0;
  SYST_CSR = CSR_RUN;
  MCOST_LAYER_BEGIN("sleep", "op=sleep");
  __asm__ volatile("dsb\n\twfi" ::: "memory");
  MCOST_LAYER_END("sleep");
  SYST_CSR = 0;
  ICSR = ICSR_CLEAR_SYSTICK;
  __asm__ volatile("cpsie i" ::: "memory");
}

static uint32_t hash_outputs(void) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < CONV_RESULTS; i++) hash = (hash ^ (uint8_t)conv_output[i]) * 16777619u;
  return hash;
}

#define CONV_METADATA \
  "op=conv2d in=1x4x4x112 out=1x4x4x1280 weights=1280x1x1x112 params=144640 macs=2293760"

// The same code on weights in SRAM and in flash; whether the results are equal.
static bool convolve_both(void) {
  struct layer layer = {{CONV_SIZE, CONV_CHANNELS, CONV_OUTPUTS, 1, 1},
                        sram.weights,
                        conv_bias,
                        conv_multiplier,
                        conv_shift,
                        0,
                        0};
  for (int i = 0; i < CONV_INPUTS; i++) conv_input[i] = (value)(i * 37);
  for (int i = 0; i < CONV_WEIGHTS; i++) sram.weights[i] = conv_weights[i];
  MCOST_LAYER_BEGIN("conv_sram", CONV_METADATA);
  convolve(conv_input, &layer, conv_output);
  MCOST_LAYER_END("conv_sram");
  uint32_t hash = hash_outputs();
  layer.weights = conv_weights;
  MCOST_LAYER_BEGIN("conv_flash", CONV_METADATA);
  convolve(conv_input, &layer, conv_output);
  MCOST_LAYER_END("conv_flash");
  return hash_outputs() == hash;
}

static __attribute__((noinline)) void fill(uint32_t* words) {
  for (uint32_t i = 0; i < BUFFER_WORDS; i++) words[i] = i * 0x9e3779b9u;
}

static __attribute__((noinline)) uint32_t sum(const uint32_t* words) {
  uint32_t total = 0;
  for (int i = 0; i < BUFFER_WORDS; i++) total += words[i];
  return total;
}

// Writes and reads 64 KiB word by word, in SRAM and, unless it is NULL, in `external`.
static bool copy(uint32_t* external) {
  MCOST_LAYER_BEGIN("write_internal", "op=memory bytes=65536");
  fill(sram.words);
  MCOST_LAYER_END("write_internal");
  MCOST_LAYER_BEGIN("read_internal", "op=memory bytes=65536");
  uint32_t expected = sum(sram.words);
  MCOST_LAYER_END("read_internal");
  if (external == NULL) return true;
  MCOST_LAYER_BEGIN("write_external", "op=memory bytes=65536");
  fill(external);
  MCOST_LAYER_END("write_external");
  MCOST_LAYER_BEGIN("read_external", "op=memory bytes=65536");
  uint32_t total = sum(external);
  MCOST_LAYER_END("read_external");
  return total == expected;
}

// Writes 4 KiB slowly and 16 KiB fast, and reads these back into the place of the weights' second
// half.
static bool write_card(void) {
  uint8_t* back = (uint8_t*)sram.weights + sizeof sram.words;
  bool good = true;
  uint32_t slow = sd_set_clock(100000);
  MCOST_EVENT("sck_hertz", slow);
  MCOST_LAYER_BEGIN("sd_write_100k", "op=sd bytes=4096");
  good = sd_write(0, sram.bytes, SLOW_BLOCKS) && good;
  MCOST_LAYER_END("sd_write_100k");
  uint32_t fast = sd_set_clock(25000000);
  MCOST_EVENT("sck_hertz", fast);
  MCOST_LAYER_BEGIN("sd_write_25m", "op=sd bytes=16384");
  good = sd_write(SD_BLOCKS, sram.bytes, SD_BLOCKS) && good;
  MCOST_LAYER_END("sd_write_25m");
  MCOST_LAYER_BEGIN("sd_read_25m", "op=sd bytes=16384");
  good = sd_read(SD_BLOCKS, back, SD_BLOCKS) && good;
  MCOST_LAYER_END("sd_read_25m");
  for (int i = 0; i < SD_BLOCKS * SD_BLOCK; i++) good = good && back[i] == sram.bytes[i];
  return good;
}

// 0x and up to eight digits, as the last word or the only one; SIZE_MAX for anything else.
static uintptr_t parse_address(const char* word) {
  if (word[0] != '0' || word[1] != 'x') return UINTPTR_MAX;
  uintptr_t address = 0;
  for (word += 2; *word != '\0' && *word != ' '; word++) {
    char letter = (char)(*word | 0x20);
    if (*word >= '0' && *word <= '9') {
      address = address << 4 | (uintptr_t)(*word - '0');
    } else if (letter >= 'a' && letter <= 'f') {
      address = address << 4 | (uintptr_t)(letter - 'a' + 10);
    } else {
      return UINTPTR_MAX;
    }
  }
  return address;
}

static bool report(const char* what, bool good) {
  print(what);
  print(good ? ": right\n" : ": WRONG\n");
  return good;
}

int main(void) {
  char line[128];
  uintptr_t external = 0;
  // Tools differ in whether they pass the program's name as first word.
  if (command_line(line, sizeof line) == 0 && line[0] == '0') external = parse_address(line);
  if (external % 4 != 0) {
    print("usage: [ADDRESS of external memory, for example 0xC0000000]\n");
    return USAGE_STATUS;
  }

  MCOST_LAYER_BEGIN("integer_mix", "op=integer");
  uint16_t checksum = integer_mix(MIX_ROUNDS);
  MCOST_LAYER_END("integer_mix");
  bool good = report("integer mix", checksum == MIX_CHECKSUM);
  sleep(SLEEP_CYCLES);
  good = report("convolutions", convolve_both()) && good;
  good = report("memories", copy((uint32_t*)external)) && good;
  if (sd_start()) {
    good = report("card", write_card()) && good;
  } else {
    print("no card answers\n");
  }
  return good ? 0 : WRONG;
}
