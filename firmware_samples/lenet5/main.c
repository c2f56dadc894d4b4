// LeNet-5 on handwritten digits. Semihosting command line: lenet5 [REPEATS | --all]
//   REPEATS  runs the demo digit that often (default 1) and prints its outputs
//   --all    runs all 200 digits once; prints every output, a hash of them, and the accuracy

#include <stddef.h>

#include "digits.h"
#include "mcost.h"
#include "net.h"
#include "runtime.h"

enum { DEMO_DIGIT = 0, MAX_REPEATS = 1000000, USAGE_STATUS = 2, RUN_ALL = 0, USAGE_ERROR = -1 };

static value image[INPUT_SIZE * INPUT_SIZE + SLACK] __attribute__((aligned(4)));

static value from_level(int level) {
#ifdef LENET5_FLOAT
  return (float)level / 15.0f;
#else
  return (value)(level * 17 - 128);
#endif
}

// Centres the packed digit in the image; digits.c describes the packing.
static void unpack(int digit) {
  const uint8_t* data = digit_data + digit_offsets[digit];
  int margin = (INPUT_SIZE - DIGIT_SIZE) / 2;
  for (int i = 0; i < INPUT_SIZE * INPUT_SIZE; i++) image[i] = from_level(0);
  for (int pixel = 0, nibble = 0; pixel < DIGIT_SIZE * DIGIT_SIZE; nibble++) {
    int level = (data[nibble >> 1] >> (nibble & 1 ? 0 : 4)) & 15;
    if (level == 0) {
      nibble++;
      pixel += 1 + ((data[nibble >> 1] >> (nibble & 1 ? 0 : 4)) & 15);
      continue;
    }
    int y = pixel / DIGIT_SIZE + margin;
    int x = pixel % DIGIT_SIZE + margin;
    image[y * INPUT_SIZE + x] = from_level(level);
    pixel++;
  }
}

// The bits of an output: of a float, its IEEE 754 encoding.
static uint32_t bits(value output) {
#ifdef LENET5_FLOAT
  uint32_t word;
  __builtin_memcpy(&word, &output, sizeof word);
  return word;
#else
  return (uint32_t)(int32_t)output;
#endif
}

static void print_outputs(const value* outputs) {
  for (int i = 0; i < CLASSES; i++) {
    print(" ");
#ifdef LENET5_FLOAT
    print_hex(bits(outputs[i]));
#else
    print_decimal(outputs[i]);
#endif
  }
  print("\n");
}

// Prints one result as the host reference does.
static void print_digit(int digit, int predicted, const value* outputs) {
  print("digit ");
  print_decimal(digit);
  print(" label ");
  print_decimal(digit_labels[digit]);
  print(" class ");
  print_decimal(predicted);
  print(" outputs");
  print_outputs(outputs);
}

static void run_demo(int repeats) {
  value outputs[CLASSES];
  int predicted = 0;
  unpack(DEMO_DIGIT);
  for (int i = 0; i < repeats; i++) {
    predicted = classify(image, outputs);
    MCOST_COUNTER("class", predicted);
  }
  print_digit(DEMO_DIGIT, predicted, outputs);
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
  int right = 0;
  for (int digit = 0; digit < DIGITS; digit++) {
    value outputs[CLASSES];
    unpack(digit);
    int predicted = classify(image, outputs);
    right += predicted == digit_labels[digit];
    hash = add_to_hash(hash, outputs);
    print_digit(digit, predicted, outputs);
  }
  print("hash ");
  print_hex(hash);
  print("\naccuracy ");
  print_decimal(right);
  print(" of ");
  print_decimal(DIGITS);
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
    print("usage: lenet5 [REPEATS, 1 to 1000000 | --all]\n");
    return USAGE_STATUS;
  }
  print("lenet5 " LENET5_VARIANT "\n");
  if (repeats == RUN_ALL) {
    run_all();
  } else {
    run_demo(repeats);
  }
  print(
      "274656 multiply-accumulates (layers); 290840 MACC as the thesis counts (biases, pooling, "
      "softmax too)\ndone\n");
  return 0;
}
