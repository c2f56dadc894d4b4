// SHA-256, so that a report can name the exact firmware file it is about. No dependencies.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mcost::loader {

/// The digest of `bytes` as 64 lower-case hexadecimal digits. Source: FIPS 180-4 section 6.2.
[[nodiscard]] std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace mcost::loader
