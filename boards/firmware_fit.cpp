#include "boards/firmware_fit.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <vector>

#include "boards/spec_reader.h"
#include "loader/misfit_error.h"

namespace mcost::boards {
namespace {

using isa::Feature;
using isa::FeatureSet;

/// What a firmware asks of a core; `known` is false where no core here could have it.
struct Needs {
  FeatureSet features = 0;
  bool known = true;
  std::string text;
};

// Tag_CPU_arch.
enum : unsigned { kV7 = 10, kV6m = 11, kV6sm = 12, kV7em = 13, kV8mBase = 16, kV8mMain = 17 };

Needs architecture_of(unsigned arch) {
  const FeatureSet v8m = isa::kArmv7m | isa::feature_bit(Feature::v8m);
  switch (arch) {
    case kV6m:
    case kV6sm: return {isa::kArmv6m, true, "ARMv6-M"};
    case kV7: return {isa::kArmv7m, true, "ARMv7-M"};
    case kV7em: return {isa::kArmv7m | isa::feature_bit(Feature::dsp), true, "ARMv7E-M"};
    case kV8mBase: return {v8m, true, "ARMv8-M Baseline"};
    case kV8mMain: return {v8m, true, "ARMv8-M Mainline"};
    default: break;
  }
  const char* name =
      arch == 21 ? "ARMv8.1-M Mainline" : "an architecture that is not ARM M-profile";
  return {0, false, fmt::format("{} (Tag_CPU_arch {})", name, arch)};
}

void add_fpu(const loader::BuildAttributes& attributes, Needs& needs) {
  constexpr unsigned kArmv8Fp = 7;  // Tag_FP_arch: FPv5 from here on
  constexpr unsigned kSingleOnly = 1;
  if (attributes.fp_arch.value_or(0) == 0) return;
  const bool v5 = *attributes.fp_arch >= kArmv8Fp;
  const bool doubles = attributes.hard_fp_use.value_or(0) != kSingleOnly;
  needs.features |= isa::feature_bit(Feature::fpv4_sp);
  if (v5 || doubles) needs.features |= isa::feature_bit(Feature::fpv5_sp);
  if (doubles) needs.features |= isa::feature_bit(Feature::fpv5_dp);
  needs.text += doubles ? " with a double-precision FPU"
                : v5    ? " with an FPU of FPv5-SP"
                        : " with an FPU of FPv4-SP";
}

/// Nothing if the file does not say.
std::optional<Needs> needs_of(const loader::BuildAttributes& attributes) {
  if (!attributes.cpu_arch) return std::nullopt;
  Needs needs = architecture_of(*attributes.cpu_arch);
  const unsigned profile = attributes.cpu_profile.value_or('M');
  if (*attributes.cpu_arch == kV7 && (profile == 'A' || profile == 'R')) {
    return Needs{0, false, fmt::format("ARMv7-{}", static_cast<char>(profile))};
  }
  if (attributes.dsp_extension.value_or(0) != 0) {
    needs.features |= isa::feature_bit(Feature::dsp);
    needs.text += ", DSP extension";
  }
  add_fpu(attributes, needs);
  if (attributes.mve_arch.value_or(0) != 0) {
    needs.known = false;
    needs.text += " with MVE";
  }
  return needs;
}

bool runs(const Needs& needs, const CoreSpec& core) {
  return needs.known && (needs.features & ~features_of(core)) == 0;
}

std::string describe(const CoreSpec& core) {
  std::string text = fmt::format("a {}", name_of(core.model));
  if (core.fpu == FpuModel::none) return text + " without FPU";
  return text + fmt::format(" with {}", name_of(core.fpu));
}

std::string remedy_for(const Needs& needs) {
  std::vector<std::string> boards;
  for (const std::string& name : shipped_boards()) {
    if (runs(needs, read_board(name).core)) boards.push_back(name);
  }
  if (boards.empty()) return "build it for the board's core; no board here executes it";
  return fmt::format("build it for the board's core, or use {}", fmt::join(boards, ", "));
}

}  // namespace

FeatureSet features_of(const CoreSpec& core) {
  if (core.model == CoreModel::cortex_m0 || core.model == CoreModel::cortex_m0plus) {
    return isa::kArmv6m;
  }
  FeatureSet features = isa::kArmv7m;
  if (core.model == CoreModel::cortex_m33) features |= isa::feature_bit(Feature::v8m);
  if (core.dsp) features |= isa::feature_bit(Feature::dsp);
  if (core.fpu == FpuModel::fpv4_sp_d16) features |= isa::feature_bit(Feature::fpv4_sp);
  if (core.fpu == FpuModel::fpv5_sp_d16 || core.fpu == FpuModel::fpv5_d16) features |= isa::kFpv5Sp;
  if (core.fpu == FpuModel::fpv5_d16) features |= isa::feature_bit(Feature::fpv5_dp);
  return features;
}

std::string check_core(const loader::Image& image, const BoardSpec& board) {
  if (!image.is_elf) return "";
  const std::optional<Needs> needs = needs_of(image.attributes);
  if (!needs) {
    return "the file does not say what it was built for: an instruction that the core lacks shows "
           "only when it is reached";
  }
  if (runs(*needs, board.core)) return "";
  throw loader::MisfitError(fmt::format("the firmware is built for {}, board {} has {}",
                                        needs->text, board.name, describe(board.core)),
                            image.name, remedy_for(*needs));
}

}  // namespace mcost::boards
