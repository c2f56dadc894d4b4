#include "analysis/reports/profile_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/profile.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/json_value.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/table.h"

namespace mcost::analysis {
namespace {

constexpr std::size_t kWidth = 118;
constexpr std::size_t kIndent = 2;
constexpr std::size_t kNameWidth = 44;

/// A row of any of the tables: its name and what is counted. Further cells are of its own table.
struct Row {
  std::string name;
  ProfileCost self;
  std::optional<ProfileCost> inclusive;
  std::optional<std::uint64_t> count;  // calls or executions
};

std::string short_name(CauseGroup group) {
  if (group == CauseGroup::latency) return "lat";
  if (group == CauseGroup::exception) return "exc";
  return kCauseGroupNames[static_cast<unsigned>(group)];
}

/// The memory that was waited for longest and its share: "flash 12.3".
std::string top_memory(const CodeCost& cost, const RunResult& result) {
  std::uint64_t most = 0;
  std::size_t memory = 0;
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    const std::uint64_t wait = memory_wait(cost, m);
    if (wait <= most) continue;
    most = wait;
    memory = m;
  }
  if (most == 0) return "-";
  return fmt::format("{} {}", printable(result.memories[memory]), percent(most, cost.cycles()));
}

/// Keeps the first rows; the others become one, without what does not add up.
void limit(std::vector<Row>& rows, std::size_t top, const char* noun) {
  if (top == 0 || rows.size() <= top) return;
  Row rest{fmt::format("({} more)", counted(rows.size() - top, noun)), {}, {}, {}};
  for (std::size_t i = top; i < rows.size(); ++i) rest.self += rows[i].self;
  rows.resize(top);
  rows.push_back(std::move(rest));
}

std::string table_of(const std::vector<Row>& rows, const RunResult& result, const char* heading,
                     const char* counted_as) {
  const ProfileCost total = total_of(*result.profile);
  Table table;
  table.limit_first(kNameWidth);
  const auto add = [&](const std::string& title, auto&& cell_of) {
    std::vector<std::string> cells;
    cells.reserve(rows.size());
    for (const Row& row : rows) cells.push_back(cell_of(row));
    table.add(title, std::move(cells));
  };
  add(heading, [](const Row& row) { return row.name; });
  add("self%", [&](const Row& row) { return percent(row.self.cycles(), total.cycles()); });
  add("self", [](const Row& row) { return grouped(row.self.cycles()); });
  if (!rows.empty() && rows.front().inclusive) {
    const auto or_dash = [](const Row& row, auto&& text_of) {
      return row.inclusive ? text_of(row.inclusive->cycles()) : std::string("-");
    };
    add("incl%", [&](const Row& row) {
      return or_dash(row, [&](std::uint64_t n) { return percent(n, total.cycles()); });
    });
    add("incl", [&](const Row& row) { return or_dash(row, &grouped); });
  }
  add(counted_as,
      [](const Row& row) { return row.count ? grouped(*row.count) : std::string("-"); });
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    const auto group = static_cast<CauseGroup>(g);
    if (group_cycles(total.code, group) == 0) continue;
    add(short_name(group) + "%", [&](const Row& row) {
      return percent(group_cycles(row.self.code, group), row.self.cycles());
    });
  }
  add("top memory", [&](const Row& row) { return top_memory(row.self.code, result); });
  if (total.energy_fj != 0)
    add("energy", [](const Row& row) { return energy_text(row.self.energy_fj); });
  return table.text(kIndent, kWidth);
}

std::string function_name(const RunProfile& profile, std::size_t function) {
  return printable(profile.functions[function].name);
}

std::string node_name(const RunProfile& profile, const CallNode& node) {
  std::string name = function_name(profile, node.function);
  if (node.kind == CallNode::Kind::interrupt)
    name += fmt::format(" [exception {}]", node.exception);
  return name;
}

/// "issue 2,000, data_wait:flash 300", the most first.
std::string causes_text(const CodeCost& cost, const RunResult& result) {
  std::vector<CodeCost::Share> shares = cost.shares;
  std::stable_sort(shares.begin(), shares.end(),
                   [](const auto& a, const auto& b) { return a.cycles > b.cycles; });
  std::string text;
  for (const CodeCost::Share& share : shares) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ",
                        cause_key(share.cause, share.memory, result), grouped(share.cycles));
  }
  return text;
}

/// "flash read 8,000, sram written 8": bytes of data by memory.
std::string bytes_text(const CodeCost& cost, const RunResult& result) {
  std::string text;
  const auto add = [&](const CodeCost::MemoryTraffic& entry, const char* what, std::uint64_t n) {
    if (n == 0) return;
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ",
                        printable(result.memories[entry.memory]), what, grouped(n));
  };
  for (const CodeCost::MemoryTraffic& entry : cost.traffic) {
    add(entry, "read", entry.traffic.read_bytes);
    add(entry, "written", entry.traffic.write_bytes);
  }
  return text;
}

std::string text_of_line(const RunProfile& profile, const SourceFrame& frame,
                         const SourceText& source) {
  if (!source || frame.line == 0) return {};
  const auto text = source(profile.files[frame.file], frame.line);
  return text ? "  " + printable(*text) : std::string();
}

/// Where an instruction comes from: its line and where that was inlined.
std::string frames_text(const RunProfile& profile, const ProfileCode& code,
                        const SourceText& source) {
  if (code.frames.empty()) return "(no debug data)\n";
  std::string text;
  for (const SourceFrame& frame : code.frames) {
    const std::string place = source_place(profile, frame.file, frame.line);
    const bool inlined = &frame != &code.frames.back();
    text += fmt::format("{}{}{}{}\n", &frame == &code.frames.front() ? "" : "  in ", place,
                        inlined ? fmt::format("  {} (inlined)", printable(frame.function)) : "",
                        text_of_line(profile, frame, source));
  }
  return text;
}

/// An address that could not be read as code has no text.
std::string instruction_text(const ProfileCode& code) {
  return code.text.empty() ? "?" : printable(code.text);
}

}  // namespace

std::string source_place(const RunProfile& profile, std::optional<std::size_t> file,
                         unsigned line) {
  if (!file) return "(no debug data)";
  const std::string name = printable(profile.files[*file]);
  return line == 0 ? name + ":?" : fmt::format("{}:{}", name, line);
}

std::string profile_header(const RunResult& result) {
  return fmt::format("mcost {}: {} on {}, {} at {}\n{} cycles, {}\n\n", result.tool_version,
                     printable(result.image.name), printable(result.board.name),
                     printable(result.board.core), clocks(result),
                     grouped(result.total.counters.cycles),
                     duration(result.total.counters, result));
}

std::string profile_footer(const RunResult& result) {
  std::string text;
  for (const std::string& line : result.profile->missing)
    text += wrapped(printable(line), "not shown: ", kWidth);
  return text.empty() ? text : "\n" + text;
}

std::string function_table(const RunResult& result, std::size_t top) {
  const RunProfile& profile = *result.profile;
  std::vector<Row> rows;
  for (const FunctionCost& function : by_function(profile)) {
    rows.push_back({function_name(profile, function.function), function.self, function.inclusive,
                    function.calls});
  }
  limit(rows, top, "function");
  return "Functions, in cycles\n" + table_of(rows, result, "function", "calls");
}

std::string line_table(const RunResult& result, std::size_t top, const SourceText& source) {
  const RunProfile& profile = *result.profile;
  std::vector<Row> rows;
  for (const LineCost& line : by_line(profile)) {
    std::string name = source_place(profile, line.line.file, line.line.line);
    if (line.line.file)
      name += text_of_line(profile, {*line.line.file, line.line.line, {}}, source);
    rows.push_back({std::move(name), line.self, line.inclusive, line.executions});
  }
  limit(rows, top, "line");
  return "Source lines, in cycles (incl: with functions inlined in them)\n" +
         table_of(rows, result, "line", "executed");
}

std::string instruction_table(const RunResult& result, std::size_t top) {
  const RunProfile& profile = *result.profile;
  std::vector<Row> rows;
  for (const InstructionCost& instruction : by_instruction(profile)) {
    const ProfileCode& code = profile.code[instruction.code];
    rows.push_back({fmt::format("{} {}  {}", hexadecimal(code.address), instruction_text(code),
                                function_name(profile, code.function)),
                    instruction.cost, std::nullopt, instruction.cost.code.instructions});
  }
  limit(rows, top, "instruction");
  return "Instructions, in cycles\n" + table_of(rows, result, "instruction", "executed");
}

std::string call_tree(const RunResult& result, std::size_t top) {
  constexpr std::size_t kDeepestIndent = 30;
  const RunProfile& profile = *result.profile;
  const std::vector<NodeCost> nodes = by_path(profile);
  const std::vector<std::size_t> first = first_of_path(profile);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (first[i] == i) order.push_back(i);
  }
  // A caller has at least the cycles of what it calls and stands before it, so it is shown too.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return nodes[a].inclusive.cycles() > nodes[b].inclusive.cycles();
  });
  std::vector<bool> shown(nodes.size(), top == 0);
  for (std::size_t i = 0; i < top && i < order.size(); ++i) shown[order[i]] = true;

  const std::uint64_t total = total_of(profile).cycles();
  const std::size_t width = std::max<std::size_t>(6, grouped(total).size());
  std::string text =
      fmt::format("Call tree, in cycles\n  {:>5}  {:>{}}  {:>{}}  {:>{}}  function\n", "incl%",
                  "incl", width, "self", width, "calls", width);
  struct Step {
    std::size_t node = 0;
    std::size_t depth = 0;
  };
  std::vector<Step> steps;
  const auto push = [&](const std::vector<std::size_t>& list, std::size_t depth) {
    for (std::size_t i = list.size(); i-- > 0;) {
      if (shown[list[i]]) steps.push_back({list[i], depth});
    }
  };
  std::vector<std::size_t> outermost = outermost_nodes(profile, nodes);
  std::erase_if(outermost, [&](std::size_t i) { return first[i] != i; });
  push(outermost, 0);
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    const NodeCost& node = nodes[step.node];
    const std::string indent(2 * std::min(step.depth, kDeepestIndent), ' ');
    const std::string deep =
        step.depth > kDeepestIndent ? fmt::format("[{} deep] ", step.depth) : "";
    text += fmt::format("  {:>5}  {:>{}}  {:>{}}  {:>{}}  {}{}{}\n",
                        percent(node.inclusive.cycles(), total), grouped(node.inclusive.cycles()),
                        width, grouped(node.self.cycles()), width, grouped(node.calls), width,
                        indent, deep, node_name(profile, profile.nodes[step.node]));
    push(node.children, step.depth + 1);
  }
  if (top != 0 && order.size() > top) {
    text += fmt::format("  and {} (--top 0 shows all)\n",
                        counted(order.size() - top, "more call path"));
  }
  return text;
}

std::string annotated(const RunResult& result, std::size_t function, const SourceText& source) {
  const RunProfile& profile = *result.profile;
  const ProfileFunction& of = profile.functions[function];
  const std::vector<InstructionCost> instructions = instructions_of(profile, function);
  ProfileCost sum;
  std::uint64_t calls = 0;
  std::size_t widest = 11;
  for (const InstructionCost& instruction : instructions) {
    sum += instruction.cost;
    const ProfileCode& code = profile.code[instruction.code];
    widest = std::max(widest, display_width(instruction_text(code)));
    if (code.address == of.address) calls += instruction.cost.code.instructions;
  }
  widest = std::min<std::size_t>(widest, 40);
  const std::uint64_t run = result.total.counters.cycles;
  std::string text =
      fmt::format("{} at {}{}\n{} of {} cycles ({} %), called {}\n\n", printable(of.name),
                  hexadecimal(of.address),
                  of.file.empty() ? "" : fmt::format(", {}:{}", printable(of.file), of.line),
                  grouped(sum.cycles()), grouped(run), percent(sum.cycles(), run), times(calls));
  const std::size_t width = std::max<std::size_t>(8, grouped(sum.cycles()).size());
  text += fmt::format("  {:>{}}  {:>5}  {:>{}}  {:<10}  {:<{}}  cycles by cause; bytes by memory\n",
                      "cycles", width, "%", "executed", width, "address", "instruction", widest);
  const ProfileCode* before = nullptr;
  for (const InstructionCost& instruction : instructions) {
    const ProfileCode& code = profile.code[instruction.code];
    if (before == nullptr || before->frames != code.frames)
      text += frames_text(profile, code, source);
    before = &code;
    const CodeCost& cost = instruction.cost.code;
    const std::string bytes = bytes_text(cost, result);
    const std::string name = instruction_text(code);
    const std::size_t padding = widest > display_width(name) ? widest - display_width(name) : 0;
    text += fmt::format("  {:>{}}  {:>5}  {:>{}}  {}  {}{}  {}{}{}\n", grouped(cost.cycles()),
                        width, percent(cost.cycles(), sum.cycles()), grouped(cost.instructions),
                        width, hexadecimal(code.address), name, std::string(padding, ' '),
                        causes_text(cost, result), bytes.empty() ? "" : "; ", bytes);
  }
  return text;
}

}  // namespace mcost::analysis
