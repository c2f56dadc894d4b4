#include "tests/isa/decode_rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace mcost::isa::test {
namespace {

bool has_label(const Case& c) {
  return c.defined() && std::string_view(c.decoded.instruction->row->syntax).find("<label>") !=
                            std::string_view::npos;
}

std::uint32_t parse(std::string_view number) {
  return number == "-0"
             ? 0
             : static_cast<std::uint32_t>(std::strtoul(std::string(number).c_str(), nullptr, 10));
}

std::string absolute(const Case& c, std::string_view offset) {
  return std::to_string(Place{c.sample.pc, {}}.pc_base() + parse(offset));
}

std::uint32_t first_halfword(const Case& c) { return c.word() >> 16; }
std::uint32_t coprocessor(const Case& c) { return c.word() >> 8 & 0xF; }

}  // namespace

bool resolve_pc_relative(Case& c) {
  if (!has_label(c)) return false;
  std::vector<std::string>& operands = c.theirs.operands;
  for (std::string& operand : operands) {
    if (operand == "[pc]") operand = "[pc,0]";
    if (!operand.starts_with("[pc,") || !operand.ends_with("]")) continue;
    operand = absolute(c, std::string_view(operand).substr(4, operand.size() - 5));
    return true;
  }
  const bool add = c.theirs.mnemonic == "add" || c.theirs.mnemonic == "addw";
  const bool subtract = c.theirs.mnemonic == "subw";
  if ((add || subtract) && operands.size() == 3 && operands[1] == "pc") {
    const std::uint32_t offset = parse(operands[2]);
    c.theirs = {.mnemonic = "adr",
                .operands = {operands[0], absolute(c, std::to_string(add ? offset : 0 - offset))}};
    return true;
  }
  if (c.theirs.mnemonic == "adr" && operands.size() == 2) {
    operands[1] = absolute(c, operands[1]);
    return true;
  }
  return false;
}

bool rename_push_pop(Case& c) {
  Listing& theirs = c.theirs;
  const auto replace = [&theirs](const char* name, std::string list) {
    theirs = {.mnemonic = name, .operands = {std::move(list)}};
    return true;
  };
  const auto& operands = theirs.operands;
  if (operands.size() == 3 && theirs.mnemonic == "ldr" && operands[1] == "[sp]" &&
      operands[2] == "4") {
    return replace("pop", "{" + operands[0] + "}");
  }
  if (operands.size() != 2) return false;
  if (theirs.mnemonic == "str" && operands[1] == "[sp,4294967292]!")
    return replace("push", "{" + operands[0] + "}");
  const bool loads = theirs.mnemonic == "ldm" || theirs.mnemonic == "ldmia";
  if (loads && operands[0] == "sp!") return replace("pop", operands[1]);
  if (theirs.mnemonic == "stmdb" && operands[0] == "sp!") return replace("push", operands[1]);
  return false;
}

bool spell_out_destination(Case& c) {
  const auto& ours = c.ours.operands;
  auto& theirs = c.theirs.operands;
  if (c.ours.mnemonic != c.theirs.mnemonic || ours.size() != 3 || theirs.size() != 2) return false;
  if (ours[0] == ours[1]) {
    theirs.insert(theirs.begin(), theirs[0]);
  } else {
    theirs.push_back(theirs[0]);
  }
  return true;
}

bool shorten_coprocessor(Case& c) {
  static constexpr std::array kRows = {"CDP, CDP2",   "MCR, MCR2", "MRC, MRC2", "MCRR, MCRR2",
                                       "MRRC, MRRC2", "LDC, LDC2", "STC, STC2"};
  if (!c.defined() || !c.reading.defined) return false;
  const std::string_view name = c.decoded.instruction->row->name;
  if (std::find(kRows.begin(), kRows.end(), name) == kRows.end()) return false;
  Listing& theirs = c.theirs;
  if (theirs.mnemonic == c.ours.mnemonic + "l") theirs.mnemonic.pop_back();
  if (theirs.mnemonic != c.ours.mnemonic || theirs.operands.size() < 3) return false;
  if (theirs.operands[0][0] != 'p') theirs.operands[0].insert(0, "p");
  const bool has_register = c.ours.operands.size() == 2;
  std::string rt = theirs.operands[2] == "apsr_nzcv" ? "pc" : theirs.operands[2];
  theirs.operands.resize(1);
  if (has_register) theirs.operands.push_back(std::move(rt));
  return true;
}

bool rename_barrier_option(Case& c) {
  struct Option {
    std::string_view mnemonic, operand;
    unsigned number;
  };
  static constexpr std::array<Option, 16> kOptions = {{{"ssbb", "", 0},
                                                       {"pssbb", "", 4},
                                                       {"dfb", "", 12},
                                                       {"", "oshld", 1},
                                                       {"", "oshst", 2},
                                                       {"", "osh", 3},
                                                       {"", "nshld", 5},
                                                       {"", "nshst", 6},
                                                       {"", "unst", 6},
                                                       {"", "nsh", 7},
                                                       {"", "un", 7},
                                                       {"", "ishld", 9},
                                                       {"", "ishst", 10},
                                                       {"", "ish", 11},
                                                       {"", "ld", 13},
                                                       {"", "st", 14}}};
  Listing& theirs = c.theirs;
  const bool barrier = theirs.mnemonic == "dmb" || theirs.mnemonic == "dsb";
  for (const auto& [mnemonic, operand, number] : kOptions) {
    // "?": these names have no condition in an IT block.
    const bool by_name =
        !mnemonic.empty() && theirs.mnemonic.starts_with(mnemonic) && theirs.operands.empty();
    const bool by_option = !operand.empty() && barrier && theirs.operands[0] == operand;
    if (!by_name && !by_option) continue;
    if (by_name) theirs.mnemonic = "dsb";
    theirs.operands = {std::to_string(number)};
    return true;
  }
  return false;
}

std::string constant_text(double value) {
  std::array<char, 32> digits{};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string text(digits.data(), end);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

bool is_unpredictable(const Case& c) { return c.defined() && c.decoded.operands.unpredictable; }

bool is_coprocessor_word(const Case& c) {
  return (first_halfword(c) & 0xEC00) == 0xEC00 && c.sample.width_bits == 32;
}

bool is_advanced_simd(const Case& c) {
  const std::uint32_t first = first_halfword(c);
  return !c.defined() && ((first & 0xEF00) == 0xEF00 || (first & 0xFF10) == 0xF900);
}

bool is_fp_coprocessor_undefined(const Case& c) {
  return !c.defined() && is_coprocessor_word(c) && (coprocessor(c) & 0xE) == 10;
}

/// Which core has what is features_test.cpp's affair.
bool is_not_on_core(const Case& c) {
  const Instruction* instruction = decode(c.word(), c.sample.width_bits);
  return !c.defined() && instruction != nullptr &&
         !has_feature(c.features, instruction->row->feature);
}

bool is_security(const Case& c) {
  if (c.defined()) return false;
  if (c.sample.width_bits == 16) return (c.word() & 0xFF04) == 0x4704;  // BXNS, BLXNS
  const bool lazy = (c.word() & 0xFFE0FFFF) == 0xEC200A00;              // VLSTM, VLLDM
  return lazy || (c.word() & 0xFFF0F080) == 0xE840F080;                 // TTA, TTAT
}

bool is_memory_hint(const Case& c) {
  return c.defined() &&
         std::string_view(c.decoded.instruction->row->name) == "Unallocated memory hints";
}

}  // namespace mcost::isa::test
