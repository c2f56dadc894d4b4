#include "tests/firmware/common/mpu_probe.h"

volatile uint32_t probe_mmfsr, probe_mmfar;

// Every probe returns by LR, and that is where a fault resumes.
__attribute__((used)) static void mem_manage_c(struct Frame* frame) {
  probe_mmfsr = CFSR & 0xFFu;
  probe_mmfar = probe_mmfsr & 0x80u ? MMFAR : 0;
  CFSR = CFSR;
  frame->pc = frame->lr & ~1u;
  frame->xpsr = (frame->xpsr & ~0x0600FC00u) | 1u << 24;
}
__attribute__((naked)) void MemManage_Handler(void);
void MemManage_Handler(void) {
  __asm volatile(
      "tst lr, #4\n\tite eq\n\tmrseq r0, msp\n\tmrsne r0, psp\n\tldr r1, =mem_manage_c\n\tbx "
      "r1\n\t.ltorg");
}

#define PROBE(name, instruction)                              \
  __attribute__((naked, noipa)) void name(uint32_t address) { \
    __asm volatile(instruction "\n\tbx lr");                  \
  }
PROBE(probe_load, "ldr r1, [r0]")
PROBE(probe_store, "ldr r1, =0x47704770\n\tstr r1, [r0]\n\tbx lr\n\t.ltorg")  // two BX LR
PROBE(probe_load_unprivileged, "ldrt r1, [r0]")
PROBE(probe_store_unprivileged, "ldr r1, =0x47704770\n\tstrt r1, [r0]\n\tbx lr\n\t.ltorg")
PROBE(probe_call, "orr r0, r0, #1\n\tbx r0")

static void result(char* out, void (*probe)(uint32_t), uint32_t address, char letter) {
  probe_mmfsr = 0;
  probe(address);
  *out = probe_mmfsr == 0 ? letter : '-';
}

void probe_all(const char* title, uint32_t address) {
  char text[6] = {0};
  result(text, probe_load, address, 'R');
  result(text + 1, probe_store, address, 'W');
  result(text + 2, probe_load_unprivileged, address, 'r');
  result(text + 3, probe_store_unprivileged, address, 'w');
  const uint32_t data = probe_mmfsr, data_address = probe_mmfar;
  result(text + 4, probe_call, address, 'X');
  print("%s %x: %s store %x at %x call %x\n", title, address, text, data,
        data == 0 ? 0 : data_address, probe_mmfsr);
}
