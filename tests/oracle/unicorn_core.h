// Unicorn's Cortex-M4 as a Machine.
#pragma once

#include <vector>

#include "tests/oracle/machine.h"

struct uc_struct;

namespace mcost::oracle {

/// Which core Unicorn plays.
enum class UnicornModel { cortex_m3, cortex_m4 };

class UnicornCore final : public Machine {
 public:
  explicit UnicornCore(UnicornModel model = UnicornModel::cortex_m4);
  ~UnicornCore() override;
  UnicornCore(const UnicornCore&) = delete;
  UnicornCore& operator=(const UnicornCore&) = delete;

  [[nodiscard]] std::span<std::uint8_t> ram() override { return ram_; }
  void load(const Program& program) override;
  std::string run(const State& initial, State& result) override;
  void expect_end(Address end) override { end_ = end; }

 private:
  void place(Address address, std::span<const std::uint16_t> code);
  void read_registers(State& state);

  uc_struct* engine_ = nullptr;
  std::vector<std::uint8_t> code_;
  std::vector<std::uint8_t> ram_;
  bool has_fpu_;
  Address end_ = 0;
  Address start_ = 0;
};

}  // namespace mcost::oracle
