// Functions for `mcost call`, in a firmware whose application waits for a camera that never comes.
#include <stdint.h>

#define WORD(address) (*(volatile uint32_t*)(address))

void reset(void);
static void handle_fault(void);
static void count_tick(void);

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    (void (*)(void))0x20004000, reset, handle_fault, handle_fault, [15] = count_tick,
};

volatile uint32_t ticks;
uint32_t gain;
uint8_t arena[256] __attribute__((aligned(32)));
static uint32_t calls;

static void handle_fault(void) {
  for (;;) {
  }
}

static void count_tick(void) { ticks++; }

void board_init(void) {
  gain = 3;
  ticks = 0;
}

__attribute__((noinline)) void wait_for_camera(void) {
  for (;;) __asm__ volatile("wfi");
}

int main(void) {
  board_init();
  wait_for_camera();
  return 0;
}

void reset(void) {
  WORD(0xE000ED88) |= 15u << 20;  // CPACR: the FPU on
  main();
}

int add(int a, int b) { return a + b; }
unsigned gained(unsigned value) { return gain * value; }
void set_gain(void) { gain = 100; }
void more_gain(void) { gain++; }
unsigned count(void) { return ++calls; }

int digits(int a, int b, int c, int d, int e, int f, int g) {
  return ((((((a * 10 + b) * 10 + c) * 10 + d) * 10 + e) * 10 + f) * 10 + g);
}

// R0, R2 and R3, then the stack, at a multiple of 8.
int64_t wide(int a, int64_t b, int c, int64_t d) { return (b - a) * c + d; }

// S0, D1, S1 (what D1 left free), then R0.
double mixed(float a, double b, float c, int d) { return (double)a + b * (double)c + d; }
float half(float x) { return x * 0.5f; }

// Ten singles: S0 to S9; soft: R0 to R3 and the stack.
float last(float a, float b, float c, float d, float e, float f, float g, float h, float i,
           float j) {
  return a + b + c + d + e + f + g + h + i * 10.0f + j * 100.0f;
}

void reverse(const uint8_t* from, int size, uint8_t* to) {
  for (int i = 0; i < size; i++) to[i] = from[size - 1 - i];
}

void double_all(uint8_t* bytes, int size) {
  for (int i = 0; i < size; i++) bytes[i] = (uint8_t)(2 * bytes[i]);
}

unsigned length(const char* text) {
  unsigned size = 0;
  while (text[size] != 0) size++;
  return size;
}

const char* version(void) { return "1.2"; }
uint32_t* address_of_gain(void) { return &gain; }
int apply(int (*function)(int, int), int a, int b) { return function(a, b); }

struct pair {
  int first, second;
};
struct pair make_pair(int first, int second) { return (struct pair){first, second}; }
int sum_of_pair(struct pair p) { return p.first + p.second; }

void spin(void) {
  for (;;) ticks = ticks + 1;
}
void give_up(void) {
  for (;;) {
  }
}
void write_nowhere(void) { WORD(0x60000000) = 1; }
void restart(void) { WORD(0xE000ED0C) = 0x05FA0004; }

void leave(int code) {
  static uint32_t block[2];
  block[0] = 0x20026;
  block[1] = (uint32_t)code;
  register uint32_t operation __asm__("r0") = 0x20;
  register void* argument __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
}

int recurse(int depth) {
  volatile int frame[16];
  frame[0] = depth;
  return recurse(depth + 1) + frame[0];
}

// SysTick every 200 cycles while it works.
unsigned work(unsigned rounds) {
  WORD(0xE000E014) = 199;
  WORD(0xE000E018) = 0;
  WORD(0xE000E010) = 7;
  for (unsigned i = 0; i < rounds; i++) __asm__ volatile("nop");
  WORD(0xE000E010) = 0;
  return ticks;
}
