// Clock trees: what registers of each family make of oscillators, when ready bits rise, and what
// cannot be switched off. Expected frequencies are those of the reference manuals' formulas.
#include "boards/peripherals/rcc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boards/peripherals/pwr.h"
#include "boards/spec_reader.h"

namespace mcost::boards::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The clock controller of a shipped board alone.
class Tree {
 public:
  explicit Tree(const std::string& board, ClockStartUp start_up = ClockStartUp::instant,
                bool from_reset = true)
      : board_(read_board(board)),
        clocks_(ClockTree{{from_reset ? board_.reset.clock_hz : board_.clock.rated_hz, 1}}, false) {
    board_.clock.start_up = start_up;
    RccSetup setup;
    setup.clocks = &clocks_;
    setup.spec = &board_.clock;
    setup.scheduler = &scheduler_;
    setup.now = [this] { return now; };
    setup.follows_from_start = from_reset;
    setup.note = [this](const std::string& text) { notes.push_back(text); };
    const PeripheralSpec& spec = *find_named(board_.peripherals, "rcc");
    rcc_ = make_rcc(spec.type, spec, std::move(setup));
    const PeripheralSpec& power = *find_named(board_.peripherals, "pwr");
    pwr = make_pwr(
        power.type, power, clocks_, [](Address) { return 0u; },
        [this](const std::string& text) { notes.push_back(text); });
  }
  std::uint32_t read(std::uint32_t offset) { return rcc_->read(offset, 0, now); }
  void write(std::uint32_t offset, std::uint32_t value) { rcc_->write(offset, value, now); }
  void set(std::uint32_t offset, std::uint32_t bits) { write(offset, read(offset) | bits); }
  void pass(Cycles cycles) {
    now += cycles;
    scheduler_.run_due(now);
  }
  void reset() { rcc_->reset(); }
  [[nodiscard]] std::uint64_t hz(ClockDomain domain) const { return clocks_.hz(domain); }
  [[nodiscard]] std::uint64_t core() const { return hz(ClockDomain::core); }

  Cycles now = 0;
  std::vector<std::string> notes;
  std::unique_ptr<PeripheralModel> pwr;

 private:
  BoardSpec board_;
  Clocks clocks_;
  engine::Scheduler scheduler_;
  std::unique_ptr<PeripheralModel> rcc_;
};

void start_f4_pll(Tree& tree, std::uint32_t pllcfgr) {
  tree.set(0x00, 1u << 16);
  EXPECT_NE(tree.read(0x00) & 1u << 17, 0u);
  tree.write(0x04, pllcfgr);
  tree.set(0x00, 1u << 24);
  EXPECT_NE(tree.read(0x00) & 1u << 25, 0u);
}

TEST(RccF4, PllOfHseAndItsDividers) {
  Tree tree("nucleo-f429zi");
  start_f4_pll(tree, 8 | 336 << 6 | 0 << 16 | 1u << 22);
  EXPECT_EQ(tree.core(), 16'000'000u);
  tree.write(0x08, 5u << 10 | 4u << 13);
  tree.set(0x08, 2);
  EXPECT_EQ(tree.read(0x08) & 0xCu, 8u);
  EXPECT_EQ(tree.core(), 168'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::pclk1), 42'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::pclk2), 84'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::timers1), 84'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::timers2), 168'000'000u);
  tree.write(0x8C, 1u << 24);  // TIMPRE
  EXPECT_EQ(tree.hz(ClockDomain::timers1), 168'000'000u);
  tree.write(0x08, (tree.read(0x08) & ~0xF0u) | 8u << 4);  // HPRE / 2
  EXPECT_EQ(tree.core(), 84'000'000u);
  EXPECT_THAT(tree.notes, IsEmpty());
}

TEST(RccF4, PllDividersThatDoNotGoIntoWholeHertzStayExact) {
  Tree tree("nucleo-f429zi");
  start_f4_pll(tree, 7 | 100 << 6 | 1 << 16 | 1u << 22);
  tree.set(0x08, 2);
  EXPECT_EQ(tree.core(), 28'571'428u);  // 8 MHz / 7 * 100 / 4
}

TEST(RccF4, SwsWaitsForASourceThatRuns) {
  Tree tree("nucleo-f429zi");
  tree.set(0x08, 2);
  EXPECT_EQ(tree.read(0x08) & 0xFu, 2u);  // the PLL is off
  EXPECT_EQ(tree.core(), 16'000'000u);
  start_f4_pll(tree, 8 | 360 << 6 | 1u << 22);
  EXPECT_EQ(tree.read(0x08) & 0xFu, 10u);
  EXPECT_EQ(tree.core(), 180'000'000u);
}

TEST(RccF4, APllNeedsItsInput) {
  Tree tree("nucleo-f429zi");
  tree.write(0x04, 8 | 360 << 6 | 1u << 22);
  tree.set(0x00, 1u << 24);
  EXPECT_EQ(tree.read(0x00) & 1u << 25, 0u);
  tree.set(0x00, 1u << 16);
  EXPECT_NE(tree.read(0x00) & 1u << 25, 0u);
}

TEST(RccF4, WhatIsInUseCannotBeSwitchedOff) {
  Tree tree("nucleo-f429zi");
  start_f4_pll(tree, 8 | 360 << 6 | 1u << 22);
  tree.set(0x08, 2);
  tree.write(0x00, 0);
  EXPECT_EQ(tree.read(0x00) & (1u << 25 | 1u << 17 | 1u << 1), 1u << 25 | 1u << 17);
  EXPECT_EQ(tree.core(), 180'000'000u);
  tree.write(0x00, 1);
  tree.write(0x08, 0);
  tree.write(0x00, 1);
  EXPECT_EQ(tree.read(0x00) & (1u << 25 | 1u << 17), 0u);
  EXPECT_EQ(tree.core(), 16'000'000u);
}

TEST(RccF4, ABoardWithoutHseNeverHasItReady) {
  Tree tree("nucleo-l552ze-q");
  tree.set(0x00, 1u << 16);
  EXPECT_EQ(tree.read(0x00) & 1u << 17, 0u);
}

TEST(RccF4, TypicalStartUpTakesItsTimeAtTheClockThatRuns) {
  Tree tree("stm32f469i-disco", ClockStartUp::typical);
  tree.set(0x00, 1u << 16);  // a crystal: 2 ms at 16 MHz
  tree.pass(31'999);
  EXPECT_EQ(tree.read(0x00) & 1u << 17, 0u);
  tree.pass(1);
  EXPECT_NE(tree.read(0x00) & 1u << 17, 0u);
  tree.write(0x04, 8 | 360 << 6 | 1u << 22);
  tree.set(0x00, 1u << 24);  // 150 us
  tree.set(0x08, 2);
  tree.pass(1'200);
  tree.write(0x08, 2 | 8u << 4);  // half the clock, half the cycles
  tree.pass(599);
  EXPECT_EQ(tree.read(0x08) & 0xCu, 0u);
  tree.pass(1);
  EXPECT_EQ(tree.core(), 90'000'000u);
}

TEST(RccF4, TheRunStateHoldsUntilAClockRegisterIsWritten) {
  Tree tree("nucleo-f429zi", ClockStartUp::instant, false);
  tree.set(0x30, 1);  // AHB1ENR
  EXPECT_EQ(tree.core(), 180'000'000u);
  EXPECT_THAT(tree.notes, IsEmpty());
  tree.set(0x00, 1u << 16);
  EXPECT_EQ(tree.core(), 16'000'000u);
  EXPECT_THAT(tree.notes, ElementsAre(HasSubstr("follows the registers")));
  tree.reset();
  EXPECT_EQ(tree.core(), 180'000'000u);
}

TEST(RccF4, ClocksBeyondThePartOrItsVoltageAreNoted) {
  Tree tree("nucleo-f429zi");
  start_f4_pll(tree, 8 | 400 << 6 | 1u << 22);
  tree.set(0x08, 2);
  EXPECT_THAT(tree.notes, Contains("firmware set the core clock to 200000000 Hz: the part allows "
                                   "180000000 Hz"));
  EXPECT_THAT(tree.notes, Contains(HasSubstr("scale 1 without over-drive: at most 168000000 Hz")));
}

TEST(Pwr, OverDriveLiftsTheLimit) {
  Tree tree("nucleo-f429zi");
  tree.pwr->write(0, 0xC000u | 3u << 16, 0);
  start_f4_pll(tree, 8 | 360 << 6 | 1u << 22);
  tree.set(0x08, 2);
  EXPECT_EQ(tree.core(), 180'000'000u);
  EXPECT_THAT(tree.notes, IsEmpty());
  tree.pwr->write(0, 0xC000u, 0);
  EXPECT_THAT(tree.notes, Contains(HasSubstr("too fast for the supply voltage")));
}

TEST(RccL4, MsiRangesAndPll) {
  Tree tree("nucleo-l496zg");
  EXPECT_EQ(tree.core(), 4'000'000u);
  tree.write(0x00, 1 | 11u << 4);  // MSIRGSEL clear: RCC_CSR decides
  EXPECT_EQ(tree.core(), 4'000'000u);
  tree.write(0x00, 1 | 1u << 3 | 11u << 4);
  EXPECT_EQ(tree.core(), 48'000'000u);
  tree.write(0x00, 1 | 1u << 3 | 6u << 4);
  tree.write(0x0C, 1 | 40u << 8);
  tree.set(0x00, 1u << 24);
  tree.set(0x08, 3);
  EXPECT_EQ(tree.core(), 4'000'000u);  // PLLREN is off
  tree.set(0x0C, 1u << 24);
  EXPECT_EQ(tree.core(), 80'000'000u);
  tree.write(0x0C, 1 | 40u << 8 | 1u << 24 | 1u << 25);  // PLLR 4
  EXPECT_EQ(tree.core(), 40'000'000u);
}

TEST(RccL4Plus, PllOfHsiWithDividerTwo) {
  Tree tree("nucleo-l4r5zi");
  tree.set(0x00, 1u << 8);
  EXPECT_NE(tree.read(0x00) & 1u << 10, 0u);
  tree.write(0x0C, 2 | 1u << 4 | 30u << 8 | 1u << 24);
  tree.set(0x00, 1u << 24);
  tree.write(0x08, 3 | 4u << 8);
  EXPECT_EQ(tree.core(), 120'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::pclk1), 60'000'000u);
  EXPECT_THAT(tree.notes, Contains(HasSubstr("range 1 without boost")));
}

TEST(RccF0, PllOfHsiHalfAndOfHse) {
  Tree tree("nucleo-f091rc");
  tree.write(0x04, 10u << 18);  // HSI / 2 x 12
  tree.set(0x00, 1u << 24);
  tree.set(0x04, 2);
  EXPECT_EQ(tree.core(), 48'000'000u);
  tree.write(0x34, 1u << 16);  // HSI48
  tree.write(0x04, 3);
  EXPECT_EQ(tree.core(), 48'000'000u);
  EXPECT_EQ(tree.read(0x04) & 0xCu, 0xCu);
  tree.write(0x00, 1u << 16 | 1);
  tree.write(0x2C, 1);                                  // PREDIV 2
  tree.write(0x04, 3 | 2u << 15 | 8u << 18 | 4u << 8);  // HSE / 2 x 10, APB / 2
  tree.set(0x00, 1u << 24);
  tree.write(0x04, 2 | 2u << 15 | 8u << 18 | 4u << 8);
  EXPECT_EQ(tree.core(), 40'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::pclk1), 20'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::timers1), 40'000'000u);
}

TEST(RccF1, PllOfHse) {
  Tree tree("stm32vldiscovery");
  tree.set(0x00, 1u << 16);
  tree.write(0x04, 1u << 16 | 1u << 18);
  tree.set(0x00, 1u << 24);
  tree.set(0x04, 2);
  EXPECT_EQ(tree.core(), 24'000'000u);
}

TEST(RccH7, CoreAndBusesHaveTheirOwnDividers) {
  Tree tree("nucleo-h743zi2");
  EXPECT_EQ(tree.core(), 64'000'000u);
  tree.set(0x00, 1u << 16);
  tree.write(0x28, 4u << 4 | 2);
  tree.write(0x30, 399 | 1u << 9);
  tree.write(0x2C, 1u << 16);
  tree.set(0x00, 1u << 24);
  tree.write(0x18, 8);
  tree.write(0x1C, 4u << 4 | 4u << 8);
  tree.write(0x10, 3);
  EXPECT_EQ(tree.read(0x10) & 0x38u, 0x18u);
  EXPECT_EQ(tree.core(), 400'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::hclk), 200'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::pclk1), 100'000'000u);
  EXPECT_EQ(tree.hz(ClockDomain::timers1), 200'000'000u);
  tree.write(0x34, 4096u << 3);
  tree.write(0x2C, 1u << 16 | 1);  // PLL1FRACEN: N is 400.5
  EXPECT_EQ(tree.core(), 400'500'000u);
}

}  // namespace
}  // namespace mcost::boards::test
