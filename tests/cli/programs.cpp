#include "tests/cli/programs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/options.h"

namespace mcost::cli::test {
namespace {

/// The two halfwords of a far branch; `link` is bit 14 of the second.
std::vector<std::uint16_t> far_branch(std::uint32_t from, std::uint32_t to, bool link) {
  const std::uint32_t offset = to - (from + 4);
  const std::uint32_t s = offset >> 31;
  const std::uint32_t j1 = (~(offset >> 23) ^ s) & 1;
  const std::uint32_t j2 = (~(offset >> 22) ^ s) & 1;
  return {static_cast<std::uint16_t>(0xF000u | s << 10 | (offset >> 12 & 0x3FFu)),
          static_cast<std::uint16_t>(0x9000u | (link ? 0x4000u : 0u) | j1 << 13 | j2 << 11 |
                                     (offset >> 1 & 0x7FFu))};
}

class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(::testing::TempDir() + "mcost_cli_test_" + std::to_string(::getpid()) + "/") {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string joined(const LayerResult& layer) {
  std::string text;
  for (const std::string& name : layer.path) text += (text.empty() ? "" : "/") + name;
  return text;
}

}  // namespace

std::string temporary_file(const std::string& name) {
  static const TemporaryFolder folder;
  return folder.path() + name;
}

std::vector<std::uint16_t> bl(std::uint32_t from, std::uint32_t to) {
  return far_branch(from, to, true);
}

std::vector<std::uint16_t> b_wide(std::uint32_t from, std::uint32_t to) {
  return far_branch(from, to, false);
}

Program& Program::add(std::initializer_list<std::uint16_t> halfwords) {
  code_.insert(code_.end(), halfwords);
  return *this;
}

Program& Program::add(const std::vector<std::uint16_t>& halfwords) {
  code_.insert(code_.end(), halfwords.begin(), halfwords.end());
  return *this;
}

Program& Program::function(const std::string& name) {
  functions_.push_back({name, here()});
  return *this;
}

Program& Program::vector(unsigned number, std::uint32_t handler) {
  vectors_[number] = handler | 1u;
  return *this;
}

Program& Program::probe(mcost::test::ProbeNoteSpec note) {
  probes_.push_back(std::move(note));
  return *this;
}

namespace {

/// Built for ARMv7E-M, without an FPU: version, length and vendor, then the tags of the whole file,
/// Tag_CPU_arch (6) = 13 and Tag_CPU_arch_profile (7) = 'M'.
mcost::test::SectionSpec build_attributes() {
  return {.name = ".ARM.attributes",
          .type = 0x70000003,  // SHT_ARM_ATTRIBUTES
          .flags = 0,
          .bytes = {'A', 19, 0, 0, 0, 'a', 'e', 'a', 'b', 'i', 0, 1, 9, 0, 0, 0, 6, 13, 7, 'M'}};
}

}  // namespace

std::string Program::write(const std::string& name) const {
  mcost::test::Bytes bytes;
  const auto append = [&bytes](const mcost::test::Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  std::vector<std::uint32_t> vectors = vectors_;
  vectors[0] = kStackTop;
  vectors[1] = kStart | 1u;
  for (const std::uint32_t word : vectors) append(mcost::test::words({word}));
  for (const std::uint16_t halfword : code_) append(mcost::test::halfwords({halfword}));
  while (bytes.size() % 4 != 0) bytes.push_back(0);
  mcost::test::ElfBuilder elf;
  elf.code(0, bytes).mapping("$d", 0).mapping("$t", kStart).section(build_attributes());
  for (std::size_t i = 0; i < functions_.size(); ++i) {
    const std::uint32_t end = i + 1 < functions_.size() ? functions_[i + 1].address : here();
    elf.function(functions_[i].name, functions_[i].address, end - functions_[i].address);
  }
  if (!probes_.empty()) elf.section(mcost::test::probe_section(probes_));
  std::string path = temporary_file(name);
  const mcost::test::Bytes file = elf.build();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  return path;
}

RawOptions options_for(const std::string& firmware, const std::string& layers) {
  RawOptions options;
  options.firmware = firmware;
  options.board = "generic-m4";
  options.layers = layers;
  options.max_cycles = "100000";
  return options;
}

RunResult run(const RawOptions& options) {
  RunSession session(check_options(options), {[](const std::string&, bool) {}, {}});
  RunResult result = session.run();
  session.write_dumps();
  return result;
}

std::string paths(const RunResult& result) {
  std::string text;
  for (const LayerResult& layer : result.layers) {
    text += (text.empty() ? "" : " ") + joined(layer);
  }
  return text;
}

const LayerResult& layer(const RunResult& result, const std::string& path) {
  for (const LayerResult& candidate : result.layers) {
    if (joined(candidate) == path) return candidate;
  }
  ADD_FAILURE() << "no layer " << path << " in " << paths(result);
  return result.layers.front();
}

}  // namespace mcost::cli::test
