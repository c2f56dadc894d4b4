// One run from options to RunResult: reads firmware and board, makes the machine, finds layers,
// runs, and gathers what is to be reported. May include anything. Invariant: a result that is
// returned adds up.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "boards/machine.h"
#include "cli/command.h"
#include "cli/engine_view.h"
#include "cli/layer_sources.h"
#include "cli/options.h"
#include "cli/places.h"
#include "loader/probe_notes.h"
#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// A promise of our own was broken: never the user's mistake.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// What the session needs from whoever talks to the person.
struct SessionIo {
  /// Takes what the firmware prints; `error` is its stderr.
  std::function<void(const std::string& text, bool error)> console;
  /// Called now and then with the time; false ends the run as time_limit. May be empty.
  std::function<bool(Cycles now)> keep_going;
  /// Takes lines for the person that are no output of the firmware. May be empty.
  std::function<void(const std::string& line)> announce = {};
};

/// Construct, run once, then write what --dump-memory asks for.
class RunSession {
 public:
  /// Reads everything and checks it against each other. Errors: ConfigError, ImageError.
  RunSession(RunOptions options, SessionIo io);
  ~RunSession();
  RunSession(const RunSession&) = delete;
  RunSession& operator=(const RunSession&) = delete;

  /// Errors: InternalError if the result does not add up.
  [[nodiscard]] RunResult run();
  /// Writes --dump-memory files, after the run. Errors: ConfigError if one cannot be written; the
  /// others are written.
  void write_dumps();
  [[nodiscard]] Hertz clock() const;

 private:
  class Listener;
  struct Input {
    Address address = 0;
    std::vector<std::uint8_t> bytes;
    std::string text;
    bool at_main = false;
  };

  [[nodiscard]] std::unique_ptr<LayerSource> probe_layers() const;
  void choose_layers();
  void read_inputs();
  void write_inputs_at_main();
  void check_until() const;
  void open_dumps();
  [[nodiscard]] bool initialised_by_startup(Address address) const;
  engine::StopReason execute();
  void describe_run(RunResult& result, engine::StopReason stop);
  void describe_exit(RunResult& result, engine::StopReason stop);
  void describe_board(RunResult& result);
  void describe_accesses(RunResult& result);
  void describe_irregular(RunResult& result);
  void describe_notes(RunResult& result);
  void describe_statistics(RunResult& result);

  RunOptions options_;
  SessionIo io_;
  loader::Image image_;
  loader::SymbolTable symbols_;
  std::vector<loader::Probe> probes_;
  Places places_;
  std::unique_ptr<boards::Machine> machine_;
  std::unique_ptr<EngineView> view_;
  analysis::LayerTracker tracker_;
  std::unique_ptr<LayerLog> log_;
  std::unique_ptr<Listener> listener_;
  const ProbeEvents* events_ = nullptr;  // owned by the listener
  std::optional<Address> until_;
  std::optional<Address> main_;
  bool waits_for_main_ = false;  // there is input that start-up code would overwrite
  std::vector<Input> inputs_;
  struct Dump {
    Address address = 0;
    std::uint32_t length_bytes = 0;
    std::unique_ptr<OutputFile> file;
  };
  std::vector<Dump> dumps_;
  std::vector<std::string> notes_;
};

/// Throws InternalError with every broken sum of `result`, if there is one.
void require_sums(const RunResult& result);

}  // namespace mcost::cli
