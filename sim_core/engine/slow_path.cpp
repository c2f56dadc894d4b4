// Accesses that leave the inline path: first use of a window, never-written RAM, code in RAM,
// misses, timed memories, devices, bit-band, unaligned accesses and faults.
#include <algorithm>
#include <array>
#include <cstring>

#include "sim_core/base/bits.h"
#include "sim_core/engine/engine.h"

namespace mcost::engine {
namespace {

void leave(Core& core, const MicroOp*) { core.exit = kFallThrough; }
constexpr MicroOp kLeave{&leave, {}, 0, 0};

/// The bus answers a data access with an error.
GuestFault no_answer(Address address, bool write) {
  return {FaultKind::bus_data_precise, address, write};
}

std::uint32_t read_host(const std::uint8_t* host, unsigned size_bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, host, size_bytes);
  return value;
}

}  // namespace

SlowAccess slow_load(Core& core, const MicroOp* op, Address address, unsigned size_bytes,
                     unsigned beat, unsigned flags) {
  return core.engine->load(op, address, size_bytes, beat, flags);
}

const MicroOp* slow_store(Core& core, const MicroOp* op, Address address, unsigned size_bytes,
                          std::uint32_t value, unsigned beat, unsigned flags) {
  return core.engine->store(op, address, size_bytes, value, beat, flags);
}

const MicroOp* Engine::next_after(const MicroOp* op) const {
  return (core_.unusual & kLeft) != 0 ? &kLeave : op + 1;
}

void Engine::leave_after(const MicroOp* op) {
  core_.unusual |= kLeft;
  core_.left_after = op->index;
}

SlowAccess Engine::load(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                        unsigned flags) {
  if (path_) record_access(op, address, size_bytes, beat, flags, false);
  SlowAccess access = load_unwatched(op, address, size_bytes, beat, flags);
  if (halts_behind(op, address, size_bytes, false)) access.next = next_after(op);
  return access;
}

const MicroOp* Engine::store(const MicroOp* op, Address address, unsigned size_bytes,
                             std::uint32_t value, unsigned beat, unsigned flags) {
  if (path_) record_access(op, address, size_bytes, beat, flags, true);
  const MicroOp* const next = store_unwatched(op, address, size_bytes, value, beat, flags);
  return halts_behind(op, address, size_bytes, true) ? next_after(op) : next;
}

SlowAccess Engine::load_unwatched(const MicroOp* op, Address address, unsigned size_bytes,
                                  unsigned beat, unsigned flags) {
  fault_op_ = op->index;
  if ((address & (size_bytes - 1)) == 0) {
    if (const bus::Window* window =
            unnoted_window(op, address, size_bytes, flags, bus::kReadSlow)) {
      note_read(*window, address);
      note_bank(op, address, beat);
      note_use(*window, address, size_bytes, op);
      return {read_host(window->host + (address - window->base), size_bytes), next_after(op)};
    }
    const std::uint32_t value = load_piece(op, address, size_bytes, beat, flags, Part::whole);
    if ((flags & kExclusive) != 0) exclusive_monitor(address, size_bytes, true);
    return {value, next_after(op)};
  }
  const bool own_rights = (flags & kUnprivileged) == 0 || !windows_limited_;
  const bus::Window* window = own_rights ? misaligned_window(op, address, size_bytes) : nullptr;
  if (window != nullptr) {
    note_misaligned(op, address);
    if (recorder_) {
      note_read(*window, address);
      note_read(*window, address + size_bytes - 1);
    }
    note_use(*window, address, size_bytes, op);
    return {read_host(window->host + (address - window->base), size_bytes), op + 1};
  }
  check_unaligned(address, size_bytes, flags, false);
  const Part part = part_of(op, address, size_bytes, flags, false);
  std::uint32_t value = 0;
  for (unsigned done = 0; done < size_bytes;) {
    const unsigned size = piece_size(address + done, size_bytes - done);
    value |= load_piece(op, address + done, size, beat, flags, part) << (8 * done);
    done += size;
  }
  return {value, next_after(op)};
}

const MicroOp* Engine::store_unwatched(const MicroOp* op, Address address, unsigned size_bytes,
                                       std::uint32_t value, unsigned beat, unsigned flags) {
  fault_op_ = op->index;
  if ((address & (size_bytes - 1)) == 0) {
    if (const bus::Window* window =
            unnoted_window(op, address, size_bytes, flags, bus::kWriteSlow)) {
      const bus::Region& region = bus_.regions[window->region];
      recorder_->write(region.memory, region.memory_offset + (address - region.base),
                       stacks_at(op, address));
      note_bank(op, address, beat);
      std::memcpy(window->host + (address - window->base), &value, size_bytes);
      return next_after(op);
    }
    store_piece(op, address, size_bytes, value, beat, flags, Part::whole);
    return next_after(op);
  }
  check_unaligned(address, size_bytes, flags, true);
  const Part part = part_of(op, address, size_bytes, flags, true);
  for (unsigned done = 0; done < size_bytes;) {
    const unsigned size = piece_size(address + done, size_bytes - done);
    store_piece(op, address + done, size, value >> (8 * done), beat, flags, part);
    done += size;
  }
  return next_after(op);
}

/// The window of an access that would stay inline, were it not the first one that the recorder
/// hears of: `slow_tags` are those of a load or a store. Else null.
const bus::Window* Engine::unnoted_window(const MicroOp* op, Address address, unsigned size_bytes,
                                          unsigned flags, unsigned slow_tags) const {
  if (!recorder_ || (flags & kExclusive) != 0) return nullptr;
  const bus::Window& window = core_.window_of(op);
  const std::uint32_t offset = address - window.base;
  if (offset >= window.size_bytes() || offset + size_bytes > window.size_bytes()) return nullptr;
  constexpr unsigned kUnnoted = bus::kReadUnnoted | bus::kWriteUnnoted;
  const unsigned tags = window.tags[offset >> bus::kTagShift] & slow_tags;
  return tags != 0 && (tags & ~kUnnoted) == 0 ? &window : nullptr;
}

void Engine::note_read(const bus::Window& window, Address address) const {
  const bus::Region& region = bus_.regions[window.region];
  recorder_->read(region.memory, region.memory_offset + (address - region.base));
}

/// What an inline load leaves behind for replacement.
void Engine::note_use(const bus::Window& window, Address address, unsigned size_bytes,
                      const MicroOp* op) const {
  if (window.stamps == nullptr) return;
  const std::uint32_t offset = address - window.base;
  const std::uint64_t stamp = bus_.program_order + op->index;
  window.stamps[offset >> window.stamp_shift] = stamp;
  window.stamps[(offset + size_bytes - 1) >> window.stamp_shift] = stamp;
}

/// The usual case of a misaligned load: the window that the op's last access was in, if this one is
/// too, costs a constant and reads memory that was written. Else null.
const bus::Window* Engine::misaligned_window(const MicroOp* op, Address address,
                                             unsigned size_bytes) const {
  const OpInfo& info = current_->info[op->index];
  const bus::Window& window = core_.windows[info.site];
  const std::uint32_t first = address - window.base;
  const std::uint32_t last = first + size_bytes - 1;
  if (first >= window.size_bytes() || last >= window.size_bytes()) return nullptr;
  if (info.timing.transfers != 1) return nullptr;
  const bool traps = (exceptions_.ccr & kCcrUnalignTrap) != 0 || !may_be_unaligned() ||
                     bus_.regions[window.region].is_device_memory || (core_.unusual & kLeft) != 0;
  const unsigned tags = window.tags[first >> bus::kTagShift] | window.tags[last >> bus::kTagShift];
  const unsigned slow_tags = bus::kReadSlow & ~unsigned{bus::kReadUnnoted};
  return traps || (tags & slow_tags) != 0 ? nullptr : &window;
}

/// Whether all words of an access cost a constant: their memory does, or a cache holds them all and
/// need not be told.
bool Engine::costs_constant(const bus::Region& region, Address address, unsigned size_bytes,
                            bool write) const {
  const bus::Memory& memory = bus_.memories[region.memory];
  if (memory.model->data_path() == bus::DataPath::constant) return true;
  if (memory.model->data_path() != bus::DataPath::cached || region.view != 0) return false;
  if (memory.model->follows_attributes() && is_uncached(region, permission_at(address)))
    return false;
  const std::uint32_t offset = region.memory_offset + (address - region.base);
  const unsigned tags = memory.tags[offset >> bus::kTagShift] |
                        memory.tags[(offset + size_bytes - 1) >> bus::kTagShift];
  return (tags & (write ? bus::kAbsent | bus::kStoreNoted : bus::kAbsent)) == 0;
}

/// Whether an unaligned access needs a log entry per piece, or is told by its window and address
/// bits alone: every byte in one window of constant cost.
Engine::Part Engine::part_of(const MicroOp* op, Address address, unsigned size_bytes,
                             unsigned flags, bool write) {
  const bus::Region* found = bus_.find(address);
  if (found == nullptr) return Part::logged;
  const bus::Region& region = *found;
  const unsigned window = window_of(region);
  const bool constant = region.contains(address + size_bytes - 1) &&
                        region.kind == bus::RegionKind::memory &&
                        core_.windows[window].size_bytes() != 0 && (region.writable || !write) &&
                        costs_constant(region, address, size_bytes, write);
  if (!constant || current_->info[op->index].timing.transfers != 1) return Part::logged;
  adopt_window(op, region, flags);
  note_misaligned(op, address);
  return Part::told_by_site;
}

void Engine::check_unaligned(Address address, unsigned size_bytes, unsigned flags,
                             bool write) const {
  if ((flags & (kMustAlign | kExclusive)) != 0 || (exceptions_.ccr & kCcrUnalignTrap) != 0 ||
      is_device_memory(address) || is_device_memory(address + size_bytes - 1) ||
      !may_be_unaligned()) {
    throw GuestFault{FaultKind::unaligned, address, write};
  }
}

unsigned Engine::window_of(const bus::Region& region) const {
  const auto window = static_cast<unsigned>(&region - bus_.regions.data() + 1);
  return window < kWindows ? window : 0;
}

MicroOp& Engine::inline_op(const MicroOp* op) {
  return current_->ops[static_cast<std::size_t>(op - current_->ops.data())];
}

void Engine::note_bank(const MicroOp* op, Address address, unsigned beat) {
  if (tracks_ && beat == 0) core_.banks |= (address >> pipeline::kBankShift & 1u) << op->index;
}

void Engine::note_misaligned(const MicroOp* op, Address address) {
  note_bank(op, address, 0);
  core_.misaligned |= std::uint64_t{address & 3u} << (2 * op->index);
  core_.unusual |= kDetailed;
}

/// From now on the op expects its accesses in `region`, naturally aligned. Windows hold rights of
/// the code that runs: accesses with others stay out of line.
void Engine::adopt_window(const MicroOp* op, const bus::Region& region, unsigned flags) {
  const unsigned window = window_of(region);
  const auto offset = static_cast<std::uint16_t>(window * sizeof(bus::Window));
  MicroOp& micro_op = inline_op(op);
  const auto before = static_cast<unsigned>(micro_op.window / sizeof(bus::Window));
  const bool other_rights = windows_limited_ && (flags & kUnprivileged) != 0;
  micro_op.window = other_rights ? std::uint16_t{0} : offset;
  set_site(op, static_cast<std::uint16_t>(window));
  if (tracking_of(core_.windows[before]) != tracking_of(core_.windows[window])) {
    choose_handlers(*current_);
  }
}

void Engine::log_access(const MicroOp* op, unsigned beat, const bus::Region& region,
                        Address address, unsigned size_bytes, bool write, bool constant,
                        bool missed) {
  LoggedAccess entry;
  entry.op = op->index;
  entry.beat = static_cast<std::uint8_t>(beat);
  entry.timed.region = &region;
  entry.timed.constant = constant;
  entry.timed.missed = missed;
  entry.timed.access = {address,
                        static_cast<std::uint8_t>(size_bytes),
                        write ? bus::AccessKind::write : bus::AccessKind::read,
                        region.memory,
                        region.data_port,
                        !region.is_device_memory};
  log_.push_back(entry);
  core_.unusual |= kLogged;
}

void Engine::note_never_written(const MicroOp* op) {
  disturb_recording();
  ++never_written_reads_;
  if (!first_never_written_pc_) first_never_written_pc_ = current_->info[op->index].pc;
}

/// Notes a use of a data cache's line, taking it in where it is absent. Returns true if it was.
bool Engine::use_line(const MicroOp* op, bus::Memory& memory, std::uint32_t offset) const {
  if (memory.model->data_stamps() == nullptr) return false;
  const std::uint64_t stamp = bus_.program_order + op->index;
  if ((memory.tags[offset >> bus::kTagShift] & bus::kAbsent) == 0) {
    memory.model->data_stamps()[offset >> memory.model->data_stamp_shift()] = stamp;
    return false;
  }
  memory.model->fill_data_line(offset, stamp);
  return true;
}

std::uint32_t Engine::load_piece(const MicroOp* op, Address address, unsigned size_bytes,
                                 unsigned beat, unsigned flags, Part part) {
  check_rights(address, false, flags);
  const bus::Region* region = bus_.find(address);
  if (region == nullptr) return load_error(op, address, size_bytes, beat);
  if (region->kind != bus::RegionKind::memory) {
    return load_device(op, *region, address, size_bytes, beat);
  }
  bus::Memory& memory = bus_.memories[region->memory];
  const std::uint32_t offset = region->memory_offset + (address - region->base);
  if (recorder_) recorder_->read(region->memory, offset);
  if (memory.is_ram && (memory.tags[offset >> bus::kTagShift] & bus::kNeverWritten) != 0) {
    note_never_written(op);
    memory.tags[offset >> bus::kTagShift] &= static_cast<std::uint8_t>(~bus::kNeverWritten);
  }
  if (memory.model->follows_attributes() && region->view == 0)
    return load_cached(op, beat, *region, address, size_bytes, flags, part);
  book_plain_access(op, beat, *region, address, size_bytes, flags, part, false);
  if (windows_limited_) open_window(*region, address);
  return read_host(memory.bytes.data() + offset, size_bytes);
}

/// What an access to memory that follows no attributes does but for its bytes.
void Engine::book_plain_access(const MicroOp* op, unsigned beat, const bus::Region& region,
                               Address address, unsigned size_bytes, unsigned flags, Part part,
                               bool write) {
  bool missed = false;
  if (!write) {
    const std::uint32_t offset = region.memory_offset + (address - region.base);
    wait_for_data(op, region.memory, offset);
    missed = region.view == 0 && use_line(op, bus_.memories[region.memory], offset);
  }
  if (part != Part::told_by_site)
    book_access(op, beat, region, address, size_bytes, flags, part, write, missed);
  keep_order(op, region.memory);
}

/// Lets timing know of an access: through the op's site or the visit's misses where that says it
/// all, else through the log.
void Engine::book_access(const MicroOp* op, unsigned beat, const bus::Region& region,
                         Address address, unsigned size_bytes, unsigned flags, Part part,
                         bool write, bool missed) {
  const bool timed = bus_.memories[region.memory].model->data_path() == bus::DataPath::timed ||
                     region.view != 0 || is_exact(region.memory);
  if (part == Part::whole && !timed && (flags & kExclusive) == 0) {
    if (beat == 0) adopt_window(op, region, flags);
    note_bank(op, address, beat);
    const bool in_window = current_->info[op->index].site == window_of(region);
    const bool single = current_->info[op->index].timing.transfers == 1;
    if (in_window && missed && single) {
      core_.missed |= 1u << op->index;
      core_.unusual |= kDetailed;
    }
    if (in_window && window_of(region) != 0 && (!missed || single)) return;
  }
  log_access(op, beat, region, address, size_bytes, write, !timed && !missed, missed);
}

void Engine::store_piece(const MicroOp* op, Address address, unsigned size_bytes,
                         std::uint32_t value, unsigned beat, unsigned flags, Part part) {
  check_rights(address, true, flags);
  const bus::Region* region = bus_.find(address);
  if (region != nullptr && region->kind != bus::RegionKind::memory) {
    store_device(op, *region, address, size_bytes, value, beat);
    return;
  }
  if (region == nullptr) {
    store_error(op, address, size_bytes, beat, flags);
    return;
  }
  bus::Memory& memory = bus_.memories[region->memory];
  const std::uint32_t offset = region->memory_offset + (address - region->base);
  if (!region->writable) {
    if (memory.store_taker == nullptr || !memory.store_taker->takes_stores(offset)) {
      store_error(op, address, size_bytes, beat, flags);
      return;
    }
    wait_for_data(op, region->memory, offset);
    log_access(op, beat, *region, address, size_bytes, true, true, false);
    leave_after(op);
    request(kRecheck);
    memory.store_taker->store(offset, value & low_mask(8 * size_bytes), size_bytes,
                              data_phase_time(op));
    return;
  }
  if (recorder_) recorder_->write(region->memory, offset, stacks_at(op, address));
  if (memory.model->follows_attributes() && region->view == 0) {
    store_cached(op, beat, *region, address, size_bytes, value, flags, part);
    return;
  }
  book_plain_access(op, beat, *region, address, size_bytes, flags, part, true);
  if (windows_limited_) open_window(*region, address);
  std::memcpy(memory.bytes.data() + offset, &value, size_bytes);
  std::uint8_t& tag = memory.tags[offset >> bus::kTagShift];
  tag &= static_cast<std::uint8_t>(~bus::kNeverWritten);
  if ((tag & bus::kHasCode) != 0) {
    code_written(memory, offset, size_bytes);
    leave_after(op);
  }
}

void Engine::code_written(bus::Memory& memory, std::uint32_t offset, std::uint32_t size_bytes) {
  const std::size_t index = index_of(memory);
  const auto holds = [&](Address pc) {
    const bus::Region* region = bus_.find(pc);
    return region != nullptr && region->memory == index &&
           region->memory_offset + (pc - region->base) - offset < size_bytes;
  };
  drop_blocks([&](const Block& block) {
    const bus::Region* region = bus_.find(block.pc);
    if (region == nullptr) return false;
    if (!region->contains(block.end_pc - 1) &&
        (holds(block.end_pc - 2) || holds(block.end_pc - 1))) {
      return true;  // the last instruction goes on in the next region
    }
    if (region->memory != index) return false;
    const std::uint32_t first = region->memory_offset + (block.pc - region->base);
    const std::uint32_t end = first + (block.end_pc - block.pc);
    return offset < end && offset + size_bytes > first;
  });
  const std::uint32_t last = (offset + size_bytes - 1) >> bus::kTagShift;
  for (std::uint32_t granule = offset >> bus::kTagShift; granule <= last; ++granule) {
    memory.tags[granule] &= static_cast<std::uint8_t>(~bus::kHasCode);
  }
  mark_code();
}

/// Time of the data phase of the access that `op` is making, with all ops before it accounted for.
Cycles Engine::data_phase_time(const MicroOp* op) {
  replay_until(*current_, op->index);
  const Visit visit = unfinished_visit();
  TimingState state = states_[state_];
  bus::FoldLog
      log;  // contents stay as they are: the access is timed for good when the op is complete
  BusPort port(bus_, state, &log, current_->memory, port_time(state), false);
  OpReplay replay(bus_, visit, core_);
  return now_ + replay.time(model_, state, port, op->index).advance.data_phase;
}

/// Logs an access that no memory completes.
void Engine::log_nowhere(const MicroOp* op, unsigned beat, Address address, unsigned size_bytes,
                         bool write) {
  log_access(op, beat, nowhere_, address, size_bytes, write, true, false);
}

/// A load that the bus answers with an error: a fault, unless a handler of HardFault or NMI looks
/// for what is there (CCR.BFHFNMIGN).
std::uint32_t Engine::load_error(const MicroOp* op, Address address, unsigned size_bytes,
                                 unsigned beat) {
  if (!ignores_bus_errors()) throw no_answer(address, false);
  exceptions_.note_status(no_answer(address, false));
  log_nowhere(op, beat, address, size_bytes, false);
  return 0;
}

/// A store that the bus answers with an error. Through the write buffer it completes, and BusFault
/// pends when the answer comes.  Source: ARMv7-M ARM B1.5.14; Cortex-M4 TRM 2.4, write buffer.
void Engine::store_error(const MicroOp* op, Address address, unsigned size_bytes, unsigned beat,
                         unsigned flags) {
  const bool buffered = (flags & kExclusive) == 0 && is_bufferable(address);
  if (!buffered && !ignores_bus_errors()) throw no_answer(address, true);
  log_nowhere(op, beat, address, size_bytes, true);
  leave_after(op);
  request(kRecheck);
  if (!buffered) {
    exceptions_.note_status(no_answer(address, true));
    return;
  }
  const unsigned number = exceptions_.raise_imprecise();
  note_fault({FaultKind::bus_data_imprecise, address, true}, number, current_->info[op->index].pc);
}

bool Engine::ignores_bus_errors() const {
  return (exceptions_.ccr & kCcrIgnoreBusFault) != 0 && exceptions_.execution_priority() < 0;
}

/// What a bit-band alias shows: one bit of the target, which is accessed in the size of the access
/// to the alias.  Source: ARMv7-M ARM B3.1, Cortex-M4 TRM 3.7.
Engine::BitBandTarget Engine::bit_band_target(const bus::Region& region, Address address,
                                              unsigned size_bytes) const {
  const std::uint32_t offset = address - region.base;
  BitBandTarget target;
  target.address = (region.bit_band_target + (offset >> 5)) & ~Address{size_bytes - 1};
  target.bit = offset >> 2 & (8 * size_bytes - 1);
  target.region = bus_.find(target.address);
  return target;
}

std::uint32_t Engine::load_device(const MicroOp* op, const bus::Region& region, Address address,
                                  unsigned size_bytes, unsigned beat) {
  const Address pc = current_->info[op->index].pc;
  if (region.kind == bus::RegionKind::device) {
    log_access(op, beat, region, address, size_bytes, false, true, false);
    leave_after(op);
    return read_register(region, address, size_bytes, data_phase_time(op), pc);
  }
  const BitBandTarget target = bit_band_target(region, address, size_bytes);
  if (target.region == nullptr) return load_error(op, address, size_bytes, beat);
  log_access(op, beat, region, address, size_bytes, false, true, false);
  leave_after(op);
  std::uint32_t value = 0;
  if (target.region->kind == bus::RegionKind::device) {
    value = read_register(*target.region, target.address, size_bytes, data_phase_time(op), pc);
  } else {
    std::array<std::uint8_t, 4> bytes{};
    replay_until(*current_, op->index);  // initiators are where the op begins
    if (!read_memory(target.address, bytes.data(), size_bytes))
      throw GuestFault{FaultKind::bus_data_precise, address, false};
    note_bus_read(target.address);
    value = read_host(bytes.data(), 4);
  }
  return (value >> target.bit) & 1u;
}

void Engine::store_device(const MicroOp* op, const bus::Region& region, Address address,
                          unsigned size_bytes, std::uint32_t value, unsigned beat) {
  log_access(op, beat, region, address, size_bytes, true, true, false);
  leave_after(op);
  request(kRecheck);
  const Address pc = current_->info[op->index].pc;
  if (region.kind == bus::RegionKind::device) {
    const std::size_t entry = log_.size() - 1;
    write_register(region, address, size_bytes, value, data_phase_time(op), pc);
    log_[entry].timed.device_wait = region.device->take_wait();
    return;
  }
  const BitBandTarget target = bit_band_target(region, address, size_bytes);
  const std::uint32_t mask = 1u << target.bit;
  const std::uint32_t bits = (value & 1u) != 0 ? mask : 0;
  if (target.region == nullptr) throw no_answer(address, true);
  if (target.region->kind == bus::RegionKind::device) {
    const Cycles when = data_phase_time(op);
    const std::uint32_t old = read_register(*target.region, target.address, size_bytes, when, pc);
    write_register(*target.region, target.address, size_bytes, (old & ~mask) | bits, when, pc);
    return;
  }
  std::array<std::uint8_t, 4> bytes{};
  replay_until(*current_, op->index);
  if (!read_memory(target.address, bytes.data(), size_bytes)) throw no_answer(address, true);
  note_bus_read(target.address);
  const std::uint32_t changed = (read_host(bytes.data(), 4) & ~mask) | bits;
  std::memcpy(bytes.data(), &changed, 4);
  if (!write_memory(target.address, bytes.data(), size_bytes)) throw no_answer(address, true);
}

std::uint32_t Engine::read_register(const bus::Region& region, Address address, unsigned size_bytes,
                                    Cycles when, Address pc) {
  bus_.interconnect.advance_to(when);
  const std::uint32_t offset = region.device_offset + (address - region.base);
  if (region.device->is_steady(offset)) note_answer(when);
  return region.device->read(
      {offset, static_cast<std::uint8_t>(size_bytes), when, pc, exceptions_.privileged()});
}

void Engine::write_register(const bus::Region& region, Address address, unsigned size_bytes,
                            std::uint32_t value, Cycles when, Address pc) {
  const std::uint32_t masked = value & low_mask(8 * size_bytes);
  bus_.interconnect.advance_to(when);
  region.device->write({region.device_offset + (address - region.base),
                        static_cast<std::uint8_t>(size_bytes), when, pc, exceptions_.privileged()},
                       masked);
}

/// Calls `visit` for each byte of a range with the memory behind it, its offset there and its place
/// in the range; false where no memory is, or one that stores do not reach if `write`.
template <class Visit>
bool Engine::visit_bytes(Address address, std::size_t size_bytes, bool write, Visit visit) const {
  settle_initiators();
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const Address at = address + static_cast<Address>(i);
    const bus::Region* region = bus_.find(at);
    const bool is_memory = region != nullptr && region->kind == bus::RegionKind::memory;
    if (!is_memory || (write && !region->writable)) return false;
    visit(bus_.memories[region->memory], region->memory_offset + (at - region->base), i);
  }
  return true;
}

bool Engine::read_memory(Address address, std::uint8_t* data, std::size_t size_bytes) const {
  const bool all = visit_bytes(address, size_bytes, false,
                               [&](const bus::Memory& memory, std::uint32_t offset, std::size_t i) {
                                 data[i] = memory.bytes[offset];
                               });
  if (all) note_hook_read(address, data, size_bytes);
  return all;
}

bool Engine::read_behind(Address address, std::uint8_t* data, std::size_t size_bytes) const {
  return visit_bytes(address, size_bytes, false,
                     [&](const bus::Memory& memory, std::uint32_t offset, std::size_t i) {
                       data[i] = memory.stored(offset);
                       if (recorder_) recorder_->master_access(index_of(memory), offset, false);
                     });
}

void Engine::change_memory(std::size_t memory, std::uint32_t offset,
                           const std::vector<std::uint8_t>& bytes) {
  bus::Memory& changed = bus_.memories[memory];
  if (changed.model->follows_attributes()) {
    static_cast<void>(changed.model->write_behind(offset, bytes.data(),
                                                  static_cast<std::uint32_t>(bytes.size())));
  } else {
    std::copy(bytes.begin(), bytes.end(),
              changed.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  // Tags tell of code only where plain stores could change it.
  code_written(changed, offset, static_cast<std::uint32_t>(bytes.size()));
}

/// The core's view of a byte becomes `value`, and what is behind a cache, too.
void Engine::write_byte(bus::Memory& memory, std::uint32_t offset, std::uint8_t value) {
  if (recorder_) recorder_->write(index_of(memory), offset, 0);
  poke_byte(memory, offset, value);
}

/// The same for a debugger, which is nobody that the recorder should know of.
void Engine::poke_byte(bus::Memory& memory, std::uint32_t offset, std::uint8_t value) {
  memory.bytes[offset] = value;
  memory.model->write_through(offset, 1);
  std::uint8_t& tag = memory.tags[offset >> bus::kTagShift];
  tag &= static_cast<std::uint8_t>(~bus::kNeverWritten);
  if ((tag & bus::kHasCode) != 0) code_written(memory, offset, 1);
}

bool Engine::write_memory(Address address, const std::uint8_t* data, std::size_t size_bytes) {
  return visit_bytes(address, size_bytes, true,
                     [&](bus::Memory& memory, std::uint32_t offset, std::size_t i) {
                       write_byte(memory, offset, data[i]);
                     });
}

bool Engine::write_behind(Address address, const std::uint8_t* data, std::size_t size_bytes) {
  const bool written = visit_bytes(
      address, size_bytes, true, [&](bus::Memory& memory, std::uint32_t offset, std::size_t i) {
        if (!memory.model->follows_attributes()) {
          write_byte(memory, offset, data[i]);
          return;
        }
        if (recorder_) recorder_->master_access(index_of(memory), offset, true);
        if (memory.model->write_behind(offset, &data[i], 1)) view_changed(memory, offset, 1);
        memory.tags[offset >> bus::kTagShift] &= static_cast<std::uint8_t>(~bus::kNeverWritten);
      });
  code_changed_ = false;
  return written;
}

std::uint32_t Engine::divide(const MicroOp* op, bool is_signed, std::uint32_t dividend,
                             std::uint32_t divisor) {
  fault_op_ = op->index;
  if (divisor == 0 && (exceptions_.ccr & kCcrDivideTrap) != 0)
    throw GuestFault{FaultKind::divide_by_zero, 0, false};
  set_site(op, model_.operand_cycles(isa::TimingClass::divide, is_signed, dividend, divisor));
  if (divisor == 0) return 0;
  if (!is_signed) return dividend / divisor;
  if (dividend == 0x80000000u && divisor == 0xFFFFFFFFu) return dividend;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(dividend) /
                                    static_cast<std::int32_t>(divisor));
}

/// For classes other than divides whose time depends on their operands.
void Engine::note_operands(const MicroOp* op, std::uint32_t first, std::uint32_t second) {
  const isa::TimingClass timing_class = current_->info[op->index].timing.timing_class;
  set_site(op, model_.operand_cycles(timing_class, op->operands.option, first, second));
}

void Engine::set_site(const MicroOp* op, std::uint16_t value) {
  std::uint16_t& site = current_->info[op->index].site;
  if (site == value) return;
  site = value;
  current_->sites = kNoSites;
  core_.unusual |= kDetailed;
}

std::uint32_t divide(Core& core, const MicroOp* op, bool is_signed, std::uint32_t dividend,
                     std::uint32_t divisor) {
  return core.engine->divide(op, is_signed, dividend, divisor);
}

void Engine::undefined_instruction(const MicroOp* op) {
  fault_op_ = op->index;
  throw GuestFault{
      op->operands.option ? FaultKind::no_coprocessor : FaultKind::undefined_instruction, 0, false};
}

void undefined_instruction(Core& core, const MicroOp* op) {
  core.engine->undefined_instruction(op);
}

/// The monitor holds no address: the reservation granule is all of memory.  Source: Cortex-M3 TRM
/// 3.6, Cortex-M7 TRM 2.5, Cortex-M33 TRM C.9; ARMv7-M ARM A3.4.
void Engine::exclusive_monitor(Address, unsigned, bool set) { exclusive_valid_ = set; }

bool Engine::exclusive_passes(Address, unsigned) {
  const bool pass = exclusive_valid_;
  exclusive_valid_ = false;
  return pass;
}

bool exclusive_passes(Core& core, Address address, unsigned size_bytes) {
  return core.engine->exclusive_passes(address, size_bytes);
}

void clear_exclusive(Core& core) { core.engine->clear_exclusive(); }

}  // namespace mcost::engine
