#include "sim_core/isa/format.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mcost::isa {
namespace {

constexpr std::array<const char*, 16> kRegisters = {"r0",  "r1", "r2", "r3", "r4",  "r5",
                                                    "r6",  "r7", "r8", "r9", "r10", "r11",
                                                    "r12", "sp", "lr", "pc"};
constexpr std::array<const char*, 16> kConditions = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc",
                                                     "hi", "ls", "ge", "lt", "gt", "le", "",   ""};
constexpr std::array<const char*, 5> kShifts = {"lsl", "lsr", "asr", "ror", "rrx"};

std::string hexadecimal(std::uint32_t value) {
  std::array<char, 8> digits{};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

std::string number(std::uint32_t value) {
  return value < 4096 ? std::to_string(value) : hexadecimal(value);
}

std::string shift_text(const Operands& o) {
  if (o.shift == Shift::rrx) return ", rrx";
  if (o.amount == 0) return "";
  return std::string(", ") + kShifts[static_cast<unsigned>(o.shift)] + " #" +
         std::to_string(o.amount);
}

std::string address_text(const Operands& o) {
  const std::string base = kRegisters[o.rn & 15u];
  const std::string offset = (o.add ? "#" : "#-") + std::to_string(o.imm);
  if (!o.index) return "[" + base + "], " + offset;
  const std::string inside = o.imm == 0 && o.add && !o.write_back ? "" : ", " + offset;
  return "[" + base + inside + "]" + (o.write_back ? "!" : "");
}

std::string core_list(std::uint32_t set) {
  std::string text;
  for (unsigned i = 0; i < 16; ++i) {
    if ((set >> i & 1u) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(kRegisters[i]);
  }
  return "{" + text + "}";
}

std::string fp_register(unsigned index, bool wide) {
  return (wide ? "d" : "s") + std::to_string(index);
}

std::string fp_list(const Operands& o) {
  std::string text;
  for (unsigned i = 0; i < o.ra; ++i) {
    text += (text.empty() ? "" : ", ") + fp_register(o.rd + i, o.wide);
  }
  return "{" + text + "}";
}

/// Shortest decimal of the few constants VMOV has; all are exact in a few digits.
std::string fp_constant(const Operands& o) {
  std::array<char, 32> digits{};
  const double value = o.wide ? std::bit_cast<double>(std::uint64_t{o.imm} << 32)
                              : double{std::bit_cast<float>(o.imm)};
  auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string text(digits.data(), end);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

/// Source: ARMv7-M ARM B5.1.1; ARMv8-M ARM C2.4, MRS.
std::string special_register(std::uint32_t sysm) {
  switch (sysm) {
    case 0: return "apsr";
    case 1: return "iapsr";
    case 2: return "eapsr";
    case 3: return "xpsr";
    case 5: return "ipsr";
    case 6: return "epsr";
    case 7: return "iepsr";
    case 8: return "msp";
    case 9: return "psp";
    case 16: return "primask";
    case 17: return "basepri";
    case 18: return "basepri_max";
    case 19: return "faultmask";
    case 20: return "control";
    case 10: return "msplim";
    case 11: return "psplim";
    case 0x88: return "msp_ns";
    case 0x89: return "psp_ns";
    case 0x8A: return "msplim_ns";
    case 0x8B: return "psplim_ns";
    case 0x90: return "primask_ns";
    case 0x91: return "basepri_ns";
    case 0x93: return "faultmask_ns";
    case 0x94: return "control_ns";
    case 0x98: return "sp_ns";
    default: return std::to_string(sysm);
  }
}

/// "t", "e" letters of mask, then the condition. Source: ARMv7-M ARM A7.3.2.
std::string it_text(std::uint32_t firstcond_mask) {
  const std::uint32_t condition = firstcond_mask >> 4 & 15u;
  std::uint32_t mask = firstcond_mask & 15u;
  std::string text;
  while ((mask & 7u) != 0) {
    text += (mask >> 3 & 1u) == (condition & 1u) ? 't' : 'e';
    mask = mask << 1 & 15u;
  }
  return text + " " + (condition >= kAlways ? "al" : kConditions[condition]);
}

std::string operand_text(std::string_view token, const Operands& o) {
  if (token == "rd") return kRegisters[o.rd & 15u];
  if (token == "rn") return kRegisters[o.rn & 15u];
  if (token == "rm") return kRegisters[o.rm & 15u];
  if (token == "ra") return kRegisters[o.ra & 15u];
  if (token == "sd") return fp_register(o.rd, o.wide);
  if (token == "sn") return fp_register(o.rn, o.wide);
  if (token == "sm") return fp_register(o.rm, o.wide);
  if (token == "sd.s") return fp_register(o.rd, false);
  if (token == "sm.s") return fp_register(o.rm, false);
  if (token == "sm+1") return fp_register(o.rm + 1u, o.wide);
  if (token == "imm") return number(o.imm);
  if (token == "amount") return std::to_string(o.amount);
  if (token == "shift") return shift_text(o);
  if (token == "address") return address_text(o);
  if (token == "list") return core_list(o.imm);
  if (token == "slist") return fp_list(o);
  if (token == "label") return hexadecimal(o.imm);
  if (token == "signed") return std::to_string(static_cast<std::int32_t>(o.imm));
  if (token == "fp") return fp_constant(o);
  if (token == "rounding") return std::array{"n", "p", "m", "", "a"}.at(o.amount);
  if (token == "special") return special_register(o.imm);
  if (token == "mask") return std::array{"", "_g", "_nzcvq", "_nzcvqg"}[o.amount & 3u];
  if (token == "barrier") return (o.imm & 15u) == 15 ? "sy" : "#" + std::to_string(o.imm & 15u);
  if (token == "iflags") return std::array{"", "f", "i", "if"}[o.imm & 3u];
  if (token == "it") return it_text(o.imm);
  if (token == "cond") return kConditions[o.ra & 15u];
  return "<" + std::string(token) + "?>";
}

/// The text between { and }.
std::string choice_text(std::string_view token, const Operands& o) {
  if (token == "s") return o.set_flags ? "s" : "";
  if (token == "c") return kConditions[o.condition & 15u];
  if (token == "w") return o.write_back ? "!" : "";
  if (const auto slash = token.find('/'); slash != std::string_view::npos) {
    return std::string(o.wide ? token.substr(0, slash) : token.substr(slash + 1));
  }
  bool first = o.option;
  if (const auto colon = token.find(':'); colon != std::string_view::npos) {
    first = (o.imm >> static_cast<unsigned>(token[0] - '0') & 1u) != 0;
    token.remove_prefix(colon + 1);
  }
  const auto bar = token.find('|');
  if (bar == std::string_view::npos)
    return "{" + std::string(token) + "}";  // braces of the syntax itself
  return std::string(first ? token.substr(0, bar) : token.substr(bar + 1));
}

// ---- Parsing, for comparison ----

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

/// Register aliases to one spelling, numbers to 32-bit unsigned decimals.
std::string canonical_word(std::string word, bool negative) {
  static constexpr std::array<std::pair<const char*, const char*>, 8> kAliases = {
      {{"sb", "r9"},
       {"sl", "r10"},
       {"fp", "r11"},
       {"ip", "r12"},
       {"r13", "sp"},
       {"r14", "lr"},
       {"r15", "pc"},
       {"psr", "xpsr"}}};
  for (const auto& [alias, name] : kAliases) {
    if (word == alias) return name;
  }
  const bool is_hexadecimal = word.starts_with("0x");
  if (std::isdigit(static_cast<unsigned char>(word[0])) == 0) return word;
  const char* const end = word.data() + word.size();
  std::uint64_t value = 0;
  const auto parsed =
      std::from_chars(word.data() + (is_hexadecimal ? 2 : 0), end, value, is_hexadecimal ? 16 : 10);
  if (parsed.ptr != end) return negative ? "-" + word : word;  // a fraction
  if (!negative) return std::to_string(static_cast<std::uint32_t>(value));
  return value == 0 ? "-0" : std::to_string(static_cast<std::uint32_t>(0 - value));
}

std::string canonical_operand(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const bool negative = c == '-' && i + 1 < text.size() &&
                          std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (is_word(c) || negative) {
      const std::size_t start = negative ? i + 1 : i;
      i = start;
      while (i < text.size() && is_word(text[i])) ++i;
      result += canonical_word(std::string(text.substr(start, i - start)), negative);
      continue;
    }
    if (c != ' ' && c != '\t' && c != '#') result += c;
    if (c == ' ' && !result.empty() && is_word(result.back())) result += ' ';
    ++i;
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string_view without_comment(std::string_view text) {
  for (const std::string_view mark : {";", "@", "//"}) text = text.substr(0, text.find(mark));
  return text;
}

}  // namespace

std::string disassemble(const Decoded& decoded) {
  if (decoded.instruction == nullptr) return "undefined";
  const std::string_view syntax = decoded.instruction->row->syntax;
  std::string text;
  for (std::size_t i = 0; i < syntax.size(); ++i) {
    const bool operand = syntax[i] == '<';
    if (!operand && syntax[i] != '{') {
      text += syntax[i];
      continue;
    }
    const std::size_t end = std::min(syntax.find(operand ? '>' : '}', i), syntax.size());
    const std::string_view token = syntax.substr(i + 1, end - i - 1);
    text += operand ? operand_text(token, decoded.operands) : choice_text(token, decoded.operands);
    i = end;
  }
  return text;
}

Listing normalise(std::string_view text) {
  std::string lower(without_comment(text));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::replace(lower.begin(), lower.end(), '\t', ' ');
  const std::string_view view = lower;
  const std::size_t space = std::min(view.find(' '), view.size());
  Listing listing{.mnemonic = std::string(view.substr(0, space)), .operands = {}};
  for (const std::string_view suffix : {".w", ".n"}) {
    const auto at = listing.mnemonic.find(suffix);
    if (at != std::string::npos && at + 2 == listing.mnemonic.size()) listing.mnemonic.erase(at);
  }
  std::string operand;
  int depth = 0;
  const auto flush = [&] {
    if (std::string canonical = canonical_operand(operand); !canonical.empty()) {
      listing.operands.push_back(std::move(canonical));
    }
    operand.clear();
  };
  for (const char c : view.substr(space)) {
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (c == ',' && depth == 0) {
      flush();
    } else {
      operand += c;
    }
  }
  flush();
  return listing;
}

std::string to_string(const Listing& listing) {
  std::string text = listing.mnemonic;
  for (std::size_t i = 0; i < listing.operands.size(); ++i) {
    text += (i == 0 ? " " : ", ") + listing.operands[i];
  }
  return text;
}

}  // namespace mcost::isa
