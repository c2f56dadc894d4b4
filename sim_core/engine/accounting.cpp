// Where visits are timed and cost is booked: variants (memoised), replay (exact), ledger and
// profile.
#include <algorithm>
#include <utility>

#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

/// Lines a variant may hold: stamps of its lines are visit stamp + position, and visits step by 64.
constexpr std::size_t kMostLines = 60;

void count_access(Traffic& traffic, const bus::Access& access) {
  if (access.kind == bus::AccessKind::write) {
    ++traffic.writes;
    traffic.write_bytes += access.size_bytes;
  } else {
    ++traffic.reads;
    traffic.read_bytes += access.size_bytes;
  }
}

void count_activity(Traffic& traffic, const BusPort::Activity& activity, unsigned fetch_bytes) {
  traffic.fetches += activity.fetched_words;
  traffic.fetch_bytes += std::uint64_t{activity.fetched_words} * fetch_bytes;
  traffic.array_reads += activity.array_reads;
}

Traffic& traffic_in(Counters& counters, std::size_t memory) { return counters.traffic[memory]; }
Traffic& traffic_in(CodeCost& cost, std::size_t memory) {
  return cost.traffic_of(static_cast<std::uint8_t>(memory));
}

/// Adds what one op cost to Counters or a CodeCost.
template <class Sum>
void add_op(Sum& sum, const OpInfo& info, const TimedOp& timed, const OpReplay& replay,
            const BusPort& port, std::size_t memories, unsigned fetch_bytes) {
  for (const pipeline::Charge& charge : timed.advance.charges.parts())
    sum.charge(charge.cause, charge.memory, charge.cycles);
  sum.instructions += info.partial ? 0 : 1;
  sum.folded += timed.advance.folded ? 1 : 0;
  if (timed.executed) {
    sum.macs += info.macs;
    sum.by_class[static_cast<unsigned>(info.instruction_class)] += info.partial ? 0 : 1;
    for (const TimedAccess& access : replay.accesses())
      count_access(traffic_in(sum, access.access.memory), access.access);
  } else {
    ++sum.skipped;
  }
  for (std::size_t memory = 0; memory < memories; ++memory) {
    const BusPort::Activity& activity = port.activity(memory);
    if (activity.fetched_words == 0 && activity.array_reads == 0) continue;
    count_activity(traffic_in(sum, memory), activity, fetch_bytes);
  }
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

/// Whether the fetches of the visit that just ended find what those of `variant` found.
bool Engine::finds_same_lines(Block& block, Variant& variant) {
  if (variant.generation == *block.generation) return true;
  const bus::MemoryModel& model = *bus_.memories[block.memory].model;
  const auto resident = [&](std::uint32_t line) { return model.fetch_line_resident(line); };
  if (!std::all_of(variant.lines.begin(), variant.lines.end(), resident)) return false;
  if (!variant.brought.empty())
    return std::none_of(variant.brought.begin(), variant.brought.end(), resident);
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
  bus::MemoryModel& home = *bus_.memories[block.memory].model;
  Variant* variant = guess;
  if (!(guess->key == key) || !finds_same_lines(block, *guess)) {
    Variant* const first = find_variant(block, key);
    variant = first;
    while (variant != nullptr && !finds_same_lines(block, *variant)) variant = variant->sibling;
    if (variant == nullptr && first != nullptr && !home.memoises_fills()) return nullptr;
  }
  if (variant == nullptr) {
    if (block.variants.size() >= options_.most_variants) {
      ++statistics_.capped_visits;
      return nullptr;
    }
    variant = fold(block, key);
    if (variant == nullptr) return nullptr;
  }
  if (!variant->brought.empty() && !home.bring_fetch_lines(variant->brought, variant->lines))
    return nullptr;
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
  const bus::MemoryModel& home = *bus_.memories[block.memory].model;
  bus::FoldLog log;
  log.keeps_fills = home.memoises_fills();
  BusPort port(bus_, state, &log, block.memory);
  Visit visit = visit_of(block);
  visit.log = log_.empty() ? nullptr : &log_;
  OpReplay replay(bus_, visit, core_);
  auto variant = std::make_unique<Variant>();
  for (unsigned i = 0; i < block.info.size(); ++i) {
    const TimedOp timed = replay.time(model_, state, port, i);
    if (!log.foldable) return nullptr;
    variant->total += timed.advance.charges.total();
    CodeCost cost;
    add_op(cost, block.info[i], timed, replay, port, bus_.memories.size(), model_.fetch_bytes());
    port.forget_activity();
    for (const CodeCost::MemoryTraffic& entry : cost.traffic)
      block.fetches |= entry.traffic.fetches != 0 ? 1u << entry.memory : 0u;
    variant->cost += cost;
    if (profiler_) variant->op_costs.push_back(std::move(cost));
  }
  if (log.lines.size() > kMostLines) return nullptr;
  variant->key = key;
  variant->is_detailed = key.missed != 0 || key.misaligned != 0 || key.details != 0;
  variant->block = &block;
  variant->exit_state = states_.id_of(state);
  variant->generation = log.brought.empty() ? *block.generation : kNoGeneration;
  variant->lines = std::move(log.lines);
  variant->brought = std::move(log.brought);
  variant->has_recency = !variant->lines.empty() && home.has_fetch_recency();
  ++statistics_.variants_built;
  const auto [first, is_first] = block.by_key.emplace(key, variant.get());
  if (!is_first) variant->sibling = std::exchange(first->second->sibling, variant.get());
  block.variants.push_back(std::move(variant));
  return block.variants.back().get();
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
  const auto add_to = [&](auto& sum) {
    add_op(sum, info, timed, replay, port, bus_.memories.size(), model_.fetch_bytes());
  };
  add_to(ledger_);
  if (polling_.is_measured) {
    add_to(polling_.under_way.cost);
    if (profiler_) add_to(asking_cost_at(info.pc));
  }
  if (profiler_) add_to(profiler_->at(profiler_->now(block.context), info.pc));
  port.forget_activity();
}

/// Tells caches which lines memoised visits used since they were last told, so that replacement
/// sees true recency.
void Engine::touch_lines() {
  fold_counts();
  for (Variant* variant : untouched_) {
    if (variant->last_visit <= touched_) continue;
    bus_.memories[variant->block->memory].model->touch_fetch_lines(variant->lines,
                                                                   variant->last_visit);
  }
  untouched_.clear();
  touched_ = bus_.program_order;
}

/// Books the visits counted since the last fold: only of variants that had any, so that layers and
/// interrupts cost what ran in them, not what was ever seen.
void Engine::fold_counts() {
  for (Variant* variant : counted_) {
    const std::uint64_t visits = variant->count - variant->folded;
    variant->folded = variant->count;
    variant->cost.add_to(ledger_, visits);
    if (variant->has_recency) untouched_.push_back(variant);
    if (polling_.is_measured) polling_.under_way.others.push_back({variant, visits});
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
