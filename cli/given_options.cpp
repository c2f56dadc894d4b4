#include "cli/given_options.h"

#include <fmt/format.h>

#include <filesystem>

#include "analysis/reports/numbers.h"

namespace mcost::cli {
namespace {

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string layers_text(const RunOptions& options) {
  switch (options.layer_mode) {
    case LayerMode::automatic: return {};
    case LayerMode::none: return "none";
    case LayerMode::probes: return "probes";
    case LayerMode::calls: return "calls:" + options.layer_pattern;
    case LayerMode::functions: return "functions:" + options.layer_pattern;
    case LayerMode::map: return file_name(options.layer_pattern);
  }
  return {};
}

}  // namespace

std::vector<std::string> given_options(const RunOptions& options,
                                       const std::vector<std::string>& digests) {
  std::vector<std::string> list;
  const auto add = [&list](const char* name, const std::string& value) {
    if (!value.empty()) list.push_back(fmt::format("{} {}", name, value));
  };
  for (const std::string& entry : options.overrides) add("--set", entry);
  for (const std::string& entry : options.placements) add("--place", entry);
  add("--layers", layers_text(options));
  add("--entry", options.entry);
  add("--until", options.until);
  if (options.max_cycles) add("--max-cycles", fmt::format("{}", *options.max_cycles));
  for (std::size_t i = 0; i < options.inputs.size(); ++i) {
    const InputFile& input = options.inputs[i];
    const std::string digest = i < digests.size() ? " (sha256 " + digests[i] + ")" : "";
    add("--input", file_name(input.file) + "@" + input.where + digest);
  }
  for (const UartOption& uart : options.uarts)
    add("--uart", uart.name + "=" + file_name(uart.target));
  add("--args", options.args);
  if (options.sd_image) add("--sd", file_name(*options.sd_image));
  if (options.semihosting_root) list.emplace_back("--semihosting-root");
  if (options.seed != 0) add("--seed", fmt::format("{}", options.seed));
  if (options.load_at) add("--load-at", analysis::hexadecimal(*options.load_at));
  if (!options.memory_use) list.emplace_back("--no-memory-use");
  return list;
}

}  // namespace mcost::cli
