// A small preemptive RTOS: SysTick slices, PendSV switches, priorities, a mutex, a queue, FP
// context. The order in which threads run depends on time and is not printed; what they compute
// does not.
#include "tests/firmware/common/firmware.h"

enum { kThreads = 5, kStackWords = 256, kQueue = 4 };

struct Thread {
  uint32_t* sp;
  volatile int state;  // 0 ready, 1 ended
};

static uint32_t stacks[kThreads][kStackWords] __attribute__((aligned(8)));
static struct Thread threads[kThreads];
static volatile unsigned current;
static volatile unsigned slices, preemptions;
static volatile int mutex;
static volatile uint32_t shared, shared_count;
static volatile uint32_t queue[kQueue];
static volatile unsigned queue_head, queue_tail;
static uint32_t results[kThreads];

uint32_t* rtos_next(uint32_t* sp);
uint32_t* rtos_next(uint32_t* sp) {
  threads[current].sp = sp;
  unsigned next = current;
  for (unsigned i = 0; i < kThreads; ++i) {
    next = next + 1 == kThreads ? 0 : next + 1;
    if (threads[next].state == 0) break;
  }
  if (next != current) ++preemptions;
  current = next;
  return threads[next].sp;
}

void SysTick_Handler(void) {
  ++slices;
  ICSR = kPendSvSet;
}

static void yield(void) {
  ICSR = kPendSvSet;
  BARRIER();
}
static int try_lock(void) {
  int held;
  uint32_t failed;
  do {
    __asm volatile("ldrex %0, [%1]" : "=r"(held) : "r"(&mutex) : "memory");
    if (held) {
      __asm volatile("clrex");
      return 0;
    }
    __asm volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(1), "r"(&mutex) : "memory");
  } while (failed);
  __asm volatile("dmb" ::: "memory");
  return 1;
}
static void lock(void) {
  while (!try_lock()) yield();
}
static void unlock(void) {
  __asm volatile("dmb" ::: "memory");
  mutex = 0;
}

#ifdef RTOS_FP
void fp_work(uint32_t* words, uint32_t rounds);
static uint32_t compute_fp(unsigned id) {
  uint32_t words[32];
  for (unsigned i = 0; i < 32; ++i) words[i] = 0x3F800000u + (id << 20) + (i << 16);
  words[31] = 0x3F000000u;
  for (int i = 0; i < 40; ++i) {
    fp_work(words, 50);
    if (id == 1) yield();
  }
  uint32_t sum = 0;
  for (unsigned i = 0; i < 32; ++i) sum = sum * 31 + words[i];
  return sum;
}
#endif

static uint32_t compute(unsigned id) {
  uint32_t value = id * 0x9E3779B9u;
  for (int i = 0; i < 20000; ++i) {
    value = value * 1664525u + 1013904223u;
    value ^= value >> 13;
  }
  return value;
}

static void end_thread(uint32_t result) {
  results[current] = result;
  threads[current].state = 1;
  for (;;) yield();
}

static void worker(unsigned id) {
  uint32_t value = compute(id);
#ifdef RTOS_FP
  value ^= compute_fp(id);
#endif
  for (int i = 0; i < 200; ++i) {
    lock();
    const uint32_t seen = shared;
    if (i % 16 == 0) yield();  // while holding it
    shared = seen + id;
    ++shared_count;
    unlock();
  }
  while (slices < 4) compute(id);  // however fast the machine is, it is preempted
  end_thread(value);
}
static void producer(unsigned id) {
  for (uint32_t i = 1; i <= 300; ++i) {
    while (queue_head - queue_tail == kQueue) yield();
    queue[queue_head % kQueue] = i * 7;
    __asm volatile("dmb" ::: "memory");
    ++queue_head;
  }
  end_thread(compute(id));
}
static void consumer(unsigned id) {
  uint32_t sum = 0;
  for (uint32_t i = 1; i <= 300; ++i) {
    while (queue_head == queue_tail) yield();
    const uint32_t value = queue[queue_tail % kQueue];
    __asm volatile("dmb" ::: "memory");
    ++queue_tail;
    sum = sum * 3 + value + id;
  }
  end_thread(sum);
}

static void main_thread(unsigned id) {
  int alive = 1;
  while (alive) {
    alive = 0;
    for (unsigned i = 0; i < kThreads; ++i) alive |= i != id && threads[i].state == 0;
    yield();
  }
  SYST_CSR = 0;
  for (unsigned i = 1; i < kThreads; ++i) print("thread %d: %x\n", (int)i, results[i]);
  print("shared %x count %d queue %d\n", shared, (int)shared_count, (int)queue_head);
  print("sliced %d switched %d\n", slices > 3, preemptions > 10);
  finish(0);
}

// EXC_RETURN has bits that differ between implementations: the one of a first exception says which.
static volatile uint32_t first_exc_return __attribute__((used));
__attribute__((naked)) void SVC_Handler(void) {
  __asm volatile("ldr r0, =first_exc_return\n\tstr lr, [r0]\n\tbx lr\n\t.ltorg");
}

int main(void) {
  static void (*const kEntries[kThreads])(unsigned) = {main_thread, worker, worker, producer,
                                                       consumer};
#ifdef RTOS_FP
  CPACR |= 0xF00000u;
  BARRIER();
#endif
  __asm volatile("svc 0" ::: "r0", "r1", "r2", "r3", "r12", "memory");
  for (unsigned i = 0; i < kThreads; ++i) {
    struct Frame* frame = (struct Frame*)&stacks[i][kStackWords - 8];
    frame->r0 = i;
    frame->pc = (uint32_t)kEntries[i] & ~1u;
    frame->xpsr = 1u << 24;
    threads[i].sp = (uint32_t*)frame - 9;
    threads[i].sp[8] = first_exc_return | 0x14u;  // process stack, basic frame
  }
  SHPR3 = 0xFFFF0000u;
  WRITE_SPECIAL(psp, (uint32_t)&stacks[0][kStackWords]);
  WRITE_SPECIAL(control, 2);
  SYST_RVR = 9999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  main_thread(0);
  return 1;
}
