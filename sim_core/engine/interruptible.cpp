// Instructions that exceptions cut short: LDM, STM, PUSH and POP between words, continued through
// EPSR.ICI or restarted; divides and long multiplies, abandoned and restarted. Source: ARMv7-M ARM
// B1.5.10, A7.3.3 (ICI); ARMv6-M ARM B1.5.9. VLDM and VSTM are restarted (`assumed`: the manual
// lets them continue); LDRD and STRD complete.
#include <bit>
#include <string_view>

#include "sim_core/base/bits.h"
#include "sim_core/engine/engine.h"
#include "sim_core/engine/handlers.h"
#include "sim_core/isa/decoder.h"

namespace mcost::engine {
namespace {

constexpr std::uint32_t kCacheLineBytes = 32;  // of caches that follow attributes

using isa::TimingClass;

constexpr unsigned kWordBytes = 4;

/// The row that moves a list upwards from its base, in its 32-bit form.
const isa::Instruction& row_named(std::string_view name, isa::Flow flow) {
  for (const isa::Instruction& instruction : isa::instructions()) {
    const isa::Encoding& row = *instruction.row;
    if (row.name == name && row.form == isa::T2 && row.flow == flow) return instruction;
  }
  return isa::instructions().front();
}

const isa::Instruction& transfer_row(bool load, bool with_pc) {
  static const isa::Instruction& loads = row_named("LDM, LDMIA, LDMFD", isa::Flow::next);
  static const isa::Instruction& loads_pc = row_named("LDM, LDMIA, LDMFD", isa::Flow::may_branch);
  static const isa::Instruction& stores = row_named("STM, STMIA, STMEA", isa::Flow::next);
  if (!load) return stores;
  return with_pc ? loads_pc : loads;
}

bool moves_list(TimingClass timing_class) {
  return timing_class == TimingClass::load_multiple || timing_class == TimingClass::store_multiple;
}

bool moves_fp_list(TimingClass timing_class) {
  return timing_class == TimingClass::fp_load_multiple ||
         timing_class == TimingClass::fp_store_multiple;
}

bool is_arithmetic(TimingClass timing_class) {
  return timing_class == TimingClass::divide || timing_class == TimingClass::multiply ||
         timing_class == TimingClass::multiply_long ||
         timing_class == TimingClass::multiply_accumulate_long;
}

MultipleTransfer transfer_of(const isa::Decoded& decoded) {
  const isa::Operands& operands = decoded.operands;
  const bool before = moves_downwards(*decoded.instruction->row);
  const int bytes = static_cast<int>(kWordBytes) * std::popcount(operands.imm);
  MultipleTransfer transfer;
  transfer.load = decoded.instruction->row->timing_class == TimingClass::load_multiple;
  transfer.write_back = operands.write_back;
  transfer.base = operands.rn;
  transfer.list = static_cast<std::uint16_t>(operands.imm);
  transfer.first = before ? -bytes : 0;
  transfer.final = before ? -bytes : bytes;
  return transfer;
}

/// A PUSH moves the stack pointer when it is cut: the frame goes below the words already stored.
/// The manual leaves that to the implementation; keeping them is what makes it work.
bool moves_stack_first(const MultipleTransfer& transfer) {
  return transfer.base == 13 && transfer.write_back && transfer.final < 0;
}

/// The lowest `count` registers of a list.
std::uint16_t lowest_of(std::uint16_t list, unsigned count) {
  std::uint16_t rest = list;
  for (unsigned i = 0; i < count; ++i) rest = static_cast<std::uint16_t>(rest & (rest - 1));
  return static_cast<std::uint16_t>(list & ~rest);
}

void resume(Core& core, const MicroOp* op) {
  core.engine->resume_transfer();
  return chain(core, op);
}

void fault_continuation(Core& core, const MicroOp* op) { core.engine->invalid_continuation(op); }

}  // namespace

bool moves_downwards(const isa::Encoding& row) {
  const std::string_view syntax = row.syntax;
  return syntax.find("mdb") != std::string_view::npos ||
         syntax.find("push") != std::string_view::npos;
}

/// Notes in a block of one instruction how an exception may cut it.
void Engine::note_interruption(Block& block) const {
  if (block.info.size() != 1 || block.info[0].decoded.instruction == nullptr) return;
  const OpInfo& info = block.info[0];
  const TimingClass timing_class = info.timing.timing_class;
  if (moves_list(timing_class) && !block.transfer) block.transfer = transfer_of(info.decoded);
  if (is_arithmetic(timing_class) || (moves_fp_list(timing_class) && info.timing.transfers > 1)) {
    block.interruption = Interruption::restarts;
  } else if (block.transfer && info.timing.transfers > 1) {
    const MultipleTransfer& transfer = *block.transfer;
    const bool base_in_list = bit(transfer.list, transfer.base);
    // EPSR has no room for ICI beside IT, ARMv6-M has no ICI; a base that may be overwritten, or
    // that write-back would change before it is stored, is needed again.
    const bool continues = exceptions_.architecture() != Architecture::v6m &&
                           !info.it.in_it_block() &&
                           !(base_in_list && (transfer.load || transfer.write_back));
    block.interruption = continues ? Interruption::continues : Interruption::restarts;
  }
}

/// The op that moves `list` upwards from the address in the scratch register R15.
void Engine::append_transfer(Block& block, const OpInfo& whole, const MultipleTransfer& transfer,
                             std::uint16_t list) {
  OpInfo info = whole;
  const isa::Instruction& row = transfer_row(transfer.load, bit(list, 15));
  info.decoded.instruction = &row;
  info.decoded.operands = isa::Operands{.rd = transfer.base, .rn = 15, .imm = list};
  info.timing.transfers = static_cast<std::uint8_t>(std::popcount(list));
  info.timing.writes_pc = bit(list, 15) && transfer.load;
  info.access_bytes = kWordBytes;
  info.stores = !transfer.load;
  info.predicated = false;
  info.site = 0;
  info.micro_op = static_cast<std::uint16_t>(block.ops.size());
  MicroOp op;
  op.operands = info.decoded.operands;
  block.info.push_back(info);
  op.handler = handler_of(info, tracking_of(core_.windows[0]));
  block.ops.push_back(op);
}

/// The instruction at `pc` where EPSR.ICI says that it has begun: what is left of it, or a fault
/// where ICI does not fit. Returns false if it executes from its start.
bool Engine::append_resumed(Block& block, const bus::Region* region) {
  const Fetched fetched = fetch_instruction(block.pc, region);
  if (fetched.size == 0) return false;
  const isa::Decoded decoded = isa::decode_at(fetched.first, fetched.second,
                                              isa::Place{block.pc, isa::ItState{}}, features_);
  if (decoded.instruction == nullptr) return false;
  const TimingClass timing_class = decoded.instruction->row->timing_class;
  if (moves_fp_list(timing_class)) return false;
  if (!moves_list(timing_class)) {
    append_fault(block, &fault_continuation, block.pc, block.it, decoded.size);
    block.end_pc = block.pc + decoded.size;
    return true;
  }
  MultipleTransfer transfer = transfer_of(decoded);
  const unsigned next = block.it.value() >> 4;
  const auto done = static_cast<std::uint16_t>(transfer.list & low_mask(next));
  if (!bit(transfer.list, next) || done == 0) return false;
  append_instruction(block, decoded, block.pc, block.it);
  const OpInfo whole = block.info.back();
  block.info.clear();
  block.ops.clear();
  MicroOp begin;
  begin.handler = &resume;
  block.ops.push_back(begin);
  transfer.list = static_cast<std::uint16_t>(transfer.list & ~done);
  transfer.first += static_cast<int>(kWordBytes) * std::popcount(done);
  if (moves_stack_first(transfer)) {
    transfer.first -= transfer.final;
    transfer.write_back = false;
  }
  append_transfer(block, whole, transfer, transfer.list);
  block.transfer = transfer;
  block.resumed = true;
  block.end_pc = block.pc + decoded.size;
  return true;
}

/// Before the rest of a transfer: its address, and write-back, undone if it faults.
void Engine::resume_transfer() {
  const MultipleTransfer& transfer = *current_->transfer;
  resumed_base_ = core_.r[transfer.base];
  core_.r[15] = resumed_base_ + static_cast<std::uint32_t>(transfer.first);
  if (transfer.write_back)
    core_.r[transfer.base] = resumed_base_ + static_cast<std::uint32_t>(transfer.final);
}

void Engine::invalid_continuation(const MicroOp* op) {
  fault_op_ = op->index;
  throw GuestFault{FaultKind::invalid_state, current_->pc, false};
}

/// Accesses of the first `count` words of a list that starts at `address`, as timing sees them.
std::vector<LoggedAccess> Engine::list_accesses(const OpInfo& info, Address address,
                                                unsigned count) const {
  std::vector<LoggedAccess> accesses;
  const bus::Region* missed_region = nullptr;
  std::uint32_t missed_line = 0;
  for (unsigned beat = 0; beat < count; ++beat, address += kWordBytes) {
    const bus::Region* found = bus_.find(address);
    const bus::Region& region = found == nullptr ? nowhere_ : *found;
    LoggedAccess entry;
    entry.beat = static_cast<std::uint8_t>(beat);
    entry.timed.region = &region;
    entry.timed.access = {address,
                          kWordBytes,
                          info.stores ? bus::AccessKind::write : bus::AccessKind::read,
                          region.memory,
                          region.data_port,
                          !region.is_device_memory};
    if (region.kind == bus::RegionKind::memory) {
      const bus::Memory& memory = bus_.memories[region.memory];
      const std::uint32_t offset = region.memory_offset + (address - region.base);
      if (memory.model->follows_attributes() && region.view == 0) {
        const bus::LineUse use =
            memory.model->look_up(offset, entry.timed.access.kind, policy_at(region, address));
        const bool again = use.way == bus::LineUse::Way::fill && missed_region == &region &&
                           missed_line == offset / kCacheLineBytes;
        if (!again) entry.timed.use = use;
        entry.timed.constant = entry.timed.use.way == bus::LineUse::Way::hit;
        if (use.way == bus::LineUse::Way::fill) {
          missed_region = &region;
          missed_line = offset / kCacheLineBytes;
        }
        accesses.push_back(entry);
        continue;
      }
      const bool cached = memory.model->data_path() == bus::DataPath::cached && region.view == 0;
      const std::uint32_t line = cached ? offset >> memory.model->data_stamp_shift() : 0;
      const bool absent =
          cached && !info.stores && (memory.tags[offset >> bus::kTagShift] & bus::kAbsent) != 0 &&
          (missed_region != &region || missed_line != line);  // the first word brings its line
      if (absent) {
        missed_region = &region;
        missed_line = line;
      }
      entry.timed.missed = absent;
      entry.timed.constant =
          !absent && region.view == 0 && memory.model->data_path() != bus::DataPath::timed;
    }
    accesses.push_back(entry);
  }
  return accesses;
}

/// Where a list's first word is.
Address Engine::list_address(const Block& block) const {
  const OpInfo& info = block.info[0];
  if (block.transfer)
    return core_.r[block.transfer->base] + static_cast<std::uint32_t>(block.transfer->first);
  const isa::Operands& operands = info.decoded.operands;
  const std::uint32_t bytes = std::uint32_t{kWordBytes} * info.timing.transfers;
  return core_.r[operands.rn] - (moves_downwards(*info.decoded.instruction->row) ? bytes : 0);
}

/// Cycles from now until the block's instruction, or the first `transfers` words of it, would be
/// done. Nothing changes.
Cycles Engine::cycles_to_complete(const Block& block, unsigned transfers) {
  Block trial;
  trial.pc = block.pc;
  trial.info = block.info;
  OpInfo& info = trial.info[0];
  info.predicated = false;
  std::vector<LoggedAccess> accesses;
  if (transfers != 0) {
    accesses = list_accesses(info, list_address(block), transfers);
    if (transfers < info.timing.transfers) info.timing.writes_pc = false;
    info.timing.transfers = static_cast<std::uint8_t>(transfers);
  } else {
    const isa::Operands& operands = info.decoded.operands;
    const bool is_signed = info.decoded.instruction->row->name[0] == 'S';
    info.site = model_.operand_cycles(info.timing.timing_class, is_signed, core_.r[operands.rn],
                                      core_.r[operands.rm]);
  }
  Visit visit;
  visit.block = &trial;
  visit.log = &accesses;
  TimingState state = states_[state_];
  bus::FoldLog log;  // contents stay as they are
  BusPort port(bus_, state, &log, block.memory, port_time(state), false);
  OpReplay replay(bus_, visit, core_);
  return replay.time(model_, state, port, 0).advance.charges.total();
}

/// Serves events that fall into the block's single instruction. If an exception must be taken in
/// its midst, executes as much of it as there is time for and leaves pc_ and EPSR so that it goes
/// on or starts again afterwards. Returns true if the instruction is not to be executed now.
bool Engine::interrupt_inside(Block& block) {
  if (block.interruption == Interruption::never) return false;
  if ((exceptions_.actlr & kActlrNoMulticycleInterrupt) != 0) return false;
  const OpInfo& info = block.info[0];
  if (info.predicated && (kConditionTable[info.it.condition()] >> core_.nzcv() & 1u) == 0)
    return false;
  const unsigned total = info.timing.transfers;
  const Cycles end = now_ + cycles_to_complete(block, total);
  Cycles due = 0;
  do {
    due = scheduler_.next_due();
    if (due >= end) return false;
    disturb_recording();
    scheduler_.run_due(due);
    if (block.dropped) return true;  // an event changed the memory it came from
  } while (exceptions_.highest_takeable() == 0);
  unsigned done = total == 0 ? 0 : 1;
  while (done < total && now_ + cycles_to_complete(block, done) < due) ++done;
  if (total != 0 && done == total) return false;
  ++statistics_.interrupted_instructions;
  if (total == 0) {
    abandon_arithmetic(block, due);
  } else {
    cut_transfers(block, done);
  }
  return true;
}

/// Charges the cycles up to `due` to an instruction that will start again.
void Engine::abandon_arithmetic(const Block& block, Cycles due) {
  pipeline::Charges charges;
  charges.add(Cause::operand, static_cast<std::uint32_t>(due - now_));
  TimingState state = states_[state_];
  spend(state, charges);
  profile_here(block.pc);
  if (block.has_hook) restarted_.push_back(block.pc);
}

/// Moves the first `count` words of a list. The instruction is counted when it completes.
void Engine::cut_transfers(Block& block, unsigned count) {
  auto cut_block = std::make_unique<Block>();
  Block& cut = *cut_block;
  graveyard_.push_back(std::move(cut_block));
  cut.pc = cut.end_pc = block.pc;
  cut.it = block.it;
  cut.memory = block.memory;
  cut.context = block.context;
  cut.generation = block.generation;
  const OpInfo& whole = block.info[0];
  const bool core_registers = block.transfer.has_value();
  if (core_registers) {
    const MultipleTransfer& transfer = *block.transfer;
    append_transfer(cut, whole, transfer, lowest_of(transfer.list, count));
  } else {
    cut.info.push_back(whole);
    cut.info[0].predicated = false;
    cut.info[0].timing.transfers = static_cast<std::uint8_t>(count);
  }
  cut.info[0].partial = true;
  cut.ops.push_back(
      MicroOp{[](Core& core, const MicroOp*) { core.exit = kFallThrough; }, {}, 0, 0});
  current_ = &cut;
  core_.passed = core_.missed = core_.banks = 0;
  core_.mispredicted = false;
  core_.misaligned = 0;
  const Address first = list_address(block);
  const std::uint32_t base = core_registers ? core_.r[block.transfer->base] : 0;
  if (core_registers) {
    core_.r[15] = first;
    cut.ops[0].handler(core_, cut.ops.data());
  } else {
    core_.exit = kFallThrough;
    log_ = list_accesses(whole, first, count);
  }
  finish_replayed(cut, 1);
  pc_ = block.pc;
  it_ = block.it;
  if (block.interruption == Interruption::continues) {
    const auto left =
        static_cast<unsigned>(block.transfer->list & ~lowest_of(block.transfer->list, count));
    it_ = isa::ItState{static_cast<std::uint8_t>(std::countr_zero(left) << 4)};
    if (moves_stack_first(*block.transfer))
      core_.r[13] = base + static_cast<std::uint32_t>(block.transfer->final);
  } else {
    if (core_registers && block.transfer->load) core_.r[block.transfer->base] = base;
    if (block.has_hook) restarted_.push_back(pc_);
  }
  serve_requests();
}

}  // namespace mcost::engine
