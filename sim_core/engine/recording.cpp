// Where a run tells a PathRecorder what it does. While one listens, every access of an instruction
// leaves the inline path, so that its address is seen; numbers stay what they are.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "sim_core/base/signature.h"
#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

constexpr std::size_t kPage = 4096;

}  // namespace

void Engine::record_path(std::uint64_t calm_visits) {
  path_ = std::make_unique<PathRecorder>(calm_visits);
  for (const bus::Region& region : bus_.regions) {
    if (region.kind != bus::RegionKind::memory) continue;
    for (std::uint8_t& tag : bus_.memories[region.memory].tags)
      tag |= bus::kReadWatched | bus::kWriteWatched;
  }
}

Recording Engine::take_recording() {
  disturb_recording();
  Recording recording = path_->take();
  path_.reset();
  return recording;
}

CoreState Engine::core_state() const {
  return {.core = core_,
          .pc = pc_,
          .it = it_.value(),
          .exceptions = exceptions_,
          .mpu = mpu_,
          .thumb = thumb_,
          .event = event_register_,
          .exclusive = exclusive_valid_};
}

/// Every byte of memory that the core sees, once: of several regions that show it, in the first.
std::vector<MemoryImage> Engine::memory_images() const {
  std::vector<MemoryImage> images;
  std::vector<const bus::Region*> shown;
  for (const bus::Region& region : bus_.regions) {
    if (region.kind != bus::RegionKind::memory || region.size_bytes == 0) continue;
    const bool again = std::any_of(shown.begin(), shown.end(), [&](const bus::Region* other) {
      return other->memory == region.memory && other->memory_offset == region.memory_offset &&
             other->size_bytes >= region.size_bytes;
    });
    if (again) continue;
    shown.push_back(&region);
    const bus::Memory& memory = bus_.memories[region.memory];
    const auto first = static_cast<std::ptrdiff_t>(region.memory_offset);
    MemoryImage image;
    image.first = region.base;
    image.bytes.assign(
        memory.bytes.begin() + first,
        memory.bytes.begin() + first + static_cast<std::ptrdiff_t>(region.size_bytes));
    if (memory.is_ram) {
      const auto tag = static_cast<std::ptrdiff_t>(region.memory_offset >> bus::kTagShift);
      const auto tags = static_cast<std::ptrdiff_t>(bus::tags_of(region.size_bytes));
      image.never_written.assign(memory.tags.begin() + tag, memory.tags.begin() + tag + tags);
      for (std::uint8_t& word : image.never_written) word &= bus::kNeverWritten;
    }
    images.push_back(std::move(image));
  }
  return images;
}

/// Stands for the bytes of a block's code.
std::uint64_t Engine::code_of(const Block& block) const {
  Signature signature;
  for (Address at = block.pc; at != block.end_pc; at += 2) {
    std::array<std::uint8_t, 2> bytes{};
    static_cast<void>(peek_memory(at, bytes.data(), bytes.size()));
    signature.add(bytes[0], bytes[1]);
  }
  return signature.value();
}

/// What a visit of the block at `pc` may change, as it is now.
PathRecorder::Before Engine::before_visit(Address pc, isa::ItState it) const {
  return {.core = core_,
          .pc = pc,
          .it = it.value(),
          .registers = exceptions_,
          .event = event_register_};
}

/// Before each visit while a recorder listens.
void Engine::begin_recorded_visit(const Block& block) {
  const bool others = bus_.interconnect.used() != 0 || held_memories_ != 0;
  if (others) disturb_recording();
  if (!path_->is_recording() && path_->is_calm() && block.it.value() == 0 && !others) {
    pc_ = block.pc;
    it_ = block.it;
    path_->begin_span(core_state(), memory_images());
  }
  path_->begin_visit(before_visit(block.pc, block.it));
}

/// Behind each visit that was executed, before it is timed.
void Engine::end_recorded_visit(Block& block) {
  if (!path_->in_visit()) return;
  constexpr unsigned kUsual = kLogged | kLeft | kDetailed;
  if ((core_.unusual & ~kUsual) != 0 || requests_ != 0) {
    disturb_recording();
    return;
  }
  const bool left = (core_.unusual & kLeft) != 0;
  const unsigned size = static_cast<unsigned>(block.info.size());
  const unsigned executed = left ? core_.left_after + 1 : size;
  const bool complete = executed == size;
  VisitKind kind;
  kind.pc = block.pc;
  kind.it = block.it.value();
  kind.mode = block.mode;
  kind.single = block.single;
  kind.size = static_cast<std::uint8_t>(size);
  kind.executed = static_cast<std::uint8_t>(executed);
  kind.passed = core_.passed;
  kind.exit = complete ? core_.exit : std::uint32_t{kFallThrough};
  kind.target = complete && core_.exit != kFallThrough ? core_.target : 0;
  if (block.code == 0) block.code = code_of(block);
  kind.code = block.code;
  for (unsigned i = 0; i < executed; ++i) {
    const OpInfo& info = block.info[i];
    const bool runs = !info.predicated || (core_.passed >> i & 1u) != 0;
    if (info.operand_timed && runs)
      kind.operands.push_back({static_cast<std::uint8_t>(i), info.site});
  }
  const bool called = complete && block.ends_in_call && core_.exit != kFallThrough;
  path_->end_visit(block, std::move(kind), called, tracks_);
}

/// Ends the span before the visit in progress, if there is one, else here.
void Engine::disturb_recording() {
  if (path_ == nullptr) return;
  path_->disturb();
  const bool undo = path_->in_visit();
  path_->leave_visit();
  if (!path_->is_recording()) return;
  RecordedSpan& span = path_->span();
  std::vector<MemoryImage> now = memory_images();
  const PathRecorder::Before end = undo ? path_->before() : before_visit(pc_, it_);
  span.end.core = end.core;
  span.end.pc = end.pc;
  span.end.it = end.it;
  static_cast<SystemRegisters&>(span.end.exceptions) = end.registers;
  span.end.event = end.event;
  if (undo) {
    for (auto word = path_->words().rbegin(); word != path_->words().rend(); ++word)
      restore_word(now, *word);
  }
  keep_changes(span, now);
  path_->end_span();
}

/// Puts a word into images of memory as it was.
void Engine::restore_word(std::vector<MemoryImage>& images, const PathRecorder::Word& word) const {
  for (MemoryImage& image : images) {
    const bus::Region& region = *bus_.find(image.first);
    if (region.memory != word.memory) continue;
    const std::uint32_t offset = (word.word << bus::kTagShift) - region.memory_offset;
    if (offset >= image.bytes.size()) continue;
    std::copy(word.bytes.begin(), word.bytes.end(), image.bytes.begin() + offset);
    if (!image.never_written.empty())
      image.never_written[offset >> bus::kTagShift] = word.tag & bus::kNeverWritten;
  }
}

/// What a listener reads at a hook.
void Engine::note_hook_read(Address address, const std::uint8_t* data,
                            std::size_t size_bytes) const {
  if (hook_ != nullptr) hook_->memory.push_back({address, {data, data + size_bytes}});
}

/// The pages of `now` that differ from where the span begins.
void Engine::keep_changes(RecordedSpan& span, const std::vector<MemoryImage>& now) {
  for (std::size_t i = 0; i < now.size(); ++i) {
    const MemoryImage& before = span.memory[i];
    for (std::size_t at = 0; at < now[i].bytes.size(); at += kPage) {
      const std::size_t size = std::min(kPage, now[i].bytes.size() - at);
      const bool is_ram = !now[i].never_written.empty();
      const std::size_t tag = at >> bus::kTagShift;
      const std::size_t tags = is_ram ? bus::tags_of(size) : 0;
      if (std::memcmp(now[i].bytes.data() + at, before.bytes.data() + at, size) == 0 &&
          (!is_ram || std::memcmp(now[i].never_written.data() + tag,
                                  before.never_written.data() + tag, tags) == 0))
        continue;
      const auto cut = [](const auto& all, std::size_t first, std::size_t count) {
        return std::vector<std::uint8_t>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                         all.begin() + static_cast<std::ptrdiff_t>(first + count));
      };
      span.changed.push_back({now[i].first + static_cast<Address>(at), cut(now[i].bytes, at, size),
                              cut(now[i].never_written, tag, tags)});
    }
  }
}

/// Before an access of `op` happens: its address, and what it may change.
void Engine::record_access(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                           unsigned flags, bool write) {
  if (!path_->in_visit()) return;
  const bus::Region* const region = bus_.find(address);
  const bus::Region* const last = bus_.find(address + size_bytes - 1);
  const bool plain = region != nullptr && region->kind == bus::RegionKind::memory &&
                     last != nullptr && last->kind == bus::RegionKind::memory &&
                     (!write || (region->writable && last->writable));
  if (!plain || (flags & (kExclusive | kUnprivileged)) != 0) {
    disturb_recording();
    return;
  }
  if (beat == 0) path_->note_access(op->index, address);
  for (Address at = address & ~3u; at < address + size_bytes; at += 4) {
    const bus::Region& home = at < last->base ? *region : *last;
    const bus::Memory& memory = bus_.memories[home.memory];
    const std::uint32_t offset = home.memory_offset + (at - home.base);
    PathRecorder::Word word{.memory = home.memory,
                            .word = offset >> bus::kTagShift,
                            .tag = memory.tags[offset >> bus::kTagShift]};
    std::memcpy(word.bytes.data(), memory.bytes.data() + offset, 4);
    path_->note_word(word);
  }
}

}  // namespace mcost::engine
