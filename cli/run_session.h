// One run from options to RunResult: reads firmware and board, makes the machine, finds layers,
// runs, and gathers what is to be reported. May include anything. Invariant: a result that is
// returned adds up.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "boards/machine.h"
#include "cli/command.h"
#include "cli/engine_view.h"
#include "cli/layer_sources.h"
#include "cli/memory_use_log.h"
#include "cli/options.h"
#include "cli/places.h"
#include "cli/profile_builder.h"
#include "cli/run_controller.h"
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

/// Where a run begins to be watched: at a visit of an address, else at a cycle.
struct WatchStart {
  std::optional<Address> address;
  std::uint64_t visit = 1;
  Cycles cycle = 0;
};

/// Construct, run once, then write what --dump-memory asks for.
class RunSession {
 public:
  /// Reads everything and checks it against each other. Errors: ConfigError, ImageError.
  RunSession(RunOptions options, SessionIo io);
  ~RunSession();
  RunSession(const RunSession&) = delete;
  RunSession& operator=(const RunSession&) = delete;

  /// `observer` sees the run from `start` on, until it ends its watch. Before run(); numbers stay
  /// what they are. Errors: ConfigError if nothing can execute at the address that `where` names.
  void watch(const WatchStart& start, engine::Observer& observer, const std::string& where);
  /// How often the address to be watched was reached, up to the visit.
  [[nodiscard]] std::uint64_t watch_visits() const { return watch_visits_; }

  /// Errors: InternalError if the result does not add up.
  [[nodiscard]] RunResult run();
  /// The same under somebody's control; nothing if the run was given up.
  [[nodiscard]] std::optional<RunResult> run(RunController& controller);
  /// While it is halted, of a run that is not measured from its start: what it costs from here on
  /// is the result, and its cycles are counted from 0. Layers are found, memory use and profile
  /// recorded from here on. Once.
  void start_measuring();
  [[nodiscard]] bool measuring() const { return measuring_; }
  /// Layers that somebody else than the options' source begins and ends.
  [[nodiscard]] LayerLog& layer_log() { return *log_; }
  [[nodiscard]] EngineView& view() { return *view_; }

  /// While it is halted: costs, layers and what their numbers mean, up to now.
  [[nodiscard]] RunResult so_far();
  /// How the run ended for `stop`, for people.
  [[nodiscard]] std::string describe_end(engine::StopReason stop);
  /// Writes --dump-memory files, after the run. Errors: ConfigError if one cannot be written; the
  /// others are written.
  void write_dumps();
  [[nodiscard]] Hertz clock() const;

  /// Errors: ConfigError for addresses that execution cannot come to.
  void check_code_address(Address address, const std::string& where) const;

  [[nodiscard]] boards::Machine& machine() { return *machine_; }
  [[nodiscard]] const loader::Image& image() const { return image_; }
  [[nodiscard]] const loader::SymbolTable& symbols() const { return symbols_; }
  [[nodiscard]] Places& places() { return places_; }

 private:
  class Listener;
  struct Input {
    Address address = 0;
    std::vector<std::uint8_t> bytes;
    std::string text;
    bool at_main = false;
  };

  void keep_console();
  [[nodiscard]] std::unique_ptr<LayerSource> probe_layers() const;
  void choose_layers();
  void start_recording();
  void read_inputs();
  void write_inputs_at_main();
  void open_dumps();
  [[nodiscard]] bool initialised_by_startup(Address address) const;
  engine::StopReason execute();
  engine::StopReason run_watched(const engine::RunLimits& limits);
  engine::StopReason run_controlled(const engine::RunLimits& limits);
  RunResult result_of(engine::StopReason stop);
  void describe_run(RunResult& result, engine::StopReason stop);
  void describe_costs(RunResult& result, analysis::LayerTracker& tracker);
  void describe_energy(RunResult& result);
  [[nodiscard]] RunExit exit_of(engine::StopReason stop);
  void describe_exit(RunResult& result, engine::StopReason stop);
  void describe_board(RunResult& result);
  void describe_accesses(RunResult& result);
  void describe_timeline(RunResult& result);
  void describe_dma(RunResult& result);
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
  std::unique_ptr<MemoryUseLog> memory_use_;
  std::unique_ptr<ProfileBuilder> profile_;
  std::unique_ptr<LayerLog> log_;
  std::unique_ptr<Listener> listener_;
  const ProbeEvents* events_ = nullptr;  // owned by the listener
  std::optional<Address> until_;
  std::optional<Address> main_;
  WatchStart watch_start_;
  engine::Observer* watcher_ = nullptr;
  std::uint64_t watch_visits_ = 0;
  RunController* controller_ = nullptr;
  bool measuring_ = false;
  bool waits_for_main_ = false;  // there is input that start-up code would overwrite
  std::vector<Input> inputs_;
  struct Dump {
    Address address = 0;
    std::uint32_t length_bytes = 0;
    std::unique_ptr<OutputFile> file;
  };
  std::vector<Dump> dumps_;
  ConsoleText console_;
  std::vector<std::string> notes_;
  std::vector<std::string> source_notes_;  // of layers, once the run is over
};

/// Throws InternalError with every broken sum of `result`, if there is one.
void require_sums(const RunResult& result);

}  // namespace mcost::cli
