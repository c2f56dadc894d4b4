#include "cli/memory_use_log.h"

#include <fmt/format.h>

#include "cli/memory_layout.h"

namespace mcost::cli {
namespace {

std::vector<std::size_t> words_of(const bus::SystemBus& bus) {
  std::vector<std::size_t> words;
  for (const bus::Memory& memory : bus.memories)
    words.push_back(memory.is_ram ? memory.tags.size() : 0);
  return words;
}

}  // namespace

MemoryUseLog::MemoryUseLog(engine::Engine& engine, const loader::Image& image,
                           const loader::SymbolTable& symbols)
    : engine_(engine),
      symbols_(symbols),
      meter_(memory_layout(image, symbols, engine.bus(), engine.core().r[13]),
             words_of(engine.bus())) {
  engine.record_accesses();
  const auto& stack = meter_.layout().main_stack;
  if (stack) {
    engine.recorder()->add_stack_area(engine::AccessRecorder::kMainStack, stack->range.memory,
                                      stack->range.first, stack->range.end);
  }
  engine.set_find_stack([this](Address address) { return find_stack(address); });
}

MemoryUseLog::~MemoryUseLog() { engine_.set_find_stack({}); }

void MemoryUseLog::boundary(std::size_t left, std::size_t entered, Cycles now) {
  if (left == entered) return;
  if (had_enough(left) && had_enough(entered)) {
    several_ = left_out_ = true;
    return;
  }
  close(left, now);
}

void MemoryUseLog::close(std::size_t account, Cycles now) {
  engine_.take_touched(touched_);
  if (touched_.empty() && now == begin_) return;
  if (account >= stretches_.size()) stretches_.resize(account + 1);
  meter_.add(touched_, several_ ? std::nullopt : std::optional(account), begin_);
  if (!several_) ++stretches_[account];
  several_ = false;
  begin_ = now;
}

void MemoryUseLog::end(std::size_t left, Cycles now) { close(left, now); }

/// The object that PSP points into is a stack.
std::optional<engine::Engine::StackRange> MemoryUseLog::find_stack(Address address) {
  const loader::Object* const object = symbols_.find_object(address);
  if (object != nullptr) {
    const engine::Engine::StackRange range{object->address, object->address + object->size_bytes};
    if (known_stacks_.contains(range.first)) return range;
    const auto place = ram_range(engine_.bus(), range.first, object->size_bytes);
    if (place && engine_.recorder()->add_stack_area(engine::AccessRecorder::kProcessStack,
                                                    place->memory, place->first, place->end)) {
      known_stacks_.insert(range.first);
      meter_.add_stack({object->demangled, range.end, *place, false});
      return range;
    }
  }
  if (!unknown_stack_) unknown_stack_ = address;
  return std::nullopt;
}

void MemoryUseLog::show(RunResult& result, const std::vector<std::size_t>& accounts) {
  meter_.finish(result, accounts);
  if (unknown_stack_) {
    result.notes.push_back(
        fmt::format("memory use: PSP points to 0x{:08X}, into no object of the firmware that could "
                    "be told apart: words there count as what else lies there",
                    *unknown_stack_));
  }
  if (left_out_) {
    result.notes.push_back(
        fmt::format("memory use: of layers with more than {} visits, the first are measured; bytes "
                    "live later in the run are at most too high",
                    kMostStretches));
  }
}

}  // namespace mcost::cli
