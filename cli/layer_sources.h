// Where layers come from: static probes (probe_layers.h), the calls of one function, or functions
// by name. A source hooks addresses, and when one is reached tells the LayerTracker what begins and
// ends. May include anything. Invariant: sources only look; they change nothing of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/layers.h"
#include "cli/call_sites.h"
#include "cli/core_view.h"
#include "cli/memory_use_log.h"
#include "loader/probe_notes.h"
#include "loader/symbols.h"

namespace mcost::cli {

/// Begins and ends of layers, with the cost up to each charged first.
class LayerLog {
 public:
  using Handle = analysis::LayerTracker::Handle;
  LayerLog(analysis::LayerTracker& tracker, CoreView& core) : tracker_(tracker), core_(core) {}
  Handle begin(const analysis::LayerLabel& label);
  void end(const std::string& name);
  void close(Handle layer);
  void abandon(Handle layer);
  void enter_interrupt(unsigned number);
  void leave_interrupt(unsigned number);
  [[nodiscard]] bool is_open(Handle layer) const { return tracker_.is_open(layer); }
  /// Charges what was spent since the last boundary.
  void settle() { tracker_.charge(core_.take_cost()); }
  /// Tells where layers change from now on.
  void measure(MemoryUseLog* memory_use) { memory_use_ = memory_use; }

 private:
  template <class Change>
  auto boundary(Change change);
  analysis::LayerTracker& tracker_;
  CoreView& core_;
  MemoryUseLog* memory_use_ = nullptr;
};

/// One way of finding layers.
class LayerSource {
 public:
  LayerSource() = default;
  LayerSource(const LayerSource&) = delete;
  LayerSource& operator=(const LayerSource&) = delete;
  virtual ~LayerSource() = default;
  /// Hooks what is known before the run.
  virtual void start(CoreView& core) = 0;
  /// The instruction at `pc`, a hooked address, is about to execute.
  virtual void reached(Address pc, CoreView& core, LayerLog& log) = 0;
  /// An exception handler executed its return; registers are still its own.
  virtual void handler_returned(CoreView& core, LayerLog& log) { (void)core, (void)log; }
};

/// Events and counters that static probes report, on the timeline.
class ProbeEvents final : public LayerSource {
 public:
  /// Events recorded; further ones are only counted.
  static constexpr std::size_t kMostEvents = 100'000;
  explicit ProbeEvents(const std::vector<loader::Probe>& probes);
  void start(CoreView& core) override;
  void reached(Address pc, CoreView& core, LayerLog& log) override;
  [[nodiscard]] const std::vector<TimelineEvent>& events() const { return events_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::map<Address, std::vector<const loader::Probe*>> by_address_;
  std::vector<TimelineEvent> events_;
  std::uint64_t dropped_ = 0;
};

/// Open activations and where each returns to. A return is the return address reached with the
/// stack pointer (and the stack) it had before the call.
class Activations {
 public:
  struct Activation {
    LayerLog::Handle handle = 0;
    Address return_address = 0;
    std::uint32_t return_sp = 0;
    bool return_process_stack = false;
    std::uint32_t sp = 0;  // when it was opened, on the stack below
    bool process_stack = false;
    bool handler = false;  // returns from an exception
    Address function = 0;
  };
  /// Opens a layer that returns to `link`, an LR value. An EXC_RETURN is looked up in the stacked
  /// frame (ARMv7-M ARM B1.5.8). Does nothing where no return address can be found.
  void open(const analysis::LayerLabel& label, std::uint32_t link, Address function, CoreView& core,
            LayerLog& log);
  /// Closes every activation that returns here.
  void close_returned(Address pc, CoreView& core, LayerLog& log);
  /// Closes the activations of the handler that returns, tail calls included.
  void close_handler(CoreView& core, LayerLog& log);
  /// Closes activations that cannot be running any more, because the stack is back above them
  /// (`also_equal`: or where they were opened).
  void close_dead(bool also_equal, CoreView& core, LayerLog& log);
  /// Closes the innermost activation of `function` at the same stack depth, if there is one.
  void close_replaced(Address function, CoreView& core, LayerLog& log);

 private:
  void drop_from(std::size_t index, LayerLog& log);
  std::vector<Activation> open_;
  std::unordered_set<Address> return_addresses_;
};

/// Every call that one function makes is a layer: "callee#1", "callee#2", ... in the order of the
/// calls within one activation of the function.
class CallLayers final : public LayerSource {
 public:
  /// Ordinals that get a layer of their own; further calls share "callee#1000+".
  static constexpr unsigned kMostOrdinals = 999;
  CallLayers(FunctionCode function, const std::vector<CallSite>& sites,
             const loader::SymbolTable& symbols);
  void start(CoreView& core) override;
  void reached(Address pc, CoreView& core, LayerLog& log) override;
  void handler_returned(CoreView& core, LayerLog& log) override;

 private:
  struct Entered {
    std::uint32_t sp = 0;
    bool process_stack = false;
    std::map<std::string, unsigned> calls;  // by callee
  };
  void enter(CoreView& core);
  void call(const CallSite& site, CoreView& core, LayerLog& log);
  [[nodiscard]] std::string callee_name(Address target) const;
  std::string ordinal_name(const std::string& callee, CoreView& core);

  FunctionCode function_;
  std::unordered_map<Address, CallSite> sites_;
  const loader::SymbolTable& symbols_;
  std::vector<Entered> entered_;
  Activations activations_;
};

/// Every activation of some functions is a layer.
class FunctionLayers final : public LayerSource {
 public:
  explicit FunctionLayers(const std::vector<const loader::Function*>& functions);
  void start(CoreView& core) override;
  void reached(Address pc, CoreView& core, LayerLog& log) override;
  void handler_returned(CoreView& core, LayerLog& log) override;

 private:
  std::map<Address, std::string> names_;
  Activations activations_;
};

/// The value of a probe's argument at its address; nothing if its memory cannot be read. A
/// floating-point argument is given as its bits.
[[nodiscard]] std::optional<EventValue> read_argument(const loader::Argument& argument, Address pc,
                                                      const CoreView& core);

}  // namespace mcost::cli
