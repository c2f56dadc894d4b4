// Fixture of engine tests: a machine with a Cortex-M4, run by both loops. A test writes its program
// with `code`, its handlers with `handler(number)`, and calls run().
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "sim_core/pipeline/registry.h"
#include "tests/support/test_machine.h"

namespace mcost::test {

enum class Loop : std::uint8_t { stepped, fast };

inline constexpr Address kHandlers = kFlash + 0x2000;
inline constexpr Address kScs = 0xE000E000;  // system control space

class EngineTest : public testing::TestWithParam<Loop> {
 protected:
  EngineTest() { make_machine({}); }

  /// Replaces the machine, for another flash or features.
  void make_machine(TestSetup setup) {
    if (GetParam() == Loop::stepped) {
      setup.engine.longest_block = 1;
      setup.engine.memoise = false;
    }
    machine = std::make_unique<TestMachine>(*model_, setup);
  }
  /// An assembler for the handler of exception `number`; its address goes to the vector table.
  Assembler& handler(unsigned number) {
    auto& made = handlers_[number];
    if (!made) made = std::make_unique<Assembler>(kHandlers + number * 0x80);
    return *made;
  }
  /// An interrupt's handler that counts its calls at kRam + 4 * number and returns.
  void counting_handler(unsigned number) {
    Assembler& h = handler(number);
    h.mov32(r0, counter_of(number));
    h.ldr(r1, r0);
    h.adds(r1, 1);
    h.str(r1, r0);
    h.bx(lr);
    machine->poke(counter_of(number), 0);
  }
  [[nodiscard]] static Address counter_of(unsigned number) { return kRam + 4 * number; }
  [[nodiscard]] std::uint32_t calls(unsigned number) { return machine->peek(counter_of(number)); }

  /// Loads program and handlers and resets the core; run() does it by itself.
  void start() {
    machine->load(code);
    for (auto& [number, assembler] : handlers_) {
      machine->load(*assembler);
      machine->set_vector(number, assembler->base());
    }
    machine->reset();
    started_ = true;
  }
  engine::StopReason run(Cycles max_cycles = 100'000) {
    if (!started_) start();
    return machine->run(max_cycles);
  }
  [[nodiscard]] std::uint32_t reg(unsigned i) { return machine->reg(i); }
  /// Code that writes `value` to `address` through r6 and r7.
  static void store_word(Assembler& where, Address address, std::uint32_t value) {
    where.mov32(r6, address);
    where.mov32(r7, value);
    where.str(r7, r6);
  }
  static void load_word(Assembler& where, Register rt, Address address) {
    where.mov32(r6, address);
    where.ldr(rt, r6);
  }
  [[nodiscard]] engine::Exceptions& exceptions() { return machine->exceptions(); }

  // NOLINTBEGIN(misc-non-private-member-variables-in-classes): tests share a fixture's members
  std::unique_ptr<TestMachine> machine;
  Assembler code{kProgram};
  // NOLINTEND(misc-non-private-member-variables-in-classes)

 private:
  std::unique_ptr<pipeline::PipelineModel> model_ = pipeline::make_pipeline_model("cortex-m4");
  std::map<unsigned, std::unique_ptr<Assembler>> handlers_;
  bool started_ = false;
};

inline std::string loop_name(const testing::TestParamInfo<Loop>& info) {
  return info.param == Loop::stepped ? "Stepped" : "Fast";
}

#define MCOST_BOTH_LOOPS(suite) \
  INSTANTIATE_TEST_SUITE_P(BothLoops, suite, testing::Values(Loop::stepped, Loop::fast), loop_name)

}  // namespace mcost::test
