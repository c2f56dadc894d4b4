// Small firmware written in machine code, as ELF files, and runs of them. Depends on the loader's
// test support.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/run_session.h"
#include "tests/loader/elf_builder.h"

namespace mcost::cli::test {

/// A file in a folder of this test process, which is removed when it ends.
[[nodiscard]] std::string temporary_file(const std::string& name);

inline constexpr std::uint32_t kStackTop = 0x20001000;

inline constexpr std::uint16_t kBranchToSelf = 0xE7FE;  // b .
inline constexpr std::uint16_t kBxLr = 0x4770;          // bx lr
inline constexpr std::uint16_t kPushLr = 0xB500;        // push {lr}
inline constexpr std::uint16_t kPopPc = 0xBD00;         // pop {pc}
inline constexpr std::uint16_t kNop = 0xBF00;           // nop

// Encodings. `from` is the address of the instruction. Source: ARMv7-M ARM A7.7.
[[nodiscard]] std::vector<std::uint16_t> bl(std::uint32_t from, std::uint32_t to);      // BL, T1
[[nodiscard]] std::vector<std::uint16_t> b_wide(std::uint32_t from, std::uint32_t to);  // B, T4

/// Code from address 0x40 on, behind a vector table whose reset vector is 0x40.
class Program {
 public:
  [[nodiscard]] std::uint32_t here() const {
    return kStart + 2 * static_cast<std::uint32_t>(code_.size());
  }
  Program& add(std::initializer_list<std::uint16_t> halfwords);
  Program& add(const std::vector<std::uint16_t>& halfwords);
  Program& call(std::uint32_t to) { return add(bl(here(), to)); }
  Program& jump(std::uint32_t to) { return add(b_wide(here(), to)); }
  /// A function starts here; it ends where the next one starts.
  Program& function(const std::string& name);
  Program& vector(unsigned number, std::uint32_t handler);
  Program& probe(mcost::test::ProbeNoteSpec note);

  /// Writes a temporary ELF file and returns its path.
  [[nodiscard]] std::string write(const std::string& name) const;

 private:
  static constexpr std::uint32_t kStart = 0x40;
  struct Named {
    std::string name;
    std::uint32_t address;
  };
  std::vector<std::uint16_t> code_;
  std::vector<Named> functions_;
  std::vector<std::uint32_t> vectors_ = std::vector<std::uint32_t>(16);
  std::vector<mcost::test::ProbeNoteSpec> probes_;
};

/// Options for a run of a file on generic-m4.
[[nodiscard]] RawOptions options_for(const std::string& firmware, const std::string& layers);
/// Runs without a person: what the firmware prints is dropped.
[[nodiscard]] RunResult run(const RawOptions& options);

/// "a#1 a#1/b#1 (outside)": the paths of all layers.
[[nodiscard]] std::string paths(const RunResult& result);
[[nodiscard]] const LayerResult& layer(const RunResult& result, const std::string& path);

}  // namespace mcost::cli::test
