#include "analysis/lifetime.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "analysis/energy.h"
#include "sim_core/base/error.h"

namespace mcost::analysis {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kMostMilliampereHours = 10'000'000;
constexpr std::uint64_t kMostMillivolts = 1'000'000;
constexpr std::uint64_t kMicro = 1000;

/// A decimal with at most three digits behind the point, times 1000.
std::optional<std::uint64_t> thousandths(std::string_view text) {
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string digits(point == std::string_view::npos ? std::string_view() : text.substr(point + 1));
  if (whole.empty() || digits.size() > 3) return std::nullopt;
  digits.resize(3, '0');
  const std::string all = std::string(whole) + digits;
  std::uint64_t value = 0;
  const char* const end = all.data() + all.size();
  const auto [stop, error] = std::from_chars(all.data(), end, value);
  if (stop != end || error != std::errc{}) return std::nullopt;
  return value;
}

/// Tenths of a day that a battery of `battery_nj` lasts.
std::uint64_t tenth_days(Wide battery_fj, Wide period_fj, std::uint64_t period_ns) {
  constexpr Wide kTenthDayNs = Wide{86'400} * 1'000'000'000 / 10;
  if (period_fj == 0) return 0;
  return static_cast<std::uint64_t>(
      std::min<Wide>(battery_fj / period_fj * period_ns / kTenthDayNs, ~std::uint64_t{0}));
}

}  // namespace

std::optional<Battery> find_battery(std::string_view text) {
  struct Known {
    std::string_view name;
    std::uint64_t charge_uah;
    std::uint64_t voltage_mv;
  };
  constexpr std::array<Known, 2> kKnown{{{"CR2477", 1'000'000, 3000}, {"18650", 3'400'000, 3600}}};
  for (const Known& known : kKnown) {
    if (text == known.name)
      return Battery{std::string(known.name), known.charge_uah, known.voltage_mv};
  }
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const auto charge = thousandths(text.substr(0, at));
  const auto voltage = thousandths(text.substr(at + 1));
  if (!charge || !voltage || *charge == 0 || *voltage == 0) return std::nullopt;
  if (*charge > kMostMilliampereHours * kMicro || *voltage > kMostMillivolts) return std::nullopt;
  return Battery{fmt::format("{} mAh at {} V", text.substr(0, at), text.substr(at + 1)), *charge,
                 *voltage};
}

Lifetime lifetime_of(const RunResult& result, const Battery& battery, std::uint64_t period_ns) {
  if (!result.energy) {
    throw ConfigError("no energy, so no lifetime: " + result.energy_absent, "--battery",
                      "choose a board with coefficients of energy (mcost boards)");
  }
  const std::uint64_t run_ns = nanoseconds_of(result.total.counters, result);
  if (run_ns > period_ns) {
    throw ConfigError(fmt::format("a run takes {} ns, longer than the period", run_ns), "--period",
                      "give a longer one");
  }
  const EnergyFigure run = energy_of(result.total, *result.energy);
  const std::uint64_t standby_uw = result.energy->standby_uw;
  const Wide standby = Wide{standby_uw} * (period_ns - run_ns);
  constexpr Wide kMostDoubt = Wide{1} << 60;
  const auto doubt = joined_uncertainty(
      static_cast<std::uint64_t>(std::min<Wide>(run.uncertainty_fj, kMostDoubt)),
      static_cast<std::uint64_t>(
          std::min<Wide>(standby * result.energy->standby_uncertainty_percent / 100, kMostDoubt)));
  // uAh x mV = 3.6 uJ.
  const Wide battery_fj = Wide{battery.charge_uah} * battery.voltage_mv * 3'600'000'000u;
  Lifetime life;
  life.battery = battery.name;
  life.period_ns = period_ns;
  life.standby_uw = standby_uw;
  life.tenth_days = tenth_days(battery_fj, standby + run.fj, period_ns);
  life.least_tenth_days = tenth_days(battery_fj, standby + run.fj + doubt, period_ns);
  life.most_tenth_days =
      tenth_days(battery_fj, standby + run.fj - std::min<Wide>(doubt, standby + run.fj), period_ns);
  return life;
}

}  // namespace mcost::analysis
