// FunctionCall: lets a firmware boot, then calls one of its functions by the procedure call
// standard and measures just that. The function returns to the firmware's first instruction, where
// nothing else comes in the meantime, and where a breakpoint waits. May include anything.
// Invariant: registers and memory change only between instructions, at a halt; from the first
// instruction of the function to its return the firmware alone decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/call_arguments.h"
#include "cli/call_buffers.h"
#include "cli/run_controller.h"
#include "cli/run_session.h"
#include "sim_core/base/call_result.h"

namespace mcost::cli {

/// A function that takes nothing.
struct NamedAddress {
  std::string name;
  Address address = 0;
};

struct CallPlan {
  NamedAddress function;
  NamedAddress boot;          // where the firmware is left
  bool boot_returns = false;  // left when this function has returned, not when it is reached
  std::vector<NamedAddress> init;
  std::uint64_t warmup = 0;
  std::uint64_t repeat = 1;
  std::vector<WrittenArgument> written;
  std::vector<CallArgument> arguments;  // one for each
  bool hard_float = false;
  std::optional<CallType> returns;  // nothing: unknown
  std::string buffer_at;            // --buffer-at
};

class FunctionCall final : public RunController {
 public:
  /// `session` is not measured from its start, and outlives this.
  FunctionCall(RunSession& session, CallPlan plan);

  bool begin() override;
  bool halted() override;
  bool ended(engine::StopReason stop) override;
  [[nodiscard]] bool finished() const override { return phase_ == Phase::done; }

  [[nodiscard]] const CallResult& result() const { return result_; }
  /// Why there is no value, for people; empty once the last call returned.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// The firmware's exit code, where that was why.
  [[nodiscard]] std::optional<std::uint32_t> exit_code() const { return exit_code_; }
  /// What is in the buffer of an argument. After the last return.
  [[nodiscard]] std::vector<std::uint8_t> contents(std::size_t argument) const;
  /// What a user should know of the calls that returned.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  enum class Phase : std::uint8_t { booting, boot_returning, init, warmup, measured, done, failed };

  bool arrived();
  bool boot_halted();
  void place_arguments();
  void watch_stack();
  bool next_call();
  void start(Address function, bool with_arguments);
  void write_buffers();
  void write_guards();
  bool returned();
  [[nodiscard]] bool is_at_return() const;
  [[nodiscard]] CallValue read_value() const;
  bool stack_halted();
  bool fail(std::string why);
  [[nodiscard]] std::string called() const;

  RunSession& session_;
  engine::Engine& engine_;
  CallPlan plan_;
  CallResult result_;
  CallFrame frame_;
  BufferPlaces places_;
  Phase phase_ = Phase::booting;
  Address return_address_ = 0;
  std::uint32_t boot_sp_ = 0;        // behind the return of --after
  std::uint32_t stack_pointer_ = 0;  // of each call
  unsigned exception_ = 0;           // of each call: 0 in thread mode
  std::uint64_t resets_ = 0;
  std::size_t inits_done_ = 0;
  std::uint64_t warmups_done_ = 0;
  std::optional<engine::Watchpoint> stack_watch_;
  std::uint64_t idle_watches_ = 0;
  Cycles call_begin_ = 0;
  LayerLog::Handle layer_ = 0;
  std::string failure_;
  std::optional<std::uint32_t> exit_code_;
};

}  // namespace mcost::cli
