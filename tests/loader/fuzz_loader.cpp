#include "tests/loader/fuzz_loader.h"

#include <stdexcept>
#include <vector>

#include "loader/elf_image.h"
#include "loader/function_types.h"
#include "loader/lines.h"
#include "loader/memory_fit.h"
#include "loader/probe_notes.h"
#include "loader/symbols.h"
#include "sim_core/base/error.h"

namespace mcost::test {
namespace {

using loader::Image;
using loader::MemoryRange;
using loader::SymbolTable;

const std::vector<MemoryRange>& board() {
  static const std::vector<MemoryRange> ranges = {
      {.name = "flash", .base = 0x08000000, .size = 0x100000},
      {.name = "flash", .base = 0, .size = 0x100000},
      {.name = "sram", .base = 0x20000000, .size = 0x40000, .writable_ram = true}};
  return ranges;
}

template <typename Action>
void allow_refusal(const Action& action) {
  try {
    action();
  } catch (const ImageError&) {
    // A refusal with a message is a good answer.
  }
}

void require(bool good, const char* what) {
  if (!good) throw std::logic_error(what);
}

void check_invariants(const Image& image) {
  std::uint64_t end = 0;
  for (const loader::Segment& segment : image.segments) {
    if (segment.bytes.empty()) continue;
    require(segment.load_address >= end, "segments overlap or are not sorted");
    end = segment.load_address + std::uint64_t{segment.bytes.size()};
    require(end <= std::uint64_t{1} << 32, "a segment wraps");
  }
}

void query(const Image& image, const SymbolTable& symbols) {
  const loader::LineTable lines = loader::LineTable::read(image, symbols);
  constexpr std::size_t kTypes = 3;  // each reads all debug data
  for (std::size_t i = 0; i < symbols.functions().size() && i < kTypes; ++i)
    static_cast<void>(loader::read_function_type(image, symbols, symbols.functions()[i].address));
  for (const loader::Section& section : image.sections) {
    if (!section.executable) continue;
    for (std::uint32_t i = 0; i < section.size_bytes && i < 512; i += 2) {
      const Address address = section.address + i;
      static_cast<void>(symbols.find_function(address));
      static_cast<void>(symbols.find_object(address));
      const auto line = lines.find(address);
      require(!line || symbols.is_code(address), "a line for what is no code");
      static_cast<void>(lines.inlined_at(address));
    }
  }
  for (const loader::Function& function : symbols.functions()) {
    require(symbols.find_function(function.address) == &function, "a function owns not its start");
    static_cast<void>(symbols.find_symbol(function.demangled));
  }
}

}  // namespace

bool fuzz_elf(const std::uint8_t* data, std::size_t size) {
  Image image;
  try {
    image = loader::read_image("fuzz.elf", std::vector<std::uint8_t>(data, data + size), {});
  } catch (const ImageError&) {
    return false;
  }
  check_invariants(image);
  allow_refusal([&] { loader::check_fit(image, board()); });
  static_cast<void>(loader::zero_fills(image, board()));
  allow_refusal([&] { static_cast<void>(loader::find_reset(image, 0x08000000, {}, board())); });
  allow_refusal([&] { static_cast<void>(loader::find_reset(image, {}, 0x08000011, {})); });
  allow_refusal([&] {
    const SymbolTable symbols = SymbolTable::read(image);
    allow_refusal([&] { static_cast<void>(loader::read_probes(image, symbols)); });
    query(image, symbols);
  });
  return true;
}

}  // namespace mcost::test
