// A whole machine: reset by firmware, and text through the ITM.
#include "boards/machine.h"

#include <gtest/gtest.h>

#include "boards/spec_reader.h"
#include "loader/elf_image.h"
#include "tests/support/assembler.h"

namespace mcost::test {
namespace {

constexpr Address kCode = 0x400;
constexpr Address kCount = 0x20000100;

class MachineTest : public testing::Test {
 protected:
  /// Runs `code`, which starts at kCode, behind a vector table at 0.
  engine::StopReason run(Assembler& code, boards::BoardSpec spec) {
    std::vector<std::uint8_t> bytes(kCode);
    const auto put = [&](std::size_t at, std::uint32_t value) {
      for (unsigned i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
    };
    put(0, 0x20001000);
    for (std::size_t i = 1; i < 16; ++i) put(4 * i, kCode | 1u);
    for (const std::uint16_t halfword : code.finish()) {
      bytes.push_back(static_cast<std::uint8_t>(halfword));
      bytes.push_back(static_cast<std::uint8_t>(halfword >> 8));
    }
    boards::MachineOptions options;
    options.console = [this](const std::string& text, bool) { console_ += text; };
    machine_ = std::make_unique<boards::Machine>(std::move(spec), std::move(options));
    (void)machine_->load(loader::read_image("test.bin", bytes, Address{0}));
    engine::RunLimits limits;
    limits.max_cycles = 1'000'000;
    return machine_->engine().run(limits);
  }
  std::uint32_t word(Address address) {
    std::uint32_t value = 0;
    EXPECT_TRUE(
        machine_->engine().read_memory(address, reinterpret_cast<std::uint8_t*>(&value), 4));
    return value;
  }
  std::unique_ptr<boards::Machine>
      machine_;          // NOLINT(misc-non-private-member-variables-in-classes)
  std::string console_;  // NOLINT(misc-non-private-member-variables-in-classes)
};

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

TEST_F(MachineTest, SysresetreqStartsAgainWithMemoryKept) {
  Assembler code(kCode);
  code.mov32(r6, 0xE000E010);
  code.ldr(r5, r6);  // SysTick control, set before the reset
  code.mov32(r6, kCount);
  code.ldr(r1, r6);
  code.mov32(r2, 0xC0DE0000);
  code.subs(r3, r1, r2);
  code.cmp(r3, 3);
  const auto again = code.label();
  const auto begun = code.label();
  code.b(cc, again);
  code.mov(r1, r2);  // the first time the memory holds something else
  code.bind(again);
  code.adds(r1, 1);
  code.str(r1, r6);
  code.subs(r3, r1, r2);
  code.cmp(r3, 3);
  const auto done = code.label();
  code.b(eq, done);
  code.bind(begun);
  store(code, 0xE000E014, 100000);
  store(code, 0xE000E010, 5);
  store(code, 0xE000ED14, 0x210);
  code.mov32(r9, 0x99);
  store(code, 0xE000ED0C, 0x05FA0004);
  code.mov32(r9, 0x77);  // never reached
  code.bind(done);
  code.mov32(r6, 0xE000ED14);
  code.ldr(r8, r6);
  code.stop();
  EXPECT_EQ(run(code, boards::read_board("generic-m4")), engine::StopReason::idle);
  EXPECT_EQ(word(kCount), 0xC0DE0003u);
  const engine::Core& core = machine_->engine().core();
  EXPECT_EQ(core.r[5], 0u);
  EXPECT_EQ(core.r[8], 0x200u);
  EXPECT_EQ(core.r[9], 0u);
  EXPECT_EQ(core.r[13], 0x20001000u);
  const auto notes = machine_->notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0], "the firmware reset the core 2 times");
}

Assembler printing_program() {
  Assembler code(kCode);
  store(code, 0xE000EDFC, 1u << 24);
  store(code, 0xE0000E80, 1);
  store(code, 0xE0000E00, 1);
  code.mov32(r6, 0xE0000000);
  for (const char letter : {'H', 'i'}) {
    code.movs(r0, static_cast<unsigned>(letter));
    code.access(Access::strb, r0, r6, 0);
  }
  code.stop();
  return code;
}

TEST_F(MachineTest, StimulusPortZeroIsTheConsoleOfBoardsThatNameIt) {
  boards::BoardSpec spec = boards::read_board("generic-m4");
  spec.console = "itm";
  Assembler code = printing_program();
  EXPECT_EQ(run(code, std::move(spec)), engine::StopReason::idle);
  EXPECT_EQ(console_, "Hi");
}

TEST_F(MachineTest, ABoardWithAnotherConsoleKeepsStimulusOffIt) {
  Assembler code = printing_program();
  EXPECT_EQ(run(code, boards::read_board("generic-m4")), engine::StopReason::idle);
  EXPECT_EQ(console_, "");
}

}  // namespace
}  // namespace mcost::test
