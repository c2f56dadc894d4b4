// GPIO, CRC, RNG and UART of STM32, alone. Timers, which need an engine, are tested on a machine.
#include <gtest/gtest.h>

#include <string>

#include "boards/peripherals/crc_unit.h"
#include "boards/peripherals/gpio.h"
#include "boards/peripherals/random_generator.h"
#include "boards/peripherals/uart.h"

namespace mcost::boards::test {
namespace {

TEST(GpioV2, OutputsReadBackAndInputsReadZero) {
  const auto gpio = make_gpio("gpio_stm32_v2", PeripheralSpec{});
  gpio->write(0x00, 1u << 2 * 3, 0);  // pin 3 is an output
  gpio->write(0x18, 1u << 3 | 1u << 4, 0);
  EXPECT_EQ(gpio->read(0x10, 0, 0), 1u << 3);
  EXPECT_EQ(gpio->read(0x14, 0, 0), 1u << 3 | 1u << 4);
  gpio->write(0x18, 1u << 19 | 1u << 3, 0);  // set and reset: set wins
  EXPECT_EQ(gpio->read(0x10, 0, 0), 1u << 3);
  gpio->write(0x28, 1u << 3, 0);
  EXPECT_EQ(gpio->read(0x10, 0, 0), 0u);
  gpio->write(0x14, 0x10008, 0);
  EXPECT_EQ(gpio->read(0x14, 0, 0), 8u);
  EXPECT_EQ(gpio->read(0x18, 5, 0), 0u);
  gpio->reset();
  EXPECT_EQ(gpio->read(0x14, 0, 0), 0u);
}

using Edges = std::vector<std::string>;

std::unique_ptr<PeripheralModel> recorded_port(std::string_view type, Edges& edges) {
  PeripheralSpec spec;
  spec.name = "gpiob";
  return make_gpio(type, spec, [&edges](const std::string& pin, bool rising, Cycles now) {
    edges.push_back(pin + (rising ? " rises " : " falls ") + std::to_string(now));
  });
}

TEST(GpioV2, EdgesAreThoseOfOutputPins) {
  Edges edges;
  const auto gpio = recorded_port("gpio_stm32_v2", edges);
  gpio->write(0x00, 1u << 2 * 3 | 2u << 2 * 4, 1);  // pin 3 an output, 4 a peripheral's
  gpio->write(0x18, 1u << 3 | 1u << 4 | 1u << 5, 2);
  gpio->write(0x18, 1u << 3, 3);            // no change
  gpio->write(0x18, 1u << 19, 4);           // BSRR resets
  gpio->write(0x14, 1u << 3 | 1u << 5, 5);  // ODR
  gpio->write(0x28, 1u << 3, 6);            // BRR
  gpio->write(0x00, 1u << 2 * 5, 7);  // pin 5, which is 1, becomes an output: no edge of software
  gpio->write(0x14, 0, 8);
  gpio->reset();
  EXPECT_EQ(edges,
            (Edges{"PB3 rises 2", "PB3 falls 4", "PB3 rises 5", "PB3 falls 6", "PB5 falls 8"}));
}

TEST(GpioV1, EdgesAreThoseOfGeneralPurposeOutputs) {
  Edges edges;
  const auto gpio = recorded_port("gpio_stm32_v1", edges);
  gpio->write(0x04, 0x00000B30, 1);  // CRH: pin 9 an output, 10 that of a peripheral
  gpio->write(0x10, 1u << 9 | 1u << 10, 2);
  gpio->write(0x14, 1u << 9, 3);
  EXPECT_EQ(edges, (Edges{"PB9 rises 2", "PB9 falls 3"}));
}

TEST(GpioV1, ModeOfAnOutputIsNotZero) {
  const auto gpio = make_gpio("gpio_stm32_v1", PeripheralSpec{});
  gpio->write(0x04, 0x00040030, 0);  // CRH: pin 9 output at 50 MHz, pin 12 input
  gpio->write(0x10, 1u << 9 | 1u << 12, 0);
  EXPECT_EQ(gpio->read(0x08, 0, 0), 1u << 9);
  gpio->write(0x14, 1u << 9, 0);
  EXPECT_EQ(gpio->read(0x08, 0, 0), 0u);
}

/// Source of the sums: the parameters as CRC catalogues name them.
TEST(CrcUnit, IsCrc32OfWordsMostSignificantFirst) {
  for (const char* type : {"crc_stm32_v1", "crc_stm32_v2"}) {
    const auto crc = make_crc_unit(type);
    crc->write(0x00, 0x12345678, 0);
    EXPECT_EQ(crc->read(0x00, 0, 0), 0xDF8A8A2Bu) << type;
    crc->write(0x08, 1, 0);
    EXPECT_EQ(crc->read(0x00, 0, 0), 0xFFFFFFFFu) << type;
  }
}

std::uint32_t crc_of_digits(PeripheralModel& crc) {
  for (const char digit : std::string("123456789")) {
    EXPECT_TRUE(crc.write_part(0, static_cast<std::uint8_t>(digit), 1, 0));
  }
  return crc.read(0, 0, 0);
}

TEST(CrcUnitV2, BytesWidthsPolynomialsAndBitOrder) {
  const auto crc = make_crc_unit("crc_stm32_v2");
  EXPECT_EQ(crc_of_digits(*crc), 0x0376E6E7u);  // CRC-32/MPEG-2
  crc->write(0x08, 1 | 1u << 5 | 1u << 7, 0);
  EXPECT_EQ(crc_of_digits(*crc) ^ 0xFFFFFFFFu, 0xCBF43926u);  // CRC-32
  crc->write(0x14, 0x1021, 0);
  crc->write(0x10, 0xFFFF, 0);
  crc->write(0x08, 1 | 1u << 3, 0);
  EXPECT_EQ(crc_of_digits(*crc), 0x29B1u);  // CRC-16/CCITT-FALSE
  crc->write(0x14, 0x07, 0);
  crc->write(0x10, 0, 0);
  crc->write(0x08, 1 | 2u << 3, 0);
  EXPECT_EQ(crc_of_digits(*crc), 0xF4u);  // CRC-8
  EXPECT_FALSE(make_crc_unit("crc_stm32_v1")->write_part(0, 1, 1, 0));
}

TEST(RandomGenerator, IsReadyFortyBusCyclesAfterANumberAndRepeats) {
  ClockTree tree{{400, 1}};
  tree.core_cycles[static_cast<unsigned>(ClockDomain::hclk)] = 2;
  const Clocks clocks(tree, false);
  std::uint32_t first[2];
  for (std::uint32_t& number : first) {
    const auto rng = make_random_generator(5, clocks);
    EXPECT_EQ(rng->read(0x04, 0, 1000), 0u);
    rng->write(0x00, 4, 1000);
    EXPECT_EQ(rng->read(0x04, 0, 1079), 0u);
    EXPECT_EQ(rng->read(0x08, 0, 1079), 0u);
    EXPECT_EQ(rng->read(0x04, 0, 1080), 1u);
    number = rng->read(0x08, 0, 1080);
    EXPECT_EQ(rng->read(0x04, 0, 1081), 0u);
    EXPECT_NE(rng->read(0x08, 0, 1160), number);
  }
  EXPECT_EQ(first[0], first[1]);
  const auto other = make_random_generator(6, clocks);
  other->write(0x00, 4, 0);
  EXPECT_NE(other->read(0x08, 0, 80), first[0]);
}

struct Line {
  std::string sent;
  std::string waiting;
  std::vector<bool> levels;
  UartLine line() {
    UartLine uart;
    uart.sink = [this](const std::string& text, bool) { sent += text; };
    uart.source = [this]() -> std::optional<std::uint8_t> {
      if (waiting.empty()) return std::nullopt;
      const char next = waiting.front();
      waiting.erase(0, 1);
      return static_cast<std::uint8_t>(next);
    };
    uart.interrupt = [this](bool raised) { levels.push_back(raised); };
    return uart;
  }
};

TEST(UartV2, AcknowledgementsFollowTheEnables) {
  Line line;
  const auto uart = make_uart("uart_stm32_v2", line.line()).model;
  EXPECT_EQ(uart->read(0x1C, 0xC0, 0), 0xC0u);
  uart->write(0x00, 1 | 1u << 3, 0);
  EXPECT_EQ(uart->read(0x1C, 0xC0, 0), 0xC0u | 1u << 21);
  uart->write(0x00, 1 | 1u << 3 | 1u << 2, 0);
  EXPECT_EQ(uart->read(0x1C, 0xC0, 0), 0xC0u | 3u << 21);
  uart->write(0x28, 'x', 0);
  EXPECT_EQ(line.sent, "x");
}

TEST(UartV2, ReceivesWhatComesOneByteAtATime) {
  Line line;
  line.waiting = "ab";
  const auto uart = make_uart("uart_stm32_v2", line.line()).model;
  EXPECT_EQ(uart->read(0x1C, 0, 0) & 1u << 5, 0u);  // the receiver is off
  uart->write(0x00, 1 | 1u << 2, 0);
  EXPECT_NE(uart->read(0x1C, 0, 0) & 1u << 5, 0u);
  EXPECT_EQ(uart->read(0x24, 0, 0), static_cast<std::uint32_t>('a'));
  EXPECT_EQ(uart->read(0x24, 0, 0), static_cast<std::uint32_t>('b'));
  EXPECT_EQ(uart->read(0x1C, 0, 0) & 1u << 5, 0u);
}

TEST(UartV1, InterruptsWhileAByteWaitsAndWhileItMaySend) {
  Line line;
  line.waiting = "q";
  const auto uart = make_uart("uart_stm32_v1", line.line()).model;
  uart->write(0x0C, 1u << 13 | 1u << 2 | 1u << 5, 0);  // RXNEIE
  ASSERT_FALSE(line.levels.empty());
  EXPECT_TRUE(line.levels.back());
  EXPECT_EQ(uart->read(0x04, 0, 0), static_cast<std::uint32_t>('q'));
  EXPECT_FALSE(line.levels.back());
  uart->write(0x0C, 1u << 13 | 1u << 3 | 1u << 7, 0);  // TXEIE
  EXPECT_TRUE(line.levels.back());
  uart->write(0x0C, 1u << 13 | 1u << 3, 0);
  EXPECT_FALSE(line.levels.back());
}

}  // namespace
}  // namespace mcost::boards::test
