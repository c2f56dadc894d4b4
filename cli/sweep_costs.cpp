#include "cli/sweep_costs.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "cli/run_session.h"
#include "sim_core/engine/recording.h"

namespace mcost::cli {
namespace {

/// A recording costs about ten executions.
constexpr std::size_t kLeastCells = 24;

/// Host seconds that a cell may take; the limit of a run that is recorded or replayed is the same.
SessionIo silent(const RunOptions& options) {
  using Clock = std::chrono::steady_clock;
  SessionIo io;
  io.console = [](const std::string&, bool) {};
  io.keep_going = [begin = Clock::now(), limit_s = options.timeout_s](Cycles) {
    return !limit_s || std::chrono::duration<double>(Clock::now() - begin).count() < *limit_s;
  };
  return io;
}

RunResult execute(const SweepCell& cell) {
  return RunSession(cell.options, silent(cell.options)).run();
}

/// Whether two runs did the same, layer by layer.
bool did_the_same(const RunResult& a, const RunResult& b) {
  const auto is_alike = [](const LayerResult& x, const LayerResult& y) {
    return x.name == y.name && x.visits == y.visits &&
           x.exclusive.counters.instructions == y.exclusive.counters.instructions;
  };
  return a.total.counters.instructions == b.total.counters.instructions &&
         a.memories == b.memories &&
         std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(), is_alike);
}

/// What was needed of RAM depends on what the firmware did, not on time; but for when that was.
void take_memory_use(RunResult& result, const RunResult& recorded) {
  result.memory_use = recorded.memory_use;
  for (std::size_t i = 0; i < result.layers.size(); ++i)
    result.layers[i].memory_use = recorded.layers[i].memory_use;
}

}  // namespace

struct CellCosts::Group {
  std::size_t cells = 0;
  std::mutex mutex;
  bool is_tried = false;
  std::optional<engine::Recording> recording;
  std::optional<RunResult> recorded;
  std::atomic<std::size_t> replayed = 0;

  RunResult record(const SweepCell& cell) {
    RunSession session(cell.options, silent(cell.options));
    session.machine().engine().record_path();
    RunResult result = session.run();
    engine::Recording found = session.machine().engine().take_recording();
    if (result.partial || found.visits_in_spans() < found.visits / 2) return result;
    recording = std::move(found);
    recorded = result;
    return result;
  }

  /// Nothing where only execution can tell.
  std::optional<RunResult> replay(const SweepCell& cell) {
    RunOptions options = cell.options;
    options.memory_use = false;
    try {
      RunSession session(options, silent(options));
      session.machine().engine().replay(*recording);
      RunResult result = session.run();
      if (session.machine().engine().replayed_visits() == 0) return std::nullopt;
      if (cell.options.memory_use) {
        if (!did_the_same(result, *recorded)) return std::nullopt;
        take_memory_use(result, *recorded);
        std::erase(result.options, "--no-memory-use");
      }
      ++replayed;
      return result;
    } catch (const engine::ReplayAbandoned&) {
      return std::nullopt;
    } catch (const bus::UnknownView&) {
      return std::nullopt;
    }
  }
};

CellCosts::CellCosts(const std::vector<SweepCell>& cells, const Options& options)
    : options_(options) {
  for (const SweepCell& cell : cells) {
    while (groups_.size() <= cell.group) groups_.push_back(std::make_unique<Group>());
    ++groups_[cell.group]->cells;
  }
}

CellCosts::~CellCosts() = default;

RunResult CellCosts::cost_of(const SweepCell& cell) {
  Group& group = *groups_[cell.group];
  // When bytes are live is told in cycles of the run.
  const bool may_replay = options_.replays && group.cells >= kLeastCells &&
                          !(options_.whole_results && cell.options.memory_use);
  if (!may_replay) return execute(cell);
  {
    const std::unique_lock lock(group.mutex, std::try_to_lock);
    if (!lock) return execute(cell);  // another thread records: that takes longer
    if (!std::exchange(group.is_tried, true)) return group.record(cell);
  }
  std::optional<RunResult> result;
  if (group.recording) result = group.replay(cell);
  return result ? std::move(*result) : execute(cell);
}

std::size_t CellCosts::replayed() const {
  std::size_t sum = 0;
  for (const auto& group : groups_) sum += group->replayed;
  return sum;
}

}  // namespace mcost::cli
