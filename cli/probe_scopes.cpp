#include "cli/probe_scopes.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "cli/call_sites.h"
#include "sim_core/isa/effects.h"

namespace mcost::cli {
namespace {

/// Instructions followed in all; hostile files get no scopes beyond.
constexpr std::uint64_t kMostSteps = 4'000'000;

/// Where execution may go on in the same function.
struct Successors {
  bool next = true;
  std::optional<Address> target;
  bool unknown = false;  // a computed branch
};

Successors successors_of(const isa::Decoded& decoded, isa::ItState it) {
  using isa::TimingClass;
  isa::Effects effects;
  decoded.instruction->effects(effects, decoded.operands);
  const isa::Roles& roles = effects.roles();
  const bool writes_pc = (roles.writes & isa::core_register(15)) != 0;
  const bool links = (roles.writes & isa::core_register(14)) != 0;
  const TimingClass timing = decoded.instruction->row->timing_class;
  const bool is_branch = timing == TimingClass::branch || timing == TimingClass::branch_register ||
                         timing == TimingClass::compare_branch;
  if (!writes_pc || (links && is_branch)) return {};
  Successors after;
  after.next = effects.conditional() || it.in_it_block();
  if (timing == TimingClass::branch || timing == TimingClass::compare_branch) {
    after.target = decoded.operands.imm & ~Address{1};
    return after;
  }
  // BX and what pops PC leave the function; the others may be jump tables.
  const std::string_view name = decoded.instruction->row->name;
  after.unknown = name != "BX" && (roles.base & isa::core_register(13)) == 0;
  return after;
}

using Addresses = std::set<Address>;

class Walk {
 public:
  Walk(const loader::Image& image, const loader::SymbolTable& symbols, std::uint64_t& steps)
      : image_(image), symbols_(symbols), steps_(steps) {}

  /// True if execution that enters `function` may come to one of `goals` without passing one of
  /// `barriers`, as far as decoding can tell.
  bool reaches(const loader::Function& function, const Addresses& goals,
               const Addresses& barriers) {
    std::vector<std::pair<Address, isa::ItState>> open = {{function.address, {}}};
    std::unordered_set<Address> seen = {function.address};
    const auto visit = [&](Address pc, isa::ItState it) {
      if (pc - function.address < function.size_bytes && seen.insert(pc).second) {
        open.emplace_back(pc, it);
      }
    };
    while (!open.empty()) {
      const auto [pc, it] = open.back();
      open.pop_back();
      if (barriers.contains(pc)) continue;
      if (goals.contains(pc) || ++steps_ > kMostSteps) return true;
      const isa::Decoded decoded = decode_code(image_, symbols_, pc, it);
      if (decoded.instruction == nullptr) return true;
      const Successors after = successors_of(decoded, it);
      if (after.unknown) return true;
      const bool is_it = decoded.instruction->row->timing_class == isa::TimingClass::it;
      if (after.next) {
        visit(pc + decoded.size,
              is_it ? isa::ItState{static_cast<std::uint8_t>(decoded.operands.imm)} : it.advance());
      }
      if (after.target) visit(*after.target, {});
    }
    return false;
  }

 private:
  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
  std::uint64_t& steps_;
};

}  // namespace

std::unordered_map<const loader::Probe*, const loader::Function*> find_scoped_begins(
    const loader::Image& image, const loader::SymbolTable& symbols,
    const std::vector<loader::Probe>& probes) {
  struct Pair {
    Addresses begins;
    Addresses ends;
    std::vector<const loader::Probe*> probes;
  };
  std::map<std::pair<Address, std::string>, Pair> pairs;  // by function and name
  std::set<std::string> ended;                            // names that end anywhere
  for (const loader::Probe& probe : probes) {
    const bool begins = probe.kind == loader::ProbeKind::kLayerBegin;
    if (!begins && probe.kind != loader::ProbeKind::kLayerEnd) continue;
    if (probe.name_argument() != nullptr) continue;
    if (!begins) ended.insert(probe.name);
    const loader::Function* const function = symbols.find_function(probe.address);
    if (function == nullptr) continue;
    Pair& pair = pairs[{function->address, probe.name}];
    (begins ? pair.begins : pair.ends).insert(probe.address);
    if (begins) pair.probes.push_back(&probe);
  }
  std::unordered_map<const loader::Probe*, const loader::Function*> scoped;
  std::uint64_t steps = 0;
  Walk walk(image, symbols, steps);
  for (const auto& [key, pair] : pairs) {
    const loader::Function* const function = symbols.find_function(key.first);
    if (pair.begins.empty()) continue;
    const bool ends_elsewhere = pair.ends.empty() && ended.contains(key.second);
    if (ends_elsewhere) continue;
    if (!pair.ends.empty() && walk.reaches(*function, pair.ends, pair.begins)) continue;
    for (const loader::Probe* const probe : pair.probes) scoped.emplace(probe, function);
  }
  return scoped;
}

}  // namespace mcost::cli
