#include "kernels.h"

int32_t* kernels_columns;

#define nn_columns kernels_columns
#include "../nn/kernels_dsp.c"
