#include "loader/symbols.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "loader/elf_file.h"
#include "sim_core/base/error.h"

namespace mcost::loader {

/// Turns one symbol table section into the vectors of a SymbolTable.
class SymbolReader {
 public:
  SymbolReader(const Image& image, SymbolTable& out)
      : image_(image),
        out_(out),
        elf_(image.name, image.file),
        demangle_budget_(image.file->size() * 8 + (std::uint64_t{1} << 20)) {}

  void read() {
    for (const Section& section : image_.sections) {
      if (section.loaded && section.executable) code_sections_[section.index] = &section;
    }
    for (const ElfSection& section : elf_.sections()) {
      if (section.type != SHT_SYMTAB) continue;
      read_table(section);
      break;
    }
    sort_symbols();
    build_code();
    build_functions();
    build_objects();
  }

 private:
  struct Mapping {
    unsigned section;
    Address address;
    bool code;
  };
  struct Candidate {  // a function symbol inside a loaded executable section
    const Symbol* symbol;
    const Section* section;
  };

  void read_table(const ElfSection& table) {
    const auto bytes = elf_.contents(table);
    if (bytes.size() % sizeof(Elf32_Sym) != 0) {
      throw ImageError("malformed ELF: the symbol table has " + std::to_string(bytes.size()) +
                           " bytes, no multiple of " + std::to_string(sizeof(Elf32_Sym)),
                       elf_.name() + ", section " + table.name, "link or copy the file again");
    }
    const std::size_t count = bytes.size() / sizeof(Elf32_Sym);
    for (std::size_t i = 1; i < count; ++i) {
      Elf32_Sym symbol;
      std::memcpy(&symbol, bytes.data() + i * sizeof symbol, sizeof symbol);
      const unsigned type = ELF32_ST_TYPE(symbol.st_info);
      if (symbol.st_name == 0 || symbol.st_shndx == SHN_UNDEF || type == STT_SECTION ||
          type == STT_FILE || type == STT_TLS) {
        continue;
      }
      add_symbol(symbol, type,
                 elf_.string_at(table.link, symbol.st_name, "symbol " + std::to_string(i)));
    }
  }

  void add_symbol(const Elf32_Sym& raw, unsigned type, std::string name) {
    if (name.empty()) return;
    if (name[0] == '$') {
      if (type == STT_NOTYPE) add_mapping(raw, name);
      return;
    }
    Symbol symbol;
    const bool is_function = type == STT_FUNC || type == STT_GNU_IFUNC;
    symbol.kind = is_function                                ? SymbolKind::kFunction
                  : type == STT_OBJECT || type == STT_COMMON ? SymbolKind::kObject
                                                             : SymbolKind::kLabel;
    symbol.address = is_function ? raw.st_value & ~1u : raw.st_value;
    symbol.size_bytes = raw.st_size;
    const unsigned binding = ELF32_ST_BIND(raw.st_info);
    symbol.binding = binding == STB_LOCAL  ? Binding::kLocal
                     : binding == STB_WEAK ? Binding::kWeak
                                           : Binding::kGlobal;
    symbol.demangled = demangle(name, demangle_budget_);
    symbol.name = std::move(name);
    out_.symbols_.push_back(std::move(symbol));
    section_of_.push_back(raw.st_shndx);
  }

  // Arm AAELF32 5.5.5: $a, $t, $d, optionally followed by a dot and anything.
  void add_mapping(const Elf32_Sym& raw, const std::string& name) {
    if (name.size() < 2 || (name.size() > 2 && name[2] != '.')) return;
    if (name[1] != 'a' && name[1] != 't' && name[1] != 'd') return;
    mappings_.push_back({raw.st_shndx, raw.st_value, name[1] != 'd'});
  }

  void sort_symbols() {
    const auto& symbols = out_.symbols_;
    std::vector<std::size_t> order(symbols.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const Symbol& x = symbols[a];
      const Symbol& y = symbols[b];
      return std::tie(x.name, x.binding, x.address, x.kind, x.size_bytes) <
             std::tie(y.name, y.binding, y.address, y.kind, y.size_bytes);
    });
    std::vector<Symbol> sorted;
    std::vector<unsigned> sections;
    for (const std::size_t i : order) {
      sorted.push_back(std::move(out_.symbols_[i]));
      sections.push_back(section_of_[i]);
    }
    out_.symbols_ = std::move(sorted);
    section_of_ = std::move(sections);

    out_.by_demangled_.resize(order.size());
    std::iota(out_.by_demangled_.begin(), out_.by_demangled_.end(), std::size_t{0});
    std::stable_sort(out_.by_demangled_.begin(), out_.by_demangled_.end(),
                     [&](std::size_t a, std::size_t b) {
                       const Symbol& x = out_.symbols_[a];
                       const Symbol& y = out_.symbols_[b];
                       return std::tie(x.demangled, x.binding, x.address) <
                              std::tie(y.demangled, y.binding, y.address);
                     });
  }

  // Until its first mapping symbol a section is taken for code, as in images whose mapping symbols
  // were stripped.
  void build_code() {
    std::stable_sort(mappings_.begin(), mappings_.end(), [](const Mapping& a, const Mapping& b) {
      return std::tie(a.section, a.address) < std::tie(b.section, b.address);
    });
    std::vector<RangeIndex::Piece> ranges;
    for (const auto& [index, section] : code_sections_) {
      const std::uint64_t end = std::uint64_t{section->address} + section->size_bytes;
      std::uint64_t begin = section->address;
      bool code = true;
      auto mapping = std::lower_bound(mappings_.begin(), mappings_.end(), index,
                                      [](const Mapping& m, unsigned i) { return m.section < i; });
      for (; mapping != mappings_.end() && mapping->section == index; ++mapping) {
        if (!section->contains(mapping->address)) continue;
        ranges.push_back({begin, mapping->address, code ? std::size_t{1} : 0});
        begin = mapping->address;
        code = mapping->code;
      }
      ranges.push_back({begin, end, code ? std::size_t{1} : 0});
    }
    const RangeIndex all = RangeIndex::build(std::move(ranges));
    std::vector<RangeIndex::Piece> code;
    std::copy_if(all.pieces().begin(), all.pieces().end(), std::back_inserter(code),
                 [](const RangeIndex::Piece& piece) { return piece.item == 1; });
    out_.code_ = RangeIndex::build(std::move(code));
  }

  std::vector<Candidate> function_candidates() const {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < out_.symbols_.size(); ++i) {
      const Symbol& symbol = out_.symbols_[i];
      if (symbol.kind != SymbolKind::kFunction) continue;
      const auto section = code_sections_.find(section_of_[i]);
      if (section == code_sections_.end() || !section->second->contains(symbol.address)) continue;
      candidates.push_back({&symbol, section->second});
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return std::tie(a.symbol->address, a.symbol->binding, a.symbol->name) <
                              std::tie(b.symbol->address, b.symbol->binding, b.symbol->name);
                     });
    return candidates;
  }

  // Addresses at which a function of unknown size ends: anything typed or global, and literal
  // pools.
  std::vector<Address> boundaries() const {
    std::vector<Address> all;
    for (const Symbol& symbol : out_.symbols_) {
      if (symbol.kind != SymbolKind::kLabel || symbol.binding != Binding::kLocal) {
        all.push_back(symbol.address);
      }
    }
    for (const Mapping& mapping : mappings_) {
      if (!mapping.code) all.push_back(mapping.address);
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  void build_functions() {
    const std::vector<Candidate> candidates = function_candidates();
    const std::vector<Address> stops = boundaries();
    std::vector<RangeIndex::Piece> ranges;
    for (std::size_t i = 0; i < candidates.size();) {
      const Symbol& symbol = *candidates[i].symbol;
      const Section& section = *candidates[i].section;
      std::uint64_t size = symbol.size_bytes;
      Function function{symbol.name, symbol.demangled, symbol.address, 0, symbol.binding, {}};
      for (++i; i < candidates.size() && candidates[i].symbol->address == symbol.address; ++i) {
        const Symbol& alias = *candidates[i].symbol;
        if (symbol.size_bytes == 0) size = std::max<std::uint64_t>(size, alias.size_bytes);
        if (alias.name != symbol.name) function.aliases.push_back(alias.name);
      }
      std::uint64_t end = std::uint64_t{section.address} + section.size_bytes;
      if (size != 0) {
        end = std::min(end, symbol.address + size);
      } else {
        const auto stop = std::upper_bound(stops.begin(), stops.end(), symbol.address);
        if (stop != stops.end()) end = std::min<std::uint64_t>(end, *stop);
      }
      function.size_bytes = static_cast<std::uint32_t>(end - symbol.address);
      std::sort(function.aliases.begin(), function.aliases.end());
      const auto last = std::unique(function.aliases.begin(), function.aliases.end());
      function.aliases.erase(last, function.aliases.end());
      ranges.push_back({symbol.address, end, out_.functions_.size()});
      out_.functions_.push_back(std::move(function));
    }
    out_.function_ranges_ = RangeIndex::build(std::move(ranges));
  }

  void build_objects() {
    for (const Symbol& symbol : out_.symbols_) {
      if (symbol.kind == SymbolKind::kObject) out_.objects_.push_back(symbol);
    }
    // symbols_ is sorted by name, so names order the objects at one address and binding.
    std::stable_sort(out_.objects_.begin(), out_.objects_.end(),
                     [](const Object& a, const Object& b) {
                       return std::tie(a.address, a.binding) < std::tie(b.address, b.binding);
                     });
    std::vector<RangeIndex::Piece> ranges;
    for (std::size_t i = 0; i < out_.objects_.size(); ++i) {
      const Object& object = out_.objects_[i];
      const std::uint64_t end = std::uint64_t{object.address} + object.size_bytes;
      ranges.push_back({object.address, std::min(end, std::uint64_t{1} << 32), i});
    }
    out_.object_ranges_ = RangeIndex::build(std::move(ranges));
  }

  const Image& image_;
  SymbolTable& out_;
  ElfFile elf_;
  std::uint64_t demangle_budget_;
  std::map<unsigned, const Section*> code_sections_;  // by section header index
  std::vector<unsigned> section_of_;                  // st_shndx, parallel to out_.symbols_
  std::vector<Mapping> mappings_;
};

SymbolTable SymbolTable::read(const Image& image) {
  SymbolTable table;
  if (image.is_elf) {
    SymbolReader(image, table).read();
    const bool has_code_ranges = !table.code_.pieces().empty();
    if (has_code_ranges) return table;
  }
  std::vector<RangeIndex::Piece> code = index_executable_sections(image).pieces();
  for (RangeIndex::Piece& piece : code) piece.item = 1;
  table.code_ = RangeIndex::build(std::move(code));
  return table;
}

const Function* SymbolTable::find_function(Address address) const {
  const RangeIndex::Piece* piece = function_ranges_.find(address);
  return piece == nullptr ? nullptr : &functions_[piece->item];
}

const Object* SymbolTable::find_object(Address address) const {
  const RangeIndex::Piece* piece = object_ranges_.find(address);
  return piece == nullptr ? nullptr : &objects_[piece->item];
}

const Symbol* SymbolTable::find_symbol(std::string_view name) const {
  const auto exact =
      std::lower_bound(symbols_.begin(), symbols_.end(), name,
                       [](const Symbol& s, std::string_view n) { return s.name < n; });
  if (exact != symbols_.end() && exact->name == name) return &*exact;

  const auto first_demangled = [&](std::string_view text) {
    return std::lower_bound(
        by_demangled_.begin(), by_demangled_.end(), text,
        [&](std::size_t i, std::string_view n) { return symbols_[i].demangled < n; });
  };
  auto it = first_demangled(name);
  if (it != by_demangled_.end() && symbols_[*it].demangled == name) return &symbols_[*it];

  const std::string prefix = std::string(name) + "(";
  const Symbol* found = nullptr;
  for (it = first_demangled(prefix); it != by_demangled_.end(); ++it) {
    const Symbol& symbol = symbols_[*it];
    if (!symbol.demangled.starts_with(prefix)) break;
    if (found != nullptr && found->address != symbol.address) return nullptr;
    if (found == nullptr || symbol.binding < found->binding) found = &symbol;
  }
  return found;
}

bool SymbolTable::is_code(Address address) const { return code_.find(address) != nullptr; }

}  // namespace mcost::loader
