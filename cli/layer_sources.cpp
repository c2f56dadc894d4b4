#include "cli/layer_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/reports/numbers.h"
#include "cli/return_point.h"
#include "sim_core/engine/arch_state.h"

namespace mcost::cli {
namespace {

constexpr unsigned kSp = 13;
constexpr unsigned kLr = 14;

bool is_layer(const loader::Probe& probe) {
  return probe.kind == loader::ProbeKind::kLayerBegin || probe.kind == loader::ProbeKind::kLayerEnd;
}

}  // namespace

template <class Change>
auto LayerLog::boundary(Change change) {
  settle();
  const std::size_t left = tracker_.innermost();
  const auto result = change(core_.now());
  core_.enter_layer(tracker_.innermost());
  if (memory_use_ != nullptr) memory_use_->boundary(left, tracker_.innermost(), core_.now());
  return result;
}

LayerLog::Handle LayerLog::begin(const analysis::LayerLabel& label) {
  core_.note_layer();
  return boundary([&](Cycles now) { return tracker_.begin(label, now); });
}

void LayerLog::end(const std::string& name) {
  boundary([&](Cycles now) { return tracker_.end(name, now), true; });
}

void LayerLog::close(Handle layer) {
  boundary([&](Cycles now) { return tracker_.close(layer, now), true; });
}

void LayerLog::abandon(Handle layer) {
  boundary([&](Cycles now) { return tracker_.abandon(layer, now), true; });
}

void LayerLog::enter_interrupt(unsigned number) {
  boundary([&](Cycles now) { return tracker_.enter_interrupt(number, now), true; });
}

void LayerLog::leave_interrupt(unsigned number) {
  boundary([&](Cycles now) { return tracker_.leave_interrupt(number, now), true; });
}

// ---- events

ProbeEvents::ProbeEvents(const std::vector<loader::Probe>& probes) {
  for (const loader::Probe& probe : probes) {
    if (!is_layer(probe)) by_address_[probe.address].push_back(&probe);
  }
}

void ProbeEvents::start(CoreView& core) {
  for (const auto& [address, probes] : by_address_) core.hook(address);
}

void ProbeEvents::reached(Address pc, CoreView& core, LayerLog&) {
  const auto found = by_address_.find(pc);
  if (found == by_address_.end()) return;
  for (const loader::Probe* const probe : found->second) {
    if (events_.size() >= kMostEvents) {
      ++dropped_;
      continue;
    }
    TimelineEvent event;
    event.cycle = core.now();
    event.kind = probe->kind == loader::ProbeKind::kCounter ? "counter" : "event";
    event.provider = analysis::printable(probe->provider);
    event.name = analysis::printable(probe->name);
    for (const loader::Argument& argument : probe->arguments) {
      event.values.push_back(read_argument(argument, pc, core));
    }
    events_.push_back(std::move(event));
  }
}

std::optional<EventValue> read_argument(const loader::Argument& argument, Address pc,
                                        const CoreView& core) {
  using Form = loader::Argument::Form;
  const auto reg = [&](unsigned number) {
    return number == 15 ? (pc + 4) & ~Address{3} : core.core_register(number);
  };
  const auto pair = [](std::uint32_t low, std::uint32_t high) {
    return low | std::uint64_t{high} << 32;
  };
  std::uint64_t bits = 0;
  switch (argument.form) {
    case Form::kImmediate: bits = static_cast<std::uint64_t>(argument.value); break;
    case Form::kRegister:
      bits = pair(reg(argument.reg), argument.size_bytes == 8 ? reg(argument.reg + 1u) : 0);
      break;
    case Form::kSingleRegister: bits = core.fp_register(argument.reg); break;
    case Form::kDoubleRegister:
      if (argument.reg > 15) return std::nullopt;
      bits = pair(core.fp_register(2u * argument.reg), core.fp_register(2u * argument.reg + 1));
      break;
    case Form::kMemory: {
      Address address = reg(argument.reg) + static_cast<Address>(argument.value);
      if (argument.index) address += reg(*argument.index) << argument.shift;
      std::array<std::uint8_t, 8> bytes{};
      if (!core.read_memory(address, bytes.data(), argument.size_bytes)) return std::nullopt;
      for (unsigned i = 0; i < argument.size_bytes; ++i) bits |= std::uint64_t{bytes[i]} << 8 * i;
      break;
    }
  }
  const unsigned width = 8u * argument.size_bytes;
  if (width < 64) bits &= (std::uint64_t{1} << width) - 1;
  const bool negative = argument.is_signed && (bits >> (width - 1) & 1u) != 0;
  if (!negative) return EventValue{false, bits};
  const std::uint64_t extended = width < 64 ? bits | ~std::uint64_t{0} << width : bits;
  return EventValue{true, ~extended + 1};
}

std::optional<std::string> read_text(Address address, const CoreView& core) {
  if (address == 0) return std::nullopt;
  std::string text;
  for (std::size_t i = 0;; ++i) {
    std::uint8_t byte = 0;
    if (!core.read_memory(address + static_cast<Address>(i), &byte, 1)) return std::nullopt;
    if (byte == 0) break;
    if (i == kLongestGuestText) {
      text += "...";
      break;
    }
    const bool is_printable = byte >= 0x20 && byte < 0x7F;
    text += is_printable ? std::string(1, static_cast<char>(byte)) : fmt::format("\\x{:02X}", byte);
  }
  if (text.empty()) return std::nullopt;
  return text;
}

// ---- calls and functions

void Activations::open(const analysis::LayerLabel& label, std::uint32_t link, Address function,
                       CoreView& core, LayerLog& log) {
  const auto point = return_point(link, core);
  const LayerLog::Handle handle = log.begin(label);
  if (handle == 0) return;
  Activation activation;
  activation.handle = handle;
  activation.sp = core.core_register(kSp);
  activation.process_stack = core.uses_process_stack();
  activation.handler = is_exception_return(link);
  activation.function = function;
  if (point) {
    activation.return_address = point->address;
    activation.return_sp = point->sp;
    activation.return_process_stack = point->process_stack;
    if (return_addresses_.insert(point->address).second) core.hook(point->address);
  } else {
    activation.return_sp = ~std::uint32_t{0};  // never matches: open until the run ends
  }
  open_.push_back(activation);
}

std::vector<LayerLog::Handle> Activations::take_returned(Address pc, const CoreView& core) {
  std::vector<LayerLog::Handle> layers;
  if (!return_addresses_.contains(pc)) return layers;
  const std::uint32_t sp = core.core_register(kSp);
  const bool process_stack = core.uses_process_stack();
  // The outermost one that returns here closes everything opened since: tail calls share it.
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const Activation& a = open_[i];
    if (a.return_address != pc || a.return_sp != sp || a.return_process_stack != process_stack) {
      continue;
    }
    for (std::size_t j = i; j < open_.size(); ++j) {
      const Activation& inner = open_[j];
      const bool returns = inner.return_address == pc && inner.return_sp == sp;
      if (returns) layers.push_back(inner.handle);
    }
    open_.resize(i);
    break;
  }
  return layers;
}

std::vector<LayerLog::Handle> Activations::take_handler(const CoreView& core) {
  std::vector<LayerLog::Handle> layers;
  const std::uint32_t sp = core.core_register(kSp);
  std::size_t kept = open_.size();
  for (std::size_t i = open_.size(); i-- > 0;) {
    const Activation& a = open_[i];
    if (!a.handler || a.sp != sp || a.process_stack != core.uses_process_stack()) continue;
    layers.push_back(a.handle);
    kept = i;
  }
  open_.resize(kept);
  return layers;
}

void Activations::drop_from(std::size_t index, LayerLog& log) {
  if (index >= open_.size()) return;
  log.abandon(open_[index].handle);
  open_.resize(index);
}

void Activations::close_dead(bool also_equal, CoreView& core, LayerLog& log) {
  const std::uint32_t sp = core.core_register(kSp);
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const Activation& a = open_[i];
    if (a.process_stack != core.uses_process_stack()) continue;
    if (a.sp < sp || (also_equal && a.sp == sp)) return drop_from(i, log);
  }
}

void Activations::close_replaced(Address function, CoreView& core, LayerLog& log) {
  const std::uint32_t sp = core.core_register(kSp);
  for (std::size_t i = open_.size(); i-- > 0;) {
    const Activation& a = open_[i];
    if (a.function == function && a.sp == sp && a.process_stack == core.uses_process_stack()) {
      return drop_from(i, log);
    }
  }
}

void close_layers(std::vector<LayerLog::Handle> layers, LayerLog& log) {
  std::sort(layers.begin(), layers.end(), std::greater<>());
  for (const LayerLog::Handle layer : layers) log.close(layer);
}

void ActivationLayers::reached(Address pc, CoreView& core, LayerLog& log) {
  close_layers(returned(pc, core), log);
  begin_at(pc, core, log);
}

void ActivationLayers::handler_returned(CoreView& core, LayerLog& log) {
  close_layers(handler_layers(core), log);
}

CallLayers::CallLayers(FunctionCode function, const std::vector<CallSite>& sites,
                       const loader::SymbolTable& symbols, Naming naming)
    : function_(std::move(function)), symbols_(symbols), naming_(std::move(naming)) {
  for (const CallSite& site : sites) sites_.emplace(site.address, site);
}

void CallLayers::start(CoreView& core) {
  for (const loader::Function* const part : function_.parts) {
    if (function_.is_entry(part->address)) core.hook(part->address);
  }
  std::vector<Address> addresses;
  for (const auto& [address, site] : sites_) addresses.push_back(address);
  std::sort(addresses.begin(), addresses.end());
  for (const Address address : addresses) core.hook(address);
}

void CallLayers::begin_at(Address pc, CoreView& core, LayerLog& log) {
  if (function_.is_entry(pc)) enter(core);
  const auto site = sites_.find(pc);
  if (site != sites_.end()) call(site->second, core, log);
}

void CallLayers::enter(CoreView& core) {
  const std::uint32_t sp = core.core_register(kSp);
  const bool process_stack = core.uses_process_stack();
  std::erase_if(entered_, [&](const Entered& before) {
    return before.process_stack == process_stack && before.sp <= sp;
  });
  constexpr std::size_t kMostEntered = 1024;
  if (entered_.size() >= kMostEntered) entered_.erase(entered_.begin());
  entered_.push_back({sp, process_stack, {}});
}

std::string CallLayers::callee_name(Address target) const {
  const loader::Function* const function = symbols_.find_function(target);
  if (function == nullptr) return analysis::hexadecimal(target);
  std::string name = analysis::printable(function->demangled);
  if (function->address != target) name += fmt::format("+0x{:X}", target - function->address);
  return name;
}

/// k for the k-th call of `callee` in this activation.
unsigned CallLayers::count_call(const std::string& callee, CoreView& core) {
  const std::uint32_t sp = core.core_register(kSp);
  const bool process_stack = core.uses_process_stack();
  std::erase_if(entered_, [&](const Entered& before) {
    return before.process_stack == process_stack && before.sp < sp;
  });
  if (entered_.empty() || entered_.back().process_stack != process_stack) {
    entered_.push_back({~std::uint32_t{0}, process_stack, {}});  // entered before the run began
  }
  unsigned& calls = entered_.back().calls[callee];
  if (calls <= kMostOrdinals) ++calls;
  return calls;
}

void CallLayers::call(const CallSite& site, CoreView& core, LayerLog& log) {
  if ((engine::kConditionTable[site.condition] >> core.nzcv() & 1u) == 0) return;
  const Address target =
      site.target ? *site.target : core.core_register(site.target_register) & ~Address{1};
  if (site.tail && !site.target && (function_.contains(target) || target >= 0xF0000000u)) return;
  activations().close_dead(!site.tail, core, log);
  const std::uint32_t link =
      site.tail ? core.core_register(kLr) : (site.address + site.size_bytes) | 1u;
  const std::string callee = callee_name(target);
  const unsigned ordinal = count_call(callee, core);
  if (naming_) {
    const analysis::LayerLabel* const label = naming_({site, target, callee, ordinal}, log);
    if (label != nullptr) activations().open(*label, link, site.address, core, log);
    return;
  }
  std::string name = fmt::format("{}#{}{}", callee, ordinal, ordinal > kMostOrdinals ? "+" : "");
  activations().open({.name = std::move(name), .kind = "call"}, link, site.address, core, log);
}

FunctionLayers::FunctionLayers(const std::vector<const loader::Function*>& functions, Naming naming)
    : naming_(std::move(naming)) {
  for (const loader::Function* const function : functions) {
    labels_.try_emplace(function->address, analysis::LayerLabel{
                                               .name = analysis::printable(function->demangled),
                                               .kind = "function",
                                           });
  }
}

void FunctionLayers::start(CoreView& core) {
  for (const auto& [address, label] : labels_) core.hook(address);
}

void FunctionLayers::begin_at(Address pc, CoreView& core, LayerLog& log) {
  const auto found = labels_.find(pc);
  if (found == labels_.end()) return;
  activations().close_dead(false, core, log);
  activations().close_replaced(pc, core, log);
  const analysis::LayerLabel* const label = naming_ ? naming_(pc, log) : &found->second;
  if (label != nullptr) activations().open(*label, core.core_register(kLr), pc, core, log);
}

}  // namespace mcost::cli
