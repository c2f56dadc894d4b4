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
    const isa::Decoded decoded =
        isa::decode_at(code[i], second, isa::Place{pc, it}, isa::kCortexM4);
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

void Assembler::branch(Address here, Address target) {
  const std::uint32_t offset = target - (here + 4);
  const std::uint32_t sign = offset >> 24 & 1u;
  const std::uint32_t j1 = (offset >> 23 & 1u) ^ sign ^ 1u;
  const std::uint32_t j2 = (offset >> 22 & 1u) ^ sign ^ 1u;
  wide(0xF0009000 | sign << 26 | (offset >> 12 & 0x3FFu) << 16 | j1 << 13 | j2 << 11 |
       (offset >> 1 & 0x7FFu));
}

std::vector<std::uint16_t> prologue_code(Address program, bool has_fpu) {
  std::vector<std::uint16_t> code;
  Assembler a(code);
  if (has_fpu) {
    a.wide(0xECB00A20);  // vldmia r0!, {s0-s31}
    a.wide(0xF8501B04);  // ldr r1, [r0], #4
    a.wide(0xEEE11A10);  // vmsr fpscr, r1
  } else {
    a.narrow(0x3084);  // adds r0, #132
  }
  a.wide(0xF8501B04);  // ldr r1, [r0], #4
  a.wide(0xF3818C00);  // msr apsr_nzcvqg, r1
  a.wide(0xF2400100);  // movw r1, #0
  a.wide(0xF3818810);  // msr primask, r1
  a.wide(0xF3818811);  // msr basepri, r1
  a.wide(0xF3818813);  // msr faultmask, r1
  a.wide(0xF3818809);  // msr psp, r1
  a.wide(0xF8501B04);  // ldr r1, [r0], #4
  a.narrow(0x468D);    // mov sp, r1
  a.wide(0xF3BF8F2F);  // clrex
  a.wide(0xE8905FFF);  // ldmia r0, {r0-r12, lr}
  a.branch(kPrologue + 2 * static_cast<Address>(code.size()), program);
  return code;
}

std::vector<std::uint16_t> epilogue_code(bool has_fpu) {
  std::vector<std::uint16_t> code;
  Assembler a(code);
  a.wide(0xF3EF8000);                         // mrs r0, apsr
  a.wide(has_fpu ? 0xEEF11A10 : 0xF2400100);  // vmrs r1, fpscr, or movw r1, #0
  a.wide(0xF3EF8214);                         // mrs r2, control
  a.wide(0xF3EF8310);                         // mrs r3, primask
  a.wide(0xF3EF8411);                         // mrs r4, basepri
  a.wide(0xF3EF8513);                         // mrs r5, faultmask
  a.wide(0xF3EF8608);                         // mrs r6, msp
  a.wide(0xF3EF8709);                         // mrs r7, psp
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
