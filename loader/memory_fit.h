// Does an image fit the memories of a board? The loader knows no board: whoever builds the machine
// passes its address ranges. May include sim_core/base only. Invariant: pure functions, no state.
#pragma once

#include <cstdint>
#include <optional>
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
/// no two segments meet in one memory through different aliases. Errors: MisfitError naming
/// section, address, bytes over and the memories that exist.
void check_fit(const Image& image, std::span<const MemoryRange> ranges);

/// Checks where the program expects memory when it runs: sections (.bss, stacks, what start-up code
/// copies) and the zero fill behind segments. Returns notes on what lies where an external memory
/// or a peripheral could be, at 0x40000000 and above (ARMv7-M ARM B3.1), and the board has none.
/// Errors: MisfitError naming section, address, bytes over and the memories that exist, for what is
/// in no memory below that.
[[nodiscard]] std::vector<std::string> check_run_addresses(const Image& image,
                                                           std::span<const MemoryRange> ranges);

/// A note if `sp`, an initial stack pointer, is not inside or at the end of a RAM; else nothing.
[[nodiscard]] std::optional<std::string> check_stack_pointer(std::uint32_t sp,
                                                             std::span<const MemoryRange> ranges);

/// The parts of the segments' zero fill that lie in RAM, in segment order.
[[nodiscard]] std::vector<ZeroFill> zero_fills(const Image& image,
                                               std::span<const MemoryRange> ranges);

/// What an image needs of one memory, in bytes. Where start-up code reserves what is loaded there,
/// it counts as loaded: the sum is what the image takes.
struct MemoryNeed {
  std::string memory;
  std::uint64_t loaded_bytes = 0;  ///< File contents, at their load addresses.
  std::uint64_t reserved_bytes =
      0;  ///< Sections at their run addresses: zeroed, left as they are, or copied from elsewhere.
};

/// One need for each memory that `image` needs something of, in the order of `ranges`. What lies in
/// no memory is left out.
[[nodiscard]] std::vector<MemoryNeed> memory_needs(const Image& image,
                                                   std::span<const MemoryRange> ranges);

/// `address` and every other address that reaches the same byte, in the order of `ranges`,
/// `address` first.
[[nodiscard]] std::vector<Address> aliases_of(Address address, std::span<const MemoryRange> ranges);

}  // namespace mcost::loader
