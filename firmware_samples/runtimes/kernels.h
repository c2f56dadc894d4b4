// The kernels of nn/, with their columns wherever the planner put them.
#ifndef KERNELS_H
#define KERNELS_H

#include "nn.h"

/// Two columns of halfwords for nn_convolve(), aligned to 4.
extern int32_t* kernels_columns;

#endif  // KERNELS_H
