// Baselines and limits as files: YAML whose first part belongs to people, and whose second one is
// written by mcost check --bless. May include anything. Invariant: files are hostile; a mistake is
// a ConfigError with file, line and remedy.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/baseline.h"
#include "analysis/check.h"
#include "analysis/limits.h"

namespace mcost::cli {

struct BaselineFile {
  std::optional<analysis::Decimal> tolerance;
  std::vector<analysis::Limit> limits;         // `limits:` and `warnings:`
  std::optional<analysis::Baseline> baseline;  // nothing: no numbers yet
  std::string head;                            // what --bless keeps, byte for byte
};

/// Errors: ConfigErrors with every mistake.
[[nodiscard]] BaselineFile read_baseline_file(const std::string& path, const std::string& where);
/// The same of text that is in memory.
[[nodiscard]] BaselineFile read_baseline_text(const std::string& text, const std::string& file);
/// What stands above the measured part: all, if there is no such part.
[[nodiscard]] std::string baseline_head(const std::string& text);

}  // namespace mcost::cli
