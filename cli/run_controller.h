// Who may halt a run and look around while time stands still: a debugger, or whoever calls one
// function. Depends on the engine.
#pragma once

#include "sim_core/engine/engine.h"

namespace mcost::cli {

/// Called between two instructions of the firmware.
class RunController {
 public:
  RunController() = default;
  RunController(const RunController&) = delete;
  RunController& operator=(const RunController&) = delete;
  virtual ~RunController() = default;

  /// Before the first instruction. False: there is to be no run.
  virtual bool begin() = 0;
  /// The run is halted. Returns when it is to go on, or false: it is given up.
  virtual bool halted() = 0;
  /// Asked behind halted() == false: the run ends here and has a result.
  [[nodiscard]] virtual bool finished() const { return false; }
  /// The run is over, its state is still there. False: nobody wants its result.
  virtual bool ended(engine::StopReason stop) = 0;
  /// The handler of an exception is about to run. `interrupt`: it came from outside the code.
  virtual void exception_entered(bool interrupt) { (void)interrupt; }
  virtual void exception_returned() {}
};

}  // namespace mcost::cli
