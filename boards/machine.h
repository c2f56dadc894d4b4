// Machine: a board made to run. The composition root: it owns the bus, the devices and the engine,
// and puts firmware in. Depends on sim_core, memory_models, loader and the board specification.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "boards/board_spec.h"
#include "boards/dma_log.h"
#include "boards/placement.h"
#include "boards/signal_log.h"
#include "loader/elf_image.h"
#include "loader/memory_fit.h"
#include "sim_core/bus/system_bus.h"
#include "sim_core/engine/engine.h"

namespace mcost::boards {

/// What a UART is connected to in place of the console.
struct UartConnection {
  std::function<std::optional<std::uint8_t>()> source;  // the next byte for the firmware
  std::function<void(const std::string& text, bool error)> sink;
};

/// How a run is set up, apart from the board.
struct MachineOptions {
  engine::EngineOptions engine;
  std::uint64_t seed = 0;                       // of the power-on pattern of RAM
  std::optional<Address> entry;                 // --entry
  std::string semihosting_arguments;            // --args, the command line SYS_GET_CMDLINE answers
  std::optional<std::string> semihosting_root;  // --semihosting-root; none: no files
  std::map<std::string, UartConnection> uarts;  // by name of the peripheral
  /// What notes call a place in the firmware; may be empty.
  std::function<std::string(Address pc)> place_name;
  std::optional<std::string> sd_image;  // --sd, the image of the board's SD card
  std::vector<Placement> placements;    // --place
  /// Takes what the firmware prints. `error` is stderr.
  std::function<void(const std::string& text, bool error)> console;
};

/// An access that no model answered: peripheral space without a model, counted by register.
struct UnmodelledAccess {
  Address address = 0;
  std::string peripheral;  // name of the block it falls in, or of the space
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  Address first_pc = 0;
  std::string rule;  // rule that answered, empty: read back what was last written
};

/// One board, with at most one firmware: construct, load, then run its engine. Machines share
/// nothing, so several can live in one process.
class Machine {
 public:
  /// Errors: ConfigError where the specification asks for what is not modelled.
  Machine(BoardSpec spec, MachineOptions options);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Ranges an image may be loaded to, for loader::check_fit and its messages.
  [[nodiscard]] std::vector<loader::MemoryRange> memory_ranges() const;
  /// Places what is to be placed elsewhere, copies an image in and resets the core at its vector
  /// table. Errors: ImageError; ConfigError of place().
  /// Returns notes for the report (what was placed, how the vector table was found).
  std::vector<std::string> load(const loader::Image& image);
  /// Bytes into memory before the run (--input). Errors: ConfigError if no RAM is there.
  void write_input(Address address, const std::vector<std::uint8_t>& bytes,
                   const std::string& what);

  /// What load() placed elsewhere.
  [[nodiscard]] const std::vector<Placed>& placed() const;

  [[nodiscard]] const BoardSpec& spec() const;
  /// Of the core, now. It starts as the rated clock, or as that after reset with `start: reset`.
  [[nodiscard]] Hertz clock() const;
  /// Core clocks of the run so far, by index of Counters::cycles_at.
  [[nodiscard]] std::vector<Hertz> clocks() const;
  [[nodiscard]] engine::Engine& engine();
  /// Names for Counters::traffic and per-memory causes, by index: memories, then "peripherals" and
  /// "ppb".
  [[nodiscard]] std::vector<std::string> memory_names() const;
  [[nodiscard]] std::vector<UnmodelledAccess> unmodelled() const;
  /// Lines for the report: settings that firmware changed, waits too few for the clock, pinned
  /// values.
  [[nodiscard]] std::vector<std::string> notes() const;
  /// What firmware showed of itself: ITM, pins, reads of CYCCNT.
  [[nodiscard]] const SignalLog& signals() const;
  /// What DMA controllers moved, as far as anybody looked.
  [[nodiscard]] const DmaLog& dma_log() const;
  /// Semihosting calls served, by SYS_ number.
  [[nodiscard]] std::vector<std::pair<unsigned, std::uint64_t>> semihosting_calls() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mcost::boards
