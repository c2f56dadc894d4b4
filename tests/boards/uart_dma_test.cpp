// UARTs served by DMA, as HAL_UART_Transmit_DMA and HAL_UART_Receive_DMA set them up: streams of
// the STM32F469 with a UART of version 1, channels of the STM32L496 with one of version 2.
#include "tests/boards/board_bus.h"

namespace mcost::test {
namespace {

constexpr Address kMemory = 0x20001000;
const std::string kText = "sent by DMA\n";

/// Where one board has its console UART and the DMA that serves it.
struct Part {
  const char* board;
  const char* uart;
  unsigned uart_interrupt;
  Address control1, control3, status, clear, send, receive;
  std::uint32_t on;  // of control1: UE, TE, RE
  bool has_streams;
  Address dma;
  unsigned send_interrupt;  // of its stream or channel
  unsigned receive_interrupt;
};

constexpr Part kF469{"stm32f469i-disco",
                     "usart3",
                     39,
                     0x4000480C,
                     0x40004814,
                     0x40004800,
                     0x40004800,
                     0x40004804,
                     0x40004804,
                     1u << 13 | 3u << 2,
                     true,
                     0x40026000,
                     14,
                     12};
constexpr Part kL496{"nucleo-l496zg", "usart3",   39,         0x40004800, 0x40004808,
                     0x4000481C,      0x40004820, 0x40004828, 0x40004824, 1u | 3u << 2,
                     false,           0x40020000, 12,         13};

class UartDma : public BoardBus, public testing::WithParamInterface<const Part*> {
 protected:
  void connect(std::string input) {
    boards::MachineOptions options;
    boards::UartConnection line;
    line.sink = [this](const std::string& text, bool) { sent_ += text; };
    line.source = [input = std::move(input),
                   at = std::size_t{0}]() mutable -> std::optional<std::uint8_t> {
      if (at == input.size()) return std::nullopt;
      return static_cast<std::uint8_t>(input[at++]);
    };
    options.uarts[part().uart] = std::move(line);
    make(boards::read_board(part().board, {}, {}), std::move(options));
    write(part().control1, part().on);
  }
  static const Part& part() { return *GetParam(); }
  /// Stream 3 or channel 2 sends, stream 1 or channel 3 receives.
  void start(bool send, std::uint32_t bytes, bool circular = false) {
    const Address data = send ? part().send : part().receive;
    if (part().has_streams) {
      const Address at = part().dma + 0x10 + 0x18 * (send ? 3 : 1);
      write(at + 0x08, data);
      write(at + 0x0C, kMemory);
      write(at + 0x04, bytes);
      write(at,
            4u << 25 | 1u << 10 | (send ? 1u << 6 : 0u) | (circular ? 1u << 8 : 0u) | 1u << 4 | 1);
    } else {
      const Address at = part().dma + 8 + 20 * (send ? 1 : 2);
      write(at + 0x08, data);
      write(at + 0x0C, kMemory);
      write(at + 0x04, bytes);
      write(at, 1u << 7 | (send ? 1u << 4 : 0u) | (circular ? 1u << 5 : 0u) | 1u << 1 | 1);
    }
  }
  [[nodiscard]] std::uint32_t left(bool send) {
    return read(part().has_streams ? part().dma + 0x10 + 0x18 * (send ? 3 : 1) + 4
                                   : part().dma + 8 + 20 * (send ? 1 : 2) + 4);
  }
  std::string sent_;  // NOLINT(misc-non-private-member-variables-in-classes)
};

/// The DMA's interrupt comes first; its handler clears DMAT and enables TC, whose interrupt ends
/// the transfer.
TEST_P(UartDma, TransmitEndsWithTheInterruptOfTc) {
  connect({});
  put(kMemory, {kText.begin(), kText.end()});
  start(true, static_cast<std::uint32_t>(kText.size()));
  pass(1000);
  EXPECT_EQ(sent_, "");  // nothing without DMAT
  write(part().clear, part().clear == part().status ? ~(1u << 6) : 1u << 6);
  write(part().control3, 1u << 7);
  pass(1000);
  EXPECT_EQ(sent_, kText);
  EXPECT_EQ(left(true), 0u);
  EXPECT_TRUE(pending(part().send_interrupt));
  EXPECT_FALSE(pending(part().uart_interrupt));
  write(part().control3, 0);
  write(part().control1, part().on | 1u << 6);  // TCIE
  EXPECT_NE(read(part().status) & 1u << 6, 0u);
  EXPECT_TRUE(pending(part().uart_interrupt));
  EXPECT_EQ(bus().interconnect.shared(), 0u);
}

TEST_P(UartDma, ReceiveTakesWhatTheLineHas) {
  connect("abcdef");
  start(false, 4);
  write(part().control3, 1u << 6);
  pass(1000);
  EXPECT_EQ(get(kMemory, 4), (std::vector<std::uint8_t>{'a', 'b', 'c', 'd'}));
  EXPECT_TRUE(pending(part().receive_interrupt));
  EXPECT_EQ(read(part().receive) & 0xFFu, static_cast<std::uint32_t>('e'));
}

TEST_P(UartDma, ReceiveWaitsForMoreThanTheLineHas) {
  connect("abc");
  start(false, 5);
  write(part().control3, 1u << 6);
  pass(1000);
  EXPECT_EQ(left(false), 2u);
  EXPECT_FALSE(pending(part().receive_interrupt));
}

TEST_P(UartDma, CircularReceptionBeginsAgain) {
  connect("abcdef");
  start(false, 4, true);
  write(part().control3, 1u << 6);
  pass(1000);
  EXPECT_EQ(get(kMemory, 4), (std::vector<std::uint8_t>{'e', 'f', 'c', 'd'}));
  EXPECT_EQ(left(false), 2u);
  // Each round is a transfer, from where the one before was over.
  const DmaTransfers log = machine_->dma_log().transfers(now_);
  ASSERT_EQ(log.list.size(), 2u);
  EXPECT_EQ(log.list[0].bytes, 4u);
  EXPECT_EQ(log.list[0].ending, DmaEnding::complete);
  EXPECT_EQ(log.list[1].begin, log.list[0].end);
  EXPECT_EQ(log.list[1].from, part().receive);
  EXPECT_EQ(log.list[1].to, kMemory);
  EXPECT_EQ(log.list[1].bytes, 2u);
  EXPECT_EQ(log.list[1].ending, DmaEnding::unfinished);
  EXPECT_EQ(log.list[1].end, now_);
}

TEST_P(UartDma, ATransmitterThatIsOffAsksForNothing) {
  connect({});
  put(kMemory, {kText.begin(), kText.end()});
  write(part().control1, part().on & ~(1u << 3));
  start(true, 4);
  write(part().control3, 1u << 7);
  pass(1000);
  EXPECT_EQ(sent_, "");
  write(part().control1, part().on);
  pass(1000);
  EXPECT_EQ(sent_, kText.substr(0, 4));
}

INSTANTIATE_TEST_SUITE_P(Parts, UartDma, testing::Values(&kF469, &kL496), [](const auto& tested) {
  return std::string(tested.param->has_streams ? "Streams" : "Channels");
});

}  // namespace
}  // namespace mcost::test
