// Guest memory of two regions, one ending where the address space ends. Counts what it is asked, so
// that tests see that no hostile length reaches it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "boards/peripherals/semihosting.h"

namespace mcost::boards {

class FakeMemory final : public GuestMemory {
 public:
  static constexpr Address kRam = 0x20000000;
  static constexpr std::size_t kRamSize = 0x40100;  // not a multiple of what is moved at once
  static constexpr Address kTop = 0xFFFFF000;
  static constexpr std::size_t kTopSize = 0x1000;
  static constexpr Address kNowhere = 0x60000000;

  [[nodiscard]] bool read(Address address, std::uint8_t* data,
                          std::size_t size_bytes) const override {
    largest_ = std::max(largest_, size_bytes);
    for (std::size_t i = 0; i < size_bytes; ++i) {
      const std::uint8_t* byte = find(std::uint64_t{address} + i);
      if (byte == nullptr) return false;
      data[i] = *byte;
    }
    return true;
  }
  [[nodiscard]] bool write(Address address, const std::uint8_t* data,
                           std::size_t size_bytes) override {
    largest_ = std::max(largest_, size_bytes);
    for (std::size_t i = 0; i < size_bytes; ++i) {
      const std::uint8_t* byte = find(std::uint64_t{address} + i);
      if (byte == nullptr) return false;
      const bool in_ram = address < kTop;
      (in_ram ? ram_[address - kRam + i] : top_[address - kTop + i]) = data[i];
    }
    return true;
  }
  /// Bytes of the largest request so far.
  [[nodiscard]] std::size_t largest() const { return largest_; }

 private:
  [[nodiscard]] const std::uint8_t* find(std::uint64_t address) const {
    if (address >= kRam && address - kRam < kRamSize) return &ram_[address - kRam];
    if (address >= kTop && address - kTop < kTopSize) return &top_[address - kTop];
    return nullptr;
  }
  std::vector<std::uint8_t> ram_ = std::vector<std::uint8_t>(kRamSize);
  std::vector<std::uint8_t> top_ = std::vector<std::uint8_t>(kTopSize, 0x55);
  mutable std::size_t largest_ = 0;
};

}  // namespace mcost::boards
