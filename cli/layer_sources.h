// Where layers come from: static probes (probe_layers.h), the calls of one function, functions by
// name, or a layer map (map_layers.h). A source hooks addresses, and when one is reached tells the
// LayerTracker what begins and ends. May include anything. Invariant: sources only look; they
// change nothing of the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
  /// As LayerTracker::is_inside.
  [[nodiscard]] bool is_inside(const std::vector<std::string>& names) const {
    return tracker_.is_inside(names);
  }
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
  /// What was irregular, for the report, in a fixed order.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
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
  /// Forgets every activation that returns here and gives the layers to be closed.
  [[nodiscard]] std::vector<LayerLog::Handle> take_returned(Address pc, const CoreView& core);
  /// The same for those of the handler that returns, tail calls included.
  [[nodiscard]] std::vector<LayerLog::Handle> take_handler(const CoreView& core);
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

/// Layers that are activations of functions. What is over at an address is told apart from what
/// begins there, so that several sources can be asked for the one before the other.
class ActivationLayers : public LayerSource {
 public:
  void reached(Address pc, CoreView& core, LayerLog& log) final;
  void handler_returned(CoreView& core, LayerLog& log) final;
  /// The layers that are over when the core comes to `pc`; the caller closes them.
  [[nodiscard]] std::vector<LayerLog::Handle> returned(Address pc, const CoreView& core) {
    return activations_.take_returned(pc, core);
  }
  /// The same when an exception handler returns.
  [[nodiscard]] std::vector<LayerLog::Handle> handler_layers(const CoreView& core) {
    return activations_.take_handler(core);
  }
  /// Opens what begins at `pc`.
  virtual void begin_at(Address pc, CoreView& core, LayerLog& log) = 0;

 protected:
  [[nodiscard]] Activations& activations() { return activations_; }

 private:
  Activations activations_;
};

/// Closes layers, those that began last first, so that those that end together are closed and not
/// left.
void close_layers(std::vector<LayerLog::Handle> layers, LayerLog& log);

/// A call about to be made.
struct MadeCall {
  const CallSite& site;
  Address target;
  const std::string& callee;  ///< Its demangled name, or its address.
  unsigned ordinal;           ///< Among the calls of the callee within one activation, from 1.
};

/// Every call that one function makes is a layer: "callee#1", "callee#2", ... in the order of the
/// calls within one activation of the function.
class CallLayers final : public ActivationLayers {
 public:
  /// Ordinals that get a layer of their own; further calls share "callee#1000+".
  static constexpr unsigned kMostOrdinals = 999;
  /// What the layer of a call is called, in place of "callee#ordinal"; nothing: it is no layer.
  using Naming =
      std::function<const analysis::LayerLabel*(const MadeCall& call, const LayerLog& log)>;
  CallLayers(FunctionCode function, const std::vector<CallSite>& sites,
             const loader::SymbolTable& symbols, Naming naming = {});
  void start(CoreView& core) override;
  void begin_at(Address pc, CoreView& core, LayerLog& log) override;

 private:
  struct Entered {
    std::uint32_t sp = 0;
    bool process_stack = false;
    std::map<std::string, unsigned> calls;  // by callee
  };
  void enter(CoreView& core);
  void call(const CallSite& site, CoreView& core, LayerLog& log);
  [[nodiscard]] std::string callee_name(Address target) const;
  [[nodiscard]] unsigned count_call(const std::string& callee, CoreView& core);

  FunctionCode function_;
  std::unordered_map<Address, CallSite> sites_;
  const loader::SymbolTable& symbols_;
  Naming naming_;
  std::vector<Entered> entered_;
};

/// Every activation of some functions is a layer.
class FunctionLayers final : public ActivationLayers {
 public:
  /// What the layer of a function is called, in place of its name; nothing: it is no layer.
  using Naming = std::function<const analysis::LayerLabel*(Address function, const LayerLog& log)>;
  explicit FunctionLayers(const std::vector<const loader::Function*>& functions,
                          Naming naming = {});
  void start(CoreView& core) override;
  void begin_at(Address pc, CoreView& core, LayerLog& log) override;

 private:
  std::map<Address, analysis::LayerLabel> labels_;
  Naming naming_;
};

/// The value of a probe's argument at its address; nothing if its memory cannot be read. A
/// floating-point argument is given as its bits.
[[nodiscard]] std::optional<EventValue> read_argument(const loader::Argument& argument, Address pc,
                                                      const CoreView& core);

/// Bytes of a text in the firmware's memory that are read.
inline constexpr std::size_t kLongestGuestText = 64;
/// The text that begins at `address` and ends with NUL or where it is too long ("..."). What is not
/// printable ASCII is shown as \xNN. Nothing for a null pointer, and if there is no memory or no
/// character.
[[nodiscard]] std::optional<std::string> read_text(Address address, const CoreView& core);

}  // namespace mcost::cli
