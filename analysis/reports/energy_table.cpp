#include "analysis/reports/energy_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/energy.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr Hertz kNanoseconds{1'000'000'000, 1};

std::string amount_text(const EnergyTerm& term, const RunResult& result) {
  const std::uint64_t amount = activity_of(term, result.total, result);
  if (term.activity != ActivityKind::time) return grouped(amount);
  return duration(amount, kNanoseconds);
}

/// That of the clock at which most cycles passed.
std::string coefficient_text(const EnergyTerm& term, const RunResult& result) {
  std::size_t longest = 0;
  for (std::size_t c = 1; c < result.clocks.size(); ++c) {
    const Counters& counters = result.total.counters;
    if (counters.cycles_at(static_cast<unsigned>(c)) >
        counters.cycles_at(static_cast<unsigned>(longest)))
      longest = c;
  }
  const std::uint64_t value = term.coefficient[longest];
  return term.activity == ActivityKind::time ? power_text(value) : energy_text(value);
}

std::string days(std::uint64_t tenths) {
  return fmt::format("{}.{}", grouped(tenths / 10), tenths % 10);
}

}  // namespace

std::string energy_sentence(const RunResult& result) {
  if (!result.energy) return "not available: " + printable(result.energy_absent);
  const EnergyFigure figure = energy_of(result.total, *result.energy);
  return fmt::format("{} +- {} %", energy_text(figure.fj),
                     percent(figure.uncertainty_fj, figure.fj));
}

std::string energy_remark(const RunResult& result) {
  if (!result.energy) return {};
  const EnergyFigure figure = energy_of(result.total, *result.energy);
  return fmt::format(
      "{}, {} on average",
      result.energy->measure_point == "board" ? "of the whole board" : "at the mcu's supply pins",
      power_text(mean_power_uw(figure.fj, result.total.counters, result)));
}

std::string lifetime_sentence(const RunResult& result) {
  if (!result.lifetime) return {};
  const Lifetime& life = *result.lifetime;
  return fmt::format("{} days ({} to {}) on {}, a run every {}, {} between", days(life.tenth_days),
                     days(life.least_tenth_days), days(life.most_tenth_days),
                     printable(life.battery), duration(life.period_ns, kNanoseconds),
                     life.standby_uw == 0 ? "nothing known" : power_text(life.standby_uw));
}

Table energy_table(const RunResult& result) {
  Table table;
  if (!result.energy) return table;
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < result.energy->terms.size(); ++i) {
    if (result.total.energy[i] != 0) shown.push_back(i);
  }
  const auto add = [&](const char* heading, auto&& cell_of) {
    std::vector<std::string> cells;
    for (const std::size_t i : shown) cells.push_back(cell_of(i, result.energy->terms[i]));
    table.add(heading, std::move(cells));
  };
  const std::uint64_t total = energy_of(result.total, *result.energy).fj;
  const auto& energy = result.total.energy;
  add("of", [](std::size_t, const EnergyTerm& term) {
    return printable(term.component) + ": " + printable(term.name);
  });
  add("amount", [&](std::size_t, const EnergyTerm& term) { return amount_text(term, result); });
  add("each", [&](std::size_t, const EnergyTerm& term) { return coefficient_text(term, result); });
  add("+-%", [](std::size_t, const EnergyTerm& term) {
    return fmt::format("{}", term.uncertainty_percent);
  });
  add("source", [](std::size_t, const EnergyTerm& term) { return term.source; });
  add("energy", [&](std::size_t i, const EnergyTerm&) { return energy_text(energy[i]); });
  add("%", [&](std::size_t i, const EnergyTerm&) { return percent(energy[i], total); });
  return table;
}

}  // namespace mcost::analysis
