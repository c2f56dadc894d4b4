#include "tests/analysis/sample_profile.h"

#include "tests/analysis/sample_result.h"

namespace mcost::analysis::test {
namespace {

constexpr std::uint8_t kFlash = 0;
constexpr std::uint8_t kSram = 1;
constexpr std::size_t kNet = 0;
constexpr std::size_t kConv = 1;
constexpr std::size_t kInterrupts = 2;
constexpr std::size_t kOutside = 3;

void add_code(RunProfile& profile) {
  const std::string conv = "conv<int, 3>(std::vector<int> const&)";
  profile.files = {"src/net.cpp", "inc/dot.h", "os/irq.c"};
  profile.functions = {{"main", 0x08000100, 0x40, "src/net.cpp", 10},
                       {conv, 0x08000200, 0x80, "src/net.cpp", 40},
                       {"fib", 0x08000300, 0x20, "src/net.cpp", 70},
                       {"SysTick_Handler", 0x08000400, 0x10, "os/irq.c", 5},
                       {"0x08000500", 0x08000500, 0, "", 0}};
  using enum CallNode::Kind;
  profile.nodes = {{root, std::nullopt, 0, 0, 0}, {call, 0, 1, 0x0800010A, 0},
                   {call, 1, 2, 0x0800020C, 0},   {call, 2, 2, 0x08000306, 0},
                   {interrupt, {}, 3, 0, 15},     {call, 4, 4, 0x08000408, 0}};
  profile.code = {{0x08000100, 2, 0, "push {r4, lr}", {{0, 11, "main"}}},
                  {0x08000106, 4, 0, "bl 0x08000200", {{0, 12, "main"}}},
                  {0x08000200, 2, 1, "movs r0, #0", {{0, 41, conv}}},
                  {0x08000202, 4, 1, "smlad r0, r1, r2, r0", {{1, 7, "dot"}, {0, 43, conv}}},
                  {0x08000206, 2, 1, "bne 0x08000202", {{0, 42, conv}}},
                  {0x08000300, 2, 2, "cmp r0, #1", {{0, 71, "fib"}}},
                  {0x08000302, 4, 2, "bl 0x08000300", {{0, 72, "fib"}}},
                  {0x08000400, 2, 3, "ldr r0, [pc, #4]", {{2, 6, "SysTick_Handler"}}},
                  {0x08000500, 2, 4, "bx lr", {}}};
}

struct Executed {
  std::size_t node = 0;
  std::size_t layer = 0;
  unsigned clock = 0;
  std::size_t code = 0;
  std::uint64_t count = 0;
  InstructionClass kind = InstructionClass::integer;
};

/// Every instruction takes a cycle and a fetch of four bytes; some take more, see below.
ProfileEntry entry_of(const Executed& executed) {
  ProfileEntry entry{executed.node, executed.layer, executed.clock, executed.code, {}, 0};
  CodeCost& cost = entry.cost;
  const std::uint64_t n = executed.count;
  cost.instructions = n;
  cost.by_class[static_cast<unsigned>(executed.kind)] = n;
  cost.charge(Cause::issue, 0, n);
  cost.traffic_of(kFlash).fetches = n;
  cost.traffic_of(kFlash).fetch_bytes = 4 * n;
  entry.energy_fj = 100 * n;
  return entry;
}

void add_entries(RunProfile& profile) {
  using enum InstructionClass;
  const auto add = [&](const Executed& executed) -> CodeCost& {
    profile.entries.push_back(entry_of(executed));
    return profile.entries.back().cost;
  };
  CodeCost& push = add({0, kOutside, 0, 0, 1, load_store});
  push.traffic_of(kSram) = {0, 0, 2, 8, 0, 0, 0};
  push.charge(Cause::store_wait, kSram, 1);
  add({0, kOutside, 0, 1, 2, branch}).charge(Cause::refill, 0, 4);
  add({1, kNet, 1, 2, 2, integer}).charge(Cause::fetch_wait, kFlash, 10);
  CodeCost& smlad = add({1, kConv, 1, 3, 2000, multiply});
  smlad.macs = 4000;
  smlad.charge(Cause::result_latency, 0, 500);
  smlad.charge(Cause::data_wait, kFlash, 300);
  smlad.charge(Cause::data_wait, kSram, 20);
  smlad.charge(Cause::bus_wait, 0, 7);
  smlad.traffic_of(kFlash).reads = 2000;
  smlad.traffic_of(kFlash).read_bytes = 8000;
  smlad.traffic_of(kSram) = {1000, 4000, 0, 0, 0, 0, 0};
  CodeCost& bne = add({1, kConv, 1, 4, 2000, branch});
  bne.skipped = 2;
  bne.folded = 3;
  bne.by_class[static_cast<unsigned>(branch)] -= 2;
  bne.charge(Cause::refill, 0, 3996);
  add({2, kConv, 1, 5, 10, integer});
  add({2, kConv, 1, 6, 10, branch}).charge(Cause::refill, 0, 20);
  add({3, kConv, 1, 5, 30, integer});
  add({3, kConv, 1, 6, 20, branch}).charge(Cause::refill, 0, 40);
  CodeCost& handler = add({4, kInterrupts, 1, 7, 1, load_store});
  handler.charge(Cause::fetch_wait, kFlash, 5);
  handler.charge(Cause::exception, 0, 24);
  add({5, kInterrupts, 1, 8, 1, branch});
}

}  // namespace

void sum_entries(RunResult& result) {
  for (LayerResult& layer : result.layers) {
    layer.exclusive = {};
    layer.exclusive.model.resize(result.model_counters.size());
    layer.exclusive.energy.resize(result.energy->terms.size());
  }
  for (const ProfileEntry& entry : result.profile->entries) {
    Cost& cost = result.layers[entry.layer].exclusive;
    entry.cost.add_to(cost.counters);
    if (entry.clock != 0) cost.counters.at_later_clock[entry.clock] += entry.cost.cycles();
    cost.energy[0] += entry.energy_fj / 3;
    cost.energy[1] += entry.energy_fj - entry.energy_fj / 3;
  }
  result.total = {};
  for (LayerResult& layer : result.layers) {
    layer.inclusive = layer.exclusive;
    result.total += layer.exclusive;
  }
  for (std::size_t i = result.layers.size(); i-- > 0;) {
    const LayerResult& layer = result.layers[i];
    if (layer.parent) result.layers[*layer.parent].inclusive += layer.inclusive;
  }
}

RunResult sample_with_profile() {
  RunResult result = sample_result();
  result.clocks = {{16'000'000, 1}, {80'000'000, 1}};
  result.initiators = {"dma2"};
  result.energy_absent.clear();
  result.energy.emplace();
  result.energy->measure_point = "mcu";
  result.energy->terms = {{"core",
                           "active cycles",
                           "energy.active_fj",
                           "datasheet",
                           20,
                           ActivityKind::active_cycles,
                           0,
                           {100, 100}},
                          {"core",
                           "waiting cycles",
                           "energy.waiting_fj",
                           "datasheet",
                           20,
                           ActivityKind::stall_cycles,
                           0,
                           {100, 100}}};
  result.profile.emplace();
  result.profile->missing = {"lines of 1 function: it has no debug data"};
  // Two visits of the network; a handler runs in the second.
  result.visits = LayerVisits{{{kNet, 8, 4000, 0},
                               {kConv, 20, 4000, 0},
                               {kNet, 4000, 8958, 0},
                               {kConv, 4010, 8958, 0},
                               {kInterrupts, 5000, 5032, 15}},
                              2};
  result.profile->spans = {4,
                           8990,
                           {{0, 4, 8990},
                            {1, 10, 4000},
                            {2, 3900, 4000},
                            {1, 4005, 8958},
                            {4, 5000, 5032},
                            {5, 5010, 5020}},
                           3};
  using enum DmaEnding;
  result.dma = {
      {{"dma2 stream 0", 4100, 4600, 0x08000500, 0x20000400, "flash", "sram", 1024, complete},
       {"dma1 stream 3", 4200, 4300, 0x20000400, 0x4000380C, "sram", "spi2", 16, stopped},
       {"dma2 stream 0", 4600, 8990, 0x08000900, 0x20000400, "flash", "sram", 8, unfinished}},
      1};
  add_code(*result.profile);
  add_entries(*result.profile);
  sum_entries(result);
  return result;
}

}  // namespace mcost::analysis::test
