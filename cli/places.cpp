#include "cli/places.h"

#include <fmt/format.h>

#include "analysis/reports/numbers.h"
#include "cli/call_sites.h"

namespace mcost::cli {
namespace {

/// First halfword of BL; the second has bits 15, 14 and 12 set. Source: ARMv7-M ARM A5.3.4.
bool is_bl(std::uint16_t first, std::uint16_t second) {
  return (first & 0xF800u) == 0xF000u && (second & 0xD000u) == 0xD000u;
}

/// Source: ARMv7-M ARM A7.7, BLX (register), encoding T1.
bool is_blx(std::uint16_t halfword) { return (halfword & 0xFF87u) == 0x4780u; }

}  // namespace

std::string Places::symbol(Address address) const {
  const loader::Function* const function = symbols_.find_function(address);
  if (function == nullptr) return {};
  std::string name = analysis::printable(function->demangled);
  if (function->address == address) return name;
  return fmt::format("{}+0x{:X}", name, address - function->address);
}

CodePlace Places::place_with_line(Address address) {
  CodePlace place = this->place(address);
  if (!lines_) lines_ = loader::LineTable::read(image_, symbols_);
  const auto line = lines_->find(address);
  if (line && line->file != nullptr) {
    place.line = fmt::format("{}:{}", analysis::printable(line->file->name), line->line);
  }
  return place;
}

std::optional<Call> Places::call_before(std::uint32_t return_address) const {
  if ((return_address & 1u) == 0) return std::nullopt;
  const Address after = return_address & ~Address{1};
  if (after < 4 || image_.executable_section(after - 2) == nullptr) return std::nullopt;
  const auto last = code_halfword(image_, after - 2);
  const auto first = code_halfword(image_, after - 4);
  if (first && last && is_bl(*first, *last)) {
    const isa::Decoded bl = decode_code(image_, symbols_, after - 4, {});
    return Call{after - 4, bl.operands.imm & ~Address{1}};
  }
  if (last && is_blx(*last)) return Call{after - 2, std::nullopt};
  return std::nullopt;
}

}  // namespace mcost::cli
