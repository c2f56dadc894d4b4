#include "tests/timing/exception_rows.h"

#include <stdexcept>

#include "sim_core/pipeline/registry.h"
#include "tests/support/test_machine.h"

namespace mcost::test {
namespace {

constexpr Address kHandler = kFlash + 0x1000;
constexpr Address kScratch = kRam + 0x100;
constexpr unsigned kFirstInterrupt = 16;

constexpr std::uint32_t kReadBefore = 0xF8DCA004;  // LDR.W r10, [r12, #4]
constexpr std::uint32_t kReadInside = 0xF8DC8004;  // LDR.W r8, [r12, #4]
constexpr std::uint32_t kReadBehind = 0xF8DCB004;  // LDR.W r11, [r12, #4]
constexpr std::uint32_t kPend = 0xF8C21000;        // STR.W r1, [r2]
constexpr std::uint32_t kAdd = 0xF1030301;         // ADD.W r3, r3, #1

void store(Assembler& code, Address address, std::uint32_t value) {
  code.mov32(r6, address);
  code.mov32(r7, value);
  code.str(r7, r6);
}

}  // namespace

const std::vector<ExceptionRow>& exception_rows() {
  static const std::vector<ExceptionRow> rows = {
      {"BxLr", {0xEA4F, 0x0909, 0x4770}, 19},  // MOV.W r9, r9; BX lr
      {"BxRegister", {0x4671, 0x4708}, 20},    // MOV r1, lr; BX r1
      {"Pop", {0xB500, 0xBD00}, 23},           // PUSH {lr}; POP {pc}
      {"LoadPc", {0x6828, 0xF8C0, 0xE000, 0xF8D0, 0xF000}, 25},
      {"PopTwo", {0x4671, 0xB502, 0xBD02}, 26},  // PUSH {r1, lr}; POP {r1, pc}
  };
  return rows;
}

ExceptionCost measure(const ExceptionRow& row) {
  const auto model = pipeline::make_pipeline_model("cortex-m3");
  TestMachine machine(*model, {});
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
  machine.load(code);

  Assembler handler(kHandler);
  handler.wide(kReadInside);
  for (const std::uint16_t halfword : row.code) handler.halfword(halfword);
  machine.load(handler);
  machine.poke(kScratch, kScratch + 16);
  machine.set_vector(kFirstInterrupt, kHandler);
  machine.reset();

  ExceptionCost cost;
  if (machine.run_until(kHandler) != engine::StopReason::until) {
    throw std::runtime_error("the handler is not entered");
  }
  cost.adds_before = machine.reg(3);
  machine.run(10'000);
  cost.adds = machine.reg(3);
  cost.entry = machine.reg(8) - machine.reg(10);
  cost.back = machine.reg(11) - machine.reg(8);
  return cost;
}

}  // namespace mcost::test
