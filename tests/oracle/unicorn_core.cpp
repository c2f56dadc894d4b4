#include "tests/oracle/unicorn_core.h"

#include <unicorn/unicorn.h>

#include <array>
#include <cstring>
#include <stdexcept>

namespace mcost::oracle {
namespace {

void check(uc_err error, const char* what) {
  if (error != UC_ERR_OK) throw std::runtime_error(std::string(what) + ": " + uc_strerror(error));
}

constexpr std::array kCoreNames{UC_ARM_REG_R0,  UC_ARM_REG_R1,  UC_ARM_REG_R2,  UC_ARM_REG_R3,
                                UC_ARM_REG_R4,  UC_ARM_REG_R5,  UC_ARM_REG_R6,  UC_ARM_REG_R7,
                                UC_ARM_REG_R8,  UC_ARM_REG_R9,  UC_ARM_REG_R10, UC_ARM_REG_R11,
                                UC_ARM_REG_R12, UC_ARM_REG_R13, UC_ARM_REG_R14};

int name_of(UnicornModel model) {
  switch (model) {
    case UnicornModel::cortex_m0: return UC_CPU_ARM_CORTEX_M0;
    case UnicornModel::cortex_m3: return UC_CPU_ARM_CORTEX_M3;
    case UnicornModel::cortex_m4: return UC_CPU_ARM_CORTEX_M4;
    case UnicornModel::cortex_m7: return UC_CPU_ARM_CORTEX_M7;
    case UnicornModel::cortex_m33: return UC_CPU_ARM_CORTEX_M33;
  }
  throw std::runtime_error("no such model");
}

}  // namespace

isa::FeatureSet features_of(UnicornModel model) {
  switch (model) {
    case UnicornModel::cortex_m0: return isa::kCortexM0;
    case UnicornModel::cortex_m3: return isa::kCortexM3;
    case UnicornModel::cortex_m4: return isa::kCortexM4;
    case UnicornModel::cortex_m7: return isa::kCortexM7Dp;
    case UnicornModel::cortex_m33: return isa::kCortexM33;
  }
  throw std::runtime_error("no such model");
}

UnicornCore::UnicornCore(UnicornModel model)
    : code_(kCodeSize), ram_(kRamSize), features_(features_of(model)) {
  // Not UC_MODE_MCLASS: Unicorn 2.0.1 then ignores the model and runs a Cortex-M33.
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_), "uc_open");
  check(uc_ctl_set_cpu_model(engine_, name_of(model)), "uc_ctl_set_cpu_model");
  check(uc_mem_map_ptr(engine_, kCode, kCodeSize, UC_PROT_READ | UC_PROT_EXEC, code_.data()),
        "uc_mem_map_ptr");
  check(uc_mem_map_ptr(engine_, kRam, kRamSize, UC_PROT_READ | UC_PROT_WRITE, ram_.data()),
        "uc_mem_map_ptr");
  const std::vector<std::uint16_t> epilogue = epilogue_code(features_);
  place(kEpilogue, epilogue);
  epilogue_end_ = kEpilogue + 2 * static_cast<Address>(epilogue.size()) - 2;
}

UnicornCore::~UnicornCore() { uc_close(engine_); }

void UnicornCore::place(Address address, std::span<const std::uint16_t> code) {
  std::memcpy(code_.data() + (address - kCode), code.data(), code.size_bytes());
  // Else translated blocks of the previous code could run.
  check(uc_ctl_remove_cache(engine_, address, address + code.size_bytes()), "uc_ctl_remove_cache");
}

void UnicornCore::load(const Program& program) {
  if (program.start != start_) {
    start_ = program.start;
    place(prologue_address(features_), prologue_code(start_, features_));
  }
  end_ = program.end();
  clear_around(program, code_);
  place(start_, program.code);
}

void UnicornCore::read_registers(State& state) {
  for (unsigned i = 0; i < kCoreNames.size(); ++i)
    check(uc_reg_read(engine_, kCoreNames[i], &state.r[i]), "uc_reg_read");
  for (unsigned i = 0; has_feature(features_, isa::Feature::fpv4_sp) && i < 16; ++i) {
    std::uint64_t pair = 0;
    check(uc_reg_read(engine_, UC_ARM_REG_D0 + static_cast<int>(i), &pair), "uc_reg_read");
    state.s[2 * i] = static_cast<std::uint32_t>(pair);
    state.s[2 * i + 1] = static_cast<std::uint32_t>(pair >> 32);
  }
}

std::string UnicornCore::run(const State& initial, State& result) {
  const std::vector<std::uint32_t> block = state_block(initial);
  std::memcpy(ram_.data() + (kStateBlock - kRam), block.data(), 4 * block.size());
  std::uint32_t r0 = kStateBlock;
  check(uc_reg_write(engine_, UC_ARM_REG_R0, &r0), "uc_reg_write");
  const uc_err error = uc_emu_start(engine_, prologue_address(features_) | 1, end_, 0, 0);
  std::uint32_t pc = 0;
  check(uc_reg_read(engine_, UC_ARM_REG_PC, &pc), "uc_reg_read");
  result.pc = pc;
  read_registers(result);
  if (error != UC_ERR_OK) return std::string("unicorn: ") + uc_strerror(error);
  const uc_err last = uc_emu_start(engine_, kEpilogue | 1, epilogue_end_, 0, 0);
  if (last != UC_ERR_OK) return std::string("unicorn, epilogue: ") + uc_strerror(last);
  std::array<std::uint32_t, 8> values{};
  for (unsigned i = 0; i < 8; ++i)
    check(uc_reg_read(engine_, kCoreNames[i], &values[i]), "uc_reg_read");
  // Secure state: CONTROL.SFPA, which the Non-secure state does not have. ARMv8-M ARM D1.2,
  // CONTROL.
  if (isa::has_feature(features_, isa::Feature::v8m)) values[2] &= ~8u;
  result.apsr = values[0];
  result.fpscr = values[1];
  std::copy(values.begin() + 2, values.end(), result.special.begin());
  return "";
}

}  // namespace mcost::oracle
