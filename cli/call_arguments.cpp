#include "cli/call_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "analysis/reports/numbers.h"
#include "boards/suggestions.h"
#include "cli/input_file.h"
#include "cli/options.h"
#include "sim_core/base/error.h"

namespace mcost::cli {
namespace {

constexpr const char* kForms =
    "write a number, &SYMBOL, i64:N, f32:X, buf:FILE, inout:FILE=FILE, out:BYTES=FILE or str:TEXT";
constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMostSigned = std::uint64_t{1} << 63;

[[noreturn]] void refuse(const std::string& what, const std::string& text, const char* remedy) {
  throw ConfigError(what, "argument " + text, remedy);
}

std::optional<CallType> type_of_prefix(std::string_view prefix) {
  constexpr auto kFirst = static_cast<unsigned>(CallType::i32);
  constexpr auto kLast = static_cast<unsigned>(CallType::pointer);
  for (unsigned t = kFirst; t <= kLast; ++t) {
    if (prefix == kCallTypeNames[t]) return static_cast<CallType>(t);
  }
  return std::nullopt;
}

std::string without_folder(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

void read_number(const std::string& digits, WrittenArgument& argument) {
  std::string_view rest = digits;
  if (rest.starts_with('+')) rest.remove_prefix(1);
  argument.negative = rest.starts_with('-');
  if (argument.negative) rest.remove_prefix(1);
  if (const auto magnitude = parse_integer(rest)) {
    argument.magnitude = *magnitude;
    argument.real = static_cast<double>(*magnitude);
  } else {
    const char* const end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data(), end, argument.real);
    if (rest.empty() || stop != end || error != std::errc{}) {
      refuse(fmt::format("\"{}\" is no argument", argument.text), argument.text, kForms);
    }
    argument.is_real = true;
  }
  if (argument.negative) argument.real = -argument.real;
}

void read_output(const std::string& value, WrittenArgument& argument) {
  const std::size_t equals = value.find('=');
  const auto size = parse_integer(std::string_view(value).substr(0, equals));
  if (!size || *size == 0 || *size > kMost32 || equals + 1 == value.size()) {
    refuse("no size of an output buffer", argument.text, "write out:BYTES or out:BYTES=FILE");
  }
  argument.type = CallType::output;
  argument.bytes.resize(static_cast<std::size_t>(*size));
  argument.printed = fmt::format("out:{}", *size);
  if (equals == std::string::npos) return;
  argument.output_file = value.substr(equals + 1);
  argument.printed += "=" + without_folder(argument.output_file);
}

void read_input(const std::string& value, bool also_output, WrittenArgument& argument) {
  std::string file = value;
  const std::size_t equals = also_output ? value.find('=') : std::string::npos;
  if (also_output) {
    if (equals == std::string::npos || equals == 0 || equals + 1 == value.size())
      refuse("no file to read and file to write", argument.text, "write inout:FILE=FILE");
    file = value.substr(0, equals);
    argument.output_file = value.substr(equals + 1);
  }
  if (file.empty()) refuse("no file", argument.text, "write buf:FILE");
  argument.type = CallType::input;
  argument.bytes = bytes_of(read_input_file(file, "argument " + argument.text));
  if (argument.bytes.empty()) refuse("the file is empty", argument.text, "name one with contents");
  argument.printed = (also_output ? "inout:" : "buf:") + without_folder(file);
  if (also_output) argument.printed += "=" + without_folder(argument.output_file);
}

bool is_integer(CallType type) {
  return type == CallType::i32 || type == CallType::u32 || type == CallType::i64 ||
         type == CallType::u64 || type == CallType::pointer;
}

bool is_floating(CallType type) { return type == CallType::f32 || type == CallType::f64; }

bool is_wide(CallType type) {
  return type == CallType::i64 || type == CallType::u64 || type == CallType::f64;
}

/// In 32 bits, signed or not: -1 and 4294967295 are both all ones, as in C.
bool fits_32(const WrittenArgument& written) {
  return written.negative ? written.magnitude <= (std::uint64_t{1} << 31)
                          : written.magnitude <= kMost32;
}

std::uint64_t integer_bits(const WrittenArgument& written, CallType type) {
  if (written.is_real)
    refuse("a number with a fraction for an integer", written.text, "write an integer");
  const bool fits =
      is_wide(type) ? !written.negative || written.magnitude <= kMostSigned : fits_32(written);
  if (!fits) {
    refuse(fmt::format("the number does not fit {} bits", is_wide(type) ? 64 : 32), written.text,
           is_wide(type) ? "write a smaller one"
                         : "write a smaller one, or i64:N where the function takes 64 bits");
  }
  const std::uint64_t bits = written.negative ? 0 - written.magnitude : written.magnitude;
  return is_wide(type) ? bits : bits & kMost32;
}

std::uint64_t value_bits(const WrittenArgument& written, CallType type) {
  if (is_integer(type)) return integer_bits(written, type);
  if (type == CallType::f64) return std::bit_cast<std::uint64_t>(written.real);
  const auto single = static_cast<float>(written.real);
  if (std::isinf(single) && !std::isinf(written.real))
    refuse("the number is too large for f32", written.text, "write f64:X if the function takes it");
  return std::bit_cast<std::uint32_t>(single);
}

/// The type of a value of the program; nothing where it is unknown or no single value.
std::optional<CallType> call_type(const loader::ValueType& type) {
  using Kind = loader::ValueType::Kind;
  const bool wide = type.size_bytes == 8;
  if (type.size_bytes > 8) return std::nullopt;
  switch (type.kind) {
    case Kind::integer:
      if (wide) return type.is_signed ? CallType::i64 : CallType::u64;
      return type.is_signed ? CallType::i32 : CallType::u32;
    case Kind::floating:
      if (type.size_bytes != 4 && !wide) return std::nullopt;
      return wide ? CallType::f64 : CallType::f32;
    case Kind::pointer: return CallType::pointer;
    default: return std::nullopt;
  }
}

std::string parameter_text(const loader::Parameter& parameter) {
  return parameter.type.name + (parameter.name.empty() ? "" : " " + parameter.name);
}

std::string parameters_text(const loader::FunctionType& type) {
  std::string text;
  for (const loader::Parameter& parameter : type.parameters) {
    text += (text.empty() ? "" : ", ") + parameter_text(parameter);
  }
  if (type.variadic) text += text.empty() ? "..." : ", ...";
  return analysis::printable(text);
}

/// A struct that comes back in memory: its address is passed before everything else.
bool returns_in_memory(const loader::FunctionType& type) {
  return type.result.kind == loader::ValueType::Kind::aggregate && type.result.size_bytes > 4;
}

void check_count(std::size_t given, const loader::FunctionType& type, const std::string& function) {
  const std::size_t wanted = type.parameters.size() + (returns_in_memory(type) ? 1 : 0);
  if (given == wanted || (type.variadic && given > wanted)) return;
  throw ConfigError(
      fmt::format("{} takes {}, {} given", function, analysis::counted(wanted, "argument"),
                  given == 1 ? "1 is" : fmt::format("{} are", given)),
      "mcost call",
      wanted == 0 ? "leave them out"
                  : fmt::format("it is {}({})", function, parameters_text(type)));
}

/// A buffer or symbol where the function takes an address, a number where it takes a number.
void check_kind(const WrittenArgument& written, CallType given, const loader::Parameter& parameter,
                CallType wanted) {
  const bool same_class =
      is_floating(given) == is_floating(wanted) && is_wide(given) == is_wide(wanted);
  if (same_class) return;
  throw ConfigError(
      fmt::format("{} passed for {}", kCallTypeNames[static_cast<unsigned>(given)],
                  analysis::printable(parameter_text(parameter))),
      "argument " + written.text,
      is_floating(wanted) || is_integer(wanted)
          ? fmt::format("write a number, or {}:N", kCallTypeNames[static_cast<unsigned>(wanted)])
          : kForms);
}

CallType plain_number_type(const WrittenArgument& written) {
  if (written.is_real)
    refuse("a number with a fraction, and nothing says its type", written.text,
           "write f32:X or f64:X");
  if (!fits_32(written))
    refuse("a number of more than 32 bits, and nothing says its type", written.text,
           "write i64:N or u64:N");
  return written.negative ? CallType::i32 : CallType::u32;
}

CallType type_for(const WrittenArgument& written, const loader::Parameter* parameter) {
  const bool is_number = !written.type && written.symbol.empty();
  const CallType given = written.type              ? *written.type
                         : !written.symbol.empty() ? CallType::pointer
                                                   : CallType::i32;
  if (parameter == nullptr) return is_number ? plain_number_type(written) : given;
  if (parameter->type.kind == loader::ValueType::Kind::aggregate) {
    throw ConfigError(
        fmt::format("{} is passed by value", analysis::printable(parameter_text(*parameter))),
        "argument " + written.text, "call a function that takes its address");
  }
  const std::optional<CallType> wanted = call_type(parameter->type);
  if (!wanted) return is_number ? plain_number_type(written) : given;
  if (is_number) return *wanted;
  check_kind(written, given, *parameter, *wanted);
  return given;
}

}  // namespace

WrittenArgument read_call_argument(const std::string& text) {
  WrittenArgument argument;
  argument.text = text;
  argument.printed = text;
  if (text.starts_with('&')) {
    argument.symbol = text.substr(1);
    return argument;
  }
  const std::size_t colon = text.find(':');
  const std::string prefix = colon == std::string::npos ? "" : text.substr(0, colon);
  const std::string value = colon == std::string::npos ? text : text.substr(colon + 1);
  if (prefix == "out") {
    read_output(value, argument);
  } else if (prefix == "buf" || prefix == "inout") {
    read_input(value, prefix == "inout", argument);
  } else if (prefix == "str") {
    argument.type = CallType::text;
    argument.bytes = bytes_of(value);
    argument.bytes.push_back(0);
  } else {
    argument.type = type_of_prefix(prefix);
    if (colon != std::string::npos && !argument.type)
      refuse(fmt::format("\"{}:\" is no kind of argument", prefix), text, kForms);
    if (argument.type == CallType::pointer && value.starts_with('&')) {
      argument.symbol = value.substr(1);
    } else {
      read_number(value, argument);
    }
  }
  return argument;
}

CallType read_return_type(const std::string& text) {
  if (text == "void") return CallType::none;
  if (text == "str") return CallType::text;
  if (const auto type = type_of_prefix(text)) return *type;
  throw ConfigError(fmt::format("unknown type \"{}\"", text), "--returns",
                    "use void, i32, u32, i64, u64, f32, f64, ptr or str");
}

std::vector<CallArgument> typed_arguments(const std::vector<WrittenArgument>& written,
                                          const loader::FunctionType* type,
                                          const loader::SymbolTable& symbols,
                                          const std::string& function) {
  if (type != nullptr) check_count(written.size(), *type, function);
  const std::size_t hidden = type != nullptr && returns_in_memory(*type) ? 1 : 0;
  std::vector<CallArgument> arguments;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const WrittenArgument& from = written[i];
    const bool declared = type != nullptr && i >= hidden && i - hidden < type->parameters.size();
    const loader::Parameter* const parameter = declared ? &type->parameters[i - hidden] : nullptr;
    CallArgument argument;
    argument.written = from.printed;
    if (parameter != nullptr) argument.name = parameter->name;
    argument.type = type_for(from, parameter);
    argument.size_bytes = from.bytes.size();
    if (!from.symbol.empty()) {
      argument.bits = resolve_address(from.symbol, symbols, "argument " + from.text);
      const loader::Function* const code =
          symbols.find_function(static_cast<Address>(argument.bits));
      if (code != nullptr && code->address == argument.bits) argument.bits |= 1u;
    } else if (!from.is_buffer()) {
      argument.bits = value_bits(from, argument.type);
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

std::optional<CallType> declared_return_type(const loader::FunctionType* type,
                                             const std::string& function) {
  using Kind = loader::ValueType::Kind;
  if (type == nullptr) return std::nullopt;
  if (type->result.kind == Kind::none) return CallType::none;
  if (returns_in_memory(*type)) {
    throw ConfigError(fmt::format("{} returns {}, {} bytes in memory", function,
                                  analysis::printable(type->result.name), type->result.size_bytes),
                      "--returns",
                      fmt::format("add --returns ptr, and out:{} as the first argument: it is "
                                  "where the function puts them",
                                  type->result.size_bytes));
  }
  if (type->result.is_text) return CallType::text;
  if (type->result.kind == Kind::aggregate) return CallType::u32;
  return call_type(type->result);
}

namespace {

/// Hands out registers and stack words in the order of arguments.
class FrameBuilder {
 public:
  void add(CallArgument& argument, bool in_fp) {
    const bool wide = is_wide(argument.type);
    if (in_fp && add_fp(argument, wide)) return;
    if (!in_fp && add_core(argument, wide)) return;
    if (wide && frame_.stack.size() % 2 != 0) frame_.stack.push_back(0);
    argument.place = fmt::format("stack+{}", 4 * frame_.stack.size());
    frame_.stack.push_back(static_cast<std::uint32_t>(argument.bits));
    if (wide) frame_.stack.push_back(static_cast<std::uint32_t>(argument.bits >> 32));
  }
  CallFrame finish() {
    if (frame_.stack.size() % 2 != 0) frame_.stack.push_back(0);
    return std::move(frame_);
  }

 private:
  /// Once one is on the stack, all behind it are.
  bool add_core(CallArgument& argument, bool wide) {
    unsigned& next = frame_.core_used;
    if (wide) next = (next + 1) & ~1u;
    if (next + (wide ? 2 : 1) > frame_.core.size()) {
      next = static_cast<unsigned>(frame_.core.size());
      return false;
    }
    argument.place = wide ? fmt::format("r{}-r{}", next, next + 1) : fmt::format("r{}", next);
    frame_.core[next++] = static_cast<std::uint32_t>(argument.bits);
    if (wide) frame_.core[next++] = static_cast<std::uint32_t>(argument.bits >> 32);
    return true;
  }
  /// The lowest free one, unless one went to the stack.
  bool add_fp(CallArgument& argument, bool wide) {
    const unsigned step = wide ? 2 : 1;
    const std::uint32_t mask = wide ? 3u : 1u;
    for (unsigned s = 0; !fp_is_full_ && s < frame_.fp.size(); s += step) {
      if ((frame_.fp_used >> s & mask) != 0) continue;
      frame_.fp_used |= mask << s;
      argument.place = wide ? fmt::format("d{}", s / 2) : fmt::format("s{}", s);
      frame_.fp[s] = static_cast<std::uint32_t>(argument.bits);
      if (wide) frame_.fp[s + 1] = static_cast<std::uint32_t>(argument.bits >> 32);
      return true;
    }
    fp_is_full_ = true;
    return false;
  }

  CallFrame frame_;
  bool fp_is_full_ = false;
};

}  // namespace

CallFrame lay_out(std::vector<CallArgument>& arguments, bool hard_float) {
  FrameBuilder builder;
  for (CallArgument& argument : arguments) {
    builder.add(argument, hard_float && is_floating(argument.type));
  }
  return builder.finish();
}

}  // namespace mcost::cli
