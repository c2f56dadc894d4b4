// The contract between a core's pipeline file and the engine: one incremental function,
// advance(state, op, outcome, port), that says how long an instruction takes and why (design.md 2).
// The stepped loop calls it per instruction with the bus itself as port; the fast loop memoises its
// fold over a block. It sees roles and timing classes, never mnemonics or register values. Depends
// on isa (roles, timing classes), bus and base.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "sim_core/base/cause.h"
#include "sim_core/base/units.h"
#include "sim_core/bus/timing_port.h"
#include "sim_core/isa/roles.h"
#include "sim_core/isa/timing_class.h"

namespace mcost::pipeline {

/// Static facts of one instruction, fixed at decode.
struct OpTiming {
  isa::TimingClass timing_class = isa::TimingClass::alu;
  std::uint8_t size_bytes = 2;           // 2 or 4
  std::uint8_t transfers = 0;            // registers moved by a load or store, incl. PC
  bool in_it_block = false;              // executes under an IT condition
  bool conditional = false;              // B<c> and CBZ: may fall through
  bool links = false;                    // BL, BLX
  bool writes_pc = false;                // branches, POP {pc}, LDR pc, MOV pc, ADD pc
  bool adds_to_pc = false;               // ADD pc, Rm: the target comes from the adder
  bool sets_flags = false;               // writes any of N Z C V
  bool register_offset = false;          // address is base + register
  bool writes_back = false;              // base register is updated
  bool is_double = false;                // operates on doubles
  std::uint8_t access_bytes = 0;         // of one transfer
  bool simple = false;                   // ADD, SUB, MOV without a shifter; LSL, LSR, ASR, ROR
  bool shifted_constant = false;         // a modified immediate that a rotation makes
  bool shifts_left = false;              // an operand that is shifted takes LSL
  bool fused = false;                    // VFMA and its negations
  std::uint8_t folded_instructions = 0;  // IT only: instructions in its block, 1 to 4
  Address direct_target =
      0;  // B, B<c>, BL, CBZ: where it goes if taken; fetched even if it is not. 0: none
  isa::RegisterSet low_result = 0;  // long multiplies: RdLo
  isa::Roles roles;
};

/// What only run time knows of one executed instruction.
struct Outcome {
  Address pc = 0;
  bool executed = true;  // condition passed
  bool branch_taken = false;
  Address target = 0;     // where the PC went, when `branch_taken`
  bool predicted = true;  // cores with a predictor: the verdict
  std::uint8_t operand_cycles =
      0;  // value-dependent cycles the core's operand_cycles() computed; 0 if none
  std::span<const bus::Access> accesses;  // in order; empty when not executed
};

/// One share of an instruction's cycles. `memory` counts only for causes that are per memory; for
/// bus_wait it is the initiator.
struct Charge {
  Cause cause = Cause::issue;
  std::uint8_t memory = 0;
  std::uint32_t cycles = 0;
};

/// Cycles of one instruction by cause; the total is their sum, by construction.
class Charges {
 public:
  void add(Cause cause, std::uint32_t cycles, std::uint8_t memory = 0) {
    if (cycles == 0) return;
    total_ += cycles;
    for (unsigned i = 0; i < count_; ++i) {
      if (parts_[i].cause == cause && parts_[i].memory == memory) {
        parts_[i].cycles += cycles;
        return;
      }
    }
    assert(count_ < parts_.size());
    parts_[count_++] = Charge{cause, memory, cycles};
  }
  /// Gives up to `cycles` of the share of `from` on `memory` to `to`; the total stays.
  void reassign(Cause from, std::uint8_t memory, std::uint32_t cycles, Cause to,
                std::uint8_t index) {
    for (unsigned i = 0; i < count_; ++i) {
      if (parts_[i].cause != from || parts_[i].memory != memory) continue;
      const std::uint32_t moved = cycles < parts_[i].cycles ? cycles : parts_[i].cycles;
      parts_[i].cycles -= moved;
      total_ -= moved;
      add(to, moved, index);
      return;
    }
  }
  [[nodiscard]] std::uint32_t total() const { return total_; }
  [[nodiscard]] std::span<const Charge> parts() const { return {parts_.data(), count_}; }

 private:
  std::array<Charge, 12> parts_{};
  std::uint8_t count_ = 0;
  std::uint32_t total_ = 0;
};

/// What advance() says of one instruction. Its first cycle is the one after the previous
/// instruction's last.
struct Advance {
  Charges charges;
  std::uint32_t data_phase = 0;  // cycle, relative to the first, in which the first data transfer's
                                 // data phase ends; a read of CYCCNT sees this cycle
  bool folded = false;           // took no issue slot (DWT FOLDCNT)
  std::int32_t issue_cycle =
      0;  // in which it issues (enters execute), relative to the first; -1: the last cycle of the
          // instruction before it, which it pairs with, folds into or overlaps
  std::uint32_t first_port_cycle = 0;  // its first cycle in the time base of port calls
  std::uint32_t port_cycles =
      0;  // by how much the time base of port calls moves on; see bus::TimingPort
};

/// Opaque, canonical pipeline state: equal behaviour from here on if and only if equal bytes.
/// Latencies saturate at 0, unused bytes are 0, addresses are relative to the next instruction.
/// Copied and compared as bytes.
class State {
 public:
  static constexpr std::size_t kBytes = 112;
  /// View as a core's own trivially copyable struct without padding.
  template <class T>
  [[nodiscard]] T get() const {
    static_assert(sizeof(T) <= kBytes && std::is_trivially_copyable_v<T>);
    static_assert(std::has_unique_object_representations_v<T>);
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    return value;
  }
  template <class T>
  void set(const T& value) {
    static_assert(sizeof(T) <= kBytes && std::has_unique_object_representations_v<T>);
    std::memcpy(bytes_.data(), &value, sizeof(T));
  }
  friend bool operator==(const State&, const State&) = default;
  [[nodiscard]] const std::array<std::byte, kBytes>& bytes() const { return bytes_; }

 private:
  std::array<std::byte, kBytes> bytes_{};
};

enum class ExceptionEvent : std::uint8_t {
  entry,             // from the last instruction to the handler's first
  exception_return,  // from the branch to the first instruction returned to
  tail_chain,        // handler to handler on one frame
  late_arrival,      // from a more urgent exception pending during entry to its handler
  lazy_stacking,     // FP registers saved ahead of an FP instruction
};

/// A core's branch predictor: contents like those of a cache, so no part of State. The engine owns
/// one per run and asks it once for each branch executed, in program order, in either loop.
class BranchPredictor {
 public:
  virtual ~BranchPredictor() = default;
  /// Whether the branch `op` at `pc`, which went to `target` if `taken`, had been predicted so;
  /// learns from it.
  virtual bool resolve(const OpTiming& op, Address pc, bool taken, Address target) = 0;
  [[nodiscard]] virtual std::unique_ptr<BranchPredictor> clone() const = 0;
  /// Equal for predictors that predict alike from here on.
  [[nodiscard]] virtual std::uint64_t signature() const = 0;
};

/// Address bit that tells two interleaved banks of 32-bit words apart.
inline constexpr unsigned kBankShift = 2;

/// One core's timing. Stateless: everything that changes is in State or in a predictor, so one
/// object serves any number of runs.
class PipelineModel {
 public:
  virtual ~PipelineModel() = default;
  /// Name as in TRMs, "cortex-m4".
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// State right after a branch to an address of unknown history: nothing fetched, nothing
  /// outstanding.
  [[nodiscard]] virtual State reset_state() const = 0;
  /// Times one instruction, in program order, and leaves `state` ready for the next.
  virtual Advance advance(State& state, const OpTiming& op, const Outcome& outcome,
                          bus::TimingPort& port) const = 0;
  /// Cycles of a divide or long multiply for these operand values, where the core's timing depends
  /// on them; else 0. For arithmetic of doubles, a number of the core's own that stands for the
  /// case; operands are then the high words, with bit 0 set if the low word is not 0.
  [[nodiscard]] virtual std::uint8_t operand_cycles(isa::TimingClass timing_class, bool is_signed,
                                                    std::uint32_t first,
                                                    std::uint32_t second) const = 0;
  /// Cycles of an event of the exception mechanism on zero-wait memory, with the words it moves: 8,
  /// 25 with FP registers, 17 of lazy stacking, 0. All but lazy stacking reset the fetch part of
  /// `state`.
  virtual Charges exception(State& state, ExceptionEvent event, unsigned words_stacked) const = 0;
  /// True if timing depends on the bank of data accesses: Outcome::accesses then carry it in their
  /// addresses, whose other bits are right only modulo that.
  [[nodiscard]] virtual bool uses_banks() const { return false; }
  /// Bytes of one fetch() of the port.
  [[nodiscard]] virtual unsigned fetch_bytes() const { return 4; }
  /// The core's predictor in its reset state; null if it has none: Outcome::predicted stays true.
  [[nodiscard]] virtual std::unique_ptr<BranchPredictor> make_predictor() const { return nullptr; }
  /// An upper bound of the cycles one instruction may take without memory waits, for deadlines.
  [[nodiscard]] virtual std::uint32_t worst_case(const OpTiming& op) const = 0;
};

}  // namespace mcost::pipeline
