// Single steps: lets the engine run until one instruction of the code being stepped is complete.
// Interrupts that come first run to their end meanwhile; a fault halts at its handler. Depends on
// the engine.
#pragma once

#include <functional>

#include "sim_core/engine/engine.h"

namespace mcost::cli {

class GdbStepper final : public engine::Observer {
 public:
  /// `poll` is called now and then while handlers run. The engine must outlive this.
  GdbStepper(engine::Engine& engine, std::function<void()> poll)
      : engine_(engine), poll_(std::move(poll)) {}

  /// The run that comes next is one step.
  void start();
  /// It is over, however it ended.
  void stop();
  [[nodiscard]] bool active() const { return active_; }
  void exception_entered(bool interrupt);
  void exception_returned();

  void executed(const engine::ObservedOp& op) override;
  void spent(Cycles, const pipeline::Charges&) override {}
  void slept(Cycles, Cycles) override;
  void called_host(Cycles, const engine::OpInfo&) override { complete(); }

 private:
  void complete();
  engine::Engine& engine_;
  std::function<void()> poll_;
  bool active_ = false;
  unsigned handlers_ = 0;  // interrupts taken in this step that have not returned
  unsigned until_poll_ = 0;
};

}  // namespace mcost::cli
