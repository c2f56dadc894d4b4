// The SPI side of an SD card: bytes in, bytes out.  Source: SD Physical Layer Simplified
// Specification 7; boards-and-memories facts 11.1. Chip select is not modelled: a host that follows
// the protocol cannot tell.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "boards/peripherals/sd_card.h"
#include "boards/peripherals/spi.h"

namespace mcost::boards {

class SdSpi final : public SpiDevice {
 public:
  explicit SdSpi(SdCard& card) : card_(card) {}
  std::uint8_t exchange(std::uint8_t out, Cycles now) override;

 private:
  std::uint8_t next_byte(Cycles now);
  void receive(std::uint8_t byte, Cycles now);
  void execute(Cycles now);
  void receive_data(std::uint8_t byte, Cycles now);
  void respond(const SdCard::Answer& answer, unsigned index, Cycles now);

  SdCard& card_;
  std::array<std::uint8_t, 6> command_{};
  unsigned collected_ = 0;
  std::deque<std::uint8_t> out_;
  std::vector<std::uint8_t> block_;  // of a write, with its CRC
  bool answering_ = false;
  bool in_block_ = false;
  bool check_crc_ = false;
};

/// A slot without a card: MISO stays high. Tells once a whole command was sent to it.
class EmptySdSlot final : public SpiDevice {
 public:
  explicit EmptySdSlot(std::function<void()> unanswered) : unanswered_(std::move(unanswered)) {}
  std::uint8_t exchange(std::uint8_t out, Cycles now) override;

 private:
  std::function<void()> unanswered_;
  unsigned collected_ = 0;
};

}  // namespace mcost::boards
