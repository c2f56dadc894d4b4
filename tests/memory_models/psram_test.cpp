// boards-and-memories facts 9: ADDSET 2, DATAST 1, BUSTURN 1, 16-bit bus.
#include "memory_models/psram.h"

#include <gtest/gtest.h>

namespace mcost::memory {
namespace {

class Port {
 public:
  explicit Port(const PsramParameters& parameters = {}) : psram(parameters) {}
  Cycles ask(bus::AccessKind kind, std::uint32_t size) {
    const Request request{0x100, size, kind, now};
    EXPECT_EQ(psram.probe(request).last, psram.probe(request).last);
    const Response response = psram.transfer(request);
    EXPECT_LE(response.last - now, psram.most_cycles());
    const Cycles taken = response.last - now;
    first = response.first - now;
    now = response.last;
    return taken;
  }
  Cycles read(std::uint32_t size) { return ask(bus::AccessKind::read, size); }
  Cycles write(std::uint32_t size) { return ask(bus::AccessKind::write, size); }
  Psram psram;
  Cycles now = 0;
  Cycles first = 0;
};

TEST(Psram, ReadsTakeTheirPhasesAndTheWayBack) {
  Port port;
  EXPECT_EQ(port.read(2), 6u);  // 2 + 1 + 2 + 1
  EXPECT_EQ(port.read(1), 6u);
  EXPECT_EQ(port.read(4), 11u);  // 2 x 5 + 1
  EXPECT_EQ(port.read(16), 41u);
  EXPECT_EQ(port.first, 11u);
}

TEST(Psram, WritesAreNotPostedAndTheBusTurnsBehindThem) {
  Port port;
  EXPECT_EQ(port.write(2), 4u);  // 2 + 1 + 1
  port.now += 1;
  EXPECT_EQ(port.write(4), 9u);      // 2 x 4 + BUSTURN
  EXPECT_EQ(port.write(2), 1u + 4);  // waits for BUSTURN
  EXPECT_EQ(port.read(2), 1u + 6);
  EXPECT_EQ(port.read(2), 6u);
}

TEST(Psram, PhasesAreThoseOfTheRegisters) {
  PsramParameters parameters;
  parameters.read = {15, 60, 0};
  parameters.write = {1, 3, 0};
  parameters.bus_bytes = 1;
  Port port(parameters);
  EXPECT_EQ(port.read(1), 78u);
  EXPECT_EQ(port.read(4), 4u * 77 + 1);
  EXPECT_EQ(port.write(4), 4u * 5);
  parameters.core_per_hclk = 2;
  Port slow(parameters);
  EXPECT_EQ(slow.read(1), 156u);
}

TEST(Psram, BytesOverThePinsAreWholeBusWords) {
  Port port;
  port.read(1);
  port.read(16);
  port.write(1);
  port.write(4);
  const auto counters = port.psram.counters();
  ASSERT_EQ(counters.size(), 4u);
  EXPECT_STREQ(counters[2].name, "device_read_bytes");
  EXPECT_EQ(counters[2].value, 2u + 16);
  EXPECT_STREQ(counters[3].name, "device_write_bytes");
  EXPECT_EQ(counters[3].value, 2u + 4);
}

}  // namespace
}  // namespace mcost::memory
