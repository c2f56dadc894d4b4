// System control block: what reads back, VTOR, SHCSR pending and active bits, ICSR fields (ARMv7-M
// ARM B3.2).
#include "tests/firmware/common/firmware.h"

void SVC_Handler(void) { print("svc, icsr %x\n", ICSR_READ); }
void IRQ_Handler(void) { print("irq, icsr %x\n", ICSR_READ); }
void PendSV_Handler(void) { print("pendsv, icsr %x shcsr %x\n", ICSR_READ, SHCSR); }
void SysTick_Handler(void) { print("systick, icsr %x shcsr %x\n", ICSR_READ, SHCSR); }
void NMI_Handler(void) { print("nmi, icsr %x\n", ICSR_READ); }

static void identity(void) {
  print("cpuid %x\n", CPUID);
  print("icsr %x aircr %x scr %x ccr %x\n", ICSR_READ, AIRCR, SCR, CCR);
#ifndef __ARM_ARCH_6M__
  print("ictr %x vtor %x shcsr %x\n", ICTR & 0, VTOR, SHCSR);
  print("mpu type %x cpacr %x\n", MPU_TYPE, CPACR);
  for (uint32_t address = 0xE000ED40u; address < 0xE000ED74u; address += 4)
    print("id %x: %x\n", address, REG(address));
  print("mvfr %x %x %x\n", REG(0xE000EF40u), REG(0xE000EF44u), REG(0xE000EF48u));
#endif
}

static void writable(void) {
  SCR = 0xFFFFFFFFu;
  print("scr %x\n", SCR);
  SCR = 0;
#ifndef __ARM_ARCH_6M__
  const uint32_t old = CCR;
  CCR = 0x0000FFFFu & ~(1u << 3);
  print("ccr %x\n", CCR);
  CCR = old;
  print("ccr %x\n", CCR);
  SHCSR = kMemFaultEna | kBusFaultEna | kUsgFaultEna;
  print("shcsr %x\n", SHCSR);
  SHCSR = 0;
  MMFAR = 0x12345678u;
  BFAR = 0x87654321u;
  print("addresses %x %x\n", MMFAR, BFAR);
  print("icsr %x\n", ICSR_READ);
#endif
}

static void pending(void) {
  __asm volatile("cpsid i");
  NVIC_ISER = 0x80000001u;
  ICSR = kPendSvSet;
  print("icsr %x\n", ICSR_READ);
  ICSR = kPendStSet;
  print("icsr %x\n", ICSR_READ);
  ICSR = kPendSvClr;
  print("icsr %x\n", ICSR_READ);
  ICSR = kPendStClr;
  print("icsr %x\n", ICSR_READ);
  NVIC_ISPR = 0x80000000u;
  print("icsr %x\n", ICSR_READ);
  NVIC_ISPR = 0x00000001u;
  print("icsr %x\n", ICSR_READ);
  ICSR = kPendSvSet | kPendStSet;
  print("icsr %x\n", ICSR_READ);
  __asm volatile("cpsie i\n\tisb");
  print("icsr %x\n", ICSR_READ);
  ICSR = kNmiPendSet;
  BARRIER();
}

#ifndef __ARM_ARCH_6M__
extern void (*const vectors[48])(void);
static void (*ram_vectors[64])(void) __attribute__((aligned(256)));
static void moved_svc(void) { print("svc in the moved table, icsr %x\n", ICSR_READ); }
static void moved_irq(void) { print("irq in the moved table, icsr %x\n", ICSR_READ); }

static void relocation(void) {
  for (unsigned i = 0; i < 48; ++i) ram_vectors[i] = vectors[i];
  ram_vectors[11] = moved_svc;
  ram_vectors[16] = moved_irq;
  const uint32_t old = VTOR;
  VTOR = (uint32_t)ram_vectors;
  BARRIER();
  print("vtor %x\n", VTOR);
  __asm volatile("svc 1");
  NVIC_ISPR = 1;
  BARRIER();
  VTOR = (uint32_t)ram_vectors | 0x7Fu;
  print("vtor %x\n", VTOR);
  VTOR = old;
  BARRIER();
  __asm volatile("svc 1");
}

static void pended_by_shcsr(void) {
  __asm volatile("cpsid i");
  SHCSR = 1u << 15;  // SVCALLPENDED
  print("shcsr %x icsr %x\n", SHCSR, ICSR_READ);
  __asm volatile("cpsie i\n\tisb");
  print("shcsr %x\n", SHCSR);
}
#endif

int main(void) {
  identity();
  writable();
  pending();
#ifndef __ARM_ARCH_6M__
  relocation();
  pended_by_shcsr();
#endif
  return 0;
}
