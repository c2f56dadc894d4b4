// Joins a run, a connection and what is said on it: halts the run when the debugger wants it, and
// serves the debugger while it is halted. May include anything. Invariant: without changes of
// registers or memory the run's result is that of a run without a debugger.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/gdb_packets.h"
#include "cli/gdb_server.h"
#include "cli/gdb_session.h"
#include "cli/gdb_stepper.h"
#include "cli/run_controller.h"

namespace mcost::cli {

class GdbDebugger final : public RunController {
 public:
  struct Talk {
    /// Answers `monitor` commands.
    std::function<std::string(const std::string&)> monitor;
    /// How the run ended, for a person.
    std::function<std::string(engine::StopReason)> describe_end;
    /// Takes lines for the person at the terminal.
    std::function<void(const std::string&)> announce;
    /// Called before the firmware is seen halted: what it printed should be seen, too.
    std::function<void()> before_halt;
  };
  /// `waits`: the firmware does not start before a debugger is there. Engine and server must
  /// outlive this.
  GdbDebugger(engine::Engine& engine, GdbServer& server, bool waits, Talk talk);

  bool begin() override;
  bool halted() override;
  bool ended(engine::StopReason stop) override;
  void exception_entered(bool interrupt) override { stepper_.exception_entered(interrupt); }
  void exception_returned() override { stepper_.exception_returned(); }
  /// The firmware has ended: it can be looked at, but will not go on.
  [[nodiscard]] bool is_over() const { return is_over_; }
  /// While the firmware runs: looks whether the debugger wants something.
  void poll();

 private:
  [[nodiscard]] std::optional<GdbEvent> next_event();
  void reply(const std::string& payload);
  void accept(bool waits);
  bool serve();
  bool act(GdbAction action);
  void note_loss();

  engine::Engine& engine_;
  GdbServer& server_;
  bool waits_;
  Talk talk_;
  GdbSession session_;
  GdbStepper stepper_;
  GdbPacketReader reader_;
  std::string last_sent_;
  bool awaits_stop_ = false;  // the debugger has resumed the firmware and waits for a stop reply
  bool interrupted_ = false;  // by ctrl-C
  bool was_connected_ = false;
  bool is_over_ = false;
};

}  // namespace mcost::cli
