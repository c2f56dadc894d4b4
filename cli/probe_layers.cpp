#include "cli/probe_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "analysis/reports/numbers.h"

namespace mcost::cli {
namespace {

constexpr unsigned kSp = 13;
constexpr unsigned kLr = 14;

/// Metadata with each key once, the first one said.
Metadata unique_metadata(const loader::Probe& probe) {
  Metadata metadata;
  for (const auto& [key, value] : probe.metadata) {
    const bool known = std::any_of(metadata.begin(), metadata.end(),
                                   [&key = key](const auto& entry) { return entry.first == key; });
    if (!known) metadata.emplace_back(key, value);
  }
  return metadata;
}

analysis::LayerLabel label_of(const loader::Probe& probe, const std::string& name) {
  analysis::LayerLabel label;
  label.name = name;
  label.kind = "probe";
  label.metadata = unique_metadata(probe);
  if (const std::string* const macs = probe.find_metadata("macs"); macs != nullptr) {
    std::uint64_t value = 0;
    const char* const end = macs->data() + macs->size();
    const auto parsed = std::from_chars(macs->data(), end, value);
    if (parsed.ec == std::errc{} && parsed.ptr == end) label.declared_macs = value;
  }
  return label;
}

bool contains(const loader::Function* function, Address pc) {
  return function != nullptr && pc - function->address < function->size_bytes;
}

}  // namespace

ProbeLayers::ProbeLayers(const std::vector<loader::Probe>& probes, ScopedBegins scoped,
                         const loader::SymbolTable& symbols, Naming naming)
    : scoped_(std::move(scoped)), symbols_(symbols), naming_(std::move(naming)) {
  for (const loader::Probe& probe : probes) {
    const bool begins = probe.kind == loader::ProbeKind::kLayerBegin;
    if (begins || probe.kind == loader::ProbeKind::kLayerEnd) {
      by_address_[probe.address].push_back(&probe);
    }
  }
  for (const auto& [probe, function] : scoped_) functions_.emplace(function->address, function);
}

void ProbeLayers::start(CoreView& core) {
  for (const auto& [address, probes] : by_address_) core.hook(address);
  for (const auto& [address, function] : functions_) core.hook(address);
}

void ProbeLayers::arrive(Address pc, CoreView& core, LayerLog& log) {
  close_left(pc, core, log);
  if (const auto entered = functions_.find(pc); entered != functions_.end()) {
    enter(*entered->second, core);
  }
}

std::vector<LayerLog::Handle> ProbeLayers::ended(Address pc) {
  std::vector<LayerLog::Handle> layers;
  const auto found = by_address_.find(pc);
  if (found == by_address_.end()) return layers;
  for (const loader::Probe* const probe : found->second) {
    if (probe->kind != loader::ProbeKind::kLayerEnd) continue;
    const auto open = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& candidate) {
      return candidate.probe->name == probe->name;
    });
    if (open == open_.rend()) continue;
    layers.push_back(open->handle);
    open_.erase(std::next(open).base());
  }
  return layers;
}

void ProbeLayers::begin_at(Address pc, CoreView& core, LayerLog& log) {
  const auto found = by_address_.find(pc);
  if (found == by_address_.end()) return;
  for (const loader::Probe* const probe : found->second) {
    if (probe->kind == loader::ProbeKind::kLayerBegin) begin(*probe, core, log);
  }
}

void ProbeLayers::reached(Address pc, CoreView& core, LayerLog& log) {
  arrive(pc, core, log);
  const auto found = by_address_.find(pc);
  if (found == by_address_.end()) return;
  for (const loader::Probe* const probe : found->second) {
    if (probe->kind == loader::ProbeKind::kLayerBegin) {
      begin(*probe, core, log);
      continue;
    }
    log.end(name_at(*probe, core));
    while (!open_.empty() && !log.is_open(open_.back().handle)) open_.pop_back();
  }
}

void ProbeLayers::enter(const loader::Function& function, CoreView& core) {
  Scope scope;
  scope.sp = core.core_register(kSp);
  scope.process_stack = core.uses_process_stack();
  // A branch back to the entry is the same activation.
  const bool same = std::any_of(scopes_.begin(), scopes_.end(), [&](const Scope& s) {
    return s.function == &function && s.sp == scope.sp && s.process_stack == scope.process_stack;
  });
  if (same) return;
  scope.id = next_scope_++;
  scope.function = &function;
  scope.returns = return_point(core.core_register(kLr), core);
  if (scope.returns) {
    scope.caller = symbols_.find_function(scope.returns->address);
    if (return_addresses_.insert(scope.returns->address).second) core.hook(scope.returns->address);
  }
  if (scopes_.size() == kMostScopes) scopes_.erase(scopes_.begin());
  scopes_.push_back(scope);
}

/// True if the activation cannot be running any more.
bool ProbeLayers::is_left(const Scope& scope, Address pc, const CoreView& core) {
  const std::uint32_t sp = core.core_register(kSp);
  const bool process_stack = core.uses_process_stack();
  if (scope.returns && scope.returns->address == pc && scope.returns->sp == sp &&
      scope.returns->process_stack == process_stack) {
    return true;
  }
  if (scope.process_stack != process_stack || sp < scope.sp) return false;
  if (sp > scope.sp) return true;
  // As deep as at its entry: itself, what it called without saving anything, or its caller again.
  return contains(scope.caller, pc) && !contains(scope.function, pc);
}

void ProbeLayers::close_left(Address pc, CoreView& core, LayerLog& log) {
  for (std::size_t i = 0; i < scopes_.size();) {
    if (!is_left(scopes_[i], pc, core)) {
      ++i;
      continue;
    }
    const std::uint64_t id = scopes_[i].id;
    for (const Open& open : open_) {
      if (open.scope == id) log.abandon(open.handle);  // with all that began inside it
    }
    scopes_.erase(scopes_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  std::erase_if(open_, [&](const Open& open) { return !log.is_open(open.handle); });
}

/// The innermost activation that the probe at which the core stands can belong to.
std::uint64_t ProbeLayers::scope_of(const loader::Probe& probe, const CoreView& core) const {
  const auto scoped = scoped_.find(&probe);
  if (scoped == scoped_.end()) return 0;
  const auto innermost = std::find_if(scopes_.rbegin(), scopes_.rend(), [&](const Scope& scope) {
    return scope.function == scoped->second && scope.process_stack == core.uses_process_stack();
  });
  return innermost == scopes_.rend() ? 0 : innermost->id;
}

/// The name that the layer of a probe has now.
std::string ProbeLayers::name_at(const loader::Probe& probe, const CoreView& core) {
  const loader::Argument* const argument = probe.name_argument();
  if (argument == nullptr) return analysis::printable(probe.name);
  const auto pointer = read_argument(*argument, probe.address, core);
  auto text = pointer ? read_text(static_cast<Address>(pointer->magnitude), core) : std::nullopt;
  if (text) return *std::move(text);
  ++unread_names_[{probe.address, probe.name}];
  return analysis::printable(probe.name);
}

std::vector<std::string> ProbeLayers::notes() const {
  std::vector<std::string> notes;
  for (const auto& [probe, count] : unread_names_) {
    const auto& [address, name] = probe;
    notes.push_back(fmt::format(
        "layer {}: its name could not be read {} at {}: no text where the firmware points",
        analysis::printable(name), analysis::times(count), analysis::hexadecimal(address)));
  }
  return notes;
}

void ProbeLayers::begin(const loader::Probe& probe, CoreView& core, LayerLog& log) {
  // The same begin again with the stack no deeper: the one before was left without its end.
  const std::uint32_t sp = core.core_register(kSp);
  const std::string name = name_at(probe, core);
  const auto stale = std::find_if(open_.begin(), open_.end(), [&](const Open& open) {
    return open.probe == &probe && open.name == name &&
           open.process_stack == core.uses_process_stack() && open.sp <= sp;
  });
  if (stale != open_.end()) {
    log.abandon(stale->handle);
    open_.erase(stale, open_.end());
  }
  const auto* const label = naming_ ? naming_(probe, log) : nullptr;
  if (naming_ && label == nullptr) return;
  const LayerLog::Handle handle = log.begin(label != nullptr ? *label : label_of(probe, name));
  if (handle == 0) return;
  open_.push_back({handle, &probe, name, sp, core.uses_process_stack(), scope_of(probe, core)});
}

}  // namespace mcost::cli
