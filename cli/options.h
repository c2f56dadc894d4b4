// Options that every executing command shares, and the values they are written in. May include
// anything. Invariant: what is returned was checked; mistakes are InputErrors.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/lifetime.h"
#include "cli/uart_lines.h"
#include "loader/symbols.h"
#include "sim_core/base/units.h"

namespace CLI {
class App;
}  // namespace CLI

namespace mcost::cli {

/// As given on the command line.
struct RawOptions {
  std::string firmware;
  std::string board;
  std::vector<std::string> set;
  std::vector<std::string> place;
  std::string layers;
  std::string entry;
  std::string until;
  std::string max_cycles;
  std::string timeout;
  std::vector<std::string> input;
  std::vector<std::string> dump_memory;
  std::vector<std::string> uart;
  std::string args;
  std::string semihosting_root;
  std::string sd;
  std::string clock;
  std::string seed;
  std::string battery;
  std::string period;
  std::string load_at;
  std::string format = "text";
  std::string output;
  bool no_memory_use = false;
  bool profile = false;
  bool strict = false;
  bool stats = false;
};

enum class LayerMode : std::uint8_t { automatic, none, probes, calls, functions, map };

/// FILE@WHERE.
struct InputFile {
  std::string text;  // as given
  std::string file;
  std::string where;  // symbol or address
};

/// WHERE:LENGTH=FILE.
struct MemoryDump {
  std::string text;
  std::string where;
  std::uint32_t length_bytes = 0;
  std::string file;
};

/// The same with numbers read and conflicts found. Symbols are still names: the firmware is not
/// read.
struct RunOptions {
  std::string firmware;
  std::string board;
  std::vector<std::string> overrides;   // --set and --clock
  std::vector<std::string> placements;  // --place
  LayerMode layer_mode = LayerMode::automatic;
  std::string layer_pattern;  // F of calls:F, REGEX of functions:REGEX, the file of a map
  std::string entry;
  std::string until;
  std::optional<Cycles> max_cycles;
  std::optional<double> timeout_s;
  std::vector<InputFile> inputs;
  std::vector<MemoryDump> dumps;
  std::vector<UartOption> uarts;
  std::string args;
  std::optional<std::string> semihosting_root;
  std::optional<std::string> sd_image;
  std::uint64_t seed = 0;
  std::optional<analysis::Battery> battery;
  std::uint64_t period_ns = 0;  // with a battery
  std::optional<Address> load_at;
  std::string format;
  std::string output;
  bool measured_from_start = true;  // else from RunSession::start_measuring()
  bool memory_use = true;
  bool profile = false;  // what each instruction cost, and when layers were visited
  bool strict = false;
  bool stats = false;
};

/// Adds firmware, --board and the shared options to a subcommand.
void add_run_options(CLI::App& command, RawOptions& options);
/// Errors: ConfigError for a value that cannot be, options that exclude each other, and what is not
/// available yet.
[[nodiscard]] RunOptions check_options(const RawOptions& raw);

/// Decimal, or hexadecimal with 0x; nothing else.
[[nodiscard]] std::optional<std::uint64_t> parse_integer(std::string_view text);
/// An address, SYMBOL or SYMBOL+OFFSET (the offset in bytes). `option` is named in errors.
/// Errors: ConfigError with the nearest symbol.
[[nodiscard]] Address resolve_address(const std::string& text, const loader::SymbolTable& symbols,
                                      const std::string& option);

}  // namespace mcost::cli
