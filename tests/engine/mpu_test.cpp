// Memory protection: PMSAv7 and PMSAv8 regions, privilege, the address map, and that neither loop
// leaves an access unchecked. Source: ARMv7-M ARM B3.5; ARMv8-M ARM B9.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.h"

namespace mcost::test {
namespace {

using engine::kBusFault;
using engine::kHardFault;
using engine::kMemManage;
using engine::kSvCall;
using engine::kUsageFault;
using engine::StopReason;

constexpr Address kControl = kScs + 0xD94;
constexpr Address kNumber = kScs + 0xD98;
constexpr Address kBase = kScs + 0xD9C;
constexpr Address kAttributes = kScs + 0xDA0;
constexpr Address kShcsr = kScs + 0xD24;
constexpr std::uint32_t kAllFaults = 7u << 16;
constexpr std::uint32_t kEnable = 1;
constexpr std::uint32_t kHardFaultNmi = 2;
constexpr std::uint32_t kPrivilegedDefault = 4;
constexpr std::uint32_t kIaccViol = 1;
constexpr std::uint32_t kDaccViol = 1u << 1 | 1u << 7;
constexpr Address kArea = kRam + 0x2000;  // what tests protect

// RASR.
constexpr std::uint32_t kNormal = 1u << 19 | 1u << 17 | 1u << 16;  // TEX 1, C, B
constexpr std::uint32_t kDeviceType = 1u << 16;                    // B
constexpr std::uint32_t kExecuteNever = 1u << 28;
constexpr std::uint32_t size_of(unsigned bits) { return (bits - 1) << 1 | kEnable; }
constexpr std::uint32_t access_of(unsigned ap) { return ap << 24; }

class Protection : public EngineTest {
 protected:
  void set_region(Assembler& where, unsigned number, Address base, std::uint32_t attributes) {
    store_word(where, kBase, base | 1u << 4 | number);
    store_word(where, kAttributes, attributes);
  }
  void enable(Assembler& where, std::uint32_t control = kEnable | kPrivilegedDefault) {
    store_word(where, kControl, control);
    where.dsb();
    where.isb();
  }
  /// Region 0: code. Region 1: RAM, full access. Privileged code also has the address map.
  void set_up() {
    store_word(code, kShcsr, kAllFaults);
    set_region(code, 0, kFlash, size_of(16) | access_of(3) | kNormal);
    set_region(code, 1, kRam, size_of(15) | access_of(3) | kNormal);
  }
  void drop_privilege() {
    code.movs(r0, 1);
    code.msr(control, r0);
    code.isb();
  }
  /// A handler that notes the stacked PC in r10 and ends the run.
  void noting_handler(unsigned number) {
    Assembler& h = handler(number);
    h.ldr(r10, sp, 24);
    h.stop();
  }
  void expect_fault(unsigned number, Address at, std::uint32_t cfsr) {
    for (const unsigned each : {kHardFault + 0u, kMemManage + 0u, kBusFault + 0u, kUsageFault + 0u})
      noting_handler(each);
    EXPECT_EQ(run(), StopReason::fault);
    EXPECT_EQ(exceptions().ipsr(), number);
    EXPECT_EQ(reg(10), at);
    EXPECT_EQ(exceptions().cfsr, cfsr);
  }
};

TEST_P(Protection, ReadOnlyRegionRefusesStoresWithTheirAddress) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(6) | kNormal);
  enable(code);
  code.mov32(r1, kArea + 0x10);
  code.str(r1, r1, 0x200);  // behind the region
  code.ldr(r2, r1);
  const Address at = code.pc();
  code.str(r1, r1, 4);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(exceptions().mmfar, kArea + 0x14);
  EXPECT_EQ(machine->peek(kArea + 0x210), kArea + 0x10);
}

TEST_P(Protection, AnOpThatWasInlineIsCheckedOnceProtectionIsOn) {
  // The same store, first without and then with the MPU, in one loop.
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(6) | kNormal);
  code.mov32(r1, kArea);
  code.movs(r4, 0);
  const auto top = code.here();
  for (unsigned i = 0; i < 3; ++i) code.adds(r4, 1);
  const Address at = code.pc();
  code.str(r4, r1);
  code.cmp(r4, 9);
  code.b(ne, top);
  enable(code);
  code.b(top);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(machine->peek(kArea), 9u);
}

TEST_P(Protection, PrivilegedCodeMayWhatUnprivilegedMayNot) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(1) | kNormal);
  enable(code);
  code.mov32(r1, kArea);
  code.movs(r4, 0);
  const auto top = code.here();
  const Address at = code.pc();
  code.str(r4, r1);
  code.adds(r4, 1);
  code.cmp(r4, 5);
  code.b(ne, top);
  drop_privilege();
  code.b(top);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(machine->peek(kArea), 4u);
}

TEST_P(Protection, HandlersHaveTheirOwnRights) {
  // The thread is unprivileged; its SVC handler writes the privileged area.
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(1) | kNormal);
  enable(code);
  drop_privilege();
  code.mov32(r1, kArea);
  code.movs(r4, 7);
  code.svc(0);
  code.movs(r4, 8);
  code.svc(0);
  const Address at = code.pc();
  code.ldr(r5, r1);
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, kArea);
  svc.str(r4, r0);
  svc.bx(lr);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(machine->peek(kArea), 8u);
}

TEST_P(Protection, TheHighestNumberWinsAndSubregionsLetTheNextOneShow) {
  set_up();
  // Region 2 forbids 2 KB; its subregion 3, bytes 0x300 to 0x3FF, is off.
  set_region(code, 2, kArea, size_of(11) | access_of(0) | kNormal | 1u << (8 + 3));
  enable(code);
  code.mov32(r1, kArea);
  code.str(r1, r1, 0x300);
  code.str(r1, r1, 0x3FC);
  const Address at = code.pc();
  code.str(r1, r1, 0x400);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(exceptions().mmfar, kArea + 0x400);
  EXPECT_EQ(machine->peek(kArea + 0x3FC), kArea);
}

TEST_P(Protection, WithoutPrivdefenaNothingElseIsMapped) {
  set_up();
  enable(code, kEnable);
  code.mov32(r1, kSlowRam);
  const Address at = code.pc();
  code.ldr(r2, r1);
  expect_fault(kMemManage, at, kDaccViol);
}

TEST_P(Protection, BackgroundIsForPrivilegedCodeAlone) {
  set_up();
  enable(code);
  code.mov32(r1, kSlowRam);
  code.str(r1, r1);
  drop_privilege();
  const Address at = code.pc();
  code.ldr(r2, r1);
  expect_fault(kMemManage, at, kDaccViol);
}

TEST_P(Protection, ExecuteNeverFaultsAtTheFirstForbiddenInstruction) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(3) | kNormal | kExecuteNever);
  enable(code);
  code.mov32(r0, (kArea - 4) | 1u);
  code.bx(r0);
  machine->load(kArea - 4, {0x2105, 0x2206, 0x2307, 0xE7FE});  // movs r1, r2, r3; b .
  expect_fault(kMemManage, kArea, kIaccViol);
  EXPECT_EQ(reg(1), 5u);
  EXPECT_EQ(reg(2), 6u);
  EXPECT_EQ(reg(3), 0u);
}

TEST_P(Protection, BlocksFollowWhatMayBeExecuted) {
  // A function in RAM runs, is forbidden, faults, and is allowed again by the handler.
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(3) | kNormal);
  enable(code);
  machine->load(kArea, {0x3401, 0x4770});  // adds r4, #1; bx lr
  code.movs(r4, 0);
  code.mov32(r5, kArea | 1u);
  code.blx(r5);
  code.blx(r5);
  store_word(code, kNumber, 2);
  store_word(code, kAttributes, size_of(8) | access_of(3) | kNormal | kExecuteNever);
  code.blx(r5);
  code.blx(r5);
  code.stop();
  Assembler& fault = handler(kMemManage);
  fault.ldr(r8, sp, 24);
  store_word(fault, kAttributes, size_of(8) | access_of(3) | kNormal);
  fault.bx(lr);
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(8), kArea);
  EXPECT_EQ(reg(4), 4u);
}

TEST_P(Protection, UnprivilegedLoadAndStoreUseTheRightsOfTheThread) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(2) | kNormal);  // unprivileged: read only
  enable(code);
  code.mov32(r1, kArea);
  code.movs(r2, 3);
  code.movs(r4, 0);
  code.str(r2, r1);
  code.wide(0xF8513E00);  // ldrt r3, [r1]
  code.wide(0xF8513E00);
  const Address at = code.pc();
  code.wide(0xF8412E00);  // strt r2, [r1]
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(reg(3), 3u);
}

TEST_P(Protection, UnprivilegedStoreIsCheckedAfterPrivilegedOnesWereInline) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(1) | kNormal);
  enable(code);
  code.mov32(r1, kArea);
  code.movs(r2, 0);
  const auto top = code.here();
  code.str(r2, r1);
  code.ldr(r3, r1);
  code.adds(r2, 1);
  code.cmp(r2, 20);
  code.b(ne, top);
  const Address at = code.pc();
  code.wide(0xF8513E00);  // ldrt r3, [r1]
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(reg(3), 19u);
}

TEST_P(Protection, HardFaultRunsWithoutProtectionUnlessHfnmiena) {
  for (const bool protected_too : {false, true}) {
    make_machine({});
    code = Assembler(kProgram);
    set_region(code, 0, kFlash, size_of(16) | access_of(3) | kNormal);
    set_region(code, 1, kRam, size_of(15) | access_of(3) | kNormal);
    set_region(code, 2, kArea, size_of(8) | access_of(0) | kNormal);
    enable(code, kEnable | kPrivilegedDefault | (protected_too ? kHardFaultNmi : 0));
    code.udf(0);
    Assembler hard(kHandlers);
    hard.mov32(r1, kArea);
    hard.str(r1, r1);
    hard.stop();
    machine->load(hard);
    machine->set_vector(kHardFault, kHandlers);
    start();
    EXPECT_EQ(machine->run(), protected_too ? StopReason::lockup : StopReason::fault);
    EXPECT_EQ(machine->peek(kArea), protected_too ? 0xA5A5A5A5u : kArea);
  }
}

TEST_P(Protection, StackingIntoAForbiddenRegionIsMstkerr) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(0) | kNormal);
  enable(code);
  code.mov32(r0, kArea + 0x80);
  code.msr(psp, r0);
  code.movs(r0, 2);
  code.msr(control, r0);
  code.isb();
  code.svc(0);
  code.stop();
  handler(kSvCall).stop();
  Assembler& fault = handler(kMemManage);
  fault.mov32(r11, 1);
  fault.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 4);
  EXPECT_EQ(reg(11), 1u);  // of equal priority, number 4 goes before 11
  EXPECT_TRUE(exceptions().is_pending(kSvCall));
}

TEST_P(Protection, UnstackingFromAForbiddenRegionIsMunstkerr) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(0) | kNormal);
  enable(code);
  code.svc(0);
  code.stop();
  Assembler& svc = handler(kSvCall);
  svc.mov32(r0, kArea);
  svc.msr(psp, r0);
  svc.mov32(lr, 0xFFFFFFFD);
  svc.bx(lr);
  Assembler& fault = handler(kMemManage);
  fault.mov(r11, lr);
  fault.stop();
  EXPECT_EQ(run(), StopReason::fault);
  EXPECT_EQ(exceptions().cfsr, 1u << 3);
  EXPECT_EQ(reg(11), 0xFFFFFFFDu);
}

TEST_P(Protection, UnalignedAccessToDeviceMemoryByItsRegionFaults) {
  set_up();
  set_region(code, 2, kArea, size_of(8) | access_of(3) | kDeviceType);
  enable(code);
  code.mov32(r1, kArea + 1);
  code.access(Access::ldrb, r2, r1, 0);
  const Address at = code.pc();
  code.ldr(r2, r1);
  expect_fault(kUsageFault, at, 1u << 24);
}

TEST_P(Protection, AccessThatReachesIntoAForbiddenRegionFaults) {
  set_up();
  set_region(code, 2, kArea, size_of(5) | access_of(0) | kNormal);
  enable(code);
  code.mov32(r1, kArea - 2);
  code.access(Access::ldrh, r2, r1, 0);
  const Address at = code.pc();
  code.ldr(r2, r1);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(exceptions().mmfar, kArea);
}

TEST_P(Protection, RegistersReadAsWritten) {
  set_region(code, 3, kRam + 0x40, 0xFFFFFFFF);
  load_word(code, r0, kScs + 0xD90);
  load_word(code, r1, kNumber);
  load_word(code, r2, kBase);
  load_word(code, r3, kAttributes);
  load_word(code, r4, kScs + 0xDAC);  // RBAR_A2
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 8u << 8);
  EXPECT_EQ(reg(1), 3u);
  EXPECT_EQ(reg(2), kRam + 0x40 + 3);
  EXPECT_EQ(reg(3), 0x173FFF3Fu);
  EXPECT_EQ(reg(4), kRam + 0x40 + 3);
}

TEST_P(Protection, WithoutRegionsThereIsNoMpu) {
  TestSetup setup;
  setup.mpu_regions = 0;
  make_machine(setup);
  enable(code, kEnable);
  load_word(code, r0, kScs + 0xD90);
  load_word(code, r1, kControl);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), 0u);
  EXPECT_EQ(reg(1), 0u);
}

TEST_P(Protection, SwitchingRightsCostsNoCycles) {
  // The same loop with and without protection of an area it does not touch.
  const auto cycles_with = [&](bool protects) {
    make_machine({});
    code = Assembler(kProgram);
    set_up();
    set_region(code, 2, kArea + 0x800, size_of(8) | access_of(0) | kNormal);
    enable(code, protects ? kEnable | kPrivilegedDefault : 0);
    code.mov32(r1, kArea);
    code.movs(r2, 100);
    const auto top = code.here();
    code.ldr(r3, r1, 0x40);
    code.str(r2, r1, 0x40);
    code.access(Access::str, r2, r1, 0x101);
    code.ldm(r1, false, 0x30);
    code.subs(r2, 1);
    code.b(ne, top);
    code.stop();
    start();
    EXPECT_EQ(machine->run(), StopReason::idle);
    EXPECT_EQ(machine->peek(kArea + 0x40), 1u);
    return machine->engine().now();
  };
  EXPECT_EQ(cycles_with(true), cycles_with(false));
}

TEST_P(Protection, UnprivilegedCodeCannotReachThePrivateBus) {
  set_up();
  drop_privilege();
  code.mov32(r1, kScs + 0xD00);
  const Address at = code.pc();
  code.ldr(r2, r1);
  expect_fault(kBusFault, at, 1u << 9 | 1u << 15);
  EXPECT_EQ(exceptions().bfar, kScs + 0xD00);
}

TEST_P(Protection, UnprivilegedCodeMayTriggerInterruptsWithUsersetmpend) {
  set_up();
  store_word(code, kScs + 0xD14, 1u << 1 | 1u << 9);
  store_word(code, kScs + 0x100, 1u << 3);
  counting_handler(engine::kFirstInterrupt + 3);
  drop_privilege();
  store_word(code, kScs + 0xF00, 3);
  const Address at = code.pc() + 8;
  load_word(code, r0, kScs + 0xF00);
  expect_fault(kBusFault, at, 1u << 9 | 1u << 15);  // reading is not allowed
  EXPECT_EQ(calls(engine::kFirstInterrupt + 3), 1u);
}

class ProtectionV8 : public Protection {
 protected:
  void use_v8() {
    TestSetup setup;
    setup.features = isa::kCortexM4 | isa::feature_bit(isa::Feature::v8m);
    setup.core = boards::CoreModel::cortex_m33;
    make_machine(setup);
    code = Assembler(kProgram);
    store_word(code, kShcsr, kAllFaults);
    store_word(code, kScs + 0xDC0, 0x000000FF);  // MAIR0: attribute 0 Normal, 1 Device
    set_v8(0, kFlash, kFlash + kFlashSize - 1, 3, false, 0);
    set_v8(1, kRam, kArea - 1, 1, false, 0);
  }
  /// `access` is AP: 0 privileged read/write, 1 all, 2 privileged read only, 3 all read only.
  void set_v8(unsigned number, Address first, Address last, unsigned access, bool never,
              unsigned attribute) {
    store_word(code, kNumber, number);
    store_word(code, kBase, first | access << 1 | (never ? 1u : 0u));
    store_word(code, kAttributes, (last & ~0x1Fu) | attribute << 1 | kEnable);
  }
};

TEST_P(ProtectionV8, LimitIsTheLastGranuleOfTheRegion) {
  use_v8();
  set_v8(2, kArea, kArea + 0x3F, 3, false, 0);
  enable(code);
  code.mov32(r1, kArea);
  code.str(r1, r1, 0x40);  // background
  code.ldr(r2, r1, 0x3C);
  const Address at = code.pc();
  code.str(r1, r1, 0x3C);
  expect_fault(kMemManage, at, kDaccViol);
  EXPECT_EQ(exceptions().mmfar, kArea + 0x3C);
}

TEST_P(ProtectionV8, AnAddressInTwoRegionsFaults) {
  use_v8();
  set_v8(2, kArea, kArea + 0x7F, 1, false, 0);
  set_v8(3, kArea + 0x60, kArea + 0xFF, 1, false, 0);
  enable(code);
  code.mov32(r1, kArea);
  code.str(r1, r1, 0x5C);
  code.str(r1, r1, 0x80);
  const Address at = code.pc();
  code.ldr(r2, r1, 0x60);
  expect_fault(kMemManage, at, kDaccViol);
}

TEST_P(ProtectionV8, AttributesComeFromMair) {
  use_v8();
  set_v8(2, kArea, kArea + 0x7F, 1, false, 1);
  enable(code);
  code.mov32(r1, kArea + 2);
  const Address at = code.pc();
  code.str(r1, r1);
  expect_fault(kUsageFault, at, 1u << 24);
}

TEST_P(ProtectionV8, ExecuteNever) {
  use_v8();
  set_v8(2, kArea, kArea + 0x7F, 1, true, 0);
  enable(code);
  code.mov32(r0, kArea | 1u);
  code.bx(r0);
  expect_fault(kMemManage, kArea, kIaccViol);
}

TEST_P(ProtectionV8, AliasesNameTheNeighboursOfTheRegion) {
  use_v8();
  store_word(code, kNumber, 4);
  store_word(code, kScs + 0xDA4, kRam + 0x100);  // RBAR_A1: region 5
  store_word(code, kScs + 0xDA8, kRam + 0x1E1);
  store_word(code, kNumber, 5);
  load_word(code, r0, kBase);
  load_word(code, r1, kAttributes);
  code.stop();
  EXPECT_EQ(run(), StopReason::idle);
  EXPECT_EQ(reg(0), kRam + 0x100);
  EXPECT_EQ(reg(1), kRam + 0x1E1);
}

MCOST_BOTH_LOOPS(Protection);
MCOST_BOTH_LOOPS(ProtectionV8);

}  // namespace
}  // namespace mcost::test
