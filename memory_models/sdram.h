// SDRAM behind ST's FMC: one open row per internal bank, auto refresh, a read FIFO with address
// tags and a write FIFO. Depends on target.h.
//
// Source: boards-and-memories facts 8.2 to 8.4, 14.9; RM0385 and RM0386, FMC SDRAM controller.
// Known approximations, all `assumed`: the read FIFO keeps the word that was asked for beside those
// read ahead, stops at the end of a row, and is flushed by a miss, a write and a refresh; a hit
// reads nothing further ahead; a store into a write FIFO with room takes one cycle; an arrival
// needs no alignment to SDCLK.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "memory_models/target.h"

namespace mcost::memory {

/// As the FMC's registers have them; times without another unit in their name are SDCLK cycles.
struct SdramParameters {
  std::uint32_t bus_bytes = 2;  // 1, 2 or 4
  std::uint32_t row_bits = 12;
  std::uint32_t column_bits = 8;
  std::uint32_t banks = 4;  // internal banks, 2 or 4
  std::uint32_t hclk_per_sdclk = 2;
  std::uint32_t core_per_hclk = 1;
  std::uint32_t cas = 2;
  std::uint32_t trcd = 2;        // activate to read or write
  std::uint32_t trp = 2;         // precharge
  std::uint32_t tras = 4;        // activate to precharge
  std::uint32_t trc = 7;         // activate to activate; auto refresh
  std::uint32_t twr = 2;         // last write to precharge
  std::uint32_t refresh = 1540;  // between auto refreshes
  bool read_ahead = true;        // RBURST
  std::uint32_t read_pipe_hclk = 0;
  std::uint32_t command_hclk = 3;
  std::uint32_t data_hclk = 2;
  friend bool operator==(const SdramParameters&, const SdramParameters&) = default;
};

class Sdram final : public Target {
 public:
  static constexpr std::uint32_t kReadFifoWords = 6;
  static constexpr std::uint32_t kWriteFifoWords = 16;

  explicit Sdram(const SdramParameters& parameters) { set_parameters(parameters, 0); }

  Response transfer(const Request& request) override;
  [[nodiscard]] std::unique_ptr<Target> clone() const override {
    return std::make_unique<Sdram>(*this);
  }
  [[nodiscard]] std::uint32_t most_cycles() const override;
  bool set_core_per_hclk(std::uint32_t cycles, Cycles now) override {
    if (cycles == parameters_.core_per_hclk) return false;
    SdramParameters next = parameters_;
    next.core_per_hclk = cycles;
    set_parameters(next, now);
    return true;
  }
  [[nodiscard]] std::vector<bus::MemoryModel::Counter> counters() const override;

  [[nodiscard]] const SdramParameters& parameters() const { return parameters_; }
  /// From cycle `now` on. Rows are closed, FIFOs empty.
  void set_parameters(const SdramParameters& parameters, Cycles now);
  /// Whether firmware has done what the memory needs before it holds anything; else requests are
  /// counted as early.
  void set_ready(bool ready) { ready_ = ready; }
  [[nodiscard]] bool is_ready() const { return ready_; }
  [[nodiscard]] std::uint64_t early_uses() const { return early_uses_; }

 private:
  static constexpr unsigned kMostBanks = 4;
  struct Bank {
    bool is_open = false;
    std::uint32_t row = 0;
    Cycles activate_from = 0;   // not earlier, for TRC
    Cycles precharge_from = 0;  // for TRAS and TWR
  };
  /// Words of the memory's bus that the read FIFO holds: a run of addresses, of which some are yet
  /// to arrive.
  struct ReadFifo {
    std::uint32_t first = 0;  // number of a bus word
    std::uint32_t count = 0;
    std::uint32_t arrived = 0;  // of them, with the answer that read them
    Cycles answered = 0;
    [[nodiscard]] bool holds(std::uint32_t word) const { return word - first < count; }
    /// When a word that it holds is there.
    [[nodiscard]] Cycles arrival(std::uint32_t word, Cycles interval) const {
      const std::uint32_t position = word - first + 1;
      return position <= arrived ? answered : answered + (position - arrived) * interval;
    }
  };

  [[nodiscard]] Cycles sdclk(std::uint32_t cycles) const { return Cycles{cycles} * sdclk_; }
  [[nodiscard]] Cycles hclk(std::uint32_t cycles) const {
    return Cycles{cycles} * parameters_.core_per_hclk;
  }
  Response read(const Request& request);
  Response write(const Request& request);
  Cycles queue_word(std::uint32_t offset, std::uint32_t size_bytes, Cycles now);
  Bank& bank_of(std::uint32_t word);
  Cycles open_row(std::uint32_t word, Cycles start);
  Cycles start_of(Cycles now);
  std::uint32_t read_ahead_of(std::uint32_t first, std::uint32_t last, Cycles answered);

  SdramParameters parameters_;
  Cycles sdclk_ = 2;  // core cycles of an SDCLK
  std::array<Bank, kMostBanks> banks_{};
  Cycles free_ = 0;          // the memory takes the next command
  Cycles next_refresh_ = 0;  // due
  ReadFifo read_fifo_;
  std::array<Cycles, kWriteFifoWords> drained_{};  // when each entry is, a ring
  std::uint32_t oldest_ = 0;

  bool ready_ = true;

  std::uint64_t early_uses_ = 0;
  std::uint64_t row_hits_ = 0;
  std::uint64_t row_misses_ = 0;
  std::uint64_t row_conflicts_ = 0;
  std::uint64_t refreshes_ = 0;
  std::uint64_t fifo_hits_ = 0;
  std::uint64_t busy_ = 0;
  std::uint64_t bytes_read_ = 0;  // over the pins: whole bus words, those read ahead too
  std::uint64_t bytes_written_ = 0;
};

}  // namespace mcost::memory
