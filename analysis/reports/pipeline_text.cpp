// The diagram for people at a terminal, as gem5's pipeline viewer draws it: a bar that leaves at
// the right comes back at the left.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/reports/numbers.h"
#include "analysis/reports/pipeline_report.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kBarWidth = 40;  // cycles
constexpr std::size_t kWidestText = 34;
constexpr char kPaired = 'i';
constexpr std::array<char, kCauses> kLetters = {'I', 'A', 'L', 'O', 'F', 'D', 'S',
                                                'R', 'M', 'C', 'B', 'E', 'Z'};

/// Only the letters that the bars hold.
std::string legend(const PipelineTrace& trace) {
  std::array<bool, kCauses> used{};
  bool paired = false;
  for (const TraceRow& row : trace.rows) {
    paired |= row.with_previous;
    for (const TraceSegment& segment : row.segments) {
      used[static_cast<unsigned>(segment.cause)] |= segment.cycles != 0;
    }
  }
  std::string text;
  for (unsigned c = 0; c < kCauses; ++c) {
    if (used[c]) text += fmt::format("  {} {}", kLetters[c], kCauseNames[c]);
  }
  if (paired) text += fmt::format("  {} issues in the last cycle of the row before", kPaired);
  return text.empty() ? text : text.substr(2) + "\n";
}

std::string bar(const TraceRow& row, Cycles origin) {
  std::string text(kBarWidth, ' ');
  const auto place = [&](Cycles cycle) -> char& { return text[(cycle - origin) % kBarWidth]; };
  if (row.with_previous && row.begin > origin) place(row.begin - 1) = kPaired;
  Cycles at = row.begin;
  for (const TraceSegment& segment : row.segments) {
    for (std::uint32_t i = 0; i < segment.cycles; ++i, ++at) {
      if (at - row.begin < kBarWidth) place(at) = cause_letter(segment.cause);
    }
  }
  if (at - row.begin > kBarWidth) place(row.begin + kBarWidth - 1) = '>';
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) return printable(text);
  return printable(text.substr(0, width - 3)) + "...";
}

char cause_letter(Cause cause) { return kLetters[static_cast<unsigned>(cause)]; }

std::string cause_name(Cause cause, std::size_t memory, const std::vector<std::string>& memories) {
  const char* const name = kCauseNames[static_cast<unsigned>(cause)];
  if (!is_per_memory(cause)) return name;
  return fmt::format("{}:{}", name, memory < memories.size() ? printable(memories[memory]) : "?");
}

std::string pipeline_text(const PipelineTrace& trace) {
  std::string text = fmt::format("Pipeline trace: {} on {}, {}", printable(trace.image),
                                 printable(trace.board), printable(trace.core));
  if (trace.rows.empty()) return fmt::format("{}\n{}\n", text, printable(trace.remark));
  const Cycles origin = trace.rows.front().begin;
  const Cycles end = trace.rows.back().begin + trace.rows.back().cycles();
  const auto instructions = static_cast<std::uint64_t>(
      std::count_if(trace.rows.begin(), trace.rows.end(),
                    [](const TraceRow& row) { return row.is_instruction; }));
  text += fmt::format(": {} in {}, from cycle {}\n", counted(instructions, "instruction"),
                      counted(end - origin, "cycle"), grouped(origin));
  text += legend(trace);
  if (!trace.remark.empty()) text += printable(trace.remark) + "\n";
  std::size_t width = 11;
  for (const TraceRow& row : trace.rows) width = std::max(width, row.text.size());
  width = std::min(width, kWidestText);
  const std::size_t cycle_width = std::max<std::size_t>(grouped(end).size(), 5);
  text += fmt::format("\n{:>{}}  {:<10}  {:<{}} |{:<{}}|\n", "cycle", cycle_width, "address",
                      "instruction", width, "", kBarWidth);
  const std::string* function = nullptr;
  for (const TraceRow& row : trace.rows) {
    if (row.is_instruction && (function == nullptr || *function != row.function)) {
      function = &row.function;
      if (!row.function.empty()) text += printable(row.function) + ":\n";
    }
    std::string line =
        fmt::format("{:>{}}  {:<10}  {:<{}} |{}| {}", grouped(row.issue), cycle_width,
                    row.is_instruction ? hexadecimal(row.address) : "", shortened(row.text, width),
                    width, bar(row, origin), joined(row.waits));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace mcost::analysis
