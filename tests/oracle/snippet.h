// A few instructions with what the manual makes of them: for directed tests, and for the lists of
// where an oracle differs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/engine/engine.h"
#include "tests/oracle/machine.h"
#include "tests/oracle/mcost_core.h"

namespace mcost::oracle {

// Places of values: 0-14 core registers, these, and addresses of words in the scratch area.
inline constexpr std::uint32_t kSp = 13;
inline constexpr std::uint32_t kLr = 14;
inline constexpr std::uint32_t kApsr = 16;
inline constexpr std::uint32_t kFpscr = 17;
inline constexpr std::uint32_t kControl = 18;
inline constexpr std::uint32_t kPrimask = 19;
inline constexpr std::uint32_t kBasepri = 20;
inline constexpr std::uint32_t kFaultmask = 21;
inline constexpr std::uint32_t kMsp = 22;
inline constexpr std::uint32_t kPsp = 23;
inline constexpr std::uint32_t kS0 = 32;  // to kS0 + 31
inline constexpr std::uint32_t kData = kScratch + 0x1000;

// APSR.
inline constexpr std::uint32_t kN = 1u << 31;
inline constexpr std::uint32_t kZ = 1u << 30;
inline constexpr std::uint32_t kC = 1u << 29;
inline constexpr std::uint32_t kV = 1u << 28;
inline constexpr std::uint32_t kQ = 1u << 27;

struct Value {
  std::uint32_t place;
  std::uint32_t value;
};

struct Snippet {
  const char* text;                 // disassembly
  std::vector<std::uint32_t> code;  // instructions, 16 or 32 bits
  std::vector<Value> given;         // the rest is zero, SP is kData
  std::vector<Value> expected;
  std::optional<engine::FaultKind> fault{};  // then `expected` is what the fault found
};

[[nodiscard]] Program program_of(const Snippet& snippet);
[[nodiscard]] State initial_state(const Snippet& snippet);
/// Puts the given words into the machine's scratch area, zeroes the rest.
void set_memory(Machine& machine, const Snippet& snippet);

/// What runs before the snippet, on the engine (traps, vectors); may be empty.
using Preparation = std::function<void(engine::Engine&)>;

/// Runs the snippet on mcost, by blocks and instruction by instruction; "" if both do as expected.
[[nodiscard]] std::string check(const Snippet& snippet, const Preparation& prepare = {},
                                isa::FeatureSet features = isa::kCortexM4);

}  // namespace mcost::oracle
