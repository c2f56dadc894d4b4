// The layers that emit_cases.py writes, and what main.c does with their outputs.
#ifndef CONVOLUTIONS_H
#define CONVOLUTIONS_H

#include "nn.h"

/// Runs every case once, each on an image of its shape.
void run_cases(void);

/// Prints a hash of a case's outputs.
void report(const char* name, const value* outputs, int count);

#endif  // CONVOLUTIONS_H
