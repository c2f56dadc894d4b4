#include "tests/engine/toy_dual_issue.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

namespace mcost::test {
namespace {

using isa::TimingClass;

constexpr std::uint8_t kLoadLatency = 3;
constexpr std::uint8_t kMultiplyLatency = 4;
constexpr std::uint32_t kRefill = 1;
constexpr std::uint32_t kMispredict = 5;
constexpr std::uint32_t kException = 11;

/// Cycles count from the one in which the last instruction issued: the open cycle, whose second
/// slot may be free.
struct ToyState {
  std::array<std::uint8_t, 16> ready{};  // cycles until each register can be read
  std::uint32_t fetched = 0;             // word address held by the fetch unit, plus one
  std::uint16_t written = 0;             // registers the first slot of the open cycle writes
  std::uint8_t slot_open = 0;            // the second slot is free
  std::uint8_t banks = 0;                // of the memory that the first slot uses, a bit each
};

/// A branch goes where it went last time, at first straight on; one that can go only one way is
/// right.
class LastTime final : public pipeline::BranchPredictor {
 public:
  bool resolve(const pipeline::OpTiming& op, Address pc, bool taken, Address target) override {
    if (op.direct_target != 0 && !op.conditional) return true;
    const Address went = taken ? target : 0;
    Address& last = went_[pc];
    const bool right = last == went;
    last = went;
    return right;
  }
  [[nodiscard]] std::unique_ptr<pipeline::BranchPredictor> clone() const override {
    return std::make_unique<LastTime>(*this);
  }
  [[nodiscard]] std::uint64_t signature() const override {
    std::uint64_t hash = 0;
    for (const auto& [pc, target] : went_) hash = (hash ^ pc ^ std::uint64_t{target} << 32) * 31;
    return hash;
  }

 private:
  std::map<Address, Address> went_;
};

bool is_alu(TimingClass c) { return c <= TimingClass::sad || c == TimingClass::nop; }

std::uint8_t latency_of(TimingClass c) {
  if (c >= TimingClass::multiply && c <= TimingClass::multiply_accumulate_long)
    return kMultiplyLatency;
  if (c >= TimingClass::load && c <= TimingClass::load_exclusive) return kLoadLatency;
  return 0;
}

}  // namespace

pipeline::State ToyDualIssue::reset_state() const {
  pipeline::State state;
  state.set(ToyState{});
  return state;
}

pipeline::Advance ToyDualIssue::advance(pipeline::State& state, const pipeline::OpTiming& op,
                                        const pipeline::Outcome& outcome,
                                        bus::TimingPort& port) const {
  auto own = state.get<ToyState>();
  pipeline::Advance result;
  pipeline::Charges& charges = result.charges;
  const auto reads = static_cast<std::uint16_t>(op.roles.reads);
  const auto writes = static_cast<std::uint16_t>(outcome.executed ? op.roles.writes : 0);

  // Fetch, one word at a time; words already held cost nothing.
  const std::uint32_t last = (outcome.pc + op.size_bytes - 1) / 4 + 1;
  for (std::uint32_t word = outcome.pc / 4 + 1; word <= last; ++word) {
    if (word == own.fetched) continue;
    const bus::Wait wait = port.fetch((word - 1) * 4, charges.total());
    charges.add(Cause::fetch_wait, wait.cycles, wait.memory);
    own.fetched = word;
  }
  // Operands. What was charged so far has let results come nearer.
  std::uint32_t late = 0;
  for (unsigned i = 0; i < own.ready.size(); ++i) {
    if ((reads >> i & 1u) != 0) late = std::max<std::uint32_t>(late, own.ready[i]);
  }
  if (late > charges.total()) charges.add(Cause::result_latency, late - charges.total());
  // The second slot: not what depends on the first, not a second access, never behind a stall.
  std::uint8_t banks = 0;
  if (outcome.accesses.size() == 1) {
    const Address bank = outcome.accesses.front().address >> pipeline::kBankShift & 1u;
    banks = static_cast<std::uint8_t>(1u << bank);
  }
  const bool may_share = is_alu(op.timing_class) || (op.transfers == 1 && (own.banks & banks) == 0);
  const bool pairs = own.slot_open != 0 && charges.total() == 0 &&
                     ((reads | writes) & own.written) == 0 && may_share;
  if (!pairs) charges.add(Cause::issue, 1);
  result.folded = pairs;
  result.data_phase = charges.total();
  for (unsigned beat = 0; beat < outcome.accesses.size(); ++beat) {
    const bus::Access& access = outcome.accesses[beat];
    if (beat > 0) charges.add(Cause::issue, 1);
    const bus::Wait wait = port.data(access, beat, charges.total());
    const bool writing = access.kind == bus::AccessKind::write;
    charges.add(writing ? Cause::store_wait : Cause::data_wait, wait.cycles, wait.memory);
    if (beat == 0) result.data_phase = charges.total();
  }
  charges.add(Cause::operand, outcome.operand_cycles);
  if (outcome.branch_taken) {
    charges.add(outcome.predicted ? Cause::refill : Cause::mispredict,
                outcome.predicted ? kRefill : kMispredict);
    own.fetched = 0;
  }
  for (std::uint8_t& cycles : own.ready)
    cycles = static_cast<std::uint8_t>(cycles - std::min<std::uint32_t>(cycles, charges.total()));
  for (unsigned i = 0; i < own.ready.size(); ++i) {
    if ((writes >> i & 1u) != 0) own.ready[i] = latency_of(op.timing_class);
  }
  own.slot_open = !pairs && !outcome.branch_taken && outcome.accesses.size() <= 1 ? 1 : 0;
  own.written = own.slot_open != 0 ? writes : std::uint16_t{0};
  own.banks = own.slot_open != 0 ? banks : std::uint8_t{0};
  state.set(own);
  result.port_cycles = charges.total();
  return result;
}

std::unique_ptr<pipeline::BranchPredictor> ToyDualIssue::make_predictor() const {
  return std::make_unique<LastTime>();
}

std::uint8_t ToyDualIssue::operand_cycles(TimingClass timing_class, bool, std::uint32_t first,
                                          std::uint32_t) const {
  return timing_class == TimingClass::divide
             ? static_cast<std::uint8_t>((32 - std::countl_zero(first)) / 4)
             : std::uint8_t{0};
}

pipeline::Charges ToyDualIssue::exception(pipeline::State& state, pipeline::ExceptionEvent,
                                          unsigned words_stacked) const {
  state.set(ToyState{});
  pipeline::Charges charges;
  charges.add(Cause::exception, kException + words_stacked);
  return charges;
}

std::uint32_t ToyDualIssue::worst_case(const pipeline::OpTiming& op) const {
  return 2u + kMultiplyLatency + kMispredict + 8u + op.transfers;
}

}  // namespace mcost::test
