// Observes a window of a run and makes the rows of its pipeline trace. May include anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/pipeline_trace.h"
#include "cli/wait_words.h"
#include "loader/symbols.h"
#include "sim_core/engine/engine.h"

namespace mcost::cli {

/// Where a window ends; whichever comes first.
struct WindowEnd {
  std::uint64_t instructions = 0;
  std::optional<Cycles> cycle;  // the first cycle that does not belong to it
};

class PipelineRecorder final : public engine::Observer {
 public:
  /// Engine and symbols must outlive this. `memories` are the names of Charge::memory.
  PipelineRecorder(engine::Engine& engine, const loader::SymbolTable& symbols,
                   std::vector<std::string> memories, WindowEnd end)
      : engine_(engine), symbols_(symbols), memories_(std::move(memories)), end_(end) {}

  void executed(const engine::ObservedOp& op) override;
  void spent(Cycles begin, const pipeline::Charges& charges) override;
  void slept(Cycles begin, Cycles cycles) override;
  void called_host(Cycles now, const engine::OpInfo& info) override;

  [[nodiscard]] std::vector<analysis::TraceRow> take_rows() { return std::move(rows_); }

 private:
  [[nodiscard]] analysis::TraceRow row_of(const engine::OpInfo& info, Cycles begin) const;
  void add(analysis::TraceRow row);

  engine::Engine& engine_;
  const loader::SymbolTable& symbols_;
  std::vector<std::string> memories_;
  WindowEnd end_;
  std::uint64_t instructions_ = 0;
  LastWriters writers_;
  std::vector<analysis::TraceRow> rows_;
};

}  // namespace mcost::cli
