// Layers of equal work: runs each once and prints a hash of its outputs.

#include "convolutions.h"
#include "runtime.h"

void report(const char* name, const value* outputs, int count) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (int i = 0; i < count; i++) hash = (hash ^ (uint8_t)outputs[i]) * 16777619u;
  print(name);
  print(" ");
  print_hex(hash);
  print("\n");
}

int main(void) {
  run_cases();
  print_decimal((int32_t)nn_macs);
  print(" multiply-accumulates (layers)\ndone\n");
  return 0;
}
