// Memory-mapped reads of a serial NOR flash behind ST's QUADSPI or OCTOSPI. A read opens a command
// (instruction, address, dummy clocks), and the controller goes on reading behind it until its FIFO
// is full; the next read costs a command unless it is of the next address. Depends on the contract
// of targets.  Source: boards-and-memories facts 10.2, 10.4.
//
// Assumed: a burst that wraps costs one more command; CS high time passes before each command, even
// where the time-out counter has raised CS earlier; a stopped clock starts again at once; a byte on
// its way when CS rises is lost.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "memory_models/target.h"

namespace mcost::memory {

/// In cycles of HCLK or of SCLK ("clocks").
struct QspiParameters {
  std::uint32_t hclk_cycles = 1;  // core cycles per HCLK
  std::uint32_t divider = 2;      // HCLK per SCLK: PRESCALER + 1
  std::uint32_t instruction_clocks = 8;
  bool instruction_once = false;                // SIOO: with the first command only
  std::uint32_t lead_clocks = 16;               // address, alternate bytes and dummy clocks
  std::uint32_t lines = 4;                      // of the data phase: 1, 2, 4 or 8
  bool double_rate = false;                     // data on both edges
  std::uint32_t cs_high_clocks = 2;             // CSHT + 1
  std::uint32_t sync_hclk = 8;                  // from the pins to the bus
  std::uint32_t fifo_hclk = 4;                  // a word that the FIFO holds
  std::uint32_t fifo_bytes = 32;                // a power of two up to 32
  std::optional<std::uint32_t> timeout_clocks;  // TCEN: LPTR
};

class Qspi final : public Target {
 public:
  explicit Qspi(const QspiParameters& parameters) { set_parameters(parameters); }

  Response transfer(const Request& request) override {
    if (!mapped_ && when_unmapped_) when_unmapped_();
    return serve(stream_, request);
  }
  [[nodiscard]] std::unique_ptr<Target> clone() const override {
    auto copy = std::make_unique<Qspi>(*this);
    copy->when_unmapped_ = nullptr;
    return copy;
  }
  [[nodiscard]] std::uint32_t most_cycles() const override;
  [[nodiscard]] std::vector<bus::MemoryModel::Counter> counters() const override;

  [[nodiscard]] const QspiParameters& parameters() const { return parameters_; }
  /// Whether the controller is in memory-mapped mode; else reads are told to `when_unmapped`.
  void set_mapped(bool mapped) { mapped_ = mapped; }
  void set_when_unmapped(std::function<void()> tell) { when_unmapped_ = std::move(tell); }
  /// A command came since parameters were set.
  [[nodiscard]] bool has_read() const { return stream_.open || stream_.tail != stream_.next; }
  /// Registers changed: what was being read is dropped.
  void set_parameters(const QspiParameters& parameters);

 private:
  static constexpr std::uint32_t kMostFifoBytes = 32;

  /// The command in progress and what the FIFO holds of it: bytes from `next` to `tail`.
  struct Stream {
    bool open = false;                             // CS is low
    bool has_instruction = false;                  // SIOO: it was sent
    std::uint32_t first = 0;                       // offset at which the command began
    std::uint32_t next = 0;                        // offset that the bus reads next
    std::uint32_t tail = 0;                        // offset that comes from the memory next
    Cycles clocked = 0;                            // when the byte before `tail` has come
    Cycles free = 0;                               // the bus port
    std::array<Cycles, kMostFifoBytes> arrived{};  // by offset, of bytes in the FIFO

    std::uint64_t commands = 0;
    std::uint64_t fifo_hits = 0;
    std::uint64_t bytes_read = 0;  // by commands that have ended
    std::uint64_t lead_clocks = 0;
    std::uint64_t data_clocks = 0;  // of commands that have ended
  };

  [[nodiscard]] Cycles clocks(std::uint32_t count) const {
    return Cycles{count} * parameters_.divider * parameters_.hclk_cycles;
  }
  [[nodiscard]] static std::uint64_t used_bytes(const Stream& stream);
  [[nodiscard]] std::uint64_t data_clocks(std::uint64_t bytes) const {
    return (bytes + unit_bytes_ - 1) / unit_bytes_ * unit_clocks_;
  }
  [[nodiscard]] bool timed_out(const Stream& stream, Cycles now) const;
  [[nodiscard]] Response serve(Stream& stream, const Request& request) const;
  [[nodiscard]] Response read(Stream& stream, std::uint32_t offset, std::uint32_t size,
                              std::uint32_t first_bytes, Cycles now) const;
  void close(Stream& stream, Cycles now) const;
  void open(Stream& stream, std::uint32_t offset, Cycles now) const;
  void clock_in(Stream& stream, Cycles from) const;
  void prefetch(Stream& stream, Cycles from) const;

  QspiParameters parameters_;
  std::uint32_t unit_bytes_ = 1;  // that come together
  std::uint32_t unit_clocks_ = 2;
  Cycles unit_cycles_ = 4;
  Stream stream_;
  bool mapped_ = true;
  std::function<void()> when_unmapped_;
};

}  // namespace mcost::memory
