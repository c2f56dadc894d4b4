// One entry point that feeds bytes to every part of the loader, for fuzzers and robustness tests.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mcost::test {

/// Reads the bytes as a firmware file and queries everything. Returns true if the image was
/// accepted, false if it was refused with an ImageError; anything else (crash, other exception) is
/// a defect of the loader.
bool fuzz_elf(const std::uint8_t* data, std::size_t size);

}  // namespace mcost::test
