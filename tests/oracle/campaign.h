// Runs random programs on mcost and on Unicorn and explains differences.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/oracle/generator.h"
#include "tests/oracle/mcost_core.h"
#include "tests/oracle/unicorn_core.h"

namespace mcost::oracle {

struct CampaignOptions {
  std::uint64_t seed = 1;  // of the first program; the next have the numbers after it
  std::uint64_t runs = 0;  // instructions to execute, or programs if they branch
  bool branches = false;
  unsigned program_size = 0;  // instructions, or units if they branch
  unsigned states = 1;        // with which each program runs
};

struct CampaignResult {
  std::uint64_t programs = 0;
  std::uint64_t instructions = 0;  // random ones executed, counted once for each state
  std::uint64_t retired = 0;       // all that mcost retired, with loads of state and addresses
  std::uint64_t differences = 0;
  std::string text;  // of the first differences
};

/// Outcome of one program on both machines.
struct Comparison {
  State mcost;
  State oracle;
  std::string mcost_error;
  std::string oracle_error;
  bool same_memory = true;
  [[nodiscard]] bool same() const {
    return same_memory && mcost_error.empty() && oracle_error.empty() && mcost == oracle;
  }
};

/// Runs the loaded program on both machines from one state; the scratch areas must be equal.
[[nodiscard]] Comparison run_both(Machine& mcost, Machine& oracle, const State& initial);

class Campaign {
 public:
  explicit Campaign(UnicornModel model);
  CampaignResult run(const CampaignOptions& options);
  /// Times each row was drawn outside IT blocks, over all runs.
  [[nodiscard]] std::span<const std::uint64_t> drawn() const { return generator_.drawn(); }

 private:
  McostCore& core_for(std::uint64_t program);
  void renew_unicorn();
  void run_program(const Program& program, McostCore& mcost, unsigned states,
                   CampaignResult& result);

  UnicornModel model_;
  Generator generator_;
  std::vector<std::unique_ptr<McostCore>> cores_;  // the engine's ways to run
  std::unique_ptr<UnicornCore> unicorn_;
  std::uint64_t seed_ = 0;        // of the current program
  std::uint64_t translated_ = 0;  // instructions or units that Unicorn got since it is new
};

}  // namespace mcost::oracle
