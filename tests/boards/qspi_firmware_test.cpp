// Firmware with data and code in the NOR flash behind QUADSPI, on the STM32F469 as ST's BSP maps
// it: an ELF file with sections at 0x90000000, and the time that reads take the core.
#include <gtest/gtest.h>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "loader/elf_image.h"
#include "tests/loader/elf_builder.h"
#include "tests/support/assembler.h"

namespace mcost::test {
namespace {

constexpr Address kFlash = 0x08000000;
constexpr Address kNor = 0x90000000;
constexpr Address kNorCode = kNor + 0x8000;
constexpr Address kSram1 = 0x20000000;
constexpr unsigned kReads = 100;

struct Outcome {
  Counters counters;
  std::uint32_t sum = 0;
  std::vector<bus::MemoryModel::Counter> qspi;
};

Bytes bytes_of(Assembler& code) {
  Bytes bytes;
  for (const std::uint16_t halfword : code.finish()) {
    bytes.push_back(static_cast<std::uint8_t>(halfword));
    bytes.push_back(static_cast<std::uint8_t>(halfword >> 8));
  }
  return bytes;
}

/// Adds kReads words from `first` on, `stride` bytes apart, in a loop that runs at `loop_at`.
Outcome run(Address loop_at, Address first, std::uint32_t stride, bool stepped = false) {
  Assembler start(kFlash + 0x40);
  start.mov32(r0, first);
  start.mov32(r1, kReads);
  start.movs(r2, 0);
  start.mov32(r3, stride);
  start.mov32(r4, loop_at | 1u);
  start.bx(r4);
  Assembler loop(loop_at);
  const auto top = loop.here();
  loop.ldr(r5, r0);
  loop.adds(r0, r0, r3);
  loop.adds(r2, r2, r5);
  loop.subs(r1, 1);
  loop.b(ne, top);
  loop.stop();

  Bytes table = words({kSram1 + 0x1000, kFlash + 0x41});
  table.resize(0x40);
  const Bytes code = bytes_of(start);
  table.insert(table.end(), code.begin(), code.end());
  Bytes weights(0x8000, 0);
  for (std::size_t i = 0; i < weights.size(); i += 4) weights[i] = static_cast<std::uint8_t>(i / 4);
  ElfBuilder elf;
  elf.code(kFlash, table).section({.name = ".weights", .address = kNor, .bytes = weights});
  elf.code(loop_at, bytes_of(loop), ".loop").entry(kFlash + 0x41);

  boards::MachineOptions options;
  if (stepped) {
    options.engine.longest_block = 1;
    options.engine.memoise = false;
  }
  static const boards::BoardSpec board = boards::read_board("stm32f469i-disco", {}, {});
  boards::Machine machine(board, std::move(options));
  (void)machine.load(loader::read_image("nor.elf", elf.build(), {}));
  engine::RunLimits limits;
  limits.max_cycles = 1'000'000;
  EXPECT_EQ(machine.engine().run(limits), engine::StopReason::idle);
  Outcome outcome;
  outcome.counters = machine.engine().take_counters();
  EXPECT_TRUE(outcome.counters.adds_up());
  outcome.sum = machine.engine().core().r[2];
  bus::SystemBus& bus = machine.engine().bus();
  outcome.qspi = bus.memories[bus.find(kNor)->memory].model->counters();
  return outcome;
}

constexpr Address kFlashLoop = kFlash + 0x200;

std::uint32_t expected_sum(std::uint32_t stride) {
  std::uint32_t sum = 0;
  for (unsigned i = 0; i < kReads; ++i) sum += i * stride / 4 & 0xFFu;
  return sum;
}

/// 76 cycles of the first word, of which a load from memory without waits has one (facts 10.2).
/// Each word is 64 bytes from the one before: far beyond what was read ahead.
TEST(QspiFirmware, ARandomReadWaits75Cycles) {
  const Outcome nor = run(kFlashLoop, kNor, 64);
  EXPECT_EQ(nor.sum, expected_sum(64));
  EXPECT_EQ(nor.qspi.at(0).value, kReads);
  const Outcome ram = run(kFlashLoop, kSram1 + 0x2000, 64);
  EXPECT_EQ(nor.counters.cycles - ram.counters.cycles, kReads * 75u);
}

/// 4 cycles a byte, one command: the wires are slower than the loop.
TEST(QspiFirmware, SequentialReadsRunAtTheSpeedOfTheWires) {
  const Outcome nor = run(kFlashLoop, kNor, 4);
  EXPECT_EQ(nor.sum, expected_sum(4));
  EXPECT_EQ(nor.qspi.at(0).value, 1u);
  const Outcome one = run(kFlashLoop, kSram1 + 0x2000, 4);
  EXPECT_GT(one.counters.cycles, kReads * 5u);
  EXPECT_NEAR(static_cast<double>(nor.counters.cycles), 16.0 * kReads + 76, 60);
}

TEST(QspiFirmware, CodeRunsFromTheMapping) {
  const Outcome outcome = run(kNorCode, kSram1 + 0x2000, 4);
  EXPECT_GT(outcome.counters.cycles, kReads * 40u);  // each taken branch costs a command
  EXPECT_GE(outcome.qspi.at(0).value, kReads);
  const Outcome mixed = run(kNorCode, kNor, 4);  // and each read breaks what follows it
  EXPECT_EQ(mixed.sum, expected_sum(4));
  EXPECT_GT(mixed.counters.cycles, outcome.counters.cycles + kReads * 75u);
}

TEST(QspiFirmware, BothLoopsAgree) {
  for (const Address loop : {kFlashLoop, kNorCode}) {
    for (const std::uint32_t stride : {1u, 4u, 64u}) {
      const Outcome fast = run(loop, kNor, stride);
      const Outcome stepped = run(loop, kNor, stride, true);
      EXPECT_EQ(fast.counters, stepped.counters) << loop << " " << stride;
      EXPECT_EQ(fast.sum, stepped.sum);
      for (std::size_t i = 0; i < fast.qspi.size(); ++i)
        EXPECT_EQ(fast.qspi[i].value, stepped.qspi[i].value) << fast.qspi[i].name;
    }
  }
}

}  // namespace
}  // namespace mcost::test
