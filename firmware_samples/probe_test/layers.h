// Probes in templates, inline functions and classes; included by two units so that COMDAT folding
// is tested.
#ifndef PROBE_TEST_LAYERS_H
#define PROBE_TEST_LAYERS_H

#include "mcost.h"

template <typename T>
struct Layer {
  const T* weights;
  int count;

  __attribute__((noinline)) T run(const T* input) const {
    T sum = 0;
    MCOST_LAYER_BEGIN("template", "op=dot");
    sum = dot(input);
    MCOST_LAYER_END("template");
    return sum;
  }

  __attribute__((noinline)) T dot(const T* input) const {
    T sum = 0;
    for (int i = 0; i < count; i++) sum = static_cast<T>(sum + weights[i] * input[i]);
    return sum;
  }
};

__attribute__((noinline)) inline int half(int x) { return x / 2; }

inline int shared_inline(int x) {
  MCOST_EVENT("shared", x);
  return half(x);
}

#endif  // PROBE_TEST_LAYERS_H
