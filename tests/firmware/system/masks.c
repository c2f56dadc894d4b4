// PRIMASK, FAULTMASK, BASEPRI and BASEPRI_MAX: what they hold back, and what clears them (ARMv7-M
// ARM B1.4.3, B1.5.4).
#include "tests/firmware/common/firmware.h"

static char log_text[120];
static unsigned log_length;
static volatile int raise_faultmask;

static void note(char kind) {
  log_text[log_length++] = kind;
  log_text[log_length++] = ' ';
}
static void show(const char* title) {
  log_text[log_length] = 0;
  print("%s: %s\n", title, log_text);
  log_length = 0;
}
void IRQ_Handler(void) {
  note((char)('0' + ((READ_SPECIAL(ipsr) & 0x3Fu) - 16)));
#ifndef __ARM_ARCH_6M__
  if (raise_faultmask) {
    WRITE_SPECIAL(faultmask, 1);
    print("in handler faultmask %x\n", READ_SPECIAL(faultmask));
  }
#endif
}
void NMI_Handler(void) { note('N'); }
void SVC_Handler(void) { note('S'); }
void PendSV_Handler(void) { note('P'); }

static void pend_all(void) {
  NVIC_ISPR = 0xFu;
  BARRIER();
  ICSR = kPendSvSet;
  BARRIER();
  ICSR = kNmiPendSet;
  BARRIER();
  note('|');
}

static void primask(void) {
  print("primask %x\n", READ_SPECIAL(primask));
  __asm volatile("cpsid i");
  print("primask %x\n", READ_SPECIAL(primask));
  pend_all();
  __asm volatile("cpsie i\n\tisb");
  show("primask");
  WRITE_SPECIAL(primask, 0xFFFFFFFEu);
  print("primask %x\n", READ_SPECIAL(primask));
  WRITE_SPECIAL(primask, 0xFFFFFFFFu);
  print("primask %x\n", READ_SPECIAL(primask));
  WRITE_SPECIAL(primask, 0);
}

#ifndef __ARM_ARCH_6M__
static void faultmask(void) {
  __asm volatile("cpsid f");
  print("faultmask %x primask %x\n", READ_SPECIAL(faultmask), READ_SPECIAL(primask));
  pend_all();
  __asm volatile("cpsie f\n\tisb");
  show("faultmask");
  WRITE_SPECIAL(faultmask, 1);
  print("faultmask %x\n", READ_SPECIAL(faultmask));
  __asm volatile("cpsie f\n\tisb");
  raise_faultmask = 1;
  NVIC_ISPR = 1u;
  BARRIER();
  raise_faultmask = 0;
  print("after return faultmask %x\n", READ_SPECIAL(faultmask));
  show("handler");
  __asm volatile("cpsid if");
  print("faultmask %x primask %x\n", READ_SPECIAL(faultmask), READ_SPECIAL(primask));
  __asm volatile("cpsie if\n\tisb");
  print("faultmask %x primask %x\n", READ_SPECIAL(faultmask), READ_SPECIAL(primask));
}

static void basepri(void) {
  for (uint32_t level = 0; level <= 0x100; level += 0x20) {
    WRITE_SPECIAL(basepri, level);
    print("basepri %x\n", READ_SPECIAL(basepri));
    pend_all();
    WRITE_SPECIAL(basepri, 0);
    BARRIER();
    show("basepri");
  }
  WRITE_SPECIAL(basepri_max, 0x80);
  print("basepri %x\n", READ_SPECIAL(basepri));
  WRITE_SPECIAL(basepri_max, 0xA0);
  print("basepri %x\n", READ_SPECIAL(basepri));
  WRITE_SPECIAL(basepri_max, 0x40);
  print("basepri %x max %x\n", READ_SPECIAL(basepri), READ_SPECIAL(basepri_max));
  WRITE_SPECIAL(basepri_max, 0);
  print("basepri %x\n", READ_SPECIAL(basepri));
  WRITE_SPECIAL(basepri, 0);
}
#endif

int main(void) {
  SHPR2 = 0x40000000u;  // SVCall
  SHPR3 = 0x00C00000u;  // PendSV
  set_irq_priority(0, 0x40);
  set_irq_priority(1, 0x00);
  set_irq_priority(2, 0x80);
  set_irq_priority(3, 0xC0);
  NVIC_ISER = 0xFu;
  pend_all();
  show("open");
  primask();
#ifndef __ARM_ARCH_6M__
  faultmask();
  basepri();
#endif
  __asm volatile("svc 3");
  show("svc");
  return 0;
}
