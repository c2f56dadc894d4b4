// Names for addresses of the program: symbol, source line, callers. Debug data are read only when a
// line is asked for. May include anything.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/core_view.h"
#include "loader/elf_image.h"
#include "loader/lines.h"
#include "loader/symbols.h"
#include "sim_core/base/run_result.h"

namespace mcost::cli {

class Places {
 public:
  /// Both must outlive this.
  Places(const loader::Image& image, const loader::SymbolTable& symbols)
      : image_(image), symbols_(symbols) {}

  /// "main+0x12", or empty.
  [[nodiscard]] std::string symbol(Address address) const;
  [[nodiscard]] CodePlace place(Address address) const { return {address, symbol(address), {}}; }
  [[nodiscard]] CodePlace place_with_line(Address address);

  /// Callers of the code at `registers[15]`, innermost first: LR if it can be a return address,
  /// then words of the stack that can be. Without unwinding tables some may be left from earlier
  /// calls; those from the stack are marked uncertain. At most kMostFrames.
  static constexpr std::size_t kMostFrames = 16;
  [[nodiscard]] std::vector<StackFrame> backtrace(const std::array<std::uint32_t, 16>& registers,
                                                  const CoreView& core);

 private:
  /// The call instruction before `return_address` (with its Thumb bit), if there is one.
  [[nodiscard]] std::optional<Address> call_before(std::uint32_t return_address) const;

  const loader::Image& image_;
  const loader::SymbolTable& symbols_;
  std::optional<loader::LineTable> lines_;
};

}  // namespace mcost::cli
