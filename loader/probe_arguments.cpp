// parse_arguments of probe_notes.h.
#include <array>
#include <charconv>
#include <utility>

#include "loader/probe_notes.h"
#include "sim_core/base/error.h"

namespace mcost::loader {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// "12", "-12", "0x1f". The range is what 8 bytes hold, signed or unsigned.
std::optional<std::int64_t> parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  if (hexadecimal) text.remove_prefix(2);
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), magnitude, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (negative && magnitude > std::uint64_t{1} << 63) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

// Number after a register letter, below `limit`.
std::optional<std::uint8_t> parse_index(std::string_view digits, unsigned limit) {
  if (digits.empty() || digits.size() > 2 || digits[0] < '0' || digits[0] > '9') {
    return std::nullopt;
  }
  const auto value = parse_number(digits);
  if (!value || *value < 0 || *value >= limit) return std::nullopt;
  return static_cast<std::uint8_t>(*value);
}

std::optional<std::uint8_t> parse_core_register(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> kNames = {
      {{"sb", 9}, {"sl", 10}, {"fp", 11}, {"ip", 12}, {"sp", 13}, {"lr", 14}, {"pc", 15}}};
  for (const auto& [known, number] : kNames) {
    if (name == known) return number;
  }
  return name.starts_with('r') ? parse_index(name.substr(1), 16) : std::nullopt;
}

// Splits at commas; at most three parts are of use.
std::vector<std::string_view> split_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  while (parts.size() < 4) {
    const std::size_t comma = text.find(',');
    parts.push_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

bool parse_memory(std::string_view text, Argument& out) {
  out.form = Argument::Form::kMemory;
  const auto parts = split_commas(text);
  const auto base = parse_core_register(parts[0]);
  if (!base || parts.size() > 3) return false;
  out.reg = *base;
  if (parts.size() == 1) return true;
  if (parts[1].starts_with('#')) {
    const auto offset = parse_number(parts[1].substr(1));
    if (!offset || parts.size() != 2) return false;
    out.value = *offset;
    return true;
  }
  out.index = parse_core_register(parts[1]);
  if (!out.index) return false;
  if (parts.size() == 2) return true;
  if (!parts[2].starts_with("lsl ")) return false;
  const std::string_view amount = trimmed(parts[2].substr(4));
  const auto shift = amount.starts_with('#') ? parse_number(amount.substr(1)) : std::nullopt;
  if (!shift || *shift < 0 || *shift > 3) return false;
  out.shift = static_cast<std::uint8_t>(*shift);
  return true;
}

// "name", "name+4", "name-4": the address, if exactly one symbol has that name.
std::optional<std::int64_t> parse_symbol(std::string_view text, const SymbolTable& symbols) {
  const std::size_t sign = text.find_last_of("+-");
  std::int64_t offset = 0;
  if (sign != std::string_view::npos && sign != 0) {
    const auto number = parse_number(text.substr(sign + 1));
    if (!number || *number < 0 || *number > 0xffffffff) return std::nullopt;
    offset = text[sign] == '-' ? -*number : *number;
    text = text.substr(0, sign);
  }
  const Symbol* symbol = symbols.find_symbol(text);
  if (symbol == nullptr || symbol->name != text) return std::nullopt;
  const auto& all = symbols.symbols();
  const auto next = static_cast<std::size_t>(symbol - all.data()) + 1;
  const bool ambiguous =
      next < all.size() && all[next].name == text && all[next].address != symbol->address;
  if (ambiguous) return std::nullopt;
  return std::int64_t{symbol->address} + offset;
}

bool parse_operand(std::string_view text, const SymbolTable& symbols, Argument& out) {
  if (text.starts_with('[')) {
    if (!text.ends_with(']')) return false;
    return parse_memory(text.substr(1, text.size() - 2), out);
  }
  if (const auto reg = parse_core_register(text)) {
    out.form = Argument::Form::kRegister;
    out.reg = *reg;
    return out.size_bytes < 8 || *reg < 15;
  }
  for (const auto& [letter, form] : {std::pair{'s', Argument::Form::kSingleRegister},
                                     std::pair{'d', Argument::Form::kDoubleRegister}}) {
    const auto reg = text.starts_with(letter) ? parse_index(text.substr(1), 32) : std::nullopt;
    if (!reg) continue;
    out.form = form;
    out.reg = *reg;
    return true;
  }
  out.form = Argument::Form::kImmediate;
  if (text.starts_with('#')) text.remove_prefix(1);
  auto value = parse_number(text);
  if (!value && !text.empty()) value = parse_symbol(text, symbols);
  if (value) out.value = *value;
  return value.has_value();
}

bool parse_size(std::string_view text, Argument& out) {
  if (text.starts_with('-')) {
    out.is_signed = true;
    text.remove_prefix(1);
  }
  if (text.ends_with('f')) {
    out.is_float = true;
    text.remove_suffix(1);
  } else if (text == "4s" && !out.is_signed) {
    out.is_text = true;
    text.remove_suffix(1);
  }
  if (text != "1" && text != "2" && text != "4" && text != "8") return false;
  out.size_bytes = static_cast<std::uint8_t>(text[0] - '0');
  return true;
}

// The end of the first descriptor of `text`: a space outside brackets and not inside an operand.
std::size_t descriptor_end(std::string_view text) {
  bool in_brackets = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') in_brackets = true;
    if (text[i] == ']') in_brackets = false;
    if (is_space(text[i]) && !in_brackets) return i;
  }
  return text.size();
}

}  // namespace

std::vector<Argument> parse_arguments(std::string_view text, const SymbolTable& symbols,
                                      const std::string& where) {
  std::vector<Argument> arguments;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = descriptor_end(text);
    const std::string_view descriptor = text.substr(0, end);
    text.remove_prefix(end);
    const std::size_t at = descriptor.find('@');
    Argument argument;
    if (at == std::string_view::npos || !parse_size(descriptor.substr(0, at), argument) ||
        !parse_operand(descriptor.substr(at + 1), symbols, argument)) {
      throw ImageError("a probe argument has the unknown form \"" + std::string(descriptor) + "\"",
                       where, "give the probe an integer in a register, on the stack or constant");
    }
    arguments.push_back(argument);
  }
  return arguments;
}

}  // namespace mcost::loader
