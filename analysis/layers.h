// LayerTracker: gives every piece of cost to one layer. It keeps the stack of open layers and one
// account per path of names; cost since the last boundary goes to the layer on top. Knows neither
// engine nor firmware: whoever watches the program tells it what begins and ends. May include
// loader and sim_core/base. Invariant: the exclusive costs of all accounts sum to everything
// charged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim_core/base/run_result.h"
#include "sim_core/base/units.h"

namespace mcost::analysis {

/// What a layer is, as told at its begin.
struct LayerLabel {
  std::string name;
  std::string kind;
  Metadata metadata = {};
  std::optional<std::uint64_t> declared_macs = std::nullopt;
};

/// Hostile firmware may open layers for ever; beyond these a begin is refused, noted, and its cost
/// stays with the layer around it.
struct LayerLimits {
  std::size_t depth = 256;
  std::size_t paths = 4096;
};

/// The name of the account of cycles outside every layer, and of those in interrupt handlers.
inline constexpr const char* kOutside = "(outside)";
inline constexpr const char* kInterrupts = "(interrupts)";

/// The stack of open layers of one run, and what each path of names has cost so far.
class LayerTracker {
 public:
  /// Names one open layer; 0 is none.
  using Handle = std::uint64_t;

  explicit LayerTracker(LayerLimits limits = {});

  /// Also remembers when each visit began and ended, of the first `most` visits. Before the first.
  void record_visits(std::size_t most) { most_visits_ = most; }

  /// Cost since the previous call: goes to the innermost open layer.
  void charge(const Cost& cost);

  /// Opens a layer inside the innermost open one. Returns 0 if it was refused.
  Handle begin(const LayerLabel& label, Cycles now);
  /// Closes the innermost open layer of that name. Layers inside it that are still open are closed
  /// and noted; an end without a layer is noted.
  void end(std::string_view name, Cycles now);
  /// Closes one layer. Layers inside it that are still open are closed and noted.
  void close(Handle layer, Cycles now);
  /// Closes a layer that was left some other way than through its end (longjmp, say): noted.
  void abandon(Handle layer, Cycles now);
  [[nodiscard]] bool is_open(Handle layer) const;
  /// True if layers of these names are open one inside the other, in this order and perhaps with
  /// others between, since the innermost interrupt.
  [[nodiscard]] bool is_inside(const std::vector<std::string>& names) const;
  /// The account that cost goes to now, numbered from 0 in the order of first begins; `(outside)`
  /// is 0.
  [[nodiscard]] std::size_t innermost() const { return top(); }

  /// The handler of interrupt `number` starts: its body belongs to `(interrupts)` inside the
  /// interrupted layer. A visit of the same interrupt that never returned is closed and noted.
  void enter_interrupt(unsigned number, Cycles now);
  /// That handler returns. Layers and handlers inside it that are still open are closed and noted.
  void leave_interrupt(unsigned number, Cycles now);

  /// Closes what is open (noted) and returns all layers: parents before their children, in the
  /// order of first begins, `(outside)` last. Call once.
  [[nodiscard]] std::vector<LayerResult> finish(Cycles now);
  /// Those that record_visits asked for. Valid after finish().
  [[nodiscard]] LayerVisits visits() const;
  /// What was irregular, in a fixed order. Valid after finish().
  [[nodiscard]] std::vector<std::string> notes() const;
  /// By account: its index in what finish() returned.
  [[nodiscard]] const std::vector<std::size_t>& indices() const { return indices_; }

 private:
  static constexpr std::size_t kNoAccount = ~std::size_t{0};
  static constexpr std::size_t kNoVisit = ~std::size_t{0};
  static constexpr std::size_t kOutsideAccount = 0;
  struct Account {
    LayerLabel label;
    std::size_t parent = kNoAccount;
    std::uint64_t visits = 0;
    Cycles min_cycles = 0;
    Cycles max_cycles = 0;
    Cost cost;
  };
  struct Frame {
    Handle handle = 0;
    std::size_t account = 0;
    Cycles since = 0;
    unsigned interrupt = 0;        // number of the exception whose handler this is, 0 of a layer
    std::size_t visit = kNoVisit;  // index into visits_
  };
  enum class Irregular : std::uint8_t {
    unmatched_end,
    left_inside,
    abandoned,
    open_at_end,
    refused
  };

  [[nodiscard]] std::size_t top() const;
  [[nodiscard]] std::optional<std::size_t> account_for(std::size_t parent, const LayerLabel& label);
  Handle push(std::size_t account, Cycles now, unsigned interrupt);
  void pop(Cycles now);
  void pop_to(std::size_t depth, Cycles now, Irregular why);
  [[nodiscard]] std::optional<std::size_t> find(Handle layer) const;
  [[nodiscard]] std::optional<std::size_t> find_interrupt(unsigned number) const;
  void note(Irregular what, const std::string& name) { ++irregular_[{what, name}]; }
  [[nodiscard]] std::string path_of(std::size_t account) const;
  void list(std::size_t account, std::optional<std::size_t> parent,
            const std::vector<std::vector<std::size_t>>& children,
            std::vector<LayerResult>& layers);

  LayerLimits limits_;
  std::vector<Account> accounts_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> by_path_;
  std::vector<Frame> stack_;
  Handle next_handle_ = 1;
  std::vector<std::size_t> indices_;
  std::size_t most_visits_ = 0;
  LayerVisits visits_;  // by account until visits() is called
  std::map<std::string, std::uint64_t, std::less<>> refused_;  // open, by name
  std::map<std::pair<Irregular, std::string>, std::uint64_t> irregular_;
};

}  // namespace mcost::analysis
