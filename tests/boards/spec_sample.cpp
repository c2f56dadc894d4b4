#include "tests/boards/spec_sample.h"

#include <stdexcept>

#include "boards/spec_reader.h"

namespace mcost::boards::test {

const char* const kTinyBoard = R"(name: tiny
title: "A tiny board"
part: none
source: datasheet
ref: "tiny manual"
core:
  model: cortex-m4
  revision: r0p1
  cpuid: 0x410FC241
  fpu: fpv4-sp-d16
  dsp: true
  bit_band: true
  mpu_regions: 8
  nvic_priority_bits: 4
  interrupts: 16
  systick_reference_divider: 8
  dwt: {cycle_counter: true, comparators: 4}
clock: {rated_hz: 48000000, max_hz: 48000000}
reset: {vector_table: 0x08000000, clock_hz: 16000000}
memories:
  flash:
    kind: flash
    size_kib: 64
    width_bits: 128
    wait_states: {value: 2, source: measured, ref: "bench"}
    wait_state_limits_hz: [24000000, 48000000]
    accelerator: {kind: none}
  sram: {kind: sram, size_kib: 16, wait_states: 0}
regions:
  flash: {memory: flash, base: 0x08000000, port: icode_dcode, executable: true, writable: false}
  sram: {memory: sram, base: 0x20000000, port: system, executable: true, writable: true}
peripheral_spaces:
  apb: {base: 0x40000000, size_kib: 1024}
peripherals:
  rcc:
    base: 0x40021000
    size_bytes: 0x400
    registers: {CR: {offset_bytes: 0x00, reset: 0x83}}
    rules: {HSERDY: {kind: follow, trigger: "CR[16]", target: "CR[17]", after_cycles: 3}}
)";

std::string tiny_with(std::string_view old_text, std::string_view new_text) {
  std::string text = kTinyBoard;
  const std::size_t at = text.find(old_text);
  if (at == std::string::npos || text.find(old_text, at + 1) != std::string::npos) {
    throw std::logic_error("not exactly one \"" + std::string(old_text) + "\" in kTinyBoard");
  }
  return text.replace(at, old_text.size(), new_text);
}

std::string complaint(std::string_view yaml, const std::vector<std::string>& overrides) {
  try {
    static_cast<void>(read_board_text(yaml, "x.yaml", overrides));
  } catch (const ConfigErrors& errors) {
    return errors.what();
  }
  return {};
}

std::string board_complaint(const std::string& name_or_path,
                            const std::vector<std::filesystem::path>& search_dirs,
                            const std::vector<std::string>& overrides) {
  try {
    static_cast<void>(read_board(name_or_path, search_dirs, overrides));
  } catch (const ConfigErrors& errors) {
    return errors.what();
  }
  return {};
}

std::string joined_boards() {
  std::string text;
  for (const std::string& name : shipped_boards()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace mcost::boards::test
