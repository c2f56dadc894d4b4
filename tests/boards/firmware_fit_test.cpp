// Which cores execute a firmware, by its build attributes.
#include "boards/firmware_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "boards/spec_reader.h"
#include "sim_core/base/error.h"

namespace mcost::boards {
namespace {

// Tag_CPU_arch and Tag_FP_arch as arm-none-eabi-gcc writes them.
constexpr unsigned kV6sm = 12;
constexpr unsigned kV7 = 10;
constexpr unsigned kV7em = 13;
constexpr unsigned kV8mMain = 17;
constexpr unsigned kVfp4 = 6;
constexpr unsigned kFpArmv8 = 8;

struct BuiltFor {
  unsigned cpu_arch;
  char profile = 'M';
  unsigned fp_arch = 0;
  unsigned hard_fp_use = 0;
  unsigned dsp_extension = 0;
  unsigned mve_arch = 0;

  [[nodiscard]] loader::BuildAttributes attributes() const {
    loader::BuildAttributes result;
    result.cpu_arch = cpu_arch;
    result.cpu_profile = profile;
    if (fp_arch != 0) result.fp_arch = fp_arch;
    if (hard_fp_use != 0) result.hard_fp_use = hard_fp_use;
    result.dsp_extension = dsp_extension;
    result.mve_arch = mve_arch;
    return result;
  }
};

loader::Image image_of(const loader::BuildAttributes& attributes) {
  loader::Image image;
  image.name = "fw.elf";
  image.is_elf = true;
  image.attributes = attributes;
  return image;
}

/// The board's message, "" if it takes the firmware.
std::string refusal(const BuiltFor& firmware, const char* board) {
  try {
    EXPECT_EQ(check_core(image_of(firmware.attributes()), read_board(board)), "");
    return "";
  } catch (const ImageError& error) {
    return error.what();
  }
}

TEST(FirmwareFit, EachCoreTakesItsOwnAndWhatIsLess) {
  const BuiltFor m0{.cpu_arch = kV6sm};
  const BuiltFor m3{.cpu_arch = kV7};
  const BuiltFor m4f{.cpu_arch = kV7em, .fp_arch = kVfp4, .hard_fp_use = 1};
  for (const char* board : {"generic-m0", "generic-m3", "generic-m4", "generic-m7", "generic-m33"})
    EXPECT_EQ(refusal(m0, board), "") << board;
  EXPECT_NE(refusal(m3, "generic-m0"), "");
  for (const char* board : {"generic-m3", "generic-m4", "generic-m7", "generic-m33"})
    EXPECT_EQ(refusal(m3, board), "") << board;
  for (const char* board : {"generic-m4", "generic-m7", "generic-m33"})
    EXPECT_EQ(refusal(m4f, board), "") << board;
  EXPECT_NE(refusal(m4f, "generic-m3"), "");
}

TEST(FirmwareFit, DoublesNeedTheirFpu) {
  const BuiltFor m7{.cpu_arch = kV7em, .fp_arch = kFpArmv8};
  EXPECT_EQ(refusal(m7, "generic-m7"), "");
  EXPECT_THAT(
      refusal(m7, "generic-m4"),
      testing::StartsWith(
          "the firmware is built for ARMv7E-M with a double-precision FPU, board generic-m4 has a "
          "cortex-m4 with fpv4-sp-d16: fw.elf: build it for the board's core, or use generic-m7, "
          "nucleo-"));
}

TEST(FirmwareFit, Armv8mRunsOnArmv8mOnly) {
  const BuiltFor m33{.cpu_arch = kV8mMain, .dsp_extension = 1};
  EXPECT_EQ(refusal(m33, "generic-m33"), "");
  EXPECT_EQ(refusal(m33, "generic-m7"),
            "the firmware is built for ARMv8-M Mainline, DSP extension, board generic-m7 has a "
            "cortex-m7 with fpv5-d16: fw.elf: build it for the board's core, or use generic-m33, "
            "nucleo-l552ze-q, stm32l552e-eval");
}

TEST(FirmwareFit, WhatNoCoreHereExecutes) {
  EXPECT_EQ(refusal({.cpu_arch = kV7, .profile = 'A'}, "generic-m4"),
            "the firmware is built for ARMv7-A, board generic-m4 has a cortex-m4 with fpv4-sp-d16: "
            "fw.elf: build it for the board's core; no board here executes it");
  EXPECT_NE(refusal({.cpu_arch = 21}, "generic-m33"), "");
  EXPECT_NE(refusal({.cpu_arch = kV8mMain, .mve_arch = 1}, "generic-m33"), "");
}

TEST(FirmwareFit, WithoutAttributesThereIsANote) {
  EXPECT_EQ(check_core(image_of({}), read_board("generic-m0")),
            "the file does not say what it was built for: an instruction that the core lacks shows "
            "only when it is reached");
  loader::Image raw = image_of({});
  raw.is_elf = false;
  EXPECT_EQ(check_core(raw, read_board("generic-m0")), "");
}

}  // namespace
}  // namespace mcost::boards
