// AIRCR.PRIGROUP splits a priority into group and subpriority (ARMv7-M ARM B1.5.4); byte access to
// priorities; STIR.
#include "tests/firmware/common/firmware.h"

static char log_text[120];
static unsigned log_length;
static volatile uint32_t pend_in_first;

static void note(char kind, unsigned irq) {
  log_text[log_length++] = kind;
  log_text[log_length++] = (char)('0' + irq % 10);
  log_text[log_length++] = ' ';
}
static void show(const char* title, int value) {
  log_text[log_length] = 0;
  print("%s %d: %s\n", title, value, log_text);
  log_length = 0;
}

void IRQ_Handler(void) {
  const unsigned irq = (READ_SPECIAL(ipsr) & 0x3Fu) - 16;
  note('+', irq);
  if (irq == 1 && pend_in_first != 0) {
    NVIC_ISPR = pend_in_first;
    BARRIER();
  }
  note('-', irq);
}

static void set_group(uint32_t group) {
  AIRCR = 0x05FA0000u | group << 8;
  BARRIER();
}

static void preempts_by_group(void) {
  for (uint32_t group = 0; group < 8; ++group) {
    set_group(group);
    print("AIRCR %x\n", AIRCR);
    set_irq_priority(1, 0xAA);
    set_irq_priority(2, 0x2A);
    set_irq_priority(3, 0x8A);
    set_irq_priority(4, 0xA2);
    set_irq_priority(5, 0xA8);
    pend_in_first = 0x3C;
    NVIC_ISPR = 1u << 1;
    BARRIER();
    show("group", (int)group);
  }
  set_group(0);
  AIRCR = 0x12340700u;  // without the key
  print("AIRCR %x\n", AIRCR);
}

static void by_basepri(void) {
  pend_in_first = 0;
  for (uint32_t group = 0; group < 8; ++group) {
    set_group(group);
    for (unsigned i = 1; i < 8; ++i) set_irq_priority(i, i * 0x11);
    WRITE_SPECIAL(basepri, 0x34);
    NVIC_ISPR = 0xFEu;
    BARRIER();
    note('m', group);
    WRITE_SPECIAL(basepri, 0);
    BARRIER();
    show("basepri 0x34 in group", (int)group);
  }
  set_group(0);
}

static void narrow_access(void) {
  REG8(0xE000E40Bu) = 0x5A;
  REG8(0xE000E409u) = 0xC3;
  print("IPR2 %x byte %x half %x\n", NVIC_IPR(2), (uint32_t)REG8(0xE000E40Bu),
        (uint32_t)REG16(0xE000E40Au));
  REG16(0xE000E408u) = 0x1122;
  print("IPR2 %x\n", NVIC_IPR(2));
  REG8(0xE000ED23u) = 0x40;
  REG8(0xE000ED22u) = 0x60;
  print("SHPR3 %x SHPR1 %x\n", SHPR3, REG(0xE000ED18u));
  SHPR3 = 0;
}

static void software_trigger(void) {
  for (unsigned i = 0; i < 8; ++i) set_irq_priority(i, 0x80);
  STIR = 6;
  BARRIER();
  STIR = 3;
  BARRIER();
  show("stir", 0);
  WRITE_SPECIAL(primask, 1);
  STIR = 7;
  STIR = 2;
  print("pending %x\n", NVIC_ISPR);
  WRITE_SPECIAL(primask, 0);
  show("stir", 1);
}

int main(void) {
  NVIC_ISER = 0xFFFFFFFFu;
  preempts_by_group();
  by_basepri();
  narrow_access();
  software_trigger();
  return 0;
}
