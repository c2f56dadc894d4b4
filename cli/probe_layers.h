// Layers that static probes begin and end. May include anything. Invariant: as layer_sources.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/layer_sources.h"
#include "cli/return_point.h"
#include "loader/probe_notes.h"
#include "loader/symbols.h"

namespace mcost::cli {

/// A layer begins at its begin and ends at its end, wherever that is: functions that begin a layer
/// and return are fine. But where begin and end stand in one function (probe_scopes.h), a layer
/// that is open when that activation is over was left by longjmp, an exception or an early return:
/// it is closed at the next place where that shows, and noted. A layer whose name the firmware
/// tells when it passes the probe belongs to no activation: its end may be anywhere.
class ProbeLayers final : public LayerSource {
 public:
  /// What the layer of a begin is called, in place of what the probe says; nothing: it is no layer.
  using Naming =
      std::function<const analysis::LayerLabel*(const loader::Probe& begin, const LayerLog& log)>;
  using ScopedBegins = std::unordered_map<const loader::Probe*, const loader::Function*>;
  /// `probes` in the order in which they fire; they and `symbols` must outlive this.
  ProbeLayers(const std::vector<loader::Probe>& probes, ScopedBegins scoped,
              const loader::SymbolTable& symbols, Naming naming = {});
  void start(CoreView& core) override;
  void reached(Address pc, CoreView& core, LayerLog& log) override;
  [[nodiscard]] std::vector<std::string> notes() const override;

  // The parts of `reached` for a source that has several, in this order.

  /// The core comes to `pc`: layers that were left are closed.
  void arrive(Address pc, CoreView& core, LayerLog& log);
  /// The open layers that end at `pc`, by the names of their probes; the caller closes them.
  [[nodiscard]] std::vector<LayerLog::Handle> ended(Address pc);
  /// Opens what begins at `pc`.
  void begin_at(Address pc, CoreView& core, LayerLog& log);

 private:
  struct Open {
    LayerLog::Handle handle = 0;
    const loader::Probe* probe = nullptr;
    std::string name;
    std::uint32_t sp = 0;
    bool process_stack = false;
    std::uint64_t scope = 0;  // 0: none
  };
  /// A running activation of a function with scoped begins.
  struct Scope {
    std::uint64_t id = 0;
    const loader::Function* function = nullptr;
    std::uint32_t sp = 0;  // at entry
    bool process_stack = false;
    std::optional<ReturnPoint> returns;
    const loader::Function* caller = nullptr;
  };
  static constexpr std::size_t kMostScopes = 1024;

  void enter(const loader::Function& function, CoreView& core);
  void close_left(Address pc, CoreView& core, LayerLog& log);
  [[nodiscard]] static bool is_left(const Scope& scope, Address pc, const CoreView& core);
  [[nodiscard]] std::uint64_t scope_of(const loader::Probe& probe, const CoreView& core) const;
  [[nodiscard]] std::string name_at(const loader::Probe& probe, const CoreView& core);
  void begin(const loader::Probe& probe, CoreView& core, LayerLog& log);

  std::map<Address, std::vector<const loader::Probe*>> by_address_;
  ScopedBegins scoped_;
  std::map<Address, const loader::Function*> functions_;  // with scoped begins, by entry
  const loader::SymbolTable& symbols_;
  Naming naming_;
  std::vector<Open> open_;
  std::vector<Scope> scopes_;  // oldest first
  std::uint64_t next_scope_ = 1;
  std::unordered_set<Address> return_addresses_;
  std::map<std::pair<Address, std::string>, std::uint64_t> unread_names_;  // by probe
};

}  // namespace mcost::cli
