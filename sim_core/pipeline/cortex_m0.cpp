// Cortex-M0 (fetch, decode, execute) and Cortex-M0+ (two stages): instructions do not overlap, so a
// core is the cycle table of its manual plus the waits of its one bus, which carries instructions
// and data in turn. References: TRM-M0 (Arm DDI 0432) table 3-1, TRM-M0+ (DDI 0484) table 3-1; 2.x
// are sections of core-timing.md.
//
// Known approximations:
// - Each word is fetched when its first instruction needs it, and its wait states are added then
//   (2.3). Words that the core fetches ahead of a taken branch and then drops cost nothing
//   (`assumed`: at most their wait states).
// - A loaded value may be used at once (2.3, MEAS), and no address waits for an ALU result.
// - Exception return takes what entry takes, tail-chaining saves the eight words of the frame (2.4
//   names neither; `assumed`).
#include "sim_core/pipeline/cortex_m0.h"

#include <cassert>
#include <string_view>

namespace mcost::pipeline {
namespace {

using isa::TimingClass;

constexpr unsigned kFrameWords = 8;

/// The rows of the manual in which the two cores differ. Cycles on zero-wait memory.
struct CycleTable {
  std::string_view name;
  std::uint8_t refill;            // behind a taken branch: B, BX, BLX, MOV pc, ADD pc
  std::uint8_t refill_from_load;  // behind POP {pc}
  std::uint8_t special;           // MRS, MSR
  std::uint8_t barrier;           // DMB, DSB, ISB
  std::uint8_t exception_entry;   // 2.4
};

constexpr CycleTable kCortexM0{"cortex-m0", 2, 3, 4, 4, 16};
constexpr CycleTable kCortexM0Plus{"cortex-m0plus", 1, 2, 3, 3, 15};

// Both: one cycle for data processing, two for a load or store, 1+N for several registers.
constexpr unsigned kFirstDataCycle = 1;  // address phase, then one data phase a word
constexpr unsigned kSecondHalfword = 1;  // of BL, which decodes twice
constexpr unsigned kWait = 2;            // WFI, WFE before they sleep
constexpr unsigned kMostCycles = 33;     // the small multiplier and a refill

struct M0State {
  std::uint8_t held_halfwords = 0;  // of the instructions to come, from the last word fetched
};

class M0Model final : public PipelineModel {
 public:
  M0Model(const CycleTable& table, const CoreParameters& parameters)
      : table_(table), multiply_cycles_(parameters.multiply_cycles) {}

  [[nodiscard]] std::string_view name() const override { return table_.name; }
  [[nodiscard]] State reset_state() const override { return {}; }
  Advance advance(State& state, const OpTiming& op, const Outcome& outcome,
                  bus::TimingPort& port) const override;
  [[nodiscard]] std::uint8_t operand_cycles(TimingClass, bool, std::uint32_t,
                                            std::uint32_t) const override {
    return 0;
  }
  Charges exception(State& state, ExceptionEvent event, unsigned words_stacked) const override;
  [[nodiscard]] std::uint32_t worst_case(const OpTiming& op) const override {
    return kMostCycles + table_.barrier + op.transfers;
  }

 private:
  [[nodiscard]] unsigned issue_cycles(const OpTiming& op) const;
  [[nodiscard]] unsigned refill_cycles(const OpTiming& op, const Outcome& outcome) const;

  const CycleTable& table_;
  unsigned multiply_cycles_;
};

/// Cycles of what is neither an access nor a refill.
unsigned M0Model::issue_cycles(const OpTiming& op) const {
  const bool moves_special = op.size_bytes == 4;  // MRS and MSR; CPS, SVC and BKPT are 16 bits
  switch (op.timing_class) {
    case TimingClass::multiply: return multiply_cycles_;
    case TimingClass::system: return moves_special ? table_.special : 1;
    case TimingClass::barrier: return table_.barrier;
    case TimingClass::wait: return kWait;
    case TimingClass::branch: return op.links ? 1 + kSecondHalfword : 1;
    default: return 1;
  }
}

unsigned M0Model::refill_cycles(const OpTiming& op, const Outcome& outcome) const {
  if (!outcome.branch_taken || op.timing_class == TimingClass::barrier) return 0;
  return outcome.accesses.empty() ? table_.refill : table_.refill_from_load;
}

Advance M0Model::advance(State& state, const OpTiming& op, const Outcome& outcome,
                         bus::TimingPort& port) const {
  auto own = state.get<M0State>();
  Advance result;
  Charges& charges = result.charges;
  const unsigned halfwords = op.size_bytes / 2u;
  for (unsigned fetched = own.held_halfwords; fetched < halfwords;) {
    const Address word = (outcome.pc + 2 * fetched) & ~Address{3};
    const bus::Wait wait = port.fetch(word, charges.total());
    charges.add(Cause::fetch_wait, wait.cycles, wait.memory);
    fetched = (word + 4 - outcome.pc) / 2;
    own.held_halfwords = static_cast<std::uint8_t>(fetched);
  }
  own.held_halfwords = static_cast<std::uint8_t>(own.held_halfwords - halfwords);

  result.issue_cycle = static_cast<std::int32_t>(charges.total());
  charges.add(Cause::issue, issue_cycles(op));
  result.data_phase = charges.total();
  for (unsigned beat = 0; beat < outcome.accesses.size(); ++beat) {
    const bus::Access& access = outcome.accesses[beat];
    const bus::Wait wait = port.data(access, beat, charges.total() - (beat == 0 ? 1u : 0u));
    const bool writes = access.kind == bus::AccessKind::write;
    charges.add(writes ? Cause::store_wait : Cause::data_wait, wait.cycles, wait.memory);
    charges.add(Cause::issue, kFirstDataCycle);
    if (beat == 0) result.data_phase = charges.total() - 1;
  }
  if (outcome.branch_taken || op.timing_class == TimingClass::barrier) {
    charges.add(Cause::refill, refill_cycles(op, outcome));
    own.held_halfwords = 0;
  }
  state.set(own);
  result.port_cycles = charges.total();
  return result;
}

Charges M0Model::exception(State& state, ExceptionEvent event, unsigned) const {
  state.set(M0State{});
  Charges charges;
  const bool moves_frame =
      event == ExceptionEvent::entry || event == ExceptionEvent::exception_return;
  charges.add(Cause::exception, table_.exception_entry - (moves_frame ? 0u : kFrameWords));
  return charges;
}

}  // namespace

std::unique_ptr<PipelineModel> make_cortex_m0(const CoreParameters& parameters) {
  return std::make_unique<M0Model>(kCortexM0, parameters);
}

std::unique_ptr<PipelineModel> make_cortex_m0plus(const CoreParameters& parameters) {
  return std::make_unique<M0Model>(kCortexM0Plus, parameters);
}

}  // namespace mcost::pipeline
