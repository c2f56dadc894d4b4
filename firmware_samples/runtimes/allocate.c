// Where computed tensors and scratch buffers lie: lifetimes, plan, places.

#include "interpreter.h"
#include "mcost.h"
#include "planner.h"

enum { NEVER = -1 };

static void extend(struct request* request, int step) {
  if (request->first == NEVER) request->first = (int16_t)step;
  request->last = (int16_t)step;
}

// One request for each tensor of the graph, though constants need none and have 0 bytes.
static void tensor_lifetimes(const struct interpreter* interpreter, struct request* requests) {
  const struct vector* tensors = vector_field(interpreter->graph, GRAPH_TENSORS);
  const struct vector* outputs = vector_field(interpreter->graph, GRAPH_OUTPUTS);
  const struct vector* inputs = vector_field(interpreter->graph, GRAPH_INPUTS);
  for (uint32_t i = 0; i < interpreter->tensor_count; i++) {
    uint32_t bytes = interpreter->tensors[i].data == 0 ? tensor_bytes(table_at(tensors, i)) : 0;
    requests[i] = (struct request){arena_round_up(bytes), NEVER, NEVER, 0, 0};
  }
  for (uint32_t i = 0; i < inputs->count; i++) extend(&requests[u32_at(inputs, i)], 0);
  for (uint32_t step = 0; step < interpreter->node_count; step++) {
    const struct node* node = &interpreter->nodes[step];
    for (uint32_t i = 0; i < node->inputs->count; i++) {
      extend(&requests[u32_at(node->inputs, i)], (int)step);
    }
    for (uint32_t i = 0; i < node->outputs->count; i++) {
      extend(&requests[u32_at(node->outputs, i)], (int)step);
    }
  }
  for (uint32_t i = 0; i < outputs->count; i++) {
    extend(&requests[u32_at(outputs, i)], (int)interpreter->node_count);
  }
}

static void scratch_lifetimes(const struct interpreter* interpreter, struct request* requests) {
  for (int i = 0; i < interpreter->scratch_count; i++) {
    struct scratch_request wanted = interpreter->scratch_requests[i];
    requests[i] = (struct request){arena_round_up(wanted.bytes), wanted.node, wanted.node, 0, 0};
  }
}

// Leaves out what needs no place; `source[i]` is the number that request i had.
static int drop_empty(struct request* requests, int count, int16_t* source) {
  int kept = 0;
  for (int i = 0; i < count; i++) {
    if (requests[i].bytes == 0) continue;
    requests[kept] = requests[i];
    source[kept++] = (int16_t)i;
  }
  return kept;
}

static void commit(struct interpreter* interpreter, const struct request* requests,
                   const int16_t* source, int count) {
  uint8_t* base = interpreter->arena.begin;
  int tensors = (int)interpreter->tensor_count;
  for (int i = 0; i < count; i++) {
    void* place = base + requests[i].offset;
    if (source[i] < tensors) {
      interpreter->tensors[source[i]].data = place;
    } else {
      interpreter->scratch[source[i] - tensors] = place;
    }
  }
}

enum status interpreter_place_buffers(struct interpreter* interpreter) {
  struct arena* arena = &interpreter->arena;
  interpreter->detail = "the plan of tensors";
  int count = (int)interpreter->tensor_count + interpreter->scratch_count;
  MCOST_LAYER_BEGIN("planning", "");
  struct request* requests = arena_temporary(arena, (uint32_t)count * (uint32_t)sizeof *requests);
  int16_t* numbers = arena_temporary(arena, (uint32_t)count * 2 * (uint32_t)sizeof *numbers);
  uint32_t bytes = 0;
  if (requests != 0 && numbers != 0) {
    tensor_lifetimes(interpreter, requests);
    scratch_lifetimes(interpreter, requests + interpreter->tensor_count);
    count = drop_empty(requests, count, numbers);
    bytes = plan_greedily(requests, count, numbers + count);
  }
  MCOST_LAYER_END("planning");
  if (requests == 0 || numbers == 0) return STATUS_ARENA_TOO_SMALL;

  MCOST_LAYER_BEGIN("allocation", "");
  enum status status = STATUS_ARENA_TOO_SMALL;
  uint32_t handles = (uint32_t)interpreter->scratch_count * (uint32_t)sizeof(void*);
  interpreter->scratch = arena_persistent(arena, handles, sizeof(void*));
  if (interpreter->scratch != 0) {
    commit(interpreter, requests, numbers, count);
    if (arena_set_head(arena, bytes)) status = STATUS_OK;
  }
  MCOST_LAYER_END("allocation");
  return status;
}
