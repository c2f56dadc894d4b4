#include "boards/peripherals/sd_card.h"

#include <algorithm>

namespace mcost::boards {
namespace {

constexpr std::uint32_t kVoltages = 0x00FF8000;  // OCR: 2.7 to 3.6 V
constexpr std::uint32_t kHighCapacity = 1u << 30;
constexpr std::uint32_t kPoweredUp = 1u << 31;
constexpr std::uint16_t kRelativeAddress = 0xB368;
constexpr unsigned kPauseEvery = 64;  // blocks of a multiple write

/// SD configuration register: version 3.0, buses of 1 and 4 bits.
constexpr std::array<std::uint8_t, 8> kScr = {0x02, 0x35, 0x80, 0, 0, 0, 0, 0};

}  // namespace

std::uint8_t sd_crc7(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0;
  for (const std::uint8_t byte : bytes) {
    for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
      const bool out = ((crc & 0x40u) != 0) != ((byte & bit) != 0);
      crc = (crc << 1 & 0x7Fu) ^ (out ? 0x09u : 0u);
    }
  }
  return static_cast<std::uint8_t>(crc << 1 | 1u);
}

std::uint16_t sd_crc16(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<unsigned>(byte) << 8;
    for (unsigned i = 0; i < 8; ++i)
      crc = (crc << 1 & 0xFFFFu) ^ ((crc & 0x8000u) != 0 ? 0x1021u : 0u);
  }
  return static_cast<std::uint16_t>(crc);
}

std::array<std::uint8_t, 16> SdCard::card_specific_data() const {
  const auto size = static_cast<std::uint32_t>(image_->blocks() / 1024 - 1);
  std::array<std::uint8_t, 16> csd = {0x40, 0x0E, 0x00, 0x32, 0x5B, 0x59, 0x00, 0,
                                      0,    0,    0x7F, 0x80, 0x0A, 0x40, 0x00, 0};
  csd[7] = static_cast<std::uint8_t>(size >> 16 & 0x3Fu);
  csd[8] = static_cast<std::uint8_t>(size >> 8);
  csd[9] = static_cast<std::uint8_t>(size);
  csd[15] = sd_crc7(std::span(csd).first(15));
  return csd;
}

std::array<std::uint8_t, 16> SdCard::card_identification() {
  std::array<std::uint8_t, 16> cid = {0x00, 'm', 'c', 'M', 'C', 'O',  'S',  'T',
                                      0x10, 0,   0,   0,   1,   0x01, 0xA1, 0};
  cid[15] = sd_crc7(std::span(cid).first(15));
  return cid;
}

SdCard::State SdCard::state(Cycles now) const {
  if (state_ == State::programming) return now < busy_until_ ? State::programming : State::transfer;
  return state_;
}

void SdCard::power_on() {
  state_ = State::idle;
  pending_status_ = 0;
  ready_at_.reset();
  address_ = 0;
  outgoing_ = incoming_ = multiple_ = app_ = false;
}

SdCard::Answer SdCard::status(Cycles now) {
  Answer answer;
  answer.form = Form::r1;
  const State current = state(now);
  answer.value = pending_status_ | static_cast<std::uint32_t>(current) << 9 |
                 (now >= busy_until_ ? kReadyForData : 0u) | (app_ ? kAppCommand : 0u);
  pending_status_ = 0;
  return answer;
}

SdCard::Answer SdCard::illegal() {
  pending_status_ |= kIllegalCommand;
  return {};
}

SdCard::Answer SdCard::send(std::vector<std::uint8_t> bytes, Cycles now) {
  const Answer answer = status(now);
  register_ = std::move(bytes);
  is_register_ = outgoing_ = true;
  multiple_ = false;
  access_ = spend_access(times_().next_access);
  answered(now);
  return answer;
}

SdCard::Answer SdCard::start_read(std::uint32_t block, bool multiple, Cycles now) {
  if (block >= image_->blocks()) {
    pending_status_ |= kAddressOutOfRange;
    return status(now);
  }
  const Answer answer = status(now);
  state_ = State::sending;
  is_register_ = false;
  outgoing_ = true;
  multiple_ = multiple;
  block_ = block;
  access_ = spend_access(times_().access);
  answered(now);
  return answer;
}

SdCard::Answer SdCard::start_write(std::uint32_t block, bool multiple, Cycles now) {
  if (block >= image_->blocks()) {
    pending_status_ |= kAddressOutOfRange;
    return status(now);
  }
  const Answer answer = status(now);
  state_ = State::receiving;
  incoming_ = true;
  multiple_ = multiple;
  block_ = block;
  in_stream_ = 0;
  return answer;
}

std::vector<std::uint8_t> SdCard::take_block() {
  if (is_register_) {
    outgoing_ = false;
    return std::move(register_);
  }
  const SdBlock data = image_->read(block_);
  ++blocks_read_;
  ++block_;
  if (!multiple_ || block_ == image_->blocks()) {
    outgoing_ = false;
    if (multiple_) pending_status_ |= kAddressOutOfRange;
    if (!multiple_) state_ = State::transfer;
  }
  return {data.begin(), data.end()};
}

void SdCard::give_block(const SdBlock& data, Cycles now) {
  image_->write(block_, data);
  ++blocks_written_;
  ++block_;
  ++in_stream_;
  const bool pause = multiple_ && in_stream_ % kPauseEvery == 0;
  const SdTimes times = times_();
  SdTime busy = multiple_ ? times.stream_program : times.program;
  if (pause) busy = {busy.ns + times.stream_pause.ns, busy.cycles + times.stream_pause.cycles};
  busy_until_ = now + busy.cycles;
  busy_cycles_ += busy.cycles;
  busy_ns_ += busy.ns;
  if (multiple_ && block_ < image_->blocks()) return;
  if (multiple_) pending_status_ |= kAddressOutOfRange;
  incoming_ = false;
  state_ = State::programming;
}

void SdCard::stop() {
  if (state_ == State::receiving) state_ = State::programming;
  if (state_ == State::sending) state_ = State::transfer;
  outgoing_ = incoming_ = multiple_ = false;
}

SdCard::Answer SdCard::app_command(unsigned index, std::uint32_t argument, Cycles now) {
  switch (index) {
    case 6:   // SET_BUS_WIDTH: the host's side decides the time
    case 23:  // SET_WR_BLK_ERASE_COUNT
    case 42:  // SET_CLR_CARD_DETECT
      return status(now);
    case 13: return send(std::vector<std::uint8_t>(64, 0), now);
    case 22: {
      const auto count = static_cast<std::uint32_t>(in_stream_);
      return send({static_cast<std::uint8_t>(count >> 24), static_cast<std::uint8_t>(count >> 16),
                   static_cast<std::uint8_t>(count >> 8), static_cast<std::uint8_t>(count)},
                  now);
    }
    case 41: {
      Answer answer;
      answer.form = Form::r3;
      if ((argument & kVoltages) != 0 || argument == kHighCapacity || ready_at_)
        ready_at_ = ready_at_.value_or(now + times_().initialise.cycles);
      answer.value = kVoltages;
      if (initialised(now)) {
        answer.value |= kPoweredUp | kHighCapacity;
        if (state_ == State::idle) state_ = State::ready;
      }
      return answer;
    }
    case 51: return send({kScr.begin(), kScr.end()}, now);
    default: return illegal();
  }
}

/// Commands before a card is selected, and those that select it.
SdCard::Answer SdCard::identify(unsigned index, std::uint32_t argument, Cycles now) {
  Answer answer;
  switch (index) {
    case 2:
      if (state_ != State::ready) return illegal();
      state_ = State::identification;
      answer.form = Form::r2;
      answer.long_value = card_identification();
      return answer;
    case 3:
      if (state_ != State::identification && state_ != State::standby) return illegal();
      answer.form = Form::r6;
      answer.value = std::uint32_t{kRelativeAddress} << 16 |
                     static_cast<std::uint32_t>(state_) << 9 | kReadyForData;
      address_ = kRelativeAddress;
      state_ = State::standby;
      return answer;
    case 7:
      if (argument >> 16 != address_ || address_ == 0) {
        if (state_ != State::idle) state_ = State::standby;
        return {};
      }
      answer = status(now);
      state_ = State::transfer;
      return answer;
    default:  // 9, 10
      if (argument >> 16 != address_ || state_ != State::standby) return illegal();
      answer.form = Form::r2;
      answer.long_value = index == 9 ? card_specific_data() : card_identification();
      return answer;
  }
}

SdCard::Answer SdCard::transfer(unsigned index, std::uint32_t argument, Cycles now, bool spi) {
  if (index == 12) {
    const Answer answer = status(now);
    stop();
    return answer;
  }
  if (state(now) != State::transfer && !spi) return illegal();
  if (spi && !initialised(now)) return illegal();
  if (state_ == State::programming) state_ = State::transfer;
  switch (index) {
    case 6: {  // SWITCH_FUNC: what it has, high speed among it, and what is selected
      std::vector<std::uint8_t> bytes(64, 0);
      bytes[1] = 100;
      bytes[13] = 0x03;
      bytes[16] = (argument & 0xFu) == 1 ? 1 : 0;
      return send(std::move(bytes), now);
    }
    case 16: return status(now);  // block length is fixed at 512
    case 17: return start_read(argument, false, now);
    case 18: return start_read(argument, true, now);
    case 24: return start_write(argument, false, now);
    default: return start_write(argument, true, now);  // 25
  }
}

SdCard::Answer SdCard::command(unsigned index, std::uint32_t argument, Cycles now, bool spi) {
  ++commands_;
  const bool app = app_;
  app_ = false;
  if (app) {
    const Answer answer = app_command(index, argument, now);
    if (answer.form != Form::none) return answer;
    pending_status_ &= ~kIllegalCommand;  // not an application command: the plain one
  }
  switch (index) {
    case 0: power_on(); return spi ? status(now) : Answer{};
    case 8: {
      Answer answer;
      answer.form = Form::r7;
      answer.value = argument & 0xFFFu;
      return (argument >> 8 & 0xFu) == 1 ? answer : Answer{};
    }
    case 13: return status(now);
    case 55: {
      app_ = true;
      return status(now);
    }
    case 58:
      if (spi) {
        Answer answer;
        answer.form = Form::r3;
        answer.value = kVoltages | (initialised(now) ? kPoweredUp | kHighCapacity : 0u);
        return answer;
      }
      return illegal();
    case 59: return spi ? status(now) : illegal();
    case 9:
    case 10:
      if (spi) {
        const auto bytes = index == 9 ? card_specific_data() : card_identification();
        return initialised(now) ? send({bytes.begin(), bytes.end()}, now) : illegal();
      }
      return identify(index, argument, now);
    case 2:
    case 3:
    case 7: return spi ? illegal() : identify(index, argument, now);
    case 6:
    case 12:
    case 16:
    case 17:
    case 18:
    case 24:
    case 25: return transfer(index, argument, now, spi);
    default: return illegal();
  }
}

}  // namespace mcost::boards
