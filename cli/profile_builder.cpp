#include "cli/profile_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analysis/profile_energy.h"
#include "analysis/reports/numbers.h"
#include "cli/function_spans.h"
#include "loader/lines.h"
#include "sim_core/isa/format.h"

namespace mcost::cli {
namespace {

/// Makes the lists of one RunProfile.
class Writer {
 public:
  Writer(const engine::Profiler& profiler, const loader::Image& image,
         const loader::SymbolTable& symbols)
      : profiler_(profiler), symbols_(symbols), lines_(loader::LineTable::read(image, symbols)) {}

  RunProfile write(const std::vector<std::size_t>& layers, Cycles now) {
    find_functions();
    write_nodes();
    write_code();
    write_entries(layers);
    profile_.spans = function_spans(profiler_.trace(), profiler_.tree().nodes(), now);
    describe_missing();
    return std::move(profile_);
  }

 private:
  /// Functions by symbol, and what was called where no symbol is.
  void find_functions() {
    std::set<Address> unnamed;
    for (const auto& node : profiler_.tree().nodes()) {
      if (symbols_.find_function(node.function) == nullptr) unnamed.insert(node.function);
      entries_.insert(node.function);
    }
    for (const auto& [address, decoded] : profiler_.code()) {
      const loader::Function* const function = symbols_.find_function(address);
      if (function != nullptr) {
        entries_.insert(function->address);
      } else if (unnamed.empty() || *unnamed.begin() > address) {
        unnamed.insert(address);  // before all that is known to be a function
        entries_.insert(address);
      }
    }
    for (const Address entry : entries_) {
      index_.emplace(entry, profile_.functions.size());
      profile_.functions.push_back(function_of(entry));
    }
  }

  ProfileFunction function_of(Address entry) {
    ProfileFunction function;
    function.address = entry;
    const loader::Function* const symbol = symbols_.find_function(entry);
    if (symbol == nullptr) {
      function.name = fmt::format("0x{:08X}", entry);
      ++unnamed_;
      return function;
    }
    function.name = analysis::printable(symbol->demangled);
    function.size_bytes = symbol->size_bytes;
    if (const auto line = lines_.find(entry); line && line->file != nullptr) {
      function.file = analysis::printable(line->file->name);
      function.line = line->line;
    }
    return function;
  }

  /// The function that an instruction belongs to: by symbol, else the nearest call before it.
  std::size_t function_index(Address address) const {
    const loader::Function* const symbol = symbols_.find_function(address);
    if (symbol != nullptr) return index_.at(symbol->address);
    auto next = index_.upper_bound(address);
    while (next != index_.begin()) {
      --next;
      if (symbols_.find_function(next->first) == nullptr) return next->second;
    }
    return 0;
  }

  void write_nodes() {
    for (const auto& node : profiler_.tree().nodes()) {
      CallNode entry;
      entry.kind = node.kind;
      if (node.parent != engine::CallTree::kNone) entry.parent = node.parent;
      entry.function = index_.at(node.function);
      entry.return_address = node.return_address;
      entry.exception = node.exception;
      profile_.nodes.push_back(entry);
    }
  }

  void write_code() {
    for (const auto& [address, decoded] : profiler_.code()) {
      ProfileCode code;
      code.address = address;
      code.size_bytes = decoded.size;
      code.function = function_index(address);
      if (decoded.instruction != nullptr) code.text = isa::disassemble(decoded);
      add_frames(code);
      code_index_.emplace(address, profile_.code.size());
      profile_.code.push_back(std::move(code));
    }
  }

  void add_frames(ProfileCode& code) {
    const auto line = lines_.find(code.address);
    if (!line || line->file == nullptr) return;
    const std::string& outermost = profile_.functions[code.function].name;
    loader::SourceLine at = *line;
    for (const loader::InlineFrame& call : lines_.inlined_at(code.address)) {
      code.frames.push_back(frame(at, analysis::printable(call.function)));
      at = call.call;
    }
    code.frames.push_back(frame(at, outermost));
  }

  SourceFrame frame(const loader::SourceLine& line, std::string function) {
    return {file_index(line.file), line.file == nullptr ? 0 : line.line, std::move(function)};
  }

  std::size_t file_index(const loader::SourceFile* file) {
    const std::string name = file == nullptr ? "??" : analysis::printable(file->name);
    const auto [found, is_new] = files_.try_emplace(name, profile_.files.size());
    if (is_new) profile_.files.push_back(name);
    return found->second;
  }

  void write_entries(const std::vector<std::size_t>& layers) {
    for (std::size_t c = 0; c < profiler_.contexts().size(); ++c) {
      const engine::Profiler::Context& context = profiler_.contexts()[c];
      for (const auto& [address, cost] : profiler_.costs()[c]) {
        if (cost == CodeCost{}) continue;
        profile_.entries.push_back({.node = context.node,
                                    .layer = layers.at(context.layer),
                                    .clock = context.clock,
                                    .code = code_at(address),
                                    .cost = cost});
      }
    }
    join_entries();
  }

  /// Sorts entries, and makes one of those that share a place: addresses where nothing could be
  /// executed are put to their neighbour.
  void join_entries() {
    const auto key = [](const ProfileEntry& entry) {
      return std::tie(entry.node, entry.layer, entry.clock, entry.code);
    };
    std::vector<ProfileEntry>& entries = profile_.entries;
    std::sort(entries.begin(), entries.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
    std::vector<ProfileEntry> joined;
    for (ProfileEntry& entry : entries) {
      if (!joined.empty() && key(joined.back()) == key(entry)) {
        joined.back().cost += entry.cost;
      } else {
        joined.push_back(std::move(entry));
      }
    }
    entries = std::move(joined);
  }

  /// Also of an address where nothing was executed: a handler that cannot be fetched, say.
  std::size_t code_at(Address address) const {
    const auto found = code_index_.find(address);
    if (found != code_index_.end()) return found->second;
    const auto next = code_index_.upper_bound(address);
    return next == code_index_.begin() ? 0 : std::prev(next)->second;
  }

  void describe_missing() {
    if (lines_.empty()) {
      profile_.missing.emplace_back(
          "no source lines: the firmware has no debug data; build it with -g");
    }
    for (const std::string& note : lines_.notes()) profile_.missing.push_back(note);
    if (unnamed_ != 0) {
      profile_.missing.push_back(
          fmt::format("no names for {} function{}: the firmware has no symbol for them; they are "
                      "named by their "
                      "address",
                      unnamed_, unnamed_ == 1 ? "" : "s"));
    }
    if (profiler_.tree().nodes().size() >= engine::CallTree::kMostNodes) {
      profile_.missing.push_back(
          fmt::format("calls beyond {} call paths count for their callers in the call tree",
                      engine::CallTree::kMostNodes));
    }
  }

  const engine::Profiler& profiler_;
  const loader::SymbolTable& symbols_;
  loader::LineTable lines_;
  RunProfile profile_;
  std::set<Address> entries_;
  std::map<Address, std::size_t> index_;  // of functions, by entry
  std::map<Address, std::size_t> code_index_;
  std::map<std::string, std::size_t> files_;
  std::size_t unnamed_ = 0;
};

}  // namespace

ProfileBuilder::ProfileBuilder(engine::Engine& engine, const loader::Image& image,
                               const loader::SymbolTable& symbols)
    : engine_(engine), image_(image), symbols_(symbols) {
  engine.enable_profile([this](Address address) { return function_at(address); });
}

std::optional<Address> ProfileBuilder::function_at(Address address) const {
  const loader::Function* const function = symbols_.find_function(address);
  return function == nullptr ? std::nullopt : std::optional(function->address);
}

void ProfileBuilder::build(RunResult& result, const std::vector<std::size_t>& layers) {
  result.profile = Writer(*engine_.profile(), image_, symbols_).write(layers, engine_.now());
  analysis::add_profile_energy(result);
}

}  // namespace mcost::cli
