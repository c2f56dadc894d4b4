// Bytes to Block: decodes straight-line code, derives what pipelines need to know, and picks
// handlers.
#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "sim_core/engine/engine.h"
#include "sim_core/engine/fused_handlers.h"
#include "sim_core/engine/operand_facts.h"
#include "sim_core/isa/decoder.h"
#include "sim_core/isa/effects.h"

namespace mcost::engine {
namespace {

using isa::Flow;
using isa::TimingClass;

// Ops that are no instruction of their own. They take no time and have no index of their own.

void end_block(Core& core, const MicroOp*) { core.exit = kFallThrough; }

void provide_pc(Core& core, const MicroOp* op) {
  core.r[15] = op->operands.imm;
  return chain(core, op);
}

/// SP bits 1:0 are always zero.  Source: ARMv7-M ARM B1.4.1.
void align_stack_pointer(Core& core, const MicroOp* op) {
  core.r[13] &= ~3u;
  return chain(core, op);
}

/// ExecuteFPCheck before the first FP instruction of a block built while FP state was not ready.
void check_fp(Core& core, const MicroOp* op) {
  if ((kConditionTable[op->operands.condition] >> core.nzcv() & 1u) != 0) core.engine->fp_check(op);
  return chain(core, op);
}

/// In front of a long multiply whose time depends on its factors; `option`: signed.
void note_factors(Core& core, const MicroOp* op) {
  if ((kConditionTable[op->operands.condition] >> core.nzcv() & 1u) != 0) {
    core.engine->note_operands(op, core.r[op->operands.rn], core.r[op->operands.rm]);
  }
  return chain(core, op);
}

/// High word of a double, with bit 0 set if the low word is not 0.
std::uint32_t high_word(const Core& core, unsigned d) {
  const std::size_t low = std::size_t{2} * d;
  return core.s[low + 1] | (core.s[low] != 0 ? 1u : 0u);
}

/// In front of arithmetic on doubles whose time depends on them.
void note_doubles(Core& core, const MicroOp* op) {
  if ((kConditionTable[op->operands.condition] >> core.nzcv() & 1u) != 0) {
    core.engine->note_operands(op, high_word(core, op->operands.rn),
                               high_word(core, op->operands.rm));
  }
  return chain(core, op);
}

void count_unpredictable(Core& core, const MicroOp* op) {
  core.engine->note_unpredictable(op->operands.imm);
  return chain(core, op);
}

void fetch_fault(Core& core, const MicroOp* op) { core.engine->instruction_fault(op); }

void undefined_encoding(Core& core, const MicroOp* op) {
  if ((kConditionTable[op->operands.condition] >> core.nzcv() & 1u) == 0) {
    core.exit = kFallThrough;
    return;
  }
  core.passed |= 1u << op->index;
  core.engine->undefined_instruction(op);
}

MicroOp helper_op(Handler handler, unsigned index) {
  MicroOp op;
  op.handler = handler;
  op.index = static_cast<std::uint8_t>(index);
  return op;
}

bool starts_with(const char* text, std::string_view prefix) {
  return std::string_view(text).starts_with(prefix);
}

bool is_call(const isa::Decoded& decoded) {
  if (decoded.instruction == nullptr) return false;
  const std::string_view name = decoded.instruction->row->name;
  return name == "BL" || name == "BLX (register)";
}

/// Multiply-accumulates an instruction executes; the dual ones count two.
unsigned macs_of(const isa::Encoding& row) {
  switch (row.timing_class) {
    case TimingClass::multiply_accumulate:
    case TimingClass::multiply_accumulate_long:
    case TimingClass::multiply: break;
    case TimingClass::fp_multiply_accumulate: return 1;
    default: return 0;
  }
  for (const std::string_view dual : {"SMLAD", "SMLSD", "SMLALD", "SMLSLD", "SMUAD", "SMUSD"}) {
    if (starts_with(row.name, dual)) return 2;
  }
  return row.timing_class == TimingClass::multiply ? 0 : 1;
}

InstructionClass class_of(TimingClass timing_class) {
  switch (timing_class) {
    case TimingClass::alu:
    case TimingClass::shift:
    case TimingClass::bit_field:
    case TimingClass::reverse:
    case TimingClass::extend:
    case TimingClass::pack_select:
    case TimingClass::parallel_add:
    case TimingClass::saturate:
    case TimingClass::sad: return InstructionClass::integer;
    case TimingClass::multiply:
    case TimingClass::multiply_accumulate:
    case TimingClass::multiply_long:
    case TimingClass::multiply_accumulate_long:
    case TimingClass::divide: return InstructionClass::multiply;
    case TimingClass::load:
    case TimingClass::load_literal:
    case TimingClass::load_dual:
    case TimingClass::load_multiple:
    case TimingClass::load_exclusive:
    case TimingClass::store:
    case TimingClass::store_dual:
    case TimingClass::store_multiple:
    case TimingClass::store_exclusive:
    case TimingClass::preload:
    case TimingClass::fp_load:
    case TimingClass::fp_store:
    case TimingClass::fp_load_multiple:
    case TimingClass::fp_store_multiple: return InstructionClass::load_store;
    case TimingClass::branch:
    case TimingClass::branch_register:
    case TimingClass::compare_branch:
    case TimingClass::table_branch: return InstructionClass::branch;
    case TimingClass::it:
    case TimingClass::nop:
    case TimingClass::wait:
    case TimingClass::system:
    case TimingClass::barrier: return InstructionClass::other;
    case TimingClass::fp_add:
    case TimingClass::fp_multiply:
    case TimingClass::fp_multiply_accumulate:
    case TimingClass::fp_divide:
    case TimingClass::fp_square_root:
    case TimingClass::fp_compare:
    case TimingClass::fp_convert:
    case TimingClass::fp_move:
    case TimingClass::fp_core_move:
    case TimingClass::fp_core_move_dual:
    case TimingClass::fp_system: return InstructionClass::floating_point;
  }
  return InstructionClass::other;
}

pipeline::OpTiming timing_of(const isa::Decoded& decoded, const isa::Effects& effects,
                             bool in_it_block) {
  const isa::Encoding& row = *decoded.instruction->row;
  const isa::Roles& roles = effects.roles();
  pipeline::OpTiming timing;
  timing.timing_class = row.timing_class;
  timing.size_bytes = decoded.size;
  timing.transfers = static_cast<std::uint8_t>(effects.transfers());
  timing.in_it_block = in_it_block;
  timing.conditional = effects.conditional();
  timing.writes_pc = (roles.writes & isa::core_register(15)) != 0;
  timing.links =
      timing.writes_pc && (roles.writes & isa::core_register(14)) != 0 &&
      (row.timing_class == TimingClass::branch || row.timing_class == TimingClass::branch_register);
  timing.adds_to_pc = timing.writes_pc && starts_with(row.name, "ADD");
  if (timing.writes_pc && (row.timing_class == TimingClass::branch ||
                           row.timing_class == TimingClass::compare_branch)) {
    timing.direct_target = decoded.operands.imm;
  }
  timing.sets_flags = (roles.writes & isa::kConditionFlags) != 0;
  timing.register_offset = roles.index != 0;
  timing.writes_back = roles.by_writeback != 0;
  timing.is_double = decoded.operands.wide;
  if (row.timing_class == TimingClass::it) {
    const unsigned mask = decoded.operands.imm & 0xF;
    timing.folded_instructions =
        static_cast<std::uint8_t>(mask == 0 ? 0 : 4 - std::countr_zero(mask));
  }
  timing.access_bytes = static_cast<std::uint8_t>(effects.access_bytes());
  timing.roles = roles;
  add_operand_facts(timing, decoded);
  return timing;
}

/// An instruction that writes SP and may leave bits 1:0 set.
bool may_misalign_stack(const isa::Decoded& decoded, const isa::Roles& roles) {
  constexpr isa::RegisterSet kSp = isa::core_register(13);
  if ((roles.writes & kSp) == 0 || decoded.instruction->row->flow != Flow::next) return false;
  const bool immediate_multiple = (decoded.operands.imm & 3) == 0;
  if ((roles.by_writeback & kSp) != 0) return roles.index != 0 || !immediate_multiple;
  const bool only_sp = (roles.reads & isa::kCoreRegisters) == kSp;
  return !(only_sp && immediate_multiple && decoded.operands.amount == 0 &&
           decoded.instruction->row->timing_class == TimingClass::alu);
}

/// What the handler works on: a subtracted offset becomes an added one, so that no handler has to
/// choose.
isa::Operands handler_operands(const isa::Operands& decoded, const isa::Roles& roles) {
  isa::Operands operands = decoded;
  if (!operands.add && roles.base != 0) {
    operands.imm = 0 - operands.imm;
    operands.add = true;
  }
  return operands;
}

/// What tells the model of operands its timing depends on; null if it does not, or for divides,
/// which do so themselves.
Handler note_handler(const pipeline::PipelineModel& model, const pipeline::OpTiming& timing) {
  const TimingClass c = timing.timing_class;
  const bool long_multiply =
      c == TimingClass::multiply_long || c == TimingClass::multiply_accumulate_long;
  const bool on_doubles =
      timing.is_double && c >= TimingClass::fp_add && c <= TimingClass::fp_square_root;
  if (!long_multiply && !on_doubles) return nullptr;
  if (model.operand_cycles(c, false, 1, 1) == 0) return nullptr;
  return long_multiply ? &note_factors : &note_doubles;
}

/// True if nothing stands between the ops of instructions `i` and `i` + 1.
bool is_adjacent(const Block& block, std::size_t i) {
  if (i + 1 >= block.info.size()) return false;
  return !block.info[i].silent && !block.info[i + 1].silent &&
         block.info[i + 1].micro_op == block.info[i].micro_op + 1;
}

/// `b .`, the idle loop. It has a block of its own, so that the run loop sees it before it
/// executes.
bool is_self_branch(const isa::Decoded& decoded, Address pc, isa::ItState it) {
  const bool is_branch = decoded.instruction->row->timing_class == TimingClass::branch &&
                         decoded.operands.imm == pc && !it.in_it_block();
  if (!is_branch) return false;
  isa::Effects effects;
  decoded.instruction->effects(effects, decoded.operands);
  return !effects.conditional() && (effects.roles().writes & isa::core_register(14)) == 0;
}

/// True if NZCV written by op `index` are overwritten in the block before anything could see them.
/// `fp_faults` says that FP instructions may leave it.
bool flags_die(const std::vector<OpInfo>& info, std::size_t index, bool fp_faults) {
  const isa::RegisterSet made = info[index].timing.roles.writes & isa::kConditionFlags;
  isa::RegisterSet live = made;
  for (std::size_t i = index + 1; i < info.size(); ++i) {
    const OpInfo& later = info[i];
    const bool can_leave = later.access_bytes != 0 || later.operand_timed || later.predicated ||
                           later.decoded.instruction->row->flow != Flow::next;
    const bool may_fault = fp_faults && later.timing.timing_class >= TimingClass::fp_add;
    if (can_leave || may_fault || (later.timing.roles.reads & live) != 0) return false;
    live &= ~later.timing.roles.writes;
    if (live == 0) return true;
  }
  return false;
}

}  // namespace

/// What accesses of this op's window leave behind.
Tracking Engine::tracking_of(const bus::Window& window) const {
  if (window.stamps != nullptr) return Tracking::use;
  return model_.uses_banks() ? Tracking::bank : Tracking::none;
}

/// The handler of an instruction.
Handler Engine::handler_of(const OpInfo& info, Tracking tracking) {
  const HandlerSet& set = all_handlers()[info.decoded.instruction->index];
  const isa::Operands& operands = info.decoded.operands;
  const bool plain = operands.shift == isa::Shift::lsl && operands.amount == 0 && !operands.option;
  if (set.by_condition != nullptr && operands.ra < kConditions && !info.predicated) {
    return set.by_condition[operands.ra];
  }
  if (tracking != Tracking::none && info.access_bytes != 0) {
    const HandlerSet::Tracked& tracked = tracking == Tracking::use ? set.uses : set.banks;
    if (info.predicated) return tracked.predicated;
    return plain ? tracked.plain : tracked.shaped;
  }
  const bool flags = operands.set_flags && !info.flags_die;
  if (info.predicated) return operands.set_flags ? set.predicated_flags : set.predicated_quiet;
  if (flags) return plain ? set.flags_plain : set.flags;
  return plain ? set.quiet_plain : set.quiet;
}

/// Notes which flags die: they need no computing.
void Engine::find_dying_flags(Block& block) {
  for (std::size_t i = 0; i < block.info.size(); ++i) {
    OpInfo& info = block.info[i];
    info.flags_die = info.decoded.operands.set_flags &&
                     flags_die(block.info, i, (block.mode & kModeFpReady) == 0);
  }
}

/// Chooses the handler of each instruction, then for pairs that have one in common.
void Engine::choose_handlers(Block& block) {
  for (const OpInfo& info : block.info) {
    if (info.decoded.instruction == nullptr || info.silent) continue;
    const Tracking tracking =
        info.access_bytes != 0 ? tracking_of(core_.windows[info.site]) : Tracking::none;
    block.ops[info.micro_op].handler = handler_of(info, tracking);
  }
  fuse(block);
}

/// Gives pairs their common handlers, as many as do not overlap.
void Engine::fuse(Block& block) {
  std::array<Handler, kMostOps> both{};
  std::array<std::uint8_t, kMostOps + 2> pairs{};  // from each op on, at most
  for (std::size_t i = block.info.size(); i-- > 0;) {
    pairs[i] = pairs[i + 1];
    if (!is_adjacent(block, i)) continue;
    const MicroOp* op = &block.ops[block.info[i].micro_op];
    both[i] = fused_handler(op[0].handler, op[1].handler);
    if (both[i] == nullptr || pairs[i + 2] + 1 <= pairs[i + 1]) continue;
    pairs[i] = static_cast<std::uint8_t>(pairs[i + 2] + 1);
  }
  for (std::size_t i = 0; i + 1 < block.info.size(); ++i) {
    if (both[i] == nullptr || pairs[i] == pairs[i + 1]) continue;
    block.ops[block.info[i].micro_op].handler = both[i];
    ++i;
  }
}

/// Appends the instruction at `pc`; returns false if the block ends with it.
bool Engine::append_instruction(Block& block, const isa::Decoded& decoded, Address pc,
                                isa::ItState it) {
  const auto index = static_cast<unsigned>(block.info.size());
  const isa::Encoding& row = *decoded.instruction->row;
  isa::Effects effects;
  decoded.instruction->effects(effects, decoded.operands);
  OpInfo info;
  info.decoded = decoded;
  info.pc = pc;
  info.it = it;
  info.predicated = it.in_it_block() && row.timing_class != TimingClass::it;
  info.timing = timing_of(decoded, effects, it.in_it_block());
  info.access_bytes =
      static_cast<std::uint8_t>(effects.accesses_memory() ? effects.access_bytes() : 0);
  info.stores = effects.stores();
  info.macs = static_cast<std::uint8_t>(macs_of(row));
  info.instruction_class = class_of(row.timing_class);
  const Handler notes = note_handler(model_, info.timing);
  info.operand_timed = notes != nullptr || row.timing_class == TimingClass::divide;
  info.always_logged = row.timing_class == TimingClass::load_exclusive ||
                       row.timing_class == TimingClass::store_exclusive;

  const auto helper = [&](Handler handler, std::uint32_t value) {
    MicroOp op = helper_op(handler, index);
    op.operands.imm = value;
    op.operands.condition = decoded.operands.condition;
    block.ops.push_back(op);
  };
  if (decoded.operands.unpredictable) helper(&count_unpredictable, pc);
  if (effects.uses_fp() && (block.mode & kModeFpReady) == 0) helper(&check_fp, 0);
  if ((info.timing.roles.reads & isa::core_register(15)) != 0) helper(&provide_pc, pc + 4);
  const LimitChecks checks = limit_checks(block, info);
  if (checks.before != nullptr) helper(checks.before, checks.change);
  if (notes != nullptr) {
    MicroOp op = helper_op(notes, index);
    op.operands = decoded.operands;
    op.operands.option = starts_with(row.name, "S");
    block.ops.push_back(op);
  }
  info.micro_op = static_cast<std::uint16_t>(block.ops.size());
  info.silent = row.timing_class == TimingClass::it;
  if (!info.silent) {
    MicroOp op = helper_op(nullptr, index);
    op.operands = handler_operands(decoded.operands, info.timing.roles);
    block.ops.push_back(op);
  }
  if (may_misalign_stack(decoded, info.timing.roles)) helper(&align_stack_pointer, 0);
  if (checks.after != nullptr) helper(checks.after, 0);
  const std::uint32_t transfers = info.timing.transfers;
  const bus::MemoryModel& home = *bus_.memories[block.memory].model;
  // Behind a cache, the first instruction in a line waits for it.
  const bool new_line = block.info.empty() || pc / 32 != (pc - 4) / 32;
  const std::uint32_t fetch_wait =
      home.follows_attributes() && !new_line ? kMostWait : home.most_wait();
  block.worst_case += model_.worst_case(info.timing) + Cycles{2} * fetch_wait +
                      Cycles{transfers} * (transfers > 1 ? most_wait_ : kMostWait);
  block.info.push_back(info);
  return row.flow == Flow::next;
}

/// A block of one op that faults when executed.
void Engine::append_fault(Block& block, Handler handler, Address pc, isa::ItState it,
                          std::uint8_t size) {
  OpInfo info;
  info.pc = pc;
  info.it = it;
  info.predicated = it.in_it_block();
  info.timing.size_bytes = size;
  info.micro_op = static_cast<std::uint16_t>(block.ops.size());
  MicroOp op = helper_op(handler, static_cast<unsigned>(block.info.size()));
  op.operands.condition = it.condition();
  block.ops.push_back(op);
  block.worst_case += kMostWait;
  block.info.push_back(info);
}

/// What holds for a block as a whole, once its instructions are there.
void Engine::complete_block(Block& block) {
  block.ops.push_back(helper_op(&end_block, static_cast<unsigned>(block.info.size())));
  block.ends_in_branch = !block.info.empty() && block.info.back().timing.writes_pc;
  block.ends_in_call = !block.info.empty() && is_call(block.info.back().decoded);
  find_dying_flags(block);
  choose_handlers(block);
  block.has_hook = is_hooked(block.pc) && !block.resumed;
  note_interruption(block);
  block.worst_case += most_late_;
  if (block.has_hook || block.is_self_branch) block.worst_case = kStops;
  block.own_worst_case = block.worst_case;
  block.fetches = 1u << block.memory;
  if ((stepped_memories() & block.fetches) != 0) block.worst_case = kStops;
  update_sites(block);
  if (profiler_) {
    for (const OpInfo& info : block.info) profiler_->note_code(info);
  }
  ++statistics_.blocks_built;
  mark_block_code(block);
}

std::unique_ptr<Block> Engine::build_block(const BlockKey& key) {
  auto block = std::make_unique<Block>();
  block->pc = key.pc;
  block->it = isa::ItState{key.it};
  block->mode = key.mode;
  block->context = key.context;
  block->generation = &no_generation_;
  block->single = key.single;
  const unsigned longest = key.single ? 1 : options_.longest_block;
  const bus::Region* region = bus_.find(key.pc);
  const bool runs = region != nullptr && region->kind == bus::RegionKind::memory &&
                    region->executable && may_execute(key.pc);
  if (runs) {
    block->memory = region->memory;
    block->generation = &bus_.memories[region->memory].model->eviction_generation();
  }
  Address pc = key.pc;
  isa::ItState it = block->it;
  bool open = true;
  if (key.it != 0 && !it.in_it_block() && append_resumed(*block, runs ? region : nullptr)) {
    open = false;
    pc = block->end_pc;
    it = isa::ItState{};
  }
  while (open && block->info.size() < longest) {
    if (!block->info.empty() && (is_hooked(pc) || enters_function(key.pc, pc))) break;
    const Fetched fetched = fetch_instruction(pc, runs ? region : nullptr);
    if (fetched.size == 0) {
      if (!block->info.empty()) break;
      append_fault(*block, &fetch_fault, pc, it, 2);
      block->cannot_fetch = true;
      break;
    }
    const isa::Decoded decoded =
        isa::decode_at(fetched.first, fetched.second, isa::Place{pc, it}, features_);
    if (decoded.instruction == nullptr) {
      if (!block->info.empty()) break;
      append_fault(*block, &undefined_encoding, pc, it, fetched.size);
      block->ops.back().operands.option = decoded.operands.option;
      pc += fetched.size;
      it = it.advance();
      break;
    }
    const bool idles = is_self_branch(decoded, pc, it);
    if (idles && !block->info.empty()) break;
    block->is_self_branch = idles;
    open = append_instruction(*block, decoded, pc, it);
    const bool is_it = decoded.instruction->row->timing_class == TimingClass::it;
    it = is_it ? isa::ItState{static_cast<std::uint8_t>(decoded.operands.imm)} : it.advance();
    pc += decoded.size;
  }
  block->end_pc = pc;
  block->end_it = it;
  complete_block(*block);
  return block;
}

/// A halfword of code in `region`; false if it cannot be fetched.
bool Engine::read_halfword(Address pc, const bus::Region* region, std::uint16_t& halfword) const {
  if (region == nullptr || region->kind != bus::RegionKind::memory || !region->executable ||
      !region->contains(pc) || !region->contains(pc + 1) || !may_execute(pc)) {
    return false;
  }
  const bus::Memory& memory = bus_.memories[region->memory];
  std::memcpy(&halfword, memory.bytes.data() + region->memory_offset + (pc - region->base), 2);
  return true;
}

/// Reads the halfwords of the instruction at `pc`; size 0 if it cannot be fetched. The second one
/// may lie in the region behind.
Engine::Fetched Engine::fetch_instruction(Address pc, const bus::Region* region) const {
  Fetched fetched;
  if (!read_halfword(pc, region, fetched.first)) return fetched;
  fetched.size = 2;
  if ((fetched.first & 0xF800u) < 0xE800u) return fetched;
  const bus::Region* const second = region->contains(pc + 2) ? region : bus_.find(pc + 2);
  fetched.size = read_halfword(pc + 2, second, fetched.second) ? 4 : 0;
  return fetched;
}

void Engine::mark_block_code(const Block& block) {
  const Address end = std::max(block.end_pc, block.pc + 1);
  for (Address at = block.pc; at < end;) {
    const bus::Region* region = bus_.find(at);
    if (region == nullptr || region->kind != bus::RegionKind::memory) return;
    bus::Memory& memory = bus_.memories[region->memory];
    const std::uint32_t size = std::min(end - at, region->size_bytes - (at - region->base));
    const std::uint32_t first = region->memory_offset + (at - region->base);
    at += size;
    if (!memory.is_ram) continue;
    for (std::uint32_t granule = first >> bus::kTagShift;
         granule <= (first + size - 1) >> bus::kTagShift; ++granule) {
      memory.tags[granule] |= bus::kHasCode;
    }
  }
}

void Engine::mark_code() {
  for (const auto& [key, block] : blocks_) mark_block_code(*block);
}

/// Moves doomed blocks out of the cache. They live on until no visit can use them.
void Engine::drop_blocks(const std::function<bool(const Block&)>& doomed) {
  bool any = false;
  for (auto entry = blocks_.begin(); entry != blocks_.end();) {
    if (!doomed(*entry->second)) {
      ++entry;
      continue;
    }
    any = true;
    entry->second->dropped = true;
    ++statistics_.blocks_dropped;
    graveyard_.push_back(std::move(entry->second));
    entry = blocks_.erase(entry);
  }
  if (!any) return;
  for (const auto& [key, block] : blocks_) {
    for (const auto& variant : block->variants) variant->next = nullptr;
  }
  for (const auto& block : graveyard_) {
    for (const auto& variant : block->variants) variant->next = nullptr;
  }
}

void Engine::invalidate_all_blocks() {
  drop_blocks([](const Block&) { return true; });
}

/// Deletes dropped blocks once no visit runs, keeping what they counted.
void Engine::bury() {
  if (graveyard_.empty()) return;
  forget_polling();
  touch_lines();  // and no list names a variant of theirs any more
  for (const auto& block : graveyard_) harvest(*block);
  graveyard_.clear();
}

void Engine::add_hook(Address pc) {
  if (!hooks_.insert(pc).second) return;
  drop_blocks([pc](const Block& block) { return pc >= block.pc && pc < block.end_pc; });
}

}  // namespace mcost::engine
