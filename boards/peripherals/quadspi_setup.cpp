#include "boards/peripherals/quadspi_setup.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

namespace mcost::boards {
namespace {

std::unique_ptr<NorFlash> make_nor(engine::Engine& engine, const QuadspiSetup& setup) {
  const QspiSpec& spec = std::get<QspiSpec>(setup.memory->timing);
  NorArray array;
  array.size_bytes = static_cast<std::uint32_t>(setup.memory->size_bytes);
  array.read = [&engine, index = setup.memory_index](std::uint32_t offset) {
    return engine.bus().memories[index].stored(offset);
  };
  array.write = [&engine, index = setup.memory_index](std::uint32_t offset,
                                                      const std::vector<std::uint8_t>& bytes) {
    engine.change_memory(index, offset, bytes);
  };
  const auto times = [&spec, clocks = setup.clocks] {
    return NorTimes{.page_program = clocks->cycles_of_ns(spec.page_program_ns),
                    .subsector_erase = clocks->cycles_of_ns(spec.subsector_erase_ns),
                    .sector_erase = clocks->cycles_of_ns(spec.sector_erase_ns),
                    .bulk_erase = clocks->cycles_of_ns(spec.bulk_erase_ns),
                    .write_register = clocks->cycles_of_ns(spec.write_register_ns)};
  };
  return std::make_unique<NorFlash>(setup.memory->name, std::move(array), spec.identification,
                                    times, setup.note);
}

}  // namespace

QuadspiModel make_quadspi(engine::Engine& engine, const PeripheralSpec& peripheral,
                          QuadspiSetup setup) {
  QuadspiSettings settings;
  settings.is_octospi = peripheral.type == "octospi_stm32";
  settings.name = peripheral.name;
  settings.interrupt = peripheral.interrupt;
  settings.hclk_cycles = [clocks = setup.clocks] { return clocks->core_cycles(ClockDomain::hclk); };
  settings.timing_changed = [&engine] { engine.memory_timing_changed(); };
  settings.note = setup.note;
  if (setup.memory != nullptr) {
    settings.nor = make_nor(engine, setup);
    settings.mapping = setup.mapping;
    settings.starts_mapped = !setup.follows_from_start;
    if (setup.mapping != nullptr) {
      setup.mapping->set_when_unmapped(
          [note = setup.note,
           text = fmt::format("{} was read while {} was not in memory-mapped mode: "
                              "the part answers with a bus error",
                              setup.memory->name, peripheral.name)] { note(text); });
    }
  }
  return make_quadspi(engine, std::move(settings), *setup.clocks);
}

memory::QspiParameters parameters_of(const QspiSpec& spec, std::uint32_t hclk_cycles) {
  memory::QspiParameters parameters;
  parameters.hclk_cycles = hclk_cycles;
  parameters.divider = spec.hclk_per_sclk;
  parameters.instruction_clocks = spec.instruction_clocks;
  parameters.instruction_once = spec.instruction_once;
  parameters.lead_clocks = spec.address_clocks + spec.dummy_clocks;
  parameters.lines = spec.lines;
  parameters.double_rate = spec.double_rate;
  parameters.cs_high_clocks = spec.cs_high_clocks;
  parameters.sync_hclk = spec.sync_hclk;
  parameters.fifo_hclk = spec.fifo_hclk;
  parameters.fifo_bytes = spec.fifo_bytes;
  parameters.timeout_clocks = spec.timeout_clocks;
  return parameters;
}

}  // namespace mcost::boards
