// An SDHC card as either bus sees it: commands, states, registers, blocks, and how long it takes.
// The wires are those of sd_spi.h and sdmmc.h. Depends on base.
// Source: SD Physical Layer Simplified Specification 4.7 to 4.10, 5, 7; times: boards-and-memories
// facts 11.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "boards/peripherals/sd_image.h"
#include "sim_core/base/units.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

struct SdTime {
  std::uint64_t ns = 0;
  Cycles cycles = 0;  // of the core
};
struct SdTimes {
  SdTime initialise;      // ACMD41 until the card is ready
  SdTime access;          // NAC of the first block of a read
  SdTime next_access;     // NAC between blocks
  SdTime program;         // busy after a single block
  SdTime stream_program;  // busy after a block of a multiple write
  SdTime stream_pause;    // more of it behind each 64th block
};

/// CRC7 of a command or register, as it stands in bits 7:1 of its last byte, with the end bit.
[[nodiscard]] std::uint8_t sd_crc7(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::uint16_t sd_crc16(std::span<const std::uint8_t> bytes);

class SdCard final : public bus::CounterSource {
 public:
  /// `times` are asked for when a wait begins: cycles of then.
  SdCard(std::unique_ptr<SdImage> image, std::function<SdTimes()> times)
      : image_(std::move(image)), times_(std::move(times)) {}

  enum class State : std::uint8_t {
    idle,
    ready,
    identification,
    standby,
    transfer,
    sending,
    receiving,
    programming,
    disconnected
  };
  enum class Form : std::uint8_t { none, r1, r2, r3, r6, r7 };
  struct Answer {
    Form form = Form::none;  // none: no such command here, or one without response
    std::uint32_t value = 0;
    std::array<std::uint8_t, 16> long_value{};  // R2: CID or CSD
  };
  enum StatusBits : std::uint32_t {
    kAppCommand = 1u << 5,
    kReadyForData = 1u << 8,
    kIllegalCommand = 1u << 22,
    kAddressOutOfRange = 1u << 31,
  };

  /// A command of the SD bus (`spi` false) or of SPI mode.
  Answer command(unsigned index, std::uint32_t argument, Cycles now, bool spi);
  [[nodiscard]] State state(Cycles now) const;
  /// Ready for transfers: ACMD41 or CMD1 have done their work.
  [[nodiscard]] bool initialised(Cycles now) const { return ready_at_ && now >= *ready_at_; }

  /// The response of a read ends in cycle `now`: its access time runs from here.
  void answered(Cycles now) { block_ready_ = now + access_; }
  /// Data that the card sends: from `block_ready()` on, until the block is taken.
  [[nodiscard]] bool sends() const { return outgoing_; }
  [[nodiscard]] Cycles block_ready() const { return block_ready_; }
  [[nodiscard]] std::vector<std::uint8_t> take_block();
  /// Its last bit is out in cycle `now`: the access time of the next block runs from here.
  void block_sent(Cycles now) {
    if (outgoing_) block_ready_ = now + spend_access(times_().next_access);
  }
  /// Data that it expects. The block is programmed from `now` on.
  [[nodiscard]] bool receives() const { return incoming_; }
  void give_block(const SdBlock& data, Cycles now);
  /// Ends a multiple transfer (CMD12, stop token).
  void stop();
  [[nodiscard]] Cycles busy_until() const { return busy_until_; }
  /// Clocks on the wires that a command, a response or data took.
  void count_clocks(std::uint64_t clocks) { clocks_ += clocks; }

  [[nodiscard]] std::vector<bus::MemoryModel::Counter> counters() const override {
    return {{"sd_commands", commands_},
            {"sd_blocks_read", blocks_read_},
            {"sd_blocks_written", blocks_written_},
            {"sd_busy_cycles", busy_cycles_},
            {"sd_busy_ns", busy_ns_},
            {"sd_access_ns", access_ns_},
            {"sd_clocks", clocks_}};
  }

 private:
  Answer app_command(unsigned index, std::uint32_t argument, Cycles now);
  Answer identify(unsigned index, std::uint32_t argument, Cycles now);
  Answer transfer(unsigned index, std::uint32_t argument, Cycles now, bool spi);
  [[nodiscard]] Answer status(Cycles now);
  Answer illegal();
  Cycles spend_access(const SdTime& time) {
    access_ns_ += time.ns;
    return time.cycles;
  }
  Answer send(std::vector<std::uint8_t> bytes, Cycles now);
  Answer start_read(std::uint32_t block, bool multiple, Cycles now);
  Answer start_write(std::uint32_t block, bool multiple, Cycles now);
  void power_on();
  [[nodiscard]] std::array<std::uint8_t, 16> card_specific_data() const;
  [[nodiscard]] static std::array<std::uint8_t, 16> card_identification();

  std::unique_ptr<SdImage> image_;
  std::function<SdTimes()> times_;
  State state_ = State::idle;
  std::uint32_t pending_status_ = 0;  // error bits that the next status clears
  bool app_ = false;
  std::optional<Cycles> ready_at_;
  std::uint16_t address_ = 0;  // RCA
  bool outgoing_ = false;
  bool incoming_ = false;
  bool multiple_ = false;
  bool is_register_ = false;  // `register_` goes out, not a block
  std::vector<std::uint8_t> register_;
  std::uint64_t block_ = 0;
  std::uint64_t in_stream_ = 0;  // blocks of this multiple write
  Cycles block_ready_ = 0;
  Cycles access_ = 0;  // of the block that goes out first
  Cycles busy_until_ = 0;
  std::uint64_t commands_ = 0;
  std::uint64_t blocks_read_ = 0;
  std::uint64_t blocks_written_ = 0;
  std::uint64_t busy_cycles_ = 0;
  std::uint64_t busy_ns_ = 0;    // programming
  std::uint64_t access_ns_ = 0;  // until what is read goes out
  std::uint64_t clocks_ = 0;
};

}  // namespace mcost::boards
