#include "tests/analysis/sample_result.h"

#include "analysis/energy.h"
#include "analysis/layers.h"
#include "analysis/reports/registry.h"
#include "sim_core/base/error.h"

namespace mcost::analysis::test {
namespace {

constexpr std::uint8_t kFlash = 0;
constexpr std::uint8_t kSram = 1;

/// Cost in proportion to `n`: 10 n cycles of issue, 3 n of waiting for flash, n of refill.
Cost cost(std::uint64_t n, std::uint64_t macs) {
  Cost cost;
  Counters& counters = cost.counters;
  counters.charge(Cause::issue, kFlash, 10 * n);
  counters.charge(Cause::fetch_wait, kFlash, 2 * n);
  counters.charge(Cause::data_wait, kFlash, n);
  counters.charge(Cause::refill, kFlash, n);
  counters.charge(Cause::result_latency, kFlash, 1);
  counters.instructions = 9 * n;
  counters.skipped = n;
  counters.by_class = {4 * n, n, 0, 2 * n, n, 0};
  counters.macs = macs;
  counters.traffic[kFlash] = {n, 4 * n, 0, 0, 5 * n, 20 * n, 2 * n};
  counters.traffic[kSram] = {2 * n, 8 * n, n, 4 * n, 0, 0, 0};
  cost.model = {7 * n, n};
  return cost;
}

void add_layers(RunResult& result) {
  LayerTracker tracker;
  Cycles now = 0;
  const auto spend = [&](std::uint64_t n, std::uint64_t macs) {
    const Cost spent = cost(n, macs);
    now += spent.counters.cycles;
    tracker.charge(spent);
    result.total += spent;
  };
  spend(10, 0);
  const LayerLabel net{"net", "probe", {{"op", "all"}}, std::nullopt};
  const LayerLabel conv{"conv<1>", "probe", {{"op", "conv2d"}, {"in", "1x32x32x1"}}, 48'600};
  for (const std::uint64_t n : {1000u, 2000u}) {
    tracker.begin(net, now);
    spend(5, 0);
    tracker.begin(conv, now);
    spend(n, 48'600);
    if (n == 2000) {
      tracker.enter_interrupt(15, now);
      spend(3, 0);
      tracker.leave_interrupt(15, now);
    }
    tracker.end("conv<1>", now);
    tracker.end("net", now);
  }
  spend(1, 0);
  result.layers = tracker.finish(now);
}

/// Layers need memory in proportion to their place in the list.
void add_memory_use(RunResult& result) {
  RunMemoryUse use;
  std::uint64_t n = 1;
  for (LayerResult& layer : result.layers) {
    layer.memory_use = {
        {0, 40 * n, 0, 16 * n, 0}, {0, 56 * n, 0}, {0, 8 * n, 0, 16 * n, 0}, 20 * n};
    ++n;
  }
  use.total = {{8, 4000, 0, 400, 4}, {0, 4412, 0}, {8, 2000, 0, 100, 0}, 1100};
  use.peak_begin = 131;
  use.sizes = {8, 5000, 3000, 1536, 0};
  use.stacks = {{"main", 0x20001000, 1024, 1100, false},
                {"task<int>", 0x20000800, 512, 100, false}};
  use.timeline = {{0, std::nullopt, {8, 0, 0, 0, 0}}, {131, 1, {8, 2000, 0, 100, 0}}};
  result.memory_use = std::move(use);
}

}  // namespace

RunResult sample_result() {
  RunResult result;
  result.tool_version = "1.2.3";
  result.clock = {80'000'000, 1};
  result.exit.reason = ExitReason::lockup;
  result.exit.place = {0x08000124, "crash+0x4", "crash.c:12"};
  result.exit.fault =
      FaultDetails{"bus_data_precise", 5, 0x60000000, true, {0x08000120, "crash", "crash.c:11"}};
  result.exit.advice = "mend the pointer";
  result.exit.backtrace = {{{0x08000200, "main+0x20", "main.c:7"}, true},
                           {{0x08000042, "", ""}, false}};
  result.console = {"hello, \"world\"\n\ttab and \xC3\xBC\n", true};
  result.image = {"demo.elf", std::string(64, 'a'), {{12'345, 0}, {16, 2'048}, {}}};
  result.options = {"--set memories.flash.wait_states=5", "--args demo --all"};
  result.board = {"demo-board", "A board, with a comma", "cortex-m4", "name: demo-board\n"};
  result.energy_absent = "board has no energy data";
  result.memories = {"flash", "sram", "peripherals"};
  result.model_counters = {{kFlash, "icache_hits"}, {kFlash, "icache_misses"}};
  add_layers(result);
  add_memory_use(result);
  result.timeline = {{100, "event", "firmware", "frame", {EventValue{false, 3}, std::nullopt}},
                     {200, "counter", "firmware", "depth", {EventValue{true, 5}}},
                     {300, "counter", "firmware", "big", {EventValue{true, 1ull << 60}}},
                     {310, "itm", "port0", "hello", {}},
                     {320, "itm", "port3", "", {EventValue{false, 7}}},
                     {330, "gpio", "", "PA5", {EventValue{false, 1}}},
                     {340, "gpio", "", "PA5", {EventValue{false, 0}}},
                     {350, "cyccnt", "", "main+0x12", {EventValue{false, 345}}}};
  result.unmodelled = {{0x40023800, "rcc", 2, 1, {0x08000010, "init+0x2", "init.c:3"}, "READY"},
                       {0x40023804, "rcc", 1, 0, {0x08000012, "init+0x4", ""}, ""}};
  result.semihosting = {{4, "SYS_WRITE0", 3}, {0x18, "SYS_EXIT", 1}};
  result.assumptions = {
      {"memories.flash.wait_states", "4", "assumed", true, "a guess that is long enough"}};
  result.notes = {"a short note",
                  "a note so long that it needs more than one line of the report, because there is "
                  "so much to be said about what happened in this run of the firmware"};
  result.statistics = {{"blocks_built", 12}, {"variants_built", (1ull << 53) + 1}};
  return result;
}

RunResult sample_with_energy() {
  RunResult result = sample_result();
  result.energy_absent.clear();
  result.energy.emplace();
  result.energy->measure_point = "mcu";
  result.energy->standby_uw = 10;
  result.energy->standby_uncertainty_percent = 50;
  const auto add = [&](const char* component, const char* name, const char* path,
                       std::uint32_t uncertainty, ActivityKind activity, std::size_t index,
                       std::uint64_t coefficient) {
    result.energy->terms.push_back({component, name, path, "datasheet", uncertainty, activity,
                                    index, std::vector<std::uint64_t>{coefficient}});
  };
  using enum ActivityKind;
  add("static", "core asleep", "energy.static_uw", 10, time, 0, 69'300);
  add("core", "active cycles", "energy.active_fj", 20, active_cycles, 0, 400'000);
  add("core", "waiting cycles", "energy.waiting_fj", 40, stall_cycles, 0, 200'000);
  add("core", "multiply instructions", "energy.multiply_fj", 30, instructions, 1, 1'000);
  add("sram", "bytes read", "energy.sram_fj_per_byte", 50, read_bytes, kSram, 6'000);
  add("sram", "bytes written", "energy.sram_fj_per_byte", 50, write_bytes, kSram, 6'000);
  add("flash", "array reads", "memories.flash.energy.array_read_fj", 50, array_reads, kFlash,
      1'280'000);
  add("flash", "misses", "memories.flash.energy.clock_fj", 50, counter, 1, 7);
  add_energy(result);
  result.lifetime = Lifetime{"CR2477", 30'000'000'000, 10, 380, 350, 420};
  return result;
}

std::string message_for(const RunResult& result, const std::string& from, const std::string& to) {
  std::string json = json_report(result);
  const std::size_t at = json.find(from);
  if (at == std::string::npos) return "the report has no " + from;
  json.replace(at, from.size(), to);
  try {
    (void)from_json(json, "run.json");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace mcost::analysis::test
