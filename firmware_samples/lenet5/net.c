// The layers of LeNet-5, each between two static probes; shared by all builds.

#include "mcost.h"
#include "net.h"

// Largest tensors: conv1's output, and pool1's.
static value large[30 * 30 * 6 + SLACK] __attribute__((aligned(4)));
static value small[15 * 15 * 6 + SLACK] __attribute__((aligned(4)));

static int largest(const value* outputs) {
  int best = 0;
  for (int i = 1; i < CLASSES; i++) {
    if (outputs[i] > outputs[best]) best = i;
  }
  return best;
}

int classify(const value* image, value* outputs) {
  MCOST_LAYER_BEGIN("conv1",
                    "op=conv2d in=1x32x32x1 out=1x30x30x6 weights=6x3x3x1 params=60 macs=48600");
  conv3x3(image, 32, 1, &conv1, 6, large);
  MCOST_LAYER_END("conv1");

  MCOST_LAYER_BEGIN("pool1", "op=average_pool2d in=1x30x30x6 out=1x15x15x6 params=0 macs=0");
  average_pool2x2(large, 30, 6, small);
  MCOST_LAYER_END("pool1");

  MCOST_LAYER_BEGIN(
      "conv2", "op=conv2d in=1x15x15x6 out=1x13x13x16 weights=16x3x3x6 params=880 macs=146016");
  conv3x3(small, 15, 6, &conv2, 16, large);
  MCOST_LAYER_END("conv2");

  MCOST_LAYER_BEGIN("pool2", "op=average_pool2d in=1x13x13x16 out=1x6x6x16 params=0 macs=0");
  average_pool2x2(large, 13, 16, small);
  MCOST_LAYER_END("pool2");

  MCOST_LAYER_BEGIN(
      "fc1", "op=fully_connected in=1x576 out=1x120 weights=120x576 params=69240 macs=69120");
  fully_connected(small, 576, &fc1, 120, large);
  MCOST_LAYER_END("fc1");

  MCOST_LAYER_BEGIN("fc2",
                    "op=fully_connected in=1x120 out=1x84 weights=84x120 params=10164 macs=10080");
  fully_connected(large, 120, &fc2, 84, small);
  MCOST_LAYER_END("fc2");

  MCOST_LAYER_BEGIN("fc3", "op=fully_connected in=1x84 out=1x10 weights=10x84 params=850 macs=840");
  fully_connected(small, 84, &fc3, CLASSES, outputs);
  MCOST_LAYER_END("fc3");

  return largest(outputs);
}
