#include "kernels.h"

int32_t* kernels_columns;
int kernels_columns_bytes;

#define nn_columns kernels_columns
#define nn_columns_bytes kernels_columns_bytes
#include "../nn/kernels_dsp.c"
