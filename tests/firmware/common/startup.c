// Vector table and reset. Programs of the C library continue in its own crt0 (FIRMWARE_LIBC), bare
// ones here.
#include "tests/firmware/common/firmware.h"

extern uint32_t __stack_top[], __data_start__[], __data_end__[], __data_load__[], __bss_start__[],
    __bss_end__[];

__attribute__((noreturn)) void Reset_Handler(void);

#ifdef FIRMWARE_LIBC
__attribute__((noreturn)) void _start(void);
#define UNEXPECTED_CODE 99
static __attribute__((noreturn)) void unexpected(void) {
  static const char kText[] = "unexpected exception\n";
  static uint32_t exit_block[2] = {0x20026u, UNEXPECTED_CODE};
  register uint32_t r0 __asm("r0") = 4;
  register const void* r1 __asm("r1") = kText;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  r0 = 0x20;
  r1 = exit_block;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  for (;;) {
  }
}
#else
static __attribute__((noreturn)) void unexpected(void) {
  print("unexpected exception %d\n", (int)(READ_SPECIAL(ipsr) & 0x1FFu));
  finish(99);
}
#endif

void Default_Handler(void);
void Default_Handler(void) { unexpected(); }

#define WEAK __attribute__((weak, alias("Default_Handler")))
void NMI_Handler(void) WEAK;
void HardFault_Handler(void) WEAK;
void MemManage_Handler(void) WEAK;
void BusFault_Handler(void) WEAK;
void UsageFault_Handler(void) WEAK;
void SVC_Handler(void) WEAK;
void DebugMon_Handler(void) WEAK;
void PendSV_Handler(void) WEAK;
void SysTick_Handler(void) WEAK;
void IRQ_Handler(void) WEAK;  // all 32 interrupts; IPSR tells which

#define FOUR_IRQS IRQ_Handler, IRQ_Handler, IRQ_Handler, IRQ_Handler

typedef void (*Vector)(void);
__attribute__((section(".vectors"), used)) const Vector vectors[48] = {(Vector)(void*)__stack_top,
                                                                       Reset_Handler,
                                                                       NMI_Handler,
                                                                       HardFault_Handler,
                                                                       MemManage_Handler,
                                                                       BusFault_Handler,
                                                                       UsageFault_Handler,
                                                                       Default_Handler,
                                                                       Default_Handler,
                                                                       Default_Handler,
                                                                       Default_Handler,
                                                                       SVC_Handler,
                                                                       DebugMon_Handler,
                                                                       Default_Handler,
                                                                       PendSV_Handler,
                                                                       SysTick_Handler,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS,
                                                                       FOUR_IRQS};

void Reset_Handler(void) {
  const volatile uint32_t* from = __data_load__;
  for (volatile uint32_t* to = __data_start__; to < (volatile uint32_t*)__data_end__; ++to)
    *to = *from++;
#ifdef __ARM_FP
  CPACR |= 0xF00000u;
  BARRIER();
#endif
#ifdef FIRMWARE_LIBC
  _start();
#else
  for (volatile uint32_t* to = __bss_start__; to < (volatile uint32_t*)__bss_end__; ++to) *to = 0;
  finish(main());
#endif
}
