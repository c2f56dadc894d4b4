// How numbers and names look in reports. Integer arithmetic throughout: the same result gives the
// same characters on every machine. May include sim_core/base.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim_core/base/run_result.h"
#include "sim_core/base/units.h"

namespace mcost::analysis {

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);

/// "1 read", "1,234 reads".
[[nodiscard]] std::string counted(std::uint64_t value, std::string_view noun);

/// "once", "1,234 times".
[[nodiscard]] std::string times(std::uint64_t value);

/// part / whole in per cent with one decimal, rounded half up: "12.3"; "-" if whole is 0.
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);

/// a / b with `decimals` decimals, rounded half up; "-" if b is 0.
[[nodiscard]] std::string ratio(std::uint64_t a, std::uint64_t b, unsigned decimals);

/// The time of `cycles` at `clock` with four significant digits and a unit: "15.43 ms".
[[nodiscard]] std::string duration(Cycles cycles, Hertz clock);

/// The time of `cycles` at `clock` in whole picoseconds, rounded half up, as seconds with twelve
/// decimals: "0.015432101235".
[[nodiscard]] std::string seconds(Cycles cycles, Hertz clock);

/// The same of what was counted in a run, at the clocks at which its cycles passed.
[[nodiscard]] std::string duration(const Counters& counters, const RunResult& result);
[[nodiscard]] std::string seconds(const Counters& counters, const RunResult& result);
/// Whole nanoseconds, rounded down; the most there is where they do not fit.
[[nodiscard]] std::uint64_t nanoseconds(const Counters& counters, const RunResult& result);
/// Whole picoseconds, rounded half up; the most there is where they do not fit.
[[nodiscard]] std::uint64_t picoseconds_of(const Counters& counters, const RunResult& result);
/// With four significant digits and a unit: "15.43 ms".
[[nodiscard]] std::string time_text(std::uint64_t picoseconds);
/// The core clocks of a run for people, in the order in which it first had them.
[[nodiscard]] std::string clocks(const RunResult& result);

/// With four significant digits and a unit: "3.812 mJ", "236.5 mW".
[[nodiscard]] std::string energy_text(std::uint64_t femtojoules);
[[nodiscard]] std::string power_text(std::uint64_t microwatts);
/// Energy over the time of what was counted; 0 if no time passed.
[[nodiscard]] std::uint64_t mean_power_uw(std::uint64_t femtojoules, const Counters& counters,
                                          const RunResult& result);

/// A clock for people: "80 MHz", "32.768 kHz", "25175/2 Hz".
[[nodiscard]] std::string frequency(Hertz clock);

/// "0x08001234".
[[nodiscard]] std::string hexadecimal(Address address);

/// `text` with everything that is not printable ASCII or well-formed UTF-8 replaced by '?': names
/// come from hostile files and must not reach a terminal as they are.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace mcost::analysis
