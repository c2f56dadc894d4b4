// Engine: runs firmware block by block and accounts for every cycle. A visit executes functionally
// through tail-chained handlers; at its end it is timed, by a memoised variant where nothing
// unusual happened, else by replay with the bus itself. The stepped loop is the same with blocks of
// one instruction and no memory of variants, so both agree by construction. Depends on isa,
// pipeline, bus and base; knows no board.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sim_core/base/counters.h"
#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/access_recorder.h"
#include "sim_core/engine/block.h"
#include "sim_core/engine/concrete.h"
#include "sim_core/engine/core.h"
#include "sim_core/engine/debug_stops.h"
#include "sim_core/engine/exceptions.h"
#include "sim_core/engine/fault.h"
#include "sim_core/engine/mpu.h"
#include "sim_core/engine/observer.h"
#include "sim_core/engine/path_recorder.h"
#include "sim_core/engine/polling.h"
#include "sim_core/engine/profiler.h"
#include "sim_core/engine/replay.h"
#include "sim_core/engine/run_terms.h"
#include "sim_core/engine/scheduler.h"
#include "sim_core/engine/timing.h"
#include "sim_core/isa/encoding.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

class Engine {
 public:
  Engine(const pipeline::PipelineModel& model, bus::SystemBus& bus, isa::FeatureSet features,
         unsigned interrupts, unsigned priority_bits, EngineOptions options);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Puts the core in its reset state with the given stack pointer and PC (bit 0 is ignored) and
  /// vector table.
  void reset(std::uint32_t stack_pointer, Address pc, Address vector_table);
  StopReason run(const RunLimits& limits);

  // State, exact between instructions.
  [[nodiscard]] Cycles now() const { return now_; }
  /// Time of the access being made, inside a device; equals now() elsewhere.
  [[nodiscard]] Address pc() const { return pc_; }
  [[nodiscard]] Core& core() { return core_; }
  [[nodiscard]] const Core& core() const { return core_; }
  [[nodiscard]] Exceptions& exceptions() { return exceptions_; }
  [[nodiscard]] Mpu& mpu() { return mpu_; }
  [[nodiscard]] Scheduler& scheduler() { return scheduler_; }
  [[nodiscard]] bus::SystemBus& bus() { return bus_; }
  [[nodiscard]] const pipeline::PipelineModel& model() const { return model_; }
  [[nodiscard]] std::uint32_t xpsr() const;

  // Functional access to memory from outside the core (debugger, semihosting, stacking). Costs
  // nothing, obeys regions, returns false where no memory answers. Writes drop blocks, count as
  // written and are recorded; reads of the host are none of the firmware's.
  bool read_memory(Address address, std::uint8_t* data, std::size_t size_bytes) const;
  bool write_memory(Address address, const std::uint8_t* data, std::size_t size_bytes);
  /// The same for other bus masters: past the core's caches.
  bool read_behind(Address address, std::uint8_t* data, std::size_t size_bytes) const;
  bool write_behind(Address address, const std::uint8_t* data, std::size_t size_bytes);
  /// Bytes that change by themselves, as flash that is programmed: blocks made of them are dropped.
  void change_memory(std::size_t memory, std::uint32_t offset,
                     const std::vector<std::uint8_t>& bytes);
  /// Part of a memory is at work for itself: until then whatever the core reads there waits.
  struct Hold {
    std::uint32_t first = 0;  // offsets in the memory
    std::uint32_t end = 0;
    Cycles until = 0;
  };
  void hold_memory(std::size_t memory, const Hold& hold);
  /// All of it answers again.
  void release_memory(std::size_t memory);

  /// From now on the words of RAM that are touched are recorded. Between instructions, once all
  /// memory has its contents; numbers stay what they are.
  void record_accesses();
  /// Null until then.
  [[nodiscard]] AccessRecorder* recorder() { return recorder_.get(); }
  /// What was touched since the last call, see AccessRecorder::take().
  void take_touched(std::vector<TouchedWord>& touched);
  /// Finds the stack that holds the word at an address, and may add it to the recorder's areas.
  /// Asked when firmware sets PSP into another stack than before.
  struct StackRange {
    Address first = 0;
    Address end = 0;
  };
  using FindStack = std::function<std::optional<StackRange>(Address stack_pointer)>;
  void set_find_stack(FindStack find) { find_stack_ = std::move(find); }

  // Ledger.
  /// From the instruction in progress on, cycles pass at core clock number `clock` of the run
  /// (below kMaxClocks); a run begins with number 0.
  void start_clock_span(unsigned clock);
  /// Everything charged since the last call; the sum of all calls is the run.
  Counters take_counters();
  /// Running totals without closing a period (used by DWT).
  [[nodiscard]] Counters peek_counters();
  [[nodiscard]] const EngineStatistics& statistics();

  // Profile (profile.cpp).
  /// From now on what each instruction costs is known by calling context and layer. Between
  /// instructions; numbers stay what they are.
  void enable_profile(CallTree::FunctionAt function_at);
  /// From the next instruction on, cost belongs to this layer. Between instructions.
  void set_profile_layer(std::size_t layer);
  /// What the record of calls and returns is to show begins, see CallTrace::mark(). Between
  /// instructions.
  void mark_call_trace();
  /// Null until enabled; complete between instructions.
  [[nodiscard]] const Profiler* profile();

  // Record and replay (recording.cpp, replay.cpp).
  /// From now on what the run does is recorded. Before the first instruction, memory loaded;
  /// numbers stay what they are.
  void record_path(std::uint64_t calm_visits = PathRecorder::kCalmVisits);
  /// What was recorded; recording ends.
  [[nodiscard]] Recording take_recording();
  /// Spans of a recording of the same firmware are replayed where the run gets to them. Before the
  /// first instruction; numbers are those of execution, or run() throws ReplayAbandoned or
  /// bus::UnknownView. The recording must outlive the run.
  void replay(const Recording& recording);
  [[nodiscard]] std::uint64_t replayed_visits() const;

  // Hooks.
  void set_listener(HookListener* listener) { listener_ = listener; }
  void add_hook(Address pc);

  // Debugger (debugging.cpp). Between runs, but for request_halt(). What only looks or halts
  // changes no number: time stands still, nothing is counted, and what other bus masters do is not
  // brought up to now.
  void set_breakpoint(Address pc);
  void clear_breakpoint(Address pc);
  void set_watchpoint(const Watchpoint& watchpoint);
  void clear_watchpoint(const Watchpoint& watchpoint);
  /// Halts the run at the next boundary of instructions.
  void request_halt() { halt({.cause = HaltCause::requested}); }
  [[nodiscard]] const Halt& last_halt() const { return halt_; }
  /// Bytes as the core sees them; false where there is no memory. They count for nothing, also in
  /// the record of accesses.
  [[nodiscard]] bool peek_memory(Address address, std::uint8_t* data, std::size_t size_bytes) const;
  /// The same for writing, which drops blocks; false, and nothing is written, where stores do not
  /// reach memory.
  [[nodiscard]] bool poke_memory(Address address, const std::uint8_t* data, std::size_t size_bytes);
  /// The next instruction is that at `pc`, outside of IT blocks, and the core is awake.
  void set_pc(Address pc);
  /// The same, as if a branch had come there: nothing is fetched yet, nothing outstanding.
  void branch_to(Address pc);
  /// The flags, IT state and Thumb bit; which exception is active stays.
  void set_xpsr(std::uint32_t value);
  [[nodiscard]] std::uint32_t banked_stack_pointer(bool process) const {
    return stack_pointer(process);
  }
  void set_banked_stack_pointer(bool process, std::uint32_t value);
  /// PRIMASK, BASEPRI, FAULTMASK and CONTROL as MSR of privileged code sets them; by SYSm.
  void set_special(unsigned sysm, std::uint32_t value);
  void set_fpscr(std::uint32_t value);
  /// As SYSRESETREQ: memory keeps its contents, time goes on. False if no vectors can be read.
  [[nodiscard]] bool reset_system();

  /// Watches from the next instruction on, until called with null; numbers stay what they are.
  /// Between runs, or by a listener or the observer itself.
  void observe(Observer* observer) { observer_ = observer; }

  // Results of the run.
  [[nodiscard]] std::uint32_t exit_code() const { return exit_code_; }
  [[nodiscard]] const std::optional<FaultRecord>& first_fault() const { return first_fault_; }
  [[nodiscard]] std::uint64_t never_written_reads() const { return never_written_reads_; }
  [[nodiscard]] std::optional<Address> first_never_written_read() const {
    return first_never_written_pc_;
  }
  /// Memories with a cache in front that were accessed as Device memory, as a mask.
  [[nodiscard]] std::uint32_t used_as_device() const { return used_as_device_; }
  [[nodiscard]] const std::unordered_map<Address, std::uint64_t>& unpredictable() const {
    return unpredictable_;
  }

  /// Handler of BKPT 0xAB: returns false if it is not semihosting after all. Set by the board.
  using SemihostingCall = std::function<bool(Engine&)>;
  void set_semihosting(SemihostingCall call) { semihosting_ = std::move(call); }
  /// Ends the run after the current instruction.
  void request_exit(std::uint32_t code);
  /// Resets the core after the current instruction; memory keeps its contents, time goes on.
  /// Execution starts from the vector table that reset() named. `system` is SYSRESETREQ, which
  /// resets devices too; else VECTRESET.
  void request_reset(bool system);
  /// Resets what lies outside the core; called before the core's own reset. Set by the board.
  using ResetHandler = std::function<void(bool system)>;
  void set_reset_handler(ResetHandler handler) { reset_handler_ = std::move(handler); }

  // For handlers' slow paths and devices; not for other callers.
  SlowAccess load(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                  unsigned flags);
  const MicroOp* store(const MicroOp* op, Address address, unsigned size_bytes, std::uint32_t value,
                       unsigned beat, unsigned flags);
  std::uint32_t divide(const MicroOp* op, bool is_signed, std::uint32_t dividend,
                       std::uint32_t divisor);
  void note_operands(const MicroOp* op, std::uint32_t first, std::uint32_t second);
  void interworking_branch(std::uint32_t target, bool may_return);
  [[noreturn]] void undefined_instruction(const MicroOp* op);
  void fp_check(const MicroOp* op);
  [[noreturn]] void instruction_fault(const MicroOp* op);
  void note_unpredictable(Address pc);
  [[nodiscard]] std::uint32_t test_target(Address address, bool unprivileged) const;
  void resume_transfer();
  void check_stack_limit(const MicroOp* op, std::uint32_t stack_pointer);
  void remember_state();
  void check_stack_pointer(const MicroOp* op);
  [[noreturn]] void invalid_continuation(const MicroOp* op);
  [[nodiscard]] std::uint32_t read_special(unsigned sysm) const;
  void write_special(unsigned sysm, unsigned mask, std::uint32_t value);
  void request(unsigned what) {
    requests_ |= what;
    core_.unusual |= kRequest;
  }
  /// Requests of instructions, served at the end of the visit.
  enum Request : unsigned {
    kSupervisorCall = 1,
    kBreakpoint = 2,
    kWaitForInterrupt = 4,
    kWaitForEvent = 8,
    kExceptionReturn = 16,
    kRecheck = 32,       // masks, pending state or the mode of blocks may have changed
    kInvalidState = 64,  // branched to an address without the Thumb bit
    kResetRequest = 128,
  };
  void set_breakpoint_immediate(unsigned immediate) { breakpoint_immediate_ = immediate; }
  void invalidate_all_blocks();
  /// The MPU's registers changed.
  void protection_changed();
  /// A memory model changed its timing or data path: windows and everything memoised are stale.
  void memory_timing_changed();
  /// Sets or clears the local monitor. It holds no address: any store-exclusive passes behind a
  /// load-exclusive.
  void exclusive_monitor(Address address, unsigned size_bytes, bool set);
  [[nodiscard]] bool exclusive_passes(Address address, unsigned size_bytes);
  void clear_exclusive() { exclusive_valid_ = false; }
  void set_event() { event_register_ = true; }

 private:
  struct BlockKey {
    Address pc;
    std::uint8_t it;
    std::uint8_t mode;
    bool single;
    std::uint32_t context;
    friend bool operator==(const BlockKey&, const BlockKey&) = default;
  };
  struct BlockKeyHash {
    std::size_t operator()(const BlockKey& key) const {
      return (static_cast<std::size_t>(key.pc) * 0x9E3779B1u) ^
             (static_cast<std::size_t>(key.it) << 7) ^ (static_cast<std::size_t>(key.mode) << 15) ^
             static_cast<std::size_t>(key.single) ^
             static_cast<std::size_t>(key.context) * 0x85EBCA6Bu;
    }
  };

  /// How timing learns of an access: as a whole, by a log entry per piece, or by the op's site.
  enum class Part : std::uint8_t { whole, logged, told_by_site };

  void build_windows();
  void build_window(std::size_t region);
  void show_in_window(bus::Window& window, const bus::Region& region, Address first, Address last);

  // Run loop (engine.cpp).
  Block* enter_block(bool single);
  Block* block_of(const BlockKey& key);
  void step_or_run(Cycles limit, Cycles slice_end);
  bool stop_at(Block& block);
  bool serve_hooks(const Block& block);
  [[nodiscard]] bool is_hooked(Address pc) const {
    return hooks_.contains(pc) || debug_stops_.breaks_at(pc) ||
           (replay_ && replay_->anchors.contains(pc));
  }
  [[nodiscard]] bool nothing_can_wake(bool asleep) const;
  /// Who hears of each visit of the fast loop.
  enum class Hearer : std::uint8_t { nobody, profiler, path_recorder };
  template <Hearer kHearer>
  void run_heard(Block* block, Cycles limit);
  template <bool kTracks, Hearer kHearer>
  void run_blocks(Block* block, Cycles limit);
  template <bool kTracks>
  bool repeat(Block& block, Variant& variant, Cycles limit);
  void resolve_branch(const Block& block);
  void finish_replayed(Block& block, unsigned done);
  void finish_unusual(Block& block);
  [[nodiscard]] bool only_asked(const Block& block) const;
  [[nodiscard]] std::vector<std::uint64_t> contents_met(const Block& block) const;
  void note_answer(Cycles when);
  void note_asking(const Block& block);
  void begin_turn(std::vector<std::uint64_t> contents);
  void end_turn();
  [[nodiscard]] CodeCost& asking_cost_at(Address pc);
  void forget_polling();
  void repeat_asking(Cycles limit);
  void abandon_op(Block& block);
  void end_visit();
  void forget_details();
  void serve_requests();
  void reset_by_request(bool system);
  void set_next(const Block& block);
  [[nodiscard]] std::uint8_t mode() const;

  // Debugger (debugging.cpp).
  void halt(const Halt& halt);
  bool halts_behind(const MicroOp* op, Address address, unsigned size_bytes, bool write) {
    return !debug_stops_.watchpoints().empty() && meet_watchpoint(op, address, size_bytes, write);
  }
  bool meet_watchpoint(const MicroOp* op, Address address, unsigned size_bytes, bool write);
  void mark_watched(const Watchpoint& watchpoint, bool watched);

  // Record and replay.
  [[nodiscard]] CoreState core_state() const;
  [[nodiscard]] std::vector<MemoryImage> memory_images() const;
  [[nodiscard]] std::uint64_t code_of(const Block& block) const;
  [[nodiscard]] PathRecorder::Before before_visit(Address pc, isa::ItState it) const;
  void begin_recorded_visit(const Block& block);
  void end_recorded_visit(Block& block);
  void disturb_recording();
  void restore_word(std::vector<MemoryImage>& images, const PathRecorder::Word& word) const;
  static void keep_changes(RecordedSpan& span, const std::vector<MemoryImage>& now);
  void record_access(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                     unsigned flags, bool write);
  void note_hook_read(Address address, const std::uint8_t* data, std::size_t size_bytes) const;
  void tell_listener();
  [[nodiscard]] bool is_at_span() const;
  [[nodiscard]] bool shows(const MemoryImage& image) const;
  void put(const MemoryImage& image);
  void replay_span();
  [[nodiscard]] bool goes_on();
  [[noreturn]] static void disturbed_replay();
  template <bool kTracks>
  void replay_items(const RecordedSpan& span);
  void start_span(const RecordedSpan& span);
  void forget_blocks();
  void finish_span(const RecordedSpan& span);
  void forget_windows();
  void replay_hook(const RecordedHook& hook);
  std::vector<RecordedHook::Bytes> exchange_memory(const std::vector<RecordedHook::Bytes>& memory);
  void prepare(Replay::Kind& kind, const VisitKind& recorded, const RecordedSpan& span);
  [[nodiscard]] bool is_plain(const bus::Region& region) const;
  static void restore_sites(const Replay::Kind& kind);
  static void learn_sites(Replay::Kind& kind);
  template <bool kTracks>
  void replay_visit(const RecordedSpan& span, std::uint32_t number);
  Variant* variant_of_replayed(Replay::Kind& kind, const VisitKind& recorded);
  Variant* variant_or_replay(Block& block, const VisitKind& recorded);
  /// Lets the time of a visit pass.
  void pass(Variant& variant) {
    now_ += variant.total;
    state_ = variant.exit_state;
    if (variant.count == variant.folded) [[unlikely]]
      counted_.push_back(&variant);
    ++variant.count;
    bus_.program_order += 64;
    variant.last_visit = bus_.program_order;
  }
  void pretend(const VisitKind& recorded);
  void walk(Replay::Kind& kind, const VisitKind& recorded);
  [[nodiscard]] bool hits(const OpInfo& info, const bus::Window& window, Address address) const;
  static void note_use(const OpInfo& info, const bus::Window& window, Address address,
                       std::uint64_t stamp);
  void walk_slowly(const VisitKind& recorded, std::uint8_t number, Address address);
  void account_access(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                      Part part, bool write);
  [[nodiscard]] bool sees_behind(const bus::Region& region, Address address) const;

  // What replays share (span_outcome.cpp).
  [[nodiscard]] std::optional<std::uint64_t> signature_of(const RecordedSpan& span) const;
  [[nodiscard]] std::optional<std::uint32_t> memories_of(const AddressStream& stream) const;
  [[nodiscard]] SpanOutcome::Counts data_counts() const;
  void set_data_counts(const SpanOutcome::Counts& begin, const SpanOutcome::Counts& since);
  std::shared_ptr<const SpanOutcome> meet(const RecordedSpan& span,
                                          const SpanOutcome::Counts& begin);
  void meet_visit(const RecordedSpan& span, std::uint32_t number, SpanOutcome& met);
  std::uint32_t outcome_of(std::uint32_t number, SpanOutcome& met);
  [[nodiscard]] bool is_same(const VisitOutcome& outcome, const Replay::Kind& kind) const;
  void take_over(const SpanOutcome& outcome);
  void replay_outcomes(const RecordedSpan& span, const SpanOutcome& met,
                       const SpanOutcome::Counts& begin);
  void replay_outcome(const RecordedSpan& span, const VisitOutcome& outcome, Replay::Outcome& here,
                      Replay::Tally& tally);
  void count_tallied();
  Variant* variant_of_outcome(Replay::Outcome& here, const VisitOutcome& outcome);

  // Exception entry (exception_entry.cpp).
  enum class StackFault : std::uint8_t { bus, memory };
  std::optional<StackFault> push_word(Address address, std::uint32_t value, bool privileged);
  std::optional<StackFault> pop_word(Address address, std::uint32_t& value, bool privileged);
  bool read_bus_word(Address address, std::uint32_t& value);
  void enter_exception();
  std::optional<unsigned> push_frame();
  bool raise_derived(FaultKind kind, Address address);
  unsigned spend_entry(unsigned number, pipeline::ExceptionEvent event, unsigned words);
  void vector_to(unsigned number);
  [[nodiscard]] std::uint32_t exc_return_value() const;
  [[nodiscard]] std::uint32_t stack_limit() const;
  void take_fault(const GuestFault& fault);
  void note_fault(const GuestFault& fault, unsigned number, Address at);
  void account(pipeline::ExceptionEvent event, unsigned words);
  void spend(TimingState& state, const pipeline::Charges& charges);
  void lock_up();

  // Exception return (exception_return.cpp).
  void return_from_exception(std::uint32_t exc_return);
  [[nodiscard]] bool may_return(std::uint32_t exc_return) const;
  void invalid_return(FaultKind kind, std::uint32_t exc_return);
  bool chain_before_unstacking(std::uint32_t exc_return);
  void tail_chain(std::uint32_t exc_return);
  void pop_frame(std::uint32_t exc_return);
  void leave_fp_context(bool extended, bool lazy);
  void restore_psr(std::uint32_t value, unsigned number);

  // FP context (floating_point_context.cpp).
  /// The instruction in progress has no effect: an exception pends that is taken before it.
  struct AbandonedInstruction {
    bool locked_up = false;
  };
  std::optional<StackFault> save_fp(Address address, bool privileged);
  std::optional<StackFault> restore_fp(Address address, bool privileged);
  void preserve_fp_state(const MicroOp* op);

  // Special registers, sleep (special_registers.cpp, sleep.cpp).
  [[nodiscard]] std::uint32_t& stack_pointer(bool process);
  [[nodiscard]] const std::uint32_t& stack_pointer(bool process) const;
  void write_apsr(std::uint32_t value, bool nzcvq, bool ge);
  void write_control(std::uint32_t value);
  void write_mask(unsigned sysm, std::uint32_t value);
  void write_stack_limit(bool process, std::uint32_t value);
  void start_waiting(bool event);
  void sleep_until(Cycles limit);

  // Instructions cut short (interruptible.cpp).
  void note_interruption(Block& block) const;
  void append_transfer(Block& block, const OpInfo& whole, const MultipleTransfer& transfer,
                       std::uint16_t list);
  bool append_resumed(Block& block, const bus::Region* region);
  [[nodiscard]] std::vector<LoggedAccess> list_accesses(const OpInfo& info, Address address,
                                                        unsigned count) const;
  [[nodiscard]] Address list_address(const Block& block) const;
  [[nodiscard]] Cycles cycles_to_complete(const Block& block, unsigned transfers);
  bool interrupt_inside(Block& block);
  void abandon_arithmetic(const Block& block, Cycles due);
  void cut_transfers(Block& block, unsigned count);

  // Memories that other initiators use (shared_memory.cpp).
  void note_contended_memories();
  void note_long_waits();
  [[nodiscard]] std::uint32_t stepped_memories() const;
  void update_shared_memories();
  void settle_initiators() const;
  void keep_order(const MicroOp* op, std::uint8_t memory);
  [[nodiscard]] Cycles held_until(std::size_t memory, std::uint32_t offset) const;
  [[nodiscard]] bool is_exact(std::uint8_t memory) const;
  bool wait_for_code();
  void wait_for_data(const MicroOp* op, std::uint8_t memory, std::uint32_t offset);
  void stall(Cause cause, std::uint8_t memory, Cycles until);
  void bring_up_to_date(const MicroOp* op);

  // Memory protection (protection.cpp).
  [[nodiscard]] bool may_access(Address address, bool write, bool privileged) const;
  void check_rights(Address address, bool write, unsigned flags) const;
  void check_private_bus(Address address, bool write) const;
  [[nodiscard]] Permission permission_at(Address address) const;
  [[nodiscard]] bool is_device_memory(Address address) const;
  [[nodiscard]] bool is_bufferable(Address address) const;
  [[nodiscard]] bool may_execute(Address address) const;
  void update_memory_view();
  void drop_forbidden_blocks();
  void close_windows();
  void open_window(const bus::Region& region, Address address);
  /// Addresses that the MPU treats alike for the code that runs.
  struct KnownRange {
    AddressRange range;
    Permission permission;
  };
  const KnownRange& known_range(Address address) const;

  // Stack limits (stack_limit.cpp).
  struct LimitChecks {
    Handler before = nullptr;
    Handler after = nullptr;
    std::uint32_t change = 0;  // what a store's write-back adds to the stack pointer
  };
  static LimitChecks limit_checks(const Block& block, const OpInfo& info);

  // Accounting (accounting.cpp).
  Variant* select_variant(Block& block, Variant* guess);
  Variant* find_variant(Block& block, const VariantKey& key);
  Variant* fold(Block& block, const VariantKey& key);
  bool finds_same_lines(Block& block, Variant& variant);
  void replay_until(Block& block, unsigned end);
  /// Core cycle of the time base of port calls of the next instruction.
  [[nodiscard]] Cycles port_time(const TimingState& state) const {
    return now_ - static_cast<Cycles>(std::int64_t{state.lag});
  }
  void show(const OpInfo& info, const TimedOp& timed, const OpReplay& replay);
  void charge_op(const Block& block, const OpInfo& info, const TimedOp& timed,
                 const OpReplay& replay, BusPort& port);
  void update_sites(Block& block);
  std::uint32_t details_of(Block& block);
  void fold_counts();
  void close_clock_span();
  void touch_lines();
  void account_exception(const pipeline::Charges& charges);

  // Profile (profile.cpp).
  void harvest(const Block& block);
  void begin_context();
  void follow(const Block& block);
  void profile_handler(unsigned number);
  void profile_unstacked(Address frame);
  void profile_here(Address pc);
  void profile_here(const MicroOp* op);
  [[nodiscard]] bool enters_function(Address block, Address pc) const;
  void count_exception_access(const bus::Region& region, bool write);

  // Caches that follow attributes (cached_access.cpp).
  [[nodiscard]] bus::CachePolicy policy_at(const bus::Region& region, Address address) const;
  [[nodiscard]] bool is_uncached(const bus::Region& region, const Permission& permission) const;
  [[nodiscard]] bool is_device(const bus::Region& region, const Permission& permission) const;
  [[nodiscard]] bool others_behind_caches() const;
  template <class Visit>
  bool visit_bytes(Address address, std::size_t size_bytes, bool write, Visit visit) const;
  [[nodiscard]] std::uint8_t index_of(const bus::Memory& memory) const {
    return static_cast<std::uint8_t>(&memory - bus_.memories.data());
  }
  void write_byte(bus::Memory& memory, std::uint32_t offset, std::uint8_t value);
  void poke_byte(bus::Memory& memory, std::uint32_t offset, std::uint8_t value);
  void view_changed(bus::Memory& memory, std::uint32_t offset, std::uint32_t size_bytes);
  bus::LineUse use_cache(const MicroOp* op, unsigned beat, const bus::Region& region,
                         Address address, unsigned size_bytes, unsigned flags, Part part,
                         bool write);
  std::uint32_t load_cached(const MicroOp* op, unsigned beat, const bus::Region& region,
                            Address address, unsigned size_bytes, unsigned flags, Part part);
  void store_cached(const MicroOp* op, unsigned beat, const bus::Region& region, Address address,
                    unsigned size_bytes, std::uint32_t value, unsigned flags, Part part);

  // Recording of accesses (recorded_access.cpp).
  [[nodiscard]] unsigned stacks_at(Address address) const;
  [[nodiscard]] unsigned stacks_at(const MicroOp* op, Address address) const;
  void note_bus_read(Address address) const;
  void note_stacking(Address address) const;
  void note_process_stack();

  // Slow paths (slow_path.cpp).
  SlowAccess load_unwatched(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                            unsigned flags);
  const MicroOp* store_unwatched(const MicroOp* op, Address address, unsigned size_bytes,
                                 std::uint32_t value, unsigned beat, unsigned flags);
  void log_access(const MicroOp* op, unsigned beat, const bus::Region& region, Address address,
                  unsigned size_bytes, bool write, bool constant, bool missed);
  void book_access(const MicroOp* op, unsigned beat, const bus::Region& region, Address address,
                   unsigned size_bytes, unsigned flags, Part part, bool write, bool missed);
  void book_plain_access(const MicroOp* op, unsigned beat, const bus::Region& region,
                         Address address, unsigned size_bytes, unsigned flags, Part part,
                         bool write);
  std::uint32_t load_piece(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                           unsigned flags, Part part);
  void store_piece(const MicroOp* op, Address address, unsigned size_bytes, std::uint32_t value,
                   unsigned beat, unsigned flags, Part part);
  [[nodiscard]] const bus::Window* unnoted_window(const MicroOp* op, Address address,
                                                  unsigned size_bytes, unsigned flags,
                                                  unsigned slow_tags) const;
  void note_read(const bus::Window& window, Address address) const;
  void note_use(const bus::Window& window, Address address, unsigned size_bytes,
                const MicroOp* op) const;
  [[nodiscard]] const bus::Window* misaligned_window(const MicroOp* op, Address address,
                                                     unsigned size_bytes) const;
  void note_bank(const MicroOp* op, Address address, unsigned beat);
  void note_misaligned(const MicroOp* op, Address address);
  Part part_of(const MicroOp* op, Address address, unsigned size_bytes, unsigned flags, bool write);
  [[nodiscard]] bool costs_constant(const bus::Region& region, Address address, unsigned size_bytes,
                                    bool write) const;
  bool use_line(const MicroOp* op, bus::Memory& memory, std::uint32_t offset) const;
  [[nodiscard]] unsigned window_of(const bus::Region& region) const;
  MicroOp& inline_op(const MicroOp* op);
  void adopt_window(const MicroOp* op, const bus::Region& region, unsigned flags);
  void set_site(const MicroOp* op, std::uint16_t value);
  void check_unaligned(Address address, unsigned size_bytes, unsigned flags, bool write) const;
  /// Source: ARMv6-M ARM A3.2: unaligned accesses always fault there.
  [[nodiscard]] bool may_be_unaligned() const {
    return isa::has_feature(features_, isa::Feature::v7m);
  }
  std::uint32_t read_register(const bus::Region& region, Address address, unsigned size_bytes,
                              Cycles when, Address pc);
  void write_register(const bus::Region& region, Address address, unsigned size_bytes,
                      std::uint32_t value, Cycles when, Address pc);
  [[nodiscard]] Visit visit_of(const Block& block) const;
  [[nodiscard]] Visit unfinished_visit() const;
  Cycles data_phase_time(const MicroOp* op);
  std::uint32_t load_device(const MicroOp* op, const bus::Region& region, Address address,
                            unsigned size_bytes, unsigned beat);
  void store_device(const MicroOp* op, const bus::Region& region, Address address,
                    unsigned size_bytes, std::uint32_t value, unsigned beat);
  struct BitBandTarget {
    Address address = 0;
    unsigned bit = 0;
    const bus::Region* region = nullptr;
  };
  [[nodiscard]] BitBandTarget bit_band_target(const bus::Region& region, Address address,
                                              unsigned size_bytes) const;
  void log_nowhere(const MicroOp* op, unsigned beat, Address address, unsigned size_bytes,
                   bool write);
  std::uint32_t load_error(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat);
  void store_error(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                   unsigned flags);
  [[nodiscard]] bool ignores_bus_errors() const;
  void leave_after(const MicroOp* op);
  void code_written(bus::Memory& memory, std::uint32_t offset, std::uint32_t size_bytes);
  [[nodiscard]] const MicroOp* next_after(const MicroOp* op) const;
  void note_never_written(const MicroOp* op);

  // Block building (block_builder.cpp).
  struct Fetched {
    std::uint16_t first = 0;
    std::uint16_t second = 0;
    std::uint8_t size = 0;
  };
  static constexpr std::uint8_t kModeFpReady = 1;  // FPU on, context active, no lazy save pending
  static constexpr unsigned kModeViewShift = 1;    // MemoryView above it, two bits
  static constexpr std::uint8_t kModeStackLimit = 8;  // MSPLIM or PSPLIM holds
  static constexpr std::uint32_t kMostWait = bus::MemoryModel::kUsualMostWait;
  static constexpr Address kNowhere = 0xFFFFFFFFu;
  std::unique_ptr<Block> build_block(const BlockKey& key);
  void complete_block(Block& block);
  void find_dying_flags(Block& block);
  void choose_handlers(Block& block);
  static void fuse(Block& block);
  [[nodiscard]] Tracking tracking_of(const bus::Window& window) const;
  static Handler handler_of(const OpInfo& info, Tracking tracking);
  bool append_instruction(Block& block, const isa::Decoded& decoded, Address pc, isa::ItState it);
  void append_fault(Block& block, Handler handler, Address pc, isa::ItState it, std::uint8_t size);
  [[nodiscard]] Fetched fetch_instruction(Address pc, const bus::Region* region) const;
  [[nodiscard]] bool read_halfword(Address pc, const bus::Region* region,
                                   std::uint16_t& halfword) const;
  void mark_block_code(const Block& block);
  void mark_code();
  void bury();
  void drop_blocks(const std::function<bool(const Block&)>& doomed);

  const pipeline::PipelineModel& model_;
  bus::SystemBus& bus_;
  isa::FeatureSet features_;
  EngineOptions options_;
  bool tracks_;  // the core's timing depends on banks or predictions
  std::unique_ptr<pipeline::BranchPredictor> predictor_;
  Core core_;
  Exceptions exceptions_;
  Mpu mpu_;
  /// Whose rights decide what may be accessed and executed.
  enum class MemoryView : std::uint8_t { address_map, privileged, unprivileged };
  MemoryView view_ = MemoryView::address_map;
  bool protection_changed_ = false;
  bool windows_limited_ = false;
  struct MemoryHold {
    std::size_t memory = 0;
    Hold hold;
  };
  std::vector<MemoryHold> holds_;
  std::uint32_t held_memories_ = 0;  // as a mask
  bool holds_changed_ = false;
  std::uint32_t shared_memories_ = 0;         // whose windows are closed, as a mask
  std::uint32_t long_waits_ = 0;              // memories that may answer later than kMostWait
  std::uint32_t most_wait_ = kMostWait;       // of all memories
  std::uint32_t memories_behind_caches_ = 0;  // that follow attributes, as a mask
  std::uint32_t rams_behind_caches_ = 0;
  std::uint32_t used_as_device_ = 0;
  std::uint32_t most_late_ = 0;  // cycles that a result from behind a cache may be late, if many
  bool code_changed_ = false;    // by a line that left, in the access in progress
  mutable std::vector<KnownRange> known_ranges_;  // of view_
  Mpu::ExecuteMap execute_map_;                   // that blocks were built for
  bus::Region nowhere_;                           // where accesses go that no memory answers
  ArchState remembered_;  // before an instruction whose stack pointer is checked
  Scheduler scheduler_;

  Cycles now_ = 0;
  Address pc_ = 0;
  isa::ItState it_{};
  std::uint32_t state_ = 0;
  StateTable states_;

  std::unordered_map<BlockKey, std::unique_ptr<Block>, BlockKeyHash> blocks_;
  std::vector<std::unique_ptr<Block>> graveyard_;  // dropped while a visit may still use them
  Block* current_ = nullptr;
  unsigned timed_ops_ = 0;                    // ops of the current visit already replayed
  unsigned fault_op_ = 0;                     // index of the op whose slow path runs
  std::vector<std::uint16_t> site_values_;    // scratch of update_sites
  std::vector<std::uint32_t> detail_values_;  // and of details_of
  std::vector<LoggedAccess> log_;
  std::vector<Variant*> counted_;    // variants visited since the last fold
  std::vector<Variant*> untouched_;  // with recency, folded since the last touch
  std::uint64_t touched_ = 0;
  std::uint64_t no_generation_ = 0;
  Variant nothing_;         // a guess that never matches
  Followers no_guesses_{};  // of a block that is not entered from a variant

  unsigned requests_ = 0;
  unsigned breakpoint_immediate_ = 0;
  bool event_register_ = false;
  bool sleeping_ = false;
  bool sleeping_for_event_ = false;
  bool thumb_ = true;  // EPSR.T
  Address hook_served_ = kNowhere;
  std::vector<Address> restarted_;  // hooked instructions that begin anew: their hooks are served
  std::uint32_t resumed_base_ = 0;
  bool exclusive_valid_ = false;
  Address reset_vectors_ = 0;
  ResetHandler reset_handler_;
  bool system_reset_ = false;
  Counters ledger_;
  Counters total_;
  unsigned clock_ = 0;          // of the span in progress
  std::uint64_t in_spans_ = 0;  // cycles of ledger_ in spans that are closed
  std::unique_ptr<Profiler> profiler_;
  Profiler::Id context_ = 0;  // of the instruction at pc_
  Address sleep_pc_ = 0;      // of the instruction that went to sleep
  EngineStatistics statistics_;

  std::unique_ptr<PathRecorder> path_;
  RecordedHook* hook_ = nullptr;  // being recorded
  std::unique_ptr<Replay> replay_;
  const RunLimits* limits_ = nullptr;  // of the run in progress
  std::unique_ptr<AccessRecorder> recorder_;
  FindStack find_stack_;
  StackRange process_stack_;  // the one looked up last
  HookListener* listener_ = nullptr;
  Observer* observer_ = nullptr;
  std::vector<PortCall> calls_;  // of the instruction being observed
  TimingState before_;           // that instruction
  std::unordered_set<Address> hooks_;
  DebugStops debug_stops_;
  Polling polling_;
  Halt halt_;
  std::optional<Address> until_;

  SemihostingCall semihosting_;
  StopReason stop_ = StopReason::none;
  std::uint32_t exit_code_ = 0;
  std::optional<FaultRecord> first_fault_;
  std::uint64_t never_written_reads_ = 0;
  std::optional<Address> first_never_written_pc_;
  std::unordered_map<Address, std::uint64_t> unpredictable_;
};

}  // namespace mcost::engine
