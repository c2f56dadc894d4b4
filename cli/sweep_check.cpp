#include "cli/sweep_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "analysis/reports/numbers.h"
#include "boards/spec_reader.h"
#include "loader/elf_image.h"

namespace mcost::cli {
namespace {

/// So many different settings are tried, from all over the grid.
constexpr std::size_t kMostTried = 256;
constexpr std::size_t kStride = 7919;  // a prime: neighbours in the grid are no neighbours here
constexpr std::size_t kMostErrors = 20;

class Checker {
 public:
  Checker(const SweepSpec& spec, const std::vector<SweepCell>& cells)
      : spec_(spec), cells_(cells) {}

  void check() {
    check_firmware();
    check_boards();
    throw_if_any();
    check_settings();
  }

 private:
  void check_firmware() {
    std::set<std::pair<std::string, std::optional<Address>>> seen;
    for (const SweepCell& cell : cells_) {
      const RunOptions& options = cell.options;
      if (!seen.emplace(options.firmware, options.load_at).second) continue;
      try {
        (void)loader::read_image(options.firmware, options.load_at);
      } catch (const InputError& error) {
        add(error);
      }
    }
  }

  void check_boards() {
    std::set<std::string> seen;
    for (const SweepCell& cell : cells_) {
      if (!seen.insert(cell.options.board).second) continue;
      try {
        (void)boards::read_board(cell.options.board);
      } catch (const InputError& error) {
        add(error);
      }
    }
  }

  /// A path that no board has is in every cell, and all of them would say the same.
  void check_settings() {
    std::set<std::pair<std::string, std::vector<std::string>>> seen;
    for (std::size_t i = 0; i < cells_.size() && seen.size() < kMostTried; ++i) {
      const RunOptions& options = cells_[i * kStride % cells_.size()].options;
      if (!seen.emplace(options.board, options.overrides).second) continue;
      try {
        (void)boards::read_board(options.board, {}, options.overrides);
        return;
      } catch (const InputError& error) {
        add(error);
      }
    }
    throw_if_any();
  }

  void add(const InputError& error) {
    if (const auto* const several = dynamic_cast<const boards::ConfigErrors*>(&error)) {
      for (const ConfigError& one : several->errors()) add_one(one);
    } else {
      add_one(error);
    }
  }

  void add_one(const InputError& error) {
    ConfigError placed(error.problem(), place_in_spec(spec_, error.where()), error.remedy());
    const bool is_known = std::any_of(
        errors_.begin(), errors_.end(),
        [&](const ConfigError& other) { return std::string(other.what()) == placed.what(); });
    if (!is_known && errors_.size() < kMostErrors) errors_.push_back(std::move(placed));
  }

  void throw_if_any() {
    if (!errors_.empty()) throw boards::ConfigErrors(std::exchange(errors_, {}));
  }

  const SweepSpec& spec_;
  const std::vector<SweepCell>& cells_;
  std::vector<ConfigError> errors_;
};

}  // namespace

void check_sweep(const SweepSpec& spec, const std::vector<SweepCell>& cells) {
  Checker(spec, cells).check();
}

std::string one_line(const InputError& error) {
  std::string text = error.what();
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at))
    text.replace(at, 1, "; ");
  return analysis::printable(text);
}

}  // namespace mcost::cli
