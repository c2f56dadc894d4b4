#include "layers.h"

extern "C" int run_second(const int* data, int count) {
  Layer<int> ints = {data, count};
  auto probed = [](int x) {
    MCOST_EVENT("lambda", x, 5, -5);
    return half(x);
  };
  return ints.run(data) - shared_inline(count) + probed(count);
}
