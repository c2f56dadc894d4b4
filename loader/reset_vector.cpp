// find_reset of elf_image.h.
#include <algorithm>
#include <cstring>

#include "loader/elf_file.h"
#include "loader/elf_image.h"
#include "loader/memory_fit.h"
#include "loader/symbols.h"
#include "sim_core/base/error.h"

namespace mcost::loader {
namespace {

constexpr std::uint64_t kTableAlignment = 128;  // ARMv7-M ARM B3.2.5: VTOR bits 6:0 are zero

struct Words {
  std::uint32_t sp = 0;
  std::uint32_t pc = 0;
};

Words words_at(const Segment& segment, std::size_t offset) {
  Words words;
  std::memcpy(&words.sp, segment.bytes.data() + offset, 4);
  std::memcpy(&words.pc, segment.bytes.data() + offset + 4, 4);
  return words;
}

// What symbols say about places where a vector table could be.
class Names {
 public:
  explicit Names(const Image& image) : image_(image), symbols_(SymbolTable::read(image)) {
    for (const Symbol& symbol : symbols_.symbols()) starts_.push_back(symbol.address);
    std::sort(starts_.begin(), starts_.end());
    std::vector<RangeIndex::Piece> loaded;
    for (std::size_t i = 0; i < image.sections.size(); ++i) {
      const Section& section = image.sections[i];
      if (!section.loaded) continue;
      const std::uint64_t begin = section.load_address;
      loaded.push_back({begin, begin + section.size_bytes, i});
    }
    loaded_ = RangeIndex::build(std::move(loaded));
  }

  /// False if the file has names and none of them is at `pc`.
  [[nodiscard]] bool may_start(Address pc) const {
    return symbols_.functions().empty() || std::binary_search(starts_.begin(), starts_.end(), pc);
  }
  /// True if the byte loaded at `address` belongs to a function: its code or its literal pool.
  [[nodiscard]] bool inside_function(Address address) const {
    const RangeIndex::Piece* const piece = loaded_.find(address);
    if (piece == nullptr) return false;
    const Section& section = image_.sections[piece->item];
    const Address executed = address - section.load_address + section.address;
    const Function* const function = symbols_.find_function(executed);
    // A table that start-up code declares as a function is data from its first byte on.
    return function != nullptr && (function->address != executed || symbols_.is_code(executed));
  }

 private:
  const Image& image_;
  SymbolTable symbols_;
  std::vector<Address> starts_;  // sorted
  RangeIndex loaded_;            // by load address; items index image.sections
};

class ResetFinder {
 public:
  ResetFinder(const Image& image, std::span<const MemoryRange> ranges)
      : image_(image), ranges_(ranges), code_(index_executable_sections(image)) {
    for (const Segment& segment : image.segments) {
      if (!segment.bytes.empty()) with_bytes_.push_back(&segment);
    }
  }

  // The table at the board's reset address. Whatever it holds is what the core would load, except
  // erased flash. Errors: ImageError if it is a table on which every core would lock up at once
  // and nobody says where to start instead.
  std::optional<ResetVector> at_board_address(Address reset_address, bool has_entry) const {
    for (const Address alias : aliases_of(reset_address, ranges_)) {
      const auto sp = image_.loaded_word(alias);
      const auto pc = image_.loaded_word(alias + 4);
      if (!sp || !pc || *sp == 0 || *sp == ~0u || *pc == ~0u) continue;
      if ((*pc & 1u) == 0) {
        if (!looks_like_sp(*sp) || !is_inside(*pc)) continue;
        if (!has_entry) throw_no_thumb_bit(alias, *pc);
      }
      return ResetVector{reset_address, *sp & ~3u, *pc & ~1u, ""};
    }
    return std::nullopt;
  }

  // The lowest table that starts at the entry point; else the lowest that starts at a symbol, or
  // without symbols the lowest at all. Code and literal pools can look like tables.
  std::optional<ResetVector> by_search() const {
    const Names names(image_);
    std::optional<ResetVector> named;
    for (const Segment* segment : with_bytes_) {
      const std::uint64_t base = segment->load_address;
      const std::uint64_t end = base + segment->bytes.size();
      std::uint64_t at = (base + 3) / 4 * 4;
      while (at + 8 <= end) {
        const auto table = static_cast<Address>(at);
        const Words words = words_at(*segment, static_cast<std::size_t>(at - base));
        const Address pc = words.pc & ~1u;
        at = (at / kTableAlignment + 1) * kTableAlignment;
        const bool starts_program = image_.entry == pc;
        if (!starts_program && (named || !names.may_start(pc))) continue;
        if (!looks_like_table(words) || names.inside_function(table)) continue;
        const ResetVector found{table, words.sp, pc, ""};
        if (starts_program) return found;
        named = found;
      }
    }
    return named;
  }

  /// True if `address`, as linked or through an alias, is in what the image loads.
  bool is_inside(Address address) const {
    if (code_.find(address) != nullptr) return true;
    const auto loaded = aliases_of(address, ranges_);
    return std::any_of(loaded.begin(), loaded.end(), [&](Address a) { return is_loaded(a); });
  }

 private:
  [[noreturn]] void throw_no_thumb_bit(Address table, std::uint32_t pc) const {
    throw ImageError("the reset vector at " + hex_address(std::uint64_t{table} + 4) + ", " +
                         hex_address(pc) + ", has no Thumb bit: the core locks up at once",
                     image_.name,
                     "mark the reset handler as a function (.thumb_func or .type NAME, %function), "
                     "or give --entry ADDRESS|SYMBOL");
  }

  bool is_loaded(Address address) const {
    const auto after = std::upper_bound(
        with_bytes_.begin(), with_bytes_.end(), address,
        [](Address a, const Segment* segment) { return a < segment->load_address; });
    if (after == with_bytes_.begin()) return false;
    const Segment& segment = **std::prev(after);
    return address - segment.load_address < segment.bytes.size();
  }

  bool looks_like_table(Words words) const {
    return looks_like_sp(words.sp) && (words.pc & 1u) != 0 && is_inside(words.pc & ~1u);
  }

  // The initial SP is word aligned and at most one past the end of a RAM. Without a board, RAM is
  // where the default memory map has it (ARMv7-M ARM B3.1), code-region RAM included.
  bool looks_like_sp(std::uint32_t sp) const {
    if (sp % 4 != 0 || sp == 0) return false;
    if (ranges_.empty()) return sp >= 0x10000000u && sp <= 0xa0000000u;
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const MemoryRange& range) {
      return range.writable_ram && sp > range.base && sp <= range.base + range.size;
    });
  }

  const Image& image_;
  std::span<const MemoryRange> ranges_;
  RangeIndex code_;
  std::vector<const Segment*> with_bytes_;  // sorted by load address, disjoint
};

std::string not_at_board(std::optional<Address> board) {
  return board ? "no vector table at the board's reset address " + hex_address(*board) + "; "
               : std::string();
}

}  // namespace

ResetVector find_reset(const Image& image, std::optional<Address> board_reset_address,
                       std::optional<Address> entry_override, std::span<const MemoryRange> ranges) {
  const ResetFinder finder(image, ranges);
  if (entry_override && !finder.is_inside(*entry_override & ~1u)) {
    throw ImageError("the entry " + hex_address(*entry_override) + " is outside the image",
                     image.name, "give --entry an address or symbol of its code");
  }
  std::optional<ResetVector> found;
  if (board_reset_address)
    found = finder.at_board_address(*board_reset_address, entry_override.has_value());
  if (!found) {
    found = finder.by_search();
    if (found) {
      found->note = not_at_board(board_reset_address) + "using the one found at " +
                    hex_address(*found->vector_table);
    }
  }
  if (!found && (entry_override || image.entry)) {
    found = ResetVector{std::nullopt, 0, entry_override ? *entry_override : *image.entry, ""};
    found->note = "no vector table found; starting at " + hex_address(found->pc & ~1u) +
                  " with SP 0 until the code sets it";
  }
  if (!found) {
    const std::string place = board_reset_address
                                  ? "the board's reset address " + hex_address(*board_reset_address)
                                  : std::string("a multiple of 128 bytes");
    throw ImageError("no vector table and no entry point", image.name,
                     "link a vector table at " + place + ", or give --entry ADDRESS|SYMBOL");
  }
  if (entry_override) found->pc = *entry_override;
  found->pc &= ~1u;
  return *found;
}

}  // namespace mcost::loader
