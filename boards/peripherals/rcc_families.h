// What differs between the clock controllers of STM32 families: where ready bits are, which
// registers the clock tree is made of, and how. Private to boards/peripherals. Invariant: tables
// only; rcc.cpp has the behaviour.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "boards/clocks.h"
#include "sim_core/base/bits.h"

namespace mcost::boards {

/// What a clock comes from.
enum class ClockSource : std::uint8_t { hsi, msi, csi, hse, hsi48, pll, pll2, pll3, lse, lsi };

/// An enable bit and the ready bit that follows it.
struct ReadyBit {
  ClockSource source;
  std::uint16_t offset_bytes;
  std::uint8_t enable;
  std::uint8_t ready;
};

/// Reads registers of the controller by offset.
using RegisterReader = std::function<std::uint32_t(std::uint32_t offset_bytes)>;

/// Frequency of an oscillator or of the main PLL as the registers have it; nothing if it cannot
/// run. `hse_hz` is 0 where the board has no HSE.
using SourceFrequency = std::optional<Hertz> (*)(ClockSource source, const RegisterReader& read,
                                                 std::uint64_t hse_hz);

struct RccFamily {
  std::string_view type;
  std::span<const ReadyBit> ready_bits;
  std::span<const ClockSource> system_sources;  // by value of SW
  std::uint16_t cfgr_bytes;                     // offset of the register with SW and SWS
  std::uint8_t sw_width;
  std::span<const std::uint16_t> clock_registers;  // offsets; a write makes the model follow
  SourceFrequency frequency;
  ClockSource (*pll_source)(const RegisterReader& read);
  /// Dividers behind SYSCLK: the core clock and what is made from it.
  ClockTree (*divide)(Hertz system, const RegisterReader& read);
};

/// Null for another name.
[[nodiscard]] const RccFamily* find_rcc_family(std::string_view type);

}  // namespace mcost::boards
