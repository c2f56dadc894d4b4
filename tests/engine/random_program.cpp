#include "tests/engine/random_program.h"

#include <array>

namespace mcost::test {
namespace {

// Registers: r0-r5 data, r6 and r12 scratch, r7 and r11 loop counters of functions and of the main
// loop's body, r8 data area in a RAM, r9 constants in flash, r10 rounds.
constexpr Address kFunctionsInRam = kRam + 0x4000;
constexpr Address kFunctionsInSlowRam = kSlowRam + 0x2000;
constexpr Address kSlowRamData = kSlowRam + 0x1000;
constexpr Address kHandlerData = kRam + 0x3000;
constexpr unsigned kDataBytes = 1024;
constexpr Address kCycleCounter = 0xE0001004;
constexpr Address kSysTick = 0xE000E010;
constexpr Address kInterruptControl = 0xE000ED04;
static_assert((kSlowRamData & 0xFFFF) == 0x1000, "r8 moves between RAMs by its upper half");

class Generator {
 public:
  Generator(std::uint64_t seed, const ProgramOptions& options)
      : random_(seed),
        options_(options),
        flash_(kProgram),
        ram_(kFunctionsInRam),
        slow_ram_(kFunctionsInSlowRam) {}
  RandomProgram make();

 private:
  using Emit = void (Generator::*)();

  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  bool chance(unsigned percent) { return below(100) < percent; }
  Register data_register() { return static_cast<Register>(below(6)); }
  Condition condition() { return static_cast<Condition>(below(14)); }
  ShiftType shift_type() { return static_cast<ShiftType>(below(4)); }
  unsigned data_offset(unsigned size_bytes) {
    const unsigned offset = below(kDataBytes - 64);
    return chance(85) ? offset / size_bytes * size_bytes : offset;
  }
  Assembler& code() { return *code_; }
  void note() { program_.instructions.push_back(code().pc()); }

  // Straight-line pieces.
  void narrow_alu();
  void wide_alu();
  void multiply();
  void divide();
  void bit_fields();
  void load_or_store();
  void indexed_access();
  void flash_load();
  void literal();
  void multiple();
  void dual();
  void stack();
  void write_back();
  void exclusive();
  void flip_window();
  void floating_point();
  void device();
  void cycle_counter();
  void patch();
  void supervisor_call();
  void maintain_cache();
  void predicated();
  void predicated_instruction();
  void piece();
  // With control flow.
  void skip();
  void loop(unsigned pieces);
  void table();
  void body(unsigned pieces, bool with_loops);
  // Whole program.
  void function(Assembler& where, bool patchable);
  void call();
  void enable_fpu();
  void start_systick();
  void handlers();
  void interrupt_handler(unsigned number);
  void enable_interrupts();
  void main();
  void constants();

  std::mt19937_64 random_;
  ProgramOptions options_;
  Assembler flash_;
  Assembler ram_;
  Assembler slow_ram_;
  Assembler* code_ = &flash_;
  Register counter_ = r7;
  std::vector<Address> functions_;
  std::vector<Address> patchable_;  // MOVS rd, #imm8 in RAM
  RandomProgram program_;
};

void Generator::narrow_alu() {
  switch (below(5)) {
    case 0: code().adds(data_register(), data_register(), data_register()); break;
    case 1: code().subs(data_register(), below(256)); break;
    case 2:
      code().shifts(static_cast<ShiftType>(below(3)), data_register(), data_register(), below(32));
      break;
    case 3: code().movs(data_register(), below(256)); break;
    default: code().narrow(static_cast<Narrow>(below(16)), data_register(), data_register()); break;
  }
}

void Generator::wide_alu() {
  constexpr std::array kOperations = {Wide::and_, Wide::bic, Wide::orr, Wide::eor, Wide::add,
                                      Wide::adc,  Wide::sbc, Wide::sub, Wide::rsb};
  const Wide operation = kOperations[below(kOperations.size())];
  if (chance(50)) {
    code().data(operation, chance(50), data_register(), data_register(), below(256) | 0xC00u);
  } else {
    code().data(operation, chance(50), data_register(), data_register(), data_register(),
                shift_type(), below(32));
  }
}

void Generator::multiply() {
  const Register hi_part = data_register();
  const auto lo = static_cast<Register>((hi_part + 1) % 6);
  switch (below(5)) {
    case 0:
      code().three(ThreeRegister::mul, data_register(), data_register(), data_register());
      break;
    case 1:
      code().four(FourRegister::mla, data_register(), data_register(), data_register(),
                  data_register());
      break;
    case 2:
      code().four(FourRegister::smlad, data_register(), data_register(), data_register(),
                  data_register());
      break;
    case 3:
      code().long_multiply(LongMultiply::umull, lo, hi_part, data_register(), data_register());
      break;
    default:
      code().long_multiply(LongMultiply::smlal, lo, hi_part, data_register(), data_register());
      break;
  }
}

void Generator::divide() {
  code().three(chance(50) ? ThreeRegister::udiv : ThreeRegister::sdiv, data_register(),
               data_register(), data_register());
}

void Generator::bit_fields() {
  switch (below(6)) {
    case 0: code().ubfx(data_register(), data_register(), below(20), 1 + below(12)); break;
    case 1: code().bfi(data_register(), data_register(), below(20), 1 + below(12)); break;
    case 2: code().ssat(data_register(), 1 + below(31), data_register()); break;
    case 3: code().two(TwoRegister::clz, data_register(), data_register()); break;
    case 4:
      code().three(ThreeRegister::uadd8, data_register(), data_register(), data_register());
      break;
    default:
      code().three(ThreeRegister::sel, data_register(), data_register(), data_register());
      break;
  }
}

void Generator::load_or_store() {
  const auto kind = static_cast<Access>(below(8));
  constexpr std::array<unsigned, 8> kSizes = {1, 2, 4, 1, 2, 4, 1, 2};
  code().access(kind, data_register(), r8, data_offset(kSizes[static_cast<unsigned>(kind)]));
}

void Generator::indexed_access() {
  code().data(Wide::and_, false, r12, data_register(), chance(80) ? 0xFCu : 0xFFu);
  note();
  code().access(static_cast<Access>(below(8)), data_register(), r8, r12, below(2));
}

void Generator::flash_load() {
  if (chance(50)) {
    code().access(chance(70) ? Access::ldr : Access::ldrsb, data_register(), r9, data_offset(4));
    return;
  }
  code().data(Wide::and_, false, r12, data_register(), 0xFCu);
  code().access(chance(70) ? Access::ldr : Access::ldrh, data_register(), r9, r12, below(3));
}

void Generator::literal() {
  const auto value = code().label();
  const auto behind = code().label();
  code().ldr_literal(data_register(), value);
  code().b(behind);
  code().align(4);
  code().bind(value);
  code().word(static_cast<std::uint32_t>(random_()));
  code().bind(behind);
}

void Generator::multiple() {
  const unsigned list = 1 + below(63);
  code().data(Wide::add, false, r6, r8, below(64) * 4);
  note();
  if (chance(50)) {
    code().ldm(chance(20) ? r9 : r6, false, list);
  } else {
    code().stm(r6, chance(50), list);
  }
}

void Generator::dual() {
  const Register first = data_register();
  const auto second = static_cast<Register>((first + 1) % 6);
  if (chance(50)) {
    code().ldrd(first, second, chance(30) ? r9 : r8, below(200) * 4);
  } else {
    code().strd(first, second, r8, below(200) * 4);
  }
}

void Generator::stack() {
  const unsigned list = 1 + below(63);
  code().push(list);
  narrow_alu();
  note();
  code().pop(list);
}

void Generator::write_back() {
  code().mov(r6, chance(25) ? r9 : r8);
  const Access kind = chance(75) ? Access::ldr : Access::ldrb;
  for (unsigned i = 1 + below(3); i > 0; --i) {
    code().post_indexed(kind, data_register(), r6, 4 * static_cast<int>(1 + below(8)));
  }
  code().mov(r6, r8);
  code().pre_indexed(Access::str, data_register(), r6, 4 + 4 * static_cast<int>(below(8)));
}

void Generator::exclusive() {
  code().data(Wide::add, false, r6, r8, below(64) * 4);
  code().ldrex(data_register(), r6);
  if (chance(30)) code().wide(0xF3BF8F2F);  // clrex
  code().strex(r12, data_register(), r6);
  code().data(Wide::add, false, r0, r0, r12, lsl, 3);
}

/// Lets r8 point to the other RAM, depending on data.
void Generator::flip_window() {
  code().data(Wide::and_, true, r12, data_register(), 1);
  code().it(eq, "E");
  code().movt(r8, kRam >> 16);
  code().movt(r8, kSlowRam >> 16);
  if (!options_.uncached_view) return;
  code().it(ne, "E");
  code().movt(r9, kFlash >> 16);
  code().movt(r9, kUncachedFlash >> 16);
}

void Generator::floating_point() {
  switch (below(6)) {
    case 0: code().vmov_to_single(below(32), data_register()); break;
    case 1: code().vmov_to_core(data_register(), below(32)); break;
    case 2: code().vldr(below(32), chance(30) ? r9 : r8, below(200) * 4); break;
    case 3: code().vstr(below(32), r8, below(200) * 4); break;
    case 4:
      code().vcmp(below(32), below(32));
      code().vmrs_flags();
      break;
    default: {
      constexpr std::array kOperations = {FpOperation::vadd, FpOperation::vsub, FpOperation::vmul,
                                          FpOperation::vdiv, FpOperation::vfma, FpOperation::vmla};
      code().fp(kOperations[below(kOperations.size())], below(32), below(32), below(32));
    }
  }
}

void Generator::device() {
  const bool bits = chance(30);
  code().mov32(r6, chance(30) && bits ? kRamBitBand + 0x20000 : bits ? kDeviceBitBand : kDevice);
  note();
  if (chance(50)) {
    code().ldr(data_register(), r6, below(16) * 4);
  } else {
    code().str(data_register(), r6, below(16) * 4);
  }
}

void Generator::cycle_counter() {
  code().mov32(r6, kCycleCounter);
  narrow_alu();
  code().ldr(r12, r6);
  code().str(r12, r8, below(200) * 4);
}

/// Rewrites the constant of a MOVS in RAM, often one of the function that runs.
void Generator::patch() {
  if (patchable_.empty()) {
    code().nop();
    return;
  }
  code().mov32(r6, patchable_[below(static_cast<unsigned>(patchable_.size()))]);
  narrow_alu();
  code().access(Access::strb, data_register(), r6, 0);
}

/// By address; whole sets are for tests that can say what is lost.
void Generator::maintain_cache() {
  constexpr std::array kOperations = {0xF50u, 0xF58u, 0xF5Cu, 0xF64u, 0xF68u, 0xF70u};
  code().mov32(r6, 0xE000E000u + kOperations[below(kOperations.size())]);
  code().data(Wide::add, false, r12, r8, below(kDataBytes / 32) * 32 % 256);
  code().str(r12, r6);
}

void Generator::supervisor_call() { code().svc(below(256)); }

void Generator::predicated_instruction() {
  switch (below(6)) {
    case 0: code().data(Wide::add, chance(20), data_register(), data_register(), below(256)); break;
    case 1:
      code().access(Access::ldr, data_register(), chance(30) ? r9 : r8, data_offset(4));
      break;
    case 2: code().access(Access::strh, data_register(), r8, data_offset(2)); break;
    case 3: code().mov(data_register(), data_register()); break;
    case 4: divide(); break;
    default: multiply(); break;
  }
}

void Generator::predicated() {
  constexpr std::array<std::string_view, 7> kPatterns = {"", "T", "E", "TT", "TE", "ETE", "TTT"};
  const std::string_view pattern = kPatterns[below(kPatterns.size())];
  code().it(condition(), pattern);
  for (std::size_t i = 0; i <= pattern.size(); ++i) {
    note();
    predicated_instruction();
  }
}

void Generator::piece() {
  struct Choice {
    unsigned weight;
    bool enabled;
    Emit emit;
  };
  const std::array choices = {Choice{18, true, &Generator::narrow_alu},
                              Choice{14, true, &Generator::wide_alu},
                              Choice{6, true, &Generator::multiply},
                              Choice{5, true, &Generator::divide},
                              Choice{5, true, &Generator::bit_fields},
                              Choice{14, true, &Generator::load_or_store},
                              Choice{6, true, &Generator::indexed_access},
                              Choice{9, true, &Generator::flash_load},
                              Choice{3, true, &Generator::literal},
                              Choice{5, true, &Generator::multiple},
                              Choice{4, true, &Generator::dual},
                              Choice{4, true, &Generator::stack},
                              Choice{4, true, &Generator::write_back},
                              Choice{2, options_.exclusives, &Generator::exclusive},
                              Choice{4, true, &Generator::flip_window},
                              Choice{12, true, &Generator::predicated},
                              Choice{8, options_.floating_point, &Generator::floating_point},
                              Choice{3, options_.time_visible, &Generator::device},
                              Choice{3, options_.time_visible, &Generator::cycle_counter},
                              Choice{4, options_.patches_code, &Generator::patch},
                              Choice{3, options_.maintains_cache, &Generator::maintain_cache},
                              Choice{2, options_.interrupts, &Generator::supervisor_call}};
  unsigned sum = 0;
  for (const Choice& choice : choices) sum += choice.enabled ? choice.weight : 0;
  unsigned drawn = below(sum);
  note();
  for (const Choice& choice : choices) {
    if (!choice.enabled) continue;
    if (drawn < choice.weight) {
      (this->*choice.emit)();
      return;
    }
    drawn -= choice.weight;
  }
}

/// A forward branch over some pieces, taken or not by data.
void Generator::skip() {
  const auto behind = code().label();
  note();
  if (chance(30)) {
    if (chance(50)) {
      code().cbz(data_register(), behind);
    } else {
      code().cbnz(data_register(), behind);
    }
    piece();
  } else {
    if (chance(60)) code().cmp(data_register(), below(256));
    code().b(condition(), behind);
    for (unsigned i = 1 + below(3); i > 0; --i) piece();
  }
  code().bind(behind);
}

void Generator::loop(unsigned pieces) {
  if (chance(50)) {
    code().movw(counter_, 2 + below(8));
  } else {
    code().data(Wide::and_, false, counter_, data_register(), 7);
    code().data(Wide::add, false, counter_, counter_, 1);
  }
  const auto top = code().here();
  const auto out = code().label();
  body(pieces, false);
  note();
  code().data(Wide::sub, true, counter_, counter_, 1);
  code().b(eq, out);
  code().b(top);
  code().bind(out);
}

void Generator::table() {
  constexpr unsigned kCases = 4;
  code().data(Wide::and_, false, r12, data_register(), kCases - 1);
  note();
  code().tbb(pc, r12);
  const Address table = code().pc();
  code().halfword(0);  // offsets in halfwords, filled in below
  code().halfword(0);
  const auto behind = code().label();
  std::array<unsigned, kCases> offsets{};
  for (unsigned& offset : offsets) {
    offset = (code().pc() - table) / 2;
    narrow_alu();
    if (chance(50)) wide_alu();
    code().b(behind);
  }
  code().bind(behind);
  code().patch_halfword(table, offsets[0] | offsets[1] << 8);
  code().patch_halfword(table + 2, offsets[2] | offsets[3] << 8);
}

void Generator::body(unsigned pieces, bool with_loops) {
  for (unsigned i = 0; i < pieces; ++i) {
    const unsigned drawn = below(100);
    if (drawn < 15) {
      skip();
    } else if (drawn < 19) {
      table();
    } else if (drawn < 27 && with_loops) {
      loop(1 + below(5));
    } else {
      piece();
    }
  }
}

void Generator::function(Assembler& where, bool patchable) {
  code_ = &where;
  code().align(chance(50) ? 2 : 16);
  functions_.push_back(code().pc());
  const bool saves = chance(60);
  if (saves) code().push(1u << r4 | 1u << lr);
  for (unsigned part = 1 + below(3); part > 0; --part) {
    if (patchable) {
      patchable_.push_back(code().pc());
      code().movs(data_register(), below(256));
    }
    body(2 + below(8), true);
    if (!saves && chance(30)) {
      code().it(condition());
      code().bx(lr);
    }
  }
  if (saves) {
    code().pop(1u << r4 | 1u << pc);
  } else {
    code().bx(lr);
  }
}

void Generator::call() {
  const Address target = functions_[below(static_cast<unsigned>(functions_.size()))];
  note();
  if (target >= kRam || chance(30)) {
    code().mov32(r6, target | 1u);
    code().blx(r6);
  } else {
    code().bl(target);
  }
}

void Generator::enable_fpu() {
  code().mov32(r6, 0xE000ED88);
  code().mov32(r0, 0x00F00000);
  code().str(r0, r6);
  code().isb();
}

void Generator::start_systick() {
  code().mov32(r6, kSysTick);
  code().movw(r0, (151 + 2 * below(400)) * options_.slowness);
  code().str(r0, r6, 4);
  code().movs(r0, 7);
  code().str(r0, r6);
}

/// Handlers write memory; SysTick leaves its time and pends PendSV now and then.
void Generator::handlers() {
  code_ = &flash_;
  program_.systick_handler = code().pc();
  code().mov32(r0, kHandlerData);
  code().ldr(r1, r0);
  code().adds(r1, 1);
  code().str(r1, r0);
  code().mov32(r2, kCycleCounter);
  code().ldr(r2, r2);
  code().data(Wide::and_, false, r3, r1, 0x3F);
  code().data(Wide::add, false, r3, r0, r3, lsl, 2);
  code().str(r2, r3, 16);
  code().data(Wide::and_, true, r3, r1, 3);
  const auto out = code().label();
  code().b(ne, out);
  code().mov32(r2, kInterruptControl);
  code().mov32(r3, 1u << 28);
  code().str(r3, r2);
  code().bind(out);
  code().bx(lr);
  program_.pendsv_handler = code().pc();
  code().push(1u << r4 | 1u << lr);
  code().mov32(r0, kHandlerData);
  code().ldr(r4, r0, 4);
  code().adds(r4, 1);
  code().str(r4, r0, 4);
  if (options_.floating_point) code().fp(FpOperation::vadd, 3, 3, 4);
  code().pop(1u << r4 | 1u << pc);
  program_.svcall_handler = code().pc();
  code().mov32(r0, kHandlerData);
  code().ldr(r1, r0, 8);
  code().adds(r1, 1);
  code().str(r1, r0, 8);
  code().bx(lr);
}

/// Notes where it was taken and what it preempted, so that the instant shows in memory.
void Generator::interrupt_handler(unsigned number) {
  code_ = &flash_;
  program_.interrupt_handlers.push_back(code().pc());
  code().mov32(r0, kHandlerData + 0x400 + 0x40 * number);
  code().ldr(r1, r0);
  code().ldr(r2, sp, 24);
  code().data(Wide::eor, false, r1, r2, r1, ror, 7);
  code().ldr(r2, sp, 28);
  code().adds(r1, r1, r2);
  code().str(r1, r0);
  if (number == 1) {  // itself cut short by more urgent ones
    code().push(1u << r4 | 1u << r5 | 1u << r6 | 1u << r7 | 1u << lr);
    code().ldm(r0, false, 1u << r4 | 1u << r5 | 1u << r6 | 1u << r7);
    code().three(ThreeRegister::udiv, r2, r1, r4);
    code().str(r2, r0, 8);
    code().pop(1u << r4 | 1u << r5 | 1u << r6 | 1u << r7 | 1u << pc);
  }
  if (options_.floating_point && number == 2) code().fp(FpOperation::vadd, 5, 5, 6);
  code().bx(lr);
}

void Generator::enable_interrupts() {
  code().mov32(r6, 0xE000E100);
  code().movs(r0, (1u << kInjectedInterrupts) - 1);
  code().str(r0, r6);
  code().mov32(r0, 0xC0C08040);  // priorities of IRQ 3 to 0
  code().str(r0, r6, 0x300);
}

void Generator::main() {
  code_ = &flash_;
  counter_ = r11;
  if (options_.floating_point) enable_fpu();
  code().mov32(r6, 0xE0001000);
  code().movs(r0, 1);
  code().str(r0, r6);  // DWT_CTRL.CYCCNTENA
  code().mov32(r8, kRam + 0x1000);
  code().mov32(r9, kFlashData);
  for (unsigned i = 0; i < 6; ++i)
    code().mov32(static_cast<Register>(i), static_cast<std::uint32_t>(random_()));
  if (options_.interrupts) start_systick();
  if (options_.injected) enable_interrupts();
  code().movw(r10, options_.rounds);
  const auto top = code().here();
  const auto out = code().label();
  for (unsigned i = 3 + below(4); i > 0; --i) {
    body(1 + below(5), true);
    call();
  }
  code().data(Wide::sub, true, r10, r10, 1);
  code().b(eq, out);
  code().b(top);
  code().bind(out);
  code().mov32(r6, kSysTick);
  code().movs(r0, 0);
  code().str(r0, r6);
  if (chance(50)) code().nop();
  code().stop();
}

void Generator::constants() {
  std::vector<std::uint16_t> data;
  for (unsigned i = 0; i < kDataBytes; ++i) data.push_back(static_cast<std::uint16_t>(random_()));
  program_.pieces.emplace_back(kFlashData, std::move(data));
}

RandomProgram Generator::make() {
  // Main is written last, when functions have addresses, and entered by a branch at the start.
  const auto start = flash_.label();
  flash_.b(start);
  for (unsigned i = 2 + below(3); i > 0; --i) function(flash_, false);
  for (unsigned i = 1 + below(2); i > 0; --i) function(ram_, options_.patches_code);
  function(slow_ram_, options_.patches_code);
  handlers();
  for (unsigned number = 0; options_.injected && number < kInjectedInterrupts; ++number)
    interrupt_handler(number);
  flash_.bind(start);
  main();
  constants();
  program_.pieces.emplace_back(kProgram, flash_.finish());
  program_.pieces.emplace_back(kFunctionsInRam, ram_.finish());
  program_.pieces.emplace_back(kFunctionsInSlowRam, slow_ram_.finish());
  return std::move(program_);
}

}  // namespace

ProgramOptions random_options(std::uint64_t seed) {
  ProgramOptions options;
  options.interrupts = seed % 3 == 2;
  options.injected = seed % 3 != 0;
  options.time_visible = seed % 2 == 1;
  options.patches_code = seed % 4 >= 2;
  options.floating_point = seed % 5 >= 3;
  return options;
}

RandomProgram make_random_program(std::uint64_t seed, const ProgramOptions& options) {
  return Generator(seed, options).make();
}

void load_program(TestMachine& machine, const RandomProgram& program) {
  for (const auto& [address, halfwords] : program.pieces) machine.load(address, halfwords);
  machine.set_vector(engine::kSysTick, program.systick_handler);
  machine.set_vector(engine::kPendSv, program.pendsv_handler);
  machine.set_vector(engine::kSvCall, program.svcall_handler);
  for (unsigned number = 0; number < program.interrupt_handlers.size(); ++number)
    machine.set_vector(engine::kFirstInterrupt + number, program.interrupt_handlers[number]);
  machine.reset();
}

void inject_interrupts(TestMachine& machine, std::uint64_t seed) {
  std::mt19937_64 random(seed ^ 0x1A7E);
  Cycles when = 50;
  for (unsigned i = 0; i < 600; ++i) {
    const bool burst = random() % 3 == 0;
    when += burst ? 1 + random() % 12 : 20 + random() % 300;
    const auto number =
        engine::kFirstInterrupt + static_cast<unsigned>(random() % kInjectedInterrupts);
    machine.engine().scheduler().schedule(
        when, [&machine, number](Cycles) { machine.exceptions().pend(number); });
  }
}

}  // namespace mcost::test
