#include <map>
#include <stdexcept>

#include "sim_core/pipeline/registry.h"
#include "tests/timing/rule.h"

namespace mcost::test {
namespace {

constexpr unsigned kFirstSingle = 16;
constexpr unsigned kLoopCounter = 7;
// Both are multiples of every Rule::per, and long enough that what is in front no longer matters.
constexpr unsigned kFew = 24;
constexpr unsigned kMany = 48;
constexpr std::uint32_t kFullAccess = 0x00F00000;  // CPACR: the FPU is on

isa::FeatureSet features_of(const std::string& core) {
  static const std::map<std::string, isa::FeatureSet> features = {
      {"cortex-m0", isa::kCortexM0},   {"cortex-m0plus", isa::kCortexM0},
      {"cortex-m3", isa::kCortexM3},   {"cortex-m4", isa::kCortexM4},
      {"cortex-m7", isa::kCortexM7Dp}, {"cortex-m33", isa::kCortexM33}};
  return features.at(core);
}

void append(std::vector<std::uint16_t>& code, const std::string& hex) {
  for (std::size_t i = 0; i + 4 <= hex.size(); i += 4) {
    const auto byte = [&](std::size_t at) { return std::stoul(hex.substr(at, 2), nullptr, 16); };
    code.push_back(static_cast<std::uint16_t>(byte(i) | byte(i + 2) << 8));
  }
}

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
#include "tests/timing/rules_m0.inc"
#include "tests/timing/rules_m0plus.inc"
#include "tests/timing/rules_m3.inc"
#include "tests/timing/rules_m33.inc"
#include "tests/timing/rules_m4.inc"
#include "tests/timing/rules_m7.inc"
  };
  return all;
}

const std::vector<Rule>& kernels() {
  static const std::vector<Rule> all = {
#include "tests/timing/kernels_m33.inc"
#include "tests/timing/kernels_m4.inc"
#include "tests/timing/kernels_m7.inc"
  };
  return all;
}

double long_run_cycles(const Rule& rule) {
  const auto more = static_cast<double>(cycles_of(rule, kMany) - cycles_of(rule, kFew));
  return more / (kMany - kFew) * rule.per;
}

Cycles cycles_of(const Rule& rule, unsigned repetitions) {
  const auto model = pipeline::make_pipeline_model(rule.core);
  TestSetup setup;
  setup.features = features_of(rule.core);
  TestMachine machine(*model, setup);
  std::vector<std::uint16_t> code;
  append(code, rule.before);
  for (unsigned i = 0; i < (rule.is_loop ? 1 : repetitions); ++i) append(code, rule.each);
  constexpr std::uint16_t kNop = 0xBF00;
  const Address end = kProgram + static_cast<Address>(2 * code.size());
  code.insert(code.end(), 8, kNop);
  machine.load(kProgram, code);
  for (Address address = kRam; address < kRam + 0x1000; address += 4) machine.poke(address, 0);
  machine.reset();
  machine.exceptions().cpacr = kFullAccess;
  engine::Core& core = machine.engine().core();
  for (const auto& [index, value] : rule.registers) {
    (index < kFirstSingle ? core.r[index] : core.s[index - kFirstSingle]) = value;
  }
  if (rule.is_loop) core.r[kLoopCounter] = repetitions;
  const Cycles start = machine.engine().now();
  if (machine.run_until(end) != engine::StopReason::until) {
    throw std::runtime_error(rule.id + " does not come to its end");
  }
  return machine.engine().now() - start;
}

}  // namespace mcost::test
