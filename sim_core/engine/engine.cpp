#include "sim_core/engine/engine.h"

#include <algorithm>

namespace mcost::engine {
namespace {

/// Host checks (progress, --timeout) happen this often in simulated cycles; results do not depend
/// on it.
constexpr Cycles kSlice = Cycles{1} << 24;

}  // namespace

Engine::Engine(const pipeline::PipelineModel& model, bus::SystemBus& bus, isa::FeatureSet features,
               unsigned interrupts, unsigned priority_bits, EngineOptions options)
    : model_(model),
      bus_(bus),
      features_(features),
      options_(options),
      tracks_(model.uses_banks() || model.make_predictor() != nullptr),
      exceptions_(interrupts, priority_bits, features),
      mpu_(exceptions_.architecture()) {
  core_.engine = this;
  core_.program_order = &bus_.program_order;
  // Equal to no key.
  nothing_.key.exit = ~std::uint32_t{0};
  nothing_.generation = kNoGeneration;
  no_guesses_.fill(&nothing_);
  nowhere_.kind = bus::RegionKind::device;
  nowhere_.memory = static_cast<std::uint8_t>(bus_.memories.size());  // "peripherals"
  for (bus::Memory& memory : bus_.memories) {
    memory.model->set_view_listener([this, &memory](std::uint32_t offset, std::uint32_t size) {
      view_changed(memory, offset, size);
    });
  }
  build_windows();
}

void Engine::build_windows() {
  core_.windows.fill(bus::Window{});
  note_contended_memories();
  note_long_waits();
  for (std::size_t i = 0; i < bus_.regions.size() && i + 1 < kWindows; ++i) build_window(i);
}

void Engine::build_window(std::size_t index) {
  const bus::Region& region = bus_.regions[index];
  if (region.kind != bus::RegionKind::memory || region.view != 0 || region.size_bytes == 0) return;
  bus::Memory& memory = bus_.memories[region.memory];
  if (memory.model->data_path() == bus::DataPath::timed) return;
  if (memory.model->follows_attributes() && is_uncached(region, default_permission(region.base)))
    return;
  bus::Window& window = core_.windows[index + 1];
  window.region = static_cast<std::uint8_t>(index);
  window.writable = region.writable;
  if (memory.model->data_stamps() != nullptr) {
    window.stamp_shift = memory.model->data_stamp_shift();
    window.stamps = memory.model->data_stamps();
  }
  show_in_window(window, region, region.base, region.base + (region.size_bytes - 1));
  if (is_exact(region.memory)) window.set_size(0);
}

/// Lets `window` show what it can of [first, last], a part of `region`: windows are aligned, what
/// is left at the ends goes out of line.
void Engine::show_in_window(bus::Window& window, const bus::Region& region, Address first,
                            Address last) {
  constexpr Address kAlign = 8;
  bus::Memory& memory = bus_.memories[region.memory];
  const Address base = (first + (kAlign - 1)) & ~(kAlign - 1);
  const std::uint32_t head = base - first;
  const std::uint32_t whole = last - first;
  const std::uint32_t size = head > whole ? 0 : (whole - head + 1) & ~(kAlign - 1);
  const std::uint32_t offset =
      region.memory_offset + (first - region.base) + (size == 0 ? 0 : head);
  window.region = static_cast<std::uint8_t>(&region - bus_.regions.data());
  window.writable = region.writable;
  window.base = base;
  window.set_size(size);
  window.host = memory.bytes.data() + offset;
  window.tags = memory.tags.data() + (offset >> bus::kTagShift);
  if (window.stamps != nullptr)
    window.stamps = memory.model->data_stamps() + (offset >> window.stamp_shift);
}

void Engine::memory_timing_changed() {
  build_windows();
  if (windows_limited_) close_windows();
  invalidate_all_blocks();
}

Engine::~Engine() = default;

void Engine::reset(std::uint32_t stack_pointer, Address pc, Address vector_table) {
  static_cast<ArchState&>(core_) = ArchState{};
  exceptions_.reset();
  exceptions_.vtor = vector_table;
  reset_vectors_ = vector_table;
  mpu_.reset();
  update_memory_view();
  core_.r[13] = stack_pointer & ~3u;
  core_.r[14] = 0xFFFFFFFFu;  // ARMv7-M ARM B1.5.5, TakeReset
  pc_ = pc & ~1u;
  it_ = isa::ItState{};
  TimingState state;
  state.pipeline = model_.reset_state();
  for (const bus::Memory& memory : bus_.memories) {
    if (memory.micro_state_slot < kMicroStates)
      state.memory[memory.micro_state_slot] = memory.model->reset_state();
  }
  state_ = states_.id_of(state);
  predictor_ = model_.make_predictor();
  event_register_ = false;
  sleeping_ = false;
  thumb_ = true;
  if (profiler_) {
    begin_context();
    profile_here(pc_);  // the vectors that were read
  }
  exclusive_valid_ = false;
  restarted_.clear();
  stop_ = StopReason::none;
}

void Engine::request_reset(bool system) {
  system_reset_ = system_reset_ || system;
  request(kResetRequest);
}

void Engine::reset_by_request(bool system) {
  system_reset_ = false;
  ++statistics_.resets;
  if (reset_handler_) reset_handler_(system);
  std::uint32_t stack_pointer = 0;
  std::uint32_t entry = 0;
  if (!read_bus_word(reset_vectors_, stack_pointer) || !read_bus_word(reset_vectors_ + 4, entry)) {
    lock_up();
    return;
  }
  reset(stack_pointer, entry, reset_vectors_);
}

std::uint32_t Engine::xpsr() const {
  const std::uint32_t it = it_.value();
  return core_.apsr() | exceptions_.ipsr() | (thumb_ ? 1u << 24 : 0u) | (it & 3u) << 25 |
         (it >> 2) << 10;
}

std::uint8_t Engine::mode() const {
  const bool ready = exceptions_.fp_enabled() && (exceptions_.control & kControlFpca) != 0 &&
                     (exceptions_.fpccr & kFpccrLspact) == 0;
  return static_cast<std::uint8_t>((ready ? kModeFpReady : 0u) |
                                   static_cast<unsigned>(view_) << kModeViewShift |
                                   (stack_limit() != 0 ? kModeStackLimit : 0u));
}

Block* Engine::enter_block(bool single) {
  return block_of({pc_, it_.value(), mode(), single, context_});
}

Block* Engine::block_of(const BlockKey& key) {
  const auto found = blocks_.find(key);
  if (found != blocks_.end()) return found->second.get();
  return blocks_.emplace(key, build_block(key)).first->second.get();
}

StopReason Engine::run(const RunLimits& limits) {
  limits_ = &limits;
  until_ = limits.until;
  if (until_) add_hook(*until_ & ~1u);
  stop_ = StopReason::none;
  halt_ = {};
  Cycles slice_end = now_ + kSlice;
  while (stop_ == StopReason::none) {
    bury();
    if (scheduler_.next_due() <= now_) {
      disturb_recording();
      scheduler_.run_due(now_);
      continue;
    }
    update_shared_memories();
    if (now_ >= limits.max_cycles) return StopReason::cycle_limit;
    if (now_ >= slice_end) {
      slice_end = now_ + kSlice;
      if (limits.keep_going && !limits.keep_going(now_)) return StopReason::time_limit;
      continue;  // it may have halted the run
    }
    if (exceptions_.highest_takeable() != 0) {
      disturb_recording();
      enter_exception();
      continue;
    }
    if (sleeping_) {
      disturb_recording();
      sleep_until(std::min(scheduler_.next_due(), limits.max_cycles));
      continue;
    }
    if (!thumb_) {
      disturb_recording();
      take_fault(GuestFault{FaultKind::invalid_state, pc_, false});
      continue;
    }
    if (held_memories_ != 0 && wait_for_code()) continue;
    step_or_run(std::min(limits.max_cycles, scheduler_.next_due()), slice_end);
  }
  return stop_;
}

template <Engine::Hearer kHearer>
void Engine::run_heard(Block* block, Cycles limit) {
  tracks_ ? run_blocks<true, kHearer>(block, limit) : run_blocks<false, kHearer>(block, limit);
}

/// Runs from pc_ until `limit` is near, something unusual happens, a stop block is reached, or
/// `slice_end` passed.
void Engine::step_or_run(Cycles limit, Cycles slice_end) {
  Block* block = enter_block(false);
  if (block->worst_case == kStops && !stop_at(*block)) return;
  if (context_ != block->context) block = enter_block(false);  // another layer has begun
  const bool single = observer_ != nullptr || now_ + block->worst_case >= limit;
  if (single) block = enter_block(true);
  current_ = block;
  try {
    if (single && interrupt_inside(*block)) return;
    update_shared_memories();  // events inside the instruction may have set others to work
    const Cycles end = std::min(limit, slice_end);
    if (path_) {
      run_heard<Hearer::path_recorder>(block, end);
    } else if (profiler_) {
      run_heard<Hearer::profiler>(block, end);
    } else {
      run_heard<Hearer::nobody>(block, end);
    }
    if (polling_.known.cycles != 0) repeat_asking(end);
  } catch (const GuestFault& fault) {
    disturb_recording();
    abandon_op(*current_);
    take_fault(fault);
  } catch (const AbandonedInstruction& abandoned) {
    disturb_recording();
    abandon_op(*current_);
    if (abandoned.locked_up) lock_up();
  }
}

/// True if no event to come could move the core on from where it is: none is scheduled, or what
/// devices raise is masked.
bool Engine::nothing_can_wake(bool asleep) const {
  return scheduler_.next_due() == Scheduler::kNever || !exceptions_.may_be_interrupted(asleep);
}

/// Tells the listener that pc_ is reached, if it hooked it.
void Engine::tell_listener() {
  if (listener_ == nullptr || !hooks_.contains(pc_)) return;
  if (path_ == nullptr || !path_->is_recording()) {
    listener_->reached(pc_, *this);
    return;
  }
  RecordedHook hook;
  hook.pc = pc_;
  hook.registers = core_.r;
  hook_ = &hook;
  listener_->reached(pc_, *this);
  hook_ = nullptr;
  path_->add_hook(std::move(hook));
}

/// Tells whoever hooked pc_. Returns true if the block cannot be entered: the run ends or is
/// halted, or the listener added a hook inside the block.
bool Engine::serve_hooks(const Block& block) {
  if (until_ && pc_ == (*until_ & ~1u) && it_.value() == block.it.value()) {
    stop_ = StopReason::until;
    return true;
  }
  tell_listener();
  if (debug_stops_.breaks_at(pc_)) halt({.cause = HaltCause::breakpoint});
  if (!block.dropped && stop_ != StopReason::halted) return false;
  hook_served_ = pc_;
  return true;
}

/// Serves hooks and idle loops before a block is entered. Returns false if the run ends or pc_
/// moved.
bool Engine::stop_at(Block& block) {
  const bool begins_anew = std::erase(restarted_, pc_) != 0;
  if (block.has_hook && pc_ != hook_served_ && !begins_anew && serve_hooks(block)) return false;
  hook_served_ = kNowhere;
  if (replay_ && is_at_span()) {
    replay_span();
    return false;
  }
  if (block.is_self_branch && nothing_can_wake(false)) {
    const unsigned exception = exceptions_.ipsr();
    const bool in_fault = exception >= kHardFault && exception <= kUsageFault;
    stop_ = in_fault && first_fault_ ? StopReason::fault : StopReason::idle;
    return false;
  }
  return true;
}

/// The fast loop: visits blocks while nothing unusual happens. Leaves pc_ and it_ at the next
/// instruction. The guess for a visit is the variant that came last behind the variant before it:
/// its entry state is right by construction.
template <bool kTracks, Engine::Hearer kHearer>
void Engine::run_blocks(Block* block, Cycles limit) {
  std::uint64_t& order = bus_.program_order;
  Followers* guesses = &no_guesses_;
  bool executed = false;
  do {
    if (!executed) {
      current_ = block;
      core_.passed = 0;
      if constexpr (kTracks) core_.banks = 0;
      if constexpr (kHearer == Hearer::path_recorder) begin_recorded_visit(*block);
      const MicroOp* ops = block->ops.data();
      ops->handler(core_, ops);
      if constexpr (kHearer == Hearer::path_recorder) end_recorded_visit(*block);
      if constexpr (kTracks) resolve_branch(*block);
    }
    executed = false;
    const std::uint32_t exit = core_.exit;
    const std::uint32_t index = kTracks ? follower_index(exit, core_.mispredicted) : exit;
    Variant* variant = (*guesses)[index];
    if (core_.unusual != 0 || variant->key.passed != core_.passed ||
        (kTracks && variant->key.banks != core_.banks) || variant->key.sites != block->sites ||
        variant->generation != *block->generation ||
        (exit == kIndirect && variant->key.target != core_.target) || variant->is_detailed)
        [[unlikely]] {
      if ((core_.unusual & ~std::uint32_t{kDetailed}) != 0) {
        finish_unusual(*block);
        return;
      }
      variant = select_variant(*block, variant);
      if (variant == nullptr) {
        finish_replayed(*block, static_cast<unsigned>(block->info.size()));
        return;
      }
      if (guesses != &no_guesses_) (*guesses)[index] = variant;
    }
    now_ += variant->total;
    state_ = variant->exit_state;
    if (variant->count == variant->folded) [[unlikely]]
      counted_.push_back(variant);
    ++variant->count;
    order += 64;
    variant->last_visit = order;
    Block* next = variant->next;
    if (next == nullptr) [[unlikely]] {
      set_next(*block);
      next = enter_block(false);
      variant->next = next;
      variant->followers.fill(&nothing_);
    }
    if constexpr (kHearer == Hearer::profiler) {  // the way to this context was taken before
      if (next->context != block->context)
        profiler_->trace().note(now_, profiler_->node_of(next->context));
    }
    guesses = &variant->followers;
    if (kHearer != Hearer::path_recorder && next == block && variant->followers[index] == variant &&
        exit != kIndirect) {
      executed = repeat<kTracks>(*block, *variant, limit);
    }
    block = next;
  } while (executed || now_ + block->worst_case < limit);
  pc_ = block->pc;
  it_ = block->it;
  context_ = block->context;
}

/// Asks the predictor about the branch that ended a visit, if one did.
void Engine::resolve_branch(const Block& block) {
  const bool left = (core_.unusual & kLeft) != 0 && core_.left_after + 1 < block.info.size();
  core_.mispredicted = false;
  if (predictor_ == nullptr || !block.ends_in_branch || left) return;
  if ((requests_ & kExceptionReturn) != 0) return;
  const OpInfo& branch = block.info.back();
  core_.mispredicted =
      !predictor_->resolve(branch.timing, branch.pc, core_.exit != kFallThrough, core_.target);
}

/// Visits a loop of one block as long as it is timed by the same variant. Returns true after a
/// visit that was executed and must still be timed, false when `limit` is near.
template <bool kTracks>
bool Engine::repeat(Block& block, Variant& variant, Cycles limit) {
  std::uint64_t& order = bus_.program_order;
  const MicroOp* const ops = block.ops.data();
  const std::uint32_t exit = variant.key.exit;
  const std::uint32_t passed = variant.key.passed;
  const Cycles total = variant.total;
  const Cycles last = limit - std::min(limit, block.worst_case);
  Cycles now = now_;
  while (now < last) {
    core_.passed = 0;
    if constexpr (kTracks) core_.banks = 0;
    ops->handler(core_, ops);
    if constexpr (kTracks) {
      resolve_branch(block);
      if (core_.banks != variant.key.banks || core_.mispredicted != variant.key.mispredicted)
        return true;
    }
    if (core_.exit != exit || core_.passed != passed || core_.unusual != 0) return true;
    now += total;
    now_ = now;
    ++variant.count;
    order += 64;
    variant.last_visit = order;
  }
  return false;
}

/// Puts pc_ and it_ where a complete visit leads.
void Engine::set_next(const Block& block) {
  if (core_.exit == kFallThrough) {
    pc_ = block.end_pc;
    it_ = block.end_it;
  } else {
    pc_ = core_.target;
    it_ = isa::ItState{};
  }
  follow(block);
}

/// Ends a visit that is timed by replay: `done` instructions were executed.
void Engine::finish_replayed(Block& block, unsigned done) {
  ++statistics_.replayed_visits;
  if (polling_.answers == 0) forget_polling();
  bus_.program_order += 64;
  context_ = block.context;
  replay_until(block, done);
  if (done < block.info.size()) {
    pc_ = block.info[done].pc;
    it_ = block.info[done].it;
    if (profiler_) context_ = profiler_->now(context_);
  } else {
    set_next(block);
  }
  end_visit();
}

void Engine::end_visit() {
  forget_details();
  core_.unusual = 0;
  core_.passed = 0;
  core_.banks = 0;
  core_.mispredicted = false;
  log_.clear();
  timed_ops_ = 0;
  polling_.answers = 0;
  if (current_->sites == kNoSites) update_sites(*current_);
}

void Engine::forget_details() {
  core_.unusual &= ~std::uint32_t{kDetailed};
  core_.missed = 0;
  core_.misaligned = 0;
  log_.clear();
}

void Engine::finish_unusual(Block& block) {
  const bool left = (core_.unusual & kLeft) != 0;
  const auto done = left ? core_.left_after + 1 : static_cast<unsigned>(block.info.size());
  const unsigned requests = requests_;
  const bool breakpoint = (requests & kBreakpoint) != 0;
  const bool semihosting = breakpoint && breakpoint_immediate_ == 0xAB && semihosting_;
  if (breakpoint) {
    // A semihosting call costs nothing; any other BKPT faults: either way the instruction itself is
    // not timed.
    finish_replayed(block, done - 1);
    requests_ = 0;
    if (!semihosting) {
      fault_op_ = done - 1;
      take_fault(GuestFault{FaultKind::breakpoint, 0, false});
      return;
    }
    ++ledger_.instructions;
    ++ledger_.by_class[static_cast<unsigned>(block.info[done - 1].instruction_class)];
    if (profiler_) {
      CodeCost& cost = profiler_->at(profiler_->now(context_), pc_);
      ++cost.instructions;
      ++cost.by_class[static_cast<unsigned>(block.info[done - 1].instruction_class)];
    }
    const Address after = pc_ + 2;
    pc_ = after;
    it_ = it_.advance();
    settle_initiators();
    if (observer_ != nullptr) observer_->called_host(now_, block.info[done - 1]);
    semihosting_(*this);
    return;
  }
  const bool asked = only_asked(block);
  finish_replayed(block, done);
  if (asked) {
    note_asking(block);
  } else {
    forget_polling();
  }
  serve_requests();
}

/// Ops before the one that cannot execute are complete; it has no effect and takes no time of its
/// own.
void Engine::abandon_op(Block& block) {
  core_.unusual &= ~std::uint32_t{kLeft};
  requests_ = 0;
  std::erase_if(log_, [&](const LoggedAccess& entry) { return entry.op >= fault_op_; });
  finish_replayed(block, fault_op_);
  pc_ = block.info[fault_op_].pc;
  it_ = block.info[fault_op_].it;
  if (block.resumed) core_.r[block.transfer->base] = resumed_base_;
  update_memory_view();
}

void Engine::serve_requests() {
  const unsigned requests = requests_;
  requests_ = 0;
  if ((requests & kResetRequest) != 0) {
    reset_by_request(system_reset_);
    return;
  }
  if ((requests & kInvalidState) != 0) thumb_ = false;
  if ((requests & kRecheck) != 0) update_memory_view();
  if ((requests & kExceptionReturn) != 0) return_from_exception(core_.target);
  if ((requests & kSupervisorCall) != 0) {
    if (exceptions_.raise(kSvCall) == 0) {
      lock_up();
    } else {
      enter_exception();
    }
  }
  if ((requests & (kWaitForInterrupt | kWaitForEvent)) != 0) {
    start_waiting((requests & kWaitForEvent) != 0);
    sleep_pc_ = current_->info.back().pc;
  }
}

void Engine::request_exit(std::uint32_t code) {
  exit_code_ = code;
  stop_ = StopReason::exited;
}

}  // namespace mcost::engine
