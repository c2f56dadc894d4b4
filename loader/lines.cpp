#include "loader/lines.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

#include "loader/debug_entries.h"
#include "loader/line_program.h"
#include "loader/range_index.h"

namespace mcost::loader {
namespace {

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') || (path.size() > 1 && path[1] == ':');
}

// A name without host directories: what is left below the compilation directory, else the last
// part.
std::string printable_name(std::string_view file, std::string_view directory) {
  if (!directory.empty() && file.starts_with(directory) &&
      file.substr(directory.size()).starts_with('/')) {
    file.remove_prefix(directory.size() + 1);
  }
  while (file.starts_with("./")) file.remove_prefix(2);
  if (!is_absolute(file) && file.find("..") == std::string_view::npos) return std::string(file);
  const std::size_t slash = file.find_last_of("/\\");
  return std::string(slash == std::string_view::npos ? file : file.substr(slash + 1));
}

}  // namespace

struct LineTable::Data {
  struct Row {
    std::uint64_t begin;
    std::uint64_t end;
    const SourceFile* file;
    std::uint32_t line;
    std::uint32_t column;
  };

  const SourceFile* intern(const std::string& file, const std::string& directory);
  const SourceFile* file_of(std::size_t unit, std::uint64_t number);
  void read_unit(std::size_t index, const Image& image, const SymbolTable& symbols,
                 const RangeIndex& code_sections, LineBudget& budget);
  void add_sequence(std::size_t unit, const LineSequence& sequence);
  void sort_rows();

  std::unique_ptr<DebugEntries> entries;
  std::vector<std::vector<std::string>> unit_files;  // by unit, then DWARF file number
  std::deque<SourceFile> files;                      // addresses stay valid
  std::map<std::pair<std::string, std::string>, const SourceFile*> file_index;
  std::set<std::uint64_t> programs_read;
  std::vector<Row> rows;  // sorted, disjoint
  RangeIndex code;
  std::vector<std::string> notes;
};

const SourceFile* LineTable::Data::intern(const std::string& file, const std::string& directory) {
  const SourceFile*& known = file_index[{directory, file}];
  if (known == nullptr) {
    const bool join = !is_absolute(file) && !directory.empty();
    files.push_back({join ? directory + "/" + file : file, printable_name(file, directory)});
    known = &files.back();
  }
  return known;
}

const SourceFile* LineTable::Data::file_of(std::size_t unit, std::uint64_t number) {
  const auto& names = unit_files[unit];
  if (number >= names.size() || names[static_cast<std::size_t>(number)].empty()) return nullptr;
  return intern(names[static_cast<std::size_t>(number)], entries->units()[unit].directory);
}

namespace {

using Functions = std::span<const DebugFunction>;

// At 0 the sequence of the real code must be told from those of functions of its unit that were
// discarded: it ends where a function that agrees ends, up to padding, ...
bool ends_with_function(const LineSequence& sequence, const DebugUnit& unit) {
  constexpr std::uint64_t kPadding = 3;
  return std::any_of(unit.functions.begin(), unit.functions.end(), [&](const DebugFunction& f) {
    return f.agrees && f.end <= sequence.end && sequence.end - f.end <= kPadding;
  });
}

// ... and of all functions at 0 the one declared closest before its first line is one that agrees.
bool starts_with_function(const LineSequence& sequence, Functions at_begin) {
  const LineRow& row = sequence.rows.front();
  const auto key = [&](const DebugFunction& f) {
    return std::tuple(f.line <= row.line, f.file == row.file, f.line, f.agrees);
  };
  const auto closest = std::max_element(
      at_begin.begin(), at_begin.end(),
      [&](const DebugFunction& a, const DebugFunction& b) { return key(a) < key(b); });
  return closest->agrees;
}

// Some function symbol starts inside the sequence, or owns its first address.
bool has_function(const LineSequence& sequence, const SymbolTable& symbols) {
  if (symbols.find_function(static_cast<Address>(sequence.begin)) != nullptr) return true;
  const auto& functions = symbols.functions();
  const auto next =
      std::lower_bound(functions.begin(), functions.end(), sequence.begin,
                       [](const Function& f, std::uint64_t a) { return f.address < a; });
  return next != functions.end() && next->address < sequence.end;
}

// Does real code back this sequence, or is it left over from a function the linker discarded?
bool is_backed(const LineSequence& sequence, const DebugUnit& unit, const SymbolTable& symbols,
               const Image& image, const RangeIndex& code_sections) {
  const auto address = static_cast<Address>(sequence.begin);
  const RangeIndex::Piece* piece = code_sections.find(address);
  if (piece == nullptr) return false;
  const Section& section = image.sections[piece->item];
  if (sequence.end > std::uint64_t{section.address} + section.size_bytes) return false;
  if (!has_function(sequence, symbols)) return false;

  const auto [first, last] = std::equal_range(
      unit.functions.begin(), unit.functions.end(), DebugFunction{.begin = sequence.begin},
      [](const DebugFunction& a, const DebugFunction& b) { return a.begin < b.begin; });
  if (first != last) {
    if (std::none_of(first, last, [](const DebugFunction& f) { return f.agrees; })) return false;
    return sequence.begin != 0 || (ends_with_function(sequence, unit) &&
                                   starts_with_function(sequence, Functions(first, last)));
  }
  // Assembly has no function entries. A discarded piece starts at 0, where its end must fit too.
  if (sequence.begin != 0) return true;
  const Function* function = symbols.find_function(static_cast<Address>(sequence.end - 1));
  return function != nullptr &&
         sequence.end == std::uint64_t{function->address} + function->size_bytes;
}

}  // namespace

void LineTable::Data::read_unit(std::size_t index, const Image& image, const SymbolTable& symbols,
                                const RangeIndex& code_sections, LineBudget& budget) {
  const DebugUnit& unit = entries->units()[index];
  if (!unit.line_offset || !programs_read.insert(*unit.line_offset).second) return;
  try {
    LineProgram program = run_line_program(entries->sections(), *unit.line_offset, budget);
    unit_files[index] = std::move(program.files);
    for (const LineSequence& sequence : program.sequences) {
      if (is_backed(sequence, unit, symbols, image, code_sections)) add_sequence(index, sequence);
    }
  } catch (const MalformedDebug& error) {
    notes.push_back("source lines of unit " + (unit.name.empty() ? "?" : unit.name) +
                    " are left out: " + error.what());
  }
}

void LineTable::Data::add_sequence(std::size_t unit, const LineSequence& sequence) {
  std::uint32_t file_number = ~0u;
  const SourceFile* file = nullptr;
  for (std::size_t i = 0; i < sequence.rows.size(); ++i) {
    const LineRow& row = sequence.rows[i];
    const bool is_last = i + 1 == sequence.rows.size();
    const std::uint64_t end = is_last ? sequence.end : sequence.rows[i + 1].address;
    // Of several rows at one address the last one describes the instruction.
    if (row.address >= end) continue;
    if (row.file != file_number) {
      file_number = row.file;
      file = file_of(unit, row.file);
    }
    rows.push_back({row.address, end, file, row.line, row.column});
  }
}

void LineTable::Data::sort_rows() {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.begin < b.begin; });
  std::vector<Row> disjoint;
  for (const Row& row : rows) {
    if (!disjoint.empty() && disjoint.back().begin == row.begin) continue;
    if (!disjoint.empty()) disjoint.back().end = std::min(disjoint.back().end, row.begin);
    disjoint.push_back(row);
  }
  rows = std::move(disjoint);
}

LineTable::LineTable() : data_(std::make_unique<Data>()) {}
LineTable::~LineTable() = default;
LineTable::LineTable(LineTable&&) noexcept = default;
LineTable& LineTable::operator=(LineTable&&) noexcept = default;

LineTable LineTable::read(const Image& image, const SymbolTable& symbols) {
  LineTable table;
  Data& data = *table.data_;
  if (!image.is_elf) return table;
  data.code = symbols.code();
  data.entries = std::make_unique<DebugEntries>(image, symbols, data.notes);
  const std::size_t units = data.entries->units().size();
  if (units != 0 && symbols.functions().empty()) {
    data.notes.emplace_back(
        "source lines are left out: there are no function symbols to check them");
    return table;
  }
  data.unit_files.resize(units);
  const std::uint64_t line_bytes = data.entries->sections().line.size();
  LineBudget budget{line_bytes, line_bytes * 64 + (std::uint64_t{1} << 20)};
  const RangeIndex code_sections = index_executable_sections(image);
  for (std::size_t i = 0; i < units; ++i) data.read_unit(i, image, symbols, code_sections, budget);
  data.sort_rows();
  return table;
}

std::optional<SourceLine> LineTable::find(Address address) const {
  const auto& rows = data_->rows;
  const auto after =
      std::upper_bound(rows.begin(), rows.end(), std::uint64_t{address},
                       [](std::uint64_t a, const Data::Row& row) { return a < row.begin; });
  if (after == rows.begin()) return std::nullopt;
  const Data::Row& row = *std::prev(after);
  if (address >= row.end || row.line == 0 || data_->code.find(address) == nullptr) {
    return std::nullopt;
  }
  return SourceLine{row.file, row.line, row.column};
}

std::vector<InlineFrame> LineTable::inlined_at(Address address) const {
  std::vector<InlineFrame> frames;
  if (data_->entries == nullptr || data_->unit_files.empty()) return frames;
  if (data_->code.find(address) == nullptr) return frames;
  for (InlinedCall& call : data_->entries->inlined_at(address)) {
    frames.push_back({std::move(call.function),
                      {data_->file_of(call.unit, call.file), static_cast<std::uint32_t>(call.line),
                       static_cast<std::uint32_t>(call.column)}});
  }
  return frames;
}

const std::vector<std::string>& LineTable::notes() const { return data_->notes; }

bool LineTable::empty() const { return data_->rows.empty(); }

}  // namespace mcost::loader
