// A small interpreter of quantised networks, made as TensorFlow Lite Micro is: the model is read
// where it lies, kernels are looked up by the operators' codes when the interpreter is made, and
// all that it needs of memory is in one arena whose use is planned on the target.
//
// model_map(), resolver_add() for each operator, interpreter_build(), interpreter_allocate(), then
// interpreter_invoke() any number of times. A refusal is a status and a text.
#ifndef INTERPRETER_H
#define INTERPRETER_H

#include "arena.h"
#include "model.h"

enum status {
  STATUS_OK = 0,
  STATUS_NOT_A_MODEL = 10,
  STATUS_MODEL_VERSION = 11,
  STATUS_NO_KERNEL = 12,
  STATUS_ARENA_TOO_SMALL = 13,
  STATUS_UNSUPPORTED = 14,  // a type or shape that no kernel here takes
};

/// What invoking needs to know of a tensor.
struct eval_tensor {
  void* data;
  const struct vector* shape;
  uint32_t type;
};

/// All that the model says of a tensor; lives while an operator prepares.
struct tensor {
  const void* data;  // null if it is computed
  const struct vector* shape;
  const struct vector* scales;
  int32_t zero;
  uint32_t type;
};

struct interpreter;
struct node;

/// One operator's kernel. `prepare` computes what does not change from one run to the next.
struct registration {
  uint32_t operation;
  const char* name;
  enum status (*prepare)(struct interpreter* context, struct node* node);
  enum status (*invoke)(struct interpreter* context, struct node* node);
};

struct node {
  const struct vector* inputs;
  const struct vector* outputs;
  table options;
  const struct registration* registration;
  void* data;        // the kernel's own
  const char* name;  // for the probes
};

enum { MAX_REGISTRATIONS = 8, NO_SCRATCH = -1 };

struct resolver {
  const struct registration* registrations[MAX_REGISTRATIONS];
  uint32_t count;
};

struct scratch_request {
  uint32_t bytes;
  int16_t node;
};

struct interpreter {
  table model;
  table graph;
  const struct resolver* resolver;
  struct arena arena;
  struct eval_tensor* tensors;
  uint32_t tensor_count;
  struct node* nodes;
  uint32_t node_count;
  void** scratch;                            // by handle
  struct scratch_request* scratch_requests;  // while operators prepare
  int32_t scratch_count;
  int16_t preparing;   // the node
  const char* detail;  // of a refusal
  // What kernels call: they know the interpreter through these alone.
  struct tensor* (*temporary_tensor)(struct interpreter* context, uint32_t number);
  void* (*persistent)(struct interpreter* context, uint32_t bytes);
  enum status (*request_scratch)(struct interpreter* context, uint32_t bytes, int32_t* handle);
  struct eval_tensor* (*eval_tensor)(const struct interpreter* context, uint32_t number);
  void* (*scratch_buffer)(const struct interpreter* context, int32_t handle);
};

/// Finds the root of a model. `bytes` is aligned to 16 and stays.
enum status model_map(const void* bytes, table* model);

/// False if the table is full.
int resolver_add(struct resolver* resolver, const struct registration* registration);
const struct registration* resolver_find(const struct resolver* resolver, uint32_t operation);

void interpreter_build(struct interpreter* interpreter, table model,
                       const struct resolver* resolver, void* arena, uint32_t arena_bytes);
enum status interpreter_allocate(struct interpreter* interpreter);
struct eval_tensor* interpreter_input(struct interpreter* interpreter);
struct eval_tensor* interpreter_output(struct interpreter* interpreter);
enum status interpreter_invoke(struct interpreter* interpreter);

/// Lifetimes, plan and places of all computed tensors and scratch buffers: allocate.c.
enum status interpreter_place_buffers(struct interpreter* interpreter);

/// Bytes of a tensor of the model.
uint32_t tensor_bytes(table tensor);

// The kernels: operators.c.
extern const struct registration conv_registration, depthwise_registration, dense_registration,
    add_registration, pool_registration;

#endif  // INTERPRETER_H
