// Where visits are timed and cost is booked: variants (memoised), replay (exact), ledger and
// profile.
#include <algorithm>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

/// Lines a variant may hold: stamps of its lines are visit stamp + position, and visits step by 64.
constexpr std::size_t kMostLines = 60;

void add_share(VisitCost& cost, const pipeline::Charge& charge) {
  for (VisitCost::Share& share : cost.shares) {
    if (share.cause == charge.cause && share.memory == charge.memory) {
      share.cycles += charge.cycles;
      return;
    }
  }
  cost.shares.push_back({charge.cause, charge.memory, charge.cycles});
}

Traffic& traffic_of(VisitCost& cost, std::uint8_t memory) {
  for (VisitCost::MemoryTraffic& entry : cost.traffic) {
    if (entry.memory == memory) return entry.traffic;
  }
  cost.traffic.push_back({memory, {}});
  return cost.traffic.back().traffic;
}

void add_visits(Counters& ledger, const VisitCost& cost, std::uint64_t visits) {
  for (const VisitCost::Share& share : cost.shares)
    ledger.charge(share.cause, share.memory, visits * share.cycles);
  for (const VisitCost::MemoryTraffic& entry : cost.traffic) {
    Traffic scaled = entry.traffic;
    scaled *= visits;
    ledger.traffic[entry.memory] += scaled;
  }
  ledger.instructions += visits * cost.instructions;
  ledger.skipped += visits * cost.skipped;
  ledger.folded += visits * cost.folded_slots;
  ledger.macs += visits * cost.macs;
  for (unsigned c = 0; c < kInstructionClasses; ++c)
    ledger.by_class[c] += visits * cost.by_class[c];
}

}  // namespace

Visit Engine::visit_of(const Block& block) const {
  Visit visit;
  visit.block = &block;
  visit.passed = core_.passed;
  visit.missed = core_.missed;
  visit.misaligned = core_.misaligned;
  visit.banks = tracks_ ? core_.banks : 0;
  visit.mispredicted = core_.mispredicted;
  visit.exit = core_.exit;
  visit.target = core_.target;
  visit.exception_return = (requests_ & kExceptionReturn) != 0;
  visit.log = &log_;
  return visit;
}

/// The current visit while one of its instructions makes an access: whether and how that branches
/// is not known yet, and what the visit before left behind says nothing of it.
Visit Engine::unfinished_visit() const {
  Visit visit = visit_of(*current_);
  visit.exit = kFallThrough;
  visit.mispredicted = false;
  return visit;
}

Variant* Engine::find_variant(Block& block, const VariantKey& key) {
  Variant*& recent = block.recent[VariantKeyHash{}(key) >> 7 & (block.recent.size() - 1)];
  if (recent != nullptr && recent->key == key) return recent;
  const auto found = block.by_key.find(key);
  if (found == block.by_key.end()) return nullptr;
  recent = found->second;
  return recent;
}

bool Engine::lines_resident(Block& block, Variant& variant) {
  if (variant.generation == *block.generation) return true;
  const bus::MemoryModel& model = *bus_.memories[block.memory].model;
  for (const std::uint32_t line : variant.lines) {
    if (!model.fetch_line_resident(line)) return false;
  }
  variant.generation = *block.generation;
  return true;
}

/// The memoised timing of the visit that just ended, or null where it must be replayed. `guess`
/// came last behind the same variant.
Variant* Engine::select_variant(Block& block, Variant* guess) {
  const std::uint32_t in_order = bus_.interconnect.shared() | long_waits_;
  if (!options_.memoise || observer_ != nullptr || (in_order & block.fetches) != 0) return nullptr;
  if (block.sites == kNoSites) update_sites(block);
  const VariantKey key{.entry_state = state_,
                       .passed = core_.passed,
                       .missed = core_.missed,
                       .misaligned = core_.misaligned,
                       .banks = tracks_ ? core_.banks : 0,
                       .mispredicted = core_.mispredicted,
                       .exit = core_.exit,
                       .target = core_.exit == kFallThrough ? 0 : core_.target,
                       .sites = block.sites,
                       .details = log_.empty() ? 0 : details_of(block)};
  Variant* variant = guess->key == key ? guess : find_variant(block, key);
  if (variant == nullptr) {
    if (block.variants.size() >= options_.most_variants) {
      ++statistics_.capped_visits;
      return nullptr;
    }
    variant = fold(block, key);
    if (variant == nullptr) return nullptr;
  } else if (!lines_resident(block, *variant)) {
    return nullptr;
  }
  forget_details();
  return variant;
}

/// A number for what the logged accesses did with lines. What they have in common with each other
/// access of their op is in the key; of their addresses only how they lie in a doubleword matters.
std::uint32_t Engine::details_of(Block& block) {
  detail_values_.clear();
  for (const LoggedAccess& entry : log_) {
    const bus::Access& access = entry.timed.access;
    const auto region = static_cast<std::uint32_t>(entry.timed.region - bus_.regions.data());
    detail_values_.push_back(entry.op | std::uint32_t{entry.beat} << 8 | region << 16 |
                             static_cast<std::uint32_t>(entry.timed.use.way) << 24);
    detail_values_.push_back((access.address & 7u) | std::uint32_t{access.size_bytes} << 8 |
                             std::uint32_t{entry.timed.use.victim} << 16);
  }
  const auto next = static_cast<std::uint32_t>(block.detail_ids.size() + 1);
  return block.detail_ids.try_emplace(detail_values_, next).first->second;
}

void Engine::update_sites(Block& block) {
  site_values_.clear();
  for (const OpInfo& info : block.info) {
    if (info.access_bytes != 0 || info.operand_timed) site_values_.push_back(info.site);
  }
  const auto next = static_cast<std::uint32_t>(block.site_ids.size());
  block.sites = block.site_ids.try_emplace(site_values_, next).first->second;
}

Variant* Engine::fold(Block& block, const VariantKey& key) {
  TimingState state = states_[state_];
  bus::FoldLog log;
  BusPort port(bus_, state, &log, block.memory);
  Visit visit = visit_of(block);
  visit.log = log_.empty() ? nullptr : &log_;
  OpReplay replay(bus_, visit, core_);
  auto variant = std::make_unique<Variant>();
  VisitCost& cost = variant->cost;
  for (unsigned i = 0; i < block.info.size(); ++i) {
    const OpInfo& info = block.info[i];
    const TimedOp timed = replay.time(model_, state, port, i);
    if (!log.foldable) return nullptr;
    variant->total += timed.advance.charges.total();
    for (const pipeline::Charge& charge : timed.advance.charges.parts()) {
      add_share(cost, charge);
      variant->charges.push_back(
          {static_cast<std::uint8_t>(i), charge.cause, charge.memory, charge.cycles});
    }
    ++cost.instructions;
    cost.folded_slots += timed.advance.folded ? 1 : 0;
    variant->folded_ops |= timed.advance.folded ? 1u << i : 0u;
    if (!timed.executed) {
      ++cost.skipped;
    } else {
      cost.macs += info.macs;
      ++cost.by_class[static_cast<unsigned>(info.instruction_class)];
    }
    note_traffic(block, *variant, i, timed, replay, port);
  }
  if (log.lines.size() > kMostLines) return nullptr;
  variant->key = key;
  variant->is_detailed = key.missed != 0 || key.misaligned != 0 || key.details != 0;
  variant->block = &block;
  variant->exit_state = states_.id_of(state);
  variant->generation = *block.generation;
  variant->lines = std::move(log.lines);
  const bus::MemoryModel& home = *bus_.memories[block.memory].model;
  if (!variant->lines.empty() && home.has_fetch_recency())
    cached_variants_.push_back(variant.get());
  ++statistics_.variants_built;
  block.by_key.emplace(key, variant.get());
  block.variants.push_back(std::move(variant));
  return block.variants.back().get();
}

/// Traffic of an op that has just been timed for a variant.
void Engine::note_traffic(Block& block, Variant& variant, unsigned op, const TimedOp& timed,
                          const OpReplay& replay, BusPort& port) const {
  CodeCost seen;
  if (timed.executed) {
    for (const TimedAccess& access : replay.accesses())
      count_access(seen.traffic_of(access.access.memory), access.access);
  }
  for (std::size_t memory = 0; memory < bus_.memories.size(); ++memory) {
    BusPort::Activity& activity = port.activity(memory);
    if (activity.fetched_words != 0) block.fetches |= 1u << memory;
    if (activity.fetched_words == 0 && activity.array_reads == 0) continue;
    count_activity(seen.traffic_of(static_cast<std::uint8_t>(memory)), activity,
                   model_.fetch_bytes());
    activity = {};
  }
  for (const CodeCost::MemoryTraffic& entry : seen.traffic) {
    traffic_of(variant.cost, entry.memory) += entry.traffic;
    if (profiler_)
      variant.op_traffic.push_back({static_cast<std::uint8_t>(op), entry.memory, entry.traffic});
  }
}

/// Accounts exactly for the ops of the current visit before `end` that are not accounted for yet.
void Engine::replay_until(Block& block, unsigned end) {
  if (timed_ops_ >= end) return;
  touch_lines();
  bus_.program_order += kMostLines;  // past the stamps that memoised visits have just left
  TimingState state = states_[state_];
  BusPort port(bus_, state, port_time(state));
  const Visit visit = visit_of(block);
  OpReplay replay(bus_, visit, core_);
  if (observer_ != nullptr) port.note_calls(&calls_);
  for (; timed_ops_ < end; ++timed_ops_) {
    if (observer_ != nullptr) {
      before_ = state;
      calls_.clear();
    }
    const TimedOp timed = replay.time(model_, state, port, timed_ops_);
    charge_op(block, block.info[timed_ops_], timed, replay, port);
    if (observer_ != nullptr) show(block.info[timed_ops_], timed, replay);
    now_ += timed.advance.charges.total();
  }
  state_ = states_.id_of(state);
}

void Engine::show(const OpInfo& info, const TimedOp& timed, const OpReplay& replay) {
  observer_->executed({info, replay.outcome(), before_, replay.accesses(), timed, calls_, now_});
}

void Engine::charge_op(const Block& block, const OpInfo& info, const TimedOp& timed,
                       const OpReplay& replay, BusPort& port) {
  if (profiler_) profile_op(block, info, timed, replay, port);
  for (const pipeline::Charge& charge : timed.advance.charges.parts()) {
    ledger_.charge(charge.cause, charge.memory, charge.cycles);
  }
  if (!info.partial) ++ledger_.instructions;
  ledger_.folded += timed.advance.folded ? 1 : 0;
  if (timed.executed) {
    ledger_.macs += info.macs;
    if (!info.partial) ++ledger_.by_class[static_cast<unsigned>(info.instruction_class)];
    for (const TimedAccess& access : replay.accesses()) {
      count_access(ledger_.traffic[access.access.memory], access.access);
    }
  } else {
    ++ledger_.skipped;
  }
  for (std::size_t memory = 0; memory < bus_.memories.size(); ++memory) {
    BusPort::Activity& activity = port.activity(memory);
    count_activity(ledger_.traffic[memory], activity, model_.fetch_bytes());
    activity = {};
  }
}

/// Tells caches which lines memoised visits used since they were last told, so that replacement
/// sees true recency.
void Engine::touch_lines() {
  for (Variant* variant : cached_variants_) {
    if (variant->last_visit <= touched_) continue;
    bus_.memories[variant->block->memory].model->touch_fetch_lines(variant->lines,
                                                                   variant->last_visit);
  }
  touched_ = bus_.program_order;
}

/// Books the visits counted since the last fold: only of variants that had any, so that layers and
/// interrupts cost what ran in them, not what was ever seen.
void Engine::fold_counts() {
  for (Variant* variant : counted_) {
    const std::uint64_t visits = variant->count - variant->folded;
    variant->folded = variant->count;
    add_visits(ledger_, variant->cost, visits);
    statistics_.memoised_visits += visits;
  }
  counted_.clear();
}

void Engine::close_clock_span() {
  fold_counts();
  if (clock_ != 0) ledger_.at_later_clock[clock_] += ledger_.cycles - in_spans_;
  in_spans_ = ledger_.cycles;
}

void Engine::start_clock_span(unsigned clock) {
  close_clock_span();
  clock_ = clock;
  if (profiler_) profiler_->set_clock(clock);
}

Counters Engine::take_counters() {
  close_clock_span();
  Counters period = ledger_;
  ledger_ = Counters{};
  in_spans_ = 0;
  total_ += period;
  return period;
}

Counters Engine::peek_counters() {
  close_clock_span();
  Counters sum = total_;
  sum += ledger_;
  return sum;
}

const EngineStatistics& Engine::statistics() {
  fold_counts();
  statistics_.timing_states = states_.size();
  return statistics_;
}

void Engine::account_exception(const pipeline::Charges& charges) {
  if (observer_ != nullptr) observer_->spent(now_, charges);
  for (const pipeline::Charge& charge : charges.parts()) {
    ledger_.charge(charge.cause, charge.memory, charge.cycles);
    if (profiler_) profiler_->pending().charge(charge.cause, charge.memory, charge.cycles);
  }
  now_ += charges.total();
}

}  // namespace mcost::engine
