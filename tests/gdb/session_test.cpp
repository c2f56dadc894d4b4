// Packets and their answers, on a machine that a program is loaded into.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/gdb/served_program.h"

namespace mcost::cli::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint16_t kBranchToSelf = 0xE7FE;  // b .

/// movs r0, #1; movs r1, #0x20; lsls r1, r1, #24; str r0, [r1]; ldr r2, [r1]; b .
Program stores_and_loads() {
  Program program;
  program.function("reset").add({0x2001, 0x2120, 0x0609, 0x6008, 0x680A, kBranchToSelf});
  return program;
}

engine::StopReason go_on(ServedProgram& served) { return served.engine().run({}); }

TEST(GdbSession, UnknownPacketsGetAnEmptyAnswer) {
  ServedProgram served(stores_and_loads());
  for (const char* const packet : {"", "vMustReplyEmpty", "!", "qTStatus", "qSymbol::", "qCRC:0,4",
                                   "bs", "vFlashErase:0,4", "R00", "\xff"}) {
    EXPECT_EQ(served.ask(packet), "") << packet;
  }
}

TEST(GdbSession, SaysWhatItCanDo) {
  ServedProgram served(stores_and_loads());
  const std::string features = served.ask("qSupported:multiprocess+;swbreak+");
  EXPECT_THAT(features, StartsWith("PacketSize=4000;"));
  EXPECT_THAT(features, HasSubstr("qXfer:features:read+"));
  EXPECT_THAT(features, HasSubstr("qXfer:memory-map:read+"));
  EXPECT_THAT(features, HasSubstr("QStartNoAckMode+"));
  EXPECT_EQ(served.ask("vCont?"), "vCont;c;C;s;S;t;r");
  EXPECT_EQ(served.ask("qAttached"), "1");
  EXPECT_EQ(served.ask("qC"), "QC1");
  EXPECT_EQ(served.ask("qfThreadInfo"), "m1");
  EXPECT_EQ(served.ask("qsThreadInfo"), "l");
  EXPECT_EQ(served.ask("Hg0"), "OK");
  EXPECT_EQ(served.ask("T1"), "OK");
  EXPECT_EQ(served.ask("?"), "T05thread:1;");
  EXPECT_TRUE(served.session().acknowledges());
  EXPECT_EQ(served.ask("QStartNoAckMode"), "OK");
  EXPECT_FALSE(served.session().acknowledges());
}

TEST(GdbSession, TheDescriptionComesInPieces) {
  ServedProgram served(stores_and_loads());
  std::string xml;
  for (std::string part = "m"; part.front() == 'm';) {
    std::ostringstream packet;
    packet << "qXfer:features:read:target.xml:" << std::hex << xml.size() << ",64";
    part = served.ask(packet.str());
    xml += part.substr(1);
    ASSERT_LE(part.size(), 0x65u);
  }
  EXPECT_THAT(xml, HasSubstr("org.gnu.gdb.arm.m-profile"));
  EXPECT_THAT(xml, HasSubstr("<reg name=\"d15\" bitsize=\"64\" type=\"ieee_double\""));
  EXPECT_THAT(xml, HasSubstr("org.gnu.gdb.arm.m-system"));
  EXPECT_THAT(xml, HasSubstr("name=\"basepri\""));
  EXPECT_EQ(served.ask("qXfer:features:read:target.xml:ffffffff,64"), "l");
  EXPECT_EQ(served.ask("qXfer:features:read:other.xml:0,64"), "");
  EXPECT_EQ(served.ask("qXfer:features:read:target.xml:0"), "E01");
  const std::string map = served.ask("qXfer:memory-map:read::0,2000");
  EXPECT_THAT(map, HasSubstr("<memory type=\"ram\" start=\"0x20000000\" length=\"0x400000\"/>"));
  EXPECT_THAT(map, Not(HasSubstr("0x40000000")));
}

TEST(GdbSession, ACoreWithoutFpuOrMasksHasNoSuchRegisters) {
  const std::string file = temporary_file("raw.bin");
  std::ofstream(file, std::ios::binary) << std::string("\0\x10\0\x20\x09\0\0\0\xFE\xE7", 10);
  RawOptions raw = options_for(file, "none");
  raw.board = "generic-m0";
  raw.load_at = "0";
  ServedProgram served(raw);
  const std::string xml = served.ask("qXfer:features:read:target.xml:0,2000");
  EXPECT_THAT(xml, Not(HasSubstr("org.gnu.gdb.arm.vfp")));
  EXPECT_THAT(xml, Not(HasSubstr("basepri")));
  EXPECT_EQ(served.ask("g").size(), 8u * (17 + 4));
}

TEST(GdbSession, RegistersAreReadAndWritten) {
  ServedProgram served(stores_and_loads());
  EXPECT_EQ(served.ask("pf"), "40000000");
  EXPECT_EQ(served.ask("pd"), "00100020");
  EXPECT_EQ(served.ask("p10"), "00000001");  // XPSR: Thumb
  EXPECT_EQ(served.ask("P3=78563412"), "OK");
  EXPECT_EQ(served.engine().core().r[3], 0x12345678u);
  EXPECT_EQ(served.ask("P12=0000c03f00000040"), "OK");  // D1
  EXPECT_EQ(served.engine().core().s[2], 0x3FC00000u);
  EXPECT_EQ(served.engine().core().s[3], 0x40000000u);
  std::string all = served.ask("g");
  EXPECT_EQ(all.size(), 8u * 17 + 16 * 16 + 8 + 8 * 6);
  EXPECT_EQ(all.substr(24, 8), "78563412");
  all.replace(24, 8, "01000000");
  EXPECT_EQ(served.ask("G" + all), "OK");
  EXPECT_EQ(served.engine().core().r[3], 1u);
  EXPECT_EQ(served.ask("P21=000000f8"), "OK");  // FPSCR: flags and no reserved bits
  EXPECT_EQ(served.ask("p21"), "000000f0");
}

TEST(GdbSession, RegistersThatAreNotThereAreErrors) {
  ServedProgram served(stores_and_loads());
  const std::string before = served.ask("g");
  for (const char* const packet :
       {"p", "p28", "pffffffff", "p100000000", "px", "P", "P3", "P3=", "P3=1234567",
        "P3=1234567890", "P28=00000000", "P3=zzzzzzzz", "G1", "G12", "Gxx"}) {
    EXPECT_EQ(served.ask(packet), "E01") << packet;
  }
  EXPECT_EQ(served.ask("g"), before);
}

TEST(GdbSession, MemoryIsReadAsFarAsThereIsAny) {
  ServedProgram served(stores_and_loads());
  EXPECT_EQ(served.ask("m40,4"), "01202021");
  EXPECT_EQ(served.ask("m7ffffe,8").size(), 4u);  // the end of memory
  EXPECT_EQ(served.ask("m40,0"), "");
  EXPECT_EQ(served.ask("m40,ffffffff").size(), kMostPacketBytes);
  EXPECT_EQ(served.ask("me000ed08,4"), "00000000");  // VTOR
  for (const char* const packet :
       {"m", "m40", "m40,", "m,4", "m40;4", "m40000000,4", "mffffffff,4", "m100000000,4"}) {
    EXPECT_EQ(served.ask(packet), "E01") << packet;
  }
}

TEST(GdbSession, MemoryIsWrittenAndCodeIsDecodedAgain) {
  ServedProgram served(stores_and_loads());
  EXPECT_EQ(served.ask("M20000000,4:78563412"), "OK");
  EXPECT_EQ(served.ask("m20000000,4"), "78563412");
  EXPECT_EQ(served.ask(std::string("X20000001,2:\x01\x02", 14)), "OK");
  EXPECT_EQ(served.ask("m20000000,4"), "78010212");
  ASSERT_EQ(go_on(served), engine::StopReason::idle);
  EXPECT_EQ(served.engine().core().r[0], 1u);
  EXPECT_EQ(served.ask("M40,2:0220"), "OK");  // movs r0, #2; RAM of this board
  EXPECT_EQ(served.ask("Pf=40000000"), "OK");
  ASSERT_EQ(go_on(served), engine::StopReason::idle);
  EXPECT_EQ(served.engine().core().r[0], 2u);
  for (const char* const packet :
       {"M", "M20000000,4", "M20000000,4:", "M20000000,4:1234", "M20000000,4:123456789a",
        "M20000000,1:g0", "M40000000,1:00", "X40000000,1:a", "X20000000,2:a"}) {
    EXPECT_EQ(served.ask(packet), "E01") << packet;
  }
  EXPECT_EQ(served.ask("X20000000,0:"), "OK");  // GDB asks so whether X is known
}

TEST(GdbSession, ABreakpointHaltsBeforeItsInstruction) {
  ServedProgram served(stores_and_loads());
  EXPECT_EQ(served.ask("Z0,46,2"), "OK");
  EXPECT_EQ(served.ask("Z1,46,2"), "OK");
  EXPECT_EQ(served.ask("c"), "-");
  EXPECT_EQ(served.action(), GdbAction::resume);
  ASSERT_EQ(go_on(served), engine::StopReason::halted);
  EXPECT_EQ(served.engine().pc(), 0x46u);
  EXPECT_EQ(served.session().stopped(5), "T05thread:1;");
  EXPECT_EQ(served.ask("z0,46,2"), "OK");  // the other one is still there
  EXPECT_EQ(served.ask("Pf=40000000"), "OK");
  ASSERT_EQ(go_on(served), engine::StopReason::halted);
  EXPECT_EQ(served.ask("z1,46,2"), "OK");
  EXPECT_EQ(go_on(served), engine::StopReason::idle);
}

TEST(GdbSession, WatchpointsHaltBehindTheAccess) {
  const auto halts_at = [](const std::string& packet) {
    ServedProgram served(stores_and_loads());
    EXPECT_EQ(served.ask(packet), "OK");
    if (go_on(served) != engine::StopReason::halted) return std::string("never");
    std::ostringstream text;
    text << std::hex << served.engine().pc() << " " << served.session().stopped(5);
    return text.str();
  };
  EXPECT_EQ(halts_at("Z2,20000000,4"), "48 T05thread:1;watch:20000000;");
  EXPECT_EQ(halts_at("Z3,20000000,4"), "4a T05thread:1;rwatch:20000000;");
  EXPECT_EQ(halts_at("Z4,20000002,1"), "48 T05thread:1;awatch:20000002;");
  EXPECT_EQ(halts_at("Z2,1fffffff,2"), "48 T05thread:1;watch:1fffffff;");
  EXPECT_EQ(halts_at("Z2,20000004,4"), "never");
  EXPECT_EQ(halts_at("Z2,1ffffffc,4"), "never");
}

TEST(GdbSession, TheStepThatGdbMakesOverAWatchedAccessIsOverAtOnce) {
  ServedProgram served(stores_and_loads());
  EXPECT_EQ(served.ask("Z2,20000000,4"), "OK");
  ASSERT_EQ(go_on(served), engine::StopReason::halted);
  served.session().stopped(5);
  EXPECT_EQ(served.ask("z2,20000000,4"), "OK");
  EXPECT_EQ(served.ask("vCont;s:1"), "T05thread:1;");
  EXPECT_EQ(served.action(), GdbAction::stay);
  EXPECT_EQ(served.ask("vCont;s:1"), "-");  // the next one is a person's
  EXPECT_EQ(served.action(), GdbAction::step);
}

TEST(GdbSession, StopsThatCannotBeAreErrors) {
  ServedProgram served(stores_and_loads());
  for (const char* const packet :
       {"Z", "Z0", "Z0,", "Z0,40", "Z0,40,", "Z0,x,2", "Z0,40,2;X1,00", "Z2,20000000,0",
        "Z2,20000000,100001", "Z2,fffffffe,4", "Z2,0,ffffffff"}) {
    EXPECT_EQ(served.ask(packet), "E01") << packet;
  }
  EXPECT_EQ(served.ask("Z5,40,2"), "");
  EXPECT_EQ(served.ask("z0,40,2"), "OK");
  EXPECT_EQ(served.ask("z2,20000000,4"), "OK");
  std::string last = "OK";
  for (int i = 0; i < 5000 && last == "OK"; ++i) {
    std::ostringstream packet;
    packet << "Z0," << std::hex << 0x100 + 2 * i << ",2";
    last = served.ask(packet.str());
  }
  EXPECT_EQ(last, "E01");
  served.session().clear_stops();
  EXPECT_EQ(go_on(served), engine::StopReason::idle);
}

TEST(GdbSession, GoingOnTakesManyForms) {
  ServedProgram served(stores_and_loads());
  const auto action_of = [&](const std::string& packet) {
    EXPECT_EQ(served.ask(packet), "-") << packet;
    return served.action();
  };
  EXPECT_EQ(action_of("c"), GdbAction::resume);
  EXPECT_EQ(action_of("C05"), GdbAction::resume);
  EXPECT_EQ(action_of("vCont;c"), GdbAction::resume);
  EXPECT_EQ(action_of("vCont;C05:1"), GdbAction::resume);
  EXPECT_EQ(action_of("s"), GdbAction::step);
  EXPECT_EQ(action_of("S05"), GdbAction::step);
  EXPECT_EQ(action_of("vCont;s:1;c"), GdbAction::step);
  EXPECT_EQ(action_of("vCont;r40,46:1;c"), GdbAction::step);
  EXPECT_EQ(action_of("c44"), GdbAction::resume);
  EXPECT_EQ(served.engine().pc(), 0x44u);
  EXPECT_EQ(action_of("k"), GdbAction::kill);
  EXPECT_EQ(served.ask("vKill;1"), "OK");
  EXPECT_EQ(served.action(), GdbAction::kill);
  EXPECT_EQ(served.ask("D"), "OK");
  EXPECT_EQ(served.action(), GdbAction::detach);
  EXPECT_EQ(served.ask("vCont;t"), "OK");
  for (const char* const packet : {"cx", "vCont;", "vCont;q", "vCont;r", "vCont;r40", "vCont;r40,"})
    EXPECT_EQ(served.ask(packet), "E01") << packet;
}

TEST(GdbSession, MonitorCommandsArePassedOn) {
  ServedProgram served(stores_and_loads());
  EXPECT_EQ(served.ask("qRcmd," + to_hex(std::string("cycles"))), to_hex(std::string("<cycles>")));
  EXPECT_EQ(served.ask("qRcmd,0"), "E01");
}

}  // namespace
}  // namespace mcost::cli::test
