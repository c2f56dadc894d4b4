// What a soft-float compiler cannot say: the FP registers as a whole.
  .syntax unified
  .thumb
  .fpu fpv4-sp-d16
  .text

// fp_fill(base): S0..S31 = base + 0..31
  .global fp_fill
  .thumb_func
  .type fp_fill, %function
fp_fill:
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  adds r1, r0, #\n
  vmov s\n, r1
  .endr
  bx lr
  .size fp_fill, . - fp_fill

// fp_dump(words): S0..S31, FPSCR
  .global fp_dump
  .thumb_func
  .type fp_dump, %function
fp_dump:
  vstmia r0!, {s0-s31}
  vmrs r1, fpscr
  str r1, [r0]
  bx lr
  .size fp_dump, . - fp_dump

// fp_touch(): one FP instruction that changes nothing
  .global fp_touch
  .thumb_func
  .type fp_touch, %function
fp_touch:
  vmov.f32 s0, s0
  bx lr
  .size fp_touch, . - fp_touch

// fp_set_fpscr(value), fp_get_fpscr()
  .global fp_set_fpscr
  .thumb_func
  .type fp_set_fpscr, %function
fp_set_fpscr:
  vmsr fpscr, r0
  bx lr
  .size fp_set_fpscr, . - fp_set_fpscr

  .global fp_get_fpscr
  .thumb_func
  .type fp_get_fpscr, %function
fp_get_fpscr:
  vmrs r0, fpscr
  bx lr
  .size fp_get_fpscr, . - fp_get_fpscr

// fp_load(address), fp_add(), fp_move(): kinds of instructions that an absent FPU refuses
  .global fp_load
  .thumb_func
  .type fp_load, %function
fp_load:
  vldr s1, [r0]
  bx lr
  .size fp_load, . - fp_load

  .global fp_add
  .thumb_func
  .type fp_add, %function
fp_add:
  vadd.f32 s2, s3, s4
  bx lr
  .size fp_add, . - fp_add

  .global fp_move
  .thumb_func
  .type fp_move, %function
fp_move:
  vmov r0, s5
  bx lr
  .size fp_move, . - fp_move
