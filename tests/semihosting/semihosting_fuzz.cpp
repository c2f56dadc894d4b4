// Calls with arguments from the input: operation, parameter and what memory holds. Without a root,
// so that no input can do more than print.
#include <cstddef>
#include <cstdint>

#include "boards/peripherals/semihosting.h"
#include "tests/semihosting/fake_memory.h"

namespace {

using mcost::Address;
using mcost::boards::FakeMemory;
using mcost::boards::Semihosting;

constexpr std::size_t kMaxCalls = 64;

/// Per call a byte for the operation, one for the place of its block, 32 for the block; zeros when
/// it runs out.
struct Input {
  const std::uint8_t* data;
  std::size_t size;

  std::uint32_t word() {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) value = value << 8 | byte();
    return value;
  }
  std::uint8_t byte() {
    if (size == 0) return 0;
    --size;
    return *data++;
  }
};

Address block_of(std::uint8_t choice) {
  switch (choice % 4) {
    case 0: return FakeMemory::kRam;
    case 1: return FakeMemory::kRam + FakeMemory::kRamSize - choice;
    case 2: return 0xFFFFFFFFu - choice;
    default: return FakeMemory::kNowhere + choice;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FakeMemory memory;
  mcost::boards::SemihostingSetup setup;
  setup.command_line = "prog argument";
  setup.clock_hz = 1;
  setup.now = [] { return mcost::Cycles{3}; };
  Semihosting semihosting(memory, setup);
  Input input{data, size};
  for (std::size_t calls = 0; input.size != 0 && calls < kMaxCalls; ++calls) {
    const std::uint8_t operation = input.byte();
    const Address block = block_of(input.byte());
    for (Address offset = 0; offset < 32; ++offset) {
      const std::uint8_t byte = input.byte();
      if (!memory.write(block + offset, &byte, 1)) break;
    }
    const auto result = semihosting.call(operation, (operation & 0x80) != 0 ? input.word() : block);
    if (result.exit_code.has_value() && *result.exit_code > 255) __builtin_trap();
  }
  return 0;
}
