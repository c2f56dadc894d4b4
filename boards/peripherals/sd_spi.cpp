#include "boards/peripherals/sd_spi.h"

#include <algorithm>

namespace mcost::boards {
namespace {

constexpr std::uint8_t kSilence = 0xFF;
constexpr std::uint8_t kStartBlock = 0xFE;
constexpr std::uint8_t kStartMultiple = 0xFC;
constexpr std::uint8_t kStopTransmission = 0xFD;
constexpr std::uint8_t kAccepted = 0xE5;
constexpr std::uint8_t kCrcError = 0xEB;
// Bits of R1.
constexpr std::uint8_t kIdle = 1u << 0;
constexpr std::uint8_t kIllegal = 1u << 2;
constexpr std::uint8_t kCommandCrc = 1u << 3;
constexpr std::uint8_t kParameter = 1u << 6;

bool starts_command(std::uint8_t byte) { return (byte & 0xC0u) == 0x40u; }

}  // namespace

std::uint8_t SdSpi::exchange(std::uint8_t out, Cycles now) {
  card_.count_clocks(8);
  const std::uint8_t in = next_byte(now);
  receive(out, now);
  return in;
}

/// What the card drives: what it has to say, a block that is ready, 0 while it is busy.
std::uint8_t SdSpi::next_byte(Cycles now) {
  if (out_.empty() && !answering_ && card_.sends() && now >= card_.block_ready()) {
    const std::vector<std::uint8_t> data = card_.take_block();
    const std::uint16_t crc = sd_crc16(data);
    out_.push_back(kStartBlock);
    out_.insert(out_.end(), data.begin(), data.end());
    out_.push_back(static_cast<std::uint8_t>(crc >> 8));
    out_.push_back(static_cast<std::uint8_t>(crc));
  }
  if (!out_.empty()) {
    const std::uint8_t byte = out_.front();
    out_.pop_front();
    if (out_.empty() && answering_) {
      answering_ = false;
      if (card_.sends()) card_.answered(now);
    } else if (out_.empty()) {
      card_.block_sent(now);
    }
    return byte;
  }
  return now < card_.busy_until() ? std::uint8_t{0} : kSilence;
}

void SdSpi::receive(std::uint8_t byte, Cycles now) {
  if (card_.receives() && collected_ == 0 &&
      (in_block_ || byte == kStartBlock || byte == kStartMultiple || byte == kStopTransmission)) {
    receive_data(byte, now);
    return;
  }
  if (collected_ == 0 && !starts_command(byte)) return;
  command_[collected_++] = byte;
  if (collected_ < command_.size()) return;
  collected_ = 0;
  execute(now);
}

void SdSpi::receive_data(std::uint8_t byte, Cycles now) {
  if (!in_block_) {
    if (byte == kStopTransmission) {
      card_.stop();
    } else {
      in_block_ = true;
      block_.clear();
    }
    return;
  }
  block_.push_back(byte);
  if (block_.size() < kSdBlockBytes + 2) return;
  in_block_ = false;
  const auto data = std::span(block_).first(kSdBlockBytes);
  const unsigned crc = static_cast<unsigned>(block_[kSdBlockBytes]) << 8 | block_.back();
  if (check_crc_ && crc != sd_crc16(data)) {
    out_.push_back(kCrcError);
    return;
  }
  SdBlock block;
  std::copy(data.begin(), data.end(), block.begin());
  out_.push_back(kAccepted);
  card_.give_block(block, now);
}

void SdSpi::execute(Cycles now) {
  const unsigned index = command_[0] & 0x3Fu;
  const std::uint32_t argument = std::uint32_t{command_[1]} << 24 |
                                 std::uint32_t{command_[2]} << 16 |
                                 std::uint32_t{command_[3]} << 8 | command_[4];
  out_.clear();
  answering_ = true;
  out_.push_back(kSilence);  // NCR, and the stuff byte of CMD12
  // CRC counts for CMD0 and CMD8 in any case.  Source: SD Physical Layer 7.2.2.
  const bool checked = check_crc_ || index == 0 || index == 8;
  const std::uint8_t idle = card_.initialised(now) ? std::uint8_t{0} : kIdle;
  if (checked && sd_crc7(std::span(command_).first(5)) != (command_[5] | 1u)) {
    out_.push_back(static_cast<std::uint8_t>(idle | kCommandCrc));
    return;
  }
  if (index == 0) check_crc_ = false;
  if (index == 59) check_crc_ = (argument & 1u) != 0;
  respond(card_.command(index, argument, now, true), index, now);
}

void SdSpi::respond(const SdCard::Answer& answer, unsigned index, Cycles now) {
  const std::uint8_t idle = card_.initialised(now) ? std::uint8_t{0} : kIdle;
  if (answer.form == SdCard::Form::none) {
    out_.push_back(static_cast<std::uint8_t>(idle | kIllegal));
    return;
  }
  const bool range = answer.form == SdCard::Form::r1 &&
                     (answer.value & SdCard::kAddressOutOfRange) != 0 && index != 12;
  out_.push_back(static_cast<std::uint8_t>(idle | (range ? kParameter : 0u)));
  if (index == 13) out_.push_back(0);  // R2
  // ACMD41 answers with R1 here; the OCR is for CMD58.
  if (answer.form == SdCard::Form::r7 || index == 58) {
    for (int shift = 24; shift >= 0; shift -= 8)
      out_.push_back(static_cast<std::uint8_t>(answer.value >> shift));
  }
}

std::uint8_t EmptySdSlot::exchange(std::uint8_t out, Cycles) {
  constexpr unsigned kCommandBytes = 6;
  if (collected_ == 0 && !starts_command(out)) return kSilence;
  if (++collected_ == kCommandBytes) {
    collected_ = 0;
    unanswered_();
  }
  return kSilence;
}

}  // namespace mcost::boards
