// The sample firmware on the shipped boards: the same numbers however the engine runs them.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "loader/elf_image.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

struct Sample {
  std::string elf;
  std::string board;
};

void PrintTo(const Sample& sample, std::ostream* out) {
  *out << sample.elf << " on " << sample.board;
}

class Samples : public testing::TestWithParam<Sample> {
 protected:
  struct Way {
    unsigned longest_block = 32;
    bool memoise = true;
    bool profile = false;
    bool cuts = false;
    std::vector<Address> hooks{};
  };
  static Observation run(const Way& way) {
    boards::MachineOptions options;
    options.engine.longest_block = way.longest_block;
    options.engine.memoise = way.memoise;
    std::string printed;
    options.console = [&printed](const std::string& text, bool) { printed += text; };
    boards::Machine machine(boards::read_board(GetParam().board), options);
    machine.load(
        loader::read_image(std::string(MCOST_SOURCE_DIR) + "/firmware_samples/" + GetParam().elf));
    engine::Engine& engine = machine.engine();
    if (way.profile) engine.enable_profile(&function_of_64_bytes);
    for (const Address hook : way.hooks) engine.add_hook(hook);
    engine::RunLimits limits;
    engine::StopReason stop = engine::StopReason::cycle_limit;
    while (way.cuts && stop == engine::StopReason::cycle_limit) {
      limits.max_cycles = engine.now() + 99'991;
      stop = engine.run(limits);
    }
    if (!way.cuts) stop = engine.run(engine::RunLimits{});
    EXPECT_FALSE(printed.empty());
    EXPECT_EQ(engine.exit_code(), 0u);
    return observe(engine, stop, way.profile);
  }
};

TEST_P(Samples, AreTheSameHoweverTheEngineRunsThem) {
  const Observation stepped = run({.longest_block = 1, .memoise = false, .profile = true});
  EXPECT_EQ(stepped.stop, engine::StopReason::exited);
  EXPECT_TRUE(stepped.counters.adds_up());
  EXPECT_EQ(stepped.counters.cycles, stepped.now);
  std::vector<Address> hooks;
  for (const auto& [place, cost] : stepped.costs) {
    if (place.second % 37 == 0) hooks.push_back(place.second);
  }
  const std::vector<Way> ways = {{.profile = true},
                                 {.longest_block = 5},
                                 {.longest_block = 2, .profile = true},
                                 {.profile = true, .cuts = true, .hooks = hooks}};
  for (std::size_t i = 0; i < ways.size(); ++i) {
    EXPECT_EQ(difference(stepped, run(ways[i]), ways[i].profile), "") << "way " << i;
  }
}

std::vector<Sample> all_samples() {
  std::vector<Sample> samples;
  for (const char* elf : {"lenet5-int8-dsp.elf", "lenet5-int8-plain.elf", "lenet5-float-fpu.elf"}) {
    for (const char* board : {"stm32f469i-disco", "nucleo-l496zg", "launchxl-cc26x2r1"})
      samples.push_back({std::string("lenet5/prebuilt/") + elf, board});
  }
  for (const char* board : {"stm32f469i-disco", "nucleo-l496zg", "nucleo-f207zg"})
    samples.push_back({"membench/prebuilt/membench-stm32.elf", board});
  return samples;
}

std::string name_of_sample(const testing::TestParamInfo<Sample>& info) {
  const std::string elf = info.param.elf.substr(info.param.elf.rfind('/') + 1);
  std::string name = elf + "_" + info.param.board;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Samples, testing::ValuesIn(all_samples()), name_of_sample);

}  // namespace
}  // namespace mcost::test
