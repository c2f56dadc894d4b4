// ITM stimulus: text where a trace unit is there, nothing where not (ARMv7-M ARM C1.7).
#include "tests/firmware/common/firmware.h"

#define ITM_STIM(n) REG(0xE0000000u + 4 * (n))
#define ITM_TER REG(0xE0000E00u)
#define ITM_TCR REG(0xE0000E80u)

static int send(const char* text) {
  int sent = 0;
  for (; *text != 0; ++text) {
    if ((ITM_STIM(0) & 1u) == 0) continue;
    *(volatile uint8_t*)0xE0000000u = (uint8_t)*text;
    ++sent;
  }
  return sent;
}

int main(void) {
  DEMCR |= 1u << 24;  // TRCENA
  REG(0xE0000FB0u) = 0xC5ACCE55u;
  ITM_TCR = 1;
  ITM_TER = 1;
  const int on = send("itm text\n");
  ITM_STIM(1) = 0x41424344u;  // not enabled
  print("sent %d\n", on);
  return 0;
}
