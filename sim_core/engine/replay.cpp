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
  const auto is_alike = [](std::uint8_t tag, std::uint8_t never_written) {
    return (tag & bus::kNeverWritten) == never_written;
  };
  for (std::size_t at = 0; at < image.bytes.size();) {
    const Address address = image.first + static_cast<Address>(at);
    const bus::Region* const region = bus_.find(address);
    if (region == nullptr || region->kind != bus::RegionKind::memory) return false;
    const std::size_t size = std::min<std::size_t>(image.bytes.size() - at,
                                                   region->size_bytes - (address - region->base));
    const bus::Memory& memory = bus_.memories[region->memory];
    const std::uint32_t offset = region->memory_offset + (address - region->base);
    if (std::memcmp(memory.bytes.data() + offset, image.bytes.data() + at, size) != 0) return false;
    if (memory.is_ram == image.never_written.empty()) return false;
    if (memory.is_ram &&
        !std::equal(memory.tags.begin() + (offset >> bus::kTagShift),
                    memory.tags.begin() + (offset >> bus::kTagShift) +
                        static_cast<std::ptrdiff_t>(bus::tags_of(size)),
                    image.never_written.begin() + (at >> bus::kTagShift), is_alike))
      return false;
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
    std::uint8_t& tag = memory.tags[offset >> bus::kTagShift];
    const bool changes = std::exchange(memory.bytes[offset], image.bytes[i]) != image.bytes[i];
    if (changes && (tag & bus::kHasCode) != 0) code_written(memory, offset, 1);
    if (image.never_written.empty()) continue;
    tag = static_cast<std::uint8_t>((tag & ~bus::kNeverWritten) |
                                    image.never_written[i >> bus::kTagShift]);
  }
}

/// Replays the span that begins at pc_, up to its end. Errors: ReplayAbandoned.
void Engine::replay_span() {
  Replay& replay = *replay_;
  const std::size_t number = replay.next_span++;
  const RecordedSpan& span = replay.recording.spans[number];
  const std::optional<std::uint64_t> signature = signature_of(span);
  start_span(span);
  if (!signature) {
    tracks_ ? replay_items<true>(span) : replay_items<false>(span);
  } else {
    OutcomeStore& store = *replay.recording.outcomes;
    const SpanOutcome::Counts begin = data_counts();
    std::shared_ptr<const SpanOutcome> outcome = store.find({number, *signature});
    if (outcome == nullptr) {
      outcome = meet(span, begin);
      store.keep({number, *signature}, outcome);
    } else {
      take_over(*outcome);
    }
    replay_outcomes(span, *outcome, begin);
  }
  if (stop_ != StopReason::none) return;
  replay.visits += span.visits;
  finish_span(span);
}

/// Looks now and then whether the run shall go on. Errors: ReplayAbandoned.
bool Engine::goes_on() {
  if (!limits_->keep_going || limits_->keep_going(now_)) return true;
  stop_ = StopReason::time_limit;
  return false;
}

void Engine::disturbed_replay() {
  throw ReplayAbandoned("an event of a device, or the limit of cycles, comes in the midst of it");
}

/// Visits one after the other, each with its accesses.
template <bool kTracks>
void Engine::replay_items(const RecordedSpan& span) {
  const Cycles end = std::min(scheduler_.next_due(), limits_->max_cycles);
  constexpr std::size_t kSome = 1u << 16;
  for (std::size_t i = 0; i < span.items.size(); ++i) {
    if (now_ >= end) [[unlikely]]
      disturbed_replay();
    if (i % kSome == 0 && !goes_on()) return;
    if ((span.items[i] & kHookItem) != 0) {
      replay_hook(span.hooks[span.items[i] & ~kHookItem]);
    } else {
      replay_visit<kTracks>(span, span.items[i]);
    }
  }
}

void Engine::start_span(const RecordedSpan& span) {
  Replay& replay = *replay_;
  forget_blocks();
  replay.cursors.clear();
  for (const AddressStream& stream : span.streams) replay.cursors.emplace_back(stream);
  requests_ = 0;
}

/// Blocks of kinds and outcomes are found anew.
void Engine::forget_blocks() {
  replay_->kinds.assign(replay_->recording.kinds.size(), {});
  replay_->outcomes.assign(replay_->outcomes.size(), {});
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
  const std::uint64_t dropped = statistics_.blocks_dropped;
  const std::vector<RecordedHook::Bytes> before = exchange_memory(hook.memory);
  tell_listener();
  exchange_memory(before);
  if (stop_ != StopReason::none) throw ReplayAbandoned("the run is halted in the midst of it");
  if (statistics_.blocks_dropped == dropped) return;
  forget_blocks();
}

/// Lets the core see other bytes; returns what it saw before.
std::vector<RecordedHook::Bytes> Engine::exchange_memory(
    const std::vector<RecordedHook::Bytes>& memory) {
  std::vector<RecordedHook::Bytes> before;
  for (const RecordedHook::Bytes& bytes : memory) {
    RecordedHook::Bytes seen{bytes.address, std::vector<std::uint8_t>(bytes.bytes.size())};
    const bool is_memory = peek_memory(seen.address, seen.bytes.data(), seen.bytes.size());
    if (is_memory && seen.bytes == bytes.bytes) continue;
    if (!is_memory || !poke_memory(bytes.address, bytes.bytes.data(), bytes.bytes.size()))
      throw ReplayAbandoned("a probe's argument is in memory that cannot be written");
    before.insert(before.begin(), std::move(seen));
  }
  return before;
}

/// Finds out what a kind of visit needs on this machine.
void Engine::prepare(Replay::Kind& kind, const VisitKind& recorded, const RecordedSpan& span) {
  const BlockKey key{recorded.pc, recorded.it, recorded.mode, recorded.single, context_};
  Block& block = *block_of(key);
  if (block.info.size() != recorded.size || block.cannot_fetch || code_of(block) != recorded.code)
    throw ReplayAbandoned("its code is not what was recorded");
  kind.block = current_ = &block;
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
  pass(*variant);
}

/// The variant of a visit that is no guess; null if it has been timed by replay_until().
Variant* Engine::variant_of_replayed(Replay::Kind& kind, const VisitKind& recorded) {
  Block& block = *kind.block;
  if (kind.walked.empty()) restore_sites(kind);
  pretend(recorded);
  Variant* const variant = variant_or_replay(block, recorded);
  if (kind.sites != block.sites) learn_sites(kind);
  return variant;
}

/// The variant of the visit that the core pretends to have executed; null if it has been timed by
/// replay_until().
Variant* Engine::variant_or_replay(Block& block, const VisitKind& recorded) {
  const bool complete = recorded.executed == recorded.size;
  const bool usual = (core_.unusual & ~std::uint32_t{kDetailed}) == 0;
  Variant* variant = complete && usual ? select_variant(block, &nothing_) : nullptr;
  if (variant == nullptr) {
    ++statistics_.replayed_visits;
    bus_.program_order += 64;
    replay_until(block, recorded.executed);
  }
  end_visit();
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
    if (hits(info, window, address)) {
      note_use(info, window, address, bus_.program_order + access.op);
    } else {
      walk_slowly(recorded, access.op, address);
    }
  }
}

/// Whether an access needs nothing but its time stamp.
bool Engine::hits(const OpInfo& info, const bus::Window& window, Address address) const {
  const std::uint32_t offset = address - window.base;
  const std::uint32_t last = offset + info.access_bytes * info.timing.transfers - 1;
  if (offset >= window.size_bytes() || last >= window.size_bytes()) return false;
  const unsigned slow = info.stores ? bus::kAbsent | bus::kStoreNoted : unsigned{bus::kAbsent};
  const std::uint32_t first_word = offset >> bus::kTagShift;
  const std::uint32_t last_word = last >> bus::kTagShift;
  if (((window.tags[first_word] | window.tags[last_word]) & slow) != 0) return false;
  const bool is_aligned = (address & (info.access_bytes - 1u)) == 0;
  if (is_aligned) return last_word - first_word < 2;  // longer lists may touch more lines
  return info.timing.transfers == 1 && !info.stores &&
         !bus_.regions[window.region].is_device_memory;
}

/// What an inline access leaves behind for replacement.
void Engine::note_use(const OpInfo& info, const bus::Window& window, Address address,
                      std::uint64_t stamp) {
  if (window.stamps == nullptr) return;
  const std::uint32_t first = address - window.base;
  const std::uint32_t last = first + info.access_bytes * info.timing.transfers - 1;
  window.stamps[first >> window.stamp_shift] = stamp;
  window.stamps[last >> window.stamp_shift] = stamp;
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
