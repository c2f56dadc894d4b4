#include "loader/line_program.h"

#include <dwarf.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "loader/byte_reader.h"

namespace mcost::loader {
namespace {

constexpr std::uint64_t kAddressSpace = std::uint64_t{1} << 32;

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') || (path.size() > 1 && path[1] == ':');
}

std::string join(std::string_view directory, std::string_view file) {
  if (directory.empty() || is_absolute(file)) return std::string(file);
  std::string path(directory);
  if (!path.ends_with('/')) path += '/';
  return path += file;
}

class LineProgramReader {
 public:
  LineProgramReader(const DebugSections& sections, LineBudget& budget)
      : sections_(sections), budget_(budget), unit_({}) {}

  LineProgram run(std::uint64_t offset) {
    open_unit(offset);
    read_header();
    execute();
    return std::move(out_);
  }

 private:
  struct State {
    std::uint64_t address = 0;
    std::uint32_t file = 1;
    std::uint32_t line = 1;
    std::uint32_t column = 0;
  };
  struct Format {
    std::uint64_t content;
    std::uint64_t form;
  };
  struct Entry {
    std::string_view path;
    std::uint64_t directory = 0;
  };

  static void spend(std::uint64_t& budget, std::uint64_t amount) {
    if (amount > budget) throw MalformedDebug("line programs overlap");
    budget -= amount;
  }

  void require(bool good, const char* what) const {
    if (!good || unit_.failed()) throw MalformedDebug(what);
  }

  void open_unit(std::uint64_t offset) {
    if (offset >= sections_.line.size())
      throw MalformedDebug("the line program is outside .debug_line");
    ByteReader reader(sections_.line.subspan(static_cast<std::size_t>(offset)));
    const std::uint32_t length = reader.u32();
    unit_ = ByteReader(reader.take(length));
    if (reader.failed()) throw MalformedDebug("a line program is truncated");
    spend(budget_.program_bytes, length);
  }

  void read_header() {
    version_ = unit_.u16();
    if (version_ < 2 || version_ > 5) {
      throw MalformedDebug("line program version " + std::to_string(version_) + " is unknown");
    }
    if (version_ >= 5) {
      require(unit_.u8() == 4, "addresses have not 4 bytes");
      require(unit_.u8() == 0, "segment selectors are in use");
    }
    const std::uint32_t header_length = unit_.u32();
    ByteReader header(unit_.take(header_length));
    require(true, "a line program header is truncated");
    std::swap(unit_, header);
    minimum_instruction_ = unit_.u8();
    if (version_ >= 4) require(unit_.u8() == 1, "VLIW line programs are unknown");
    unit_.u8();  // default_is_stmt
    const int base = unit_.u8();
    line_base_ = base < 128 ? base : base - 256;
    line_range_ = unit_.u8();
    opcode_base_ = unit_.u8();
    require(line_range_ != 0 && opcode_base_ != 0, "a line program header is malformed");
    const auto lengths = unit_.take(opcode_base_ - 1u);
    operand_counts_.assign(lengths.begin(), lengths.end());
    if (version_ >= 5) {
      read_names_5();
    } else {
      read_names_2();
    }
    require(true, "the file names of a line program are malformed");
    std::swap(unit_, header);
  }

  void read_names_2() {
    directories_.emplace_back();
    for (std::string_view name = unit_.string(); !name.empty(); name = unit_.string()) {
      directories_.emplace_back(name);
    }
    out_.files.emplace_back();
    for (std::string_view name = unit_.string(); !name.empty(); name = unit_.string()) {
      add_file_2(name);
    }
  }

  void add_file_2(std::string_view name) {
    const std::uint64_t directory = unit_.uleb();
    unit_.uleb();  // time
    unit_.uleb();  // size
    add_file({name, directory});
  }

  void add_file(const Entry& entry) {
    require(entry.directory < directories_.size(), "a source file has no directory");
    const std::string_view directory = directories_[static_cast<std::size_t>(entry.directory)];
    spend(budget_.name_bytes, directory.size() + entry.path.size());
    out_.files.push_back(join(directory, entry.path));
  }

  void read_names_5() {
    for (const Entry& entry : read_table()) directories_.emplace_back(entry.path);
    // Directory 0 is the compilation directory, which the caller joins.
    if (!directories_.empty()) directories_[0] = {};
    for (const Entry& entry : read_table()) add_file(entry);
  }

  std::vector<Entry> read_table() {
    std::vector<Format> formats(unit_.u8());
    for (Format& format : formats) {
      format.content = unit_.uleb();
      format.form = unit_.uleb();
    }
    const std::uint64_t count = unit_.uleb();
    require(formats.empty() ? count == 0 : count <= unit_.remaining(), "a name table is malformed");
    std::vector<Entry> entries;
    for (std::uint64_t i = 0; i < count; ++i) {
      Entry entry;
      for (const Format& format : formats) read_field(format, entry);
      require(true, "a name table is malformed");
      entries.push_back(entry);
    }
    return entries;
  }

  void read_field(const Format& format, Entry& entry) {
    switch (format.form) {
      case DW_FORM_string: return set_text(format, entry, unit_.string());
      case DW_FORM_line_strp: return set_text(format, entry, text_at(sections_.line_str));
      case DW_FORM_strp: return set_text(format, entry, text_at(sections_.str));
      case DW_FORM_udata: return set_number(format, entry, unit_.uleb());
      case DW_FORM_data1: return set_number(format, entry, unit_.u8());
      case DW_FORM_data2: return set_number(format, entry, unit_.u16());
      case DW_FORM_data4: return set_number(format, entry, unit_.u32());
      case DW_FORM_data8: return set_number(format, entry, unit_.word(8));
      case DW_FORM_data16: unit_.take(16); return;
      case DW_FORM_block: unit_.take(unit_.uleb()); return;
      default: throw MalformedDebug("a name table uses an unknown form");
    }
  }

  static void set_text(const Format& format, Entry& entry, std::string_view text) {
    if (format.content == DW_LNCT_path) entry.path = text;
  }

  static void set_number(const Format& format, Entry& entry, std::uint64_t value) {
    if (format.content == DW_LNCT_directory_index) entry.directory = value;
  }

  std::string_view text_at(std::span<const std::uint8_t> strings) {
    const std::uint32_t offset = unit_.u32();
    require(offset < strings.size(), "a file name is outside its string section");
    constexpr std::size_t kMaxPath = 4096;
    const auto rest = strings.subspan(offset, std::min(kMaxPath, strings.size() - offset));
    const std::string_view text = ByteReader(rest).string();
    require(!text.empty() || rest[0] == 0, "a file name is not terminated");
    return text;
  }

  void execute() {
    while (!unit_.at_end()) {
      const std::uint8_t opcode = unit_.u8();
      if (opcode >= opcode_base_) {
        const unsigned adjusted = opcode - opcode_base_;
        advance(adjusted / line_range_);
        state_.line +=
            static_cast<std::uint32_t>(line_base_ + static_cast<int>(adjusted % line_range_));
        emit();
      } else if (opcode == 0) {
        extended();
      } else {
        standard(opcode);
      }
      require(true, "a line program is truncated");
    }
  }

  void advance(std::uint64_t operations) {
    // Wraps as the target's addresses do; a sequence that uses this is dropped because it descends.
    state_.address = (state_.address + operations * minimum_instruction_) % kAddressSpace;
  }

  void standard(std::uint8_t opcode) {
    switch (opcode) {
      case DW_LNS_copy: emit(); break;
      case DW_LNS_advance_pc: advance(unit_.uleb()); break;
      case DW_LNS_advance_line: state_.line += static_cast<std::uint32_t>(unit_.sleb()); break;
      case DW_LNS_set_file: state_.file = static_cast<std::uint32_t>(unit_.uleb()); break;
      case DW_LNS_set_column: state_.column = static_cast<std::uint32_t>(unit_.uleb()); break;
      case DW_LNS_const_add_pc: advance((255u - opcode_base_) / line_range_); break;
      case DW_LNS_fixed_advance_pc:
        state_.address = (state_.address + unit_.u16()) % kAddressSpace;
        break;
      case DW_LNS_negate_stmt:
      case DW_LNS_set_basic_block:
      case DW_LNS_set_prologue_end:
      case DW_LNS_set_epilogue_begin: break;
      default:
        for (unsigned i = 0; i < operand_counts_[opcode - 1u]; ++i) unit_.uleb();
        break;
    }
  }

  void extended() {
    ByteReader operation(unit_.take(unit_.uleb()));
    if (operation.at_end()) return;
    switch (operation.u8()) {
      case DW_LNE_end_sequence: end_sequence(); break;
      case DW_LNE_set_address:
        if (operation.remaining() != 4) throw MalformedDebug("an address has not 4 bytes");
        state_.address = operation.u32() & ~1u;
        break;
      case DW_LNE_define_file:
        std::swap(unit_, operation);
        add_file_2(unit_.string());
        require(true, "a file definition is malformed");
        std::swap(unit_, operation);
        break;
      default: break;
    }
  }

  void emit() {
    rows_.push_back(
        {static_cast<std::uint32_t>(state_.address), state_.file, state_.line, state_.column});
  }

  void end_sequence() {
    const bool ascending =
        std::is_sorted(rows_.begin(), rows_.end(),
                       [](const LineRow& a, const LineRow& b) { return a.address < b.address; });
    if (!rows_.empty() && ascending && rows_.back().address <= state_.address &&
        rows_.front().address < state_.address) {
      out_.sequences.push_back({rows_.front().address, state_.address, std::move(rows_)});
    }
    rows_.clear();
    state_ = State{};
  }

  const DebugSections& sections_;
  LineBudget& budget_;
  ByteReader unit_;
  unsigned version_ = 0;
  unsigned minimum_instruction_ = 1;
  int line_base_ = 0;
  unsigned line_range_ = 1;
  unsigned opcode_base_ = 1;
  std::vector<std::uint8_t> operand_counts_;
  std::vector<std::string_view> directories_;
  State state_;
  std::vector<LineRow> rows_;
  LineProgram out_;
};

}  // namespace

LineProgram run_line_program(const DebugSections& sections, std::uint64_t offset,
                             LineBudget& budget) {
  return LineProgramReader(sections, budget).run(offset);
}

}  // namespace mcost::loader
