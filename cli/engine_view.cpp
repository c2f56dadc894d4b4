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

Cycles EngineView::now() const { return engine_.now(); }

std::vector<std::uint64_t> EngineView::model_values() const {
  std::vector<std::uint64_t> values;
  for (const bus::Memory& memory : engine_.bus().memories) {
    for (const auto& counter : memory.model->counters()) values.push_back(counter.value);
  }
  return values;
}

std::vector<ModelCounter> EngineView::model_counters() const {
  std::vector<ModelCounter> list;
  for (std::size_t m = 0; m < engine_.bus().memories.size(); ++m) {
    for (const auto& counter : engine_.bus().memories[m].model->counters()) {
      list.push_back({m, counter.name});
    }
  }
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
  const std::vector<std::uint64_t> values = model_values();
  for (std::size_t i = 0; i < values.size(); ++i) cost.model.push_back(values[i] - at_start_[i]);
  return cost;
}

void EngineView::hook(Address address) { engine_.add_hook(address); }

}  // namespace mcost::cli
