#include "cli/call_buffers.h"

#include <gmock/gmock.h>

#include "sim_core/base/error.h"
#include "tests/cli/programs.h"

namespace mcost::cli::test {
namespace {

using testing::HasSubstr;

/// A session of generic-m4 (4 MB at 0x20000000) whose stack begins at kStackTop, 4 KiB above.
class CallBuffers : public testing::Test {
 protected:
  CallBuffers() {
    Program program;
    program.function("reset").add({kNop, kBranchToSelf});
    session_ =
        std::make_unique<RunSession>(check_options(options_for(program.write("b.elf"), "none")),
                                     SessionIo{[](const std::string&, bool) {}, {}});
  }
  BufferPlaces place(const std::vector<std::uint64_t>& sizes, const std::string& at = "") {
    return place_buffers(sizes, at, *session_);
  }
  std::string refusal(const std::vector<std::uint64_t>& sizes, const std::string& at) {
    try {
      static_cast<void>(place(sizes, at));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "placed";
  }
  std::unique_ptr<RunSession> session_;
};

TEST_F(CallBuffers, AreOnTheStackApartAndAligned) {
  const BufferPlaces places = place({10, 33});
  ASSERT_EQ(places.addresses.size(), 2u);
  EXPECT_EQ(places.addresses[0] % 32, 0u);
  EXPECT_EQ(places.addresses[1] % 32, 0u);
  EXPECT_GE(places.addresses[1], places.addresses[0] + 10 + kBufferGuard);
  EXPECT_LE(places.addresses[1] + 33 + kBufferGuard, kStackTop);
  EXPECT_EQ(places.stack_pointer, places.addresses[0]);
  EXPECT_EQ(places.stack_limit, 0x20000000u);
}

TEST_F(CallBuffers, WithoutAnyTheStackStaysWhereItIs) {
  EXPECT_EQ(place({}).stack_pointer, kStackTop);
}

// 4 KiB of stack keep 1 KiB: 3 KiB less alignment fit, more goes elsewhere.
TEST_F(CallBuffers, LeaveRoomForTheStack) {
  const BufferPlaces fits = place({3072 - 2 * 32});
  EXPECT_LT(fits.addresses[0], kStackTop);
  EXPECT_GE(fits.addresses[0] - fits.stack_limit, 1024u);
  const BufferPlaces elsewhere = place({3072});
  EXPECT_EQ(elsewhere.stack_pointer, kStackTop);
  const Address first = elsewhere.addresses[0];
  EXPECT_TRUE(first >= kStackTop || first + 3072 <= 0x20000000) << std::hex << first;
}

TEST_F(CallBuffers, GoWhereTheUserSays) {
  const BufferPlaces fixed = place({100}, "0x20002000");
  EXPECT_EQ(fixed.addresses[0], 0x20002000u);
  EXPECT_EQ(fixed.stack_pointer, kStackTop);
  EXPECT_THAT(refusal({100}, "0x20000800"), HasSubstr("are the firmware's"));
  EXPECT_THAT(refusal({100}, "0x20002001"), HasSubstr("no multiple of 8"));
  EXPECT_THAT(refusal({100}, "0x203FFFE0"), HasSubstr("no room for"));
  EXPECT_THAT(refusal({100}, "0x60000000"), HasSubstr("no room for"));
  EXPECT_THAT(refusal({5'000'000}, "data"), HasSubstr("free bytes in one piece"));
  EXPECT_THAT(refusal({5'000'000}, ""), HasSubstr("no room for 5000032 bytes of buffers"));
  EXPECT_THAT(refusal({4}, "dat"), HasSubstr("did you mean \"data\"?"));
}

}  // namespace
}  // namespace mcost::cli::test
