#include "cli/places.h"

#include <fmt/format.h>

#include "analysis/reports/numbers.h"
#include "cli/call_sites.h"

namespace mcost::cli {
namespace {

constexpr std::uint32_t kStackScanBytes = 4096;

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

std::optional<Address> Places::call_before(std::uint32_t return_address) const {
  if ((return_address & 1u) == 0) return std::nullopt;
  const Address after = return_address & ~Address{1};
  if (after < 4 || image_.executable_section(after - 2) == nullptr) return std::nullopt;
  const auto last = code_halfword(image_, after - 2);
  const auto first = code_halfword(image_, after - 4);
  if (first && last && is_bl(*first, *last)) return after - 4;
  if (last && is_blx(*last)) return after - 2;
  return std::nullopt;
}

std::vector<StackFrame> Places::backtrace(const std::array<std::uint32_t, 16>& registers,
                                          const CoreView& core) {
  std::vector<StackFrame> frames;
  const auto link_call = call_before(registers[14]);
  // In a function that has not called anything yet LR is the return address; later it may be stale,
  // but then it points into the function itself.
  const loader::Function* const here = symbols_.find_function(registers[15]);
  if (link_call && (here == nullptr || symbols_.find_function(*link_call) != here)) {
    frames.push_back({place_with_line(*link_call), true});
  }
  for (std::uint32_t offset = 0; offset < kStackScanBytes && frames.size() < kMostFrames;
       offset += 4) {
    std::uint32_t word = 0;
    if (!core.read_word((registers[13] & ~3u) + offset, word)) break;
    const auto call = call_before(word);
    if (!call) continue;
    if (frames.size() == 1 && frames.front().place.address == *call) continue;
    frames.push_back({place_with_line(*call), false});
  }
  return frames;
}

}  // namespace mcost::cli
