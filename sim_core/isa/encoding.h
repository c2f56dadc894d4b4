// The row of an instruction table: what identifies an encoding. One struct per encoding in
// isa/insn/ carries one.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "sim_core/isa/operands.h"
#include "sim_core/isa/pattern.h"
#include "sim_core/isa/timing_class.h"

namespace mcost::isa {

/// Architecture feature an encoding needs; a core has a set of them. v8m is the Mainline extension
/// of Armv8-M without the Security Extension.
enum class Feature : std::uint8_t { v6m, v7m, dsp, fpv4_sp, fpv5_sp, fpv5_dp, v8m };

using FeatureSet = std::uint32_t;
[[nodiscard]] constexpr FeatureSet feature_bit(Feature feature) {
  return FeatureSet{1} << static_cast<unsigned>(feature);
}
inline constexpr FeatureSet kArmv6m = feature_bit(Feature::v6m);
inline constexpr FeatureSet kArmv7m = kArmv6m | feature_bit(Feature::v7m);
inline constexpr FeatureSet kFpv5Sp = feature_bit(Feature::fpv4_sp) | feature_bit(Feature::fpv5_sp);
// The cores with all their extensions; the M7's FPU comes with and without double precision.
inline constexpr FeatureSet kCortexM0 = kArmv6m;
inline constexpr FeatureSet kCortexM3 = kArmv7m;
inline constexpr FeatureSet kCortexM4 =
    kArmv7m | feature_bit(Feature::dsp) | feature_bit(Feature::fpv4_sp);
inline constexpr FeatureSet kCortexM7 = kArmv7m | feature_bit(Feature::dsp) | kFpv5Sp;
inline constexpr FeatureSet kCortexM7Dp = kCortexM7 | feature_bit(Feature::fpv5_dp);
inline constexpr FeatureSet kCortexM33 = kCortexM7 | feature_bit(Feature::v8m);
[[nodiscard]] constexpr bool has_feature(FeatureSet features, Feature feature) {
  return (features & feature_bit(feature)) != 0;
}

enum Form : std::uint8_t { T1 = 1, T2, T3, T4, T5 };

/// How an instruction may leave straight-line execution; decides where blocks end.
enum class Flow : std::uint8_t {
  next,        // always goes on to the next instruction
  may_branch,  // may write the PC (branches; loads, moves and adds whose destination is the PC)
  ends_block,  // changes execution rules: MSR, CPS, SVC, WFI, ISB, BKPT
};

/// Patterns the manual's "SEE" sends elsewhere: an instruction matching one of them does not belong
/// to the row.
struct See {
  std::array<Pattern, 6> patterns{};
  unsigned count = 0;
  constexpr See() = default;
  template <class... P>
  consteval explicit See(const P&... pattern)
      : patterns{Pattern(pattern)...}, count(sizeof...(P)) {}
};

struct Encoding {
  const char* name = "";  // the manual's heading, "ADD (immediate)"
  Form form = T1;
  Feature feature = Feature::v6m;
  TimingClass timing_class = TimingClass::alu;
  Pattern pattern;
  /// UAL syntax; <rd> <rn> <rm> <ra> <imm> <shift> <list> <label> <sd> ... are operands, {s} and
  /// {c} suffixes.
  const char* syntax = "";
  See see{};
  Flow flow = Flow::next;

  [[nodiscard]] constexpr bool matches(std::uint32_t instruction) const {
    if (!pattern.matches(instruction)) return false;
    for (unsigned i = 0; i < see.count; ++i) {
      if (see.patterns[i].matches(instruction)) return false;
    }
    return true;
  }
};

/// Field access for decode(): fields are named by the pattern's letters.
class Fields {
 public:
  constexpr Fields(const Pattern& pattern, std::uint32_t instruction)
      : pattern_(pattern), instruction_(instruction) {}
  [[nodiscard]] constexpr std::uint32_t operator[](char letter) const {
    return pattern_.field(instruction_, letter);
  }
  [[nodiscard]] constexpr std::uint8_t reg(char letter) const {
    return static_cast<std::uint8_t>(pattern_.field(instruction_, letter));
  }
  /// A field as a small number.
  [[nodiscard]] constexpr std::uint8_t u8(char letter) const { return reg(letter); }
  [[nodiscard]] constexpr bool flag(char letter) const { return (*this)[letter] != 0; }
  [[nodiscard]] constexpr unsigned width(char letter) const { return pattern_.field_width(letter); }

 private:
  const Pattern& pattern_;
  std::uint32_t instruction_;
};

/// Where an instruction stands: decode-time facts beside its bits.
struct Place {
  Address pc = 0;  // address of the instruction itself
  ItState it{};
  FeatureSet features = kCortexM4;  // of the core, where UNPREDICTABLE depends on them
  /// The value a read of the PC gives. Source: ARMv7-M ARM A5.1.2.
  [[nodiscard]] constexpr Address pc_value() const { return pc + 4; }
  /// Base of PC-relative addressing, Align(PC, 4).
  [[nodiscard]] constexpr Address pc_base() const { return pc_value() & ~Address{3}; }
};

/// A list of encoding structs; each insn file ends with one.
template <class... Rows>
struct RowList {
  static constexpr std::size_t kSize = sizeof...(Rows);
};

template <class... A, class... B>
constexpr RowList<A..., B...> operator+(RowList<A...>, RowList<B...>) {
  return {};
}

}  // namespace mcost::isa
