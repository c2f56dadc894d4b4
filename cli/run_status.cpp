#include "cli/run_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "analysis/reports/layer_table.h"
#include "cli/command.h"

namespace mcost::cli {
namespace {

/// True if the firmware has debug data: some place has its line.
bool knows_lines(const RunExit& exit) {
  const auto has_line = [](const StackFrame& frame) { return !frame.place.line.empty(); };
  return !exit.place.line.empty() || (exit.fault && !exit.fault->place.line.empty()) ||
         std::any_of(exit.backtrace.begin(), exit.backtrace.end(), has_line);
}

/// What a person can do about a run that did not end by itself.
std::string remedy_of(const RunExit& exit) {
  if (exit.fault) {
    const bool at_limit =
        exit.reason == ExitReason::cycle_limit || exit.reason == ExitReason::time_limit;
    std::string text = at_limit ? "the fault came first, the limit is no cause: " : "";
    text += exit.advice.empty() ? "the report has a backtrace" : exit.advice;
    if (!knows_lines(exit)) text += "; build the firmware with -g for source lines";
    return text;
  }
  switch (exit.reason) {
    case ExitReason::cycle_limit: return "raise --max-cycles, or end the run with --until";
    case ExitReason::time_limit: return "raise --timeout, or end the run with --until";
    default: return "the report has a backtrace";
  }
}

}  // namespace

void tell_bad_exit(const RunResult& result) {
  const RunExit& exit = result.exit;
  const bool exited = exit.reason == ExitReason::exited;
  if (exited && exit.code.value_or(0) != 0) {
    fmt::print(stderr, "mcost: error: the firmware ended with {}: {}\n",
               analysis::exit_sentence(exit),
               exit.fault ? remedy_of(exit) : "what it printed may say why");
  } else if (exit.reason == ExitReason::idle && exit.fault) {
    // A handler that sleeps or loops for ever; one that goes on and ends well has dealt with it.
    fmt::print(stderr, "mcost: warning: the firmware is idle behind a fault: {}: {}\n",
               analysis::exit_sentence(exit), remedy_of(exit));
  }
}

int status_of(const RunResult& result, bool strict) {
  const RunExit& exit = result.exit;
  switch (exit.reason) {
    case ExitReason::idle:
    case ExitReason::until:
    case ExitReason::returned: break;
    case ExitReason::exited: {
      const std::uint32_t code = exit.code.value_or(0);
      if (code > 255) return (code & 0xFFu) != 0 ? static_cast<int>(code & 0xFFu) : kFirmwareFailed;
      if (code != 0) return static_cast<int>(code);
      break;
    }
    default:
      fmt::print(stderr, "mcost: error: the firmware did not end by itself: {}: {}\n",
                 analysis::exit_sentence(exit), remedy_of(exit));
      return kFirmwareFailed;
  }
  if (!strict) return kOk;
  for (const UnmodelledRegister& entry : result.unmodelled) {
    if (!entry.rule.empty()) continue;
    fmt::print(
        stderr,
        "mcost: error: --strict: no model for 0x{:08X} ({}): {}: add a rule to the board, or "
        "leave out --strict\n",
        entry.address, entry.peripheral, analysis::place_text(entry.first));
    return kFirmwareFailed;
  }
  return kOk;
}

}  // namespace mcost::cli
