// Runs the model once by the interpreter, on the image, and prints a hash of its outputs.
//
// The command line can make the interpreter refuse: `runtimes --arena BYTES`, `runtimes --without
// OPERATOR`, `runtimes --model other|none`. The exit status then is one of `enum status`.

#include "hash.h"
#include "interpreter.h"
#include "mcost.h"
#include "nn.h"
#include "runtime.h"

enum { COMMAND_LINE = 80, STATUS_USAGE = 2 };

extern const uint8_t model_data[], other_model_data[];

static uint8_t arena[ARENA_BYTES] __attribute__((aligned(ARENA_ALIGN), section(".bss.arena")));

static const struct registration* const kernels[BUILTIN_COUNT] = {
    &conv_registration, &depthwise_registration, &dense_registration, &add_registration,
    &pool_registration};

struct options {
  const uint8_t* model;
  const char* without;
  uint32_t arena_bytes;
};

static int equal(const char* a, const char* b) {
  while (*a != '\0' && *a == *b) a++, b++;
  return *a == *b;
}

// Cuts the next word off `text`; null if there is none.
static char* next_word(char** text) {
  while (**text == ' ') (*text)++;
  if (**text == '\0') return 0;
  char* word = *text;
  while (**text != ' ' && **text != '\0') (*text)++;
  if (**text == ' ') *(*text)++ = '\0';
  return word;
}

static uint32_t number(const char* text) {
  uint32_t result = 0;
  while (*text >= '0' && *text <= '9') result = 10 * result + (uint32_t)(*text++ - '0');
  return result;
}

static int read_options(char* line, struct options* options) {
  *options = (struct options){model_data, "", sizeof arena};
  next_word(&line);
  for (char* word = next_word(&line); word != 0; word = next_word(&line)) {
    char* argument = next_word(&line);
    if (argument == 0) return 0;
    if (equal(word, "--without")) {
      options->without = argument;
    } else if (equal(word, "--model") && equal(argument, "other")) {
      options->model = other_model_data;
    } else if (equal(word, "--model") && equal(argument, "none")) {
      options->model = arena;
    } else if (equal(word, "--arena") && number(argument) <= sizeof arena) {
      options->arena_bytes = number(argument);
    } else {
      return 0;
    }
  }
  return 1;
}

static int refuse(enum status status, const struct interpreter* interpreter, table model) {
  print("refused: ");
  switch (status) {
    case STATUS_NOT_A_MODEL: print("these bytes are no model"); break;
    case STATUS_MODEL_VERSION:
      print("the model has version ");
      print_decimal((int32_t)u32_field(model, MODEL_VERSION_SLOT));
      print(", the interpreter reads version ");
      print_decimal(MODEL_VERSION);
      break;
    case STATUS_NO_KERNEL:
      print("no kernel is registered for operator ");
      print(interpreter->detail);
      break;
    case STATUS_ARENA_TOO_SMALL:
      print("the arena is too small: at least ");
      print_decimal((int32_t)interpreter->arena.missing);
      print(" bytes more are needed for ");
      print(interpreter->detail);
      break;
    default:
      print("a type or shape that no kernel takes, in ");
      print(interpreter->detail);
      break;
  }
  print("\n");
  return status;
}

static enum status set_up(const struct options* options, table* model, struct resolver* resolver,
                          struct interpreter* interpreter) {
  MCOST_LAYER_BEGIN("model_mapping", "");
  enum status status = model_map(options->model, model);
  MCOST_LAYER_END("model_mapping");
  if (status != STATUS_OK) return status;
  MCOST_LAYER_BEGIN("operator_registration", "");
  for (int i = 0; i < BUILTIN_COUNT; i++) {
    if (!equal(kernels[i]->name, options->without)) resolver_add(resolver, kernels[i]);
  }
  MCOST_LAYER_END("operator_registration");
  MCOST_LAYER_BEGIN("interpreter_build", "");
  interpreter_build(interpreter, *model, resolver, arena, options->arena_bytes);
  MCOST_LAYER_END("interpreter_build");
  MCOST_LAYER_BEGIN("tensor_allocation", "");
  status = interpreter_allocate(interpreter);
  MCOST_LAYER_END("tensor_allocation");
  return status;
}

static void report(struct interpreter* interpreter) {
  const struct eval_tensor* output = interpreter_output(interpreter);
  print("hash ");
  print_hex(hash_of(output->data, (int)u32_at(output->shape, 3)));
  print("\narena ");
  print_decimal((int32_t)arena_used(&interpreter->arena));
  print(" of ");
  print_decimal(sizeof arena);
  print(" bytes\ndone\n");
}

int main(void) {
  static struct interpreter interpreter;
  static struct resolver resolver;
  char line[COMMAND_LINE] = "";
  struct options options;
  table model = 0;
  if (command_line(line, sizeof line) != 0) line[0] = '\0';
  if (!read_options(line, &options)) {
    print("usage: runtimes [--arena BYTES] [--without OPERATOR] [--model other|none]\n");
    return STATUS_USAGE;
  }
  MCOST_LAYER_BEGIN("setup", "");
  enum status status = set_up(&options, &model, &resolver, &interpreter);
  MCOST_LAYER_END("setup");
  if (status != STATUS_OK) return refuse(status, &interpreter, model);
  print(text_field(model, MODEL_NAME));
  print("\n");
  struct eval_tensor* input = interpreter_input(&interpreter);
  nn_make_image(input->data, (int)u32_at(input->shape, 1), (int)u32_at(input->shape, 2),
                (int)u32_at(input->shape, 3));
  MCOST_LAYER_BEGIN("invoke", "");
  status = interpreter_invoke(&interpreter);
  MCOST_LAYER_END("invoke");
  if (status != STATUS_OK) return refuse(status, &interpreter, model);
  report(&interpreter);
  return 0;
}
