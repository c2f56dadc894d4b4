// RunProfile: what each instruction of a run cost, by calling context and layer, as plain data.
// Functions, lines, call trees and flame graphs are sums of its entries (analysis/profile.h).
// Depends on base. Invariant: entries of a layer sum to the layer's exclusive counters; lists are
// in a total order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/base/counters.h"
#include "sim_core/base/units.h"

namespace mcost {

/// Counters with few memories and causes in them: of one instruction, say.
struct CodeCost {
  struct Share {
    Cause cause = Cause::issue;
    std::uint8_t memory = 0;  // of a per-memory cause; the initiator of a per-initiator one; else 0
    std::uint64_t cycles = 0;
    friend bool operator==(const Share&, const Share&) = default;
  };
  struct MemoryTraffic {
    std::uint8_t memory = 0;
    Traffic traffic;
    friend bool operator==(const MemoryTraffic&, const MemoryTraffic&) = default;
  };
  std::uint64_t instructions = 0;  // attempted: skipped ones count
  std::uint64_t skipped = 0;
  std::uint64_t folded = 0;
  std::uint64_t macs = 0;
  std::array<std::uint64_t, kInstructionClasses> by_class{};
  std::vector<Share> shares;           // by cause and memory, once each, none of 0 cycles
  std::vector<MemoryTraffic> traffic;  // by memory, once each

  [[nodiscard]] std::uint64_t cycles() const;
  [[nodiscard]] std::uint64_t cycles_of(Cause cause) const;
  void charge(Cause cause, std::uint8_t memory, std::uint64_t cycles);
  [[nodiscard]] Traffic& traffic_of(std::uint8_t memory);
  /// Adds another cost, that often.
  CodeCost& add(const CodeCost& other, std::uint64_t times);
  CodeCost& operator+=(const CodeCost& other) { return add(other, 1); }
  /// All but the clocks.
  void add_to(Counters& counters, std::uint64_t times = 1) const;
  friend bool operator==(const CodeCost&, const CodeCost&) = default;
};

/// Functions without a symbol are named by their address, "0x08000124".
struct ProfileFunction {
  std::string name;  // demangled
  Address address = 0;
  std::uint32_t size_bytes = 0;  // 0: unknown
  std::string file;              // of its declaration; empty: unknown
  unsigned line = 0;
  friend bool operator==(const ProfileFunction&, const ProfileFunction&) = default;
};

/// A node of the call tree.
struct CallNode {
  enum class Kind : std::uint8_t {
    root,       // where a run, or a task that nobody called, begins
    call,       // called, or jumped to from a function that was
    interrupt,  // handler of `exception`, whatever it interrupted
  };
  Kind kind = Kind::root;
  std::optional<std::size_t> parent;  // smaller than its own index; of calls
  std::size_t function = 0;           // index into RunProfile::functions
  Address return_address = 0;         // of calls
  unsigned exception = 0;             // of interrupts
  friend bool operator==(const CallNode&, const CallNode&) = default;
};

/// A place in the source. Inlined functions are no ProfileFunction: they have a name only.
struct SourceFrame {
  std::size_t file = 0;  // index into RunProfile::files
  unsigned line = 0;     // 0: unknown
  std::string function;
  friend bool operator==(const SourceFrame&, const SourceFrame&) = default;
};

/// An instruction that was executed.
struct ProfileCode {
  Address address = 0;
  std::uint8_t size_bytes = 0;
  std::size_t function = 0;         // index into RunProfile::functions
  std::string text;                 // disassembled: "ldr r0, [r1]"
  std::vector<SourceFrame> frames;  // innermost inlined function first; empty: no debug data
  friend bool operator==(const ProfileCode&, const ProfileCode&) = default;
};

/// Cost of one instruction in one calling context, layer and core clock. What an exception's entry
/// and return cost, and its frame's traffic, is that of the first instruction of its handler.
struct ProfileEntry {
  std::size_t node = 0;   // index into RunProfile::nodes
  std::size_t layer = 0;  // index into RunResult::layers
  unsigned clock = 0;     // index of Counters::cycles_at
  std::size_t code = 0;   // index into RunProfile::code
  CodeCost cost;
  std::uint64_t energy_fj = 0;  // 0 where energy is unknown
  friend bool operator==(const ProfileEntry&, const ProfileEntry&) = default;
};

/// A stay in a node of the call tree, with what it called and the handlers that interrupted it. A
/// recursive call stays in the node that it came from; a task switch ends stays, and what goes on
/// behind it is another.
struct FunctionSpan {
  std::size_t node = 0;  // index into RunProfile::nodes
  Cycles begin = 0;
  Cycles end = 0;
  friend bool operator==(const FunctionSpan&, const FunctionSpan&) = default;
};

/// Functions over time, in part of a run.
struct FunctionSpans {
  Cycles begin = 0;  // of the part; spans that go on before or behind it are cut
  Cycles end = 0;
  std::vector<FunctionSpan> list;  // by begin, a span before those inside it; they nest
  std::uint64_t dropped = 0;       // calls and returns from `end` on, which are only counted
  friend bool operator==(const FunctionSpans&, const FunctionSpans&) = default;
};

struct RunProfile {
  std::vector<std::string> files;          // names as debug data has them, without host folders
  std::vector<ProfileFunction> functions;  // by address
  std::vector<CallNode> nodes;
  std::vector<ProfileCode> code;      // by address
  std::vector<ProfileEntry> entries;  // by node, layer, clock, code; once each
  FunctionSpans spans;
  std::vector<std::string> missing;  // what cannot be shown and why, a line each
  friend bool operator==(const RunProfile&, const RunProfile&) = default;
};

}  // namespace mcost
