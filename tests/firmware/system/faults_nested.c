// Faults inside handlers, SVC where it cannot run, BKPT without a debugger: all escalate (ARMv7-M
// ARM B1.5.14).
#include "tests/firmware/common/firmware.h"

static volatile int trigger;

static void provoke(void) {
  switch (trigger) {
    case 0: __asm volatile("udf #9"); break;
    case 1: __asm volatile("svc 9\n\tnop"); break;
    case 2: __asm volatile("ldr r0, [%0]" ::"r"(0x68000000u) : "r0"); break;
    case 3: __asm volatile("bkpt #1"); break;
    default: break;
  }
}

void SVC_Handler(void) {
  print("svc handler, SHCSR %x ICSR %x\n", SHCSR, ICSR);
  provoke();
}
void IRQ_Handler(void) {
  print("irq handler\n");
  provoke();
}
void NMI_Handler(void) { print("nmi handler, ICSR %x\n", ICSR); }

// An SVC that escalates returns behind itself (ARMv7-M ARM B1.5.6), so the handler then skips the
// NOP.
static void from_svc(void) {
  for (trigger = 0; trigger < 3; ++trigger) {
    print("-- in SVCall %d\n", trigger);
    __asm volatile("svc 1");
  }
}

static void masked(void) {
  print("-- svc under PRIMASK\n");
  __asm volatile("cpsid i\n\tsvc 2\n\tnop\n\tcpsie i\n\tisb");
  print("-- svc under BASEPRI\n");
  SHPR2 = 0x80000000u;
  WRITE_SPECIAL(basepri, 0x40);
  __asm volatile("svc 3\n\tnop");
  print("-- udf under BASEPRI\n");
  REG(0xE000ED18u) = 0x00800000u;
  __asm volatile("udf #4");
  REG(0xE000ED18u) = 0;
  WRITE_SPECIAL(basepri, 0);
  print("-- udf under PRIMASK\n");
  __asm volatile("cpsid i\n\tudf #5\n\tcpsie i\n\tisb");
}

int main(void) {
  print("-- bkpt without debugger\n");
  trigger = 3;
  provoke();
  DEMCR = 1u << 16;  // MON_EN
  trigger = 9;
  SHCSR |= kUsgFaultEna | kBusFaultEna;
  print("== enabled\n");
  from_svc();  // equal priorities: cannot preempt
  SHPR2 = 0xC0000000u;
  print("== SVCall below the faults\n");
  from_svc();
  masked();
  SHCSR = 0;
  print("== disabled\n");
  from_svc();
  set_irq_priority(0, 0x40);
  NVIC_ISER = 1;
  trigger = 0;
  print("-- in an interrupt\n");
  NVIC_ISPR = 1;
  BARRIER();
  print("-- nmi\n");
  ICSR = kNmiPendSet;
  BARRIER();
  print("faults %d\n", (int)fault_count);
  return 0;
}
