#include "cli/call_sites.h"

#include <algorithm>
#include <string_view>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/encoding.h"

namespace mcost::cli {
namespace {

/// Every extension: an instruction the core lacks is found when it executes.
constexpr isa::FeatureSet kAllFeatures = ~isa::FeatureSet{0};

/// `f.constprop.0` and the like belong to `f`.
bool is_part_of(const std::string& name, const std::string& whole) {
  return name.size() > whole.size() && name.starts_with(whole) && name[whole.size()] == '.';
}

/// The call an instruction makes, if it makes one.
std::optional<CallSite> call_of(const isa::Decoded& decoded, Address pc,
                                const FunctionCode& function) {
  const std::string_view name = decoded.instruction->row->name;
  const isa::Operands& operands = decoded.operands;
  CallSite site;
  site.address = pc;
  site.size_bytes = decoded.size;
  site.condition = operands.condition;
  if (name == "BL") {
    site.target = operands.imm & ~Address{1};
    return site;
  }
  if (name == "BLX (register)") {
    site.target_register = operands.rm;
    return site;
  }
  site.tail = true;
  if (name == "BX" && operands.rm != 14) {
    site.target_register = operands.rm;
    return site;
  }
  if (name != "B") return std::nullopt;
  const Address target = operands.imm & ~Address{1};
  if (function.contains(target)) return std::nullopt;
  // The encodings of B with a condition of their own keep it in ra.
  const isa::Form form = decoded.instruction->row->form;
  if (form == isa::T1 || form == isa::T3) site.condition = operands.ra;
  site.target = target;
  return site;
}

}  // namespace

isa::Decoded decode_code(const loader::Image& image, const loader::SymbolTable& symbols, Address pc,
                         isa::ItState it) {
  if (!symbols.is_code(pc)) return {};
  const std::optional<std::uint16_t> first = code_halfword(image, pc);
  if (!first) return {};
  if (!isa::is_wide(*first)) return isa::decode_at(*first, 0, isa::Place{pc, it}, kAllFeatures);
  const std::optional<std::uint16_t> second = code_halfword(image, pc + 2);
  if (!second) return {};
  return isa::decode_at(*first, *second, isa::Place{pc, it}, kAllFeatures);
}

bool FunctionCode::contains(Address address) const {
  return std::any_of(parts.begin(), parts.end(), [address](const loader::Function* part) {
    return address - part->address < part->size_bytes;
  });
}

bool FunctionCode::is_entry(Address address) const {
  return std::any_of(parts.begin(), parts.end(), [address](const loader::Function* part) {
    return part->address == address && part->name.find(".cold") == std::string::npos;
  });
}

FunctionCode find_function_code(const loader::SymbolTable& symbols, const std::string& name) {
  FunctionCode code;
  const loader::Symbol* const symbol = symbols.find_symbol(name);
  const loader::Function* const exact =
      symbol == nullptr ? nullptr : symbols.find_function(symbol->address);
  for (const loader::Function& function : symbols.functions()) {
    const bool is_exact =
        exact != nullptr && symbol->address == exact->address && function.address == exact->address;
    const std::string& whole = symbol == nullptr ? name : symbol->name;
    if (is_exact || is_part_of(function.name, whole)) code.parts.push_back(&function);
  }
  return code;
}

std::optional<std::uint16_t> code_halfword(const loader::Image& image, Address address) {
  const loader::Section* const section = image.executable_section(address);
  if (section == nullptr || (address & 1u) != 0) return std::nullopt;
  const Address loaded = address - section->address + section->load_address;
  for (const loader::Segment& segment : image.segments) {
    const std::size_t offset = loaded - segment.load_address;
    if (loaded < segment.load_address || offset + 2 > segment.bytes.size()) continue;
    return static_cast<std::uint16_t>(segment.bytes[offset] | segment.bytes[offset + 1] << 8);
  }
  return std::nullopt;
}

std::optional<Address> instruction_around(const loader::Image& image,
                                          const loader::SymbolTable& symbols, Address address) {
  const loader::Function* const function = symbols.find_function(address);
  if (function == nullptr) return std::nullopt;
  Address pc = function->address;
  while (pc < address) {
    const Address next = pc + decode_code(image, symbols, pc, {}).size;
    if (next > address) return pc;
    pc = next;
  }
  return std::nullopt;
}

std::vector<CallSite> find_call_sites(const loader::Image& image,
                                      const loader::SymbolTable& symbols,
                                      const FunctionCode& function) {
  std::vector<CallSite> sites;
  for (const loader::Function* const part : function.parts) {
    isa::ItState it;
    std::uint32_t offset = 0;
    while (offset < part->size_bytes) {
      const Address pc = part->address + offset;
      const isa::Decoded decoded = decode_code(image, symbols, pc, it);
      offset += decoded.size;
      if (decoded.instruction == nullptr) {
        it = isa::ItState{};
        continue;
      }
      if (const auto site = call_of(decoded, pc, function)) sites.push_back(*site);
      const bool is_it = decoded.instruction->row->timing_class == isa::TimingClass::it;
      it = is_it ? isa::ItState{static_cast<std::uint8_t>(decoded.operands.imm)} : it.advance();
    }
  }
  std::sort(sites.begin(), sites.end(),
            [](const CallSite& a, const CallSite& b) { return a.address < b.address; });
  return sites;
}

}  // namespace mcost::cli
