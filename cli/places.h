// Names for addresses of the program: symbol, source line, the call before. Debug data are read
// only when a line is asked for. May include anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "loader/elf_image.h"
#include "loader/lines.h"
#include "loader/symbols.h"
#include "sim_core/base/run_result.h"

namespace mcost::cli {

/// A call instruction; calls through a register have no target.
struct Call {
  Address address = 0;
  std::optional<Address> target;
};

/// Names and lines of one image. Not const: what it reads it keeps.
class Places {
 public:
  /// Both must outlive this.
  Places(const loader::Image& image, const loader::SymbolTable& symbols)
      : image_(image), symbols_(symbols) {}

  /// "main+0x12", or empty.
  [[nodiscard]] std::string symbol(Address address) const;
  [[nodiscard]] CodePlace place(Address address) const { return {address, symbol(address), {}}; }
  [[nodiscard]] CodePlace place_with_line(Address address);

  /// The call instruction before `return_address` (with its Thumb bit), if there is one.
  [[nodiscard]] std::optional<Call> call_before(std::uint32_t return_address) const;
  [[nodiscard]] const loader::Function* function(Address address) const {
    return symbols_.find_function(address);
  }
  [[nodiscard]] bool is_code(Address address) const { return symbols_.is_code(address); }

 private:
  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
  std::optional<loader::LineTable> lines_;
};

}  // namespace mcost::cli
