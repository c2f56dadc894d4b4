#include "tests/oracle/program.h"

#include <algorithm>
#include <cstdio>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/format.h"

namespace mcost::oracle {

void clear_around(const Program& program, std::span<std::uint8_t> code) {
  constexpr std::size_t kReach = 0x2000;
  const std::size_t end = program.end() + 2 - kCode;
  std::fill(code.begin() + (kProgram - kCode), code.begin() + (program.start - kCode), 0);
  std::fill_n(code.begin() + static_cast<std::ptrdiff_t>(end), kReach, 0);
}

std::string listing(Address start, std::span<const std::uint16_t> code) {
  std::string text;
  isa::ItState it{};
  for (std::size_t i = 0; i < code.size();) {
    const std::uint16_t second = i + 1 < code.size() ? code[i + 1] : std::uint16_t{0};
    const Address pc = start + 2 * static_cast<Address>(i);
    const isa::Decoded decoded = isa::decode_at(code[i], second, isa::Place{pc, it}, kEveryFeature);
    std::array<char, 64> buffer{};
    if (decoded.size == 4) {
      std::snprintf(buffer.data(), buffer.size(), "  %08x  %04x %04x  ", pc, code[i], second);
    } else {
      std::snprintf(buffer.data(), buffer.size(), "  %08x  %04x       ", pc, code[i]);
    }
    text += buffer.data();
    text += isa::disassemble(decoded) + "\n";
    const bool is_it = decoded.instruction != nullptr &&
                       decoded.instruction->row->timing_class == isa::TimingClass::it;
    it = is_it ? isa::ItState{static_cast<std::uint8_t>(decoded.operands.imm)} : it.advance();
    i += decoded.size / 2;
  }
  return text;
}

void Assembler::move_constant(unsigned rd, std::uint32_t value) {
  const auto immediate = [&](std::uint32_t opcode, std::uint32_t half) {
    wide(opcode | (half >> 12) << 16 | (half >> 11 & 1u) << 26 | (half >> 8 & 7u) << 12 | rd << 8 |
         (half & 0xFFu));
  };
  immediate(0xF2400000, value & 0xFFFF);  // movw
  immediate(0xF2C00000, value >> 16);     // movt
}

void Assembler::move_constant_narrow(unsigned rd, std::uint32_t value) {
  narrow(0x2000 | rd << 8 | value >> 24);  // movs rd, #
  for (const unsigned shift : {16u, 8u, 0u}) {
    narrow(0x0200 | rd << 3 | rd);                       // lsls rd, rd, #8
    narrow(0x3000 | rd << 8 | (value >> shift & 0xFF));  // adds rd, #
  }
}

void Assembler::branch(Address here, Address target) {
  const std::uint32_t offset = target - (here + 4);
  const std::uint32_t sign = offset >> 24 & 1u;
  const std::uint32_t j1 = (offset >> 23 & 1u) ^ sign ^ 1u;
  const std::uint32_t j2 = (offset >> 22 & 1u) ^ sign ^ 1u;
  wide(0xF0009000 | sign << 26 | (offset >> 12 & 0x3FFu) << 16 | j1 << 13 | j2 << 11 |
       (offset >> 1 & 0x7FFu));
}

namespace {

/// The words of a state block, by their offset.
constexpr unsigned kApsrWord = 33;
constexpr unsigned kSpWord = 34;
constexpr unsigned kRegisterWord = 35;  // r0 to r12, lr

std::vector<std::uint16_t> armv6m_prologue(Address program) {
  std::vector<std::uint16_t> code;
  Assembler a(code);
  const auto load = [&a](unsigned rt, unsigned word) {  // ldr rt, [r0, #4 * (word - kApsrWord)]
    a.narrow(0x6800 | (word - kApsrWord) << 6 | rt);
  };
  a.narrow(0x3000 | 4 * kApsrWord);  // adds r0, #132
  a.narrow(0x2100);                  // movs r1, #0
  a.wide(0xF3818810);                // msr primask, r1
  a.wide(0xF3818809);                // msr psp, r1
  load(1, kSpWord);
  a.narrow(0x468D);  // mov sp, r1
  for (unsigned i = 8; i < 14; ++i) {
    const unsigned rd = i == 13 ? 14 : i;
    load(1, kRegisterWord + i);
    a.narrow(0x4688 | (rd - 8));  // mov rd, r1
  }
  load(1, kApsrWord);
  a.wide(0xF3818800);  // msr apsr_nzcvq, r1
  for (unsigned i = 8; i-- > 0;) load(i, kRegisterWord + i);
  const Address here = prologue_address(isa::kArmv6m) + 2 * static_cast<Address>(code.size());
  a.narrow(0xE000 | ((program - (here + 4)) >> 1 & 0x7FF));  // b program
  return code;
}

}  // namespace

std::vector<std::uint16_t> prologue_code(Address program, isa::FeatureSet features) {
  if (!isa::has_feature(features, isa::Feature::v7m)) return armv6m_prologue(program);
  std::vector<std::uint16_t> code;
  Assembler a(code);
  if (isa::has_feature(features, isa::Feature::fpv4_sp)) {
    a.wide(0xECB00A20);  // vldmia r0!, {s0-s31}
    a.wide(0xF8501B04);  // ldr r1, [r0], #4
    a.wide(0xEEE11A10);  // vmsr fpscr, r1
  } else {
    a.narrow(0x3084);  // adds r0, #132
  }
  const bool has_ge = isa::has_feature(features, isa::Feature::dsp);
  a.wide(0xF8501B04);                        // ldr r1, [r0], #4
  a.wide(has_ge ? 0xF3818C00 : 0xF3818800);  // msr apsr_nzcvqg, r1; msr apsr_nzcvq, r1
  a.wide(0xF2400100);                        // movw r1, #0
  a.wide(0xF3818810);                        // msr primask, r1
  a.wide(0xF3818811);                        // msr basepri, r1
  a.wide(0xF3818813);                        // msr faultmask, r1
  a.wide(0xF3818809);                        // msr psp, r1
  a.wide(0xF8501B04);                        // ldr r1, [r0], #4
  a.narrow(0x468D);                          // mov sp, r1
  a.wide(0xF3BF8F2F);                        // clrex
  a.wide(0xE8905FFF);                        // ldmia r0, {r0-r12, lr}
  a.branch(kPrologue + 2 * static_cast<Address>(code.size()), program);
  return code;
}

std::vector<std::uint16_t> epilogue_code(isa::FeatureSet features) {
  const bool has_v7m = isa::has_feature(features, isa::Feature::v7m);
  std::vector<std::uint16_t> code;
  Assembler a(code);
  a.wide(0xF3EF8000);  // mrs r0, apsr
  if (isa::has_feature(features, isa::Feature::fpv4_sp)) {
    a.wide(0xEEF11A10);  // vmrs r1, fpscr
  } else {
    a.narrow(0x2100);  // movs r1, #0
  }
  a.wide(0xF3EF8214);  // mrs r2, control
  a.wide(0xF3EF8310);  // mrs r3, primask
  if (has_v7m) {
    a.wide(0xF3EF8411);  // mrs r4, basepri
    a.wide(0xF3EF8513);  // mrs r5, faultmask
  } else {
    a.narrow(0x2400);  // movs r4, #0
    a.narrow(0x2500);  // movs r5, #0
  }
  a.wide(0xF3EF8608);  // mrs r6, msp
  a.wide(0xF3EF8709);  // mrs r7, psp
  a.narrow(Assembler::kSelf);
  return code;
}

std::vector<std::uint32_t> state_block(const State& state) {
  std::vector<std::uint32_t> words(state.s.begin(), state.s.end());
  words.push_back(state.fpscr);
  words.push_back(state.apsr);
  words.push_back(state.r[13]);
  words.insert(words.end(), state.r.begin(), state.r.begin() + 13);
  words.push_back(state.r[14]);
  return words;
}

}  // namespace mcost::oracle
