// A product added to a sum, as the float kernels do it: fused where there is an FPU. A routine that
// fuses would be slow; there the product is rounded, then the sum.
#ifndef FIRMWARE_MULTIPLY_ADD_H
#define FIRMWARE_MULTIPLY_ADD_H

#ifdef __ARM_FEATURE_FMA
#define MULTIPLY_ADD(a, b, sum) __builtin_fmaf(a, b, sum)
#else
#define MULTIPLY_ADD(a, b, sum) ((a) * (b) + (sum))
#endif

#endif  // FIRMWARE_MULTIPLY_ADD_H
