#include "tests/support/assembler.h"

#include <array>
#include <stdexcept>

namespace mcost::test {
namespace {

constexpr Address kUnbound = 0xFFFFFFFFu;

/// First halfword of the 32-bit form with a 12-bit offset, by Access.
constexpr std::array<std::uint32_t, 8> kAccess = {0xF880, 0xF8A0, 0xF8C0, 0xF890,
                                                  0xF8B0, 0xF8D0, 0xF990, 0xF9B0};
constexpr std::uint32_t kLongOffset = 0x0080;  // set in these, clear in the other forms

}  // namespace

Assembler::Label Assembler::label() {
  labels_.push_back(kUnbound);
  return Label{labels_.size() - 1};
}

void Assembler::bind(Label label) { labels_[label.index] = pc(); }

Assembler::Label Assembler::here() {
  const Label made = label();
  bind(made);
  return made;
}

void Assembler::wide(std::uint32_t instruction) {
  halfword(instruction >> 16);
  halfword(instruction & 0xFFFFu);
}

void Assembler::word(std::uint32_t value) {
  halfword(value & 0xFFFFu);
  halfword(value >> 16);
}

void Assembler::align(unsigned bytes) {
  while (pc() % bytes != 0) nop();
}

void Assembler::it(Condition condition, std::string_view pattern) {
  unsigned mask = 0;
  unsigned place = 3;
  for (const char letter : pattern) {
    const unsigned bit = letter == 'T' ? condition & 1u : (condition & 1u) ^ 1u;
    mask |= bit << place--;
  }
  mask |= 1u << place;
  halfword(0xBF00 | condition << 4 | mask);
}

void Assembler::immediate16(std::uint32_t first, Register rd, unsigned imm16) {
  wide(first << 16 | (imm16 >> 11 & 1u) << 26 | imm16 >> 12 << 16 | (imm16 >> 8 & 7u) << 12 |
       rd << 8 | (imm16 & 0xFFu));
}

void Assembler::data(Wide operation, bool set_flags, Register rd, Register rn, unsigned imm12) {
  wide(0xF0000000u | (imm12 >> 11) << 26 | static_cast<unsigned>(operation) << 21 |
       (set_flags ? 1u << 20 : 0u) | rn << 16 | (imm12 >> 8 & 7u) << 12 | rd << 8 |
       (imm12 & 0xFFu));
}

void Assembler::data(Wide operation, bool set_flags, Register rd, Register rn, Register rm,
                     ShiftType shift, unsigned amount) {
  wide(0xEA000000u | static_cast<unsigned>(operation) << 21 | (set_flags ? 1u << 20 : 0u) |
       rn << 16 | amount >> 2 << 12 | rd << 8 | (amount & 3u) << 6 | shift << 4 | rm);
}

void Assembler::two(TwoRegister operation, Register rd, Register rm) {
  const auto bits = static_cast<std::uint32_t>(operation);
  const bool repeats = (bits >> 16 & 0xFu) == 0;  // CLZ, RBIT, REV have Rm twice
  wide(bits | (repeats ? rm << 16 : 0u) | rd << 8 | rm);
}

void Assembler::access(Access kind, Register rt, Register rn, unsigned imm12) {
  wide(kAccess[static_cast<unsigned>(kind)] << 16 | rn << 16 | rt << 12 | imm12);
}

void Assembler::access(Access kind, Register rt, Register rn, Register rm, unsigned shift) {
  wide((kAccess[static_cast<unsigned>(kind)] & ~kLongOffset) << 16 | rn << 16 | rt << 12 |
       shift << 4 | rm);
}

void Assembler::indexed(Access kind, Register rt, Register rn, int offset, unsigned index_bits) {
  const unsigned add = offset >= 0 ? 1u << 9 : 0u;
  const auto magnitude = static_cast<unsigned>(offset >= 0 ? offset : -offset);
  wide((kAccess[static_cast<unsigned>(kind)] & ~kLongOffset) << 16 | rn << 16 | rt << 12 | 0x0800u |
       index_bits | add | magnitude);
}

void Assembler::post_indexed(Access kind, Register rt, Register rn, int offset) {
  indexed(kind, rt, rn, offset, 0x100);
}

void Assembler::pre_indexed(Access kind, Register rt, Register rn, int offset) {
  indexed(kind, rt, rn, offset, 0x500);
}

void Assembler::ldr_literal(Register rt, Label target) { branch(Kind::literal, rt, target); }

void Assembler::branch(Kind kind, unsigned operand, Label target) {
  fixups_.push_back({kind, operand, halfwords_.size(), target.index});
  halfword(0);
  if (kind != Kind::cbz && kind != Kind::cbnz && kind != Kind::b_condition) halfword(0);
}

namespace {

/// BL or B.W to `offset` from the PC value.
std::uint32_t long_branch(std::uint32_t offset, bool links) {
  const std::uint32_t sign = offset >> 24 & 1u;
  const std::uint32_t j1 = (offset >> 23 & 1u) ^ sign ^ 1u;
  const std::uint32_t j2 = (offset >> 22 & 1u) ^ sign ^ 1u;
  return 0xF0009000u | (links ? 0x4000u : 0u) | sign << 26 | (offset >> 12 & 0x3FFu) << 16 |
         j1 << 13 | j2 << 11 | (offset >> 1 & 0x7FFu);
}

}  // namespace

void Assembler::bl(Address target) { wide(long_branch(target - (pc() + 4), true)); }

void Assembler::resolve(const Fixup& fixup) {
  const Address target = labels_[fixup.label];
  if (target == kUnbound) throw std::logic_error("a label is never bound");
  const Address pc_value = base_ + static_cast<Address>(2 * fixup.at) + 4;
  const auto offset = static_cast<std::int32_t>(target - pc_value);
  const auto require = [](bool reached) {
    if (!reached) throw std::logic_error("a branch does not reach its label");
  };
  const auto put = [this](std::size_t at, std::uint32_t value) {
    halfwords_[at] = static_cast<std::uint16_t>(value);
  };
  const auto bits = static_cast<std::uint32_t>(offset);
  switch (fixup.kind) {
    case Kind::b_condition:
      require(offset >= -256 && offset <= 254);
      put(fixup.at, 0xD000u | fixup.operand << 8 | (bits >> 1 & 0xFFu));
      return;
    case Kind::cbz:
    case Kind::cbnz:
      require(offset >= 0 && offset <= 126);
      put(fixup.at, (fixup.kind == Kind::cbz ? 0xB100u : 0xB900u) | (bits >> 6 & 1u) << 9 |
                        (bits >> 1 & 0x1Fu) << 3 | fixup.operand);
      return;
    case Kind::literal: {
      const auto distance = static_cast<std::int32_t>(target - (pc_value & ~3u));
      require(distance >= 0 && distance < 4096);
      put(fixup.at, 0xF8DFu);
      put(fixup.at + 1, fixup.operand << 12 | static_cast<std::uint32_t>(distance));
      return;
    }
    case Kind::b:
    case Kind::bl: {
      const std::uint32_t instruction = long_branch(bits, fixup.kind == Kind::bl);
      put(fixup.at, instruction >> 16);
      put(fixup.at + 1, instruction & 0xFFFFu);
      return;
    }
  }
}

const std::vector<std::uint16_t>& Assembler::finish() {
  for (const Fixup& fixup : fixups_) resolve(fixup);
  fixups_.clear();
  return halfwords_;
}

}  // namespace mcost::test
