// Reads of a NOR flash behind QUADSPI, cycle by cycle. Expected values: boards-and-memories facts
// 10.2, where a command of 0xEB (1-4-4, ten dummy clocks) has 8 + 6 + 10 clocks, one of 0x6B
// (1-1-4) 8 + 24 + 10, CS high time is 2 and SCLK is HCLK / 2.
#include "memory_models/qspi.h"

#include <gtest/gtest.h>

#include <random>

namespace mcost::memory {
namespace {

QspiParameters quad_io() { return {}; }
QspiParameters quad_output() {
  QspiParameters parameters;
  parameters.lead_clocks = 24 + 10;
  return parameters;
}

/// One initiator that waits for each answer.
class Reader {
 public:
  explicit Reader(const QspiParameters& parameters) : qspi(parameters) {}
  Response read(std::uint32_t offset, std::uint32_t size) {
    const Request request{offset, size, bus::AccessKind::read, now};
    const Response expected = qspi.probe(request);
    const Response answer = qspi.transfer(request);
    EXPECT_EQ(answer.first, expected.first);
    EXPECT_EQ(answer.last, expected.last);
    EXPECT_LE(answer.last - now, qspi.most_cycles());
    first = answer.first - now;
    last = answer.last - now;
    now = answer.last;
    return answer;
  }
  Cycles first_of(std::uint32_t offset, std::uint32_t size) {
    (void)read(offset, size);
    return first;
  }
  Cycles last_of(std::uint32_t offset, std::uint32_t size) {
    (void)read(offset, size);
    return last;
  }
  std::uint64_t commands() { return qspi.counters().at(0).value; }

  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): a test's own
  Qspi qspi;
  Cycles now = 1000;
  Cycles first = 0;
  Cycles last = 0;
  // NOLINTEND(misc-non-private-member-variables-in-classes)
};

/// 2 x (2 + 24 + 16) + 8 for the first 8 bytes, 2 x (2 + 24 + 64) + 8 for all.  Source: facts 10.2.
TEST(Qspi, APortOf64BitsWaitsForTheFirstEightBytes) {
  Qspi qspi(quad_io());
  const Response line = qspi.transfer({0x400, 32, bus::AccessKind::read, 100, 8});
  EXPECT_EQ(line.first, 100u + 92);
  EXPECT_EQ(line.last, 100u + 188);
}

TEST(Qspi, RandomReadsPayCommandDataAndSynchronisation) {
  struct Row {
    std::uint32_t size;
    Cycles quad_io;      // 2 * (2 + 24 + 2 * size) + 8
    Cycles quad_output;  // 2 * (2 + 42 + 2 * size) + 8
  };
  for (const Row row : {Row{1, 64, 100}, Row{2, 68, 104}, Row{4, 76, 112}, Row{32, 188, 224}}) {
    Reader with_0xeb(quad_io());
    EXPECT_EQ(with_0xeb.last_of(0x1000, row.size), row.quad_io) << row.size;
    EXPECT_EQ(with_0xeb.last_of(0x8000, row.size), row.quad_io) << row.size;
    Reader with_0x6b(quad_output());
    EXPECT_EQ(with_0x6b.last_of(0x1000, row.size), row.quad_output) << row.size;
  }
}

TEST(Qspi, TheFirstWordOfALineComesBeforeTheRest) {
  Reader reader(quad_io());
  EXPECT_EQ(reader.first_of(0x100, 32), 76u);
  EXPECT_EQ(reader.last, 188u);
}

/// A word comes 4 cycles after the request if its last byte came 4 or more before it: the byte of
/// offset 7 comes 2 * (2 + 24 + 16) cycles after the command began.
TEST(Qspi, AWordInTheFifoCostsFourCycles) {
  constexpr Cycles kArrives = 84;
  for (Cycles passed = 76; passed < 100; ++passed) {
    Reader reader(quad_io());
    const Cycles began = reader.now;
    (void)reader.read(0, 4);
    reader.now = began + passed;
    const Cycles expected = passed >= kArrives + 4 ? 4 : kArrives + 8 - passed;
    EXPECT_EQ(reader.first_of(4, 4), expected) << passed;
  }
}

TEST(Qspi, SustainedReadsCostFourCyclesAByte) {
  for (const std::uint32_t size : {1u, 2u, 4u, 32u}) {
    Reader reader(quad_io());
    (void)reader.read(0, size);
    const Cycles began = reader.now;
    for (std::uint32_t offset = size; offset < 4096 + size; offset += size)
      (void)reader.read(offset, size);
    EXPECT_EQ(reader.now - began, 4 * 4096u) << size;
    EXPECT_EQ(reader.commands(), 1u);
  }
}

/// 32 bytes wait; their words come in consecutive cycles behind the first.
TEST(Qspi, AFullFifoServesALineAndFillsAgain) {
  Reader reader(quad_io());
  (void)reader.read(0, 32);
  reader.now += 32 * 4;
  EXPECT_EQ(reader.last_of(32, 32), 4u + 7u);
  // Clocking started again when the first word left: word n of the next line has come 4 * (4 n + 4)
  // cycles later, and at the bus 8 cycles after that.
  const Cycles restarted = reader.now - 7;
  EXPECT_EQ(reader.read(64, 32).last, restarted + 32 * 4 + 8);
}

/// What fits is 32 bytes and not one more: the clock stands still with CS low until the first word
/// leaves, 4 cycles behind the request.
TEST(Qspi, TheClockStopsWhenTheFifoIsFull) {
  Reader reader(quad_io());
  (void)reader.read(28, 4);
  reader.now += 100'000;
  const Cycles restarted = reader.now + 4;
  (void)reader.read(32, 32);
  EXPECT_EQ(reader.read(64, 1).first, restarted + 4 + 8);
  EXPECT_EQ(reader.read(65, 1).first, restarted + 8 + 8);
  EXPECT_EQ(reader.commands(), 1u);
}

TEST(Qspi, AnotherAddressCostsACommandEachTime) {
  Reader reader(quad_io());
  (void)reader.read(0, 4);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.first_of(0x4000, 4), 76u);
    EXPECT_EQ(reader.first_of(4, 4), 76u);
  }
  EXPECT_EQ(reader.first_of(12, 4), 76u);  // further on, though the FIFO may hold it
  EXPECT_EQ(reader.first_of(12, 4), 76u);  // again
  EXPECT_EQ(reader.commands(), 9u);
}

/// The line's rest behind its start, for which the controller starts again.
TEST(Qspi, ABurstThatWrapsCostsOneMoreCommand) {
  Reader reader(quad_io());
  EXPECT_EQ(reader.first_of(0x10C, 32), 76u);
  // 20 bytes, then 12 from the start of the line.
  EXPECT_EQ(reader.last, (2 * (2 + 24 + 40) + 8) + (2 * (2 + 24 + 24) + 8));
  EXPECT_EQ(reader.commands(), 2u);
  reader.now += 1000;
  EXPECT_EQ(reader.first_of(0x10C, 4), 4u);  // read ahead behind the second part
}

/// The FIFO holds 32 bytes beyond the first word 2 * (2 + 24 + 8 + 64) cycles after the command
/// began.
TEST(Qspi, TheTimeoutCounterRaisesChipSelectBehindAFullFifo) {
  constexpr Cycles kFull = 196;
  for (const std::uint32_t timeout : {0u, 1u, 16u}) {
    QspiParameters parameters = quad_io();
    parameters.timeout_clocks = timeout;
    const Cycles rises = kFull + Cycles{2} * timeout;
    for (const Cycles passed : {rises, rises + 1}) {
      Reader reader(parameters);
      const Cycles began = reader.now;
      (void)reader.read(0, 4);
      reader.now = began + passed;
      for (std::uint32_t offset = 4; offset < 36; offset += 4)
        EXPECT_EQ(reader.first_of(offset, 4), 4u);
      const bool selected = passed == rises;
      EXPECT_EQ(reader.first_of(36, 4) == 76u, !selected) << passed;
      EXPECT_EQ(reader.commands(), selected ? 1u : 2u);
    }
  }
}

/// With CS high the FIFO's last bytes are used, and the rest of the word comes by a command.
TEST(Qspi, AWordPartlyInTheFifoNeedsACommandForItsRest) {
  QspiParameters parameters = quad_io();
  parameters.timeout_clocks = 0;
  Reader reader(parameters);
  (void)reader.read(0, 2);
  reader.now += 1000;
  for (std::uint32_t offset = 2; offset < 32; offset += 2)
    EXPECT_EQ(reader.first_of(offset, 2), 4u);
  EXPECT_EQ(reader.first_of(32, 4), 68u);  // two of its bytes were read: 2 * (2 + 24 + 4) + 8
}

TEST(Qspi, TheInstructionIsSentOnceWithSioo) {
  QspiParameters parameters = quad_io();
  parameters.instruction_once = true;
  Reader reader(parameters);
  EXPECT_EQ(reader.first_of(0, 4), 76u);
  EXPECT_EQ(reader.first_of(0x1000, 4), 60u);  // 8 clocks less
}

TEST(Qspi, TheDividerScalesWhatTheWiresTake) {
  QspiParameters parameters = quad_io();
  parameters.divider = 1;
  EXPECT_EQ(Reader(parameters).first_of(0, 4), (2u + 24 + 8) + 8);
  parameters.divider = 4;
  EXPECT_EQ(Reader(parameters).first_of(0, 4), 4 * (2u + 24 + 8) + 8);
  parameters.hclk_cycles = 2;  // as on the STM32H7
  EXPECT_EQ(Reader(parameters).first_of(0, 4), 2 * (4 * (2u + 24 + 8) + 8));
}

TEST(Qspi, LinesAndEdgesSetTheTimeOfAByte) {
  struct Row {
    std::uint32_t lines;
    bool double_rate;
    Cycles clocks_of_32_bytes;
  };
  for (const Row row : {Row{1, false, 256}, Row{1, true, 128}, Row{2, false, 128},
                        Row{4, false, 64}, Row{4, true, 32}, Row{8, false, 32}, Row{8, true, 16}}) {
    QspiParameters parameters = quad_io();
    parameters.lines = row.lines;
    parameters.double_rate = row.double_rate;
    EXPECT_EQ(Reader(parameters).last_of(0, 32), 2 * (2 + 24 + row.clocks_of_32_bytes) + 8)
        << row.lines << row.double_rate;
  }
}

TEST(Qspi, ARequestWaitsForTheTransferBefore) {
  Qspi qspi(quad_io());
  const Response line = qspi.transfer({0, 32, bus::AccessKind::read, 100});
  EXPECT_EQ(line.last, 288u);
  EXPECT_EQ(qspi.transfer({0x400, 4, bus::AccessKind::read, 180}).first, 288u + 76);
}

TEST(Qspi, NewParametersDropWhatWasReadAhead) {
  Reader reader(quad_io());
  (void)reader.read(0, 4);
  reader.now += 1000;
  reader.qspi.set_parameters(quad_output());
  EXPECT_EQ(reader.first_of(4, 4), 112u);
}

/// Bytes that came: the word's 4, then one for each 4 cycles until CS rises. What a command in
/// progress reads ahead counts when it is over.
TEST(Qspi, OnlyBytesThatCameAreCounted) {
  Reader reader(quad_io());
  (void)reader.read(0, 4);
  EXPECT_EQ(reader.qspi.counters().at(2).value, 4u);
  reader.now += 3;  // 11 cycles behind the last byte of the word: two more came
  (void)reader.read(0x1000, 1);
  EXPECT_EQ(reader.qspi.counters().at(2).value, 4u + 2 + 1);
  reader.now += 1000;
  (void)reader.read(0, 1);
  EXPECT_EQ(reader.qspi.counters().at(2).value, 4u + 2 + 1 + 32 + 1);
}

/// 24 clocks of instruction, address and dummies, then two for each byte that came, as above.
TEST(Qspi, ClocksAreThoseOfTheBytesThatCame) {
  Reader reader(quad_io());
  const auto clocks = [&] { return reader.qspi.counters().at(3).value; };
  (void)reader.read(0, 4);
  EXPECT_EQ(clocks(), 24u + 2 * 4);
  reader.now += 3;
  (void)reader.read(0x1000, 1);
  EXPECT_EQ(clocks(), 2u * 24 + 2 * (4 + 2 + 1));
  reader.now += 1000;
  (void)reader.read(0x1001, 1);  // the FIFO has it
  EXPECT_EQ(clocks(), 2u * 24 + 2 * (4 + 2 + 2));
  reader.qspi.set_parameters(quad_output());
  EXPECT_EQ(clocks(), 2u * 24 + 2 * (4 + 2 + 2));
}

TEST(Qspi, ProbesForetellRandomTraffic) {
  std::mt19937 random(7);
  for (const bool with_timeout : {false, true}) {
    QspiParameters parameters = quad_io();
    if (with_timeout) parameters.timeout_clocks = 3;
    Reader reader(parameters);
    std::uint32_t offset = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::uint32_t size = std::array{1u, 2u, 4u, 8u, 32u}[random() % 5];
      if (random() % 3 == 0) offset = random() % 0x10000 * 4;
      offset -= size < 8 ? offset % size : offset % 4;
      (void)reader.read(offset, size);
      offset += size;
      reader.now += random() % 200;
    }
  }
}

}  // namespace
}  // namespace mcost::memory
