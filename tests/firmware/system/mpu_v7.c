// MPU of ARMv7-M: permissions, execute-never, subregions, overlap, default map, HFNMIENA (ARMv7-M
// ARM B3.5).
#include "tests/firmware/common/mpu_probe.h"

static uint32_t area[1024] __attribute__((aligned(4096)));
static uint64_t process_stack[64] __attribute__((aligned(512)));
static uint32_t outside[2] = {0x47704770u, 0x47704770u};
static volatile uint32_t in_handler;

enum { kEnable = 1, kHfNmiEna = 2, kPrivDefEna = 4 };

static void region(uint32_t number, uint32_t base, uint32_t log2_size, uint32_t access, uint32_t xn,
                   uint32_t disabled) {
  MPU_RNR = number;
  MPU_RBAR = base;
  MPU_RASR = xn << 28 | access << 24 | 1u << 17 | disabled << 8 | (log2_size - 1) << 1 | 1u;
}
static void control(uint32_t value) {
  MPU_CTRL = value;
  BARRIER();
}
static void clear_regions(void) {
  for (uint32_t i = 0; i < 8; ++i) {
    MPU_RNR = i;
    MPU_RASR = 0;
  }
}
static void fill(void) {
  control(0);
  for (unsigned i = 0; i < 1024; ++i) area[i] = 0x47704770u;
}

void NMI_Handler(void) {
  if (in_handler) probe_all("in nmi", (uint32_t)area);
}
void HardFault_Handler(void) {
  print("hard fault CFSR=%x HFSR=%x MMFAR=%x\n", CFSR, HFSR, CFSR & 0x80u ? MMFAR : 0);
  finish(3);
}
void SVC_Handler(void) { WRITE_SPECIAL(control, READ_SPECIAL(control) & ~1u); }

static void registers(void) {
  print("type %x ctrl %x\n", MPU_TYPE, MPU_CTRL);
  MPU_RBAR = 0x20000000u | 1u << 4 | 3u;  // VALID: selects region 3
  MPU_RASR = 0x1306FF3Fu;
  print("rnr %x rbar %x rasr %x\n", MPU_RNR, MPU_RBAR, MPU_RASR);
  REG(0xE000EDA4u) = 0x20001000u | 1u << 4 | 5u;  // alias
  print("rnr %x rbar %x\n", MPU_RNR, REG(0xE000EDACu));
  MPU_RNR = 3;
  print("rbar %x rasr %x\n", MPU_RBAR, MPU_RASR);
  clear_regions();
}

static void permissions(void) {
  for (uint32_t access = 0; access < 8; ++access) {
    if (access == 4) continue;  // UNPREDICTABLE
    fill();
    clear_regions();
    region(0, (uint32_t)area, 12, access, 0, 0);
    control(kEnable | kPrivDefEna);
    print("AP %d\n", (int)access);
    probe_all("  execute", (uint32_t)area + 0x104);
    control(0);
    region(0, (uint32_t)area, 12, access, 1, 0);
    control(kEnable | kPrivDefEna);
    probe_all("  never", (uint32_t)area + 0x104);
  }
}

static void sizes_and_subregions(void) {
  fill();
  clear_regions();
  region(1, (uint32_t)area, 11, 3, 0, 0xAA);  // 2 KiB, every other 256 bytes missing
  region(0, (uint32_t)area, 12, 5, 0, 0);     // behind it: privileged only writes
  control(kEnable | kPrivDefEna);
  for (uint32_t offset = 0x7C; offset < 0x900; offset += 0x100)
    probe_all("subregion", (uint32_t)area + offset);
  control(0);
  clear_regions();
  region(7, (uint32_t)area + 0x40, 5, 0, 1, 0);  // 32 bytes
  region(2, (uint32_t)area, 12, 3, 0, 0);
  control(kEnable | kPrivDefEna);
  for (uint32_t offset = 0x38; offset < 0x68; offset += 4) {
    probe_mmfsr = 0;
    probe_load((uint32_t)area + offset);
    print("32 bytes, offset %x: %x at %x\n", offset, probe_mmfsr,
          probe_mmfsr == 0 ? 0 : probe_mmfar);
  }
  // A doubleword and an unaligned word into the forbidden part.
  probe_mmfsr = 0;
  probe_load((uint32_t)area + 0x3E);
  print("unaligned: %x\n", probe_mmfsr);
}

// On a stack of its own; SVC gives the privilege back.
__attribute__((naked, noipa)) static uint32_t unprivileged_load(uint32_t psp, uint32_t address) {
  __asm volatile(
      "msr psp, r0\n\tmovs r2, #3\n\tmsr control, r2\n\tisb\n\tldr r0, [r1]\n\tsvc 0\n\t"
      "movs r2, #0\n\tmsr control, r2\n\tisb\n\tbx lr");
}

static void default_map(void) {
  fill();
  clear_regions();
  region(0, (uint32_t)area, 12, 3, 0, 0);
  region(1, (uint32_t)process_stack, 9, 3, 1, 0);
  control(kEnable | kPrivDefEna);
  probe_all("default, privileged", (uint32_t)outside);
  // Fetches of an unprivileged thread are from the code memory: it needs a region.
  region(2, 0x00000000u, 20, 6, 0, 0);
  const uint32_t value = unprivileged_load((uint32_t)&process_stack[64], (uint32_t)area);
  print("unprivileged load %x\n", value);
}

static void high_priority(void) {
  fill();
  clear_regions();
  region(0, (uint32_t)area, 12, 0, 0, 0);
  control(kEnable | kPrivDefEna);  // no HFNMIENA: off in NMI
  in_handler = 1;
  ICSR = kNmiPendSet;
  BARRIER();
  __asm volatile("cpsid f");
  probe_mmfsr = 0x55;
  probe_load((uint32_t)area);
  __asm volatile("cpsie f\n\tisb");
  print("under faultmask: %x\n", probe_mmfsr);
  in_handler = 0;
}

static void escalation(void) {
  control(kEnable | kPrivDefEna | kHfNmiEna);
  SHCSR = 0;
  print("escalation\n");
  probe_load((uint32_t)area + 0x10);
}

int main(void) {
  SHCSR |= kMemFaultEna;
  registers();
  permissions();
  sizes_and_subregions();
  default_map();
  high_priority();
  escalation();
  return 1;
}
