// The layers of ResNet-20, each between two static probes; shared by all builds.

#include "net.h"

#include "mcost.h"

// The plan of the activations: a block reads `a`, its first convolution writes `b`, its second `c`;
// a shortcut goes into `b`, which is free by then, and the sum into `a`. The first stage has the
// largest tensors.
enum { LARGEST = 32 * 32 * 16 };
static value a[LARGEST] __attribute__((aligned(8)));
static value b[LARGEST] __attribute__((aligned(8)));
static value c[LARGEST] __attribute__((aligned(8)));

static int largest(const value* outputs) {
  int best = 0;
  for (int i = 1; i < CLASSES; i++) {
    if (outputs[i] > outputs[best]) best = i;
  }
  return best;
}

#define CONVOLVE(layer, metadata, input, output)           \
  MCOST_LAYER_BEGIN(#layer, "op=conv2d stride=" metadata); \
  convolve(input, &layer, output);                         \
  MCOST_LAYER_END(#layer)

#define ADD(layer, shape, count, skipped, output)                                 \
  MCOST_LAYER_BEGIN(#layer, "op=add in=" shape " out=" shape " params=0 macs=0"); \
  add(c, skipped, &layer, count, output);                                         \
  MCOST_LAYER_END(#layer)

#define STAGE1 "1x32x32x16"
#define STAGE2 "1x16x16x32"
#define STAGE3 "1x8x8x64"
#define CONV1 "1 in=1x32x32x3 out=" STAGE1 " weights=16x3x3x3 params=448 macs=442368"
#define WITHIN1 "1 in=" STAGE1 " out=" STAGE1 " weights=16x3x3x16 params=2320 macs=2359296"
#define INTO2 "2 in=" STAGE1 " out=" STAGE2 " weights=32x3x3x16 params=4640 macs=1179648"
#define WITHIN2 "1 in=" STAGE2 " out=" STAGE2 " weights=32x3x3x32 params=9248 macs=2359296"
#define SHORTCUT2 "2 in=" STAGE1 " out=" STAGE2 " weights=32x1x1x16 params=544 macs=131072"
#define INTO3 "2 in=" STAGE2 " out=" STAGE3 " weights=64x3x3x32 params=18496 macs=1179648"
#define WITHIN3 "1 in=" STAGE3 " out=" STAGE3 " weights=64x3x3x64 params=36928 macs=2359296"
#define SHORTCUT3 "2 in=" STAGE2 " out=" STAGE3 " weights=64x1x1x32 params=2112 macs=131072"

static void stage1(void) {
  enum { COUNT = 32 * 32 * 16 };
  CONVOLVE(s1b1_conv1, WITHIN1, a, b);
  CONVOLVE(s1b1_conv2, WITHIN1, b, c);
  ADD(s1b1_add, STAGE1, COUNT, a, a);
  CONVOLVE(s1b2_conv1, WITHIN1, a, b);
  CONVOLVE(s1b2_conv2, WITHIN1, b, c);
  ADD(s1b2_add, STAGE1, COUNT, a, a);
  CONVOLVE(s1b3_conv1, WITHIN1, a, b);
  CONVOLVE(s1b3_conv2, WITHIN1, b, c);
  ADD(s1b3_add, STAGE1, COUNT, a, a);
}

static void stage2(void) {
  enum { COUNT = 16 * 16 * 32 };
  CONVOLVE(s2b1_conv1, INTO2, a, b);
  CONVOLVE(s2b1_conv2, WITHIN2, b, c);
  CONVOLVE(s2b1_shortcut, SHORTCUT2, a, b);
  ADD(s2b1_add, STAGE2, COUNT, b, a);
  CONVOLVE(s2b2_conv1, WITHIN2, a, b);
  CONVOLVE(s2b2_conv2, WITHIN2, b, c);
  ADD(s2b2_add, STAGE2, COUNT, a, a);
  CONVOLVE(s2b3_conv1, WITHIN2, a, b);
  CONVOLVE(s2b3_conv2, WITHIN2, b, c);
  ADD(s2b3_add, STAGE2, COUNT, a, a);
}

static void stage3(void) {
  enum { COUNT = 8 * 8 * 64 };
  CONVOLVE(s3b1_conv1, INTO3, a, b);
  CONVOLVE(s3b1_conv2, WITHIN3, b, c);
  CONVOLVE(s3b1_shortcut, SHORTCUT3, a, b);
  ADD(s3b1_add, STAGE3, COUNT, b, a);
  CONVOLVE(s3b2_conv1, WITHIN3, a, b);
  CONVOLVE(s3b2_conv2, WITHIN3, b, c);
  ADD(s3b2_add, STAGE3, COUNT, a, a);
  CONVOLVE(s3b3_conv1, WITHIN3, a, b);
  CONVOLVE(s3b3_conv2, WITHIN3, b, c);
  ADD(s3b3_add, STAGE3, COUNT, a, a);
}

int classify(const value* image, value* outputs) {
  CONVOLVE(conv1, CONV1, image, a);
  stage1();
  stage2();
  stage3();

  MCOST_LAYER_BEGIN("pool", "op=average_pool2d in=1x8x8x64 out=1x1x1x64 params=0 macs=0");
  average_pool(a, 64, POOLED, b);
  MCOST_LAYER_END("pool");

  MCOST_LAYER_BEGIN("dense",
                    "op=fully_connected in=1x64 out=1x10 weights=10x64 params=650 macs=640");
  fully_connected(b, &dense, outputs);
  MCOST_LAYER_END("dense");

  return largest(outputs);
}
