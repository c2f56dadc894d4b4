// Where capstone 4.0.2 reads an instruction word differently.
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "tests/isa/decode_rules.h"

namespace mcost::isa::test {
namespace {

bool rename_conditions(Case& c) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {
      {{"bhs", "bcs"}, {"blo", "bcc"}, {"hs", "cs"}, {"lo", "cc"}}};
  const bool it = c.theirs.mnemonic.starts_with("it") && c.theirs.operands.size() == 1;
  std::string& text = it ? c.theirs.operands[0] : c.theirs.mnemonic;
  for (const auto& [name, ours] : kNames) {
    if (text != name) continue;
    text = ours;
    return true;
  }
  return false;
}

bool shorten_constant(Case& c) {
  if (!c.theirs.mnemonic.starts_with("vmov") || c.theirs.operands.size() != 2) return false;
  const auto at = c.reading.text.find('#');
  if (at == std::string::npos) return false;
  c.theirs.operands[1] = constant_text(std::strtod(c.reading.text.c_str() + at + 1, nullptr));
  return true;
}

bool rename_fp_zero(Case& c) {
  if (!c.theirs.mnemonic.starts_with("vcmp") || c.theirs.operands.back() != "0") return false;
  c.theirs.operands.back() = "0.0";
  return true;
}

bool rename_trap(Case& c) {
  if (c.theirs.mnemonic != "trap") return false;
  c.theirs = {.mnemonic = "udf", .operands = {"254"}};
  return true;
}

bool is_virtualisation_or_security(const Case& c) {
  return !c.defined() && (c.theirs.mnemonic == "hvc" || c.theirs.mnemonic == "smc");
}

bool is_conditional_udf(const Case& c) { return c.sample.in_it_block && c.ours.mnemonic == "udf"; }

constexpr std::array<Spelling, 9> kSpellings = {{
    {"HS and LO for CS and CC",
     "ARMv7-M ARM A7.3, table A7-1: synonyms",
     {{512, 1581, 1581, 1581, 0}},
     &rename_conditions},
    {"PC-relative operands",
     "ARMv7-M ARM A5.1.2: the base is Align(PC, 4)",
     {{8192, 10997, 11314, 11314, 0}},
     &resolve_pc_relative},
    {"PUSH and POP of one register as STR and LDR",
     "ARMv7-M ARM A7.7, PUSH T3, POP T3",
     {{0, 762, 762, 762, 0}},
     &rename_push_pop},
    {"two-operand ADD and SUB of SP",
     "ARMv7-M ARM A7.7, ADD (SP plus immediate) T2",
     {{512, 512, 512, 512, 0}},
     &spell_out_destination},
    {"names of reserved barrier options",
     "ARMv7-M ARM A7.7, DMB: only SY is defined",
     {{62, 62, 62, 62, 0}},
     &rename_barrier_option},
    {"trap", "ARMv7-M ARM A7.7, UDF: no special immediate", {{1, 1, 1, 1, 0}}, &rename_trap},
    {"FP constants",
     "ARMv7-M ARM A7.7, VMOV (immediate)",
     {{0, 0, 214, 279, 0}},
     &shorten_constant},
    {"zero as 0.0", "ARMv7-M ARM A7.7, VCMP T2", {{0, 0, 206, 262, 0}}, &rename_fp_zero},
    {"coprocessor operands",
     "they are the coprocessor's; we print its number and Rt",
     {{0, 44900, 44900, 44900, 0}},
     &shorten_coprocessor},
}};

constexpr std::array<Difference, 8> kDifferences = {{
    {"UNPREDICTABLE",
     "the word has no meaning to agree on",
     {{4250, 11258, 12575, 12617, 0}},
     &is_unpredictable},
    {"instructions that the core lacks",
     "the feature tables of the manuals",
     {{185645, 41658, 10496, 479, 0}},
     &is_not_on_core},
    {"words of the Security Extension",
     "ARMv8-M ARM C2.4: UNDEFINED without it; ARMv7-M ARM A7.7, BX, STREX: UNPREDICTABLE",
     {{148, 148, 148, 148, 0}},
     &is_security},
    {"unallocated memory hints",
     "ARMv7-M ARM A5.3.8, A5.3.9: NOP",
     {{0, 998, 998, 998, 0}},
     &is_memory_hint},
    {"UDF in an IT block without its condition",
     "ARMv7-M ARM A7.7, UDF: UDF<c>",
     {{286, 286, 286, 286, 0}},
     &is_conditional_udf},
    {"HVC and SMC",
     "ARMv7-M ARM A5.3.4: no such encodings, UNDEFINED",
     {{72, 72, 72, 72, 0}},
     &is_virtualisation_or_security},
    {"Advanced SIMD",
     "ARMv7-M ARM A5.3: no such encodings, UNDEFINED",
     {{7853, 7853, 7853, 7853, 0}},
     &is_advanced_simd},
    {"other FP encodings",
     "ARMv7-M ARM A6.4: double precision, registers above D15",
     {{1847, 1847, 4094, 11268, 0}},
     &is_fp_coprocessor_undefined},
}};

}  // namespace

RuleSet capstone_rules() {
  return {.oracle = "capstone", .spellings = kSpellings, .differences = kDifferences};
}

}  // namespace mcost::isa::test
