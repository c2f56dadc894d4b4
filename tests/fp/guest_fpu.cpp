#include "tests/fp/guest_fpu.h"

#include <unicorn/unicorn.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace mcost::fp::testing {
namespace {

constexpr std::uint64_t kCode = 0x00010000;
constexpr std::uint64_t kCodeSize = 0x1000;
constexpr std::uint64_t kInputs = 0x20000000;
constexpr std::uint64_t kOutputs = 0x30000000;
constexpr std::size_t kPage = 0x1000;
constexpr std::size_t kMaxWords = 8;

void check(uc_err error, const char* what) {
  if (error != UC_ERR_OK) throw std::runtime_error(std::string(what) + ": " + uc_strerror(error));
}

std::size_t page_rounded(std::size_t size) { return (size + kPage - 1) / kPage * kPage; }

int model_of(GuestCore core) {
  switch (core) {
    case GuestCore::cortex_m4: return UC_CPU_ARM_CORTEX_M4;
    case GuestCore::cortex_m7: return UC_CPU_ARM_CORTEX_M7;
    case GuestCore::cortex_m33: return UC_CPU_ARM_CORTEX_M33;
  }
  std::abort();
}

void append(std::vector<std::uint16_t>& code, std::uint32_t instruction) {
  code.push_back(static_cast<std::uint16_t>(instruction >> 16));
  code.push_back(static_cast<std::uint16_t>(instruction));
}

}  // namespace

GuestFpu::GuestFpu(GuestCore core, std::size_t capacity) : capacity_(capacity) {
  // Not UC_MODE_MCLASS: Unicorn 2.0.1 then ignores the model and runs a Cortex-M33.
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &engine_), "uc_open");
  check(uc_ctl_set_cpu_model(engine_, model_of(core)), "uc_ctl_set_cpu_model");
  const std::size_t area = page_rounded(capacity * kMaxWords * sizeof(std::uint32_t));
  check(uc_mem_map(engine_, kCode, kCodeSize, UC_PROT_ALL), "uc_mem_map");
  check(uc_mem_map(engine_, kInputs, area, UC_PROT_ALL), "uc_mem_map");
  check(uc_mem_map(engine_, kOutputs, area, UC_PROT_ALL), "uc_mem_map");
}

GuestFpu::~GuestFpu() { uc_close(engine_); }

std::span<const GuestOutput> GuestFpu::run(std::span<const std::uint32_t> code, GuestLayout layout,
                                           std::span<const GuestInput> inputs) {
  if (inputs.size() > capacity_) throw std::runtime_error("GuestFpu::run: too many inputs");
  words_.clear();
  for (const GuestInput& input : inputs) {
    for (const std::uint64_t operand : {input.op1, input.op2, input.op3}) {
      words_.push_back(static_cast<std::uint32_t>(operand));
      if (layout == GuestLayout::wide) words_.push_back(static_cast<std::uint32_t>(operand >> 32));
    }
    words_.push_back(input.fpscr);
    if (layout == GuestLayout::wide) words_.push_back(0);
  }
  const std::size_t input_size = words_.size() * sizeof(std::uint32_t);
  check(uc_mem_write(engine_, kInputs, words_.data(), input_size), "uc_mem_write");

  execute(code, layout, inputs.size());

  const std::size_t stride = layout == GuestLayout::wide ? 4 : 2;
  words_.resize(inputs.size() * stride);
  const std::size_t output_size = words_.size() * sizeof(std::uint32_t);
  check(uc_mem_read(engine_, kOutputs, words_.data(), output_size), "uc_mem_read");
  outputs_.clear();
  for (std::size_t i = 0; i < words_.size(); i += stride) {
    if (layout == GuestLayout::wide) {
      outputs_.push_back({words_[i] | std::uint64_t{words_[i + 1]} << 32, words_[i + 2]});
    } else {
      outputs_.push_back({words_[i], words_[i + 1]});
    }
  }
  return outputs_;
}

void GuestFpu::execute(std::span<const std::uint32_t> code, GuestLayout layout, std::size_t count) {
  const bool is_wide = layout == GuestLayout::wide;
  std::vector<std::uint16_t> program;
  append(program, is_wide ? 0xECB00B08 : 0xECB00B04);  // vldmia r0!, {d0-d3} : {d0-d1}
  append(program, is_wide ? 0xEE133A10 : 0xEE113A90);  // vmov r3, s6 : s3
  append(program, 0xEEE13A10);                         // vmsr fpscr, r3
  for (const std::uint32_t instruction : code) append(program, instruction);
  append(program, 0xEEF15A10);                         // vmrs r5, fpscr
  append(program, is_wide ? 0xEE045A10 : 0xEE035A90);  // vmov s8 : s7, r5
  append(program, is_wide ? 0xECA13B04 : 0xECA13B02);  // vstmia r1!, {d3-d4} : {d3}
  program.push_back(0x3A01);                           // subs r2, #1
  const int back = -static_cast<int>(program.size()) - 2;
  program.push_back(static_cast<std::uint16_t>(0xD100 | (back & 0xFF)));  // bne to the start

  const std::size_t code_size = program.size() * sizeof(std::uint16_t);
  check(uc_mem_write(engine_, kCode, program.data(), code_size), "uc_mem_write");
  // Else translated blocks of the previous program could run.
  check(uc_ctl_remove_cache(engine_, kCode, kCode + kCodeSize), "uc_ctl_remove_cache");
  std::uint32_t r0 = kInputs;
  std::uint32_t r1 = kOutputs;
  auto r2 = static_cast<std::uint32_t>(count);
  check(uc_reg_write(engine_, UC_ARM_REG_R0, &r0), "uc_reg_write");
  check(uc_reg_write(engine_, UC_ARM_REG_R1, &r1), "uc_reg_write");
  check(uc_reg_write(engine_, UC_ARM_REG_R2, &r2), "uc_reg_write");
  check(uc_emu_start(engine_, kCode | 1, kCode + code_size, 0, 0), "uc_emu_start");
}

}  // namespace mcost::fp::testing
