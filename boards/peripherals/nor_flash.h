// A serial NOR flash (Micron N25Q128A) as its controller sees it: commands, registers, contents,
// and how long programs and erases keep it busy. Phases on the wires are the controller's.
// Source: N25Q128A data sheet, command set; boards-and-memories facts 10.3, 10.5.
//
// Approximations: contents change when a program or erase begins, status when it ends; extended,
// dual and quad command protocols are told apart by nobody; suspend, block locks and one-time
// programmable bytes are not modelled.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/bus/system_bus.h"

namespace mcost::boards {

/// In core cycles.
struct NorTimes {
  Cycles page_program = 0;
  Cycles subsector_erase = 0;
  Cycles sector_erase = 0;
  Cycles bulk_erase = 0;
  Cycles write_register = 0;  // non-volatile ones
};

/// Bytes of the flash. Offsets are below `size_bytes`.
struct NorArray {
  std::uint32_t size_bytes = 0;
  std::function<std::uint8_t(std::uint32_t offset)> read;
  std::function<void(std::uint32_t offset, const std::vector<std::uint8_t>& bytes)> write;
};

/// What stands in front of the data of a command.
struct NorCommand {
  std::optional<std::uint8_t> instruction;
  std::optional<std::uint32_t> address;
  std::uint32_t dummy_clocks = 0;
};

class NorFlash final : public bus::CounterSource {
 public:
  /// `times` are asked for when one begins: cycles of then. `note` takes lines for the report.
  NorFlash(std::string name, NorArray array, std::uint32_t identification,
           std::function<NorTimes()> times, std::function<void(const std::string&)> note)
      : name_(std::move(name)),
        array_(std::move(array)),
        identification_(identification),
        times_(std::move(times)),
        note_(std::move(note)) {}

  /// CS goes low and a command comes.
  void begin(const NorCommand& command, Cycles now);
  /// The next data byte, either way.
  [[nodiscard]] std::uint8_t read(Cycles now);
  void write(std::uint8_t byte) { written_.push_back(byte); }
  /// Clocks on the wires while CS is low.
  void count_clocks(std::uint64_t clocks) { clocks_ += clocks; }
  /// CS goes high: what was sent takes effect.
  void end(Cycles now);
  /// Says so where a read comes with other dummy clocks than it is set to.
  void check_dummy_clocks(const NorCommand& command);
  /// When what its registers read may change next without a command.
  [[nodiscard]] Cycles busy_until() const { return busy_until_; }

  [[nodiscard]] std::vector<bus::MemoryModel::Counter> counters() const override {
    return {{"nor_commands", commands_},
            {"nor_pages_programmed", pages_},
            {"nor_erases", erases_},
            {"nor_busy_cycles", busy_cycles_},
            {"nor_clocks", clocks_}};
  }

 private:
  [[nodiscard]] bool busy(Cycles now) const { return now < busy_until_; }
  [[nodiscard]] bool takes_while_busy() const;
  [[nodiscard]] std::uint8_t register_byte(Cycles now) const;
  void program();
  void erase(std::uint32_t size_bytes);
  void start(Cycles now, Cycles time);
  void power_on();
  void say(const std::string& text);

  std::string name_;
  NorArray array_;
  std::uint32_t identification_;
  std::function<NorTimes()> times_;
  std::function<void(const std::string&)> note_;

  NorCommand command_;
  bool refused_ = false;  // it came while the flash was busy
  std::uint32_t position_ = 0;
  std::vector<std::uint8_t> written_;
  bool write_enabled_ = false;
  bool reset_enabled_ = false;
  std::uint8_t status_ = 0;  // its non-volatile bits
  std::uint16_t nonvolatile_ = 0xFFFF;
  std::uint8_t volatile_ = 0xFB;
  std::uint8_t enhanced_ = 0xDF;
  Cycles busy_until_ = 0;
  std::set<std::string> said_;
  std::uint64_t commands_ = 0;
  std::uint64_t pages_ = 0;
  std::uint64_t erases_ = 0;
  std::uint64_t busy_cycles_ = 0;
  std::uint64_t clocks_ = 0;
};

}  // namespace mcost::boards
