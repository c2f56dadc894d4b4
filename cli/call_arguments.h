// What `mcost call` passes to a function: arguments as people write them, the types they have, and
// the registers and stack words they travel in by the procedure call standard. May include
// anything. Invariant: pure functions but for reading the files that arguments name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "loader/function_types.h"
#include "loader/symbols.h"
#include "sim_core/base/call_result.h"

namespace mcost::cli {

/// One argument as written: 42, -3, 0x10, i64:5, f32:1.5, &symbol, buf:FILE, inout:FILE=FILE,
/// out:BYTES=FILE, str:TEXT.
struct WrittenArgument {
  std::string text;
  std::string printed;           // without folders of the host
  std::optional<CallType> type;  // where the text says it
  bool is_real = false;          // has a decimal point or exponent
  bool negative = false;
  std::uint64_t magnitude = 0;      // of integers
  double real = 0;                  // of all numbers
  std::string symbol;               // of &symbol
  std::vector<std::uint8_t> bytes;  // what a buffer holds when the call begins
  std::string output_file;          // where it goes when the call is over; may be empty
  [[nodiscard]] bool is_buffer() const {
    return type == CallType::input || type == CallType::output || type == CallType::text;
  }
};

/// Errors: ConfigError for what is none of these, and for files that cannot be read.
[[nodiscard]] WrittenArgument read_call_argument(const std::string& text);

/// `void`, `i32`, ... of --returns. Errors: ConfigError.
[[nodiscard]] CallType read_return_type(const std::string& text);

/// Arguments with their types and values; of buffers the address is still 0. `type` is what debug
/// data know of the function. Errors: ConfigError where it takes other arguments, and for values
/// that do not fit their type.
[[nodiscard]] std::vector<CallArgument> typed_arguments(const std::vector<WrittenArgument>& written,
                                                        const loader::FunctionType* type,
                                                        const loader::SymbolTable& symbols,
                                                        const std::string& function);

/// What it returns as debug data say; nothing: they do not say. Errors: ConfigError for a result
/// that no register holds.
[[nodiscard]] std::optional<CallType> declared_return_type(const loader::FunctionType* type,
                                                           const std::string& function);

/// Registers and stack of a call.
struct CallFrame {
  std::array<std::uint32_t, 4> core{};
  std::array<std::uint32_t, 16> fp{};
  unsigned core_used = 0;              // R0 to here
  std::uint32_t fp_used = 0;           // mask of S registers
  std::vector<std::uint32_t> stack{};  // from SP up, a multiple of 8 bytes
};

/// Says where each argument goes and puts its value there. `hard_float`: floating-point arguments
/// travel in S and D registers. Source: AAPCS32 6.4.2 (stages A to C) and 7.1.2 (VFP).
[[nodiscard]] CallFrame lay_out(std::vector<CallArgument>& arguments, bool hard_float);

}  // namespace mcost::cli
