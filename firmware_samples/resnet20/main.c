// ResNet-20 on images that a seed makes. Semihosting command line: resnet20 [REPEATS | --all]
//   REPEATS  runs the first image that often (default 1) and prints its outputs
//   --all    runs all images once; prints every output and a hash of them

#include <stddef.h>

#include "images.h"
#include "mcost.h"
#include "net.h"
#include "runtime.h"

enum { MAX_REPEATS = 1000000, USAGE_STATUS = 2, RUN_ALL = 0, USAGE_ERROR = -1 };

static value input[IMAGE_VALUES] __attribute__((aligned(4)));

static void load_image(int seed) {
  static uint8_t pixels[IMAGE_VALUES];
  make_image((uint32_t)seed, pixels);
  for (int i = 0; i < IMAGE_VALUES; i++) {
#ifdef RESNET20_FLOAT
    input[i] = (float)pixels[i] / 255.0f;
#else
    input[i] = (value)(pixels[i] - 128);
#endif
  }
}

// The bits of an output: of a float, its IEEE 754 encoding.
static uint32_t bits(value output) {
#ifdef RESNET20_FLOAT
  uint32_t word;
  __builtin_memcpy(&word, &output, sizeof word);
  return word;
#else
  return (uint32_t)(int32_t)output;
#endif
}

// Prints one result as the host reference does.
static void print_result(int image, int predicted, const value* outputs) {
  print("image ");
  print_decimal(image);
  print(" class ");
  print_decimal(predicted);
  print(" outputs");
  for (int i = 0; i < CLASSES; i++) {
    print(" ");
#ifdef RESNET20_FLOAT
    print_hex(bits(outputs[i]));
#else
    print_decimal(outputs[i]);
#endif
  }
  print("\n");
}

static void run_first(int repeats) {
  value outputs[CLASSES] __attribute__((aligned(4)));
  int predicted = 0;
  load_image(0);
  for (int i = 0; i < repeats; i++) {
    predicted = classify(input, outputs);
    MCOST_COUNTER("class", predicted);
  }
  print_result(0, predicted, outputs);
}

// FNV-1a over the outputs' bytes, lowest first.
static uint32_t add_to_hash(uint32_t hash, const value* outputs) {
  for (int i = 0; i < CLASSES; i++) {
    uint32_t word = bits(outputs[i]);
    for (size_t byte = 0; byte < sizeof(value); byte++) {
      hash = (hash ^ (word & 255)) * 16777619u;
      word >>= 8;
    }
  }
  return hash;
}

static void run_all(void) {
  uint32_t hash = 2166136261u;
  for (int image = 0; image < IMAGES; image++) {
    value outputs[CLASSES] __attribute__((aligned(4)));
    load_image(image);
    int predicted = classify(input, outputs);
    hash = add_to_hash(hash, outputs);
    print_result(image, predicted, outputs);
  }
  print("hash ");
  print_hex(hash);
  print("\n");
}

static int is_word(const char* word, const char* text) {
  while (*text != '\0' && *word == *text) word++, text++;
  return *text == '\0' && (*word == '\0' || *word == ' ');
}

// 1 to MAX_REPEATS, or USAGE_ERROR.
static int parse_repeats(const char* word) {
  int repeats = 0;
  for (; *word >= '0' && *word <= '9' && repeats <= MAX_REPEATS; word++) {
    repeats = repeats * 10 + (*word - '0');
  }
  bool ends = *word == '\0' || *word == ' ';
  return ends && repeats >= 1 && repeats <= MAX_REPEATS ? repeats : USAGE_ERROR;
}

// Returns the repeats, RUN_ALL or USAGE_ERROR. The first word is the program's name unless it is an
// argument: tools differ in whether they pass one.
static int parse_arguments(const char* line) {
  int repeats = 1;
  for (bool first = true; *line != '\0'; first = false) {
    int parsed = is_word(line, "--all") ? RUN_ALL : parse_repeats(line);
    if (parsed != USAGE_ERROR || !first) repeats = parsed;
    if (repeats == USAGE_ERROR) return USAGE_ERROR;
    while (*line != '\0' && *line != ' ') line++;
    while (*line == ' ') line++;
  }
  return repeats;
}

int main(void) {
  char line[128];
  int repeats = command_line(line, sizeof line) == 0 ? parse_arguments(line) : 1;
  if (repeats == USAGE_ERROR) {
    print("usage: resnet20 [REPEATS, 1 to 1000000 | --all]\n");
    return USAGE_STATUS;
  }
  print("resnet20 " RESNET20_VARIANT "\n");
  if (repeats == RUN_ALL) {
    run_all();
  } else {
    run_first(repeats);
  }
  print("40813184 multiply-accumulates (layers)\ndone\n");
  return 0;
}
