// Observes a loop from an instruction in it: iterations from one visit of it to the next within one
// activation of its function. May include anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/wait_words.h"
#include "loader/symbols.h"
#include "sim_core/engine/engine.h"
#include "sim_core/engine/what_if.h"

namespace mcost::cli {

/// An observed instruction of an iteration.
struct LoopOp {
  engine::RecordedOp recorded;
  engine::TimingState before;
  std::string text;
  std::uint32_t cycles = 0;
  isa::RegisterSet late = 0;
  std::vector<std::string> waits;
  unsigned depth = 0;  // of calls
};

class LoopRecorder final : public engine::Observer {
 public:
  enum class End : std::uint8_t { running, enough, left, too_long };

  /// Engine and symbols must outlive this; the watch begins at the instruction `at`.
  LoopRecorder(engine::Engine& engine, const loader::SymbolTable& symbols,
               std::vector<std::string> memories, Address at);

  void executed(const engine::ObservedOp& op) override;
  void spent(Cycles begin, const pipeline::Charges& charges) override;
  void slept(Cycles begin, Cycles cycles) override;
  void called_host(Cycles, const engine::OpInfo&) override {}

  using Iteration = std::vector<LoopOp>;
  /// Complete ones, not cut by exceptions.
  [[nodiscard]] std::vector<Iteration> take_iterations() { return std::move(iterations_); }
  /// What came behind the last visit.
  [[nodiscard]] const Iteration& unfinished() const { return current_; }
  [[nodiscard]] End end() const { return end_; }

 private:
  void begin_iteration();
  void follow(const engine::ObservedOp& op);
  void stop(End end);

  engine::Engine& engine_;
  const loader::Function* function_;
  std::vector<std::string> memories_;
  Address at_;
  LastWriters writers_;
  std::vector<Iteration> iterations_;
  Iteration current_;
  bool disturbed_ = false;             // the current iteration, by an exception or sleep
  std::optional<unsigned> exception_;  // that the loop runs in: IPSR
  std::vector<Address> returns_;       // of calls made in the iteration
  End end_ = End::running;
};

}  // namespace mcost::cli
