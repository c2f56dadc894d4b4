// Unicorn's Cortex-M cores as a Machine.
#pragma once

#include <vector>

#include "tests/oracle/machine.h"

struct uc_struct;

namespace mcost::oracle {

/// Which core Unicorn plays. Its Cortex-M7 has double precision; its Cortex-M33 is in Secure state.
enum class UnicornModel { cortex_m0, cortex_m3, cortex_m4, cortex_m7, cortex_m33 };

/// What that core executes, as the manuals have it.
[[nodiscard]] isa::FeatureSet features_of(UnicornModel model);

class UnicornCore final : public Machine {
 public:
  explicit UnicornCore(UnicornModel model);
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
  isa::FeatureSet features_;
  Address epilogue_end_ = 0;  // its branch to itself
  Address end_ = 0;
  Address start_ = 0;
};

}  // namespace mcost::oracle
