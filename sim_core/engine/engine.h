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
#include "sim_core/engine/block.h"
#include "sim_core/engine/core.h"
#include "sim_core/engine/exceptions.h"
#include "sim_core/engine/fault.h"
#include "sim_core/engine/scheduler.h"
#include "sim_core/engine/timing.h"
#include "sim_core/isa/encoding.h"
#include "sim_core/pipeline/pipeline_model.h"

namespace mcost::engine {

struct EngineOptions {
  unsigned longest_block = kMostOps;  // instructions, 1 to kMostOps
  bool memoise = true;  // false: every visit is replayed (the stepped loop, with longest_block 1)
  unsigned most_variants = 1024;  // per block; beyond it visits are replayed
};

enum class StopReason : std::uint8_t {
  none,
  exited,  // semihosting exit; see exit_code
  idle,    // branch to self, or WFI with nothing that could wake the core
  until,   // reached the address of --until
  cycle_limit,
  time_limit,  // host time; decided by the caller's check
  lockup,
  fault,  // idle inside a fault handler, or a fault with no handler
};

/// A fault as the guest saw it first, for the report.
struct FaultRecord {
  GuestFault fault;
  Address pc = 0;
  unsigned exception = 0;  // the exception it became (3 HardFault, 6 UsageFault, ...)
  std::array<std::uint32_t, 16> registers{};
};

struct RunLimits {
  Cycles max_cycles = Cycles{1} << 40;
  std::optional<Address> until;
  /// Called now and then (host time, progress); returns false to stop with time_limit. Never
  /// changes results.
  std::function<bool(Cycles now)> keep_going;
};

/// How often things happened that a report or --stats shows.
struct EngineStatistics {
  std::uint64_t blocks_built = 0;
  std::uint64_t variants_built = 0;
  std::uint64_t memoised_visits = 0;
  std::uint64_t replayed_visits = 0;
  std::uint64_t blocks_dropped = 0;
  std::uint64_t timing_states = 0;
  std::uint64_t capped_visits = 0;
};

/// Per-instruction cost, for profiles.
struct InstructionCost {
  std::uint64_t executions = 0;  // attempted
  std::uint64_t skipped = 0;
  std::uint64_t cycles = 0;
  std::array<std::uint64_t, kCauses> by_cause{};
};

/// What happens at hooked addresses: layers, probes, --until. Called before the instruction there
/// executes, with all cost up to it in the ledger. It may add hooks and use write_memory(), never
/// change registers.
class HookListener {
 public:
  virtual ~HookListener() = default;
  virtual void reached(Address pc, Engine& engine) = 0;
  /// The handler of this exception is about to run, stacking or tail-chaining is paid for.
  virtual void exception_entered(unsigned number, Engine& engine) { (void)number, (void)engine; }
  /// Its handler is over: the exception return is about to unstack or to tail-chain.
  virtual void exception_returned(unsigned number, Engine& engine) { (void)number, (void)engine; }
};

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
  [[nodiscard]] Scheduler& scheduler() { return scheduler_; }
  [[nodiscard]] bus::SystemBus& bus() { return bus_; }
  [[nodiscard]] const pipeline::PipelineModel& model() const { return model_; }
  [[nodiscard]] std::uint32_t xpsr() const;

  // Functional access to memory from outside the core (debugger, semihosting, stacking). Costs
  // nothing, obeys regions, returns false where no memory answers. Writes drop blocks and count as
  // written.
  bool read_memory(Address address, std::uint8_t* data, std::size_t size_bytes) const;
  bool write_memory(Address address, const std::uint8_t* data, std::size_t size_bytes);

  // Ledger.
  /// Everything charged since the last call; the sum of all calls is the run.
  Counters take_counters();
  /// Running totals without closing a period (used by DWT).
  [[nodiscard]] Counters peek_counters();
  [[nodiscard]] std::unordered_map<Address, InstructionCost> instruction_costs();
  [[nodiscard]] const EngineStatistics& statistics();
  void enable_profile() { profile_ = true; }

  // Hooks.
  void set_listener(HookListener* listener) { listener_ = listener; }
  void add_hook(Address pc);

  // Results of the run.
  [[nodiscard]] std::uint32_t exit_code() const { return exit_code_; }
  [[nodiscard]] const std::optional<FaultRecord>& first_fault() const { return first_fault_; }
  [[nodiscard]] std::uint64_t never_written_reads() const { return never_written_reads_; }
  [[nodiscard]] std::optional<Address> first_never_written_read() const {
    return first_never_written_pc_;
  }
  [[nodiscard]] const std::unordered_map<Address, std::uint64_t>& unpredictable() const {
    return unpredictable_;
  }

  /// Handler of BKPT 0xAB: returns false if it is not semihosting after all. Set by the board.
  using SemihostingCall = std::function<bool(Engine&)>;
  void set_semihosting(SemihostingCall call) { semihosting_ = std::move(call); }
  /// Ends the run after the current instruction.
  void request_exit(std::uint32_t code);

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
  };
  void set_breakpoint_immediate(unsigned immediate) { breakpoint_immediate_ = immediate; }
  void invalidate_all_blocks();
  /// A memory model changed its timing or data path: windows and everything memoised are stale.
  void memory_timing_changed();
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
    friend bool operator==(const BlockKey&, const BlockKey&) = default;
  };
  struct BlockKeyHash {
    std::size_t operator()(const BlockKey& key) const {
      return (static_cast<std::size_t>(key.pc) * 0x9E3779B1u) ^
             (static_cast<std::size_t>(key.it) << 7) ^ (static_cast<std::size_t>(key.mode) << 15) ^
             static_cast<std::size_t>(key.single);
    }
  };

  void build_windows();

  // Run loop (engine.cpp).
  Block* enter_block(bool single);
  void step_or_run(Cycles limit, Cycles slice_end);
  bool stop_at(Block& block);
  void run_blocks(Block* block, Cycles limit);
  bool repeat(Block& block, Variant& variant, Cycles limit);
  void finish_replayed(Block& block, unsigned done);
  void finish_unusual(Block& block);
  void finish_fault(Block& block, const GuestFault& fault);
  void end_visit();
  void forget_details();
  bool serve_requests();
  void set_next(const Block& block);
  [[nodiscard]] std::uint8_t mode() const;

  // Exceptions, sleep, special registers (system_ops.cpp).
  void take_pending_exception();
  void enter_exception(unsigned number, Address return_address);
  void vector_to(unsigned number);
  void invalid_vector(unsigned number);
  unsigned derived_exception(unsigned number, Address stack);
  [[nodiscard]] bool may_return(unsigned kind) const;
  void invalid_return(std::uint32_t exc_return);
  void note_fault(const GuestFault& fault, unsigned number);
  bool save_fp(Address address);
  bool restore_fp(Address address);
  void return_from_exception(std::uint32_t exc_return);
  void account(pipeline::ExceptionEvent event, unsigned words);
  void take_fault(const GuestFault& fault);
  void lock_up();
  void start_waiting(bool event);
  void sleep_until(Cycles limit);
  bool push_word(Address address, std::uint32_t value);
  bool pop_word(Address address, std::uint32_t& value);
  void write_control(std::uint32_t value);

  // Accounting (accounting.cpp).
  Variant* select_variant(Block& block, Variant* guess);
  Variant* find_variant(Block& block, const VariantKey& key);
  Variant* fold(Block& block, const VariantKey& key);
  bool lines_resident(Block& block, Variant& variant);
  void replay_until(Block& block, unsigned end);
  void charge_op(const OpInfo& info, const TimedOp& timed, const OpReplay& replay, BusPort& port);
  void update_sites(Block& block);
  void fold_counts();
  void fold_block(Block& block);
  void profile_visits(const Block& block, const Variant& variant, std::uint64_t visits);
  void touch_lines();
  void account_exception(const pipeline::Charges& charges);

  // Slow paths (slow_path.cpp).
  /// How timing learns of an access: as a whole, by a log entry per piece, or by the op's site.
  enum class Part : std::uint8_t { whole, logged, told_by_site };
  void log_access(const MicroOp* op, unsigned beat, const bus::Region& region, Address address,
                  unsigned size_bytes, bool write, bool constant, bool missed);
  void book_access(const MicroOp* op, unsigned beat, const bus::Region& region, Address address,
                   unsigned size_bytes, unsigned flags, Part part, bool write, bool missed);
  std::uint32_t load_piece(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                           unsigned flags, Part part);
  void store_piece(const MicroOp* op, Address address, unsigned size_bytes, std::uint32_t value,
                   unsigned beat, unsigned flags, Part part);
  [[nodiscard]] const bus::Window* misaligned_window(const MicroOp* op, Address address,
                                                     unsigned size_bytes) const;
  void note_misaligned(const MicroOp* op, Address address);
  Part part_of(const MicroOp* op, Address address, unsigned size_bytes, bool write);
  bool use_line(const MicroOp* op, bus::Memory& memory, std::uint32_t offset);
  [[nodiscard]] unsigned window_of(const bus::Region& region) const;
  MicroOp& inline_op(const MicroOp* op);
  void adopt_window(const MicroOp* op, const bus::Region& region);
  void set_site(const MicroOp* op, std::uint16_t value);
  void check_unaligned(Address address, unsigned size_bytes, unsigned flags, bool write) const;
  std::uint32_t read_register(const bus::Region& region, Address address, unsigned size_bytes,
                              Cycles when, Address pc);
  void write_register(const bus::Region& region, Address address, unsigned size_bytes,
                      std::uint32_t value, Cycles when, Address pc);
  [[nodiscard]] Visit visit_of(const Block& block) const;
  Cycles data_phase_time(const MicroOp* op);
  std::uint32_t load_device(const MicroOp* op, const bus::Region& region, Address address,
                            unsigned size_bytes, unsigned beat);
  void store_device(const MicroOp* op, const bus::Region& region, Address address,
                    unsigned size_bytes, std::uint32_t value, unsigned beat);
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
  static constexpr std::uint32_t kMostWait = 80;   // cycles; bounds a memory's answer for deadlines
  static constexpr Address kNowhere = 0xFFFFFFFFu;
  std::unique_ptr<Block> build_block(const BlockKey& key);
  void find_dying_flags(Block& block);
  void choose_handlers(Block& block);
  static void fuse(Block& block);
  static Handler handler_of(const OpInfo& info, bool stamping);
  bool append_instruction(Block& block, const isa::Decoded& decoded, Address pc, isa::ItState it);
  void append_fault(Block& block, Handler handler, Address pc, isa::ItState it, std::uint8_t size);
  [[nodiscard]] Fetched fetch_instruction(Address pc, const bus::Region* region) const;
  void mark_block_code(const Block& block);
  void mark_code();
  void bury();
  void drop_blocks(const std::function<bool(const Block&)>& doomed);

  const pipeline::PipelineModel& model_;
  bus::SystemBus& bus_;
  isa::FeatureSet features_;
  EngineOptions options_;
  Core core_;
  Exceptions exceptions_;
  Scheduler scheduler_;

  Cycles now_ = 0;
  Address pc_ = 0;
  isa::ItState it_{};
  std::uint32_t state_ = 0;
  StateTable states_;

  std::unordered_map<BlockKey, std::unique_ptr<Block>, BlockKeyHash> blocks_;
  std::vector<std::unique_ptr<Block>> graveyard_;  // dropped while a visit may still use them
  Block* current_ = nullptr;
  unsigned timed_ops_ = 0;                  // ops of the current visit already replayed
  unsigned fault_op_ = 0;                   // index of the op whose slow path runs
  std::vector<std::uint16_t> site_values_;  // scratch of update_sites
  std::vector<LoggedAccess> log_;
  std::vector<Variant*> cached_variants_;
  std::uint64_t touched_ = 0;
  std::uint64_t no_generation_ = 0;
  Variant nothing_;         // a guess that never matches
  Followers no_guesses_{};  // of a block that is not entered from a variant

  unsigned requests_ = 0;
  unsigned breakpoint_immediate_ = 0;
  bool event_register_ = false;
  bool sleeping_ = false;
  bool sleeping_for_event_ = false;
  bool invalid_state_ = false;
  Address hook_served_ = kNowhere;
  bool exclusive_valid_ = false;
  Address exclusive_address_ = 0;
  bool profile_ = false;

  Counters ledger_;
  Counters total_;
  std::unordered_map<Address, InstructionCost> profile_costs_;
  EngineStatistics statistics_;

  HookListener* listener_ = nullptr;
  std::unordered_set<Address> hooks_;
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
