#include "cli/engine_view.h"

namespace mcost::cli {

EngineView::EngineView(engine::Engine& engine)
    : engine_(engine), at_start_(model_values()), taken_(at_start_) {}

std::uint32_t EngineView::core_register(unsigned number) const { return engine_.core().r[number]; }

std::uint32_t EngineView::fp_register(unsigned number) const { return engine_.core().s[number]; }

unsigned EngineView::nzcv() const { return engine_.core().nzcv(); }

bool EngineView::uses_process_stack() const { return engine_.exceptions().uses_process_stack(); }

std::uint32_t EngineView::process_stack_pointer() const {
  return uses_process_stack() ? engine_.core().r[13] : engine_.exceptions().other_stack_pointer;
}

bool EngineView::read_memory(Address address, std::uint8_t* data, std::size_t size_bytes) const {
  return engine_.read_memory(address, data, size_bytes);
}

Cycles EngineView::now() const { return engine_.now() - begin_; }

void EngineView::start_counting() {
  static_cast<void>(engine_.take_counters());
  begin_ = engine_.now();
  before_ = engine_.peek_counters();
  taken_ = at_start_ = model_values();
}

namespace {

/// Calls `visit(memory, name, value)` for every counter, always in the same order.
template <class Visit>
void each_counter(const bus::SystemBus& bus, Visit&& visit) {
  for (std::size_t m = 0; m < bus.memories.size(); ++m) {
    for (const auto& counter : bus.memories[m].model->counters())
      visit(m, counter.name, counter.value);
    if (!bus.interconnect.any_initiator()) continue;
    visit(m, "dma_read_bytes", bus.interconnect.traffic(m).read_bytes);
    visit(m, "dma_write_bytes", bus.interconnect.traffic(m).write_bytes);
    if (bus.memories[m].model->has_array())
      visit(m, "dma_array_reads", bus.interconnect.traffic(m).array_reads);
  }
  for (const bus::CounterSource* source : bus.counter_sources) {
    for (const auto& counter : source->counters())
      visit(bus.memories.size(), counter.name, counter.value);
  }
}

}  // namespace

std::vector<std::uint64_t> EngineView::model_values() const {
  std::vector<std::uint64_t> values;
  each_counter(engine_.bus(),
               [&](std::size_t, const char*, std::uint64_t value) { values.push_back(value); });
  return values;
}

std::vector<ModelCounter> EngineView::model_counters() const {
  std::vector<ModelCounter> list;
  each_counter(engine_.bus(), [&](std::size_t memory, const char* name, std::uint64_t) {
    list.push_back({memory, name});
  });
  return list;
}

Cost EngineView::take_cost() {
  Cost cost;
  cost.counters = engine_.take_counters();
  const std::vector<std::uint64_t> values = model_values();
  for (std::size_t i = 0; i < values.size(); ++i) cost.model.push_back(values[i] - taken_[i]);
  taken_ = values;
  return cost;
}

Cost EngineView::total() {
  Cost cost;
  cost.counters = engine_.peek_counters();
  cost.counters -= before_;
  const std::vector<std::uint64_t> values = model_values();
  for (std::size_t i = 0; i < values.size(); ++i) cost.model.push_back(values[i] - at_start_[i]);
  return cost;
}

void EngineView::enter_layer(std::size_t account) { engine_.set_profile_layer(account); }

void EngineView::note_layer() { engine_.mark_call_trace(); }

void EngineView::hook(Address address) { engine_.add_hook(address); }

}  // namespace mcost::cli
