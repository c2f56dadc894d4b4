#include "cli/loop_explain.h"

#include <algorithm>
#include <map>

namespace mcost::cli {
namespace {

using analysis::IterationCost;
using analysis::LoopBound;
using analysis::LoopReport;
using engine::Relaxation;
using engine::Repetition;
using engine::WhatIf;

constexpr std::size_t kLongestStraight = 64;  // instructions
constexpr std::size_t kMostKept = 16;         // iterations

/// Cycles beyond issue that make another bound than issue: a tenth of the loop.
constexpr Cycles kNotableShare = 10;

Address pc_of(const LoopOp& op) { return op.recorded.outcome.pc; }

/// Where the loop begins: the lowest target of its branches back.
Address find_head(const LoopRecorder::Iteration& ops) {
  const Address at = pc_of(ops.front());
  std::optional<Address> head;
  for (const LoopOp& op : ops) {
    const pipeline::Outcome& outcome = op.recorded.outcome;
    const Address target = outcome.target & ~Address{1};
    const bool is_back = outcome.branch_taken && op.depth == 0 && !op.recorded.timing.links &&
                         target <= at && at <= outcome.pc;
    if (is_back && (!head || target < *head)) head = target;
  }
  return head.value_or(at);
}

/// Those of the innermost loop around the instruction: the last ones, without the first of all,
/// for which caches and predictors are cold.
std::vector<LoopRecorder::Iteration> innermost(std::vector<LoopRecorder::Iteration> iterations) {
  Address head = 0;
  for (const LoopRecorder::Iteration& iteration : iterations) {
    head = std::max(head, find_head(iteration));
  }
  std::vector<LoopRecorder::Iteration> kept;
  for (LoopRecorder::Iteration& iteration : iterations) {
    if (find_head(iteration) == head) kept.push_back(std::move(iteration));
  }
  if (kept.size() > 1) kept.erase(kept.begin());
  if (kept.size() > kMostKept) kept.erase(kept.begin(), kept.end() - kMostKept);
  return kept;
}

/// All iterations as one sequence that begins at `head`.
LoopRecorder::Iteration sequence_of(std::vector<LoopRecorder::Iteration> iterations, Address head) {
  LoopRecorder::Iteration all;
  for (LoopRecorder::Iteration& iteration : iterations) {
    std::move(iteration.begin(), iteration.end(), std::back_inserter(all));
  }
  const auto first = std::find_if(all.begin(), all.end(), [head](const LoopOp& op) {
    return pc_of(op) == head && op.depth == 0;
  });
  std::rotate(all.begin(), first == all.end() ? all.begin() : first, all.end());
  return all;
}

/// Timing of a sequence of iterations under any circumstances.
class Timer {
 public:
  Timer(engine::Engine& engine, const LoopRecorder::Iteration& ops, std::uint64_t iterations,
        bool is_loop)
      : what_if_(engine.model(), engine.bus(), recorded(ops), ops.front().before),
        iterations_(iterations),
        is_loop_(is_loop) {}
  [[nodiscard]] Repetition repeat(const Relaxation& relaxation) const {
    return is_loop_ ? what_if_.repeat(relaxation) : what_if_.once(relaxation);
  }
  [[nodiscard]] IterationCost cost_of(const Repetition& repetition) const {
    return {repetition.cycles, repetition.repeats * iterations_};
  }
  [[nodiscard]] IterationCost cost(const Relaxation& relaxation) const {
    return cost_of(repeat(relaxation));
  }

 private:
  static std::vector<engine::RecordedOp> recorded(const LoopRecorder::Iteration& ops) {
    std::vector<engine::RecordedOp> list;
    list.reserve(ops.size());
    for (const LoopOp& op : ops) list.push_back(op.recorded);
    return list;
  }
  WhatIf what_if_;
  std::uint64_t iterations_;
  bool is_loop_;
};

void add_segments(std::vector<analysis::TraceSegment>& sum,
                  const std::vector<analysis::TraceSegment>& more) {
  for (const analysis::TraceSegment& segment : more) {
    const auto same = std::find_if(sum.begin(), sum.end(), [&](const auto& entry) {
      return entry.cause == segment.cause && entry.memory == segment.memory;
    });
    if (same == sum.end()) {
      sum.push_back(segment);
    } else {
      same->cycles += segment.cycles;
    }
  }
}

/// One line per address, in the order in which they execute. `timed` are of the same ops, again
/// and again.
void add_lines(LoopReport& report, const LoopRecorder::Iteration& ops,
               const std::vector<pipeline::Advance>& timed) {
  std::map<Address, std::size_t> line_at;
  Cycles begin = 0;  // of the op, relative to the iteration's
  for (std::size_t i = 0; i < timed.size(); ++i) {
    const LoopOp& op = ops[i % ops.size()];
    const auto [found, is_new] = line_at.try_emplace(pc_of(op), report.lines.size());
    if (is_new) report.lines.emplace_back();
    analysis::LoopLine& line = report.lines[found->second];
    line.address = pc_of(op);
    line.text = op.text;
    if (pc_of(op) == report.begin && op.depth == 0) begin = 0;
    const std::int32_t issue = timed[i].issue_cycle;
    line.with_previous = joins_previous(timed[i]);
    line.issue = issue < 0 ? begin - (begin == 0 ? 0 : 1) : begin + static_cast<Cycles>(issue);
    line.waits = op.waits;
    ++line.executions;
    add_segments(line.segments, segments_of(timed[i]));
    begin += timed[i].charges.total();
    if (op.depth == 0) report.end = std::max(report.end, pc_of(op));
  }
}

/// Registers that are read before they are written in the sequence, and written in it.
isa::RegisterSet carried_registers(const LoopRecorder::Iteration& ops) {
  isa::RegisterSet written = 0;
  isa::RegisterSet read_first = 0;
  for (const LoopOp& op : ops) {
    if (!op.recorded.outcome.executed) continue;
    read_first |= op.recorded.timing.roles.reads & ~written;
    written |= op.recorded.timing.roles.writes;
  }
  return read_first & written & engine::kAllResults;
}

void add_once(std::vector<Address>& list, Address address) {
  if (std::find(list.begin(), list.end(), address) == list.end()) list.push_back(address);
}

/// Registers that make the sequence slower one by one; where it takes several together, those that
/// instructions were seen to wait for.
void add_late_results(LoopReport& report, const LoopRecorder::Iteration& ops, const Timer& timer) {
  const isa::RegisterSet carried = report.is_loop ? carried_registers(ops) : 0;
  isa::RegisterSet written = 0;
  isa::RegisterSet seen_late = 0;
  for (const LoopOp& op : ops) {
    written |= op.recorded.timing.roles.writes & engine::kAllResults;
    seen_late |= op.late;
  }
  for (isa::RegisterSet left = written; left != 0; left &= left - 1) {
    const isa::RegisterSet one = left & (0 - left);
    analysis::LateResult late;
    late.without = timer.cost({.free_results = one});
    if (!is_less(late.without, report.steady) && (seen_late & one) == 0) continue;
    late.name = register_names(one).front();
    late.is_carried = (carried & one) != 0;
    for (const LoopOp& op : ops) {
      if ((op.recorded.timing.roles.writes & one) != 0) add_once(late.writers, pc_of(op));
      if ((op.late & one) != 0) add_once(late.waiting, pc_of(op));
    }
    report.late.push_back(std::move(late));
  }
  std::stable_sort(report.late.begin(), report.late.end(),
                   [](const auto& a, const auto& b) { return is_less(a.without, b.without); });
}

struct Question {
  const char* key;
  const char* text;
  Relaxation relaxation;
  LoopBound bound;  // several: no bound of its own
};

const std::vector<Question>& questions() {
  static const std::vector<Question> list = {
      {"fetch", "every fetch without wait states", {.free_fetch = true}, LoopBound::fetch},
      {"data", "every load and store without wait states", {.free_data = true}, LoopBound::data},
      {"latency",
       "results without latency",
       {.free_results = engine::kAllResults},
       LoopBound::latency},
      {"prediction", "every branch predicted", {.all_predicted = true}, LoopBound::mispredict},
      {"memory",
       "fetches and data without wait states",
       {.free_fetch = true, .free_data = true},
       LoopBound::several},
      {"issue",
       "nothing but issue: all of these",
       {.free_fetch = true,
        .free_data = true,
        .all_predicted = true,
        .free_results = engine::kAllResults},
       LoopBound::several}};
  return list;
}

/// What costs most is the bound, unless nearly all cycles are those of issue.
LoopBound verdict(const LoopReport& report) {
  const IterationCost& issue = report.what_ifs.back().cost;
  const auto per_many = [](const IterationCost& cost, std::uint64_t other) {
    return cost.cycles * other;
  };
  const Cycles now = per_many(report.steady, issue.iterations);
  const Cycles least = per_many(issue, report.steady.iterations);
  if (now <= least || (now - least) * kNotableShare < now) return LoopBound::issue;
  IterationCost best = report.steady;
  LoopBound bound = LoopBound::several;
  for (std::size_t i = 0; i < report.what_ifs.size(); ++i) {
    const Question& question = questions()[i];
    if (question.bound == LoopBound::several || !is_less(report.what_ifs[i].cost, best)) continue;
    best = report.what_ifs[i].cost;
    bound = question.bound;
  }
  return bound;
}

}  // namespace

LoopRecorder::Iteration straight_part(const LoopRecorder::Iteration& ops) {
  LoopRecorder::Iteration part;
  for (const LoopOp& op : ops) {
    part.push_back(op);
    if (op.recorded.outcome.branch_taken || part.size() == kLongestStraight) break;
  }
  return part;
}

LoopReport explain_loop(engine::Engine& engine, std::vector<LoopRecorder::Iteration> iterations,
                        bool is_loop) {
  LoopReport report;
  report.is_loop = is_loop;
  if (is_loop) iterations = innermost(std::move(iterations));
  report.iterations = iterations.size();
  report.begin = is_loop ? find_head(iterations.front()) : pc_of(iterations.front().front());
  const LoopRecorder::Iteration ops = sequence_of(std::move(iterations), report.begin);
  report.observed.iterations = report.iterations;
  for (const LoopOp& op : ops) report.observed.cycles += op.cycles;
  const Timer timer(engine, ops, report.iterations, is_loop);
  const Repetition as_it_is = timer.repeat({});
  report.steady = timer.cost_of(as_it_is);
  report.is_steady = as_it_is.is_steady || !is_loop;
  add_lines(report, ops, as_it_is.ops);
  for (const Question& question : questions()) {
    const Repetition repetition = timer.repeat(question.relaxation);
    report.what_ifs.push_back({question.key, question.text, timer.cost_of(repetition)});
    report.issue_segments.clear();
    for (const pipeline::Advance& advance : repetition.ops) {
      add_segments(report.issue_segments, segments_of(advance));
    }
  }
  report.bound = verdict(report);
  add_late_results(report, ops, timer);
  return report;
}

}  // namespace mcost::cli
