// What firmware shows of itself: ITM, pins and reads of CYCCNT, alone and on a machine, where the
// fast and the stepped loop see the same in the same cycles.
#include "boards/signal_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boards/machine.h"
#include "boards/spec_reader.h"
#include "loader/elf_image.h"
#include "tests/support/assembler.h"

namespace mcost::boards {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace mcost::test;  // NOLINT: registers of the assembler

void print(SignalLog& log, const std::string& text, Cycles now, unsigned port = 0) {
  for (const char c : text) log.stimulus(port, static_cast<std::uint8_t>(c), 1, now++);
}

std::string shown(const SignalLog& log) {
  std::string text;
  for (const Signal& signal : log.signals()) {
    text += std::to_string(signal.cycle) + " ";
    switch (signal.kind) {
      case SignalKind::itm_text: text += std::to_string(signal.port) + ":" + signal.name; break;
      case SignalKind::itm_value:
        text += std::to_string(signal.port) + "=" + std::to_string(signal.value);
        break;
      case SignalKind::gpio: text += signal.name + (signal.value != 0 ? "+" : "-"); break;
      case SignalKind::cycle_read: text += "cyccnt " + std::to_string(signal.value); break;
    }
    text += "; ";
  }
  return text;
}

TEST(SignalLog, TextIsALineAtItsFirstCharacter) {
  SignalLog log;
  print(log, "hello\r\n\r\nworld", 10);
  log.edge("PA5", true, 12);
  EXPECT_EQ(shown(log), "10 0:hello; 12 PA5+; 19 0:world; ");
  EXPECT_EQ(shown(log), "10 0:hello; 12 PA5+; 19 0:world; ");  // asking changes nothing
}

TEST(SignalLog, PortsDoNotMix) {
  SignalLog log;
  for (unsigned i = 0; i < 3; ++i) {
    log.stimulus(0, 'a' + i, 1, 10 + i);
    log.stimulus(7, 'x' + i, 1, 20 + i);
  }
  EXPECT_EQ(shown(log), "10 0:abc; 20 7:xyz; ");
}

TEST(SignalLog, WordsAreTextOnPortZeroOnly) {
  SignalLog log;
  log.stimulus(0, 0x64636261, 4, 1);  // "abcd"
  log.stimulus(1, 0x64636261, 4, 2);
  log.stimulus(0, 0x00636261, 4, 3);  // a zero is no text
  log.stimulus(1, 5, 1, 4);
  EXPECT_EQ(shown(log), "1 0:abcd; 2 1=1684234849; 3 0=6513249; 4 1=5; ");
}

TEST(SignalLog, EachKindIsBoundedAndTheRestCounted) {
  SignalLog log;
  print(log, std::string(SignalLog::kLongestLine + 1, 'x'), 0);
  EXPECT_THAT(log.signals(), SizeIs(2));
  for (unsigned i = 0; i < 5000; ++i) {
    log.stimulus(1, 0, 4, i);
    log.edge("PA0", i % 2 == 0, i);
    log.cycle_read(0, i, i);
  }
  // The unfinished line is one too many as well, each time it is asked for.
  EXPECT_THAT(log.signals(),
              SizeIs(SignalLog::kMost[0] + SignalLog::kMost[1] + SignalLog::kMost[2]));
  EXPECT_EQ(log.dropped_stimulus(), 5000 + 1 - SignalLog::kMost[0]);
  EXPECT_EQ(log.dropped_edges(), 5000 - SignalLog::kMost[1]);
  EXPECT_EQ(log.dropped_cycle_reads(), 5000 - SignalLog::kMost[2]);
}

constexpr Address kCode = 0x08000400;
constexpr Address kGpioA = 0x40020000;

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

/// A hundred rounds that toggle PA5, write a value to port 1 and "x\n" to port 0, and read CYCCNT.
Assembler showing_program() {
  Assembler code(kCode);
  store(code, 0xE000EDFC, 1u << 24);  // DEMCR.TRCENA
  store(code, 0xE0000E80, 1);         // ITM_TCR
  store(code, 0xE0000E00, 3);         // ITM_TER: ports 0 and 1
  store(code, 0xE0001000, 1);         // DWT_CTRL.CYCCNTENA
  store(code, kGpioA, 1u << 10);      // MODER: PA5 is an output
  code.mov32(r0, kGpioA);
  code.mov32(r1, 0xE0000000);
  code.mov32(r2, 0xE0001000);
  code.mov32(r3, 100);
  const auto again = code.label();
  code.bind(again);
  code.mov32(r4, 1u << 5);
  code.str(r4, r0, 0x18);
  code.str(r3, r1, 4);
  code.mov32(r5, 'x');
  code.access(Access::strb, r5, r1, 0);
  code.mov32(r5, '\n');
  code.access(Access::strb, r5, r1, 0);
  code.ldr(r5, r2, 4);
  code.mov32(r4, 1u << 21);
  code.str(r4, r0, 0x18);
  code.subs(r3, 1);
  code.b(ne, again);
  const auto idle = code.label();
  code.bind(idle);
  code.b(idle);
  return code;
}

struct Outcome {
  std::vector<Signal> signals;
  Counters counters;
};

Outcome run(Assembler code, engine::EngineOptions engine) {
  std::vector<std::uint8_t> bytes(0x400);
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  };
  put(0, 0x20001000);
  for (std::size_t i = 1; i < 16; ++i) put(4 * i, kCode | 1u);
  for (const std::uint16_t halfword : code.finish()) {
    bytes.push_back(static_cast<std::uint8_t>(halfword));
    bytes.push_back(static_cast<std::uint8_t>(halfword >> 8));
  }
  MachineOptions options;
  options.engine = engine;
  Machine machine(read_board("stm32f469i-disco"), std::move(options));
  (void)machine.load(loader::read_image("test.bin", bytes, Address{0x08000000}));
  engine::RunLimits limits;
  limits.max_cycles = 1'000'000;
  EXPECT_EQ(machine.engine().run(limits), engine::StopReason::idle);
  return {machine.signals().signals(), machine.engine().peek_counters()};
}

TEST(SignalsOfFirmware, FastAndSteppedLoopSeeTheSame) {
  const Outcome fast = run(showing_program(), {});
  engine::EngineOptions stepped;
  stepped.longest_block = 1;
  stepped.memoise = false;
  const Outcome exact = run(showing_program(), stepped);
  EXPECT_EQ(fast.signals, exact.signals);
  EXPECT_EQ(fast.counters, exact.counters);
  ASSERT_THAT(fast.signals, SizeIs(500));
  // In the order of the program, and a round takes as long as the one before.
  for (std::size_t i = 0; i < 5; ++i) {
    const SignalKind kinds[] = {SignalKind::gpio, SignalKind::itm_value, SignalKind::itm_text,
                                SignalKind::cycle_read, SignalKind::gpio};
    EXPECT_EQ(fast.signals[i + 5].kind, kinds[i]);
  }
  EXPECT_EQ(fast.signals[5].name, "PA5");
  EXPECT_EQ(fast.signals[5].value, 1u);
  EXPECT_EQ(fast.signals[9].value, 0u);
  EXPECT_EQ(fast.signals[6].value, 99u);
  // Once the flash's caches hold the loop. CYCCNT is read in the cycle that is told.
  const Cycles round = fast.signals[455].cycle - fast.signals[450].cycle;
  EXPECT_EQ(fast.signals[460].cycle - fast.signals[455].cycle, round);
  EXPECT_EQ(fast.signals[458].cycle - fast.signals[453].cycle, round);
  EXPECT_EQ(fast.signals[458].value - fast.signals[453].value, round);
}

TEST(SignalsOfFirmware, FirmwareThatShowsNothingHasNone) {
  Assembler code(kCode);
  const auto idle = code.label();
  code.bind(idle);
  code.b(idle);
  EXPECT_THAT(run(std::move(code), {}).signals, IsEmpty());
}

}  // namespace
}  // namespace mcost::boards
