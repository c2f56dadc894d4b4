// A graph of operators as an interpreter runs it: every operator is a profiling event. Some events
// nest, some never end, some tags are no text.

#include "mcost_tflm.h"

// What the C++ library would have: tables of virtual functions name it, nothing ever calls it.
void operator delete(void*) noexcept {}
void operator delete(void*, unsigned) noexcept {}
extern "C" void __cxa_pure_virtual() {
  for (;;) {
  }
}

namespace {

volatile int sink;

/// Ends its event in its destructor, as TFLM's ScopedMicroProfiler does.
class ScopedEvent {
 public:
  ScopedEvent(const char* tag, tflite::MicroProfilerInterface* profiler)
      : profiler_(profiler), handle_(profiler->BeginEvent(tag)) {}
  ~ScopedEvent() { profiler_->EndEvent(handle_); }
  ScopedEvent(const ScopedEvent&) = delete;
  ScopedEvent& operator=(const ScopedEvent&) = delete;

 private:
  tflite::MicroProfilerInterface* profiler_;
  uint32_t handle_;
};

__attribute__((noinline)) void work(int rounds) {
  for (int i = 0; i < rounds; i++) sink = i;
}

struct Operator {
  const char* tag;
  int rounds;
};

// A tag of 65 characters, one that is not printable, an empty one, and none.
const Operator kGraph[] = {
    {"CONV_2D", 20},
    {"DEPTHWISE_CONV_2D", 10},
    {"CONV_2D", 20},
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef!", 5},
    {"tab\there \xC3\xA9", 5},
    {"", 5},
    {nullptr, 5},
};

__attribute__((noinline)) void invoke(tflite::MicroProfilerInterface* profiler) {
  for (const Operator& op : kGraph) {
    const ScopedEvent event(op.tag, profiler);
    work(op.rounds);
  }
}

/// An operator whose body is a graph of its own.
__attribute__((noinline)) void invoke_nested(tflite::MicroProfilerInterface* profiler) {
  const ScopedEvent event("WHILE", profiler);
  for (int i = 0; i < 3; i++) {
    const ScopedEvent inner("ADD", profiler);
    work(4);
  }
}

/// The type is known here, so compilers may inline the events.
__attribute__((noinline)) void invoke_inlined() {
  mcost::TflmProfiler own;
  const uint32_t handle = own.BeginEvent("SOFTMAX");
  work(6);
  own.EndEvent(handle);
}

}  // namespace

extern "C" int main() {
  mcost::TflmProfiler profiler;
  tflite::MicroProfilerInterface* volatile hidden = &profiler;  // calls stay virtual
  tflite::MicroProfilerInterface* const known = hidden;
  for (int i = 0; i < 2; i++) invoke(known);
  invoke_nested(known);
  invoke_inlined();
  known->EndEvent(known->BeginEvent("PAIR"));
  known->EndEvent(static_cast<uint32_t>(reinterpret_cast<uintptr_t>("STRAY")));  // never began
  const ScopedEvent outer("OUTER", known);
  known->BeginEvent("LEFT");  // ends with OUTER
  work(2);
  return 0;
}
