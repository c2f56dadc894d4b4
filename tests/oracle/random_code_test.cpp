// Any halfwords as code, on every core: what they do is the manual's affair, or nobody's, but mcost
// neither crashes nor hangs, and runs by blocks as it runs by instructions. Exceptions find random
// handlers, so that faults go on into more of it.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "sim_core/isa/decoder.h"
#include "tests/fp/operand_source.h"
#include "tests/oracle/mcost_core.h"

namespace mcost::oracle {
namespace {

constexpr std::size_t kCodeWords = 0x4000;  // halfwords
constexpr unsigned kVectors = 64;
constexpr Cycles kMostCycles = 400;
#ifdef NDEBUG
constexpr unsigned kFillings = 60;
#else
constexpr unsigned kFillings = 12;
#endif
constexpr unsigned kRunsPerFilling = 200;

struct NamedCore {
  const char* name;
  isa::FeatureSet features;
};
constexpr std::array kCores{
    NamedCore{"CortexM0", isa::kCortexM0},     NamedCore{"CortexM3", isa::kCortexM3},
    NamedCore{"CortexM4", isa::kCortexM4},     NamedCore{"CortexM7", isa::kCortexM7},
    NamedCore{"CortexM7Dp", isa::kCortexM7Dp}, NamedCore{"CortexM33", isa::kCortexM33}};

class RandomCode : public ::testing::TestWithParam<NamedCore> {
 protected:
  std::uint32_t word() { return static_cast<std::uint32_t>(random_.next()); }
  Address code_address() { return kCode + 4 * kVectors + 2 * random_.below(kCodeWords - 0x100); }
  std::vector<std::uint16_t> filling();
  void start(McostCore& core, std::uint64_t seed);

  fp::testing::OperandSource random_{20250307};
};

/// Vectors, then uniform halfwords among instructions of rows with random fields.
std::vector<std::uint16_t> RandomCode::filling() {
  std::vector<std::uint16_t> code;
  for (unsigned i = 0; i < kVectors; ++i) {
    const Address vector = code_address() | 1u;
    code.push_back(static_cast<std::uint16_t>(vector));
    code.push_back(static_cast<std::uint16_t>(vector >> 16));
  }
  const auto rows = isa::instructions();
  while (code.size() < kCodeWords) {
    const isa::Encoding& row = *rows[random_.below(static_cast<unsigned>(rows.size()))].row;
    if (!isa::has_feature(GetParam().features, row.feature) && random_.below(16) != 0) continue;
    const isa::Pattern& pattern = row.pattern;
    const std::uint32_t instruction = pattern.value() | (word() & ~pattern.mask());
    if (random_.below(8) == 0) {
      code.push_back(static_cast<std::uint16_t>(word()));
    } else {
      if (pattern.width_bits() == 32) code.push_back(static_cast<std::uint16_t>(instruction >> 16));
      code.push_back(static_cast<std::uint16_t>(instruction));
    }
  }
  return code;
}

/// Registers, most of them addresses of code or data, and memory, all by `seed`.
void RandomCode::start(McostCore& core, std::uint64_t seed) {
  fp::testing::OperandSource random(seed);
  const auto data = [&random] { return kRam + random.below(kRamSize); };
  for (std::size_t i = 0; i < kRamSize; i += 8) {
    const std::uint64_t value = random.next();
    std::memcpy(core.ram().data() + i, &value, 8);
  }
  engine::Engine& engine = core.engine();
  const Address pc = kCode + 4 * kVectors + 2 * random.below(kCodeWords - 0x100);
  engine.reset(data() & ~3u, pc, kCode);
  for (unsigned i = 0; i < 15; ++i) {
    if (i == 13) continue;
    std::uint32_t& reg = engine.core().r[i];
    switch (random.below(4)) {
      case 0: reg = static_cast<std::uint32_t>(random.next()); break;
      case 1: reg = kCode + random.below(2 * kCodeWords); break;
      default: reg = data(); break;
    }
  }
  for (std::uint32_t& single : engine.core().s) single = static_cast<std::uint32_t>(random.next());
  engine::Exceptions& exceptions = engine.exceptions();
  if (isa::has_feature(GetParam().features, isa::Feature::fpv4_sp) && random.below(4) != 0)
    exceptions.cpacr = 0xFu << 20;
}

TEST_P(RandomCode, RunsTheSameByBlocksAndByInstructions) {
  const isa::FeatureSet features = GetParam().features;
  McostCore blocks(Timing::flat, {}, features);
  McostCore stepped(Timing::flat, {.longest_block = 1, .memoise = false}, features);
  McostCore timed(Timing::cortex_m4, {}, features);
  std::uint64_t retired = 0;
  for (unsigned filling_number = 0; filling_number < kFillings; ++filling_number) {
    const std::vector<std::uint16_t> code = filling();
    for (McostCore* core : {&blocks, &stepped, &timed}) {
      core->place(kCode, code);
      core->engine().invalidate_all_blocks();
    }
    for (unsigned i = 0; i < kRunsPerFilling; ++i) {
      const std::uint64_t seed = random_.next();
      std::array<engine::StopReason, 3> reasons{};
      unsigned which = 0;
      for (McostCore* core : {&blocks, &stepped, &timed}) {
        start(*core, seed);
        engine::RunLimits limits;
        limits.max_cycles = core->engine().now() + kMostCycles;
        reasons[which++] = core->engine().run(limits);
      }
      retired += blocks.take_retired();
      const engine::Core& a = blocks.engine().core();
      const engine::Core& b = stepped.engine().core();
      const std::string what = "filling " + std::to_string(filling_number) + ", run " +
                               std::to_string(i) + ", seed " + std::to_string(seed);
      ASSERT_EQ(reasons[0], reasons[1]) << what;
      ASSERT_EQ(blocks.engine().pc(), stepped.engine().pc()) << what;
      for (unsigned r = 0; r < 15; ++r) ASSERT_EQ(a.r[r], b.r[r]) << what << ", r" << r;
      ASSERT_EQ(a.apsr(), b.apsr()) << what;
      ASSERT_EQ(a.s, b.s) << what;
      ASSERT_EQ(a.fp.fpscr, b.fp.fpscr) << what;
      ASSERT_TRUE(std::equal(blocks.ram().begin(), blocks.ram().end(), stepped.ram().begin()))
          << what;
    }
  }
  EXPECT_GT(retired, kFillings * kRunsPerFilling * 4u);
}

INSTANTIATE_TEST_SUITE_P(Cores, RandomCode, ::testing::ValuesIn(kCores),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace mcost::oracle
