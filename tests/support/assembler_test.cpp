// The assembler's words against the disassembler, which is checked against capstone and objdump.
#include "tests/support/assembler.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/format.h"

namespace mcost::test {
namespace {

constexpr Address kBase = 0x1000;

std::string text_of(const std::function<void(Assembler&)>& write) {
  Assembler code(kBase);
  write(code);
  const auto& halfwords = code.finish();
  const std::uint16_t second = halfwords.size() > 1 ? halfwords[1] : std::uint16_t{0};
  const isa::Decoded decoded =
      isa::decode_at(halfwords[0], second, isa::Place{kBase, {}}, isa::kCortexM4);
  return to_string(isa::normalise(isa::disassemble(decoded)));
}

#define MCOST_EXPECT_TEXT(statement, text) \
  EXPECT_EQ(text_of([](Assembler& code) { code.statement; }), to_string(isa::normalise(text)))

TEST(Assembler, NarrowForms) {
  MCOST_EXPECT_TEXT(movs(r3, 200), "movs r3, #200");
  MCOST_EXPECT_TEXT(cmp(r1, 7), "cmp r1, #7");
  MCOST_EXPECT_TEXT(adds(r2, 9), "adds r2, #9");
  MCOST_EXPECT_TEXT(subs(r2, 9), "subs r2, #9");
  MCOST_EXPECT_TEXT(adds(r0, r1, r2), "adds r0, r1, r2");
  MCOST_EXPECT_TEXT(subs(r0, r1, r2), "subs r0, r1, r2");
  MCOST_EXPECT_TEXT(shifts(lsr, r0, r1, 3), "lsrs r0, r1, #3");
  MCOST_EXPECT_TEXT(narrow(Narrow::eors, r3, r4), "eors r3, r4");
  MCOST_EXPECT_TEXT(mov(r9, r2), "mov r9, r2");
  MCOST_EXPECT_TEXT(mov(r2, lr), "mov r2, lr");
  MCOST_EXPECT_TEXT(ldr_narrow(r1, r2, 8), "ldr r1, [r2, #8]");
  MCOST_EXPECT_TEXT(str_narrow(r1, r2, 8), "str r1, [r2, #8]");
  MCOST_EXPECT_TEXT(push(1u << r4 | 1u << lr), "push {r4, lr}");
  MCOST_EXPECT_TEXT(pop(1u << r4 | 1u << pc), "pop {r4, pc}");
  MCOST_EXPECT_TEXT(bx(lr), "bx lr");
  MCOST_EXPECT_TEXT(blx(r3), "blx r3");
  MCOST_EXPECT_TEXT(svc(3), "svc #3");
  MCOST_EXPECT_TEXT(bkpt(0xAB), "bkpt #171");
  MCOST_EXPECT_TEXT(wfi(), "wfi");
  MCOST_EXPECT_TEXT(cpsid_i(), "cpsid i");
  MCOST_EXPECT_TEXT(cpsie_f(), "cpsie f");
  MCOST_EXPECT_TEXT(it(ne, "TE"), "itte ne");
  MCOST_EXPECT_TEXT(it(eq), "it eq");
}

TEST(Assembler, WideDataProcessing) {
  MCOST_EXPECT_TEXT(movw(r8, 0xABCD), "movw r8, #43981");
  MCOST_EXPECT_TEXT(movt(r8, 0x1234), "movt r8, #4660");
  MCOST_EXPECT_TEXT(data(Wide::add, false, r1, r2, 0xFF), "add r1, r2, #255");
  MCOST_EXPECT_TEXT(data(Wide::sub, true, r1, r2, r3, lsl, 4), "subs r1, r2, r3, lsl #4");
  MCOST_EXPECT_TEXT(data(Wide::and_, false, r1, r2, r3, ror, 31), "and r1, r2, r3, ror #31");
  MCOST_EXPECT_TEXT(three(ThreeRegister::udiv, r1, r2, r3), "udiv r1, r2, r3");
  MCOST_EXPECT_TEXT(three(ThreeRegister::uadd8, r1, r2, r3), "uadd8 r1, r2, r3");
  MCOST_EXPECT_TEXT(three(ThreeRegister::sel, r1, r2, r3), "sel r1, r2, r3");
  MCOST_EXPECT_TEXT(two(TwoRegister::clz, r1, r2), "clz r1, r2");
  MCOST_EXPECT_TEXT(two(TwoRegister::sxtb, r1, r2), "sxtb r1, r2");
  MCOST_EXPECT_TEXT(four(FourRegister::mla, r1, r2, r3, r4), "mla r1, r2, r3, r4");
  MCOST_EXPECT_TEXT(four(FourRegister::smlad, r1, r2, r3, r4), "smlad r1, r2, r3, r4");
  MCOST_EXPECT_TEXT(long_multiply(LongMultiply::umull, r1, r2, r3, r4), "umull r1, r2, r3, r4");
  MCOST_EXPECT_TEXT(ubfx(r1, r2, 5, 7), "ubfx r1, r2, #5, #7");
  MCOST_EXPECT_TEXT(bfi(r1, r2, 5, 7), "bfi r1, r2, #5, #7");
  MCOST_EXPECT_TEXT(ssat(r1, 8, r2), "ssat r1, #8, r2");
}

TEST(Assembler, Memory) {
  MCOST_EXPECT_TEXT(access(Access::ldrsh, r1, r9, 0x123), "ldrsh r1, [r9, #291]");
  MCOST_EXPECT_TEXT(access(Access::strb, r1, r9, 3), "strb r1, [r9, #3]");
  MCOST_EXPECT_TEXT(access(Access::ldr, r1, r9, r3, 2), "ldr r1, [r9, r3, lsl #2]");
  MCOST_EXPECT_TEXT(post_indexed(Access::ldr, r1, r2, 4), "ldr r1, [r2], #4");
  MCOST_EXPECT_TEXT(pre_indexed(Access::str, r1, r2, -4), "str r1, [r2, #-4]!");
  MCOST_EXPECT_TEXT(ldrd(r1, r2, r3, 16), "ldrd r1, r2, [r3, #16]");
  MCOST_EXPECT_TEXT(ldm(r1, true, 1u << r2 | 1u << r3), "ldm r1!, {r2, r3}");
  MCOST_EXPECT_TEXT(stm(r1, false, 1u << r2 | 1u << r3), "stm r1, {r2, r3}");
  MCOST_EXPECT_TEXT(ldrex(r1, r2), "ldrex r1, [r2]");
  MCOST_EXPECT_TEXT(strex(r0, r1, r2), "strex r0, r1, [r2]");
  MCOST_EXPECT_TEXT(tbb(pc, r1), "tbb [pc, r1]");
}

TEST(Assembler, SystemAndFloatingPoint) {
  MCOST_EXPECT_TEXT(msr(psp, r1), "msr psp_nzcvq, r1");
  MCOST_EXPECT_TEXT(mrs(r1, basepri), "mrs r1, basepri");
  MCOST_EXPECT_TEXT(fp(FpOperation::vadd, 1, 2, 31), "vadd.f32 s1, s2, s31");
  MCOST_EXPECT_TEXT(fp(FpOperation::vfma, 30, 5, 0), "vfma.f32 s30, s5, s0");
  MCOST_EXPECT_TEXT(vldr(7, r1, 8), "vldr s7, [r1, #8]");
  MCOST_EXPECT_TEXT(vmov_to_single(9, r1), "vmov s9, r1");
  MCOST_EXPECT_TEXT(vmov_to_core(r1, 9), "vmov r1, s9");
}

TEST(Assembler, BranchesReachLabels) {
  const auto target = [](const std::function<void(Assembler&, Assembler::Label)>& write) {
    return text_of([&](Assembler& code) {
      const auto label = code.label();
      write(code, label);
      while (code.pc() < kBase + 0x40) code.nop();
      code.bind(label);
    });
  };
  EXPECT_EQ(target([](Assembler& code, Assembler::Label at) { code.b(at); }), "b 4160");
  EXPECT_EQ(target([](Assembler& code, Assembler::Label at) { code.bl(at); }), "bl 4160");
  EXPECT_EQ(target([](Assembler& code, Assembler::Label at) { code.b(ge, at); }), "bge 4160");
  EXPECT_EQ(target([](Assembler& code, Assembler::Label at) { code.cbnz(r3, at); }),
            "cbnz r3, 4160");
  EXPECT_EQ(text_of([](Assembler& code) { code.bl(Address{0x800}); }), "bl 2048");
}

TEST(Assembler, BranchOutOfReachIsAnError) {
  Assembler code(kBase);
  const auto far = code.label();
  code.cbz(r0, far);
  for (unsigned i = 0; i < 100; ++i) code.nop();
  code.bind(far);
  EXPECT_THROW((void)code.finish(), std::logic_error);
}

TEST(Assembler, LabelNeverBoundIsAnError) {
  Assembler code(kBase);
  code.b(code.label());
  EXPECT_THROW((void)code.finish(), std::logic_error);
}

}  // namespace
}  // namespace mcost::test
