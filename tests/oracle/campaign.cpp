#include "tests/oracle/campaign.h"

#include <array>
#include <cstdio>
#include <cstring>

namespace mcost::oracle {
namespace {

constexpr std::uint64_t kMostExplained = 5;
constexpr std::uint64_t kMostTranslated = 1'000'000;  // instructions

std::string memory_text(Machine& mcost, Machine& oracle) {
  std::string text;
  for (std::uint32_t i = 0; i < kScratchSize; i += 4) {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::memcpy(&a, mcost.ram().data() + i, 4);
    std::memcpy(&b, oracle.ram().data() + i, 4);
    if (a == b) continue;
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "* [%08x]           %08x  %08x\n", kScratch + i, a,
                  b);
    text += buffer.data();
  }
  return text;
}

/// `program` with a branch to itself where a unit begins, or whole.
Program cut_before(const Program& program, std::size_t unit) {
  Program cut = program;
  if (unit < program.units.size()) cut.code[program.units[unit]] = Assembler::kSelf;
  return cut;
}

void set_scratch(Machine& machine, std::span<const std::uint8_t> bytes) {
  std::memcpy(machine.ram().data(), bytes.data(), kScratchSize);
}

/// The first unit after which both machines differ: its listing, the registers before and after,
/// and the memory. `ram` is what the scratch area held at the start.
std::string explain(Machine& mcost, Machine& oracle, const Program& program, const State& initial,
                    std::span<const std::uint8_t> ram) {
  std::string text =
      "the difference is gone when the program is cut\n" + listing(program.start, program.code);
  for (std::size_t unit = 1; unit <= program.units.size(); ++unit) {
    const Program cut = cut_before(program, unit);
    for (Machine* machine : {static_cast<Machine*>(&mcost), static_cast<Machine*>(&oracle)}) {
      machine->load(cut);
      set_scratch(*machine, ram);
    }
    const Comparison comparison = run_both(mcost, oracle, initial);
    if (comparison.same()) continue;
    const std::uint32_t first = program.units[unit - 1];
    const std::size_t end =
        unit < program.units.size() ? program.units[unit] : program.code.size() - 1;
    const std::span<const std::uint16_t> code(program.code);
    text = listing(program.start + 2 * first, code.subspan(first, end - first));
    // The register file before the unit, for the first column.
    State before;
    const std::string memory = memory_text(mcost, oracle);
    mcost.load(cut_before(program, unit - 1));
    set_scratch(mcost, ram);
    (void)mcost.run(initial, before);
    text += compare_text(before, comparison.mcost, comparison.oracle) + memory;
    for (const std::string& error : {comparison.mcost_error, comparison.oracle_error})
      text += error.empty() ? "" : error + "\n";
    break;
  }
  return text;
}

}  // namespace

Comparison run_both(Machine& mcost, Machine& oracle, const State& initial) {
  Comparison comparison;
  comparison.mcost_error = mcost.run(initial, comparison.mcost);
  oracle.expect_end(comparison.mcost.pc);
  comparison.oracle_error = oracle.run(initial, comparison.oracle);
  comparison.same_memory = std::memcmp(mcost.ram().data(), oracle.ram().data(), kScratchSize) == 0;
  return comparison;
}

Campaign::Campaign(UnicornModel model) : model_(model), generator_(1, features_of(model)) {
  using Options = engine::EngineOptions;
  const auto add = [&](Timing timing, const Options& options) {
    cores_.push_back(std::make_unique<McostCore>(timing, options, features_of(model)));
  };
  add(Timing::flat, Options{});
  add(Timing::flat, Options{.longest_block = 1});
  add(Timing::flat, Options{.longest_block = 1, .memoise = false});
  add(Timing::cortex_m4, Options{});
  for (const auto& core : cores_) generator_.fill_pool(core->ram());
  renew_unicorn();
}

/// Unicorn 2.0.1 crashes when its buffer of translated code is full.
void Campaign::renew_unicorn() {
  translated_ = 0;
  unicorn_ = std::make_unique<UnicornCore>(model_);
  generator_.fill_pool(unicorn_->ram());
}

/// Of 16 programs 12 run as the product does but for timing, one also with its timing.
McostCore& Campaign::core_for(std::uint64_t program) {
  switch (program % 16) {
    case 13: return *cores_[1];
    case 14: return *cores_[2];
    case 15: return *cores_[3];
    default: return *cores_[0];
  }
}

void Campaign::run_program(const Program& program, McostCore& mcost, unsigned states,
                           CampaignResult& result) {
  mcost.load(program);
  unicorn_->load(program);
  generator_.fill_scratch(mcost.ram());
  std::array<std::uint8_t, kScratchSize> ram;
  for (unsigned i = 0; i < states; ++i) {
    const State initial = generator_.state();
    std::memcpy(ram.data(), mcost.ram().data(), kScratchSize);
    set_scratch(*unicorn_, ram);
    mcost.mark_never_written(seed_ + i);
    const Comparison comparison = run_both(mcost, *unicorn_, initial);
    result.instructions += program.instructions;
    result.retired += mcost.take_retired();
    if (comparison.same()) continue;
    ++result.differences;
    if (result.differences <= kMostExplained) {
      result.text += "seed " + std::to_string(seed_) + ", state " + std::to_string(i) + "\n" +
                     explain(mcost, *unicorn_, program, initial, ram) + "\n";
    }
    return;
  }
}

CampaignResult Campaign::run(const CampaignOptions& options) {
  CampaignResult result;
  const std::uint64_t& done = options.branches ? result.programs : result.instructions;
  while (done < options.runs) {
    seed_ = options.seed + result.programs;
    translated_ += options.program_size;
    if (translated_ > kMostTranslated) renew_unicorn();
    generator_.reseed(seed_);
    const Program program = options.branches ? generator_.branching(options.program_size)
                                             : generator_.straight_line(options.program_size);
    run_program(program, core_for(result.programs), options.states, result);
    ++result.programs;
  }
  return result;
}

}  // namespace mcost::oracle
