// MPU of ARMv8-M: base and limit, permissions, execute-never, no overlap, default map (ARMv8-M ARM
// B9).
#include "tests/firmware/common/mpu_probe.h"

static uint32_t area[1024] __attribute__((aligned(4096)));

enum { kEnable = 1, kHfNmiEna = 2, kPrivDefEna = 4 };

static void region(uint32_t number, uint32_t base, uint32_t limit, uint32_t access, uint32_t xn) {
  MPU_RNR = number;
  MPU_RBAR = (base & ~31u) | access << 1 | xn;
  MPU_RLAR = (limit & ~31u) | 1u;
}
static void control(uint32_t value) {
  MPU_CTRL = value;
  BARRIER();
}
static void clear_regions(void) {
  control(0);
  for (uint32_t i = 0; i < 8; ++i) {
    MPU_RNR = i;
    MPU_RLAR = 0;
  }
  for (unsigned i = 0; i < 1024; ++i) area[i] = 0x47704770u;
}

void NMI_Handler(void) { probe_all("in nmi", (uint32_t)area); }
void HardFault_Handler(void) {
  print("hard fault CFSR=%x HFSR=%x MMFAR=%x\n", CFSR, HFSR, CFSR & 0x80u ? MMFAR : 0);
  finish(3);
}

static void registers(void) {
  print("ctrl %x\n", MPU_CTRL);
  MPU_MAIR0 = 0x00FF44BBu;
  MPU_MAIR1 = 0x04030201u;
  print("mair %x %x\n", MPU_MAIR0, MPU_MAIR1);
  MPU_RNR = 3;
  MPU_RBAR = 0x38001007u;
  MPU_RLAR = 0x38001FE3u;
  print("rbar %x rlar %x\n", MPU_RBAR, MPU_RLAR);
  MPU_RNR = 0;
  print("region 3 by alias: rbar %x rlar %x\n", REG(0xE000EDB4u), REG(0xE000EDB8u));
}

static void permissions(void) {
  for (uint32_t access = 0; access < 4; ++access) {
    for (uint32_t xn = 0; xn < 2; ++xn) {
      clear_regions();
      region(0, (uint32_t)area, (uint32_t)area + 0xFE0, access, xn);
      control(kEnable | kPrivDefEna);
      print("AP %d XN %d\n", (int)access, (int)xn);
      probe_all("  access", (uint32_t)area + 0x104);
    }
  }
}

static void limits(void) {
  clear_regions();
  region(0, (uint32_t)area + 0x40, (uint32_t)area + 0x60, 3, 1);  // 64 bytes
  region(5, (uint32_t)area + 0x80, (uint32_t)area + 0x80, 2, 0);  // 32 bytes
  control(kEnable | kPrivDefEna);
  for (uint32_t offset = 0x30; offset < 0xB0; offset += 0x10)
    probe_all("limits", (uint32_t)area + offset);
  clear_regions();
  region(0, (uint32_t)area, (uint32_t)area + 0xFE0, 1, 0);
  region(1, (uint32_t)area + 0x100, (uint32_t)area + 0x1E0, 1,
         0);  // two regions match: a fault (B9.3)
  control(kEnable | kPrivDefEna);
  probe_all("one", (uint32_t)area + 0xE0);
  probe_all("overlap", (uint32_t)area + 0x120);
}

static void test_target(void) {
  clear_regions();
  region(2, (uint32_t)area, (uint32_t)area + 0x7E0, 3, 0);
  control(kEnable | kPrivDefEna);
  uint32_t inside, outside, unprivileged;
  __asm volatile("tt %0, %1" : "=r"(inside) : "r"(area));
  __asm volatile("tt %0, %1" : "=r"(outside) : "r"(area + 1000));
  __asm volatile("ttt %0, %1" : "=r"(unprivileged) : "r"(area));
  // MREGION, MRVALID, R, RW; the rest tells about Secure state.
  print("tt %x %x ttt %x\n", inside & 0xD00FFu, outside & 0xD00FFu, unprivileged & 0xD00FFu);
}

static void high_priority(void) {
  clear_regions();
  region(0, (uint32_t)area, (uint32_t)area + 0xFE0, 2, 0);
  control(kEnable | kPrivDefEna);
  ICSR = kNmiPendSet;
  BARRIER();
}

static void escalation(void) {
  SHCSR = 0;
  print("escalation\n");
  probe_store((uint32_t)area + 0x10);
}

int main(void) {
  SHCSR |= kMemFaultEna;
  registers();
  permissions();
  limits();
  test_target();
  high_priority();
  escalation();
  return 1;
}
