#include "interpreter.h"

#include "mcost.h"

enum { IDENTIFIER = 0x334d434d, MAX_SCRATCH_REQUESTS = 96 };

enum status model_map(const void* bytes, table* model) {
  const uint8_t* start = bytes;
  if (load_u32(start + 4) != IDENTIFIER) return STATUS_NOT_A_MODEL;
  *model = follow(start);
  return u32_field(*model, MODEL_VERSION_SLOT) == MODEL_VERSION ? STATUS_OK : STATUS_MODEL_VERSION;
}

int resolver_add(struct resolver* resolver, const struct registration* registration) {
  if (resolver->count == MAX_REGISTRATIONS) return 0;
  resolver->registrations[resolver->count++] = registration;
  return 1;
}

const struct registration* resolver_find(const struct resolver* resolver, uint32_t operation) {
  for (uint32_t i = 0; i < resolver->count; i++) {
    if (resolver->registrations[i]->operation == operation) return resolver->registrations[i];
  }
  return 0;
}

static table model_tensor(const struct interpreter* interpreter, uint32_t number) {
  return table_at(vector_field(interpreter->graph, GRAPH_TENSORS), number);
}

uint32_t tensor_bytes(table tensor) {
  const struct vector* shape = vector_field(tensor, TENSOR_SHAPE);
  uint32_t bytes = type_bytes(u8_field(tensor, TENSOR_TYPE));
  for (uint32_t i = 0; i < shape->count; i++) bytes *= u32_at(shape, i);
  return bytes;
}

// The data of a constant, null of a computed tensor.
static const void* constant_data(const struct interpreter* interpreter, table tensor) {
  const struct vector* buffers = vector_field(interpreter->model, MODEL_BUFFERS);
  table buffer = table_at(buffers, u32_field(tensor, TENSOR_BUFFER));
  const struct vector* data = vector_field(buffer, BUFFER_DATA);
  return data->count == 0 ? 0 : data->items;
}

static struct tensor* temporary_tensor(struct interpreter* context, uint32_t number) {
  struct tensor* tensor = arena_temporary(&context->arena, sizeof *tensor);
  if (tensor == 0) return 0;
  table entry = model_tensor(context, number);
  table quantisation = table_field(entry, TENSOR_QUANTISATION);
  tensor->data = constant_data(context, entry);
  tensor->shape = vector_field(entry, TENSOR_SHAPE);
  tensor->type = u8_field(entry, TENSOR_TYPE);
  tensor->scales = vector_field(quantisation, QUANTISATION_SCALES);
  tensor->zero = (int32_t)u32_field(quantisation, QUANTISATION_ZERO);
  return tensor;
}

static void* persistent(struct interpreter* context, uint32_t bytes) {
  return arena_persistent(&context->arena, bytes, ARENA_ALIGN);
}

static enum status request_scratch(struct interpreter* context, uint32_t bytes, int32_t* handle) {
  if (context->scratch_count == MAX_SCRATCH_REQUESTS) return STATUS_UNSUPPORTED;
  *handle = context->scratch_count++;
  context->scratch_requests[*handle] = (struct scratch_request){bytes, context->preparing};
  return STATUS_OK;
}

static struct eval_tensor* eval_tensor(const struct interpreter* context, uint32_t number) {
  return &context->tensors[number];
}

static void* scratch_buffer(const struct interpreter* context, int32_t handle) {
  return context->scratch[handle];
}

void interpreter_build(struct interpreter* interpreter, table model,
                       const struct resolver* resolver, void* arena, uint32_t arena_bytes) {
  arena_init(&interpreter->arena, arena, arena_bytes);
  interpreter->model = model;
  interpreter->graph = table_field(model, MODEL_GRAPH);
  interpreter->resolver = resolver;
  interpreter->scratch_count = 0;
  interpreter->detail = "";
  interpreter->temporary_tensor = temporary_tensor;
  interpreter->persistent = persistent;
  interpreter->request_scratch = request_scratch;
  interpreter->eval_tensor = eval_tensor;
  interpreter->scratch_buffer = scratch_buffer;
}

static enum status list_tensors(struct interpreter* interpreter) {
  const struct vector* tensors = vector_field(interpreter->graph, GRAPH_TENSORS);
  uint32_t bytes = tensors->count * (uint32_t)sizeof(struct eval_tensor);
  interpreter->detail = "the list of tensors";
  interpreter->tensors = arena_persistent(&interpreter->arena, bytes, sizeof(void*));
  if (interpreter->tensors == 0) return STATUS_ARENA_TOO_SMALL;
  interpreter->tensor_count = tensors->count;
  for (uint32_t i = 0; i < tensors->count; i++) {
    table entry = table_at(tensors, i);
    struct eval_tensor* tensor = &interpreter->tensors[i];
    tensor->data = (void*)(uintptr_t)constant_data(interpreter, entry);
    tensor->shape = vector_field(entry, TENSOR_SHAPE);
    tensor->type = u8_field(entry, TENSOR_TYPE);
  }
  return STATUS_OK;
}

static enum status list_nodes(struct interpreter* interpreter) {
  const struct vector* operators = vector_field(interpreter->graph, GRAPH_OPERATORS);
  const struct vector* codes = vector_field(interpreter->model, MODEL_CODES);
  uint32_t bytes = operators->count * (uint32_t)sizeof(struct node);
  interpreter->detail = "the list of operators";
  interpreter->nodes = arena_persistent(&interpreter->arena, bytes, sizeof(void*));
  if (interpreter->nodes == 0) return STATUS_ARENA_TOO_SMALL;
  interpreter->node_count = operators->count;
  for (uint32_t i = 0; i < operators->count; i++) {
    table entry = table_at(operators, i);
    struct node* node = &interpreter->nodes[i];
    node->inputs = vector_field(entry, OPERATOR_INPUTS);
    node->outputs = vector_field(entry, OPERATOR_OUTPUTS);
    node->options = table_field(entry, OPERATOR_OPTIONS);
    node->data = 0;
    node->name = text_field(model_tensor(interpreter, u32_at(node->outputs, 0)), TENSOR_NAME);
    interpreter->detail = node->name;
    uint32_t operation =
        u32_field(table_at(codes, u32_field(entry, OPERATOR_CODE)), CODE_OPERATION);
    node->registration = resolver_find(interpreter->resolver, operation);
    if (node->registration == 0) return STATUS_NO_KERNEL;
  }
  return STATUS_OK;
}

// Requests for scratch lie above the bottom until the plan is made; temporaries come above them.
static enum status prepare_nodes(struct interpreter* interpreter) {
  struct arena* arena = &interpreter->arena;
  uint32_t bytes = MAX_SCRATCH_REQUESTS * (uint32_t)sizeof(struct scratch_request);
  if (!arena_set_head(arena, bytes)) return STATUS_ARENA_TOO_SMALL;
  interpreter->scratch_requests = (struct scratch_request*)arena->begin;
  for (uint32_t i = 0; i < interpreter->node_count; i++) {
    struct node* node = &interpreter->nodes[i];
    interpreter->preparing = (int16_t)i;
    interpreter->detail = node->name;
    enum status status = node->registration->prepare(interpreter, node);
    arena_reset_temporary(arena);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status interpreter_allocate(struct interpreter* interpreter) {
  MCOST_LAYER_BEGIN("nodes_and_tensors", "");
  enum status status = list_tensors(interpreter);
  if (status == STATUS_OK) status = list_nodes(interpreter);
  MCOST_LAYER_END("nodes_and_tensors");
  if (status != STATUS_OK) return status;
  MCOST_LAYER_BEGIN("prepare", "");
  status = prepare_nodes(interpreter);
  MCOST_LAYER_END("prepare");
  if (status != STATUS_OK) return status;
  return interpreter_place_buffers(interpreter);
}

struct eval_tensor* interpreter_input(struct interpreter* interpreter) {
  return &interpreter->tensors[u32_at(vector_field(interpreter->graph, GRAPH_INPUTS), 0)];
}

struct eval_tensor* interpreter_output(struct interpreter* interpreter) {
  return &interpreter->tensors[u32_at(vector_field(interpreter->graph, GRAPH_OUTPUTS), 0)];
}

enum status interpreter_invoke(struct interpreter* interpreter) {
  for (uint32_t i = 0; i < interpreter->node_count; i++) {
    struct node* node = &interpreter->nodes[i];
    MCOST_LAYER_BEGIN_NAMED(node->name, "operator", "");
    enum status status = node->registration->invoke(interpreter, node);
    MCOST_LAYER_END_NAMED(node->name, "operator");
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}
