#include "boards/peripherals/sdmmc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "sim_core/base/bits.h"

namespace mcost::boards {
namespace {

enum Register : std::uint32_t {
  kClock = 0x04,
  kArgument = 0x08,
  kCommand = 0x0C,
  kRespondedCommand = 0x10,
  kResponse = 0x14,
  kDataLength = 0x28,
  kDataControl = 0x2C,
  kDataCount = 0x30,
  kStatus = 0x34,
  kClear = 0x38,
  kMask = 0x3C,
  kFifoCount = 0x48,
  kDmaControl = 0x50,
  kDmaBase0 = 0x58,
  kFifo = 0x80,
};

// Status flags that stay until they are cleared.
constexpr std::uint32_t kCommandCrcFailed = 1u << 0;
constexpr std::uint32_t kCommandTimeout = 1u << 2;
constexpr std::uint32_t kTransmitUnderrun = 1u << 4;
constexpr std::uint32_t kReceiveOverrun = 1u << 5;
constexpr std::uint32_t kCommandResponse = 1u << 6;
constexpr std::uint32_t kCommandSent = 1u << 7;
constexpr std::uint32_t kDataEnd = 1u << 8;
constexpr std::uint32_t kBlockEnd = 1u << 10;
constexpr std::uint32_t kReceiveHalfFull = 1u << 15;
constexpr std::uint32_t kTransmitHalfEmpty = 1u << 14;

// Clocks on the command line.  Source: facts 11.2.
constexpr unsigned kCommandClocks = 48;
constexpr unsigned kGapClocks = 8;
constexpr unsigned kShortClocks = 48;
constexpr unsigned kLongClocks = 136;
constexpr unsigned kTimeoutClocks = 64;
constexpr unsigned kStartOfRead = 1;
constexpr unsigned kStartOfWrite = 2;
constexpr unsigned kBlockTail = 17;       // CRC of each line, end bit
constexpr unsigned kCrcStatusClocks = 8;  // answer of the card to a block
constexpr std::size_t kFifoWords = 32;
constexpr std::size_t kHalfFifo = 8;
constexpr std::size_t kBurstWords = 4;

class Sdmmc final : public PeripheralModel, public DmaRequester, public bus::Initiator {
 public:
  Sdmmc(engine::Engine& engine, SdmmcSettings settings)
      : engine_(engine), settings_(std::move(settings)), port_(engine, 1) {
    bus::Interconnect& bus = engine_.bus().interconnect;
    bus.add_pacer(*this);
    if (settings_.version >= 2) dma_number_ = bus.add(dma_, settings_.name);
  }

  [[nodiscard]] bool models(std::uint32_t offset) const override { return offset <= 0xBC; }
  std::uint32_t read(std::uint32_t offset, std::uint32_t stored, Cycles now) override;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now) override;
  void reset() override;

  // A DMA controller of version 1.
  [[nodiscard]] Cycles asks_since(bool write) const override {
    if (settings_.version >= 2 || !bit(data_control_, 3) || !transfers()) return kNever;
    return wants_move(write) ? fifo_since_ : kNever;
  }
  [[nodiscard]] Cycles least_interval() const override { return word_cycles(); }
  [[nodiscard]] bool has_finished() const override {
    return from_card() ? on_the_way() == 0 && fifo_.empty() : to_accept_ == 0;
  }

  [[nodiscard]] Request request() const override {
    return {std::min(command_at_, next_data_step()), bus::kNoMemory};
  }
  Cycles serve(Cycles granted) override;

 private:
  /// The DMA inside version 2.
  struct InternalDma final : bus::Initiator {
    explicit InternalDma(Sdmmc& sdmmc) : owner(sdmmc) {}
    [[nodiscard]] Request request() const override { return owner.dma_request(); }
    Cycles serve(Cycles granted) override { return owner.dma_serve(granted); }
    Sdmmc& owner;
  };

  [[nodiscard]] unsigned divider() const {
    if (settings_.version >= 2) return std::max(1u, 2 * bits(clock_, 9, 0));
    return bit(clock_, 10) ? 1 : bits(clock_, 7, 0) + 2;
  }
  [[nodiscard]] bool has_flow_control() const {
    return bit(clock_, settings_.version >= 2 ? 17 : 14);
  }
  [[nodiscard]] bool clock_runs() const { return settings_.version >= 2 || bit(clock_, 8); }
  [[nodiscard]] unsigned lines() const {
    const unsigned code = settings_.version >= 2 ? bits(clock_, 15, 14) : bits(clock_, 12, 11);
    return code == 0 ? 1 : code == 1 ? 4 : 8;
  }
  [[nodiscard]] Cycles clocks(std::uint64_t count) const {
    return settings_.cycles_of(count * divider());
  }
  /// Those in which something is on the wires; between them the card hears no clock that matters.
  void count_clocks(std::uint64_t count) {
    if (settings_.card != nullptr) settings_.card->count_clocks(count);
  }
  [[nodiscard]] Cycles word_cycles() const { return clocks(32 / lines()); }
  [[nodiscard]] bool from_card() const { return bit(data_control_, 1); }
  [[nodiscard]] bool transfers() const { return transferring_ || !fifo_.empty(); }
  [[nodiscard]] std::uint32_t block_bytes() const {
    return 1u << std::min(bits(data_control_, 7, 4), 14u);
  }
  /// Bytes that the wires have not brought yet.
  [[nodiscard]] std::uint32_t on_the_way() const {
    return data_left_ - std::min(data_left_, static_cast<std::uint32_t>(block_done_));
  }
  [[nodiscard]] bool wants_move(bool write) const {
    if (write) return !from_card() && to_accept_ != 0 && fifo_.size() + kBurstWords <= kFifoWords;
    return from_card() && (fifo_.size() >= kBurstWords || (!fifo_.empty() && on_the_way() == 0));
  }
  [[nodiscard]] Cycles next_data_step() const;
  [[nodiscard]] std::uint32_t status() const;
  void start_command(std::uint32_t value, Cycles now);
  void finish_command(Cycles now);
  void answer(const SdCard::Answer& reply, unsigned index, Cycles now);
  void start_data(Cycles now);
  void data_step(Cycles now);
  void receive_step(Cycles now);
  void transmit_step(Cycles now);
  void end_block(Cycles now);
  void end_transfer(Cycles now);
  void break_off(std::uint32_t flag, const char* what, Cycles now);
  void push(std::uint32_t word, Cycles now);
  std::uint32_t pop(Cycles now);
  void raise(std::uint32_t flags, Cycles now);
  void wake(Cycles now);
  [[nodiscard]] Request dma_request() const;
  Cycles dma_serve(Cycles granted);
  void share_dma();
  void note_dma_begin(Cycles now);
  void note_dma_end(DmaEnding ending, Cycles now) {
    settings_.log->end(dma_transfer_, ending, now);
  }

  engine::Engine& engine_;
  SdmmcSettings settings_;
  MasterPort port_;
  std::uint32_t clock_ = 0;
  std::uint32_t argument_ = 0;
  std::uint32_t command_ = 0;
  std::uint32_t responded_ = 0;
  std::array<std::uint32_t, 4> response_{};
  std::uint32_t data_length_ = 0;
  std::uint32_t data_control_ = 0;
  std::uint32_t flags_ = 0;
  std::uint32_t mask_ = 0;

  // The command line: the card takes a command when its last bit is there, the host the answer.
  Cycles command_at_ = kNever;
  bool answering_ = false;
  bool pending_data_ = false;  // CMDTRANS: the data path starts with the command
  std::uint32_t pending_flags_ = 0;

  // The data lines.
  bool transferring_ = false;
  Cycles data_from_ = 0;             // not before
  std::uint32_t data_left_ = 0;      // bytes on the wires to come
  std::uint32_t to_accept_ = 0;      // bytes of a write that the FIFO has not got yet
  std::vector<std::uint8_t> block_;  // on the wires
  std::size_t block_done_ = 0;       // bytes of it
  bool in_tail_ = false;             // its CRC
  std::deque<std::uint32_t> fifo_;
  Cycles fifo_since_ = 0;
  Cycles woken_for_ = kNever;

  std::uint32_t dma_control_ = 0;
  Address dma_address_ = 0;
  InternalDma dma_{*this};
  unsigned dma_number_ = 0;
  DmaLog::Handle dma_transfer_;
};

void Sdmmc::reset() {
  clock_ = argument_ = command_ = data_length_ = data_control_ = flags_ = mask_ = 0;
  command_at_ = kNever;
  transferring_ = pending_data_ = false;
  data_left_ = to_accept_ = 0;
  fifo_.clear();
  dma_control_ = 0;
  note_dma_end(DmaEnding::stopped, engine_.now());
  share_dma();
}

std::uint32_t Sdmmc::status() const {
  std::uint32_t value = flags_;
  const bool command = command_at_ != kNever;
  if (settings_.version >= 2) {
    value |= (transferring_ ? 1u << 12 : 0u) | (command ? 1u << 13 : 0u);
  } else {
    value |= (command ? 1u << 11 : 0u) | (transferring_ && !from_card() ? 1u << 12 : 0u) |
             (transferring_ && from_card() ? 1u << 13 : 0u);
  }
  const bool sends = transferring_ && !from_card();
  if (sends && fifo_.size() + kHalfFifo <= kFifoWords) value |= kTransmitHalfEmpty;
  if (!sends && fifo_.size() >= kHalfFifo) value |= kReceiveHalfFull;
  if (sends && fifo_.size() == kFifoWords) value |= 1u << 16;
  if (!sends && fifo_.size() == kFifoWords) value |= 1u << 17;
  if (sends && fifo_.empty()) value |= 1u << 18;
  if (!sends && fifo_.empty()) value |= 1u << 19;
  if (settings_.version == 1 && !fifo_.empty()) value |= sends ? 1u << 20 : 1u << 21;
  return value;
}

std::uint32_t Sdmmc::read(std::uint32_t offset, std::uint32_t stored, Cycles now) {
  if (offset >= kFifo && offset <= 0xBC) return pop(now);
  if (offset >= kResponse && offset < kResponse + 16) return response_[(offset - kResponse) / 4];
  switch (offset) {
    case kRespondedCommand: return responded_;
    case kCommand: return command_;
    case kDataControl: return data_control_;
    case kDataCount: return transferring_ ? data_left_ : 0;
    case kStatus: return status();
    case kFifoCount: return (data_left_ + 3) / 4;
    case kClear: return 0;
    default: return stored;
  }
}

void Sdmmc::write(std::uint32_t offset, std::uint32_t value, Cycles now) {
  if (offset >= kFifo && offset <= 0xBC) {
    push(value, now);
    return;
  }
  switch (offset) {
    case kClock: clock_ = value; break;
    case kArgument: argument_ = value; break;
    case kCommand: start_command(value, now); break;
    case kDataLength: data_length_ = value & 0x01FFFFFFu; break;
    case kDataControl:
      data_control_ = value;
      if (bit(value, 0) && !transferring_) start_data(now);
      break;
    case kClear: flags_ &= ~value; break;
    case kMask:
      mask_ = value;
      raise(0, now);
      break;
    case kDmaControl: {
      const bool joins = !bit(std::exchange(dma_control_, value), 0) && transferring_;
      if (!bit(value, 0)) note_dma_end(DmaEnding::stopped, now);
      if (joins) note_dma_begin(now);
      share_dma();
      break;
    }
    case kDmaBase0: dma_address_ = value; break;
    default: return;
  }
  wake(now);
}

// ---- Commands ----

void Sdmmc::start_command(std::uint32_t value, Cycles now) {
  command_ = value;
  const bool enabled = bit(value, settings_.version >= 2 ? 12 : 10);
  if (!enabled || !clock_runs()) return;
  pending_data_ = settings_.version >= 2 && bit(value, 6);
  answering_ = false;
  command_at_ = now + clocks(kCommandClocks);
  count_clocks(kCommandClocks);
}

void Sdmmc::finish_command(Cycles now) {
  if (answering_) {
    command_at_ = kNever;
    answering_ = false;
    if (settings_.card != nullptr && settings_.card->sends()) settings_.card->answered(now);
    if (pending_data_) {
      pending_data_ = false;
      start_data(now);
    }
    raise(std::exchange(pending_flags_, 0), now);
    return;
  }
  const unsigned index = command_ & 0x3Fu;
  SdCard::Answer reply;
  if (settings_.card != nullptr) reply = settings_.card->command(index, argument_, now, false);
  answer(reply, index, now);
}

/// What the response register holds when the response is over.
void Sdmmc::answer(const SdCard::Answer& reply, unsigned index, Cycles now) {
  const unsigned wanted = settings_.version >= 2 ? bits(command_, 9, 8) : bits(command_, 7, 6);
  answering_ = true;
  if (wanted == 0 || (settings_.version == 1 && wanted == 2)) {
    pending_flags_ = kCommandSent;
    command_at_ = now + 1;
    return;
  }
  if (reply.form == SdCard::Form::none) {
    if (settings_.card == nullptr && settings_.unanswered) settings_.unanswered();
    pending_flags_ = kCommandTimeout;
    command_at_ = now + clocks(kTimeoutClocks);
    count_clocks(kTimeoutClocks);
    return;
  }
  const bool is_long = reply.form == SdCard::Form::r2;
  const unsigned response_clocks = kGapClocks + (is_long ? kLongClocks : kShortClocks);
  command_at_ = now + clocks(response_clocks);
  count_clocks(response_clocks);
  // R2 and R3 carry no command index, R3 no CRC.
  responded_ = is_long || reply.form == SdCard::Form::r3 ? 0x3Fu : index;
  pending_flags_ =
      reply.form == SdCard::Form::r3 && wanted != 2 ? kCommandCrcFailed : kCommandResponse;
  response_ = {reply.value, 0, 0, 0};
  if (!is_long) return;
  for (unsigned i = 0; i < 4; ++i) {
    std::uint32_t word = 0;
    for (unsigned k = 0; k < 4; ++k) word = word << 8 | reply.long_value[4 * i + k];
    response_[i] = word;
  }
}

// ---- Data ----

void Sdmmc::start_data(Cycles now) {
  transferring_ = true;
  data_left_ = data_length_;
  to_accept_ = from_card() ? 0 : data_length_;
  block_.clear();
  block_done_ = 0;
  in_tail_ = false;
  data_from_ = now;
  fifo_since_ = now;
  fifo_.clear();
  note_dma_begin(now);
}

/// When the next word, or the tail of the block, is through; kNever while the FIFO or the card hold
/// it up. Without flow control the FIFO holds up nothing but the begin of a block to the card.
Cycles Sdmmc::next_data_step() const {
  if (!transferring_ || settings_.card == nullptr || data_left_ == 0) return kNever;
  if (in_tail_) return data_from_;
  if (from_card()) {
    if (block_.empty()) {
      const SdCard& card = *settings_.card;
      return card.sends() && !answering_
                 ? std::max(data_from_, card.block_ready()) + clocks(kStartOfRead) + word_cycles()
                 : kNever;
    }
    if (!has_flow_control()) return data_from_;
    return fifo_.size() < kFifoWords ? std::max(data_from_, fifo_since_) : kNever;
  }
  if (!settings_.card->receives()) return kNever;
  if (block_done_ != 0 && !has_flow_control()) return data_from_;
  if (fifo_.empty()) return kNever;
  const Cycles ready = std::max(data_from_, fifo_since_);
  if (block_done_ != 0) return ready;
  return std::max(ready, settings_.card->busy_until()) + clocks(kStartOfWrite) + word_cycles();
}

void Sdmmc::data_step(Cycles now) {
  if (in_tail_) {
    end_block(now);
  } else if (from_card()) {
    receive_step(now);
  } else {
    transmit_step(now);
  }
}

void Sdmmc::receive_step(Cycles now) {
  if (fifo_.size() == kFifoWords) {
    break_off(kReceiveOverrun, "was full, RXOVERR: it was read", now);
    return;
  }
  if (block_.empty()) {
    block_ = settings_.card->take_block();
    block_done_ = 0;
    count_clocks(kStartOfRead);
  }
  std::uint32_t word = 0;
  const std::size_t size = std::min<std::size_t>(4, block_.size() - block_done_);
  std::memcpy(&word, block_.data() + block_done_, size);
  block_done_ += size;
  const bool was_short = !wants_move(false);
  fifo_.push_back(word);
  in_tail_ = block_done_ == block_.size();
  data_from_ = now + (in_tail_ ? clocks(kBlockTail) : word_cycles());
  count_clocks(32 / lines() + (in_tail_ ? kBlockTail : 0));
  if (was_short && wants_move(false)) fifo_since_ = now;
  if (fifo_.size() >= kHalfFifo) raise(0, now);
}

void Sdmmc::transmit_step(Cycles now) {
  if (fifo_.empty()) {
    break_off(kTransmitUnderrun, "was empty, TXUNDERR: it was filled", now);
    return;
  }
  if (block_done_ == 0) {
    block_.assign(block_bytes(), 0);
    count_clocks(kStartOfWrite);
  }
  const std::uint32_t word = fifo_.front();
  fifo_.pop_front();
  const std::size_t size = std::min<std::size_t>(4, block_.size() - block_done_);
  std::memcpy(block_.data() + block_done_, &word, size);
  block_done_ += size;
  in_tail_ = block_done_ == block_.size();
  data_from_ = now + (in_tail_ ? clocks(kBlockTail + kCrcStatusClocks) : word_cycles());
  count_clocks(32 / lines() + (in_tail_ ? kBlockTail + kCrcStatusClocks : 0));
  fifo_since_ = now;
  raise(0, now);
}

void Sdmmc::end_block(Cycles now) {
  in_tail_ = false;
  if (from_card()) settings_.card->block_sent(now);
  if (!from_card() && block_.size() == kSdBlockBytes) {
    SdBlock data;
    std::copy(block_.begin(), block_.end(), data.begin());
    settings_.card->give_block(data, now);
  }
  data_left_ -= std::min<std::uint32_t>(data_left_, static_cast<std::uint32_t>(block_.size()));
  block_.clear();
  block_done_ = 0;
  data_from_ = now;
  std::uint32_t flags = kBlockEnd;
  if (data_left_ == 0) {
    flags |= kDataEnd;
    end_transfer(now);
  }
  raise(flags, now);
}

void Sdmmc::end_transfer(Cycles now) {
  transferring_ = false;
  data_control_ &= ~1u;
  if (from_card()) fifo_since_ = now;
  share_dma();
}

/// What is left of the block is lost; the card is told by CMD12.
void Sdmmc::break_off(std::uint32_t flag, const char* what, Cycles now) {
  data_left_ = to_accept_ = 0;
  block_.clear();
  block_done_ = 0;
  end_transfer(now);
  note_dma_end(DmaEnding::failed, now);
  raise(flag, now);
  if (settings_.note) {
    settings_.note(
        fmt::format("{}: a transfer ended early, the FIFO {} too slowly for the card's "
                    "clock and hardware flow control is off",
                    settings_.name, what));
  }
}

/// A word that firmware or DMA gives.
void Sdmmc::push(std::uint32_t word, Cycles now) {
  if (from_card() || fifo_.size() == kFifoWords || to_accept_ == 0) return;
  fifo_.push_back(word);
  to_accept_ -= std::min(to_accept_, 4u);
  if (fifo_.size() == 1) fifo_since_ = now;
}

std::uint32_t Sdmmc::pop(Cycles now) {
  if (!from_card() || fifo_.empty()) return 0;
  const std::uint32_t word = fifo_.front();
  if (fifo_.size() == kFifoWords) fifo_since_ = now;
  fifo_.pop_front();
  return word;
}

Cycles Sdmmc::serve(Cycles granted) {
  if (command_at_ <= granted) {
    finish_command(granted);
  } else {
    data_step(granted);
  }
  return granted;
}

// ---- Interrupt and the DMA inside ----

void Sdmmc::raise(std::uint32_t flags, Cycles now) {
  flags_ |= flags;
  if ((status() & mask_) == 0 || !settings_.interrupt) return;
  const unsigned number = engine::kFirstInterrupt + *settings_.interrupt;
  engine_.scheduler().schedule(now, [this, number](Cycles) { engine_.exceptions().pend(number); });
}

/// While firmware waits for an interrupt, time is looked at when something may cause one.
void Sdmmc::wake(Cycles now) {
  const bool dma = dma_control_ != 0 && transferring_;
  if (mask_ == 0 && !dma) return;
  const Cycles next = std::min(command_at_, next_data_step());
  if (next == kNever || (woken_for_ != kNever && woken_for_ <= next && woken_for_ >= now)) return;
  woken_for_ = next;
  engine_.scheduler().schedule(next, [this](Cycles when) {
    if (woken_for_ == when) woken_for_ = kNever;
    engine_.bus().interconnect.advance_to(when + 1);
    wake(when + 1);
  });
}

bus::Initiator::Request Sdmmc::dma_request() const {
  if ((dma_control_ & 1u) == 0 || settings_.version < 2 || !wants_move(!from_card())) return {};
  return {fifo_since_, port_.memory_at(dma_address_)};
}

Cycles Sdmmc::dma_serve(Cycles granted) {
  std::array<std::uint8_t, 4 * kBurstWords> bytes{};
  Beats beats{dma_address_, 4, kBurstWords, true};
  Cycles free = granted;
  if (from_card()) {
    beats.count = static_cast<unsigned>(std::min(kBurstWords, fifo_.size()));
    for (unsigned i = 0; i < beats.count; ++i) {
      const std::uint32_t word = pop(granted);
      std::memcpy(bytes.data() + std::size_t{4} * i, &word, 4);
    }
    free = port_.write(beats, std::span(bytes).first(std::size_t{4} * beats.count), granted);
  } else {
    beats.count = std::min<unsigned>(kBurstWords, (to_accept_ + 3) / 4);
    free = port_.read(beats, std::span(bytes).first(std::size_t{4} * beats.count), granted);
    for (unsigned i = 0; i < beats.count; ++i) {
      std::uint32_t word = 0;
      std::memcpy(&word, bytes.data() + std::size_t{4} * i, 4);
      push(word, free);
    }
  }
  settings_.log->move(dma_transfer_, 4 * beats.count);
  if (has_finished()) note_dma_end(DmaEnding::complete, free);
  dma_address_ += 4 * beats.count;
  fifo_since_ = std::max(fifo_since_, free);
  share_dma();
  return free;
}

/// The DMA is to move the data that begins.
void Sdmmc::note_dma_begin(Cycles now) {
  if (settings_.version < 2 || !bit(dma_control_, 0)) return;
  const Address fifo = settings_.base + kFifo;
  settings_.log->begin(dma_transfer_, settings_.name + " dma", from_card() ? fifo : dma_address_,
                       from_card() ? dma_address_ : fifo, now);
}

void Sdmmc::share_dma() {
  if (settings_.version < 2) return;
  const std::uint8_t memory = port_.memory_at(dma_address_);
  const bool active = (dma_control_ & 1u) != 0 && (transferring_ || !fifo_.empty());
  engine_.bus().interconnect.share(dma_number_,
                                   active && memory != bus::kNoMemory ? 1u << memory : 0u);
}

}  // namespace

SdmmcModel make_sdmmc(engine::Engine& engine, SdmmcSettings settings) {
  auto model = std::make_unique<Sdmmc>(engine, std::move(settings));
  DmaRequester* const requester = model.get();
  return {std::move(model), requester};
}

}  // namespace mcost::boards
