// RunResult: what a run leaves behind, as plain data. Every report, comparison and check reads this
// and nothing else, and it can be written to JSON and read back without loss. Depends on base.
// Invariant: parts sum to totals (analysis/sums.h checks it); lists are in a total order; no host
// path, no date.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim_core/base/call_result.h"
#include "sim_core/base/counters.h"
#include "sim_core/base/dma_transfers.h"
#include "sim_core/base/energy.h"
#include "sim_core/base/layer_visits.h"
#include "sim_core/base/memory_use.h"
#include "sim_core/base/run_profile.h"
#include "sim_core/base/units.h"

namespace mcost {

/// Counters and, beside them, those of memory models (cache misses and the like), in the order of
/// RunResult::model_counters, and femtojoules, in the order of EnergyModel::terms.
struct Cost {
  Counters counters;
  std::vector<std::uint64_t> model;
  std::vector<std::uint64_t> energy;  // empty where energy is unknown
  Cost& operator+=(const Cost& other) {
    counters += other.counters;
    if (model.size() < other.model.size()) model.resize(other.model.size());
    for (std::size_t i = 0; i < other.model.size(); ++i) model[i] += other.model[i];
    if (energy.size() < other.energy.size()) energy.resize(other.energy.size());
    for (std::size_t i = 0; i < other.energy.size(); ++i) energy[i] += other.energy[i];
    return *this;
  }
  friend bool operator==(const Cost&, const Cost&) = default;
};

/// The meaning of one element of Cost::model.
struct ModelCounter {
  std::size_t memory = 0;  // index into RunResult::memories
  std::string name;        // "icache_misses"
  friend bool operator==(const ModelCounter&, const ModelCounter&) = default;
};

/// A place in the program. Texts are empty where unknown.
struct CodePlace {
  Address address = 0;
  std::string symbol;  // "main+0x12"
  std::string line;    // "main.c:33"
  friend bool operator==(const CodePlace&, const CodePlace&) = default;
};

enum class ExitReason : std::uint8_t {
  exited,       // the firmware ended itself, with a code
  idle,         // branch to self, or WFI with nothing that could wake the core
  until,        // reached --until
  cycle_limit,  // --max-cycles
  time_limit,   // --timeout: the result is partial
  lockup,
  fault,
  returned,  // of `mcost call`: the last call did
};
inline constexpr unsigned kExitReasons = 8;
inline constexpr std::array<const char*, kExitReasons> kExitReasonNames = {
    "exited", "idle", "until", "cycle_limit", "time_limit", "lockup", "fault", "returned"};

/// The first fault of a run.
struct FaultDetails {
  std::string kind;                     // "undefined_instruction", "bus_data_precise", ...
  unsigned exception = 0;               // the exception it became: 3 HardFault, 6 UsageFault, ...
  std::optional<Address> data_address;  // of kinds that have one
  bool write = false;
  CodePlace place;
  friend bool operator==(const FaultDetails&, const FaultDetails&) = default;
};

/// A caller. `certain` is false for return addresses found by scanning the stack.
struct StackFrame {
  CodePlace place;
  bool certain = false;
  friend bool operator==(const StackFrame&, const StackFrame&) = default;
};

struct RunExit {
  ExitReason reason = ExitReason::idle;
  std::optional<std::uint32_t> code;  // the firmware's own, with ExitReason::exited
  CodePlace place;                    // where the PC was
  std::optional<FaultDetails> fault;  // may be there whatever the reason: a handler may go on
  std::vector<StackFrame> backtrace;  // innermost first; of runs that did not end by themselves
  std::string advice;                 // what to do about the fault; empty: nothing beyond its kind
  friend bool operator==(const RunExit&, const RunExit&) = default;
};

/// What an image needs of one memory. The two do not overlap: their sum is what it takes there.
struct ImageBytes {
  std::uint64_t loaded = 0;    // contents of the file, by load address
  std::uint64_t reserved = 0;  // by run address: what start-up code zeroes or copies there
  friend bool operator==(const ImageBytes&, const ImageBytes&) = default;
};

struct ImageInfo {
  std::string name;                 // without directory
  std::string sha256;               // of the file
  std::vector<ImageBytes> bytes{};  // by index of RunResult::memories; empty: unknown
  friend bool operator==(const ImageInfo&, const ImageInfo&) = default;
};

/// The beginning of what the firmware printed: semihosting, UART, ITM, in the order it came.
struct ConsoleText {
  static constexpr std::size_t kMostBytes = 64 * 1024;
  std::string text;        // whole characters of UTF-8, where the firmware prints such
  bool truncated = false;  // there was more
  friend bool operator==(const ConsoleText&, const ConsoleText&) = default;
};

struct BoardInfo {
  std::string name;
  std::string title;
  std::string core;           // "cortex-m4"
  std::string resolved_yaml;  // reads back to the same machine
  friend bool operator==(const BoardInfo&, const BoardInfo&) = default;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// One path of layer names. `exclusive` is its own cost, `inclusive` adds that of the layers inside
/// it.
struct LayerResult {
  std::string name;
  std::string kind;                   // "probe", "call", "function", "map", "outside", "interrupts"
  std::optional<std::size_t> parent;  // index into RunResult::layers, smaller than its own
  std::vector<std::string> path;      // names from the outermost layer to this one
  std::uint64_t visits = 0;
  Cycles min_cycles = 0;  // of one visit, layers inside included
  Cycles max_cycles = 0;
  Cost exclusive;
  Cost inclusive;
  MemoryUse memory_use;                        // layers inside it included
  std::optional<std::uint64_t> declared_macs;  // per visit, from the probe's metadata
  Metadata metadata;
  friend bool operator==(const LayerResult&, const LayerResult&) = default;
};

/// A number up to 64 bits, signed or not.
struct EventValue {
  bool negative = false;
  std::uint64_t magnitude = 0;
  friend bool operator==(const EventValue&, const EventValue&) = default;
};

struct TimelineEvent {
  Cycles cycle = 0;
  std::string kind;      // "event", "counter"; "itm", "gpio", "cyccnt": see run.schema.json
  std::string provider;  // of itm "port0", of gpio and cyccnt empty
  std::string name;      // of itm a line of text, of gpio "PA5", of cyccnt who read it: "main+0x12"
  std::vector<std::optional<EventValue>> values;  // nothing: could not be read
  friend bool operator==(const TimelineEvent&, const TimelineEvent&) = default;
};

/// Accesses to a register that no model answers.
struct UnmodelledRegister {
  Address address = 0;
  std::string peripheral;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  CodePlace first;   // the first instruction that touched it
  std::string rule;  // the rule that answered; empty: reads gave what was last written
  friend bool operator==(const UnmodelledRegister&, const UnmodelledRegister&) = default;
};

struct SemihostingCount {
  unsigned operation = 0;
  std::string name;  // "SYS_WRITE0"
  std::uint64_t calls = 0;
  friend bool operator==(const SemihostingCount&, const SemihostingCount&) = default;
};

/// A value of the board that this run depended on and that no document vouches for.
struct Assumption {
  std::string path;
  std::string value;
  std::string source;    // "assumed", "calibrated", "measured", or "datasheet" with verified false
  bool verified = true;  // of source "datasheet"; true of others
  std::string ref;
  friend bool operator==(const Assumption&, const Assumption&) = default;
};

/// How long a battery lasts if the run repeats.
struct Lifetime {
  std::string battery;  // "CR2477"
  std::uint64_t period_ns = 0;
  std::uint64_t standby_uw = 0;  // between runs; 0: unknown, so nothing
  std::uint64_t tenth_days = 0;
  std::uint64_t least_tenth_days = 0;  // at the upper end of the energy's interval
  std::uint64_t most_tenth_days = 0;
  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

struct RunResult {
  std::string tool_version;
  bool partial = false;  // stopped by host time: never a baseline
  Hertz clock;           // of the core, when the run ended
  /// Frequencies of the core clock by index of Counters::cycles_at; empty if it never changed.
  std::vector<Hertz> clocks;
  RunExit exit;
  ConsoleText console;
  ImageInfo image;
  BoardInfo board;
  std::vector<std::string> options;  // that can change numbers, as typed; without host folders
  std::optional<EnergyModel> energy;
  std::string energy_absent;            // why there is none
  std::optional<Lifetime> lifetime;     // --battery
  std::optional<CallResult> call;       // of `mcost call`
  std::vector<std::string> memories;    // names, by index of Counters::by_memory and traffic
  std::vector<std::string> initiators;  // names, by index of Counters::by_initiator
  std::vector<ModelCounter> model_counters;
  Cost total;
  std::vector<LayerResult>
      layers;  // a parent stands before its children; "(outside)" and what is in it last
  std::optional<RunMemoryUse> memory_use;  // nothing: it was not measured
  std::optional<RunProfile> profile;       // --profile
  std::optional<LayerVisits> visits;       // the same
  std::vector<TimelineEvent> timeline;
  DmaTransfers dma;
  std::vector<UnmodelledRegister> unmodelled;  // by address
  std::vector<SemihostingCount> semihosting;   // by operation
  std::vector<Assumption> assumptions;         // in the order of the resolved board
  std::vector<std::string> notes;
  std::optional<std::vector<std::pair<std::string, std::uint64_t>>> statistics;  // --stats
  friend bool operator==(const RunResult&, const RunResult&) = default;
};

}  // namespace mcost
