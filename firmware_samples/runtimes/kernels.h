// The kernels of nn/, with their columns wherever the planner put them.
#ifndef KERNELS_H
#define KERNELS_H

#include "nn.h"

/// As nn.h says of nn_columns, aligned to 4.
extern int32_t* kernels_columns;
extern int kernels_columns_bytes;

#endif  // KERNELS_H
