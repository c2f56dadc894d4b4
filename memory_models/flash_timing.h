// What the registers of a flash controller set of a flash's timing, whatever stands in front of the
// array. Each model takes what it has a use for. Depends on nothing.
#pragma once

#include <cstdint>

namespace mcost::memory {

struct FlashSettings {
  std::uint32_t wait_states = 0;
  bool prefetch = false;  // of the next array word
  bool icache = false;    // of instructions; a unified cache goes by this alone
  bool dcache = false;
  friend bool operator==(const FlashSettings&, const FlashSettings&) = default;
};

class FlashTiming {
 public:
  virtual ~FlashTiming() = default;
  [[nodiscard]] virtual FlashSettings settings() const = 0;
  /// The engine must drop its variants after this and the others. What the model lacks stays off.
  virtual void set(const FlashSettings& settings) = 0;
  virtual void clear_icache() {}
  virtual void clear_dcache() {}
};

}  // namespace mcost::memory
