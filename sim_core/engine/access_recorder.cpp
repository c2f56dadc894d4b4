#include "sim_core/engine/access_recorder.h"

#include <algorithm>

namespace mcost::engine {
namespace {

constexpr std::uint8_t kArmed = bus::kReadUnnoted | bus::kWriteUnnoted;
/// Writes below the stack pointer to one word of a stack area that are looked at, in one stretch.
/// Start-up code that clears RAM and paint are two; a heap that shares the area costs no more than
/// this.
constexpr std::uint8_t kMostBelow = 4;

void clear_bits(std::uint8_t& byte, std::uint8_t bits) {
  byte = static_cast<std::uint8_t>(byte & ~unsigned{bits});
}

void set_bits(std::uint8_t& byte, unsigned bits) { byte = static_cast<std::uint8_t>(byte | bits); }

}  // namespace

AccessRecorder::AccessRecorder(bus::SystemBus& bus) : bus_(bus), uses_(bus.memories.size()) {
  for (std::size_t m = 0; m < bus.memories.size() && m < kMaxMemories; ++m) {
    bus::Memory& memory = bus.memories[m];
    if (!memory.is_ram) continue;
    for (std::uint8_t& tag : memory.tags) set_bits(tag, kArmed);
    uses_[m].resize(memory.tags.size());
    use_[m] = uses_[m].data();
  }
}

bool AccessRecorder::add_stack_area(Stack stack, std::uint8_t memory, std::uint32_t first,
                                    std::uint32_t end) {
  if (areas_.size() == kMostAreas || use_[memory] == nullptr || first >= end) return false;
  StackArea area{stack, memory, first >> bus::kTagShift, end >> bus::kTagShift, {}};
  area.below.resize(area.end - area.first);
  for (std::uint32_t word = area.first; word < area.end; ++word) {
    // What was written so far in this stretch may be paint.
    set_bits(bus_.memories[memory].tags[word], bus::kWriteUnnoted);
  }
  areas_.push_back(std::move(area));
  return true;
}

std::uint8_t& AccessRecorder::use_of(std::uint8_t memory, std::uint32_t word) {
  std::uint8_t& use = use_[memory][word];
  if (use == 0) touched_.push_back({word, memory, 0});
  return use;
}

void AccessRecorder::note_read(std::uint8_t memory, std::uint32_t offset) {
  const std::uint32_t word = offset >> bus::kTagShift;
  std::uint8_t& tag = bus_.memories[memory].tags[word];
  if ((tag & bus::kReadUnnoted) == 0) return;
  clear_bits(tag, bus::kReadUnnoted);
  std::uint8_t& use = use_of(memory, word);
  set_bits(use, (use & kWritten) != 0 ? kReadBack : kReadFirst);
  if ((tag & bus::kNeverWritten) != 0) set_bits(use, kNeverSet);
}

/// A word that was written is read anew: the first read behind the write is noted too.
void AccessRecorder::note_write(std::uint8_t memory, std::uint32_t offset, unsigned stacks) {
  const std::uint32_t word = offset >> bus::kTagShift;
  std::uint8_t& tag = bus_.memories[memory].tags[word];
  if ((tag & bus::kWriteUnnoted) == 0) return;
  std::uint8_t& use = use_of(memory, word);
  if ((use & kReadBack) == 0) set_bits(tag, bus::kReadUnnoted);
  const bool on_stack = stacks != 0 && is_in_stack(memory, word, stacks);
  set_bits(use, kWritten);
  if (on_stack) set_bits(use, kOnStack);
  if (on_stack || !look_again(memory, word)) clear_bits(tag, bus::kWriteUnnoted);
}

bool AccessRecorder::is_in_stack(std::uint8_t memory, std::uint32_t word, unsigned stacks) const {
  return std::any_of(areas_.begin(), areas_.end(), [&](const StackArea& area) {
    const bool above_end = area.stack == kProcessStack && word < area.first;
    return (stacks & area.stack) != 0 && area.memory == memory && word < area.end && !above_end;
  });
}

bool AccessRecorder::look_again(std::uint8_t memory, std::uint32_t word) {
  for (StackArea& area : areas_) {
    if (area.memory != memory || word < area.first || word >= area.end) continue;
    std::uint8_t& below = area.below[word - area.first];
    if (below == kMostBelow) return false;
    if (++below == 1) looked_at_.push_back(&below);
    return below < kMostBelow;
  }
  return false;
}

void AccessRecorder::master_access(std::uint8_t memory, std::uint32_t offset, bool write) {
  if (memory >= kMaxMemories || use_[memory] == nullptr) return;
  if (bus_.memories[memory].model->follows_attributes()) {
    set_bits(use_of(memory, offset >> bus::kTagShift), write ? kMasterWrote : kMasterRead);
  } else if (write) {
    note_write(memory, offset, 0);
  } else {
    note_read(memory, offset);
  }
}

void AccessRecorder::take(std::vector<TouchedWord>& touched) {
  touched.swap(touched_);
  touched_.clear();
  for (TouchedWord& entry : touched) {
    std::uint8_t& use = use_[entry.memory][entry.word];
    entry.use = use;
    use = 0;
    set_bits(bus_.memories[entry.memory].tags[entry.word], kArmed);
  }
  for (std::uint8_t* const below : looked_at_) *below = 0;
  looked_at_.clear();
}

}  // namespace mcost::engine
