// The registers of a Cortex-M as GDB sees them: their description (target.xml), and their values.
// Source: GDB manual, appendix G.5 (ARM features). Depends on the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim_core/engine/engine.h"

namespace mcost::cli {

class GdbRegisters {
 public:
  /// The engine must outlive this.
  explicit GdbRegisters(engine::Engine& engine);

  /// The target description; registers are numbered in its order, from 0.
  [[nodiscard]] std::string description() const;
  [[nodiscard]] std::size_t count() const { return list_.size(); }
  /// Little-endian; nothing for a number that no register has.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> read(std::size_t number) const;
  /// False for a number that no register has, or a value of another size.
  [[nodiscard]] bool write(std::size_t number, const std::vector<std::uint8_t>& bytes);
  /// All of them, one behind the other.
  [[nodiscard]] std::vector<std::uint8_t> read_all() const;
  /// Writes as many as there are values for; false if one is cut.
  [[nodiscard]] bool write_all(const std::vector<std::uint8_t>& bytes);

 private:
  enum class Kind : std::uint8_t {
    core,
    pc,
    xpsr,
    fp_double,
    fpscr,
    main_stack,
    process_stack,
    special,
  };
  struct Register {
    std::string name;
    Kind kind = Kind::core;
    unsigned index = 0;  // R or D number; SYSm of special registers
    const char* type = "int";
    [[nodiscard]] std::size_t size_bytes() const { return kind == Kind::fp_double ? 8 : 4; }
    /// The S register that is the lower half of a D register.
    [[nodiscard]] std::size_t low_single() const { return std::size_t{2} * index; }
  };
  struct Feature {
    const char* name;
    std::size_t end;  // behind its last register
  };

  void add(const std::string& name, Kind kind, unsigned index, const char* type = "int");
  [[nodiscard]] std::uint64_t value_of(const Register& entry) const;
  void set(const Register& entry, std::uint64_t value);

  engine::Engine& engine_;
  std::vector<Register> list_;
  std::vector<Feature> features_;
};

}  // namespace mcost::cli
