// Source: Valgrind's manual, "Callgrind Format Specification": positions are instruction and line,
// files and functions are named once and numbered, a call's line stands before its inclusive cost.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>

#include "analysis/profile.h"
#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"
#include "analysis/reports/profile_exports.h"

namespace mcost::analysis {
namespace {

/// One event: its name, words for people, and how much of it some code cost.
struct Event {
  std::string name;
  std::string words;
  std::function<std::uint64_t(const CodeCost&)> count;
};

/// Letters, digits and '_' of a name that may hold anything.
std::string identifier(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    name += plain ? c : '_';
  }
  return name;
}

std::vector<Event> events_of(const RunResult& result) {
  std::vector<Event> events{
      {"Cycles", "Core clock cycles", [](const CodeCost& cost) { return cost.cycles(); }},
      {"Instructions", "Instructions executed",
       [](const CodeCost& cost) { return cost.instructions; }}};
  for (unsigned g = 0; g < kCauseGroups; ++g) {
    const auto group = static_cast<CauseGroup>(g);
    const std::string name = kCauseGroupNames[g];
    events.push_back({"Cycles_" + name, "Cycles of " + name,
                      [group](const CodeCost& cost) { return group_cycles(cost, group); }});
  }
  const auto add_bytes = [&](std::size_t memory, const char* what, const char* words,
                             std::uint64_t Traffic::*bytes) {
    if (result.total.counters.traffic[memory].*bytes == 0) return;
    const std::string name = printable(result.memories[memory]);
    events.push_back({fmt::format("Bytes_{}_{}", identifier(name), what),
                      fmt::format("Bytes {} {}", words, name),
                      [memory, bytes](const CodeCost& cost) {
                        std::uint64_t sum = 0;
                        for (const CodeCost::MemoryTraffic& entry : cost.traffic)
                          sum += entry.memory == memory ? entry.traffic.*bytes : 0;
                        return sum;
                      }});
  };
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    add_bytes(m, "read", "read from", &Traffic::read_bytes);
    add_bytes(m, "written", "written to", &Traffic::write_bytes);
  }
  std::set<std::string> names;
  for (Event& event : events) {
    while (!names.insert(event.name).second) event.name += "_";
  }
  return events;
}

/// Writes a name in full the first time, then its number alone.
class Names {
 public:
  std::string operator()(std::size_t key, const std::string& name) {
    const auto [found, is_new] = numbers_.try_emplace(key, numbers_.size() + 1);
    return is_new ? fmt::format("({}) {}", found->second, name)
                  : fmt::format("({})", found->second);
  }

 private:
  std::map<std::size_t, std::size_t> numbers_;
};

/// Calls from one instruction of one function to another function.
struct CallSite {
  std::size_t caller = 0;  // functions
  std::size_t code = 0;    // index into RunProfile::code; its size: unknown
  std::size_t callee = 0;
  friend bool operator<(const CallSite& a, const CallSite& b) {
    return std::tie(a.caller, a.code, a.callee) < std::tie(b.caller, b.code, b.callee);
  }
};
struct Calls {
  std::uint64_t count = 0;
  CodeCost inclusive;
};

/// The instruction of `function` that ends at `end`, or the size of the list.
std::size_t code_before(const RunProfile& profile, Address end, std::size_t function) {
  auto at = std::lower_bound(
      profile.code.begin(), profile.code.end(), end,
      [](const ProfileCode& code, Address address) { return code.address < address; });
  for (unsigned back = 0; back < 4 && at != profile.code.begin(); ++back) {
    --at;
    if (at->function == function && at->address + at->size_bytes == end)
      return static_cast<std::size_t>(at - profile.code.begin());
  }
  return profile.code.size();
}

/// A call of a function that is running already, recursion, costs nothing here: its cost is part of
/// the outer call's, and tools add the cost of a function's calls to its own. Callgrind does so
/// too.
std::map<CallSite, Calls> calls_of(const RunProfile& profile) {
  const std::vector<NodeCost> nodes = by_node(profile);
  std::vector<std::size_t> called;
  called.reserve(nodes.size());
  for (const CallNode& node : profile.nodes) called.push_back(node.function);
  const std::vector<bool> first = first_on_the_way(profile, called);
  std::map<CallSite, Calls> calls;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const CallNode& node = profile.nodes[i];
    if (!node.parent) continue;
    const std::size_t caller = profile.nodes[*node.parent].function;
    const std::size_t site = code_before(profile, node.return_address, caller);
    Calls& sum = calls[{caller, site, node.function}];
    sum.count += std::max<std::uint64_t>(1, nodes[i].calls);
    if (first[i]) sum.inclusive += nodes[i].inclusive.code;
  }
  return calls;
}

class Writer {
 public:
  explicit Writer(const RunResult& result)
      : result_(result),
        profile_(*result.profile),
        events_(events_of(result)),
        calls_(calls_of(profile_)) {}

  std::string write() {
    header();
    const std::vector<InstructionCost> instructions = by_instruction(profile_);
    std::vector<std::vector<const InstructionCost*>> of_function(profile_.functions.size());
    for (const InstructionCost& instruction : instructions)
      of_function[profile_.code[instruction.code].function].push_back(&instruction);
    for (std::size_t f = 0; f < of_function.size(); ++f) {
      auto& list = of_function[f];
      std::sort(list.begin(), list.end(),
                [](const auto* a, const auto* b) { return a->code < b->code; });
      function(f, list);
    }
    text_ += "\ntotals:" + counts(total_of(profile_).code) + "\n";
    return std::move(text_);
  }

 private:
  void header() {
    text_ = fmt::format(
        "# callgrind format\nversion: 1\ncreator: mcost {}\ncmd: {}\ndesc: Board: {}\n"
        "positions: instr line\n",
        printable(result_.tool_version), printable(result_.image.name),
        printable(result_.board.name));
    for (const Event& event : events_)
      text_ += fmt::format("event: {} : {}\n", event.name, event.words);
    text_ += "events:";
    for (const Event& event : events_) text_ += " " + event.name;
    text_ += fmt::format("\nsummary:{}\n", counts(total_of(profile_).code));
  }

  /// " 12 4 0 8": one number for each event.
  std::string counts(const CodeCost& cost) const {
    std::string text;
    for (const Event& event : events_) text += fmt::format(" {}", event.count(cost));
    return text;
  }

  static std::string file_name(const std::string& name) {
    return name.empty() ? "???" : printable(name);
  }

  /// Numbers of files are those of their names: functions and lines name the same ones.
  std::string file(const std::string& name) {
    const auto [found, is_new] = file_keys_.try_emplace(name, file_keys_.size());
    (void)is_new;
    return files_(found->second, file_name(name));
  }

  /// The file that holds the code of a function: of its declaration, else of its first line.
  std::string file_of_function(std::size_t index) const { return profile_.functions[index].file; }

  std::string position(const ProfileCode& code) const {
    const SourceLine line = line_of(code);
    return fmt::format("0x{:x} {}", code.address, line.file ? line.line : 0);
  }

  void call(const CallSite& site, const Calls& calls, const std::string& position) {
    const ProfileFunction& callee = profile_.functions[site.callee];
    text_ += fmt::format("cfi={}\n", file(file_of_function(site.callee)));
    text_ += fmt::format("cfn={}\n", functions_(site.callee, printable(callee.name)));
    text_ += fmt::format("calls={} 0x{:x} {}\n", calls.count, callee.address, callee.line);
    text_ += position + counts(calls.inclusive) + "\n";
  }

  void function(std::size_t index, const std::vector<const InstructionCost*>& instructions) {
    const ProfileFunction& of = profile_.functions[index];
    const auto begin = calls_.lower_bound({index, 0, 0});
    const auto end = calls_.lower_bound({index + 1, 0, 0});
    if (instructions.empty() && begin == end) return;
    const std::string own = file_of_function(index);
    text_ += fmt::format("\nfl={}\nfn={}\n", file(own), functions_(index, printable(of.name)));
    std::string current = own;
    const auto switch_to = [&](const std::string& name) {
      if (name == current) return;
      text_ += fmt::format("{}={}\n", name == own ? "fe" : "fi", file(name));
      current = name;
    };
    auto next = begin;
    for (const InstructionCost* const instruction : instructions) {
      const ProfileCode& code = profile_.code[instruction->code];
      const SourceLine line = line_of(code);
      switch_to(line.file ? profile_.files[*line.file] : own);
      text_ += position(code) + counts(instruction->cost.code) + "\n";
      for (; next != end && next->first.code <= instruction->code; ++next)
        call(next->first, next->second, position(code));
    }
    switch_to(own);
    for (; next != end; ++next)  // from an instruction that is not known: a jump into the callee
      call(next->first, next->second, fmt::format("0x{:x} {}", of.address, of.line));
  }

  const RunResult& result_;
  const RunProfile& profile_;
  std::vector<Event> events_;
  std::map<CallSite, Calls> calls_;
  std::map<std::string, std::size_t> file_keys_;
  Names files_;
  Names functions_;
  std::string text_;
};

}  // namespace

std::string profile_callgrind(const RunResult& result) { return Writer(result).write(); }

}  // namespace mcost::analysis
