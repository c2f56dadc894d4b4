// A debugger that speaks the protocol over a socket, on a thread of its own, while a run is under
// its control: halts, steps, handlers, and a result that is that of a run without one.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "cli/gdb_debugger.h"
#include "sim_core/base/error.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint16_t kBranchToSelf = 0xE7FE;  // b .

/// The other end of a connection.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(const std::string& bytes) {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// The payload of the next packet; "closed" if there is none to come.
  std::string receive() {
    for (;;) {
      while (const auto event = reader_.next()) {
        if (event->kind == GdbInput::packet) return event->payload;
      }
      std::array<char, 512> buffer{};
      const ssize_t size = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (size <= 0) return "closed";
      reader_.add({buffer.data(), static_cast<std::size_t>(size)});
    }
  }
  std::string ask(const std::string& packet) {
    send(gdb_frame(packet));
    return receive();
  }

 private:
  int socket_;
  GdbPacketReader reader_;
};

/// Runs a program while `talk` debugs it. Nothing: the run was given up.
std::optional<RunResult> debug(const Program& program, const std::function<void(Client&)>& talk) {
  std::unique_ptr<GdbDebugger> debugger;
  SessionIo io;
  io.console = [](const std::string&, bool) {};
  io.keep_going = [&](Cycles) {
    debugger->poll();
    return true;
  };
  RawOptions options = options_for(program.write("debugged.elf"), "none");
  options.max_cycles.clear();  // of tests that nobody could halt
  RunSession session(check_options(options), std::move(io));
  GdbServer server(0);
  debugger = std::make_unique<GdbDebugger>(
      session.machine().engine(), server, true,
      GdbDebugger::Talk{[](const std::string&) { return "?\n"; },
                        [](engine::StopReason stop) {
                          return "over " + std::to_string(static_cast<int>(stop)) + "\n";
                        },
                        [](const std::string&) {}, [] {}});
  std::thread other([&] {
    Client client(server.port());
    talk(client);
  });
  std::optional<RunResult> result = session.run(*debugger);
  server.disconnect();
  other.join();
  return result;
}

std::string pc_of(Client& client) { return client.ask("pf"); }

/// SysTick every 100 cycles, whose handler counts in r5; the main program counts in r4.
Program ticking() {
  Program program;
  program.function("reset");
  program.add({0xF24E, 0x0010, 0xF2CE, 0x0000});      // movw r0, #0xe010; movt r0, #0xe000
  program.add({0x2163, 0x6041, 0x2107, 0x6001});      // reload 99, enable with interrupt
  program.add({0x3401, 0x2C64, 0xD1FC});              // loop: adds r4, #1; cmp r4, #100; bne loop
  program.add({0x2100, 0x6001, kBranchToSelf});       // stop it
  program.function("handler").add({0x3501, 0x4770});  // adds r5, #1; bx lr
  program.vector(15, program.here() - 4);
  return program;
}

TEST(GdbDebugger, AProgramThatIdlesIsLookedAtOnceMoreAndThenOver) {
  Program program;
  program.function("reset").add({0x2001, kBranchToSelf});
  const auto result = debug(program, [](Client& client) {
    EXPECT_EQ(client.ask("?"), "T05thread:1;");
    EXPECT_EQ(client.ask("c"), "O" + to_hex(std::string("over 2\n")));
    EXPECT_EQ(client.receive(), "T05thread:1;");
    EXPECT_EQ(client.ask("p0"), "01000000");
    EXPECT_EQ(client.ask("c"), "W00");
    EXPECT_EQ(client.receive(), "closed");
  });
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->exit.reason, ExitReason::idle);
}

TEST(GdbDebugger, AFaultHaltsWithItsSignal) {
  Program program;
  program.function("reset").add({0xDE00});  // udf
  program.function("handler").add({kBranchToSelf});
  program.vector(3, 0x42);
  const auto result = debug(program, [](Client& client) {
    EXPECT_THAT(client.ask("vCont;c"), StartsWith("O"));
    EXPECT_EQ(client.receive(), "T0bthread:1;");
    EXPECT_EQ(client.ask("c"), "W01");
  });
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->exit.reason, ExitReason::fault);
}

TEST(GdbDebugger, AStepIntoAFaultHaltsAtItsHandler) {
  Program program;
  program.function("reset").add({0xDE00});  // udf
  program.function("handler").add({0x2001, kBranchToSelf});
  program.vector(3, 0x42);
  debug(program, [](Client& client) {
    EXPECT_EQ(client.ask("s"), "T05thread:1;");
    EXPECT_EQ(pc_of(client), "42000000");
    EXPECT_EQ(client.ask("s"), "T05thread:1;");
    EXPECT_EQ(pc_of(client), "44000000");
    EXPECT_EQ(client.ask("D"), "OK");
  });
}

TEST(GdbDebugger, StepsPassOverInterruptsAndBreakpointsHaltInThem) {
  const RunResult plain = run(options_for(ticking().write("ticking.elf"), "none"));
  std::vector<std::string> places;
  const auto result = debug(ticking(), [&](Client& client) {
    for (int i = 0; i < 150; ++i) {
      EXPECT_EQ(client.ask("vCont;s:1;c"), "T05thread:1;");
      places.push_back(pc_of(client));
    }
    EXPECT_NE(client.ask("p5"), "00000000");  // the handler ran
    EXPECT_EQ(client.ask("Z0,5c,2"), "OK");
    EXPECT_EQ(client.ask("c"), "T05thread:1;");
    EXPECT_EQ(pc_of(client), "5c000000");
    EXPECT_EQ(client.ask("s"), "T05thread:1;");  // the breakpoint was served
    EXPECT_EQ(pc_of(client), "5e000000");
    EXPECT_EQ(client.ask("s"), "T05thread:1;");  // the return
    EXPECT_NE(pc_of(client), "5c000000");
    EXPECT_EQ(client.ask("D"), "OK");
  });
  for (const std::string& place : places) {
    EXPECT_NE(place, "5c000000");
    EXPECT_NE(place, "5e000000");
  }
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->total, plain.total);
}

TEST(GdbDebugger, ARangeIsSteppedInOneGo) {
  const auto result = debug(ticking(), [&](Client& client) {
    EXPECT_EQ(client.ask("vCont;r40,56:1"), "T05thread:1;");
    EXPECT_EQ(pc_of(client), "56000000");
    EXPECT_EQ(client.ask("p4"), "64000000");  // 100
    EXPECT_EQ(client.ask("D"), "OK");
  });
  EXPECT_TRUE(result.has_value());
}

TEST(GdbDebugger, CtrlCHaltsARangeThatNeverEnds) {
  Program program;
  program.function("reset").add({0x3001, 0xE7FD});  // adds r0, #1; b back
  const auto result = debug(program, [](Client& client) {
    client.send(gdb_frame("vCont;r40,44:1"));
    client.send("\x03");
    EXPECT_EQ(client.receive(), "T02thread:1;");
    client.send(gdb_frame("c"));
    client.send("\x03");
    EXPECT_EQ(client.receive(), "T02thread:1;");
    client.send(gdb_frame("k"));
    EXPECT_EQ(client.receive(), "closed");
  });
  EXPECT_FALSE(result.has_value());
}

TEST(GdbDebugger, ABrokenPacketIsAskedForAgain) {
  Program program;
  program.function("reset").add({kBranchToSelf});
  debug(program, [](Client& client) {
    client.send("$?#00");
    client.send(gdb_frame("qC"));
    EXPECT_EQ(client.receive(), "QC1");
    client.send("-");
    EXPECT_EQ(client.receive(), "QC1");
    EXPECT_EQ(client.ask("QStartNoAckMode"), "OK");
    EXPECT_EQ(client.ask("vKill;1"), "OK");
  });
}

TEST(GdbServer, APortInUseIsRefused) {
  const GdbServer first(0);
  try {
    const GdbServer second(first.port());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is in use: --port: name another port"));
  }
}

}  // namespace
}  // namespace mcost::cli::test
