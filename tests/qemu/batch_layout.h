/* What the generator of batches and the firmware that runs them must agree on. C and C++. */
#ifndef TESTS_QEMU_BATCH_LAYOUT_H
#define TESTS_QEMU_BATCH_LAYOUT_H

/* Registers of a snippet whose values the table gives; the others are random. */
#define BATCH_PINS 6

/* Bits of a snippet's options; 31:27 and 19:16 are the APSR it starts with. */
#define BATCH_USAGE_FAULT (1u << 0)
#define BATCH_BUS_FAULT (1u << 1)
#define BATCH_DIV_0_TRP (3u << 2)
#define BATCH_UNALIGN_TRP (3u << 4)
#define BATCH_UNPRIVILEGED (3u << 6)
#define BATCH_BASEPRI (7u << 8)
#define BATCH_FPSCR (3u << 11)

#endif /* TESTS_QEMU_BATCH_LAYOUT_H */
