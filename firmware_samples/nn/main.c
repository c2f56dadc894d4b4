// Runs the network that is linked in once, on the image, and prints a hash of its outputs.

#include "hash.h"
#include "mcost.h"
#include "nn.h"
#include "runtime.h"

/// What the deployment has to do before the first layer; a sample without deployment has none.
__attribute__((weak)) void nn_prepare(void) {}

int main(void) {
  print(nn_name);
  print("\n");
  nn_prepare();
  nn_make_image(nn_input, nn_height, nn_width, nn_channels);
  MCOST_LAYER_BEGIN("inference", "");
  nn_network();
  MCOST_LAYER_END("inference");
  print("hash ");
  print_hex(hash_of(nn_output, nn_output_size));
  print("\n");
  print_decimal((int32_t)nn_macs);
  print(" multiply-accumulates (layers)\ndone\n");
  return 0;
}
