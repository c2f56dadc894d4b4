// Where GNU objdump 2.40 reads an instruction word differently. It decodes all Arm extensions,
// whatever -m says.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "tests/isa/decode_rules.h"

namespace mcost::isa::test {
namespace {

bool drop_zero_offset(Case& c) {
  bool changed = false;
  for (Listing* listing : {&c.theirs, &c.ours}) {
    for (std::string& operand : listing->operands) {
      const auto found = std::min(operand.rfind(",0]"), operand.rfind(",-0]"));
      if (found == std::string::npos) continue;
      operand.erase(found, operand.find(']', found) - found);
      changed = true;
    }
  }
  return changed;
}

/// Post-indexed: the offset is an operand of its own.
bool drop_negative_zero(Case& c) {
  if (c.ours.operands.empty() || c.ours.operands.back() != "-0") return false;
  c.ours.operands.back() = "0";
  return true;
}

bool rename_increment_after(Case& c) {
  if (c.theirs.mnemonic != "ldmia" && c.theirs.mnemonic != "stmia") return false;
  c.theirs.mnemonic.resize(3);
  return true;
}

/// "movs rd, rm, lsl 3" to "lsls rd, rm, 3"; "mov rd, rm, rrx" to "rrx rd, rm".
bool rename_shifted_move(Case& c) {
  Listing& theirs = c.theirs;
  if ((theirs.mnemonic != "mov" && theirs.mnemonic != "movs") || theirs.operands.size() != 3)
    return false;
  const std::string shift = theirs.operands[2];
  const bool sets_flags = theirs.mnemonic == "movs";
  theirs.mnemonic = shift.substr(0, 3) + (sets_flags ? "s" : "");
  theirs.operands.pop_back();
  if (shift.size() > 4) theirs.operands.push_back(shift.substr(4));
  return true;
}

bool rename_negate(Case& c) {
  if (c.theirs.mnemonic != "negs" && c.theirs.mnemonic != "neg") return false;
  c.theirs.mnemonic.replace(0, 3, "rsb");
  c.theirs.operands.emplace_back("0");
  return true;
}

bool rename_nop(Case& c) {
  if (c.word() == 0x46C0) return c.theirs = {.mnemonic = "mov", .operands = {"r8", "r8"}}, true;
  if (c.theirs.mnemonic != "nop" || c.theirs.operands.size() != 1) return false;
  const std::string& number = c.theirs.operands[0];
  c.theirs = {.mnemonic = "hint", .operands = {number.substr(1, number.size() - 2)}};
  return true;
}

/// "{d1-d3}" to "{d1,d2,d3}".
bool expand_register_range(Case& c) {
  if (c.theirs.operands.empty()) return false;
  std::string& list = c.theirs.operands.back();
  const auto dash = list.find('-');
  if (!list.starts_with("{") || dash == std::string::npos) return false;
  const char kind = list[1];
  if (kind != 's' && kind != 'd') return false;
  const unsigned long last = std::strtoul(list.c_str() + dash + 2, nullptr, 10);
  std::string expanded;
  for (unsigned long i = std::strtoul(list.c_str() + 2, nullptr, 10); i <= std::min(last, 31ul);
       ++i) {
    expanded += (expanded.empty() ? "" : ",") + (kind + std::to_string(i));
  }
  list = "{" + expanded + "}";
  return true;
}

/// objdump prints imm8; the value is VFPExpandImm of it.
bool expand_constant(Case& c) {
  if ((c.theirs.mnemonic != "vmov.f32" && c.theirs.mnemonic != "vmov.f64") ||
      c.theirs.operands.size() != 2)
    return false;
  const unsigned long imm8 = std::strtoul(c.theirs.operands[1].c_str(), nullptr, 10);
  const int exponent = static_cast<int>((imm8 >> 4 & 7) ^ 4) - 3;
  const double magnitude = std::ldexp(1.0 + static_cast<double>(imm8 & 15) / 16.0, exponent);
  c.theirs.operands[1] = constant_text((imm8 & 128) != 0 ? -magnitude : magnitude);
  return true;
}

bool rename_status_register(Case& c) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames = {
      {{"cpsr", "apsr"},
       {"cpsr_f", "apsr_nzcvq"},
       {"cpsr_s", "apsr_g"},
       {"cpsr_fs", "apsr_nzcvqg"}}};
  for (std::string& operand : c.theirs.operands) {
    for (const auto& [name, ours] : kNames) {
      if (operand == name) return operand = ours, true;
    }
  }
  return false;
}

/// They may be conditional: "tt?" is that without the condition.
bool add_condition(Case& c) {
  const std::string& mnemonic = c.theirs.mnemonic;
  if (mnemonic != "tt?" && mnemonic != "ttt?" && mnemonic != "sg?") return false;
  c.theirs.mnemonic.pop_back();
  return true;
}

// Differences.

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [text](std::string_view p) { return text.starts_with(p); });
}

std::uint32_t first_halfword(const Case& c) { return c.word() >> 16; }

bool is_zero_write_back_dual(const Case& c) {
  return (c.theirs.mnemonic == "ldrd" || c.theirs.mnemonic == "strd") &&
         (c.word() & 0x012000FF) == 0x01200000;
}

bool is_msr_mask(const Case& c) {
  return c.ours.mnemonic == "msr" && c.theirs.mnemonic == "msr" && c.theirs.operands[0] != "apsr" &&
         c.ours.operands[0].starts_with(c.theirs.operands[0] + "_");
}

bool is_unprivileged_literal(const Case& c) {
  return c.defined() &&
         starts_with_any(c.theirs.mnemonic, {"ldrt", "ldrbt", "ldrht", "ldrsbt", "ldrsht"}) &&
         (first_halfword(c) & 0xF) == 15;
}

bool is_later_hint(const Case& c) {
  return c.defined() && std::string_view(c.decoded.instruction->row->name) == "Unallocated hints";
}

bool is_store_to_pc(const Case& c) {
  return !c.defined() && (first_halfword(c) & 0xFF1F) == 0xF80F;
}

bool is_unallocated_size(const Case& c) {
  return !c.defined() && c.theirs.mnemonic.find("??") != std::string::npos;
}

bool is_unallocated_register_offset(const Case& c) {
  return !c.defined() && (first_halfword(c) & 0xFE80) == 0xF800 && (c.word() & 0x800) == 0 &&
         (c.word() & 0x7C0) != 0;
}

bool is_arm_state_branch(const Case& c) { return !c.defined() && c.theirs.mnemonic == "blx"; }

bool is_branch_future(const Case& c) {
  return !c.defined() && starts_with_any(c.theirs.mnemonic, {"bf", "wls", "dls", "le", "lctp"});
}

bool is_other_profile(const Case& c) {
  return !c.defined() &&
         starts_with_any(c.theirs.mnemonic, {"hvc", "smc", "hlt", "setend", "setpan", "rfe", "srs",
                                             "crc32", "ldrexd", "strexd", "lda", "stl"});
}

bool is_other_coprocessor(const Case& c) {
  return is_coprocessor_word(c) && (c.word() >> 9 & 7) != 5 && !is_advanced_simd(c);
}

constexpr std::array<Spelling, 15> kSpellings = {{
    {"PC-relative operands",
     "ARMv7-M ARM A5.1.2: the base is Align(PC, 4)",
     {{8192, 10989, 11306, 11306, 11306}},
     &resolve_pc_relative},
    {"PUSH and POP as transfers of SP",
     "ARMv7-M ARM A7.7, PUSH, POP",
     {{0, 1361, 1361, 1361, 1361}},
     &rename_push_pop},
    {"LDMIA and STMIA",
     "ARMv7-M ARM A7.7, LDM, STM: synonyms",
     {{8192, 9554, 9554, 9554, 9554}},
     &rename_increment_after},
    {"shifts as MOV",
     "ARMv7-M ARM A7.7, MOV (shifted register)",
     {{0, 1131, 1131, 1131, 1131}},
     &rename_shifted_move},
    {"NEG",
     "ARMv7-M ARM A7.7, RSB (immediate): pre-UAL name",
     {{128, 128, 128, 128, 128}},
     &rename_negate},
    {"two-operand ADD, SUB and MULS",
     "ARMv7-M ARM A7.7, ADD (SP plus register) T1, MUL T1",
     {{672, 672, 672, 672, 672}},
     &spell_out_destination},
    {"unallocated hints as NOP, and MOV r8, r8",
     "ARMv7-M ARM A5.2.5",
     {{22, 146, 146, 146, 146}},
     &rename_nop},
    {"names of reserved barrier options",
     "ARMv7-M ARM A7.7, DMB: only SY is defined",
     {{249, 249, 249, 249, 249}},
     &rename_barrier_option},
    {"CPSR for APSR", "ARMv7-M ARM B1.4.2", {{43, 43, 43, 43, 43}}, &rename_status_register},
    {"coprocessor operands",
     "they are the coprocessor's; we print its number and Rt",
     {{0, 37699, 22470, 22470, 22470}},
     &shorten_coprocessor},
    {"offset of zero",
     "nothing is added or subtracted",
     {{800, 1315, 1315, 1315, 1315}},
     &drop_zero_offset},
    {"post-indexed offset of minus zero",
     "nothing is subtracted",
     {{0, 73, 73, 73, 73}},
     &drop_negative_zero},
    {"ranges of FP registers",
     "ARMv7-M ARM A7.7, VLDM",
     {{0, 0, 1774, 1774, 1774}},
     &expand_register_range},
    {"FP constants", "ARMv7-M ARM A6.4.1, VFPExpandImm", {{0, 0, 214, 279, 214}}, &expand_constant},
    {"condition of TT and SG not shown",
     "ARMv8-M ARM C2.4, TT, SG",
     {{0, 0, 0, 0, 59}},
     &add_condition},
}};

constexpr std::array<Difference, 17> kDifferences = {{
    {"UNPREDICTABLE",
     "the word has no meaning to agree on",
     {{895, 15728, 17211, 17416, 18077}},
     &is_unpredictable},
    {"instructions that the core lacks",
     "the feature tables of the manuals",
     {{168335, 44838, 13005, 2968, 8326}},
     &is_not_on_core},
    {"words of the Security Extension",
     "ARMv8-M ARM C2.4: UNDEFINED without it; ARMv7-M ARM A7.7, BX, STREX: UNPREDICTABLE",
     {{180, 180, 180, 180, 180}},
     &is_security},
    {"mask of IAPSR, EAPSR and XPSR not shown",
     "ARMv7-M ARM B5.2.3, MSR: bits 11-10",
     {{3, 3, 13, 13, 13}},
     &is_msr_mask},
    {"write-back of a zero offset lost",
     "ARMv7-M ARM A7.7, LDRD (immediate): W is bit 21",
     {{0, 16, 16, 16, 16}},
     &is_zero_write_back_dual},
    {"unprivileged loads with PC as base",
     "ARMv7-M ARM A7.7, LDRT: SEE LDR (literal)",
     {{0, 16, 16, 16, 16}},
     &is_unprivileged_literal},
    {"unallocated memory hints",
     "ARMv7-M ARM A5.3.8, A5.3.9: NOP",
     {{0, 998, 998, 998, 998}},
     &is_memory_hint},
    {"hints of later architectures",
     "ARMv7-M ARM A5.2.5, A5.3.4: NOP",
     {{2, 85, 85, 85, 85}},
     &is_later_hint},
    {"stores with PC as base",
     "ARMv7-M ARM A7.7, STR (immediate): UNDEFINED",
     {{135, 1395, 1395, 1395, 1395}},
     &is_store_to_pc},
    {"sizes that are not allocated",
     "ARMv7-M ARM A5.3.7 to A5.3.10: UNDEFINED",
     {{3042, 3042, 3042, 3042, 3042}},
     &is_unallocated_size},
    {"register offsets with other bits set",
     "ARMv7-M ARM A5.3.7 to A5.3.10: UNDEFINED",
     {{1196, 1196, 1196, 1196, 1196}},
     &is_unallocated_register_offset},
    {"BLX (immediate)",
     "ARMv7-M ARM A5.3.4: no Arm state, UNDEFINED",
     {{4181, 4181, 4181, 4181, 4181}},
     &is_arm_state_branch},
    {"branch future and low-overhead loops",
     "Armv8.1-M; ARMv7-M ARM A5.3.4: UNDEFINED",
     {{3875, 3875, 3875, 3875, 3875}},
     &is_branch_future},
    {"instructions of other profiles",
     "Armv7-A, Armv8-A, Armv8-M; ARMv7-M ARM A5: UNDEFINED",
     {{295, 295, 295, 295, 295}},
     &is_other_profile},
    {"Advanced SIMD",
     "ARMv7-M ARM A5.3: no such encodings, UNDEFINED",
     {{16076, 16076, 16076, 16076, 16076}},
     &is_advanced_simd},
    {"other FP encodings",
     "ARMv7-M ARM A6.4: double precision, registers above D15",
     {{2874, 2878, 5904, 13094, 5904}},
     &is_fp_coprocessor_undefined},
    {"other coprocessors' names",
     "FPA, Maverick, iWMMXt, CDE are not in ARMv7-M",
     {{1141, 8946, 23571, 23571, 23571}},
     &is_other_coprocessor},
}};

}  // namespace

RuleSet objdump_rules() {
  return {.oracle = "objdump", .spellings = kSpellings, .differences = kDifferences};
}

}  // namespace mcost::isa::test
