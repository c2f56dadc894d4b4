// What every test program here shares: registers by their architectural names, a console on
// semihosting, and a fault handler that prints and resumes. Programs print text that depends on the
// image and the architecture only, so that two simulators with the same memory map must print the
// same.
#ifndef TESTS_FIRMWARE_COMMON_FIRMWARE_H
#define TESTS_FIRMWARE_COMMON_FIRMWARE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REG(address) (*(volatile uint32_t*)(address))
#define REG8(address) (*(volatile uint8_t*)(address))
#define REG16(address) (*(volatile uint16_t*)(address))

#define ICTR REG(0xE000E004u)
#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER REG(0xE000E100u)
#define NVIC_ICER REG(0xE000E180u)
#define NVIC_ISPR REG(0xE000E200u)
#define NVIC_ICPR REG(0xE000E280u)
#define NVIC_IABR REG(0xE000E300u)
#define NVIC_IPR(n) REG(0xE000E400u + 4u * (n))
#define CPUID REG(0xE000ED00u)
#define ICSR REG(0xE000ED04u)
#define VTOR REG(0xE000ED08u)
#define AIRCR REG(0xE000ED0Cu)
#define SCR REG(0xE000ED10u)
#define CCR REG(0xE000ED14u)
#define SHPR2 REG(0xE000ED1Cu)
#define SHPR3 REG(0xE000ED20u)
#define SHCSR REG(0xE000ED24u)
#define CFSR REG(0xE000ED28u)
#define HFSR REG(0xE000ED2Cu)
#define DFSR REG(0xE000ED30u)
#define MMFAR REG(0xE000ED34u)
#define BFAR REG(0xE000ED38u)
#define CPACR REG(0xE000ED88u)
#define MPU_TYPE REG(0xE000ED90u)
#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
#define MPU_RLAR REG(0xE000EDA0u)
#define MPU_MAIR0 REG(0xE000EDC0u)
#define MPU_MAIR1 REG(0xE000EDC4u)
#define DEMCR REG(0xE000EDFCu)
#define STIR REG(0xE000EF00u)
#define FPCCR REG(0xE000EF34u)
#define FPCAR REG(0xE000EF38u)
#define FPDSCR REG(0xE000EF3Cu)

#ifdef __ARM_ARCH_6M__
#define ICSR_READ (ICSR & ~0x800u)  // no RETTOBASE in ARMv6-M
#else
#define ICSR_READ ICSR
#endif

enum {
  kPendStSet = 1u << 26,
  kPendStClr = 1u << 25,
  kPendSvSet = 1u << 28,
  kPendSvClr = 1u << 27,
  kNmiPendSet = 1u << 31,
  kMemFaultEna = 1u << 16,
  kBusFaultEna = 1u << 17,
  kUsgFaultEna = 1u << 18,
};

// An interrupt's priority byte; byte writes are v7-M only.
static inline void set_irq_priority(unsigned irq, uint32_t priority) {
  const unsigned shift = 8u * (irq & 3u);
  NVIC_IPR(irq / 4) = (NVIC_IPR(irq / 4) & ~(0xFFu << shift)) | priority << shift;
}

#define BARRIER() __asm volatile("dsb\n\tisb" ::: "memory")

#define READ_SPECIAL(name)                                     \
  ({                                                           \
    uint32_t value_;                                           \
    __asm volatile("mrs %0, " #name : "=r"(value_)::"memory"); \
    value_;                                                    \
  })
#define WRITE_SPECIAL(name, value) \
  __asm volatile("msr " #name ", %0\n\tisb" ::"r"((uint32_t)(value)) : "memory")

// %x is eight hexadecimal digits, %d a signed decimal, %s a string, %c a character.
void print(const char* format, ...);
__attribute__((noreturn)) void finish(int code);

struct Frame {
  uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

// What the shared fault handlers do after printing.
enum FaultResume { kSkipInstruction, kReturnToLr };
extern volatile enum FaultResume fault_resume;
extern volatile uint32_t fault_count;
// Prints and resumes as above; reached from the fault handlers of common/faults.c.
void fault_entry(struct Frame* frame, uint32_t exc_return);
void print_fault_status(void);

int main(void);

#ifdef __cplusplus
}
#endif

#endif  // TESTS_FIRMWARE_COMMON_FIRMWARE_H
