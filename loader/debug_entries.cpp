#include "loader/debug_entries.h"

#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "loader/byte_reader.h"
#include "loader/elf_file.h"

namespace mcost::loader {
namespace {

// Compilers stay far below these; they bound the time a hostile file can take.
constexpr unsigned kMaxDepth = 64;
constexpr unsigned kMaxAttributes = 64;
constexpr std::size_t kMaxName = 4096;

std::string_view bounded(const char* text) {
  return text == nullptr ? std::string_view() : std::string_view(text, strnlen(text, kMaxName));
}

std::uint64_t number(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr(&die, name, &attribute) == nullptr) return 0;
  return dwarf_formudata(&attribute, &value) == 0 ? value : 0;
}

// As `number`, also from the declaration or abstract instance that the entry refers to.
std::uint64_t inherited_number(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr_integrate(&die, name, &attribute) == nullptr) return 0;
  return dwarf_formudata(&attribute, &value) == 0 ? value : 0;
}

std::string_view linkage_name(Dwarf_Die& die) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (dwarf_attr_integrate(&die, name, &attribute) != nullptr) {
      return bounded(dwarf_formstring(&attribute));
    }
  }
  return {};
}

// `symbol` is `name` or a clone of it: name.constprop.0, name.part.0, name.cold.
bool is_clone_of(std::string_view symbol, std::string_view name) {
  if (name.empty() || !symbol.starts_with(name)) return false;
  return symbol.size() == name.size() || symbol[name.size()] == '.';
}

}  // namespace

struct DebugEntries::Handles {
  /// On bytes of its own: where libdw decompresses a section, it writes into the headers.
  Handles(const Image& image)
      : elf(image.name, std::make_shared<FileBytes::element_type>(*image.file)) {}
  ~Handles() {
    if (dwarf != nullptr) dwarf_end(dwarf);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  ElfFile elf;
  Dwarf* dwarf = nullptr;
};

/// Fills a DebugEntries.
class DebugEntryReader {
 public:
  DebugEntryReader(DebugEntries& out, const SymbolTable& symbols, std::vector<std::string>& notes)
      : out_(out), elf_(out.handles_->elf), symbols_(symbols), notes_(notes) {}

  void read() {
    if (!sizes_are_sane()) return;
    out_.handles_->dwarf = dwarf_begin_elf(elf_.handle(), DWARF_C_READ, nullptr);
    if (out_.handles_->dwarf == nullptr) {
      if (elf_.find_section(".debug_info") == nullptr) return;
      notes_.emplace_back("debug data are left out: they are malformed");
      return;
    }
    out_.sections_ = {section(".debug_line"), section(".debug_line_str"), section(".debug_str")};
    abbreviations_ = section(".debug_abbrev");
    abbreviation_budget_ = abbreviations_.size();
    entry_budget_ = section(".debug_info").size();
    range_budget_ =
        entry_budget_ + section(".debug_ranges").size() + section(".debug_rnglists").size();
    read_units();
    out_.inlined_ = RangeIndex::build(std::move(inlined_));
  }

 private:
  // What a visit of a function's entries needs to know.
  struct Scope {
    const std::vector<DebugFunction>* pieces = nullptr;  // null outside functions
    std::size_t frame = DebugEntries::kNone;
  };

  // Decides before libdw decompresses anything or follows a link to another file.
  bool sizes_are_sane() {
    std::uint64_t total = 0;
    for (const ElfSection& s : elf_.sections()) {
      if (s.name == ".gnu_debugaltlink") {
        notes_.emplace_back("debug data are left out: parts are in another file (dwz)");
        return false;
      }
      if (s.name.starts_with(".zdebug")) {
        notes_.emplace_back("debug data are left out: compressed in the old GNU format");
        return false;
      }
      if ((s.flags & SHF_COMPRESSED) == 0) continue;
      ByteReader header(elf_.contents(s));
      header.u32();  // ch_type
      const std::uint64_t size = header.u32();
      constexpr std::uint64_t kMaxRatio = 64;
      total += size;
      if (header.failed() || size > s.size_bytes * kMaxRatio + 65536 || total > kMaxFileBytes) {
        notes_.push_back("debug data are left out: section " + s.name +
                         " has an impossible compressed size");
        return false;
      }
    }
    return true;
  }

  std::span<const std::uint8_t> section(const std::string& name) const {
    const ElfSection* header = elf_.find_section(name);
    if (header == nullptr || !header->has_file_bytes()) return {};
    Elf_Scn* scn = elf_getscn(elf_.handle(), header->index);
    const Elf32_Shdr* now = scn == nullptr ? nullptr : elf32_getshdr(scn);
    // libdw has decompressed the sections it knows.
    if (now == nullptr || (now->sh_flags & SHF_COMPRESSED) != 0) return {};
    const Elf_Data* data = elf_rawdata(scn, nullptr);
    if ((header->flags & SHF_COMPRESSED) != 0) data = elf_getdata(scn, nullptr);
    if (data == nullptr || data->d_buf == nullptr) return {};
    return {static_cast<const std::uint8_t*>(data->d_buf), data->d_size};
  }

  void read_units() {
    Dwarf_Off offset = 0;
    Dwarf_Off next = 0;
    std::size_t header_bytes = 0;
    Dwarf_Off abbreviations = 0;
    std::uint8_t address_bytes = 0;
    int result = 0;
    while ((result = dwarf_nextcu(out_.handles_->dwarf, offset, &next, &header_bytes,
                                  &abbreviations, &address_bytes, nullptr)) == 0) {
      DebugUnit unit;
      const std::size_t ranges = inlined_.size();
      const std::size_t frames = out_.frames_.size();
      try {
        check_abbreviations(abbreviations);
        if (address_bytes != 4) throw MalformedDebug("addresses have not 4 bytes");
        read_unit(offset + header_bytes, unit);
        out_.units_.push_back(std::move(unit));
      } catch (const MalformedDebug& error) {
        notes_.push_back("debug data of unit " + (unit.name.empty() ? "?" : unit.name) +
                         " are left out: " + error.what());
        inlined_.resize(ranges);
        out_.frames_.resize(frames);
      }
      if (next <= offset) break;
      offset = next;
    }
    if (result < 0) {
      notes_.push_back("debug data after byte " + std::to_string(offset) +
                       " are left out: a unit header is malformed");
    }
  }

  void check_abbreviations(std::uint64_t offset) {
    if (!checked_abbreviations_.insert(offset).second) return;
    if (offset >= abbreviations_.size()) throw MalformedDebug("it has no abbreviations");
    ByteReader reader(abbreviations_.subspan(static_cast<std::size_t>(offset)));
    while (reader.uleb() != 0) {
      reader.uleb();  // tag
      reader.u8();    // children
      unsigned attributes = 0;
      std::uint64_t form = 0;
      for (bool more = true; more; ++attributes) {
        const std::uint64_t name = reader.uleb();
        form = reader.uleb();
        if (form == DW_FORM_implicit_const) reader.sleb();
        more = name != 0 || form != 0;
      }
      if (reader.failed() || attributes > kMaxAttributes) {
        checked_abbreviations_.erase(offset);
        throw MalformedDebug("its abbreviations are malformed");
      }
    }
    if (reader.position() > abbreviation_budget_) {
      checked_abbreviations_.erase(offset);
      abbreviation_budget_ = 0;
      throw MalformedDebug("its abbreviations overlap those of others");
    }
    abbreviation_budget_ -= reader.position();
  }

  void read_unit(Dwarf_Off offset, DebugUnit& unit) {
    Dwarf_Die die;
    if (dwarf_offdie(out_.handles_->dwarf, offset, &die) == nullptr) {
      throw MalformedDebug("it has no entries");
    }
    unit.name = short_name(bounded(dwarf_diename(&die)));
    std::uint8_t kind = 0;
    if (dwarf_cu_info(die.cu, nullptr, &kind, nullptr, nullptr, nullptr, nullptr, nullptr) != 0) {
      throw MalformedDebug("its header is malformed");
    }
    // libdw would open the file that holds the rest.
    if (kind == DW_UT_skeleton || kind == DW_UT_split_compile || kind == DW_UT_split_type) {
      throw MalformedDebug("it is split into another file (-gsplit-dwarf)");
    }
    Dwarf_Attribute attribute;
    if (dwarf_attr(&die, DW_AT_comp_dir, &attribute) != nullptr) {
      unit.directory = bounded(dwarf_formstring(&attribute));
    }
    Dwarf_Word line = 0;
    if (dwarf_attr(&die, DW_AT_stmt_list, &attribute) != nullptr &&
        dwarf_formudata(&attribute, &line) == 0) {
      unit.line_offset = line;
    }
    visit_children(die, Scope{}, unit, 0);
    std::stable_sort(
        unit.functions.begin(), unit.functions.end(),
        [](const DebugFunction& a, const DebugFunction& b) { return a.begin < b.begin; });
  }

  static std::string short_name(std::string_view path) {
    const std::size_t slash = path.find_last_of("/\\");
    return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
  }

  void visit_children(Dwarf_Die& parent, const Scope& scope, DebugUnit& unit, unsigned depth) {
    Dwarf_Die child;
    if (depth == kMaxDepth) return;
    int result = dwarf_child(&parent, &child);
    while (result == 0) {
      if (entry_budget_ == 0) throw MalformedDebug("its entries overlap");
      --entry_budget_;
      visit(child, scope, unit, depth);
      const Dwarf_Off before = dwarf_dieoffset(&child);
      result = dwarf_siblingof(&child, &child);
      if (result == 0 && dwarf_dieoffset(&child) <= before) result = -1;
    }
    if (result < 0) throw MalformedDebug("its entries are malformed");
  }

  void visit(Dwarf_Die& die, const Scope& scope, DebugUnit& unit, unsigned depth) {
    switch (dwarf_tag(&die)) {
      case DW_TAG_namespace:
      case DW_TAG_module: visit_children(die, scope, unit, depth + 1); break;
      case DW_TAG_lexical_block:
      case DW_TAG_try_block:
      case DW_TAG_catch_block:
        if (scope.pieces != nullptr) visit_children(die, scope, unit, depth + 1);
        break;
      case DW_TAG_subprogram: visit_function(die, unit, depth); break;
      case DW_TAG_inlined_subroutine:
        if (scope.pieces != nullptr) visit_inlined(die, scope, unit, depth);
        break;
      default: break;
    }
  }

  std::vector<DebugFunction> ranges_of(Dwarf_Die& die) {
    std::vector<DebugFunction> ranges;
    Dwarf_Addr base = 0;
    Dwarf_Addr begin = 0;
    Dwarf_Addr end = 0;
    std::ptrdiff_t position = 0;
    while ((position = dwarf_ranges(&die, position, &base, &begin, &end)) > 0) {
      if (range_budget_ == 0) throw MalformedDebug("its range lists overlap");
      --range_budget_;
      begin &= ~Dwarf_Addr{1};
      if (begin < end && end <= std::uint64_t{1} << 32)
        ranges.push_back({.begin = begin, .end = end});
    }
    if (position < 0) throw MalformedDebug("a range list is malformed");
    return ranges;
  }

  void visit_function(Dwarf_Die& die, DebugUnit& unit, unsigned depth) {
    std::vector<DebugFunction> pieces = ranges_of(die);
    Dwarf_Addr low = 0;
    if (pieces.empty() && dwarf_lowpc(&die, &low) == 0) {
      // DWARF 2 and 3 give the end as an address too, so discarded functions are empty. Their lines
      // are still there.
      pieces.push_back({.begin = low, .end = low});
    }
    for (DebugFunction& piece : pieces) {
      piece.agrees = agrees(die, piece);
      piece.file = inherited_number(die, DW_AT_decl_file);
      piece.line = inherited_number(die, DW_AT_decl_line);
      piece.entry_offset = dwarf_dieoffset(&die);
    }
    unit.functions.insert(unit.functions.end(), pieces.begin(), pieces.end());
    std::erase_if(pieces, [](const DebugFunction& piece) { return !piece.agrees; });
    if (pieces.empty()) return;
    visit_children(die, Scope{&pieces, DebugEntries::kNone}, unit, depth + 1);
  }

  bool agrees(Dwarf_Die& die, const DebugFunction& piece) const {
    if (piece.begin == piece.end) return false;
    const Function* function = symbols_.find_function(static_cast<Address>(piece.begin));
    if (function == nullptr || function->address != piece.begin) return false;
    const bool same_size = piece.end - piece.begin == function->size_bytes;
    // Discarded functions are at 0, so there a name is not enough. Elsewhere the name may differ
    // (constructors).
    if (same_size && piece.begin != 0) return true;
    if (!same_size && piece.begin == 0) return false;
    const std::array names = {linkage_name(die), bounded(dwarf_diename(&die))};
    for (const std::string_view name : names) {
      if (is_clone_of(function->name, name)) return true;
      for (const std::string& alias : function->aliases) {
        if (is_clone_of(alias, name)) return true;
      }
    }
    return false;
  }

  void visit_inlined(Dwarf_Die& die, const Scope& scope, DebugUnit& unit, unsigned depth) {
    const std::size_t frame = out_.frames_.size();
    for (const DebugFunction& range : ranges_of(die)) {
      const bool inside =
          std::any_of(scope.pieces->begin(), scope.pieces->end(), [&](const DebugFunction& piece) {
            return piece.begin <= range.begin && range.end <= piece.end;
          });
      if (inside) inlined_.push_back({range.begin, range.end, DebugEntries::kNone - frame});
    }
    out_.frames_.push_back({dwarf_dieoffset(&die), scope.frame, out_.units_.size()});
    visit_children(die, Scope{scope.pieces, frame}, unit, depth + 1);
  }

  DebugEntries& out_;
  const ElfFile& elf_;
  const SymbolTable& symbols_;
  std::vector<std::string>& notes_;
  std::span<const std::uint8_t> abbreviations_;
  std::uint64_t abbreviation_budget_ = 0;
  std::uint64_t entry_budget_ = 0;
  std::uint64_t range_budget_ = 0;
  std::set<std::uint64_t> checked_abbreviations_;
  std::vector<RangeIndex::Piece> inlined_;
};

DebugEntries::DebugEntries(const Image& image, const SymbolTable& symbols,
                           std::vector<std::string>& notes)
    : handles_(std::make_unique<Handles>(image)) {
  DebugEntryReader(*this, symbols, notes).read();
}

Dwarf* DebugEntries::dwarf() const { return handles_->dwarf; }

DebugEntries::~DebugEntries() = default;

std::vector<InlinedCall> DebugEntries::inlined_at(Address address) const {
  std::vector<InlinedCall> calls;
  const RangeIndex::Piece* piece = inlined_.find(address);
  if (piece == nullptr) return calls;
  for (std::size_t i = kNone - piece->item; i != kNone; i = frames_[i].parent) {
    const Frame& frame = frames_[i];
    Dwarf_Die die;
    if (dwarf_offdie(handles_->dwarf, frame.entry_offset, &die) == nullptr) break;
    std::string_view name = linkage_name(die);
    if (name.empty()) name = bounded(dwarf_diename(&die));
    calls.push_back({demangle(std::string(name)), frame.unit, number(die, DW_AT_call_file),
                     number(die, DW_AT_call_line), number(die, DW_AT_call_column)});
  }
  return calls;
}

}  // namespace mcost::loader
