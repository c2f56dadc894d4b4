// What finding layers needs from a machine: registers, memory, time and cost. Keeps layer sources
// testable without an engine. May include anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim_core/base/run_result.h"
#include "sim_core/base/units.h"

namespace mcost::cli {

/// A machine stopped between two instructions.
class CoreView {
 public:
  CoreView() = default;
  CoreView(const CoreView&) = delete;
  CoreView& operator=(const CoreView&) = delete;
  virtual ~CoreView() = default;

  /// R0 to R14; R13 is the stack pointer in use.
  [[nodiscard]] virtual std::uint32_t core_register(unsigned number) const = 0;
  /// S0 to S31.
  [[nodiscard]] virtual std::uint32_t fp_register(unsigned number) const = 0;
  /// Four bits N Z C V.
  [[nodiscard]] virtual unsigned nzcv() const = 0;
  /// True if R13 is PSP.
  [[nodiscard]] virtual bool uses_process_stack() const = 0;
  [[nodiscard]] virtual std::uint32_t process_stack_pointer() const = 0;
  [[nodiscard]] virtual bool read_memory(Address address, std::uint8_t* data,
                                         std::size_t size_bytes) const = 0;
  [[nodiscard]] virtual Cycles now() const = 0;
  /// Everything spent since the previous call.
  [[nodiscard]] virtual Cost take_cost() = 0;
  /// From now on cost belongs to this account of the layers.
  virtual void enter_layer(std::size_t account) { (void)account; }
  /// A layer begins.
  virtual void note_layer() {}
  /// From now on the listener hears of this address.
  virtual void hook(Address address) = 0;

  /// A little-endian word. Returns false where no memory answers.
  [[nodiscard]] bool read_word(Address address, std::uint32_t& value) const {
    std::array<std::uint8_t, 4> bytes{};
    if (!read_memory(address, bytes.data(), bytes.size())) return false;
    value = bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
            std::uint32_t{bytes[3]} << 24;
    return true;
  }
};

}  // namespace mcost::cli
