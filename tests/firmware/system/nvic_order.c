// Order of pended, preempting and tail-chained interrupts (ARMv7-M ARM B1.5.4, B1.5.12; ARMv6-M ARM
// B1.5.4).
#include "tests/firmware/common/firmware.h"

static char log_text[200];
static unsigned log_length;
static void (*volatile action[32])(void);

static void note(char kind, unsigned irq) {
  if (log_length + 4 >= sizeof log_text) return;
  log_text[log_length++] = kind;
  if (irq >= 10) log_text[log_length++] = (char)('0' + irq / 10);
  log_text[log_length++] = (char)('0' + irq % 10);
  log_text[log_length++] = ' ';
}

static void show(const char* title) {
  log_text[log_length] = 0;
  print("%s: %s\n", title, log_text);
  log_length = 0;
}

void IRQ_Handler(void) {
  const unsigned irq = (READ_SPECIAL(ipsr) & 0x3Fu) - 16;
  note('+', irq);
  if (action[irq] != 0) action[irq]();
  note('-', irq);
}
void NMI_Handler(void) { note('N', 2); }
void SVC_Handler(void) { note('S', 1); }
void PendSV_Handler(void) { note('P', 4); }
void SysTick_Handler(void) { note('T', 5); }

static void pend(uint32_t mask) {
  NVIC_ISPR = mask;
  BARRIER();
}
static void pend_2(void) { pend(1u << 2); }
static void pend_4_6_8(void) { pend(1u << 4 | 1u << 6 | 1u << 8); }
static void pend_self(void) {
  const unsigned irq = (READ_SPECIAL(ipsr) & 0x3Fu) - 16;
  action[irq] = 0;
  pend(1u << irq);
}
static void show_active(void) {
  note('a', (unsigned)(NVIC_IABR != 0));
  print("active %x pending %x icsr %x\n", NVIC_IABR, NVIC_ISPR, ICSR_READ);
}
static void pend_7_then_show(void) {
  pend(1u << 7);
  show_active();
}
static void pend_system(void) {
  ICSR = kPendSvSet | kPendStSet;
  BARRIER();
}
static void lower_2_while_active(void) {
  pend(1u << 2);
  set_irq_priority(2, 0x00);
  BARRIER();
}

static void reset_all(void) {
  NVIC_ICER = 0xFFFFFFFFu;
  NVIC_ICPR = 0xFFFFFFFFu;
  for (unsigned i = 0; i < 32; ++i) {
    set_irq_priority(i, 0x80);
    action[i] = 0;
  }
  SHPR2 = 0;
  SHPR3 = 0;
  NVIC_ISER = 0xFFFFFFFFu;
  BARRIER();
}

static void pend_masked(uint32_t mask, const char* title) {
  __asm volatile("cpsid i");
  pend(mask);
  __asm volatile("cpsie i\n\tisb");
  show(title);
}

static void order(void) {
  reset_all();
  pend_masked(0x8000F0F1u, "equal priorities by number");
  for (unsigned i = 0; i < 8; ++i) set_irq_priority(i, (7 - i) * 0x20 & 0xC0);
  pend_masked(0xFF, "by priority");
  reset_all();
  ICSR = kPendSvSet | kPendStSet | kNmiPendSet;
  BARRIER();
  show("system");
  SHPR3 = 0x40C00000u;
  SHPR2 = 0x80000000u;
  __asm volatile("cpsid i");
  ICSR = kPendSvSet | kPendStSet;
  pend(1u << 9);
  ICSR = kNmiPendSet;
  BARRIER();
  note('m', 0);
  __asm volatile("cpsie i\n\tisb");
  show("system by priority");
  __asm volatile("svc 0");
  show("svc");
}

static void preemption(void) {
  reset_all();
  set_irq_priority(3, 0xC0);
  action[3] = pend_2;
  pend(1u << 3);
  show("higher preempts");
  set_irq_priority(2, 0xC0);
  pend(1u << 3);
  show("equal tail-chains");
  action[2] = pend_4_6_8;
  set_irq_priority(6, 0x00);
  pend(1u << 3);
  show("chain of both");
  reset_all();
  action[5] = pend_self;
  pend(1u << 5);
  show("pends itself");
  action[1] = pend_system;
  pend(1u << 1);
  show("system preempts");
  action[1] = pend_system;
  SHPR3 = 0xC0C00000u;
  pend(1u << 1);
  show("system follows");
  action[1] = lower_2_while_active;
  pend(1u << 1);
  show("priority raised while pending");
}

static void pending_and_active(void) {
  reset_all();
  print("enabled %x %x\n", NVIC_ISER, NVIC_ICER);
  NVIC_ICER = 0xF0u;
  BARRIER();
  print("enabled %x %x\n", NVIC_ISER, NVIC_ICER);
  pend(0x30u);
  print("pending %x %x icsr %x\n", NVIC_ISPR, NVIC_ICPR, ICSR_READ);
  NVIC_ICPR = 0x10u;
  BARRIER();
  print("pending %x\n", NVIC_ISPR);
  show("disabled");
  NVIC_ISER = 0x30u;
  BARRIER();
  show("enabled");
  reset_all();
  set_irq_priority(7, 0x00);
  action[6] = pend_7_then_show;
  action[7] = show_active;
  pend(1u << 6);
  show("active bits");
  set_irq_priority(12, 0xFF);
  set_irq_priority(13, 0x7F);
  print("priority bits %x %x %x\n", NVIC_IPR(3), SHPR2, SHPR3);
  SHPR2 = 0xFFFFFFFFu;
  SHPR3 = 0xFFFFFFFFu;
  print("system priorities %x %x\n", SHPR2, SHPR3);
}

int main(void) {
  order();
  preemption();
  pending_and_active();
  return 0;
}
