#include "sim_core/pipeline/registry.h"

#include <array>

#include "sim_core/pipeline/cortex_m0.h"
#include "sim_core/pipeline/cortex_m33.h"
#include "sim_core/pipeline/cortex_m7.h"
#include "sim_core/pipeline/three_stage.h"

namespace mcost::pipeline {
namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<PipelineModel> (*make)(const CoreParameters&);
};

// One line per core, sorted by name.
constexpr std::array kCores = {
    Entry{"cortex-m0", make_cortex_m0},
    Entry{"cortex-m0plus", make_cortex_m0plus},
    Entry{"cortex-m3", [](const CoreParameters&) { return make_cortex_m3(); }},
    Entry{"cortex-m33", make_cortex_m33},
    Entry{"cortex-m4", [](const CoreParameters&) { return make_cortex_m4(); }},
    Entry{"cortex-m7", make_cortex_m7},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kCores.size()> names{};
  for (std::size_t i = 0; i < kCores.size(); ++i) names[i] = kCores[i].name;
  return names;
}();

}  // namespace

std::span<const std::string_view> core_names() { return kNames; }

std::unique_ptr<PipelineModel> make_pipeline_model(std::string_view core,
                                                   const CoreParameters& parameters) {
  for (const Entry& entry : kCores) {
    if (entry.name == core) return entry.make(parameters);
  }
  return nullptr;
}

std::unique_ptr<PipelineModel> make_pipeline_model(std::string_view core) {
  return make_pipeline_model(core, CoreParameters{});
}

}  // namespace mcost::pipeline
