// What `mcost call` did: the function, what it was given, what it returned and how long each visit
// took, as plain data; part of RunResult. Depends on base.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/base/units.h"

namespace mcost {

/// How a value is passed or read. The last three are addresses: of bytes that the call was given,
/// of room that it fills, of a text that ends with NUL.
enum class CallType : std::uint8_t {
  none,  // void
  i32,
  u32,
  i64,
  u64,
  f32,
  f64,
  pointer,
  input,
  output,
  text,
};
inline constexpr unsigned kCallTypes = 11;
inline constexpr std::array<const char*, kCallTypes> kCallTypeNames = {
    "void", "i32", "u32", "i64", "u64", "f32", "f64", "ptr", "buf", "out", "str"};

struct CallArgument {
  std::string written;  // as on the command line, files without their folders
  std::string name;     // of the parameter, from debug data; empty if unknown
  CallType type = CallType::i32;
  std::uint64_t bits = 0;        // the value; of buffers and texts their address
  std::uint64_t size_bytes = 0;  // of buffers and texts
  std::string place;             // "r0", "r2-r3", "s0", "stack+8"
  friend bool operator==(const CallArgument&, const CallArgument&) = default;
};

struct CallValue {
  CallType type = CallType::i32;
  bool assumed = false;    // nobody said what it is: r0 as it was
  std::uint64_t bits = 0;  // of a text its address
  std::string text;        // CallType::text: what stands there
  friend bool operator==(const CallValue&, const CallValue&) = default;
};

/// All costs of the run are those of the measured calls; what came before is told apart here.
struct CallResult {
  /// Calls whose cycles are kept one by one.
  static constexpr std::size_t kMostListed = 1000;

  std::string function;  // demangled
  Address address = 0;
  std::string from;         // where the firmware was left: "main", "board_init returned"
  Cycles boot_cycles = 0;   // from reset to there
  Cycles setup_cycles = 0;  // of --init and --warmup
  std::vector<std::string> init;
  std::uint64_t warmup = 0;
  std::uint64_t repeat = 1;  // as asked for
  std::vector<CallArgument> arguments;
  std::uint64_t returned = 0;  // calls that did; below repeat if the last one did not
  std::vector<Cycles> cycles;  // of the first kMostListed of them
  Cycles warm_cycles = 0;      // of all but the first
  Cycles warm_min_cycles = 0;
  Cycles warm_max_cycles = 0;
  std::optional<CallValue> value;  // of the last call that returned
  friend bool operator==(const CallResult&, const CallResult&) = default;
};

}  // namespace mcost
