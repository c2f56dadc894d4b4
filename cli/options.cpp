#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "analysis/reports/registry.h"
#include "boards/suggestions.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

constexpr double kLongestTimeoutSeconds = 1e9;

std::uint64_t integer_option(const std::string& text, const char* option, std::uint64_t least,
                             const char* remedy) {
  const auto value = parse_integer(text);
  if (!value || *value < least) {
    throw ConfigError(fmt::format("\"{}\" is no number it takes", text), option, remedy);
  }
  return *value;
}

double timeout_option(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (stop != end || error != std::errc{} || !(value > 0) || value > kLongestTimeoutSeconds) {
    throw ConfigError(fmt::format("\"{}\" is no time", text), "--timeout",
                      "write host seconds, for example 60 or 0.5");
  }
  return value;
}

/// 30s, 100ms, 5min, 1h in nanoseconds.
std::uint64_t period_option(const std::string& text) {
  struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
  };
  constexpr std::array<Unit, 5> kUnits{{{"us", 1'000},
                                        {"ms", 1'000'000},
                                        {"s", 1'000'000'000},
                                        {"min", 60'000'000'000},
                                        {"h", 3'600'000'000'000}}};
  constexpr std::uint64_t kMost = 1'000'000;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_integer(std::string_view(text).substr(0, digits));
  for (const Unit& unit : kUnits) {
    if (number && *number != 0 && *number <= kMost && text.substr(digits) == unit.name)
      return *number * unit.nanoseconds;
  }
  throw ConfigError(fmt::format("\"{}\" is no period", text), "--period",
                    "write a number up to 1000000 and us, ms, s, min or h: 30s");
}

void read_battery(const RawOptions& raw, RunOptions& options) {
  if (raw.battery.empty() != raw.period.empty()) {
    throw ConfigError("--battery and --period need each other", "command line",
                      "write --battery CR2477 --period 30s");
  }
  if (raw.battery.empty()) return;
  options.battery = analysis::find_battery(raw.battery);
  if (!options.battery) {
    throw ConfigError(fmt::format("unknown battery \"{}\"", raw.battery), "--battery",
                      "use CR2477, 18650, or charge and voltage: 1200@3.0 for 1200 mAh at 3 V");
  }
  options.period_ns = period_option(raw.period);
}

void read_layer_mode(const std::string& text, RunOptions& options) {
  const std::size_t colon = text.find(':');
  const std::string mode = text.substr(0, colon);
  options.layer_pattern = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool has_pattern = !options.layer_pattern.empty();
  if (text.empty()) {
    options.layer_mode = LayerMode::automatic;
  } else if (text == "none") {
    options.layer_mode = LayerMode::none;
  } else if (text == "probes") {
    options.layer_mode = LayerMode::probes;
  } else if (mode == "calls" && has_pattern) {
    options.layer_mode = LayerMode::calls;
  } else if (mode == "functions" && has_pattern) {
    options.layer_mode = LayerMode::functions;
  } else if (text.ends_with(".yaml") || text.ends_with(".yml")) {
    options.layer_mode = LayerMode::map;
    options.layer_pattern = text;
  } else {
    throw ConfigError(fmt::format("unknown way to find layers, \"{}\"", text), "--layers",
                      "use probes, calls:FUNCTION, functions:REGEX, FILE.yaml or none");
  }
}

InputFile read_input(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    throw ConfigError(fmt::format("no file and place in \"{}\"", text), "--input",
                      "write FILE@ADDRESS or FILE@SYMBOL");
  }
  return {text, text.substr(0, at), text.substr(at + 1)};
}

UartOption read_uart(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw ConfigError(fmt::format("no UART and file in \"{}\"", text), "--uart",
                      "write NAME=FILE or NAME=pty");
  }
  return {text, text.substr(0, equals), text.substr(equals + 1)};
}

MemoryDump read_dump(const std::string& text) {
  constexpr const char* kRemedy = "write SYMBOL:LENGTH=FILE or ADDRESS:LENGTH=FILE, in bytes";
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.rfind(':', equals);
  if (equals == std::string::npos || colon == std::string::npos || colon == 0 ||
      equals + 1 == text.size()) {
    throw ConfigError(fmt::format("no place, length and file in \"{}\"", text), "--dump-memory",
                      kRemedy);
  }
  const std::string length = text.substr(colon + 1, equals - colon - 1);
  const auto bytes = parse_integer(length);
  if (!bytes || *bytes == 0 || *bytes > 0xFFFFFFFFu) {
    throw ConfigError(fmt::format("\"{}\" is not a length in bytes", length), "--dump-memory",
                      kRemedy);
  }
  return {text, text.substr(0, colon), static_cast<std::uint32_t>(*bytes), text.substr(equals + 1)};
}

/// --clock is short for --set clock.rated_hz.
void add_clock(const RawOptions& raw, RunOptions& options) {
  if (raw.clock.empty()) return;
  constexpr std::string_view kPath = "clock.rated_hz=";
  for (const std::string& entry : raw.set) {
    if (entry.starts_with(kPath)) {
      throw ConfigError("two core clocks", fmt::format("--clock and --set {}", entry),
                        "give one of them");
    }
  }
  const std::uint64_t hz =
      integer_option(raw.clock, "--clock", 1, "write hertz as an integer, for example 80000000");
  options.overrides.push_back(fmt::format("{}{}", kPath, hz));
}

void check_set(const std::vector<std::string>& set) {
  for (const std::string& entry : set) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw ConfigError(fmt::format("no path and value in \"{}\"", entry), "--set",
                        "write PATH=VALUE, for example memories.flash.wait_states=7");
    }
  }
}

}  // namespace

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, hexadecimal ? 16 : 10);
  if (text.empty() || stop != end || error != std::errc{}) return std::nullopt;
  return value;
}

Address resolve_address(const std::string& text, const loader::SymbolTable& symbols,
                        const std::string& option) {
  if (const auto number = parse_integer(text)) {
    if (*number > 0xFFFFFFFFu) {
      throw ConfigError(fmt::format("{} is no address", text), option, "addresses have 32 bits");
    }
    return static_cast<Address>(*number);
  }
  if (const loader::Symbol* const symbol = symbols.find_symbol(text)) return symbol->address;
  const std::size_t plus = text.rfind('+');
  if (plus != std::string::npos && plus > 0) {
    const auto offset = parse_integer(std::string_view(text).substr(plus + 1));
    const loader::Symbol* const base = symbols.find_symbol(text.substr(0, plus));
    if (offset && base != nullptr) return base->address + static_cast<Address>(*offset);
  }
  std::vector<std::string> names;
  for (const loader::Symbol& symbol : symbols.symbols()) names.push_back(symbol.name);
  const std::string near = boards::nearest_name(text, names);
  throw ConfigError(fmt::format("the firmware has no symbol \"{}\"", text), option,
                    names.empty()  ? "it has no symbols at all: give an address"
                    : near.empty() ? "give a symbol or an address"
                                   : fmt::format("did you mean \"{}\"?", near));
}

void add_run_options(CLI::App& command, RawOptions& options) {
  command.add_option("firmware", options.firmware, "ELF file, or .bin or .hex with --load-at")
      ->type_name("FW");
  const auto add = [&](const char* name, std::string& value, const char* type, const char* help) {
    return command.add_option(name, value, help)->type_name(type);
  };
  const auto add_list = [&](const char* name, std::vector<std::string>& value, const char* type,
                            const char* help) {
    command.add_option(name, value, help)->type_name(type)->allow_extra_args(false);
  };
  add("--board", options.board, "NAME|FILE.yaml", "board to run on; `mcost boards` lists names");
  add_list("--set", options.set, "PATH=VALUE",
           "override a value of the board, for example memories.flash.wait_states=7; firmware "
           "cannot change it");
  add("--clock", options.clock, "HZ", "core clock, short for --set clock.rated_hz=HZ");
  add_list("--place", options.place, "WHAT=MEMORY",
           "charge a section, a symbol or ADDRESS+BYTES as if it lived in another memory: same "
           "data, other time");
  add("--layers", options.layers, "MODE|FILE.yaml",
      "probes (default, if the firmware has them), calls:FUNCTION, functions:REGEX (found "
      "anywhere in the demangled name), a layer map (docs/layers.md), none");
  add("--entry", options.entry, "SYMBOL|ADDR", "start here instead of at the reset vector");
  add("--until", options.until, "SYMBOL|ADDR", "end the run when this is reached");
  add("--max-cycles", options.max_cycles, "N", "end the run after N cycles (default 2^40)");
  add("--timeout", options.timeout, "S",
      "end the run after S host seconds; the report is marked partial");
  add_list("--input", options.input, "FILE@SYMBOL|ADDR",
           "put a file into RAM: before the run, or when main is reached where start-up code "
           "initialises that place");
  add_list("--dump-memory", options.dump_memory, "SYMBOL|ADDR:LEN=FILE",
           "write memory to a file after the run");
  add_list("--uart", options.uart, "NAME=FILE|pty",
           "a UART of the board receives this file and prints to the console, or is a pseudo "
           "terminal");
  add("--args", options.args, "TEXT", "command line that the firmware gets by semihosting");
  add("--sd", options.sd, "FILE", "image of the SD card in the board's slot; it is not changed");
  add("--semihosting-root", options.semihosting_root, "DIR",
      "folder whose files the firmware may open; without it none");
  add("--battery", options.battery, "NAME|MAH@V",
      "say how long CR2477, 18650 or a charge at a voltage lasts; needs --period");
  add("--period", options.period, "TIME", "from one run to the next: 30s, 100ms, 5min, 1h");
  add("--seed", options.seed, "N", "of the contents of RAM at power-on (default 0)");
  add("--load-at", options.load_at, "ADDR", "address of a .bin, or of the lowest byte of a .hex");
  command.add_flag("--no-memory-use", options.no_memory_use,
                   "do not record which RAM is used: many short layers run faster");
  command.add_flag("--profile", options.profile,
                   "also record what each instruction cost, and when layers were visited: in the "
                   "JSON report");
  command.add_flag("--strict", options.strict,
                   "an access to a peripheral register without model or rule is a failure");
  std::string formats;
  for (const auto& format : analysis::report_formats()) {
    formats += (formats.empty() ? "" : "|") + std::string(format.name);
  }
  command.add_option("--format", options.format, "of the report (default text)")
      ->type_name(formats);
  add("--output", options.output, "FILE", "write the report to a file instead of stdout");
  command.add_flag("--stats", options.stats, "report how the simulator worked");
}

RunOptions check_options(const RawOptions& raw) {
  RunOptions options;
  options.firmware = raw.firmware;
  options.board = raw.board;
  if (raw.firmware.empty()) {
    throw ConfigError("no firmware", "command line",
                      "name an ELF file: mcost run FW.elf --board NAME");
  }
  if (raw.board.empty()) {
    throw ConfigError("no board", "command line", "add --board NAME; `mcost boards` lists names");
  }
  check_set(raw.set);
  options.overrides = raw.set;
  options.placements = raw.place;
  add_clock(raw, options);
  read_layer_mode(raw.layers, options);
  read_battery(raw, options);
  options.entry = raw.entry;
  options.until = raw.until;
  if (!raw.max_cycles.empty()) {
    options.max_cycles =
        integer_option(raw.max_cycles, "--max-cycles", 1, "write a positive number of cycles");
  }
  if (!raw.timeout.empty()) options.timeout_s = timeout_option(raw.timeout);
  for (const std::string& text : raw.input) options.inputs.push_back(read_input(text));
  for (const std::string& text : raw.dump_memory) options.dumps.push_back(read_dump(text));
  for (const std::string& text : raw.uart) options.uarts.push_back(read_uart(text));
  options.args = raw.args;
  if (!raw.semihosting_root.empty()) {
    if (!std::filesystem::is_directory(raw.semihosting_root)) {
      throw ConfigError("no such folder", "--semihosting-root " + raw.semihosting_root,
                        "name a folder that exists");
    }
    options.semihosting_root = raw.semihosting_root;
  }
  if (!raw.sd.empty()) options.sd_image = raw.sd;
  if (!raw.seed.empty()) {
    options.seed = integer_option(raw.seed, "--seed", 0, "write a number from 0 to 2^64 - 1");
  }
  if (!raw.load_at.empty()) {
    const auto address = parse_integer(raw.load_at);
    if (!address || *address > 0xFFFFFFFFu) {
      throw ConfigError(fmt::format("\"{}\" is no address", raw.load_at), "--load-at",
                        "write it as 0x08000000");
    }
    options.load_at = static_cast<Address>(*address);
  }
  if (analysis::find_report_format(raw.format) == nullptr) {
    std::vector<std::string> names;
    for (const auto& format : analysis::report_formats()) names.emplace_back(format.name);
    throw ConfigError(fmt::format("unknown format \"{}\"", raw.format), "--format",
                      boards::suggest(raw.format, "formats", names));
  }
  options.format = raw.format;
  options.output = raw.output;
  options.memory_use = !raw.no_memory_use;
  options.profile = raw.profile;
  options.strict = raw.strict;
  options.stats = raw.stats;
  return options;
}

}  // namespace mcost::cli
