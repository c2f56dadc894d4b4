// All exceptions of a batch: saves what C would change, calls batch_step(), loads the next state and returns to it.
  .syntax unified
  .thumb
#ifdef BATCH_FP
  .fpu fpv4-sp-d16
#endif
  .text
  .balign 4
  .global SVC_Handler, HardFault_Handler, MemManage_Handler, BusFault_Handler, UsageFault_Handler
  .thumb_func
  .type SVC_Handler, %function
SVC_Handler:
  .thumb_func
HardFault_Handler:
  .thumb_func
MemManage_Handler:
  .thumb_func
BusFault_Handler:
  .thumb_func
UsageFault_Handler:
  mrs r0, msp
  ldr r2, =batch_captured
  str r0, [r2]
#ifdef __ARM_ARCH_8M_MAIN__
  mrs r0, msplim
  str r0, [r2, #60]
  mrs r0, psplim
  str r0, [r2, #64]
  movs r0, #0
  msr msplim, r0
  msr psplim, r0
#endif
  ldr r1, =__stack_top
  msr msp, r1
  isb
  mrs r0, psp
  str r0, [r2, #4]
  mov r0, lr
  str r0, [r2, #8]
  adds r2, #12
  stmia r2!, {r4-r7}
  mov r4, r8
  mov r5, r9
  mov r6, r10
  mov r7, r11
  stmia r2!, {r4-r7}
  mrs r4, control
  mrs r5, primask
  movs r6, #0
  movs r7, #0
#ifndef __ARM_ARCH_6M__
  mrs r6, basepri
  mrs r7, faultmask
#endif
  stmia r2!, {r4-r7}
  movs r0, #0
  msr primask, r0
#ifndef __ARM_ARCH_6M__
  msr basepri, r0
#endif
#ifdef BATCH_FP
  ldr r2, =batch_captured + 68
  vstmia r2!, {s0-s31}
  vmrs r0, fpscr
  str r0, [r2]
#endif
  bl batch_step
  ldr r2, =batch_start
  ldr r0, [r2]
  msr psp, r0
  ldr r0, [r2, #8]
  msr control, r0
#ifndef __ARM_ARCH_6M__
  ldr r0, [r2, #44]
  msr basepri, r0
#endif
#ifdef BATCH_FP
  ldr r1, =batch_start + 48
  vldmia r1!, {s0-s31}
  ldr r0, [r1]
  vmsr fpscr, r0
#endif
  ldr r0, [r2, #4]
  mov lr, r0
  adds r2, #28
  ldmia r2!, {r4-r7}
  mov r8, r4
  mov r9, r5
  mov r10, r6
  mov r11, r7
  subs r2, #32
  ldmia r2!, {r4-r7}
  bx lr
  .size SVC_Handler, . - SVC_Handler
