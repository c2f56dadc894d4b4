// Where an oracle's reading differs from ours, and why that is right. Two kinds of rule. A spelling
// says the same in other words: it rewrites a reading, and comparison goes on. A difference is a
// real one, decided by the manual: it explains a reading away. Every rule has the number of samples
// it applies to, for each core; the test fails if that changes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/format.h"
#include "tests/isa/decode_oracles.h"

namespace mcost::isa::test {

/// The cores whose decoding is compared, by their place in Counts.
struct DecodedCore {
  const char* name;
  FeatureSet features;
  const char* objdump_machine;
};
inline constexpr std::array kDecodedCores{DecodedCore{"CortexM0", kCortexM0, "armv6s-m"},
                                          DecodedCore{"CortexM3", kCortexM3, "armv7"},
                                          DecodedCore{"CortexM4", kCortexM4, "armv7e-m"},
                                          DecodedCore{"CortexM7", kCortexM7Dp, "armv7e-m"},
                                          DecodedCore{"CortexM33", kCortexM33, "armv8-m.main"}};
using Counts = std::array<unsigned, kDecodedCores.size()>;

/// One sample, read by us and by an oracle. Spellings rewrite the two listings.
struct Case {
  FeatureSet features = 0;
  Sample sample;
  Decoded decoded;
  Listing ours;
  Reading reading;
  Listing theirs;
  [[nodiscard]] bool defined() const { return decoded.instruction != nullptr; }
  [[nodiscard]] std::uint32_t word() const { return sample.word; }
};

struct Spelling {
  const char* name;
  const char* source;  // why both mean the same
  Counts counts;
  bool (*rewrite)(Case&);  // true if it changed something
};

struct Difference {
  const char* name;
  const char* source;  // why our reading is right
  Counts counts;
  bool (*explains)(const Case&);
};

struct RuleSet {
  const char* oracle;
  std::span<const Spelling> spellings;      // applied in order, all that fit
  std::span<const Difference> differences;  // the first that fits
};

[[nodiscard]] RuleSet capstone_rules();
[[nodiscard]] RuleSet objdump_rules();

// Shared by both.

/// "[pc,offset]" and "rd, pc, offset" to the absolute address our labels are.
bool resolve_pc_relative(Case& c);
/// "ldr rt, [sp], 4", "str rt, [sp,-4]!", "ldm sp!" and "stmdb sp!" to PUSH and POP.
bool rename_push_pop(Case& c);
/// "add sp, n" and the like to three operands.
bool spell_out_destination(Case& c);
/// Our generic coprocessor rows print the coprocessor and one register only.
bool shorten_coprocessor(Case& c);

/// Names of reserved DMB and DSB options to their numbers.
bool rename_barrier_option(Case& c);
/// Writes `value` as our listings write FP constants.
std::string constant_text(double value);

bool is_unpredictable(const Case& c);
bool is_coprocessor_word(const Case& c);
bool is_advanced_simd(const Case& c);
bool is_fp_coprocessor_undefined(const Case& c);
bool is_not_on_core(const Case& c);
/// Words that the Security Extension gives a meaning to.
bool is_security(const Case& c);
bool is_memory_hint(const Case& c);

}  // namespace mcost::isa::test
