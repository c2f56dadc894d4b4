#include "analysis/measured_parts.h"

#include <fmt/format.h>

#include <array>

#include "analysis/reports/groups.h"
#include "analysis/reports/numbers.h"

namespace mcost::analysis {
namespace {

constexpr std::array<const char*, 7> kOfRun = {
    "cycles", "energy", "instructions", "macs", "live_bytes", "touched_bytes", "stack_bytes"};

}  // namespace

std::map<std::size_t, FunctionSum> function_sums(const RunResult& result) {
  std::map<std::size_t, FunctionSum> sums;
  for (const ProfileEntry& entry : result.profile->entries) {
    FunctionSum& sum = sums[result.profile->code[entry.code].function];
    const std::uint64_t before = sum.counters.cycles;
    entry.cost.add_to(sum.counters);
    if (entry.clock != 0) sum.counters.at_later_clock[entry.clock] += sum.counters.cycles - before;
    sum.energy_fj += entry.energy_fj;
  }
  return sums;
}

MeasuredParts::MeasuredParts(const RunResult& result) : result_(result) {
  add("", "", measured(result));
  for (const LayerResult& layer : result.layers)
    add("layers", path_text(layer.path), measured(layer, result, false));
  if (!result.profile) return;
  functions_ = function_sums(result);
  for (const auto& [function, sum] : functions_) {
    Measured measured{&sum.counters, nullptr, std::nullopt, nullptr, std::nullopt};
    if (result.energy) measured.energy_fj = sum.energy_fj;
    add("functions", printable(result.profile->functions[function].name), measured);
  }
}

/// Names that are there already (functions of several files, layers whose names have slashes) are
/// told apart by their order.
void MeasuredParts::add(const std::string& kind, std::string name, Measured measured) {
  const std::size_t before = seen_[{kind, name}]++;
  if (before != 0) name += fmt::format("#{}", before + 1);
  index_[{kind, name}] = parts_.size();
  parts_.push_back({kind, std::move(name), measured});
}

std::optional<Quantity> MeasuredParts::value(const Subject& subject) const {
  const auto found = index_.find({subject.part, subject.name});
  if (found == index_.end()) return std::nullopt;
  return quantity_of(subject.metric, parts_[found->second].measured, result_);
}

std::vector<Subject> MeasuredParts::expand(const Subject& pattern) const {
  std::vector<Subject> list;
  for (const Part& part : parts_) {
    if (part.kind != pattern.part || !fits(pattern.name, part.name)) continue;
    if (quantity_of(pattern.metric, part.measured, result_))
      list.push_back({part.kind, part.name, pattern.metric});
  }
  return list;
}

std::vector<Subject> MeasuredParts::usual() const {
  std::vector<Subject> list;
  const auto add_if_known = [&](const Metric& metric, bool zero_too) {
    const auto value = quantity_of(metric, parts_.front().measured, result_);
    if (value && (zero_too || value->value != 0)) list.push_back({"", "", metric});
  };
  for (const char* const name : kOfRun) add_if_known({name, ""}, true);
  for (unsigned c = 0; c < kCauses; ++c) {
    const auto cause = static_cast<Cause>(c);
    const auto& names = is_per_initiator(cause) ? result_.initiators : result_.memories;
    if (!is_per_memory(cause) && !is_per_initiator(cause)) {
      add_if_known({kCauseNames[c], ""}, false);
      continue;
    }
    for (const std::string& name : names) add_if_known({kCauseNames[c], name}, false);
  }
  for (const std::string& memory : result_.memories) add_if_known({"bytes", memory}, false);
  for (const Part& part : parts_) {
    if (!part.kind.empty()) list.push_back({part.kind, part.name, {"cycles", ""}});
  }
  return list;
}

std::vector<std::string> MeasuredParts::part_names() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (!part.kind.empty()) names.push_back(part.kind + "." + part.name);
  }
  return names;
}

}  // namespace mcost::analysis
