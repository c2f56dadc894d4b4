#include "cli/placement_option.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "boards/suggestions.h"
#include "cli/options.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

constexpr const char* kForm = "write SECTION=MEMORY, SYMBOL=MEMORY or ADDRESS+BYTES=MEMORY";

class Reader {
 public:
  Reader(const std::string& text, const loader::Image& image, const loader::SymbolTable& symbols)
      : option_("--place " + text), image_(image), symbols_(symbols) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      throw ConfigError(fmt::format("no range and memory in \"{}\"", text), option_, kForm);
    }
    what_ = text.substr(0, equals);
    memory_ = text.substr(equals + 1);
  }

  [[nodiscard]] boards::Placement read() const {
    if (what_.front() >= '0' && what_.front() <= '9') return range();
    if (const loader::Section* const section = named_section()) {
      return placement(section->address, section->size_bytes);
    }
    const loader::Symbol* symbol = named_symbol(what_);
    if (symbol == nullptr) symbol = named_symbol(without_section());
    if (symbol == nullptr) refuse_unknown();
    const std::uint32_t size = size_of(*symbol);
    if (size == 0) {
      throw ConfigError(fmt::format("the firmware does not tell the size of {}", what_), option_,
                        fmt::format("write 0x{:08X}+BYTES", symbol->address));
    }
    return placement(symbol->address, size);
  }

 private:
  [[nodiscard]] boards::Placement range() const {
    const std::size_t plus = what_.find('+');
    const auto first = parse_integer(std::string_view(what_).substr(0, plus));
    const auto size = plus == std::string::npos
                          ? std::nullopt
                          : parse_integer(std::string_view(what_).substr(plus + 1));
    if (!first || !size || *size == 0 || *first > 0xFFFFFFFFu || *size > 0x100000000u - *first) {
      throw ConfigError(fmt::format("\"{}\" is no range of addresses", what_), option_,
                        "write ADDRESS+BYTES, for example 0x08010000+4096");
    }
    return placement(static_cast<Address>(*first), static_cast<std::uint32_t>(*size));
  }

  [[nodiscard]] const loader::Section* named_section() const {
    const loader::Section* found = nullptr;
    std::string others;
    for (const loader::Section& section : image_.sections) {
      if (section.name != what_) continue;
      if (found != nullptr) {
        if (others.empty()) others = fmt::format("0x{:08X}", found->address);
        others += fmt::format(", 0x{:08X}", section.address);
      }
      found = &section;
    }
    if (!others.empty()) {
      throw ConfigError(fmt::format("several sections are called {}: at {}", what_, others),
                        option_, "write ADDRESS+BYTES");
    }
    if (found != nullptr && found->size_bytes == 0) {
      throw ConfigError(fmt::format("section {} is empty", what_), option_, "leave it out");
    }
    return found;
  }

  /// ".rodata.weights": linkers merge it, but its symbol remains.
  [[nodiscard]] std::string without_section() const {
    constexpr std::array<std::string_view, 4> kMerged = {".rodata.", ".text.", ".data.", ".bss."};
    for (const std::string_view prefix : kMerged) {
      if (what_.starts_with(prefix)) return what_.substr(prefix.size());
    }
    return {};
  }

  /// The function or object of that name. A second one elsewhere is an error.
  [[nodiscard]] const loader::Symbol* named_symbol(const std::string& name) const {
    if (name.empty()) return nullptr;
    const loader::Symbol* const found = symbols_.find_symbol(name);
    if (found == nullptr) return nullptr;
    std::string others;
    for (const loader::Symbol& symbol : symbols_.symbols()) {
      const bool same_name = symbol.name == name || symbol.demangled == name;
      if (same_name && symbol.address != found->address)
        others += fmt::format(", 0x{:08X}", symbol.address);
    }
    if (!others.empty()) {
      throw ConfigError(
          fmt::format("several symbols are called {}: at 0x{:08X}{}", name, found->address, others),
          option_, "write ADDRESS+BYTES");
    }
    return found;
  }

  [[nodiscard]] std::uint32_t size_of(const loader::Symbol& symbol) const {
    if (symbol.size_bytes != 0 || symbol.kind == loader::SymbolKind::kObject)
      return symbol.size_bytes;
    const loader::Function* const function = symbols_.find_function(symbol.address);
    return function != nullptr && function->address == symbol.address ? function->size_bytes : 0;
  }

  [[nodiscard]] boards::Placement placement(Address first, std::uint32_t size_bytes) const {
    boards::Placement placement;
    placement.text = option_;
    placement.what = what_;
    placement.first = first;
    placement.size_bytes = size_bytes;
    placement.memory = memory_;
    placement.may_be_written = false;
    std::uint64_t covered = 0;
    const std::uint64_t end = std::uint64_t{first} + size_bytes;
    for (const loader::Section& section : image_.sections) {
      const std::uint64_t low = std::max<std::uint64_t>(first, section.address);
      const std::uint64_t high =
          std::min<std::uint64_t>(end, std::uint64_t{section.address} + section.size_bytes);
      if (low >= high) continue;
      covered += high - low;
      placement.may_be_written |= section.writable;
    }
    // Padding between sections belongs to none; what is mostly in none may be heap or stack.
    if (covered < size_bytes / 2) placement.may_be_written = true;
    const auto& code = symbols_.code().pieces();
    placement.is_code = std::any_of(code.begin(), code.end(), [&](const auto& piece) {
      return piece.begin < end && piece.end > first;
    });
    return placement;
  }

  [[noreturn]] void refuse_unknown() const {
    std::vector<std::string> names;
    for (const loader::Section& section : image_.sections) names.push_back(section.name);
    std::string sections;
    for (const std::string& name : names) sections += (sections.empty() ? "" : ", ") + name;
    for (const loader::Symbol& symbol : symbols_.symbols()) {
      if (symbol.size_bytes != 0) names.push_back(symbol.name);
    }
    std::string near = boards::nearest_name(what_, names);
    const std::string merged = without_section();
    if (near.empty() && !merged.empty()) near = boards::nearest_name(merged, names);
    throw ConfigError(fmt::format("the firmware has no section or symbol \"{}\"", what_), option_,
                      (near.empty() ? std::string() : fmt::format("did you mean \"{}\"? ", near)) +
                          (sections.empty() ? "it has no sections: write ADDRESS+BYTES"
                                            : "sections: " + sections));
  }

  std::string option_;
  std::string what_;
  std::string memory_;
  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
};

}  // namespace

boards::Placement read_placement(const std::string& text, const loader::Image& image,
                                 const loader::SymbolTable& symbols) {
  return Reader(text, image, symbols).read();
}

}  // namespace mcost::cli
