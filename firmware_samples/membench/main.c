// membench: what reads, writes and copies cost in one memory, each as a layer of mcost.
//
// The command line (--args) is `[ADDRESS [WORD NUMBERS]...]`: where the 2 KiB buffer is (its own
// .bss if not given), and
//   write REGISTER VALUE                writes it before anything is measured
//   copy FROM TO                        64 KiB by LDR and STR, more than any cache holds
//   stream|channel DMA RCC BIT          a DMA controller to copy with
//   sdmmc|spi CONTROLLER RCC BIT        through which to read and write an SD card
// A controller is given by its base, the register that enables its clock and the bit in it.
// Read-only memories are measured on `table`, where the linker or --place put it. Each measurement
// runs twice: the first time with an empty data cache, then "again".

#include <stddef.h>
#include <stdint.h>

#include "mcost.h"
#include "membench.h"
#include "runtime.h"

enum { MISMATCH = 1 };

static uint32_t own_buffer[WORDS] __attribute__((aligned(4096)));

// A closed walk through all 64 lines, never to the next one: word 0 of a line holds the offset of
// the line to go to. i -> 37 i + 11 modulo 64 has full period (Hull and Dobell).
#define NEXT(i) (((37u * (i) + 11u) % LINES) * LINE_BYTES)
#define LINE(i) [(i)*LINE_BYTES / 4] = NEXT(i), [(i)*LINE_BYTES / 4 + 1] = ~NEXT(i)
#define LINES4(i) LINE(i), LINE((i) + 1), LINE((i) + 2), LINE((i) + 3)
#define LINES16(i) LINES4(i), LINES4((i) + 4), LINES4((i) + 8), LINES4((i) + 12)
#define WALK \
  { LINES16(0), LINES16(16), LINES16(32), LINES16(48) }
// Twice: single loads find one that no cache has seen.
const uint32_t table[2][WORDS] __attribute__((aligned(4096))) = {WALK, WALK};

#define CPUID (*(volatile uint32_t*)0xe000ed00u)
#define CCSIDR (*(volatile uint32_t*)0xe000ed80u)
#define CSSELR (*(volatile uint32_t*)0xe000ed84u)
#define DCCISW (*(volatile uint32_t*)0xe000ef74u)

/// Writes back and empties the data cache, by set and way. CCR does not say whether it is on: the
/// board's run state may have it so from the start. ARMv7-M ARM B2.2.7, B4.8.
static void empty_data_cache(void) {
  const int is_cortex_m7 = (CPUID & 0xfff0u) == 0xc270u;
  if (!is_cortex_m7) return;
  CSSELR = 0;
  __asm__ volatile("dsb" ::: "memory");
  const uint32_t sets = (CCSIDR >> 13 & 0x7fffu) + 1;
  const uint32_t ways = (CCSIDR >> 3 & 0x3ffu) + 1;
  for (uint32_t set = 0; set < sets; set++) {
    for (uint32_t way = 0; way < ways; way++) DCCISW = set << 5 | way << 30;
  }
  __asm__ volatile("dsb\n\tisb" ::: "memory");
}

static uint32_t sum(const uint32_t* words, int count) {
  uint32_t total = 0;
  for (int i = 0; i < count; i++) total += words[i];
  return total;
}

// A layer around each of two visits. `items` is what the cost is divided by: words, bytes, loads.
#define VISIT(name, items, call)               \
  MCOST_LAYER_BEGIN(name, "op=memory " items); \
  call;                                        \
  MCOST_LAYER_END(name)
#define MEASURE(name, items, call)     \
  do {                                 \
    empty_data_cache();                \
    VISIT(name, items, call);          \
    VISIT(name " again", items, call); \
  } while (0)

static void measure_reads(const uint32_t* from, const uint32_t* unseen) {
  MEASURE("read words", "items=512", read_words(from));
  MEASURE("read multiple", "items=512", read_multiple(from));
  MEASURE("read bytes", "items=512", read_bytes(from));
  MEASURE("read lines", "items=64", read_lines(from));
  MEASURE("pointer chase", "items=64", pointer_chase(from));
  MEASURE("single loads", "items=64", single_loads(unseen));
}

static void measure_writes(uint32_t* to) {
  MEASURE("write words", "items=512", write_words(to));
  MEASURE("write multiple", "items=512", write_multiple(to));
  MEASURE("write bytes", "items=512", write_bytes(to));
}

static void measure_copies(uint32_t* buffer) {
  MEASURE("copy multiple", "items=256", copy_multiple(buffer, buffer + WORDS / 2));
  MEASURE("copy words", "items=256", copy_words(buffer, buffer + WORDS / 2));
  MEASURE("copy bytes", "items=256", copy_bytes(buffer, buffer + WORDS / 2));
}

static void copy_far(const uint32_t* from, uint32_t* to) {
  for (int i = 0; i < FAR_BYTES / (WORDS / 2 * 4); i++) {
    copy_words(from, to);
    from += WORDS / 2;
    to += WORDS / 2;
  }
}

static void start_clock(const struct controller* of) {
  REGISTER(of->clock_register) |= 1u << of->clock_bit;
  (void)REGISTER(of->clock_register);
}

/// Copies as measured; 0 if the halves are equal then.
static int copy_by_dma(const struct controller* dma, uint32_t* buffer) {
  start_clock(dma);
  buffer[WORDS - 1] = 0;
  empty_data_cache();
  VISIT("dma copy", "items=256", dma_copy(dma, buffer, buffer + WORDS / 2, WORDS / 2));
  VISIT("dma copy again", "items=256", dma_copy(dma, buffer, buffer + WORDS / 2, WORDS / 2));
  empty_data_cache();
  return sum(buffer, WORDS / 2) == sum(buffer + WORDS / 2, WORDS / 2) ? 0 : MISMATCH;
}

/// Blocks of 512 bytes; 0 if the card did what it was asked for.
static int use_card(const struct controller* card, uint32_t* buffer) {
  enum { SPI_RATE = 5, SDMMC_RATE = 0 };
  start_clock(card);
  const uint32_t address = start_card(card, card->kind == SPI_CARD ? SPI_RATE : SDMMC_RATE);
  if (address == 0) return MISMATCH;
  int good = 1;
  VISIT("card read", "items=1", good &= read_card(card, buffer, 1));
  VISIT("card read many", "items=8", good &= read_card(card, buffer, 8));
  VISIT("card write", "items=1", good &= write_card(card, address, buffer));
  return good ? 0 : MISMATCH;
}

int main(void) {
  char line[128];
  struct request request = {.buffer = own_buffer};
  if (command_line(line, sizeof line) == 0 && !read_request(line, &request)) {
    print("membench: unknown word in --args\n");
    return MISMATCH;
  }
  uint32_t* const buffer = request.buffer;
  MEASURE("jumps", "items=64", jump_through_lines());
  measure_reads(table[0], table[1]);
  for (int i = 0; i < WORDS; i++) buffer[i] = table[0][i];
  if (pointer_chase(buffer) != 0 || pointer_chase(table[0]) != 0)
    return MISMATCH;  // back at the start
  MCOST_LAYER_BEGIN("buffer", "op=memory");
  measure_reads(buffer, buffer);
  measure_copies(buffer);
  int status = sum(buffer, WORDS / 2) == sum(buffer + WORDS / 2, WORDS / 2) ? 0 : MISMATCH;
  if (request.dma.kind != NO_CONTROLLER) status |= copy_by_dma(&request.dma, buffer);
  measure_writes(buffer);
  if (request.far_to != NULL) {
    MEASURE("copy far", "items=2048", copy_far(request.far_from, request.far_to));
  }
  MCOST_LAYER_END("buffer");
  if (request.card.kind != NO_CONTROLLER) status |= use_card(&request.card, buffer);
  print(status == 0 ? "membench: done\n" : "membench: a copy differs, or no card\n");
  return status;
}
