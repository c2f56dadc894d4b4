#include "sim_core/isa/decoder.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mcost::isa {
namespace {

/// Index of the row of every 16-bit instruction, plus 1; 0 where there is none.
class NarrowTable {
 public:
  NarrowTable() {
    for (const Instruction& instruction : instructions()) {
      const Encoding& row = *instruction.row;
      if (row.pattern.width_bits() != 16) continue;
      const std::uint32_t free = ~row.pattern.mask() & 0xFFFF;
      std::uint32_t choice = 0;
      do {  // each subset of the free bits
        const std::uint32_t word = row.pattern.value() | choice;
        if (row.matches(word)) rows_[word] = static_cast<std::uint16_t>(instruction.index + 1);
        choice = (choice - free) & free;
      } while (choice != 0);
    }
  }
  [[nodiscard]] const Instruction* find(std::uint32_t word) const {
    const std::uint16_t entry = rows_[word & 0xFFFF];
    return entry == 0 ? nullptr : &instructions()[entry - 1u];
  }

 private:
  std::array<std::uint16_t, 65536> rows_{};
};

/// For every value of the bits that tell most rows apart, the few rows that remain.
class WideTable {
 public:
  WideTable() {
    std::vector<const Instruction*> wide;
    for (const Instruction& instruction : instructions()) {
      if (instruction.row->pattern.width_bits() == 32) wide.push_back(&instruction);
    }
    for (std::uint32_t key = 0; key < kKeys; ++key) {
      first_[key] = static_cast<std::uint32_t>(candidates_.size());
      const std::uint32_t word = spread(key);
      for (const Instruction* instruction : wide) {
        const Pattern& pattern = instruction->row->pattern;
        if (((word ^ pattern.value()) & pattern.mask() & kKeyBits) == 0) {
          candidates_.push_back(instruction);
        }
      }
    }
    first_[kKeys] = static_cast<std::uint32_t>(candidates_.size());
  }
  [[nodiscard]] const Instruction* find(std::uint32_t word) const {
    const std::uint32_t key = gather(word);
    for (std::uint32_t i = first_[key]; i < first_[key + 1]; ++i) {
      if (candidates_[i]->row->matches(word)) return candidates_[i];
    }
    return nullptr;
  }

 private:
  // First halfword 12-4, second halfword 15 and 7-4.
  static constexpr std::uint32_t kKeyBits = 0x1FF080F0;
  static constexpr std::uint32_t kKeys = 1u << 14;
  static std::uint32_t gather(std::uint32_t word) {
    return (word >> 20 & 0x1FF) << 5 | (word >> 15 & 1) << 4 | (word >> 4 & 0xF);
  }
  static std::uint32_t spread(std::uint32_t key) {
    return (key >> 5) << 20 | (key >> 4 & 1) << 15 | (key & 0xF) << 4;
  }

  std::array<std::uint32_t, kKeys + 1> first_{};
  std::vector<const Instruction*> candidates_;
};

/// An instruction for coprocessor 10 or 11, the FPU, where there is none. Source: ARMv7-M ARM
/// A5.3.18 and B1.5.14, NOCP.
bool lacks_fpu(std::uint32_t word, FeatureSet features) {
  if (!has_feature(features, Feature::v7m) || has_feature(features, Feature::fpv4_sp)) return false;
  const bool is_coprocessor = (word & 0xEC000000u) == 0xEC000000u;
  const bool is_unallocated = (word & 0x03000000u) == 0x03000000u || (word & 0x03E00000u) == 0;
  return is_coprocessor && !is_unallocated && (word & 0xE00u) == 0xA00u;
}

}  // namespace

const Instruction* decode(std::uint32_t instruction, unsigned width_bits) {
  if (width_bits == 16) {
    static const NarrowTable table;
    return table.find(instruction);
  }
  static const WideTable table;
  return is_wide(static_cast<std::uint16_t>(instruction >> 16)) ? table.find(instruction) : nullptr;
}

Decoded decode_at(std::uint16_t first, std::uint16_t second, const Place& place,
                  FeatureSet features) {
  const Place here{place.pc, place.it, features};
  const bool wide = is_wide(first);
  const std::uint32_t word = wide ? std::uint32_t{first} << 16 | second : first;
  Decoded result;
  result.size = wide ? 4 : 2;
  const Instruction* instruction = decode(word, wide ? 32 : 16);
  if (instruction == nullptr || !has_feature(features, instruction->row->feature)) {
    result.operands.option = wide && lacks_fpu(word, features);
    return result;
  }
  const Operands operands = instruction->decode(word, here);
  if (operands.undefined) return result;
  result.instruction = instruction;
  result.operands = operands;
  return result;
}

}  // namespace mcost::isa
