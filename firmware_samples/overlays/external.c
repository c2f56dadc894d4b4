// The deployment without overlays: tensors and parameters are used in external memory.

#include "../nn/nn.h"
#include "board.h"

void nn_prepare(void) {
  board_prepare();
  load_parameters();
}

void nn_run(const struct layer* layer, const value* first, const value* second, value* output) {
  nn_execute_all(layer, nn_parameters + layer->parameters, first, second, output);
}
