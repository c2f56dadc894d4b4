// Stands in for TensorFlow Lite Micro's header of this name in the test of mcost_tflm.h: the
// interface as its documentation describes it, and nothing else of it.
#ifndef TFLM_TEST_MICRO_PROFILER_INTERFACE_H
#define TFLM_TEST_MICRO_PROFILER_INTERFACE_H

#include <stdint.h>

namespace tflite {

class MicroProfilerInterface {
 public:
  virtual ~MicroProfilerInterface() = default;
  /// Returns what EndEvent wants back.
  virtual uint32_t BeginEvent(const char* tag) = 0;
  virtual void EndEvent(uint32_t event_handle) = 0;
};

}  // namespace tflite

#endif  // TFLM_TEST_MICRO_PROFILER_INTERFACE_H
