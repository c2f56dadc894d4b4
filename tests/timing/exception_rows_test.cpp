// Interrupts on the Cortex-M3 as measured on a CC2650 with code in memory that never waits
// (core-timing.md 3.10, CMEmu): a pending bit set by the program itself, entry, and return in five
// ways. The program reads CYCCNT, pends interrupt 0, adds eight times and reads CYCCNT again; the
// handler begins with a read of it.
//
// Expected difference: silicon executes two of the additions before it enters, the engine none,
// since it takes what a store pends at the boundary behind the store. Entry is therefore compared
// without those two cycles, and the program has the six additions that are left on return.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim_core/pipeline/registry.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

constexpr Address kHandler = kFlash + 0x1000;
constexpr Address kScratch = kRam + 0x100;
constexpr unsigned kFirstInterrupt = 16;
constexpr unsigned kAddsBeforeEntry = 2;  // on silicon
constexpr unsigned kAdds = 8 - kAddsBeforeEntry;

constexpr std::uint32_t kReadBefore = 0xF8DCA004;  // LDR.W r10, [r12, #4]
constexpr std::uint32_t kReadInside = 0xF8DC8004;  // LDR.W r8, [r12, #4]
constexpr std::uint32_t kReadBehind = 0xF8DCB004;  // LDR.W r11, [r12, #4]
constexpr std::uint32_t kPend = 0xF8C21000;        // STR.W r1, [r2]
constexpr std::uint32_t kAdd = 0xF1030301;         // ADD.W r3, r3, #1

struct Return {
  const char* name;
  std::vector<std::uint16_t> code;
  unsigned cycles;  // from the handler's read to the last one
};

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

class CortexM3Exception : public testing::TestWithParam<Return> {
 protected:
  CortexM3Exception() : machine_(*model_, {}) {
    Assembler code(kProgram);
    store(code, 0xE000EDFC, 1u << 24);  // DEMCR.TRCENA
    store(code, 0xE0001000, 1);         // DWT_CTRL.CYCCNTENA
    store(code, 0xE000E100, 1);         // NVIC_ISER0
    code.mov32(r12, 0xE0001000);
    code.mov32(r2, 0xE000E200);  // NVIC_ISPR0
    code.mov32(r5, kScratch);
    code.movs(r1, 1);
    code.movs(r3, 0);
    code.align(4);
    code.isb();
    code.wide(kReadBefore);
    code.wide(kPend);
    for (unsigned i = 0; i < kAdds; ++i) code.wide(kAdd);
    code.wide(kReadBehind);
    code.stop();
    machine_.load(code);

    Assembler handler(kHandler);
    handler.wide(kReadInside);
    for (const std::uint16_t halfword : GetParam().code) handler.halfword(halfword);
    machine_.load(handler);
    machine_.poke(kScratch, kScratch + 16);
    machine_.set_vector(kFirstInterrupt, kHandler);
    machine_.reset();
  }

  std::unique_ptr<pipeline::PipelineModel> model_ = pipeline::make_pipeline_model("cortex-m3");
  TestMachine machine_;
};

TEST_P(CortexM3Exception, TakesTheMeasuredCycles) {
  ASSERT_EQ(machine_.run_until(kHandler), engine::StopReason::until);
  EXPECT_EQ(machine_.reg(3), 0u) << "additions before entry: two on silicon";
  machine_.run(10'000);
  EXPECT_EQ(machine_.reg(3), kAdds);
  EXPECT_EQ(machine_.reg(8) - machine_.reg(10), 16u - kAddsBeforeEntry)
      << "from the pending store to the handler";
  EXPECT_EQ(machine_.reg(11) - machine_.reg(8), GetParam().cycles);
}

INSTANTIATE_TEST_SUITE_P(
    Facts, CortexM3Exception,
    testing::Values(Return{"BxLr", {0xEA4F, 0x0909, 0x4770}, 19},  // MOV.W r9, r9; BX lr
                    Return{"BxRegister", {0x4671, 0x4708}, 20},    // MOV r1, lr; BX r1
                    Return{"Pop", {0xB500, 0xBD00}, 23},           // PUSH {lr}; POP {pc}
                    Return{"LoadPc", {0x6828, 0xF8C0, 0xE000, 0xF8D0, 0xF000}, 25},
                    Return{"PopTwo", {0x4671, 0xB502, 0xBD02}, 26}),  // PUSH {r1, lr}; POP {r1, pc}
    [](const testing::TestParamInfo<Return>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace mcost::test
