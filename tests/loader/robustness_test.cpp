// No input may crash, hang or exhaust memory: every truncation of several files, and random damage
// for a fixed time. The same tests find more when built with the asan-ubsan preset.
#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "tests/loader/elf_builder.h"
#include "tests/loader/fuzz_loader.h"
#include "tests/loader/target_compiler.h"

namespace mcost::test {
namespace {

Bytes rich_program() {
  return small_program()
      .data(".data", 0x20000000, 0x08000100, words({1, 2}))
      .bss(".bss", 0x20000008, 64)
      .symbol({.name = "_ZN2nn4convEPKai", .value = 0x20000000, .size = 8, .type = STT_OBJECT})
      .section(probe_section({{.kind = 3,
                               .address = 0x08000010,
                               .name = "frame",
                               .arguments = "4@r0 -4@[sp, #8]",
                               .metadata = "macs=1"}}))
      .section(
          {.name = ".ARM.attributes",
           .type = SHT_ARM_ATTRIBUTES,
           .flags = 0,
           .bytes = {'A', 19, 0, 0, 0, 'a', 'e', 'a', 'b', 'i', 0, 1, 9, 0, 0, 0, 6, 13, 10, 6}})
      .build();
}

std::optional<Bytes> compiled_program(const std::string& flags) {
  return compile({{"a.c",
                   "volatile int sink;\n"
                   "static inline int twice(int x) { return sink * x; }\n"
                   "int gone(int x) { return x / sink; }\n"
                   "void _start(void) { sink = twice(0x12345678); for (;;) {} }\n"}},
                 "-O1 -ffunction-sections -Wl,--gc-sections -nostdlib -Ttext=0 a.c " + flags);
}

std::string hex_program() {
  return ":020000040800F2\n:0400000000010203F6\n:0100100006E9\n:0400000508000001EE\n:00000001FF\n";
}

void try_all_prefixes(const Bytes& file) {
  for (std::size_t size = 0; size <= file.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees every read past the end.
    const Bytes prefix(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_NO_THROW(fuzz_elf(prefix.data(), prefix.size())) << "truncated to " << size;
  }
}

TEST(Robustness, EveryTruncationOfASmallProgram) {
  try_all_prefixes(small_program().build());
  EXPECT_TRUE(fuzz_elf(small_program().build().data(), small_program().build().size()));
}

TEST(Robustness, EveryTruncationOfARichProgram) {
  const Bytes file = rich_program();
  try_all_prefixes(file);
  EXPECT_TRUE(fuzz_elf(file.data(), file.size()));
}

TEST(Robustness, EveryTruncationWithoutSectionHeaders) {
  try_all_prefixes(small_program().cover_headers().without_section_headers().build());
}

TEST(Robustness, EveryTruncationOfAHexFile) {
  const std::string text = hex_program();
  try_all_prefixes(Bytes(text.begin(), text.end()));
}

TEST(Robustness, EveryTruncationOfACompiledProgram) {
  MCOST_NEED_TARGET_COMPILER();
  const auto file = compiled_program("-g");
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(fuzz_elf(file->data(), file->size()));
  try_all_prefixes(*file);
}

// Flips bits, overwrites words with numbers that programs stumble over, copies and swaps pieces.
void damage(Bytes& file, std::mt19937& random) {
  const auto below = [&](std::size_t limit) { return random() % limit; };
  static constexpr std::array<std::uint32_t, 9> kNasty = {
      0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff};
  for (std::size_t times = 1 + below(6); times > 0; --times) {
    const std::size_t at = below(file.size());
    switch (below(4)) {
      case 0: file[at] = static_cast<std::uint8_t>(file[at] ^ 1u << below(8)); break;
      case 1: file[at] = static_cast<std::uint8_t>(random()); break;
      case 2: {
        const Bytes word = words({kNasty[below(kNasty.size())]});
        for (std::size_t i = 0; i < 4 && at + i < file.size(); ++i) file[at + i] = word[i];
        break;
      }
      default: {
        const std::size_t from = below(file.size());
        const std::size_t size = std::min({below(64), file.size() - at, file.size() - from});
        std::copy_n(Bytes(file).begin() + static_cast<std::ptrdiff_t>(from), size,
                    file.begin() + static_cast<std::ptrdiff_t>(at));
      }
    }
  }
}

TEST(Robustness, RandomDamage) {
  std::vector<Bytes> seeds = {small_program().build(), rich_program()};
  const std::string hex = hex_program();
  seeds.emplace_back(hex.begin(), hex.end());
  if (has_target_compiler()) {
    for (const char* flags : {"-gdwarf-2", "-gdwarf-4", "-gdwarf-5", "-g -gz", "-g -flto"}) {
      const auto file = compiled_program(flags);
      ASSERT_TRUE(file.has_value());
      seeds.push_back(*file);
    }
  }
  const char* fixed_seed = std::getenv("MCOST_FUZZ_SEED");
  const char* seconds = std::getenv("MCOST_FUZZ_SECONDS");
  const auto seed = fixed_seed != nullptr ? static_cast<unsigned>(std::stoul(fixed_seed))
                                          : std::random_device{}();
  std::cout << "MCOST_FUZZ_SEED=" << seed << "\n";
  std::mt19937 random(seed);
  const auto stop = std::chrono::steady_clock::now() +
                    std::chrono::seconds(seconds != nullptr ? std::stoi(seconds) : 2);
  std::size_t runs = 0;
  std::size_t accepted = 0;
  while (std::chrono::steady_clock::now() < stop) {
    Bytes file = seeds[random() % seeds.size()];
    damage(file, random);
    if (const char* keep = std::getenv("MCOST_FUZZ_KEEP")) {
      std::ofstream(keep, std::ios::binary)
          .write(reinterpret_cast<const char*>(file.data()),
                 static_cast<std::streamsize>(file.size()));
    }
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_NO_THROW(accepted += fuzz_elf(file.data(), file.size()) ? 1 : 0) << "run " << runs;
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << "run " << runs;
    ++runs;
  }
  std::cout << runs << " damaged files, " << accepted << " still accepted\n";
}

}  // namespace
}  // namespace mcost::test
