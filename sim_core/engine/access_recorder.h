// AccessRecorder: which words of RAM a stretch of the run reads and writes, and in which order.
// Tags send the first access of each kind to a word out of line, where it is noted; later ones stay
// inline and cost nothing. Knows nothing of layers or symbols. Depends on bus and base. Invariant:
// tags change where an access is executed, never what it costs: results are the same without.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim_core/base/touched_word.h"
#include "sim_core/base/units.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::engine {

class AccessRecorder {
 public:
  /// Starts recording: arms the tags of all RAM. `bus` must outlive this.
  explicit AccessRecorder(bus::SystemBus& bus);
  AccessRecorder(const AccessRecorder&) = delete;
  AccessRecorder& operator=(const AccessRecorder&) = delete;
  ~AccessRecorder() = default;

  /// Stacks that a store goes to, as a mask: at or above the stack pointer, or a push.
  enum Stack : std::uint8_t { kMainStack = 1, kProcessStack = 2 };
  /// Most stack areas of one machine; others are refused.
  static constexpr std::size_t kMostAreas = 32;
  /// [first, end) of `memory`, in bytes, is where a stack grows down to; the main one may go on
  /// below. Words that firmware writes there below the stack pointer (paint, say) are looked at
  /// again, so that a push to them is seen in the same stretch.
  bool add_stack_area(Stack stack, std::uint8_t memory, std::uint32_t first, std::uint32_t end);

  /// Accesses inside one word, in the order of the program. `stacks` is a mask of Stack.
  void read(std::uint8_t memory, std::uint32_t offset) {
    if (memory < kMaxMemories && use_[memory] != nullptr) note_read(memory, offset);
  }
  void write(std::uint8_t memory, std::uint32_t offset, unsigned stacks) {
    if (memory < kMaxMemories && use_[memory] != nullptr) note_write(memory, offset, stacks);
  }
  /// An access of another bus master to one byte. Behind a cache of the core its order with the
  /// core's accesses is unknown.
  void master_access(std::uint8_t memory, std::uint32_t offset, bool write);

  /// What was touched since the last call, in the order of first touches. A new stretch begins.
  void take(std::vector<TouchedWord>& touched);

 private:
  struct StackArea {
    Stack stack = kMainStack;
    std::uint8_t memory = 0;
    std::uint32_t first = 0;  // words
    std::uint32_t end = 0;
    std::vector<std::uint8_t> below;  // writes below the stack pointer in this stretch, by word
  };
  void note_read(std::uint8_t memory, std::uint32_t offset);
  void note_write(std::uint8_t memory, std::uint32_t offset, unsigned stacks);
  std::uint8_t& use_of(std::uint8_t memory, std::uint32_t word);
  [[nodiscard]] bool is_in_stack(std::uint8_t memory, std::uint32_t word, unsigned stacks) const;
  [[nodiscard]] bool look_again(std::uint8_t memory, std::uint32_t word);

  bus::SystemBus& bus_;
  std::array<std::uint8_t*, kMaxMemories> use_{};  // bits of WordUse by word; null: no RAM
  std::vector<std::vector<std::uint8_t>> uses_;
  std::vector<TouchedWord> touched_;  // `use` is filled in when they are taken
  std::vector<StackArea> areas_;
  std::vector<std::uint8_t*> looked_at_;  // elements of StackArea::below that are not 0
};

}  // namespace mcost::engine
