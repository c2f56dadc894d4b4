#include "cli/gdb_memory.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace mcost::cli {
namespace {

constexpr Address kSystemControlSpace = 0xE000E000;
constexpr Address kSystemControlSize = 0x1000;

/// A register of the system control space that reads without effects: what tells about faults and
/// about the FP part of exception frames.  Source: ARMv7-M ARM B3.2.2.
std::optional<std::uint32_t> system_register(const engine::Exceptions& exceptions,
                                             Address address) {
  switch (address) {
    case 0xE000ED04: return exceptions.ipsr() | exceptions.vector_pending() << 12;  // ICSR, in part
    case 0xE000ED08: return exceptions.vtor;
    case 0xE000ED10: return exceptions.scr;
    case 0xE000ED14: return exceptions.ccr;
    case 0xE000ED28: return exceptions.cfsr;
    case 0xE000ED2C: return exceptions.hfsr;
    case 0xE000ED30: return exceptions.dfsr;
    case 0xE000ED34: return exceptions.mmfar;
    case 0xE000ED38: return exceptions.bfar;
    case 0xE000ED88: return exceptions.cpacr;
    case 0xE000EF34: return exceptions.has_fpu() ? exceptions.fpccr : 0;
    case 0xE000EF38: return exceptions.has_fpu() ? exceptions.fpcar : 0;
    case 0xE000EF3C: return exceptions.has_fpu() ? exceptions.fpdscr : 0;
    default: return std::nullopt;
  }
}

std::optional<std::uint8_t> read_byte(engine::Engine& engine, Address address) {
  std::uint8_t byte = 0;
  if (engine.peek_memory(address, &byte, 1)) return byte;
  const auto word = system_register(engine.exceptions(), address & ~Address{3});
  if (!word) return std::nullopt;
  return static_cast<std::uint8_t>(*word >> 8 * (address & 3));
}

std::string entry(const char* type, Address start, std::uint32_t length) {
  return fmt::format("<memory type=\"{}\" start=\"0x{:x}\" length=\"0x{:x}\"/>\n", type, start,
                     length);
}

}  // namespace

std::vector<std::uint8_t> gdb_read_memory(engine::Engine& engine, Address address,
                                          std::size_t size_bytes) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const auto byte = read_byte(engine, address + static_cast<Address>(i));
    if (!byte) break;
    bytes.push_back(*byte);
  }
  return bytes;
}

std::string gdb_memory_map(engine::Engine& engine) {
  std::string xml =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map "
      "V1.0//EN\" \"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n";
  for (const bus::Region& region : engine.bus().regions) {
    if (region.kind != bus::RegionKind::memory || region.size_bytes == 0) continue;
    xml += entry(region.writable ? "ram" : "rom", region.base, region.size_bytes);
  }
  return xml + entry("rom", kSystemControlSpace, kSystemControlSize) + "</memory-map>\n";
}

}  // namespace mcost::cli
