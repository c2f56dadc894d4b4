// mcost_tflm.h - layers from the profiling events of TensorFlow Lite Micro. C++11; GCC or Clang; Arm
// or Thumb.
//
//   mcost::TflmProfiler profiler;
//   tflite::MicroInterpreter interpreter(model, resolver, arena, arena_bytes, nullptr, &profiler);
//
// Each event (TFLM makes one for each operator of the graph) is a visit of the layer that its tag
// names; events inside events are layers inside layers. The profiler has no state and needs no
// memory. On the board it does nothing but return: a probe is no instruction, see mcost.h.
//
// Include it where TFLM's headers are found. Who has an interface of the same form, or includes
// TFLM's under another path, includes that first and defines MCOST_TFLM_INTERFACE.

#ifndef MCOST_TFLM_H
#define MCOST_TFLM_H

#include <stdint.h>

#include "mcost.h"

#ifndef MCOST_TFLM_INTERFACE
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#endif

namespace mcost {

/// The handle of an event is the address of its tag, so tags have to stay where they are while
/// their event is open. Those of TFLM are constants.
class TflmProfiler : public tflite::MicroProfilerInterface {
 public:
  uint32_t BeginEvent(const char* tag) override {
    MCOST_LAYER_BEGIN_NAMED(tag, "event", "");
    return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(tag));
  }
  void EndEvent(uint32_t event_handle) override {
    MCOST_LAYER_END_NAMED(reinterpret_cast<const char*>(static_cast<uintptr_t>(event_handle)),
                          "event");
  }
};

}  // namespace mcost

#endif  // MCOST_TFLM_H
