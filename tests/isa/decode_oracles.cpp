#include "tests/isa/decode_oracles.h"

#include <capstone/capstone.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace mcost::isa::test {
namespace {

constexpr Address kBase = 0x08000000;
constexpr std::uint16_t kNop = 0xBF00;
constexpr std::uint16_t kItEq = 0xBF08;
constexpr unsigned kPaddingNops = 4;

/// IT stands before it, or a halfword that could be IT in it.
bool needs_padding(const Sample& sample) {
  if (sample.in_it_block) return true;
  const std::uint32_t last = sample.word & 0xFFFF;
  return (last & 0xFF00) == 0xBF00 && (last & 0xF) != 0;
}

void append_halfword(std::vector<std::uint8_t>& bytes, std::uint32_t halfword) {
  bytes.push_back(static_cast<std::uint8_t>(halfword & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>(halfword >> 8 & 0xFF));
}

void append(std::vector<std::uint8_t>& bytes, const Sample& sample) {
  if (sample.width_bits == 32) append_halfword(bytes, sample.word >> 16);
  append_halfword(bytes, sample.word & 0xFFFF);
}

/// A file of its own, removed at the end.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::string pattern = std::filesystem::temp_directory_path() / "mcost_decode_XXXXXX";
    const int descriptor = mkstemp(pattern.data());
    if (descriptor >= 0) close(descriptor);
    path_ = pattern;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct PipeClose {
  void operator()(FILE* pipe) const { pclose(pipe); }
};

/// " 8000000:\tf04f 0001 \tmov.w\tr0, #1" to address and reading. Returns false for other lines.
bool parse_line(const std::string& line, Address& address, Reading& reading) {
  const auto colon = line.find(":\t");
  if (colon == std::string::npos) return false;
  char* end = nullptr;
  address = static_cast<Address>(std::strtoul(line.c_str(), &end, 16));
  if (end != line.c_str() + colon) return false;
  const auto tab = line.find('\t', colon + 2);
  if (tab == std::string::npos) return false;
  unsigned digits = 0;
  for (std::size_t i = colon + 2; i < tab; ++i) digits += line[i] == ' ' ? 0 : 1;
  reading.size = digits / 2;
  reading.text = line.substr(tab + 1);
  // Three ways of saying so: "<UNDEFINED> instruction", "undefined (bcc, cond=0xF)", "[r0,
  // <undefined>]".
  reading.listing = normalise(reading.text);
  reading.defined = reading.text.find("<UNDEFINED>") == std::string::npos &&
                    reading.text.find("undefined") == std::string::npos;
  return true;
}

}  // namespace

void lay_out(std::vector<Sample>& samples) {
  Address pc = kBase;
  for (Sample& sample : samples) {
    pc += sample.in_it_block ? 2 : 0;
    sample.pc = pc;
    pc += sample.width_bits / 8 + (needs_padding(sample) ? 2 * kPaddingNops : 0);
  }
}

namespace {

/// One capstone handle; it remembers IT from call to call.
class Capstone {
 public:
  Capstone() {
    const auto mode = static_cast<cs_mode>(CS_MODE_THUMB | CS_MODE_MCLASS);
    if (cs_open(CS_ARCH_ARM, mode, &handle_) == CS_ERR_OK) instruction_ = cs_malloc(handle_);
  }
  ~Capstone() {
    if (instruction_ == nullptr) return;
    cs_free(instruction_, 1);
    cs_close(&handle_);
  }
  Capstone(const Capstone&) = delete;
  Capstone& operator=(const Capstone&) = delete;

  Reading read(const std::vector<std::uint8_t>& bytes, Address pc) {
    const std::uint8_t* code = bytes.data();
    std::size_t size = bytes.size();
    std::uint64_t address = pc;
    Reading reading;
    if (instruction_ == nullptr || !cs_disasm_iter(handle_, &code, &size, &address, instruction_)) {
      return reading;
    }
    reading.defined = true;
    reading.size = instruction_->size;
    reading.text = std::string(instruction_->mnemonic) + " " + instruction_->op_str;
    reading.listing = normalise(reading.text);
    return reading;
  }
  void read_halfword(std::uint16_t halfword) {
    std::vector<std::uint8_t> bytes;
    append_halfword(bytes, halfword);
    read(bytes, kBase);
  }

 private:
  csh handle_ = 0;
  cs_insn* instruction_ = nullptr;
};

}  // namespace

std::vector<Reading> read_with_capstone(const std::vector<Sample>& samples) {
  Capstone capstone;
  std::vector<Reading> readings;
  readings.reserve(samples.size());
  std::vector<std::uint8_t> bytes;
  for (const Sample& sample : samples) {
    if (sample.in_it_block) capstone.read_halfword(kItEq);
    bytes.clear();
    append(bytes, sample);
    readings.push_back(capstone.read(bytes, sample.pc));
    if (!needs_padding(sample)) continue;
    for (unsigned i = 0; i < kPaddingNops; ++i) capstone.read_halfword(kNop);
  }
  return readings;
}

std::optional<std::vector<Reading>> read_with_objdump(const std::vector<Sample>& samples,
                                                      const std::string& machine) {
  std::vector<std::uint8_t> bytes;
  std::unordered_map<Address, std::size_t> sample_at;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    sample_at[samples[i].pc] = i;
    if (samples[i].in_it_block) append_halfword(bytes, kItEq);
    append(bytes, samples[i]);
    if (!needs_padding(samples[i])) continue;
    for (unsigned n = 0; n < kPaddingNops; ++n) append_halfword(bytes, kNop);
  }
  const TemporaryFile file;
  std::ofstream(file.path(), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const std::string command = "arm-none-eabi-objdump -D -z -b binary -m" + machine +
                              " -Mforce-thumb,reg-names-std --adjust-vma=0x08000000 '" +
                              file.path() + "' 2>/dev/null";
  const std::unique_ptr<FILE, PipeClose> pipe(popen(command.c_str(), "r"));
  if (pipe == nullptr) return std::nullopt;
  std::vector<Reading> readings(samples.size());
  std::size_t found = 0;
  std::array<char, 512> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
    std::string line = buffer.data();
    while (!line.empty() && line.back() == '\n') line.pop_back();
    Address address = 0;
    Reading reading;
    if (!parse_line(line, address, reading)) continue;
    const auto entry = sample_at.find(address);
    if (entry == sample_at.end()) continue;
    readings[entry->second] = std::move(reading);
    ++found;
  }
  if (found == 0) return std::nullopt;
  return readings;
}

}  // namespace mcost::isa::test
