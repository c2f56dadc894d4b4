// Asynchronous SRAM or PSRAM behind ST's FMC, mode A without a FIFO: each access of the bus takes
// its address set-up and data phase, and the controller a while to return what it read. Depends on
// target.h.
//
// Source: boards-and-memories facts 9. `assumed`: a read costs two HCLK of synchronisation per
// access of the bus and one per transfer; the bus turns around (BUSTURN) behind each write.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "memory_models/target.h"

namespace mcost::memory {

/// Times are HCLK cycles, as BTR has them.
struct PsramParameters {
  struct Phases {
    std::uint32_t addset = 2;
    std::uint32_t datast = 1;
    std::uint32_t busturn = 1;
    friend bool operator==(const Phases&, const Phases&) = default;
  };
  std::uint32_t bus_bytes = 2;  // 1, 2 or 4
  Phases read;
  Phases write;  // of extended mode; else as `read`
  std::uint32_t sync_hclk = 2;
  std::uint32_t return_hclk = 1;
  std::uint32_t core_per_hclk = 1;
  friend bool operator==(const PsramParameters&, const PsramParameters&) = default;
};

class Psram final : public Target {
 public:
  explicit Psram(const PsramParameters& parameters) : parameters_(parameters) {}

  Response transfer(const Request& request) override;
  [[nodiscard]] std::unique_ptr<Target> clone() const override {
    return std::make_unique<Psram>(*this);
  }
  [[nodiscard]] std::uint32_t most_cycles() const override;
  bool set_core_per_hclk(std::uint32_t cycles, Cycles) override {
    if (cycles == parameters_.core_per_hclk) return false;
    PsramParameters next = parameters_;
    next.core_per_hclk = cycles;
    set_parameters(next);
    return true;
  }
  [[nodiscard]] std::vector<bus::MemoryModel::Counter> counters() const override {
    return {{"bus_accesses", accesses_},
            {"busy_cycles", busy_},
            {"device_read_bytes", bytes_read_},
            {"device_write_bytes", bytes_written_}};
  }

  [[nodiscard]] const PsramParameters& parameters() const { return parameters_; }
  void set_parameters(const PsramParameters& parameters) { parameters_ = parameters; }

 private:
  [[nodiscard]] Cycles hclk(std::uint32_t cycles) const {
    return Cycles{cycles} * parameters_.core_per_hclk;
  }

  PsramParameters parameters_;
  Cycles free_ = 0;  // the bus takes the next access
  std::uint64_t accesses_ = 0;
  std::uint64_t busy_ = 0;
  std::uint64_t bytes_read_ = 0;  // over the pins: whole bus words
  std::uint64_t bytes_written_ = 0;
};

}  // namespace mcost::memory
