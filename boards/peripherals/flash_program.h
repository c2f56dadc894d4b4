// Programming and erasing on-chip flash of STM32: keys, control and status registers, and the array
// that they work on. While a bank is at work, whatever reads it waits. Source:
// boards-and-memories facts 12, 14.4; the polling of the vendors' HAL drivers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "boards/peripherals/flash_families.h"
#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// What programming needs from the machine.
struct FlashArray {
  engine::Engine* engine = nullptr;
  std::size_t memory = 0;  // index in the bus
  std::uint32_t size_bytes = 0;
  std::uint32_t banks = 1;
  std::function<Cycles(std::uint64_t)> cycles_of_ns;  // at the clock of the core now
  std::function<void(bool raised)> interrupt;         // null: none
  std::function<void(const std::string&)> note;
};

class FlashProgrammer final : public bus::StoreTaker, public bus::CounterSource {
 public:
  /// `control_reset`: what the control register reads after reset.
  FlashProgrammer(const ProgramFields& fields, std::uint32_t control_reset, FlashArray array);

  /// Whether a register (at its offset in the flash interface) belongs here.
  [[nodiscard]] bool models(std::uint32_t offset) const;
  [[nodiscard]] std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value, Cycles now);
  void reset();

  [[nodiscard]] bool takes_stores(std::uint32_t offset) const override;
  void store(std::uint32_t offset, std::uint32_t value, unsigned size_bytes, Cycles now) override;

  [[nodiscard]] std::vector<bus::MemoryModel::Counter> counters() const override {
    return {{"flash_programmed_bytes", programmed_bytes_},
            {"flash_program_ns", program_ns_},
            {"flash_erase_ns", erase_ns_}};
  }

 private:
  /// One set of registers; parts with a set per bank have two.
  struct Set {
    std::uint32_t control = 0;
    std::uint32_t status = 0;
    std::uint32_t address = 0;
    unsigned keys = 0;      // right keys written so far
    bool barred = false;    // a wrong key: locked until reset
    Cycles busy_until = 0;  // of an operation started through it
    // What is collected for one program operation.
    std::uint32_t unit = 0;
    std::uint64_t filled = 0;  // a bit per byte
    std::array<std::uint8_t, 32> data{};
  };
  [[nodiscard]] const Set* set_at(std::uint32_t& offset) const;
  [[nodiscard]] Set& set_of(std::uint32_t offset) {
    return sets_[fields_.set_per_bank ? bank_of(offset) : 0];
  }
  [[nodiscard]] std::uint32_t bank_bytes() const { return array_.size_bytes / array_.banks; }
  [[nodiscard]] unsigned bank_of(std::uint32_t offset) const { return offset / bank_bytes(); }
  [[nodiscard]] std::uint32_t number_of(const Set& set) const { return &set == &sets_[1] ? 1 : 0; }
  [[nodiscard]] std::uint32_t sector_bytes(std::uint32_t number) const;
  [[nodiscard]] std::uint64_t erase_ns(const Set& set, std::uint32_t number) const;
  [[nodiscard]] std::uint64_t mass_erase_ns(const Set& set) const;
  [[nodiscard]] bool erases_bank(const Set& set, std::uint32_t bank) const;
  [[nodiscard]] unsigned parallelism(const Set& set) const;
  [[nodiscard]] bool is_locked(const Set& set) const;
  [[nodiscard]] std::uint32_t unit_bytes(const Set& set) const;
  void write_key(Set& set, std::uint32_t key);
  void write_control(Set& set, std::uint32_t value, Cycles now);
  void erase(Set& set, Cycles now);
  void erase_range(Set& set, std::uint32_t first, std::uint32_t size_bytes, std::uint64_t ns,
                   Cycles now);
  void program(Set& set, Cycles now);
  void start(Set& set, std::uint32_t first, std::uint64_t ns, Cycles now);
  void finish(Set& set, Cycles until);
  void fail(Set& set, std::uint32_t flag, const std::string& why);
  void signal();

  const ProgramFields& fields_;
  std::uint32_t control_reset_;
  FlashArray array_;
  std::array<Set, 2> sets_{};
  std::uint64_t programmed_bytes_ = 0;  // whole units
  std::uint64_t program_ns_ = 0;
  std::uint64_t erase_ns_ = 0;
};

}  // namespace mcost::boards
