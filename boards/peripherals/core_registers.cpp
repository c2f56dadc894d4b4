#include "boards/peripherals/core_registers.h"

namespace mcost::boards {
namespace {

constexpr std::uint32_t kVtor = 0xFFFFFF80u;

/// MVFR0-2.  Source: Cortex-M4 TRM table 7-1, Cortex-M7 TRM table 8-2, Cortex-M33 TRM B6.
std::array<std::uint32_t, 3> media_features(const CoreSpec& core) {
  switch (core.fpu) {
    case FpuModel::none: return {};
    case FpuModel::fpv4_sp_d16: return {0x10110021u, 0x11000011u, 0};
    case FpuModel::fpv5_sp_d16: return {0x10110021u, 0x11000011u, 0x00000040u};
    case FpuModel::fpv5_d16: return {0x10110221u, 0x12000011u, 0x00000040u};
  }
  return {};
}

}  // namespace

CoreRegisters core_registers(const CoreSpec& core) {
  CoreRegisters registers;
  registers.media_features = media_features(core);
  switch (core.model) {
    case CoreModel::cortex_m0:  // no VTOR, CCR read-only, no identification registers but CPUID
      registers.ccr_fixed = 0x208;
      break;
    case CoreModel::cortex_m0plus:  // as M0, with the optional VTOR
      registers.ccr_fixed = 0x208;
      registers.vtor_writable = kVtor;
      break;
    case CoreModel::cortex_m3:
      registers.processor_features = {0x30, 0x200};
      registers.debug_features = 0x00100000;
      registers.memory_features = {0x00000030, 0, 0, 0};
      registers.instruction_set = {0x01141110, 0x02111000, 0x21112231, 0x01111110, 0x01310102};
      registers.actlr_writable = 0x7;
      registers.vtor_writable = kVtor;
      registers.ccr_writable = 0x31B;
      break;
    case CoreModel::cortex_m4:
      registers.processor_features = {0x30, 0x200};
      registers.debug_features = 0x00100000;
      registers.memory_features = {0x00100030, 0, 0x01000000, 0};
      registers.instruction_set = {0x01141110, 0x02112000, 0x21232231, 0x01111131, 0x01310102};
      registers.actlr_writable = 0x307;
      registers.vtor_writable = kVtor;
      registers.ccr_writable = 0x31B;
      break;
    case CoreModel::cortex_m7:
      registers.processor_features = {0x30, 0x200};
      registers.debug_features = 0x00100000;
      registers.memory_features = {0x00100030, 0, 0x01000000, 0};
      registers.instruction_set = {0x01101110, 0x02112000, 0x20232231, 0x01111131, 0x01310132};
      registers.cache_levels = 0x09000003;
      registers.cache_type = 0x8303C003;
      registers.actlr_writable = 0x1FFFFC04;
      registers.vtor_writable = kVtor;
      registers.ccr_writable = 0x3011B;
      registers.ccr_fixed = 0x40200;  // BP, STKALIGN
      break;
    case CoreModel::cortex_m33:
      registers.processor_features = {0x30, 0x200};
      registers.debug_features = 0x00200000;
      registers.memory_features = {0x00101F40, 0, 0x01000000, 0};
      registers.instruction_set = {0x01101110, 0x02212000, 0x20232232, 0x01111131, 0x01310132};
      registers.cache_type = 0x8000C000;
      registers.actlr_writable = 0x20001604;
      registers.vtor_writable = kVtor;
      registers.ccr_writable = 0x51A;
      registers.ccr_fixed = 0x201;
      break;
  }
  return registers;
}

}  // namespace mcost::boards
