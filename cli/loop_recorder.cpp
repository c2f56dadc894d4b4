#include "cli/loop_recorder.h"

#include <algorithm>

#include "sim_core/isa/format.h"

namespace mcost::cli {
namespace {

constexpr std::size_t kMostIterations = 48;
constexpr std::size_t kMostOps = 1024;  // of an iteration, calls included

}  // namespace

LoopRecorder::LoopRecorder(engine::Engine& engine, const loader::SymbolTable& symbols,
                           std::vector<std::string> memories, Address at)
    : engine_(engine),
      function_(symbols.find_function(at)),
      memories_(std::move(memories)),
      at_(at) {}

void LoopRecorder::executed(const engine::ObservedOp& op) {
  if (end_ != End::running) return;
  const unsigned exception = engine_.exceptions().ipsr();
  if (!exception_) exception_ = exception;
  if (exception != *exception_) {  // a handler
    disturbed_ = true;
    return;
  }
  if (op.info.pc == at_ && returns_.empty() && !current_.empty()) begin_iteration();
  if (end_ != End::running) return;
  const isa::RegisterSet late = engine::late_registers(engine_.model(), op);
  current_.push_back({engine::RecordedOp(op), op.before, isa::disassemble(op.info.decoded),
                      op.timed.advance.charges.total(), late,
                      wait_words(op, late, writers_, memories_),
                      static_cast<unsigned>(returns_.size())});
  writers_.note(op);
  follow(op);
  if (end_ == End::running && current_.size() >= kMostOps) stop(End::too_long);
}

void LoopRecorder::spent(Cycles, const pipeline::Charges&) { disturbed_ = true; }

void LoopRecorder::slept(Cycles, Cycles) { disturbed_ = true; }

/// The iteration that ends with this visit is complete.
void LoopRecorder::begin_iteration() {
  if (!disturbed_) iterations_.push_back(std::move(current_));
  current_.clear();
  disturbed_ = false;
  if (iterations_.size() == kMostIterations) stop(End::enough);
}

/// Keeps the return addresses of calls, and finds where the function is left.
void LoopRecorder::follow(const engine::ObservedOp& op) {
  const pipeline::OpTiming& timing = op.info.timing;
  const Address behind = op.info.pc + timing.size_bytes;
  if (!op.outcome.branch_taken) return;
  const Address target = op.outcome.target & ~Address{1};
  if (timing.links) {
    returns_.push_back(behind);
  } else if (!returns_.empty()) {
    if (target == returns_.back()) returns_.pop_back();
  } else if (function_ != nullptr ? target - function_->address >= function_->size_bytes
                                  : timing.direct_target == 0 &&
                                        timing.timing_class != isa::TimingClass::table_branch) {
    stop(End::left);
  }
}

void LoopRecorder::stop(End end) {
  end_ = end;
  engine_.observe(nullptr);
  engine_.request_exit(0);
}

}  // namespace mcost::cli
