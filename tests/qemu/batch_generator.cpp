// Writes a batch of snippets for QEMU and mcost: one or a few instructions each, drawn from the
// rows of the instruction set, with the registers that must hold an address. batch.c runs them.
//
//     qemu_batch_generator CORE SNIPPETS SEED RAM_BASE OUT.S OUT.txt
//
// OUT.S is the table and the code; OUT.txt has one line per snippet: index, address symbol,
// disassembly.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim_core/isa/decoder.h"
#include "sim_core/isa/format.h"
#include "sim_core/isa/instruction.h"
#include "tests/oracle/generator.h"
#include "tests/qemu/batch_layout.h"

namespace mcost::oracle {
namespace {

using isa::TimingClass;

struct Core {
  isa::FeatureSet features;
  bool has_ge;
};
const std::map<std::string_view, Core> kCores{{"m0", {isa::kCortexM0, false}},
                                              {"m3", {isa::kCortexM3, false}},
                                              {"m4", {isa::kCortexM4, true}},
                                              {"m7", {isa::kCortexM7Dp, true}},
                                              {"m33", {isa::kCortexM33, true}}};

constexpr unsigned kMostPins = BATCH_PINS;
constexpr std::array<std::uint32_t, 14> kReadable{0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20};
// Without FAULTMASK: the SVC that ends a snippet could not run.
constexpr std::array<std::uint32_t, 12> kWritable{0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 20};
constexpr std::uint32_t kBasepriMax = 18;
constexpr Address kNowhere = 0x68000000;

struct Pins {
  std::uint32_t mask = 0;
  std::array<std::uint32_t, 16> value{};
  bool set(unsigned i, std::uint32_t x) {
    if ((mask >> i & 1u) != 0) return value[i] == x;
    mask |= 1u << i;
    value[i] = x;
    return true;
  }
};

struct Snippet {
  std::vector<std::uint32_t> words;  // instructions, 16 or 32 bits
  std::vector<bool> wide;
  std::string text;
  Pins pins;
  isa::RegisterSet written = 0;
};

class Batch {
 public:
  Batch(const Core& core, std::uint64_t seed, Address ram)
      : core_(core), random_(seed), small_ram_(!has(isa::Feature::v7m)), scratch_(ram) {
    for (const isa::Instruction& instruction : isa::instructions()) {
      if (has(instruction.row->feature) && wanted(instruction)) rows_.push_back(&instruction);
    }
  }

  Snippet snippet() {
    for (;;) {
      Snippet snippet;
      const std::uint32_t sp = scratch_address(4);
      snippet.pins.set(13, sp);
      const bool made = has(isa::Feature::v7m) && random_.below(4) == 0 ? it_block(snippet)
                                                                        : instruction(snippet, {});
      if (made && std::popcount(snippet.pins.mask) <= static_cast<int>(kMostPins)) return snippet;
    }
  }
  std::uint32_t random_word() { return static_cast<std::uint32_t>(random_.next()); }

 private:
  [[nodiscard]] bool has(isa::Feature feature) const {
    return isa::has_feature(core_.features, feature);
  }

  static bool wanted(const isa::Instruction& instruction) {
    const isa::Encoding& row = *instruction.row;
    const std::string_view name = row.name;
    // What a batch cannot contain: control flow, sleep, semihosting. TT and SG tell Secure state,
    // which QEMU's M33 is in.
    if (row.flow == isa::Flow::may_branch || row.timing_class == TimingClass::wait ||
        row.timing_class == TimingClass::it || name == "SVC" || name == "BKPT")
      return false;
    return name.substr(0, 2) != "TT" && name != "SG" && name != "YIELD";
  }

  std::uint32_t scratch_address(unsigned alignment) {
    const std::uint32_t offset =
        small_ram_ ? 0x400 + random_.below(0x400) : 0x1800 + random_.below(0x1000);
    return scratch_ + (offset & ~(alignment - 1));
  }

  /// SYSm of MRS and MSR, drawn from those that exist.
  std::uint32_t special_register(bool write) {
    if (has(isa::Feature::v8m) && random_.below(6) == 0) return 10 + random_.below(2);
    if (write && random_.below(8) == 0 && has(isa::Feature::v7m)) return kBasepriMax;
    std::uint32_t chosen = 0;
    do {
      chosen = write ? kWritable[random_.below(kWritable.size())]
                     : kReadable[random_.below(kReadable.size())];
    } while (!has(isa::Feature::v7m) && chosen >= 17 && chosen <= 19);
    return chosen;
  }

  /// As draw_encoding(), with special registers of our own choice.
  bool draw(const isa::Instruction& instruction, isa::ItState it, Draw& out) {
    const isa::Place place{0x10000, it, core_.features};
    const std::string_view name = instruction.row->name;
    const bool is_special = name == "MRS" || name == "MSR";
    if (!draw_encoding(random_, instruction, place, out)) return false;
    if (is_special) {
      out.word = (out.word & ~0xFFu) | special_register(name == "MSR");
      if (!instruction.row->matches(out.word)) return false;
      out.operands = instruction.decode(out.word, place);
      if (out.operands.unpredictable || out.operands.undefined) return false;
    }
    return true;
  }

  bool keeps_stack(const Draw& draw) const {
    if ((draw.roles.writes & isa::core_register(13)) == 0) return true;
    const std::string_view name = draw.instruction->row->name;
    if (name == "MSR") return true;
    if (name.find("SP plus immediate") != std::string_view::npos ||
        name.find("SP minus immediate") != std::string_view::npos)
      return draw.operands.imm <= (small_ram_ ? 0x100u : 0x800u);
    // A load or store that writes its base back.
    return (draw.roles.base & isa::core_register(13)) != 0 && draw.operands.rd != 13 &&
           draw.operands.ra != 13;
  }

  bool pin_addresses(const Draw& draw, Snippet& snippet) {
    const auto base = static_cast<std::uint32_t>(draw.roles.base & isa::kCoreRegisters);
    if (base == 0) return true;
    if (((draw.roles.base | draw.roles.index) & snippet.written) != 0) return false;
    const auto rn = static_cast<unsigned>(std::countr_zero(base));
    if (rn == 15) return true;
    const TimingClass timing_class = draw.instruction->row->timing_class;
    const bool plain = timing_class == TimingClass::load || timing_class == TimingClass::store;
    std::uint32_t address = scratch_address(plain && random_.below(3) == 0 ? 1 : 4);
    if (!plain && timing_class != TimingClass::store_exclusive && random_.below(16) == 0)
      address += 1 + random_.below(3);
    if (!draw.stores && random_.below(24) == 0) address = kNowhere + 4 * random_.below(0x400);
    if (rn == 13) address = snippet.pins.value[13];
    const auto index = static_cast<std::uint32_t>(draw.roles.index & isa::kCoreRegisters);
    if (index != 0) {
      const unsigned rm = draw.operands.rm;
      if (rm == rn) {
        if (address >= kNowhere || rn == 13) return false;
        address /= 1 + (1u << draw.operands.amount);
      } else if (!snippet.pins.set(rm, random_.below(small_ram_ ? 0x100 : 0x200))) {
        return false;
      }
    }
    return snippet.pins.set(rn, address);
  }

  /// What MSR may write: a stack pointer and a limit that the exception at the end can use.
  bool pin_special(const Draw& draw, Snippet& snippet) {
    if (std::string_view(draw.instruction->row->name) != "MSR") return true;
    if ((snippet.written >> draw.operands.rn & 1u) != 0) return false;
    const std::uint32_t which = draw.operands.imm;
    if (which == 8 || which == 9) return snippet.pins.set(draw.operands.rn, scratch_address(4));
    if (which == 10 || which == 11)
      return snippet.pins.set(draw.operands.rn, random_.below(2) == 0 ? 0 : scratch_address(1));
    return true;
  }

  void append(std::uint32_t word, bool wide, Snippet& snippet, isa::ItState it) {
    snippet.words.push_back(word);
    snippet.wide.push_back(wide);
    const auto first = static_cast<std::uint16_t>(wide ? word >> 16 : word);
    const isa::Decoded decoded = isa::decode_at(first, static_cast<std::uint16_t>(word),
                                                {0x10000, it, core_.features}, core_.features);
    if (!snippet.text.empty()) snippet.text += "; ";
    snippet.text += isa::disassemble(decoded);
  }

  /// Before a store-exclusive, mostly: the load of the same address.
  void exclusive_partner(const Draw& draw, Snippet& snippet) {
    if (draw.instruction->row->timing_class != TimingClass::store_exclusive) return;
    if (random_.below(4) == 0) return;
    unsigned rt = random_.below(8);
    while (((snippet.pins.mask | draw.roles.reads) >> rt & 1u) != 0) rt = (rt + 1) % 13;
    const std::uint32_t registers = std::uint32_t{draw.operands.rn} << 16 | rt << 12;
    const std::uint32_t word = (draw.word >> 20) == 0xE84
                                   ? 0xE8500F00 | registers | (draw.word & 0xFF)
                                   : 0xE8D00F0F | registers | (draw.word & 0xF0);
    append(word, true, snippet, {});
    snippet.written |= isa::core_register(rt);
  }

  bool instruction(Snippet& snippet, isa::ItState it) {
    const isa::Instruction& row = *rows_[random_.below(static_cast<unsigned>(rows_.size()))];
    Draw drawn;
    if (!draw(row, it, drawn)) return false;
    const std::string_view name = row.row->name;
    if (name == "CPS" && (drawn.operands.imm & 1u) != 0) return false;  // FAULTMASK
    if (!keeps_stack(drawn) || !pin_addresses(drawn, snippet) || !pin_special(drawn, snippet))
      return false;
    if (!it.in_it_block()) exclusive_partner(drawn, snippet);
    append(drawn.word, row.row->pattern.width_bits() == 32, snippet, it);
    snippet.written |= drawn.roles.writes;
    return true;
  }

  bool it_block(Snippet& snippet) {
    const unsigned length = 1 + random_.below(4);
    const std::uint32_t condition = random_.below(14);
    // firstcond:mask; each further instruction has the bit of its condition, then a one.
    std::uint32_t mask = 8u >> (length - 1);
    for (unsigned i = 1; i < length; ++i) mask |= random_.below(2) << (4 - i);
    isa::ItState it(static_cast<std::uint8_t>(condition << 4 | mask));
    append(0xBF00 | it.value(), false, snippet, {});
    for (unsigned i = 0; i < length; ++i, it = it.advance()) {
      if (!instruction(snippet, it)) return false;
    }
    return true;
  }

  Core core_;
  fp::testing::OperandSource random_;
  bool small_ram_;
  Address scratch_;
  std::vector<const isa::Instruction*> rows_;
};

void write_code(std::FILE* out, unsigned index, const Snippet& snippet) {
  std::fprintf(out, "snippet_%u:\n", index);
  for (std::size_t i = 0; i < snippet.words.size(); ++i) {
    if (snippet.wide[i]) std::fprintf(out, "\t.hword 0x%04x\n", snippet.words[i] >> 16);
    std::fprintf(out, "\t.hword 0x%04x\n", snippet.words[i] & 0xFFFF);
  }
  std::fprintf(out, "\t.hword 0xdf00\n");  // svc 0
}

void write_entry(std::FILE* out, unsigned index, const Snippet& snippet, std::uint32_t seed,
                 std::uint32_t options) {
  std::fprintf(out, "\t.word snippet_%u + 1, 0x%08x, 0x%08x, 0x%08x", index, seed, options,
               snippet.pins.mask);
  unsigned count = 0;
  for (unsigned i = 0; i < 16; ++i) {
    if ((snippet.pins.mask >> i & 1u) == 0) continue;
    std::fprintf(out, ", 0x%08x", snippet.pins.value[i]);
    ++count;
  }
  for (; count < kMostPins; ++count) std::fprintf(out, ", 0");
  std::fprintf(out, "\n");
}

int generate(char** arguments) {
  const auto core = kCores.find(arguments[1]);
  if (core == kCores.end()) {
    std::fprintf(stderr, "unknown core %s\n", arguments[1]);
    return 2;
  }
  const auto number = [&](int i) { return std::strtoull(arguments[i], nullptr, 0); };
  const auto snippets = static_cast<unsigned>(number(2));
  Batch batch(core->second, number(3), static_cast<Address>(number(4)));
  std::FILE* out = std::fopen(arguments[5], "w");
  std::FILE* list = std::fopen(arguments[6], "w");
  if (out == nullptr || list == nullptr) return 2;
  // Literal loads reach 4095 bytes around; they find the same filling everywhere.
  std::fprintf(out,
               "\t.syntax unified\n\t.thumb\n\t.section .text.batch, \"ax\"\n\t.balign 4\n"
               "\t.fill 1024, 4, 0x5A3C69F1\n");
  std::vector<Snippet> made;
  for (unsigned i = 0; i < snippets; ++i) {
    made.push_back(batch.snippet());
    write_code(out, i, made.back());
    std::fprintf(list, "%u %s\n", i, made.back().text.c_str());
  }
  std::fprintf(out,
               "\t.balign 4\n\t.fill 1024, 4, 0x87654321\n\t.global batch_table, "
               "batch_count\nbatch_table:\n");
  for (unsigned i = 0; i < snippets; ++i) {
    std::uint32_t options = batch.random_word();
    if (!core->second.has_ge) options &= ~0x000F0000u;
    write_entry(out, i, made[i], batch.random_word(), options);
  }
  std::fprintf(out, "batch_count:\n\t.word %u\n", snippets);
  const bool written = std::ferror(out) == 0 && std::ferror(list) == 0;
  return std::fclose(out) == 0 && std::fclose(list) == 0 && written ? 0 : 2;
}

}  // namespace
}  // namespace mcost::oracle

int main(int count, char** arguments) {
  if (count != 7) {
    std::fprintf(stderr, "usage: qemu_batch_generator CORE SNIPPETS SEED RAM_BASE OUT.S OUT.txt\n");
    return 2;
  }
  return mcost::oracle::generate(arguments);
}
