// Firmware and DMA together: code that runs while a stream copies, waits for memories it uses, and
// is interrupted when it is done. Both loops of the engine give the same.
#include <gtest/gtest.h>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "loader/elf_image.h"
#include "tests/support/assembler.h"

namespace mcost::test {
namespace {

constexpr Address kBase = 0x08000000;
constexpr Address kCode = kBase + 0x400;
constexpr Address kStream0 = 0x40026410;
constexpr unsigned kVector = 16 + 56;
constexpr Address kSram1 = 0x20000000;
constexpr Address kSram3 = 0x20030000;

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

struct Copied {
  Counters counters;
  std::uint32_t interrupts = 0;
  std::uint32_t rounds = 0;
  std::vector<std::uint8_t> copy;
  engine::EngineStatistics statistics;
  DmaTransfers transfers;
};

/// Starts a copy of `words` words from SRAM3 and reads `poll` until the interrupt comes.
Copied run_copy(bool stepped, unsigned words, Address poll) {
  Assembler handler(kBase + 0x200);
  handler.mov32(r0, 0x40026408);  // LIFCR
  handler.mov32(r1, 0x3D);
  handler.str(r1, r0);
  handler.mov32(r0, 0x10000000);
  handler.ldr(r1, r0);
  handler.adds(r1, 1);
  handler.str(r1, r0);
  handler.bx(lr);

  Assembler code(kCode);
  store(code, 0x10000000, 0);
  store(code, 0xE000E100 + 4, 1u << (56 - 32));
  code.mov32(r0, kSram3);
  code.mov32(r2, words);
  const auto fill = code.here();
  code.str(r2, r0);
  code.adds(r0, 4);
  code.subs(r2, 1);
  code.b(ne, fill);
  store(code, kStream0 + 0x08, kSram3);
  store(code, kStream0 + 0x0C, kSram3 + 0x4000);
  store(code, kStream0 + 0x04, words);
  store(code, kStream0 + 0x14, 7);
  store(code, poll, 3);
  store(code, kStream0, 2u << 6 | 3u << 9 | 2u << 11 | 2u << 13 | 1u << 4 | 1);
  code.mov32(r4, 0x10000000);
  code.mov32(r5, poll);
  code.movs(r3, 0);
  const auto wait = code.here();
  code.ldr(r1, r5);
  code.adds(r3, 1);
  code.ldr(r2, r4);
  code.cmp(r2, 0);
  code.b(eq, wait);
  code.stop();

  std::vector<std::uint8_t> bytes(kCode - kBase);
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  };
  put(0, 0x20028000);
  put(4, kCode | 1u);
  put(std::size_t{4} * kVector, handler.base() | 1u);
  const auto append = [&](Assembler& assembler, std::size_t at) {
    for (const std::uint16_t halfword : assembler.finish()) {
      if (bytes.size() < at + 2) bytes.resize(at + 2);
      bytes[at] = static_cast<std::uint8_t>(halfword);
      bytes[at + 1] = static_cast<std::uint8_t>(halfword >> 8);
      at += 2;
    }
  };
  append(handler, handler.base() - kBase);
  append(code, kCode - kBase);
  boards::MachineOptions options;
  if (stepped) {
    options.engine.longest_block = 1;
    options.engine.memoise = false;
  }
  boards::Machine machine(boards::read_board("stm32f469i-disco", {}, {}), std::move(options));
  (void)machine.load(loader::read_image("dma.bin", bytes, kBase));
  engine::RunLimits limits;
  limits.max_cycles = 1'000'000;
  EXPECT_EQ(machine.engine().run(limits), engine::StopReason::idle);
  Copied run;
  run.counters = machine.engine().take_counters();
  run.rounds = machine.engine().core().r[3];
  run.copy.resize(std::size_t{4} * words);
  EXPECT_TRUE(machine.engine().read_memory(kSram3 + 0x4000, run.copy.data(), run.copy.size()));
  std::uint8_t interrupts = 0;
  EXPECT_TRUE(machine.engine().read_memory(0x10000000, &interrupts, 1));
  run.interrupts = interrupts;
  run.statistics = machine.engine().statistics();
  run.transfers = machine.dma_log().transfers(machine.engine().now());
  return run;
}

std::uint64_t bus_wait(const Copied& run) {
  return run.counters.by_cause[static_cast<unsigned>(Cause::bus_wait)];
}

TEST(DmaFirmware, TheCopyIsWholeAndInterruptsOnce) {
  const Copied run = run_copy(false, 512, kSram1);
  EXPECT_EQ(run.interrupts, 1u);
  for (unsigned i = 0; i < 512; ++i) {
    const unsigned value = run.copy[4 * i] | run.copy[4 * i + 1] << 8;
    ASSERT_EQ(value, 512 - i);
  }
}

TEST(DmaFirmware, TheCoreIsDisturbedOnlyOnTheMemoryThatTheStreamUses) {
  const Copied apart = run_copy(false, 512, kSram1);
  const Copied together = run_copy(false, 512, kSram3 + 0x8000);
  EXPECT_EQ(bus_wait(apart), 0u);
  EXPECT_GT(bus_wait(together), 50u);
  EXPECT_TRUE(together.counters.adds_up());
  EXPECT_LT(together.rounds, apart.rounds + 2);
}

TEST(DmaFirmware, CodeBesideItStaysMemoised) {
  const Copied apart = run_copy(false, 4096, kSram1);
  EXPECT_GT(apart.statistics.memoised_visits, 10 * apart.statistics.replayed_visits);
}

TEST(DmaFirmware, BothLoopsAgree) {
  for (const Address poll : {kSram1, kSram3 + 0x8000}) {
    for (const unsigned words : {1u, 3u, 100u, 513u}) {
      const Copied fast = run_copy(false, words, poll);
      const Copied stepped = run_copy(true, words, poll);
      EXPECT_EQ(fast.counters, stepped.counters) << words;
      EXPECT_EQ(fast.rounds, stepped.rounds);
      EXPECT_EQ(fast.copy, stepped.copy);
      EXPECT_EQ(fast.transfers, stepped.transfers);
      ASSERT_EQ(fast.transfers.list.size(), 1u);
      EXPECT_EQ(fast.transfers.list[0].bytes, 4 * words);
      EXPECT_EQ(fast.transfers.list[0].ending, DmaEnding::complete);
    }
  }
}

}  // namespace
}  // namespace mcost::test
