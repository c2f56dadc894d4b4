// Does an image fit the memories of a board? The loader knows no board: whoever builds the machine
// passes its address ranges. May include sim_core/base only. Invariant: pure functions, no state.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "loader/elf_image.h"
#include "sim_core/base/units.h"

namespace mcost::loader {

/// One address range of a memory. An alias is a further range with the same `name`.
struct MemoryRange {
  std::string name;
  Address base = 0;
  std::uint64_t size = 0;  ///< Bytes; `base + size` is at most 2^32.
  bool writable_ram = false;
  std::uint64_t offset =
      0;  ///< Offset of `base` inside the memory, so that aliases can be compared.
};

/// A range of RAM that the loader clears before it copies segment bytes.
struct ZeroFill {
  Address address = 0;
  std::uint32_t size_bytes = 0;
};

/// Checks that the bytes of every segment lie in the given ranges (adjacent ranges join) and that
/// no two segments meet in one memory through different aliases. Errors: ImageError naming section,
/// address, bytes over and the memories that exist.
void check_fit(const Image& image, std::span<const MemoryRange> ranges);

/// The parts of the segments' zero fill that lie in RAM, in segment order.
[[nodiscard]] std::vector<ZeroFill> zero_fills(const Image& image,
                                               std::span<const MemoryRange> ranges);

/// `address` and every other address that reaches the same byte, in the order of `ranges`,
/// `address` first.
[[nodiscard]] std::vector<Address> aliases_of(Address address, std::span<const MemoryRange> ranges);

}  // namespace mcost::loader
