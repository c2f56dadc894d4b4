#include "sim_core/pipeline/in_order.h"

namespace mcost::pipeline {
namespace {

using isa::TimingClass;

/// The word that fetch has read last, plus one; 0: none.
struct InOrderState {
  std::uint32_t fetched = 0;
};

}  // namespace

Advance InOrderModel::advance(State& state, const OpTiming& op, const Outcome& outcome,
                              bus::TimingPort& port) const {
  auto own = state.get<InOrderState>();
  Advance result;
  Charges& charges = result.charges;
  const std::uint32_t last = (outcome.pc + op.size_bytes - 1) / 4 + 1;
  for (std::uint32_t word = outcome.pc / 4 + 1; word <= last; ++word) {
    if (word == own.fetched) continue;
    const bus::Wait wait = port.fetch((word - 1) * 4, charges.total());
    charges.add(Cause::fetch_wait, wait.cycles, wait.memory);
    own.fetched = word;
  }
  const bool divides = op.timing_class == TimingClass::divide && outcome.executed;
  charges.add(Cause::issue, divides ? core_.divide : 1);
  result.data_phase = charges.total();
  for (unsigned beat = 0; beat < outcome.accesses.size(); ++beat) {
    const bus::Access& access = outcome.accesses[beat];
    const bool writes = access.kind == bus::AccessKind::write;
    charges.add(Cause::issue, beat > 0 ? 1u : (writes ? core_.store : core_.load) - 1u);
    const bus::Wait wait = port.data(access, beat, charges.total());
    charges.add(writes ? Cause::store_wait : Cause::data_wait, wait.cycles, wait.memory);
    if (beat == 0) result.data_phase = charges.total();
  }
  if (outcome.branch_taken || op.timing_class == TimingClass::barrier) {
    charges.add(Cause::refill, core_.refill);
    own.fetched = 0;
  }
  state.set(own);
  result.port_cycles = charges.total();
  return result;
}

Charges InOrderModel::exception(State& state, ExceptionEvent event, unsigned) const {
  state.set(InOrderState{});
  Charges charges;
  charges.add(Cause::exception,
              event == ExceptionEvent::tail_chain ? core_.tail_chain : core_.entry);
  return charges;
}

std::uint32_t InOrderModel::worst_case(const OpTiming& op) const {
  return 2u + core_.divide + core_.load + core_.refill + 4u * op.transfers;
}

std::unique_ptr<PipelineModel> make_cortex_m7() {
  return std::make_unique<InOrderModel>(InOrderCore{.name = "cortex-m7", .load = 1, .store = 1});
}

std::unique_ptr<PipelineModel> make_cortex_m33() {
  return std::make_unique<InOrderModel>(
      InOrderCore{.name = "cortex-m33", .load = 1, .store = 1, .refill = 1});
}

}  // namespace mcost::pipeline
