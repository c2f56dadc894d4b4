// A small firmware that is halted before its first instruction, and a protocol session on it.
// Depends on cli's tests.
#pragma once

#include <memory>
#include <string>

#include "cli/gdb_session.h"
#include "cli/run_session.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {

class ServedProgram {
 public:
  explicit ServedProgram(const Program& program)
      : ServedProgram(options_for(program.write("served.elf"), "none")) {}
  explicit ServedProgram(const RawOptions& options) {
    run_ = std::make_unique<RunSession>(check_options(options),
                                        SessionIo{[](const std::string&, bool) {}, {}});
    session_ = std::make_unique<GdbSession>(
        engine(), [](const std::string& command) { return "<" + command + ">"; });
  }
  [[nodiscard]] engine::Engine& engine() { return run_->machine().engine(); }
  [[nodiscard]] RunSession& run() { return *run_; }
  [[nodiscard]] GdbSession& session() { return *session_; }
  /// What a packet is answered; "-" if nothing is.
  std::string ask(const std::string& packet) {
    action_ = GdbAction::stay;
    const GdbAnswer answer = session_->handle(packet);
    action_ = answer.action;
    return answer.reply.value_or("-");
  }
  [[nodiscard]] GdbAction action() const { return action_; }

 private:
  std::unique_ptr<RunSession> run_;
  std::unique_ptr<GdbSession> session_;
  GdbAction action_ = GdbAction::stay;
};

}  // namespace mcost::cli::test
