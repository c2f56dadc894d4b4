// mcost boards: lists shipped boards, or shows one.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <variant>

#include "analysis/reports/numbers.h"
#include "analysis/reports/table.h"
#include "boards/energy_model.h"
#include "boards/spec_reader.h"
#include "cli/command.h"

namespace mcost::cli {
namespace {

constexpr std::size_t kWidth = 118;

std::string kib(std::uint64_t bytes) {
  if (bytes % 1024 == 0) return fmt::format("{} KiB", analysis::grouped(bytes / 1024));
  return fmt::format("{} bytes", analysis::grouped(bytes));
}

const char* kind_of(const boards::MemoryTiming& timing) {
  struct Kind {
    const char* operator()(const boards::FlashSpec&) const { return "flash"; }
    const char* operator()(const boards::RomSpec&) const { return "rom"; }
    const char* operator()(const boards::SramSpec&) const { return "sram"; }
    const char* operator()(const boards::SdramSpec&) const { return "sdram"; }
    const char* operator()(const boards::PsramSpec&) const { return "psram"; }
    const char* operator()(const boards::QspiSpec&) const { return "qspi"; }
  };
  return std::visit(Kind{}, timing);
}

std::uint64_t total_bytes(const boards::BoardSpec& spec, const std::string& kind) {
  std::uint64_t sum = 0;
  for (const boards::MemorySpec& memory : spec.memories) {
    if (kind_of(memory.timing) == kind) sum += memory.size_bytes;
  }
  return sum;
}

/// What is not on the chip: "sdram 16,384 KiB, qspi 16,384 KiB".
std::string external_text(const boards::BoardSpec& spec) {
  std::string text;
  for (const std::string kind : {"sdram", "psram", "qspi"}) {
    const std::uint64_t bytes = total_bytes(spec, kind);
    if (bytes != 0) text += (text.empty() ? "" : ", ") + kind + " " + kib(bytes);
  }
  return text.empty() ? "none" : text;
}

std::string list_boards() {
  std::vector<std::vector<std::string>> cells(7);
  for (const std::string& name : boards::shipped_boards()) {
    const boards::BoardSpec spec = boards::read_board(name);
    cells[0].push_back(spec.name);
    cells[1].push_back(std::string(boards::name_of(spec.core.model)));
    cells[2].push_back(analysis::frequency({spec.clock.rated_hz, 1}));
    cells[3].push_back(kib(total_bytes(spec, "flash")));
    cells[4].push_back(kib(total_bytes(spec, "sram")));
    cells[5].push_back(external_text(spec));
    cells[6].push_back(spec.part);
  }
  analysis::Table table;
  constexpr std::array<const char*, 7> kHeadings = {"board", "core",     "clock", "flash",
                                                    "RAM",   "external", "part"};
  for (std::size_t i = 0; i < cells.size(); ++i) table.add(kHeadings[i], std::move(cells[i]));
  return table.text(0, kWidth) + "\n`mcost boards NAME` shows one.\n";
}

std::string core_text(const boards::BoardSpec& spec) {
  const boards::CoreSpec& core = spec.core;
  std::string text = fmt::format("{} {}", boards::name_of(core.model), core.revision);
  text += core.fpu == boards::FpuModel::none ? std::string(", no FPU")
                                             : fmt::format(", FPU {}", boards::name_of(core.fpu));
  if (core.dsp) text += ", DSP";
  return text + fmt::format(", {} interrupts", core.interrupts);
}

std::string accelerator_text(const boards::AcceleratorSpec& accelerator) {
  struct Describe {
    std::string operator()(const boards::NoAccelerator&) const { return "one line buffer"; }
    std::string operator()(const boards::ArtF4Spec& art) const {
      return fmt::format("ART (F4): {} x {} bits code, {} x {} bits data, prefetch {}", art.i_lines,
                         art.line_bits, art.d_lines, art.line_bits,
                         art.prefetch_enabled ? "on" : "off");
    }
    std::string operator()(const boards::ArtL4Spec& art) const {
      return fmt::format("ART (L4): {} x {} bits code, {} x {} bits data, prefetch {}", art.i_lines,
                         art.line_bits, art.d_lines, art.line_bits,
                         art.prefetch_enabled ? "on" : "off");
    }
    std::string operator()(const boards::PrefetchSpec& prefetch) const {
      return fmt::format("prefetch buffer: {} blocks, {}", prefetch.blocks,
                         prefetch.prefetch_enabled ? "on" : "off");
    }
    std::string operator()(const boards::IcacheL5Spec& icache) const {
      return fmt::format("ICACHE: {}, {} ways, lines of {} bytes, {}", kib(icache.cache_bytes),
                         icache.ways, icache.line_bytes, icache.enabled ? "on" : "off");
    }
    std::string operator()(const boards::ArtF7Spec& art) const {
      return fmt::format("ART (F7, through ITCM): {} lines, {}, prefetch {}", art.lines,
                         art.art_enabled ? "on" : "off", art.prefetch_enabled ? "on" : "off");
    }
    std::string operator()(const boards::VimsSpec& vims) const {
      return fmt::format("VIMS: {} of cache, {} ways, lines of {} bytes", kib(vims.cache_bytes),
                         vims.ways, vims.line_bytes);
    }
  };
  return std::visit(Describe{}, accelerator);
}

std::string timing_text(const boards::MemoryTiming& timing) {
  struct Describe {
    std::string operator()(const boards::FlashSpec& flash) const {
      return fmt::format("{}, {} bits, {}", analysis::counted(flash.wait_states, "wait state"),
                         flash.width_bits, accelerator_text(flash.accelerator));
    }
    std::string operator()(const boards::RomSpec& rom) const {
      return analysis::counted(rom.wait_states, "wait state");
    }
    std::string operator()(const boards::SramSpec& sram) const {
      return analysis::counted(sram.wait_states, "wait state");
    }
    std::string operator()(const boards::SdramSpec& sdram) const {
      return fmt::format("{} bits, {} banks, HCLK / {}, CAS {}, TRCD {}, TRP {}", sdram.bus_bits,
                         sdram.banks, sdram.hclk_per_sdclk, sdram.cas_sdclk, sdram.trcd_sdclk,
                         sdram.trp_sdclk);
    }
    std::string operator()(const boards::PsramSpec& psram) const {
      return fmt::format("{} bits, ADDSET {}, DATAST {}, BUSTURN {}", psram.bus_bits,
                         psram.addset_hclk, psram.datast_hclk, psram.busturn_hclk);
    }
    std::string operator()(const boards::QspiSpec& qspi) const {
      return fmt::format("{}{}, HCLK / {}, {} dummy clocks", analysis::counted(qspi.lines, "line"),
                         qspi.double_rate ? " at double rate" : "", qspi.hclk_per_sclk,
                         qspi.dummy_clocks);
    }
  };
  return std::visit(Describe{}, timing);
}

std::string memory_text(const boards::BoardSpec& spec) {
  std::size_t width = 0;
  for (const boards::MemorySpec& memory : spec.memories)
    width = std::max(width, memory.name.size());
  std::string text = "\nMemories\n";
  for (const boards::MemorySpec& memory : spec.memories) {
    text += fmt::format("  {:<{}}  {:<5}  {:>10}  {}\n", memory.name, width, kind_of(memory.timing),
                        kib(memory.size_bytes), timing_text(memory.timing));
  }
  return text;
}

std::string map_text(const boards::BoardSpec& spec) {
  std::string text = "\nMemory map\n";
  for (const boards::RegionSpec& region : spec.regions) {
    const Address last = region.base + static_cast<Address>(region.size_bytes - 1);
    text += fmt::format("  0x{:08X}-0x{:08X}  {:<16} {:<14} {:<12} r{}{}\n", region.base, last,
                        region.name, region.memory, boards::name_of(region.port),
                        region.writable ? "w" : "-", region.executable ? "x" : "-");
  }
  for (const boards::PeripheralSpaceSpec& space : spec.peripheral_spaces) {
    const Address last = space.base + static_cast<Address>(space.size_bytes - 1);
    text += fmt::format("  0x{:08X}-0x{:08X}  {:<16} peripherals\n", space.base, last, space.name);
  }
  return text;
}

std::string sources_text(const boards::BoardSpec& spec) {
  std::string text = "\nSources\n";
  for (const boards::SourcedValue& value : boards::sources(spec)) {
    const boards::Source& source = value.source;
    text += fmt::format("  {} = {}  ({}{}: {})\n", value.path, value.value,
                        boards::name_of(source.kind), source.verified ? "" : ", unverified",
                        source.ref);
  }
  return text;
}

std::string energy_text(const boards::BoardSpec& spec) {
  const boards::EnergySpec& energy = spec.energy;
  if (!boards::knows_energy(spec)) return "no data";
  const auto at_rated = [&](const std::vector<std::uint64_t>& column) {
    return boards::at_clock(energy.clock_hz, column, spec.clock.rated_hz);
  };
  return fmt::format(
      "asleep {}, {} for a cycle more, {}", analysis::power_text(at_rated(energy.static_uw)),
      analysis::energy_text(at_rated(energy.active_fj)),
      energy.measure_point == boards::SupplySide::board ? "measured at the whole board"
                                                        : "measured at the mcu's supply pins");
}

std::string show_board(const boards::BoardSpec& spec) {
  std::string text = fmt::format("{}: {}\n\n", spec.name, spec.title);
  if (!spec.caution.empty()) text += fmt::format("caution: {}\n\n", spec.caution);
  text += fmt::format("  part     {}\n  core     {}\n  clock    {} (at most {})\n", spec.part,
                      core_text(spec), analysis::frequency({spec.clock.rated_hz, 1}),
                      analysis::frequency({spec.clock.max_hz, 1}));
  text += fmt::format("  start    {}, vector table at 0x{:08X}\n", boards::name_of(spec.start),
                      spec.reset.vector_table);
  text += fmt::format("  console  {}\n  energy   {}\n",
                      spec.console.empty() ? "none" : spec.console, energy_text(spec));
  return text + memory_text(spec) + map_text(spec) + sources_text(spec);
}

struct BoardOptions {
  std::string board;
  bool resolved = false;
  bool names = false;
};

std::string board_names() {
  std::string text;
  for (const std::string& name : boards::shipped_boards()) text += name + "\n";
  return text;
}

int show(const BoardOptions& options) {
  if (options.board.empty()) {
    if (options.resolved) {
      throw ConfigError("--resolved needs a board", "command line",
                        "write mcost boards NAME --resolved");
    }
    write_stdout(options.names ? board_names() : list_boards());
    return kOk;
  }
  if (options.names)
    throw ConfigError("--names lists all boards", "command line", "leave out the board");
  const boards::BoardSpec spec = boards::read_board(options.board);
  write_stdout(options.resolved ? boards::resolved_yaml(spec) : show_board(spec));
  return kOk;
}

}  // namespace

void add_boards(CLI::App& program, std::function<int()>& action) {
  auto options = std::make_shared<BoardOptions>();
  CLI::App* const command =
      program.add_subcommand("boards", "List shipped boards, or show one with all its sources");
  command->add_option("board", options->board, "a shipped board, or a file")
      ->type_name("NAME|FILE.yaml");
  command->add_flag("--resolved", options->resolved,
                    "print the whole board as one YAML that reads back to the same machine");
  command->add_flag("--names", options->names, "print only the names of shipped boards");
  command->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace mcost::cli
