// Firmware, SDIO, SD card and DMA together: what comes in is what the image holds, the times are
// those of the card and the wires, and both loops of the engine agree to the cycle.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "loader/elf_image.h"
#include "tests/boards/sd_file.h"
#include "tests/loader/target_compiler.h"

namespace mcost::test {
namespace {

constexpr Address kResults = 0x20030000;

std::uint32_t sum_of(std::uint64_t block, unsigned blocks) {
  std::uint32_t sum = 0;
  for (std::uint64_t i = block * 512; i < (block + blocks) * 512; ++i) sum = sum * 31 + sd_byte(i);
  return sum;
}

struct Outcome {
  Cycles cycles = 0;
  Counters counters;
  std::array<std::uint32_t, 6> results{};
  std::uint64_t memoised = 0;
  std::uint64_t dma_bytes = 0;
  DmaTransfers transfers;
};

Outcome run_firmware(const std::vector<std::uint8_t>& elf, const std::string& image, bool stepped) {
  boards::MachineOptions options;
  options.sd_image = image;
  if (stepped) {
    options.engine.longest_block = 1;
    options.engine.memoise = false;
  }
  boards::Machine machine(boards::read_board("stm32f469i-disco", {}, {}), std::move(options));
  (void)machine.load(loader::read_image("sd.elf", elf, {}));
  engine::RunLimits limits;
  limits.max_cycles = 5'000'000;
  (void)machine.engine().run(limits);
  Outcome outcome;
  std::array<std::uint8_t, 24> bytes{};
  EXPECT_TRUE(machine.engine().read_memory(kResults, bytes.data(), bytes.size()));
  std::memcpy(outcome.results.data(), bytes.data(), bytes.size());
  outcome.cycles = machine.engine().now();
  outcome.counters = machine.engine().take_counters();
  outcome.memoised = machine.engine().statistics().memoised_visits;
  bus::SystemBus& bus = machine.engine().bus();
  outcome.dma_bytes = bus.interconnect.traffic(bus.find(0x20000000)->memory).write_bytes;
  outcome.transfers = machine.dma_log().transfers(outcome.cycles);
  EXPECT_TRUE(outcome.counters.adds_up());
  return outcome;
}

TEST(SdFirmware, BlocksComeByPollingAndDmaAndBothLoopsAgree) {
  MCOST_NEED_TARGET_COMPILER();
  std::ifstream stream(std::string(MCOST_SOURCE_DIR) + "/tests/boards/firmware/sd_transfer.c");
  std::stringstream source;
  source << stream.rdbuf();
  const auto elf = compile({{"sd.c", source.str()}},
                           "-O2 -ffreestanding -fno-tree-loop-distribute-patterns -nostdlib "
                           "-Wl,--section-start=.vectors=0x08000000 -Wl,-Ttext=0x08000400 "
                           "-Wl,--section-start=.sram1=0x20000000 -Wl,-Tbss=0x20010000 "
                           "-Wl,-e,main_program sd.c");
  ASSERT_TRUE(elf.has_value());
  const std::string image = make_sd_file(1024 * 1024);
  const Outcome fast = run_firmware(*elf, image, false);
  EXPECT_EQ(fast.results[5], 0x600D600Du);
  EXPECT_GT(fast.results[0], 1u);
  EXPECT_EQ(fast.results[1], sum_of(3, 4));
  EXPECT_EQ(fast.results[3], sum_of(10, 16));
  EXPECT_EQ(fast.results[4], sum_of(10, 1));
  EXPECT_GE(fast.dma_bytes, 16u * 512);
  // Initialisation 1 ms, three accesses of 200 us, 1 ms of programming, and the wires.
  EXPECT_GT(fast.cycles, 180'000u * 26 / 10);
  const Outcome stepped = run_firmware(*elf, image, true);
  EXPECT_EQ(fast.cycles, stepped.cycles);
  EXPECT_EQ(fast.results, stepped.results);
  EXPECT_EQ(fast.counters, stepped.counters);
  EXPECT_EQ(fast.dma_bytes, stepped.dma_bytes);
  EXPECT_EQ(fast.transfers, stepped.transfers);
  // What the stream brought is in one transfer from the FIFO of the SDIO.
  ASSERT_FALSE(fast.transfers.list.empty());
  const DmaTransfer& transfer = fast.transfers.list.front();
  EXPECT_EQ(transfer.channel, "dma2 stream 3");
  EXPECT_EQ(transfer.from, 0x40012C80u);
  EXPECT_EQ(transfer.bytes, 16u * 512);
  EXPECT_EQ(transfer.ending, DmaEnding::complete);
}

}  // namespace
}  // namespace mcost::test
