// Replay in two steps, where data accesses need no absolute time: what they meet is found out once
// for all machines whose caches and predictor behave alike, then each machine times the visits by
// what they met.
#include "sim_core/engine/span_outcome.h"

#include <algorithm>
#include <utility>

#include "sim_core/base/signature.h"
#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

/// Whether logged accesses are timed alike, see Engine::details_of().
bool is_alike(const LoggedAccess& a, const LoggedAccess& b) {
  const bus::Access& x = a.timed.access;
  const bus::Access& y = b.timed.access;
  return a.op == b.op && a.beat == b.beat && a.timed.region == b.timed.region &&
         a.timed.missed == b.timed.missed && a.timed.constant == b.timed.constant &&
         (x.address & 7u) == (y.address & 7u) && x.size_bytes == y.size_bytes &&
         a.timed.use.way == b.timed.use.way && a.timed.use.victim == b.timed.use.victim;
}

}  // namespace

/// Memories that a stream goes to, as a mask; nothing where it goes elsewhere.
std::optional<std::uint32_t> Engine::memories_of(const AddressStream& stream) const {
  if (stream.stretches.empty()) return 0;
  const bus::Region* const all = bus_.find(stream.lowest);
  if (all != nullptr && all->kind == bus::RegionKind::memory && all->view == 0 &&
      all->contains(stream.highest))
    return 1u << all->memory;
  std::uint32_t memories = 0;
  for (const AddressStream::Stretch& stretch : stream.stretches) {
    const Address last = stretch.first + stretch.stride * (stretch.count - 1);
    const bus::Region* const region = bus_.find(stretch.first);
    if (region == nullptr || region->kind != bus::RegionKind::memory || region->view != 0 ||
        !region->contains(last))
      return std::nullopt;
    memories |= 1u << region->memory;
  }
  return memories;
}

/// Equal for machines whose data accesses and branches meet the same in a span; nothing where what
/// they meet depends on time.
std::optional<std::uint64_t> Engine::signature_of(const RecordedSpan& span) const {
  std::uint32_t used = 0;
  for (const AddressStream& stream : span.streams) {
    const std::optional<std::uint32_t> memories = memories_of(stream);
    if (!memories) return std::nullopt;
    used |= *memories;
  }
  if (windows_limited_ || ((long_waits_ | held_memories_) & used) != 0) return std::nullopt;
  Signature signature;
  signature.add(used, predictor_ != nullptr ? predictor_->signature() : 0);
  for (const bus::Region& region : bus_.regions) {
    signature.add(region.base, region.size_bytes, region.kind, region.memory, region.memory_offset,
                  region.writable, region.view, region.is_device_memory);
  }
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    if ((used >> m & 1u) == 0) continue;
    const std::optional<std::uint64_t> data = bus_.memories[m].model->data_signature();
    if (!data) return std::nullopt;
    signature.add(*data);
  }
  return signature.value();
}

SpanOutcome::Counts Engine::data_counts() const {
  SpanOutcome::Counts counts;
  for (const bus::Memory& memory : bus_.memories) counts.push_back(memory.model->data_counts());
  return counts;
}

void Engine::set_data_counts(const SpanOutcome::Counts& begin, const SpanOutcome::Counts& since) {
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    bus::MemoryModel::DataCounts sum = begin[m];
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += since[m][i];
    bus_.memories[m].model->set_data_counts(sum);
  }
}

/// Makes all accesses of a span, and leaves caches and predictor as they are behind it. Errors:
/// ReplayAbandoned.
std::shared_ptr<const SpanOutcome> Engine::meet(const RecordedSpan& span,
                                                const SpanOutcome::Counts& begin) {
  auto met = std::make_shared<SpanOutcome>();
  const std::uint64_t order = bus_.program_order;
  const std::uint32_t used_as_device = std::exchange(used_as_device_, 0);
  const auto since = [&] {
    SpanOutcome::Counts counts = data_counts();
    for (std::size_t m = 0; m < counts.size(); ++m) {
      for (std::size_t i = 0; i < counts[m].size(); ++i) counts[m][i] -= begin[m][i];
    }
    return counts;
  };
  for (const std::uint32_t item : span.items) {
    if ((item & kHookItem) != 0) {
      met->at_hooks.push_back(since());
      met->items.push_back(item);
    } else {
      meet_visit(span, item, *met);
    }
  }
  met->at_end = since();
  for (const bus::Memory& memory : bus_.memories)
    met->contents.push_back(memory.model->save_data());
  if (predictor_ != nullptr) met->predictor = predictor_->clone();
  met->used_as_device = used_as_device_;
  used_as_device_ |= used_as_device;
  bus_.program_order = order;  // what code does in the meantime has its own stamps
  return met;
}

void Engine::meet_visit(const RecordedSpan& span, std::uint32_t number, SpanOutcome& met) {
  Replay::Kind& kind = replay_->kinds[number];
  const VisitKind& recorded = replay_->recording.kinds[number];
  if (kind.block == nullptr) prepare(kind, recorded, span);
  current_ = kind.block;
  core_.mispredicted = false;
  if (tracks_ && recorded.executed == recorded.size) {
    core_.exit = recorded.exit;
    core_.target = recorded.target;
    resolve_branch(*kind.block);
  }
  if (!kind.walked.empty()) walk(kind, recorded);
  std::uint32_t& plain = kind.plain[core_.mispredicted ? 1 : 0];
  if (core_.unusual == 0 && plain != 0) {
    met.items.push_back(plain - 1);
  } else {
    const bool is_plain = core_.unusual == 0;
    if ((core_.unusual & ~(kLogged | kDetailed)) != 0)
      throw ReplayAbandoned("a data access needs exact time");
    // Walking may have led to other windows; else the block's sites are those of another kind.
    if (!kind.walked.empty() && kind.block->sites == kNoSites) update_sites(*kind.block);
    if (!kind.walked.empty() && kind.sites != kind.block->sites) {
      learn_sites(kind);
      kind.plain = {};
    }
    met.items.push_back(outcome_of(number, met));
    if (is_plain) plain = met.items.back() + 1;
    end_visit();
  }
  bus_.program_order += 64;
}

/// The number of the way that the visit in progress went.
std::uint32_t Engine::outcome_of(std::uint32_t number, SpanOutcome& met) {
  Replay::Kind& kind = replay_->kinds[number];
  const auto known = std::find_if(kind.outcomes.begin(), kind.outcomes.end(),
                                  [&](std::uint32_t i) { return is_same(met.outcomes[i], kind); });
  if (known != kind.outcomes.end()) {
    std::rotate(kind.outcomes.begin(), known, known + 1);
    return kind.outcomes.front();
  }
  VisitOutcome outcome;
  outcome.kind = number;
  outcome.missed = core_.missed;
  outcome.mispredicted = core_.mispredicted;
  outcome.logged = (core_.unusual & kLogged) != 0;
  outcome.log = log_;
  outcome.sites = kind.site_values;
  for (const LoggedAccess& entry : log_) {
    // What goes around a cache is timed by its address.
    if (outcome.logged && bus_.memories[entry.timed.region->memory].model->follows_attributes())
      throw ReplayAbandoned("a data access goes around a cache");
    outcome.regions.push_back(static_cast<std::uint8_t>(entry.timed.region - bus_.regions.data()));
  }
  const auto index = static_cast<std::uint32_t>(met.outcomes.size());
  met.outcomes.push_back(std::move(outcome));
  kind.outcomes.insert(kind.outcomes.begin(), index);
  return index;
}

bool Engine::is_same(const VisitOutcome& outcome, const Replay::Kind& kind) const {
  return outcome.missed == core_.missed && outcome.mispredicted == core_.mispredicted &&
         outcome.logged == ((core_.unusual & kLogged) != 0) && outcome.sites == kind.site_values &&
         std::equal(outcome.log.begin(), outcome.log.end(), log_.begin(), log_.end(), is_alike);
}

/// Caches and predictor become what they are behind a span that another machine has met.
void Engine::take_over(const SpanOutcome& outcome) {
  for (std::size_t m = 0; m < bus_.memories.size(); ++m) {
    if (outcome.contents[m] != nullptr)
      bus_.memories[m].model->restore_data(outcome.contents[m].get());
  }
  if (predictor_ != nullptr) predictor_ = outcome.predictor->clone();
  used_as_device_ |= outcome.used_as_device;
}

void Engine::replay_outcomes(const RecordedSpan& span, const SpanOutcome& met,
                             const SpanOutcome::Counts& begin) {
  Replay& replay = *replay_;
  replay.outcomes.assign(met.outcomes.size(), {});
  replay.tallied.clear();
  const Cycles end = std::min(scheduler_.next_due(), limits_->max_cycles);
  // Where the loop stands, in registers; members follow when somebody else looks.
  Cycles now = now_;
  std::uint32_t state = state_;
  std::uint64_t order = bus_.program_order;
  const auto show_members = [&] {
    now_ = now;
    state_ = state;
    bus_.program_order = order;
  };
  constexpr std::size_t kSome = 1u << 16;
  for (std::size_t i = 0; i < met.items.size(); ++i) {
    if (now >= end) [[unlikely]]
      disturbed_replay();
    const std::uint32_t item = met.items[i];
    if ((item & kHookItem) == 0) [[likely]] {
      Replay::Outcome& here = replay.outcomes[item];
      Replay::Tally& tally = here.tallies[state & (here.tallies.size() - 1)];
      if (tally.entry_state == state && tally.generation == *here.generation) [[likely]] {
        now += tally.total;
        state = tally.exit_state;
        order += 64;
        tally.last_visit = order;
        if (tally.visits++ == 0) replay.tallied.push_back(&tally);
        if (i % kSome != 0) continue;
        show_members();
        if (!goes_on()) return;
        continue;
      }
      show_members();
      replay_outcome(span, met.outcomes[item], here, tally);
    } else {
      show_members();
      count_tallied();
      set_data_counts(begin, met.at_hooks[item & ~kHookItem]);
      replay_hook(span.hooks[item & ~kHookItem]);
    }
    now = now_;
    state = state_;
    order = bus_.program_order;
  }
  show_members();
  count_tallied();
  set_data_counts(begin, met.at_end);
}

/// Lets variants know of the visits that were tallied.
void Engine::count_tallied() {
  for (Replay::Tally* tally : replay_->tallied) {
    Variant& variant = *tally->variant;
    if (variant.count == variant.folded) counted_.push_back(&variant);
    variant.count += std::exchange(tally->visits, 0);
    variant.last_visit = std::max(variant.last_visit, tally->last_visit);
  }
  replay_->tallied.clear();
}

/// A visit that no tally stands for; its variant gets `tally`, if it has one.
void Engine::replay_outcome(const RecordedSpan& span, const VisitOutcome& outcome,
                            Replay::Outcome& here, Replay::Tally& tally) {
  count_tallied();
  if (here.block == nullptr) {
    Replay::Kind& kind = replay_->kinds[outcome.kind];
    if (kind.block == nullptr) prepare(kind, replay_->recording.kinds[outcome.kind], span);
    here.block = kind.block;
    here.generation = here.block->generation;
    here.sites = kNoSites;
  }
  current_ = here.block;
  const std::uint32_t entry_state = state_;
  Variant* const variant = variant_of_outcome(here, outcome);
  if (variant == nullptr) return;
  pass(*variant);
  tally = {.entry_state = entry_state,
           .exit_state = variant->exit_state,
           .total = variant->total,
           .generation = variant->generation,
           .variant = variant};
}

/// The variant of a visit that is no guess; null if it has been timed by replay_until().
Variant* Engine::variant_of_outcome(Replay::Outcome& here, const VisitOutcome& outcome) {
  Block& block = *here.block;
  for (std::size_t i = 0; i < block.info.size(); ++i) block.info[i].site = outcome.sites[i];
  if (here.sites == kNoSites) {
    update_sites(block);
    here.sites = block.sites;
  }
  block.sites = here.sites;
  pretend(replay_->recording.kinds[outcome.kind]);
  core_.missed = outcome.missed;
  core_.mispredicted = outcome.mispredicted;
  log_ = outcome.log;
  for (std::size_t i = 0; i < log_.size(); ++i)
    log_[i].timed.region = &bus_.regions[outcome.regions[i]];
  const bool has_details = !log_.empty() || core_.missed != 0;
  core_.unusual =
      (has_details ? unsigned{kDetailed} : 0u) | (outcome.logged ? unsigned{kLogged} : 0u);
  return variant_or_replay(block, replay_->recording.kinds[outcome.kind]);
}

}  // namespace mcost::engine
