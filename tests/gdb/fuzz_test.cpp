// Packets that no debugger would send: nothing crashes, nothing is answered in a way the protocol
// does not know, and the machine still runs.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <regex>

#include "tests/gdb/served_program.h"

namespace mcost::cli::test {
namespace {

/// movs r1, #0x20; lsls r1, r1, #24; str r0, [r1]; ldr r2, [r1]; adds r0, #1; b back to the store
Program endless() {
  Program program;
  program.function("reset").add({0x2120, 0x0609, 0x6008, 0x680A, 0x3001, 0xE7FB});
  return program;
}

class PacketMaker {
 public:
  explicit PacketMaker(unsigned seed) : random_(seed) {}

  std::string make() {
    static constexpr std::array kBegins{"?",
                                        "g",
                                        "G",
                                        "p",
                                        "P",
                                        "m",
                                        "M",
                                        "X",
                                        "Z",
                                        "z",
                                        "Z0,",
                                        "Z2,2000",
                                        "c",
                                        "s",
                                        "C",
                                        "S",
                                        "vCont;",
                                        "vCont;r",
                                        "vCont?",
                                        "D",
                                        "H",
                                        "T",
                                        "qC",
                                        "qRcmd,",
                                        "qXfer:",
                                        "qXfer:features:read:target.xml:",
                                        "qXfer:memory-map:read::",
                                        "qSupported",
                                        "QStartNoAckMode",
                                        "qfThreadInfo",
                                        "vKill",
                                        "k",
                                        "qThreadExtraInfo,",
                                        "P12=",
                                        "P10=",
                                        "Pf=",
                                        "m20000000,",
                                        "M20000000,",
                                        ""};
    std::string packet = kBegins[random_() % kBegins.size()];
    for (auto n = random_() % 24; n != 0; --n) packet += letter();
    return packet;
  }
  unsigned number() { return static_cast<unsigned>(random_()); }

 private:
  char letter() {
    static constexpr std::string_view kUsual = "0123456789abcdef0000000ff24,:;=xr";
    if (random_() % 12 == 0) return static_cast<char>(random_());
    return kUsual[random_() % kUsual.size()];
  }
  std::mt19937 random_;
};

TEST(GdbFuzz, AnyPacketIsAnsweredAndTheMachineRunsOn) {
  const std::regex known(
      "|OK|E01|T[0-9a-f]{2}thread:1;(([ra]?watch):[0-9a-f]+;)?|([0-9a-f]{2})*|"
      "[lm][^]*|QC1|1|vCont;[^]*|PacketSize=[^]*");
  for (unsigned seed = 1; seed <= 20; ++seed) {
    ServedProgram served(endless());
    PacketMaker maker(seed);
    unsigned resumed = 0;
    for (int i = 0; i < 1500; ++i) {
      const std::string packet = maker.make();
      const std::string answer = served.ask(packet);
      if (answer != "-") {
        ASSERT_TRUE(answer.size() > 1000 || std::regex_match(answer, known))
            << "seed " << seed << ": " << packet << " -> " << answer;
        continue;
      }
      if (served.action() == GdbAction::stay) FAIL() << packet << " is not answered";
      ++resumed;
      const engine::StopReason stop = served.engine().run(
          {.max_cycles = served.engine().now() + 200, .until = {}, .keep_going = {}});
      if (stop == engine::StopReason::halted) served.session().stopped(5);
    }
    EXPECT_GT(resumed, 50u);
  }
}

}  // namespace
}  // namespace mcost::cli::test
