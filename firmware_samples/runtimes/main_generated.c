// Runs the generated network once, on the image, and prints a hash of its outputs.

#include "hash.h"
#include "mcost.h"
#include "network.h"
#include "nn.h"
#include "runtime.h"

int main(void) {
  print(network_name);
  print("\n");
  nn_make_image(network_input, network_height, network_width, network_channels);
  MCOST_LAYER_BEGIN("invoke", "");
  network_invoke();
  MCOST_LAYER_END("invoke");
  print("hash ");
  print_hex(hash_of(network_output, network_outputs));
  print("\ndone\n");
  return 0;
}
