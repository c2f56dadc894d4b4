#include "loader/function_types.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <cstring>

#include "loader/debug_entries.h"

namespace mcost::loader {
namespace {

// Compilers stay far below these; they bound the time a hostile file can take.
constexpr unsigned kMaxDepth = 64;
constexpr std::size_t kMaxParameters = 256;
constexpr std::size_t kMaxName = 256;

using Kind = ValueType::Kind;

std::string name_of(Dwarf_Die& die) {
  const char* const name = dwarf_diename(&die);
  return name == nullptr ? std::string() : std::string(name, strnlen(name, kMaxName));
}

std::uint64_t number(Dwarf_Die& die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr_integrate(&die, name, &attribute) == nullptr) return 0;
  return dwarf_formudata(&attribute, &value) == 0 ? value : 0;
}

/// The type an entry refers to; false if it is void.
bool type_die(Dwarf_Die& die, Dwarf_Die& type) {
  Dwarf_Attribute attribute;
  return dwarf_attr_integrate(&die, DW_AT_type, &attribute) != nullptr &&
         dwarf_formref_die(&attribute, &type) != nullptr;
}

bool is_looked_through(int tag) {
  switch (tag) {
    case DW_TAG_typedef:
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
    case DW_TAG_restrict_type:
    case DW_TAG_atomic_type: return true;
    default: return false;
  }
}

/// The name people know a type by: the typedef's if there is one.
std::string spoken_name(Dwarf_Die die, unsigned depth) {
  for (; depth < kMaxDepth; ++depth) {
    const int tag = dwarf_tag(&die);
    const std::string name = name_of(die);
    if (!name.empty()) {
      if (tag == DW_TAG_structure_type) return "struct " + name;
      if (tag == DW_TAG_union_type) return "union " + name;
      if (tag == DW_TAG_enumeration_type) return "enum " + name;
      return name;
    }
    Dwarf_Die inner;
    const bool has_inner = type_die(die, inner);
    if (tag == DW_TAG_pointer_type)
      return has_inner ? spoken_name(inner, depth + 1) + "*" : "void*";
    if (tag == DW_TAG_const_type && !has_inner) return "const void";
    if (tag == DW_TAG_const_type) return "const " + spoken_name(inner, depth + 1);
    if (!has_inner) return "unnamed type";
    die = inner;
  }
  return "unnamed type";
}

void read_base_type(Dwarf_Die& die, ValueType& type) {
  switch (number(die, DW_AT_encoding)) {
    case DW_ATE_float: type.kind = Kind::floating; break;
    case DW_ATE_signed:
    case DW_ATE_signed_char:
      type.kind = Kind::integer;
      type.is_signed = true;
      break;
    case DW_ATE_boolean:
    case DW_ATE_unsigned:
    case DW_ATE_unsigned_char:
    case DW_ATE_UTF: type.kind = Kind::integer; break;
    default: break;
  }
}

/// Looks through typedefs and qualifiers. False: void.
bool look_through(Dwarf_Die& die) {
  for (unsigned depth = 0; depth < kMaxDepth && is_looked_through(dwarf_tag(&die)); ++depth) {
    Dwarf_Die inner;
    if (!type_die(die, inner)) return false;
    die = inner;
  }
  return true;
}

ValueType value_type(Dwarf_Die die) {
  ValueType type;
  type.name = spoken_name(die, 0);
  if (!look_through(die)) {
    type.kind = Kind::none;
    return type;
  }
  type.size_bytes = number(die, DW_AT_byte_size);
  switch (dwarf_tag(&die)) {
    case DW_TAG_base_type: read_base_type(die, type); break;
    case DW_TAG_enumeration_type: type.kind = Kind::integer; break;
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type: {
      type.kind = Kind::pointer;
      type.size_bytes = sizeof(Address);
      Dwarf_Die inner;
      type.is_text = type_die(die, inner) && look_through(inner) && name_of(inner) == "char";
      break;
    }
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type: type.kind = Kind::aggregate; break;
    default: break;
  }
  return type;
}

ValueType type_of(Dwarf_Die& die) {
  Dwarf_Die type;
  if (type_die(die, type)) return value_type(type);
  return {
      .kind = Kind::none, .size_bytes = 0, .is_signed = false, .is_text = false, .name = "void"};
}

bool next_sibling(Dwarf_Die& die) {
  const Dwarf_Off before = dwarf_dieoffset(&die);
  return dwarf_siblingof(&die, &die) == 0 && dwarf_dieoffset(&die) > before;
}

FunctionType function_type(Dwarf_Die& function) {
  FunctionType type;
  type.result = type_of(function);
  Dwarf_Die child;
  if (dwarf_child(&function, &child) != 0) return type;
  do {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_formal_parameter) {
      type.parameters.push_back({name_of(child), type_of(child)});
    } else if (tag == DW_TAG_unspecified_parameters) {
      type.variadic = true;
    }
  } while (type.parameters.size() < kMaxParameters && next_sibling(child));
  return type;
}

}  // namespace

std::optional<FunctionType> read_function_type(const Image& image, const SymbolTable& symbols,
                                               Address address) {
  if (!image.is_elf) return std::nullopt;
  std::vector<std::string> notes;
  const DebugEntries entries(image, symbols, notes);
  for (const DebugUnit& unit : entries.units()) {
    for (const DebugFunction& function : unit.functions) {
      if (!function.agrees || function.begin != address) continue;
      Dwarf_Die die;
      if (dwarf_offdie(entries.dwarf(), function.entry_offset, &die) == nullptr) continue;
      return function_type(die);
    }
  }
  return std::nullopt;
}

}  // namespace mcost::loader
