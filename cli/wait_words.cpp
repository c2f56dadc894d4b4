#include "cli/wait_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/numbers.h"
#include "analysis/reports/pipeline_report.h"
#include "sim_core/engine/what_if.h"

namespace mcost::cli {
namespace {

std::string register_name(unsigned bit) {
  if (bit >= isa::kFirstSingle) return fmt::format("s{}", bit - isa::kFirstSingle);
  constexpr std::array<const char*, 3> kNames = {"sp", "lr", "pc"};
  return bit < 13 ? fmt::format("r{}", bit) : kNames[bit - 13];
}

/// What made the result, as people name the wait for it.
const char* unit_of(const isa::Roles& roles, isa::RegisterSet one, isa::TimingClass timing_class) {
  if ((roles.by_load & one) != 0) return "load-use";
  if ((roles.by_writeback & one) != 0) return "write-back";
  if ((roles.by_multiplier & one) != 0)
    return timing_class == isa::TimingClass::divide ? "divide" : "multiply";
  if ((roles.by_fp & one) != 0) return "FP result";
  return "ALU result";
}

}  // namespace

std::vector<std::string> register_names(isa::RegisterSet registers) {
  std::vector<std::string> names;
  for (unsigned bit = 0; bit < 48; ++bit) {
    if ((registers >> bit & 1u) != 0) names.push_back(register_name(bit));
  }
  return names;
}

void LastWriters::note(const engine::ObservedOp& op) {
  if (!op.timed.executed) return;
  const isa::Roles& roles = op.info.timing.roles;
  for (unsigned bit = 0; bit < writers_.size(); ++bit) {
    const isa::RegisterSet one = isa::RegisterSet{1} << bit;
    if ((roles.writes & one) == 0) continue;
    writers_[bit] = {op.info.pc, unit_of(roles, one, op.info.timing.timing_class)};
  }
}

std::string LastWriters::describe(isa::RegisterSet one) const {
  for (unsigned bit = 0; bit < writers_.size(); ++bit) {
    if ((one >> bit & 1u) == 0) continue;
    const auto& writer = writers_[bit];
    if (!writer) return register_name(bit);
    return fmt::format("{} ({}, {})", register_name(bit), writer->unit,
                       analysis::hexadecimal(writer->pc));
  }
  return {};
}

std::vector<analysis::TraceSegment> segments_of(const pipeline::Advance& advance) {
  std::vector<analysis::TraceSegment> before;
  std::vector<analysis::TraceSegment> issue;
  std::vector<analysis::TraceSegment> behind;
  auto left = static_cast<std::uint32_t>(std::max(advance.issue_cycle, 0));
  for (const pipeline::Charge& charge : advance.charges.parts()) {
    if (charge.cause == Cause::issue) {
      issue.push_back({charge.cause, 0, charge.cycles});
      continue;
    }
    const std::uint32_t first = std::min(left, charge.cycles);
    left -= first;
    if (first != 0) before.push_back({charge.cause, charge.memory, first});
    if (charge.cycles != first)
      behind.push_back({charge.cause, charge.memory, charge.cycles - first});
  }
  before.insert(before.end(), issue.begin(), issue.end());
  before.insert(before.end(), behind.begin(), behind.end());
  return before;
}

std::vector<std::string> wait_words(const engine::ObservedOp& op, isa::RegisterSet late,
                                    const LastWriters& writers,
                                    const std::vector<std::string>& memories) {
  std::vector<std::string> words;
  if (joins_previous(op.timed.advance)) words.emplace_back("with the one before");
  for (const pipeline::Charge& charge : op.timed.advance.charges.parts()) {
    switch (charge.cause) {
      case Cause::issue:
        if (charge.cycles > 1) words.push_back(fmt::format("issue {}", charge.cycles));
        break;
      case Cause::address_interlock:
      case Cause::result_latency: {
        std::string whom;
        for (isa::RegisterSet left = late; left != 0; left &= left - 1) {
          whom += (whom.empty() ? "" : " and ") + writers.describe(left & (0 - left));
        }
        if (whom.empty()) {
          words.push_back(
              fmt::format("{} {}", analysis::cause_name(charge.cause, 0, memories), charge.cycles));
        } else {
          words.push_back(fmt::format("waits {} for {}", charge.cycles, whom));
        }
        break;
      }
      default:
        words.push_back(fmt::format(
            "{} {}", analysis::cause_name(charge.cause, charge.memory, memories), charge.cycles));
    }
  }
  if (!op.timed.executed) words.emplace_back("condition failed");
  return words;
}

}  // namespace mcost::cli
