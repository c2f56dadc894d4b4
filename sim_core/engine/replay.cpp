// Replay of recorded spans: what the core does is taken from the recording, what it costs is asked
// of this machine's pipeline and memories, as if it had been executed. Exact by argument: a span
// reads no device and meets no exception, so a core in the same state with the same memory does the
// same. Where this machine would be disturbed in it, the run is abandoned and executed instead.
#include <algorithm>
#include <cstring>
#include <utility>

#include "sim_core/engine/engine.h"

namespace mcost::engine {

void Engine::replay(const Recording& recording) {
  replay_ = std::make_unique<Replay>(recording);
  for (const RecordedSpan& span : recording.spans) replay_->anchors.insert(span.begin.pc);
  drop_blocks([this](const Block& block) {
    const auto& anchors = replay_->anchors;
    return std::any_of(anchors.begin(), anchors.end(),
                       [&](Address pc) { return pc >= block.pc && pc < block.end_pc; });
  });
}

std::uint64_t Engine::replayed_visits() const { return replay_ == nullptr ? 0 : replay_->visits; }

/// Whether the next span begins here. Registers differ more often than memory, and sooner.
bool Engine::is_at_span() const {
  if (replay_->next_span == replay_->recording.spans.size()) return false;
  const RecordedSpan& span = replay_->recording.spans[replay_->next_span];
  if (span.begin.pc != pc_ || observer_ != nullptr || recorder_ || profiler_) return false;
  if (bus_.interconnect.used() != 0 || held_memories_ != 0) return false;
  if (!(static_cast<const ArchState&>(core_) == span.begin.core)) return false;
  if (!(core_state() == span.begin)) return false;
  return std::all_of(span.memory.begin(), span.memory.end(),
                     [&](const MemoryImage& image) { return shows(image); });
}

/// Whether the core sees the bytes of an image.
bool Engine::shows(const MemoryImage& image) const {
  for (std::size_t at = 0; at < image.bytes.size();) {
    const Address address = image.first + static_cast<Address>(at);
    const bus::Region* const region = bus_.find(address);
    if (region == nullptr || region->kind != bus::RegionKind::memory) return false;
    const std::size_t size = std::min<std::size_t>(image.bytes.size() - at,
                                                   region->size_bytes - (address - region->base));
    const bus::Memory& memory = bus_.memories[region->memory];
    const std::uint32_t offset = region->memory_offset + (address - region->base);
    if (std::memcmp(memory.bytes.data() + offset, image.bytes.data() + at, size) != 0) return false;
    for (std::size_t i = 0; i < size; i += 1u << bus::kTagShift) {
      const std::uint8_t tag = memory.tags[(offset + i) >> bus::kTagShift] & bus::kNeverWritten;
      if (tag != image.never_written[(at + i) >> bus::kTagShift]) return false;
    }
    at += size;
  }
  return true;
}

/// Lets the core see an image.
void Engine::put(const MemoryImage& image) {
  for (std::size_t i = 0; i < image.bytes.size(); ++i) {
    const Address address = image.first + static_cast<Address>(i);
    const bus::Region& region = *bus_.find(address);
    bus::Memory& memory = bus_.memories[region.memory];
    const std::uint32_t offset = region.memory_offset + (address - region.base);
    memory.bytes[offset] = image.bytes[i];
    std::uint8_t& tag = memory.tags[offset >> bus::kTagShift];
    tag = static_cast<std::uint8_t>((tag & ~bus::kNeverWritten) |
                                    image.never_written[i >> bus::kTagShift]);
  }
}

/// Replays the span that begins at pc_, up to its end. Errors: ReplayAbandoned.
void Engine::replay_span() {
  const RunLimits& limits = *limits_;
  Replay& replay = *replay_;
  const RecordedSpan& span = replay.recording.spans[replay.next_span++];
  start_span(span);
  const Cycles end = std::min(scheduler_.next_due(), limits.max_cycles);
  constexpr std::size_t kSome = 1u << 16;
  for (std::size_t i = 0; i < span.items.size(); ++i) {
    if ((span.items[i] & kHookItem) != 0) {
      replay_hook(span.hooks[span.items[i] & ~kHookItem]);
      continue;
    }
    tracks_ ? replay_visit<true>(span, span.items[i]) : replay_visit<false>(span, span.items[i]);
    if (now_ >= end) [[unlikely]]
      throw ReplayAbandoned(
          "an event of a device, or the limit of cycles, comes in the midst of it");
    if (i % kSome == 0 && limits.keep_going && !limits.keep_going(now_)) {
      stop_ = StopReason::time_limit;
      return;
    }
  }
  replay.visits += span.visits;
  finish_span(span);
}

void Engine::start_span(const RecordedSpan& span) {
  Replay& replay = *replay_;
  for (Replay::Kind& kind : replay.kinds) kind.block = nullptr;
  replay.cursors.clear();
  for (const AddressStream& stream : span.streams) replay.cursors.emplace_back(stream);
  requests_ = 0;
}

void Engine::finish_span(const RecordedSpan& span) {
  static_cast<ArchState&>(core_) = span.end.core;
  pc_ = span.end.pc;
  it_ = isa::ItState{span.end.it};
  exceptions_ = span.end.exceptions;
  event_register_ = span.end.event;
  for (const MemoryImage& image : span.changed) put(image);
  for (bus::Memory& memory : bus_.memories) memory.model->forget_view_behind();
  forget_windows();
  const bool hook_is_served = (span.items.back() & kHookItem) != 0 && span.hooks.back().pc == pc_;
  hook_served_ = hook_is_served ? pc_ : kNowhere;
  update_memory_view();
}

/// Sites were set without the accesses that lead to them: who executes finds its windows anew.
void Engine::forget_windows() {
  for (const Replay::Kind& kind : replay_->kinds) {
    if (kind.block == nullptr) continue;
    for (const OpInfo& info : kind.block->info) {
      if (info.access_bytes != 0 && !info.silent) kind.block->ops[info.micro_op].window = 0;
    }
  }
}

void Engine::replay_hook(const RecordedHook& hook) {
  pc_ = hook.pc;
  it_ = isa::ItState{};
  core_.r = hook.registers;
  for (const RecordedHook::Bytes& read : hook.memory) {
    if (!poke_memory(read.address, read.bytes.data(), read.bytes.size()))
      throw ReplayAbandoned("a probe's argument is in memory that cannot be written");
  }
  const std::uint64_t dropped = statistics_.blocks_dropped;
  tell_listener();
  if (stop_ != StopReason::none) throw ReplayAbandoned("the run is halted in the midst of it");
  if (statistics_.blocks_dropped == dropped) return;
  for (Replay::Kind& kind : replay_->kinds) kind.block = nullptr;
}

/// Finds out what a kind of visit needs on this machine.
void Engine::prepare(Replay::Kind& kind, const VisitKind& recorded, const RecordedSpan& span) {
  const BlockKey key{recorded.pc, recorded.it, recorded.mode, false, context_};
  auto found = blocks_.find(key);
  if (found == blocks_.end()) found = blocks_.emplace(key, build_block(key)).first;
  Block& block = *found->second;
  if (block.info.size() != recorded.size || block.cannot_fetch || code_of(block) != recorded.code)
    throw ReplayAbandoned("its code is not what was recorded");
  kind.block = current_ = &block;
  kind.walked.clear();
  kind.guesses.fill(&nothing_);
  for (OpInfo& info : block.info)
    info.site = info.access_bytes != 0 || info.operand_timed ? std::uint16_t{0} : info.site;
  for (const VisitKind::Operands& operands : recorded.operands)
    block.info[operands.op].site = operands.cycles;
  for (const VisitKind::Access& access : recorded.accesses) {
    const OpInfo& info = block.info[access.op];
    const unsigned bytes = info.access_bytes * std::max<unsigned>(info.timing.transfers, 1);
    const AddressStream& stream = span.streams[access.stream];
    const bus::Region* const region = bus_.find(stream.lowest);
    if (region != nullptr && is_plain(*region) && region->contains(stream.highest + bytes - 1)) {
      adopt_window(&block.ops[info.micro_op], *region, kPlainAccess);
    } else {
      kind.walked.push_back({access.op, access.stream});
    }
  }
  update_sites(block);
  kind.sites = block.sites;
  kind.site_values.assign(block.info.size(), 0);
  learn_sites(kind);
  core_.unusual = 0;
}

/// Whether accesses of a region are told by their window alone.
bool Engine::is_plain(const bus::Region& region) const {
  return region.kind == bus::RegionKind::memory && region.view == 0 && window_of(region) != 0 &&
         !windows_limited_ &&
         bus_.memories[region.memory].model->data_path() == bus::DataPath::constant &&
         (long_waits_ >> region.memory & 1u) == 0;
}

/// The block's sites as its visits of this kind have them.
void Engine::restore_sites(const Replay::Kind& kind) {
  Block& block = *kind.block;
  if (block.sites == kind.sites) return;
  for (std::size_t i = 0; i < block.info.size(); ++i) block.info[i].site = kind.site_values[i];
  block.sites = kind.sites;
}

template <bool kTracks>
void Engine::replay_visit(const RecordedSpan& span, std::uint32_t number) {
  Replay& replay = *replay_;
  Replay::Kind& kind = replay.kinds[number];
  const VisitKind& recorded = replay.recording.kinds[number];
  if (kind.block == nullptr) [[unlikely]]
    prepare(kind, recorded, span);
  Block& block = *kind.block;
  current_ = &block;
  if constexpr (kTracks) {
    core_.exit = recorded.exit;
    core_.target = recorded.target;
    core_.mispredicted = false;
    if (recorded.executed == recorded.size) resolve_branch(block);
  }
  if (!kind.walked.empty()) walk(kind, recorded);
  Variant*& guess = kind.guesses[state_ & (kind.guesses.size() - 1)];
  Variant* variant = guess;
  if (core_.unusual != 0 || variant->key.entry_state != state_ ||
      (kTracks && variant->key.mispredicted != core_.mispredicted) ||
      variant->generation != *block.generation ||
      (!kind.walked.empty() && variant->key.sites != block.sites)) [[unlikely]] {
    const bool is_plain = core_.unusual == 0;
    variant = variant_of_replayed(kind, recorded);
    if (variant == nullptr) return;
    if (is_plain) guess = variant;
  }
  now_ += variant->total;
  state_ = variant->exit_state;
  if (variant->count == variant->folded) [[unlikely]]
    counted_.push_back(variant);
  ++variant->count;
  bus_.program_order += 64;
  variant->last_visit = bus_.program_order;
}

/// The variant of a visit that is no guess; null if it has been timed by replay_until().
Variant* Engine::variant_of_replayed(Replay::Kind& kind, const VisitKind& recorded) {
  Block& block = *kind.block;
  if (kind.walked.empty()) restore_sites(kind);
  pretend(recorded);
  const bool complete = recorded.executed == recorded.size;
  const bool usual = (core_.unusual & ~std::uint32_t{kDetailed}) == 0;
  Variant* variant = complete && usual ? select_variant(block, &nothing_) : nullptr;
  if (variant == nullptr) {
    ++statistics_.replayed_visits;
    bus_.program_order += 64;
    replay_until(block, recorded.executed);
  }
  end_visit();
  if (kind.sites != block.sites) learn_sites(kind);
  return variant;
}

/// The core's record of the visit as if its instructions had been executed.
void Engine::pretend(const VisitKind& recorded) {
  core_.passed = recorded.passed;
  core_.misaligned = recorded.misaligned;
  core_.banks = tracks_ ? recorded.banks : 0;
  core_.exit = recorded.exit;
  core_.target = recorded.target;
}

void Engine::learn_sites(Replay::Kind& kind) {
  kind.sites = kind.block->sites;
  for (std::size_t i = 0; i < kind.site_values.size(); ++i)
    kind.site_values[i] = kind.block->info[i].site;
}

/// Makes the accesses of a visit whose addresses matter.
void Engine::walk(Replay::Kind& kind, const VisitKind& recorded) {
  Block& block = *kind.block;
  if (block.sites != kind.sites) restore_sites(kind);
  for (const Replay::Kind::Access& access : kind.walked) {
    const Address address = replay_->cursors[access.stream].next();
    const OpInfo& info = block.info[access.op];
    const bus::Window& window = core_.windows[info.site];
    const std::uint32_t offset = address - window.base;
    const unsigned size = info.access_bytes;
    const unsigned slow = info.stores ? bus::kAbsent | bus::kStoreNoted : unsigned{bus::kAbsent};
    if (info.timing.transfers == 1 && offset < window.size_bytes() && (address & (size - 1)) == 0 &&
        (window.tags[offset >> bus::kTagShift] & slow) == 0) {
      if (window.stamps != nullptr)
        window.stamps[offset >> window.stamp_shift] = bus_.program_order + access.op;
      continue;
    }
    walk_slowly(recorded, access.op, address);
  }
}

/// The same for an access that is not a plain hit. Where it needs exact time, what the visit did
/// before it has its own.
void Engine::walk_slowly(const VisitKind& recorded, std::uint8_t number, Address address) {
  pretend(recorded);
  const OpInfo& info = current_->info[number];
  const MicroOp* const op = &current_->ops[info.micro_op];
  const unsigned size = info.access_bytes;
  for (unsigned beat = 0; beat < info.timing.transfers; ++beat) {
    const Address first = address + beat * size;
    if ((first & (size - 1)) == 0) {
      account_access(op, first, size, beat, Part::whole, info.stores);
      continue;
    }
    const Part part = part_of(op, first, size, kPlainAccess, info.stores);
    for (unsigned done = 0; done < size;) {
      const unsigned piece = piece_size(first + done, size - done);
      account_access(op, first + done, piece, beat, part, info.stores);
      done += piece;
    }
  }
  if ((core_.unusual & kLeft) == 0) return;
  replay_until(*current_, number + 1u);
  core_.unusual &= ~std::uint32_t{kLeft};
  core_.unusual |= kLogged;
}

/// What an access of the core does to memories, and timing of it: all but the bytes.
void Engine::account_access(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                            Part part, bool write) {
  const bus::Region* const region = bus_.find(address);
  if (region == nullptr || region->kind != bus::RegionKind::memory || (write && !region->writable))
    throw ReplayAbandoned("it uses memory that is not there");
  if (bus_.memories[region->memory].model->follows_attributes() && region->view == 0) {
    const bus::LineUse use =
        use_cache(op, beat, *region, address, size_bytes, kPlainAccess, part, write);
    if (use.way == bus::LineUse::Way::around && sees_behind(*region, address))
      throw ReplayAbandoned("it goes past a cache that holds something else");
  } else {
    book_plain_access(op, beat, *region, address, size_bytes, kPlainAccess, part, write);
  }
  if (windows_limited_) open_window(*region, address);
}

/// Whether memory behind a cache holds something else than the core's line.
bool Engine::sees_behind(const bus::Region& region, Address address) const {
  return bus_.memories[region.memory].model->differs_behind(region.memory_offset +
                                                            (address - region.base));
}

}  // namespace mcost::engine
