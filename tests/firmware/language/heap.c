// Heap, sorting, strings, setjmp.
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kBlocks = 24 };

static uint32_t seed = 12345;
static uint32_t random_number(void) {
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}

static void heap(void) {
  unsigned char* blocks[kBlocks] = {0};
  size_t sizes[kBlocks] = {0};
  uint32_t sum = 0;
  for (int round = 0; round < 400; ++round) {
    const unsigned slot = random_number() % kBlocks;
    for (size_t i = 0; i < sizes[slot]; ++i) sum = sum * 31 + blocks[slot][i];
    const size_t size = random_number() % 120;
    if (size < 20) {
      free(blocks[slot]);
      blocks[slot] = 0;
      sizes[slot] = 0;
      continue;
    }
    unsigned char* moved = realloc(blocks[slot], size);
    if (moved == 0) {
      printf("out of memory\n");
      return;
    }
    blocks[slot] = moved;
    for (size_t i = sizes[slot]; i < size; ++i) moved[i] = (unsigned char)(i + slot);
    sizes[slot] = size;
  }
  for (unsigned i = 0; i < kBlocks; ++i) free(blocks[i]);
  unsigned* zeros = calloc(50, sizeof *zeros);
  unsigned any = 0;
  for (int i = 0; i < 50; ++i) any |= zeros[i];
  free(zeros);
  printf("heap %lx calloc %u\n", (unsigned long)sum, any);
  volatile size_t more_than_there_is = 0xFFFFFF00u;
  void* huge = malloc(more_than_there_is);
  printf("huge %s\n", huge == 0 ? "refused" : "given");
}

static int compare(const void* a, const void* b) {
  const int left = *(const int*)a, right = *(const int*)b;
  return (left > right) - (left < right);
}

static void sorting(void) {
  int values[100];
  for (int i = 0; i < 100; ++i) values[i] = (int)(random_number() % 1000);
  qsort(values, 100, sizeof *values, compare);
  for (int i = 0; i < 100; i += 9) printf("%d ", values[i]);
  const int key = values[37];
  const int* found = bsearch(&key, values, 100, sizeof *values, compare);
  printf("found %d\n", found != 0 && *found == key);
}

static jmp_buf target;
__attribute__((noinline)) static void deep(int level) {
  volatile int local = level;
  if (level == 0) longjmp(target, 77);
  if (local > 0) deep(local - 1);
}

static void jumps(void) {
  volatile int count = 0;
  const int value = setjmp(target);
  ++count;
  if (value == 0) deep(20);
  printf("setjmp %d count %d\n", value, count);
}

static void strings(void) {
  char text[64] = "alpha,beta;gamma delta";
  for (char* word = strtok(text, ",; "); word != 0; word = strtok(0, ",; ")) printf("<%s>", word);
  printf(" %ld %lx %.3f\n", strtol("-123abc", 0, 10), strtoul("7fff", 0, 16), strtod("2.5e1", 0));
  char copy[32];
  memset(copy, 'x', sizeof copy);
  memmove(copy + 3, "overlapping", 12);
  memmove(copy + 5, copy + 3, 12);
  copy[20] = 0;
  printf("%s %d %s %u\n", copy + 5, strcmp("abc", "abd") < 0, strstr("needle in hay", "in"),
         (unsigned)strlen("length"));
  printf("%d %d\n", memcmp("aab", "aac", 3) < 0, abs(atoi("-99")));
}

int main(void) {
  heap();
  sorting();
  jumps();
  strings();
  return 0;
}
