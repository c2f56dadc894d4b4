// Context switch of the small RTOS: R4-R11 and EXC_RETURN, and S16-S31 where the thread's frame holds FP state.
  .syntax unified
  .thumb
#ifdef RTOS_FP
  .fpu fpv4-sp-d16
#endif
  .text
  .global PendSV_Handler
  .thumb_func
  .type PendSV_Handler, %function
PendSV_Handler:
  mrs r0, psp
#ifdef RTOS_FP
  tst lr, #0x10
  it eq
  vstmdbeq r0!, {s16-s31}
#endif
  stmdb r0!, {r4-r11, lr}
  bl rtos_next
  ldmia r0!, {r4-r11, lr}
#ifdef RTOS_FP
  tst lr, #0x10
  it eq
  vldmiaeq r0!, {s16-s31}
#endif
  msr psp, r0
  bx lr
  .size PendSV_Handler, . - PendSV_Handler

#ifdef RTOS_FP
// fp_work(words, rounds): sums in FP registers that only a right switch keeps
  .global fp_work
  .thumb_func
  .type fp_work, %function
fp_work:
  vpush {s16-s31}
  vldmia r0, {s0-s31}
1:
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
  vadd.f32 s\n, s\n, s31
  .endr
  subs r1, #1
  bne 1b
  vstmia r0, {s0-s31}
  vpop {s16-s31}
  bx lr
  .size fp_work, . - fp_work
#endif
