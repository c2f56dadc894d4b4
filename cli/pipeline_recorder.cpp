#include "cli/pipeline_recorder.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/pipeline_report.h"
#include "sim_core/engine/what_if.h"
#include "sim_core/isa/format.h"

namespace mcost::cli {
namespace {

/// Fetches as they were on the bus. A request before the first cycle of the run is cut.
std::vector<analysis::TraceFetch> fetches_of(const engine::ObservedOp& op) {
  std::vector<analysis::TraceFetch> fetches;
  for (const engine::PortCall& call : op.calls) {
    if (call.kind != bus::AccessKind::fetch) continue;
    const Cycles request = op.begin + call.at;
    const Cycles base = op.timed.advance.first_port_cycle;
    const Cycles first = request > base ? request - base : 0;
    fetches.push_back({call.address, call.answer.memory, first, first + call.answer.cycles});
  }
  return fetches;
}

}  // namespace

/// Of an instruction that takes no time.
analysis::TraceRow PipelineRecorder::row_of(const engine::OpInfo& info, Cycles begin) const {
  analysis::TraceRow row;
  row.address = info.pc;
  if (const loader::Function* const function = symbols_.find_function(info.pc)) {
    row.function = function->demangled;
  }
  row.text = isa::disassemble(info.decoded);
  row.begin = row.issue = begin;
  return row;
}

void PipelineRecorder::called_host(Cycles now, const engine::OpInfo& info) {
  analysis::TraceRow row = row_of(info, now);
  row.waits.emplace_back("semihosting, takes no time");
  ++instructions_;
  add(std::move(row));
}

void PipelineRecorder::executed(const engine::ObservedOp& op) {
  analysis::TraceRow row = row_of(op.info, op.begin);
  const std::int32_t issue = op.timed.advance.issue_cycle;
  row.with_previous = joins_previous(op.timed.advance) && op.begin > 0;
  row.issue =
      row.with_previous ? op.begin - 1 : op.begin + static_cast<Cycles>(issue > 0 ? issue : 0);
  row.segments = segments_of(op.timed.advance);
  row.waits = wait_words(op, engine::late_registers(engine_.model(), op), writers_, memories_);
  row.fetches = fetches_of(op);
  writers_.note(op);
  ++instructions_;
  add(std::move(row));
}

void PipelineRecorder::spent(Cycles begin, const pipeline::Charges& charges) {
  analysis::TraceRow row;
  row.is_instruction = false;
  row.text = "(exception)";
  row.begin = row.issue = begin;
  for (const pipeline::Charge& charge : charges.parts()) {
    row.segments.push_back({charge.cause, charge.memory, charge.cycles});
    row.waits.push_back(fmt::format(
        "{} {}", analysis::cause_name(charge.cause, charge.memory, memories_), charge.cycles));
  }
  add(std::move(row));
}

void PipelineRecorder::slept(Cycles begin, Cycles cycles) {
  analysis::TraceRow row;
  row.is_instruction = false;
  row.text = "(sleep)";
  row.begin = row.issue = begin;
  // A row holds 32 bits of cycles per segment; sleep may be longer.
  constexpr Cycles kMost = 0xFFFFFFFF;
  for (Cycles left = cycles; left != 0; left -= std::min(left, kMost)) {
    row.segments.push_back({Cause::sleep, 0, static_cast<std::uint32_t>(std::min(left, kMost))});
  }
  row.waits.push_back(fmt::format("sleep {}", cycles));
  add(std::move(row));
}

void PipelineRecorder::add(analysis::TraceRow row) {
  const Cycles next = row.begin + row.cycles();
  rows_.push_back(std::move(row));
  if (instructions_ >= end_.instructions || (end_.cycle && next >= *end_.cycle)) {
    engine_.observe(nullptr);
  }
}

}  // namespace mcost::cli
