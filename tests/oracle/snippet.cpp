#include "tests/oracle/snippet.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace mcost::oracle {
namespace {

std::uint32_t& place_in(State& state, std::uint32_t place) {
  if (place >= kS0) return state.s.at(place - kS0);
  if (place >= kControl) return state.special.at(place - kControl);
  if (place == kApsr) return state.apsr;
  if (place == kFpscr) return state.fpscr;
  return state.r.at(place);
}

std::string name_of(std::uint32_t place) {
  if (place >= kRam) return "memory at " + std::to_string(place - kData) + " of the data";
  if (place >= kS0) return "s" + std::to_string(place - kS0);
  constexpr std::array kNames{"apsr",    "fpscr",     "control", "primask",
                              "basepri", "faultmask", "msp",     "psp"};
  if (place >= kApsr) return kNames.at(place - kApsr);
  return "r" + std::to_string(place);
}

std::uint32_t read(McostCore& core, State& state, const Value& expected, bool faulted) {
  if (expected.place >= kRam) {
    std::uint32_t word = 0;
    std::memcpy(&word, core.ram().data() + (expected.place - kRam), 4);
    return word;
  }
  if (faulted && expected.place < 15) return core.engine().first_fault()->registers[expected.place];
  return place_in(state, expected.place);
}

std::string hex(std::uint32_t value) {
  std::array<char, 16> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%08x", value);
  return buffer.data();
}

std::string check_on(McostCore& core, const Snippet& snippet, const Preparation& prepare) {
  core.load(program_of(snippet));
  core.prepare(prepare);
  set_memory(core, snippet);
  State result;
  const std::string error = core.run(initial_state(snippet), result);
  const bool faulted = core.engine().first_fault().has_value();
  if (faulted != snippet.fault.has_value() || (!faulted && !error.empty())) {
    return std::string(snippet.text) + (faulted ? ": fault\n" : ": no fault\n");
  }
  if (faulted && core.engine().first_fault()->fault.kind != *snippet.fault)
    return std::string(snippet.text) + ": another fault\n";
  std::string text;
  for (const Value& expected : snippet.expected) {
    const std::uint32_t value = read(core, result, expected, faulted);
    if (value == expected.value) continue;
    text += std::string(snippet.text) + ": " + name_of(expected.place) + " is " + hex(value) +
            ", not " + hex(expected.value) + "\n";
  }
  return text;
}

}  // namespace

Program program_of(const Snippet& snippet) {
  Program program;
  Assembler a(program.code);
  for (const std::uint32_t instruction : snippet.code) {
    program.units.push_back(static_cast<std::uint32_t>(program.code.size()));
    if (instruction > 0xFFFF) {
      a.wide(instruction);
    } else {
      a.narrow(instruction);
    }
  }
  program.instructions = static_cast<std::uint32_t>(snippet.code.size());
  a.narrow(Assembler::kSelf);
  return program;
}

State initial_state(const Snippet& snippet) {
  State state;
  state.r[13] = kData;
  for (const Value& given : snippet.given) {
    if (given.place < kRam) place_in(state, given.place) = given.value;
  }
  return state;
}

void set_memory(Machine& machine, const Snippet& snippet) {
  std::fill_n(machine.ram().begin(), kScratchSize, std::uint8_t{0});
  for (const Value& given : snippet.given) {
    if (given.place >= kRam)
      std::memcpy(machine.ram().data() + (given.place - kRam), &given.value, 4);
  }
}

std::string check(const Snippet& snippet, const Preparation& prepare, isa::FeatureSet features) {
  McostCore blocks(Timing::flat, {}, features);
  McostCore stepped(Timing::flat, {.longest_block = 1, .memoise = false}, features);
  return check_on(blocks, snippet, prepare) + check_on(stepped, snippet, prepare);
}

}  // namespace mcost::oracle
