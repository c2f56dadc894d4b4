#include "cli/fault_advice.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/reports/numbers.h"
#include "cli/return_point.h"

namespace mcost::cli {
namespace {

using engine::FaultKind;

constexpr unsigned kSp = 13;
constexpr unsigned kLr = 14;
/// A stack access this far from SP, and an SP this far below a memory, belong to that stack.
constexpr std::uint32_t kNear = 65536;

/// "SVCall" for people. Source: ARMv7-M ARM B1.5.2.
std::string exception_name(unsigned number) {
  switch (number) {
    case engine::kNmi: return "NMI";
    case engine::kHardFault: return "HardFault";
    case engine::kMemManage: return "MemManage";
    case engine::kBusFault: return "BusFault";
    case engine::kUsageFault: return "UsageFault";
    case engine::kSvCall: return "SVCall";
    case engine::kDebugMonitor: return "DebugMonitor";
    case engine::kPendSv: return "PendSV";
    case engine::kSysTick: return "SysTick";
    default: break;
  }
  if (number < engine::kFirstInterrupt) return fmt::format("exception {}", number);
  return fmt::format("interrupt {}", number - engine::kFirstInterrupt);
}

bool is_ram(std::uint64_t address, std::span<const loader::MemoryRange> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [address](const loader::MemoryRange& range) {
    return range.writable_ram && address >= range.base && address < range.base + range.size;
  });
}

/// The RAM that begins at most kNear above `address`, which is in none; or null.
const loader::MemoryRange* ram_above(Address address, std::span<const loader::MemoryRange> ranges) {
  const auto found =
      std::find_if(ranges.begin(), ranges.end(), [address](const loader::MemoryRange& range) {
        return range.writable_ram && range.base > address && range.base - address <= kNear;
      });
  return found == ranges.end() ? nullptr : &*found;
}

/// Of a data access that nothing answers: is it the stack's?
std::string stack_advice(const engine::FaultRecord& record,
                         std::span<const loader::MemoryRange> ranges) {
  const std::uint32_t sp = record.registers[kSp];
  const Address accessed = record.fault.address;
  const bool near_sp = accessed - sp < kNear || sp - accessed < kNear;
  if (!near_sp) return {};
  const Address lowest = std::min(sp, accessed);
  if (const loader::MemoryRange* const ram = ram_above(lowest, ranges); ram != nullptr) {
    return fmt::format(
        "the stack overflowed: SP is {} and {} begins at {}; make the stack larger, or look for "
        "recursion and large local variables",
        analysis::hexadecimal(sp), ram->name, analysis::hexadecimal(ram->base));
  }
  if (is_ram(std::uint64_t{sp} - 4, ranges)) return {};
  return fmt::format(
      "the stack pointer, {}, is in no RAM: check the first word of the vector table, and what "
      "sets SP since",
      analysis::hexadecimal(sp));
}

/// Of a branch to an address without the Thumb bit.
std::string state_advice(const engine::FaultRecord& record, const engine::Exceptions& exceptions,
                         const CoreView& core) {
  const std::string target = analysis::hexadecimal(record.pc);
  if (is_exception_return(record.registers[kLr])) {
    for (unsigned number = engine::kNmi; number < exceptions.count(); ++number) {
      const Address entry = exceptions.vtor + 4 * number;
      std::uint32_t vector = 0;
      if (!exceptions.is_active(number) || !core.read_word(entry, vector)) continue;
      if ((vector & 1u) != 0 || vector != record.pc) continue;
      return fmt::format("the vector of {} (exception {}) at {} is {}: give it a handler",
                         exception_name(number), number, analysis::hexadecimal(entry),
                         vector == 0 ? "null" : target + ", without the Thumb bit");
    }
  }
  if (record.pc == 0) return "a null function pointer was called: the backtrace says where";
  return fmt::format(
      "a branch went to {} without the Thumb bit: function pointers are odd; was one overwritten, "
      "or made from a plain label?",
      target);
}

/// Of an access that fails because of --place.
std::string placement_advice(const engine::FaultRecord& record,
                             std::span<const boards::Placed> placed) {
  const bool is_fetch = record.fault.kind == FaultKind::bus_instruction;
  const bool is_data = record.fault.kind == FaultKind::bus_data_precise ||
                       record.fault.kind == FaultKind::bus_data_imprecise ||
                       record.fault.kind == FaultKind::bus_stacking;
  const Address address = is_fetch ? record.pc : record.fault.address;
  for (const boards::Placed& entry : placed) {
    const bool inside = address - entry.first < entry.size_bytes;
    if (record.fault.kind == FaultKind::unaligned && inside && entry.is_device) {
      return fmt::format(
          "{} is placed in {}, where Device memory is: unaligned accesses fault there on the board "
          "too; build with -mno-unaligned-access, or place it elsewhere",
          entry.what, entry.memory);
    }
    if ((is_fetch || is_data) && address - entry.charged_as < entry.size_bytes) {
      return fmt::format(
          "--place put {} there, since no section is there: the program uses that part of {} too "
          "(stack, heap, a fixed address); place less, or name another memory",
          entry.what, entry.memory);
    }
  }
  return {};
}

}  // namespace

std::string fault_advice(const engine::FaultRecord& record, const engine::Exceptions& exceptions,
                         const CoreView& core, std::span<const loader::MemoryRange> ranges,
                         std::span<const boards::Placed> placed) {
  if (std::string advice = placement_advice(record, placed); !advice.empty()) return advice;
  switch (record.fault.kind) {
    case FaultKind::no_coprocessor:
      return "the FPU is off: start-up code must set bits 23:20 of CPACR (0xE000ED88) before the "
             "first floating-point instruction";
    case FaultKind::bus_data_precise:
    case FaultKind::bus_data_imprecise: return stack_advice(record, ranges);
    case FaultKind::invalid_state: return state_advice(record, exceptions, core);
    case FaultKind::bus_instruction:
      return "execution left the code: a wild function pointer, an overwritten return address, or "
             "code for a memory that this board does not have";
    case FaultKind::invalid_pc_load:
      return "an exception return was not one: was LR or the stacked frame overwritten?";
    case FaultKind::breakpoint:
      return "BKPT other than 0xAB (semihosting) needs a debugger: build without it";
    default: return {};
  }
}

}  // namespace mcost::cli
