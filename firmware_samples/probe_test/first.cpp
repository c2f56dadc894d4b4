#include "layers.h"

extern "C" int run_first(const int* data, const short* shorts, int count) {
  Layer<int> ints = {data, count};
  Layer<short> narrow = {shorts, count};
  return ints.run(data) + narrow.run(shorts) + shared_inline(count);
}
