// Bit-band aliases of SRAM (ARMv7-M ARM B3.1; Cortex-M3 TRM 3.7): all widths, both directions.
#include "tests/firmware/common/firmware.h"

#define ALIAS(address, bit) (0x22000000u + ((address)-0x20000000u) * 32u + (bit)*4u)

static volatile uint32_t words[2] __attribute__((aligned(8)));

int main(void) {
  const uint32_t base = (uint32_t)words;
  words[0] = 0xA5C30F18u;
  uint32_t read = 0;
  for (uint32_t i = 0; i < 32; ++i) read |= (REG(ALIAS(base, i)) & 1u) << i;
  print("bits %x\n", read);
  print("one bit reads %x %x %x %x\n", REG(ALIAS(base, 3)), REG(ALIAS(base, 0)),
        (uint32_t)REG8(ALIAS(base, 4)), (uint32_t)REG16(ALIAS(base, 8)));
  REG(ALIAS(base, 0)) = 1;
  REG(ALIAS(base, 3)) = 0xFFFFFFFEu;
  print("word writes %x\n", words[0]);
  REG8(ALIAS(base, 31)) = 0;
  REG16(ALIAS(base, 30)) = 1;
  print("narrow writes %x\n", words[0]);
  for (uint32_t i = 0; i < 32; i += 2) REG(ALIAS(base + 4, i)) = 1;
  print("second word %x %x\n", words[0], words[1]);
  for (uint32_t i = 0; i < 8; ++i) REG(ALIAS(base + 5, i)) = 0;
  print("second word %x\n", words[1]);
  return 0;
}
