#include "sim_core/engine/timing.h"

#include <cstring>

namespace mcost::engine {
namespace {

/// Whether an access of constant cost is a read of a flash array, and no hit of what is in front.
bool reads_array_plainly(const bus::MemoryModel& model, const bus::Access& access) {
  return access.kind != bus::AccessKind::write && model.has_array() &&
         model.data_path() == bus::DataPath::constant;
}

}  // namespace

/// Transfers of an unaligned access: byte, halfword, byte at odd addresses, two halfwords at 2
/// modulo 4. Source: core-timing facts 3.6 (M3, M4).
unsigned piece_size(Address address, unsigned left) {
  if ((address & 1u) != 0 || left == 1) return 1;
  if ((address & 2u) != 0 || left < 4) return 2;
  return 4;
}

std::size_t StateTable::Hash::operator()(const TimingState& state) const {
  std::uint64_t hash = 0xCBF29CE484222325u;
  const auto mix = [&hash](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, bytes + i, 8);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
      hash ^= hash >> 32;
    }
  };
  mix(state.pipeline.bytes().data(), pipeline::State::kBytes);
  for (const bus::MicroState& memory : state.memory) mix(memory.words.data(), sizeof(memory.words));
  mix(state.ahead.data(), sizeof(state.ahead));
  hash ^= static_cast<std::uint32_t>(state.lag) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(hash);
}

std::uint32_t StateTable::id_of(const TimingState& state) {
  const auto [entry, inserted] =
      ids_.try_emplace(state, static_cast<std::uint32_t>(states_.size()));
  if (inserted) states_.push_back(&entry->first);
  return entry->second;
}

bus::MicroState& BusPort::state_at(const bus::Memory& memory, Cycles at) {
  if (memory.micro_state_slot >= kMicroStates) return no_state_;
  bus::MicroState& state = state_.memory[memory.micro_state_slot];
  std::uint32_t& ahead = state_.ahead[memory.micro_state_slot];
  if (at > ahead) {
    memory.model->age(state, at - ahead);
    ahead = static_cast<std::uint32_t>(at);
  }
  return state;
}

/// The region a fetch goes to; null where no memory is. A speculative fetch there answers at once:
/// executing there faults before it is timed.
const bus::Region* BusPort::fetch_region(Address address) {
  if (fetch_region_ == nullptr || !fetch_region_->contains(address)) {
    const bus::Region* region = bus_.find(address);
    if (region == nullptr || region->kind != bus::RegionKind::memory) return nullptr;
    fetch_region_ = region;
  }
  return fetch_region_;
}

/// Cycles until a shared memory takes the transfer that comes in cycle `at`.
std::uint32_t BusPort::wait_for_grant(std::uint8_t memory, Cycles at, Cause cause) {
  const bus::Interconnect::Grant grant = bus_.interconnect.arbitrate(base_ + at, memory);
  const auto cycles = static_cast<std::uint32_t>(grant.when - (base_ + at));
  if (cycles != 0) lost_.push_back({cause, memory, grant.waited_for, cycles});
  return cycles;
}

bus::Wait BusPort::fetch(Address address, Cycles at) {
  const bus::Wait answer = time_fetch(address, at);
  if (calls_ != nullptr) calls_->push_back({bus::AccessKind::fetch, address, at, answer});
  return answer;
}

bus::Wait BusPort::data(const bus::Access& access, unsigned beat, Cycles at) {
  const bus::Wait answer = time_data(access, beat, at);
  if (calls_ != nullptr) calls_->push_back({access.kind, access.address, at, answer});
  return answer;
}

bus::Wait BusPort::time_fetch(Address address, Cycles at) {
  const bus::Region* region = fetch_region(address);
  if (region == nullptr) return {};
  bus::Memory& memory = bus_.memories[region->memory];
  Activity& activity = activity_[region->memory];
  ++activity.fetched_words;
  bus::Wait wait{0, region->memory, region->fetch_port};
  const bool shared = log_ == nullptr && bus_.interconnect.is_shared(region->memory);
  const std::uint32_t lost =
      shared ? wait_for_grant(region->memory, at, Cause::fetch_wait) : std::uint32_t{0};
  if (log_ != nullptr && bus_.interconnect.is_shared(region->memory)) log_->foldable = false;
  if (memory.model->constant_fetch()) {
    wait.cycles = memory.model->fetch_wait();
    activity.array_reads += memory.model->has_array() ? 1 : 0;
  } else {
    const std::uint32_t offset = region->memory_offset + (address - region->base);
    bus::FoldLog* log = log_of(*region);
    bus::MicroState& state = state_at(memory, at);
    wait.cycles = memory.model->fetch(state, offset, region->view, base_ + at + lost, log);
    activity.array_reads += state.take_array_reads();
    // A variant guards lines of its block's memory only.
    if (log != log_ && (!log->foldable || !log->lines.empty())) log_->foldable = false;
  }
  wait.cycles += lost;
  if (shared) bus_.interconnect.occupy(region->memory, base_ + at + wait.cycles + 1);
  return wait;
}

/// Where contents of a region's memory note what was asked of them.
bus::FoldLog* BusPort::log_of(const bus::Region& region) {
  if (log_ == nullptr || region.memory == log_memory_) return log_;
  const std::uint8_t slot = bus_.memories[region.memory].micro_state_slot;
  return &elsewhere_[slot < kMicroStates ? slot : 0];
}

void BusPort::announce_fetch(Address address, Cycles at) {
  const bus::Region* region = fetch_region(address);
  if (region == nullptr) return;
  bus::Memory& memory = bus_.memories[region->memory];
  if (memory.model->constant_fetch()) return;
  const std::uint32_t offset = region->memory_offset + (address - region->base);
  memory.model->announce_fetch(state_at(memory, at), offset, region->view);
}

bus::Wait BusPort::time_data(const bus::Access& access, unsigned beat, Cycles at) {
  const TimedAccess& timed = accesses_[beat];
  const bus::Region& region = *timed.region;
  bus::Wait wait{0, access.memory, access.port};
  if (region.kind != bus::RegionKind::memory) {
    wait.cycles = region.device_wait + timed.device_wait;
    return wait;
  }
  bus::Memory& memory = bus_.memories[region.memory];
  if (timed.constant) {
    wait.cycles = memory.model->data_wait(access.kind);
    activity_[region.memory].array_reads += reads_array_plainly(*memory.model, access) ? 1 : 0;
    return wait;
  }
  const bool behind_cache = memory.model->follows_attributes();
  const bool shared = grants_ && (behind_cache ? bus_.interconnect.is_used(region.memory)
                                               : bus_.interconnect.is_shared(region.memory));
  const Cause cause = access.kind == bus::AccessKind::write ? Cause::store_wait : Cause::data_wait;
  const std::uint32_t lost = shared ? wait_for_grant(region.memory, at, cause) : std::uint32_t{0};
  const bus::Transfer transfer{region.memory_offset + (access.address - region.base),
                               access.size_bytes,
                               access.kind,
                               timed.missed,
                               region.view,
                               base_ + at + lost,
                               timed.use};
  bus::MicroState& state = state_at(memory, at);
  wait.cycles = lost + memory.model->data(state, transfer, log_of(region));
  activity_[region.memory].array_reads += state.take_array_reads();
  if (shared && log_ == nullptr)
    bus_.interconnect.occupy(region.memory, base_ + at + wait.cycles + 1);
  wait.fetch_delay = memory.model->take_fetch_delay(state);
  wait.late = memory.model->take_late(state);
  return wait;
}

void let_pass(const bus::SystemBus& bus, TimingState& state, Cycles elapsed) {
  unsigned passed = 0;  // slots, as a mask: memories may share one
  for (const bus::Memory& memory : bus.memories) {
    if (memory.micro_state_slot >= kMicroStates) continue;
    if ((passed >> memory.micro_state_slot & 1u) != 0) continue;
    passed |= 1u << memory.micro_state_slot;
    std::uint32_t& ahead = state.ahead[memory.micro_state_slot];
    if (elapsed > ahead) {
      memory.model->age(state.memory[memory.micro_state_slot], elapsed - ahead);
      ahead = 0;
    } else {
      ahead -= static_cast<std::uint32_t>(elapsed);
    }
  }
}

void BusPort::end_op(Cycles total) {
  let_pass(bus_, state_, total);
  base_ += total;
}

void OpReplay::collect(const OpInfo& info, unsigned index) {
  accesses_.clear();
  const bus::AccessKind kind = info.stores ? bus::AccessKind::write : bus::AccessKind::read;
  for (unsigned beat = 0; beat < info.timing.transfers; ++beat) {
    bool logged = false;
    if (visit_.log != nullptr) {
      for (const LoggedAccess& entry : *visit_.log) {
        if (entry.op != index || entry.beat != beat) continue;
        accesses_.push_back(entry.timed);
        logged = true;
      }
    }
    if (logged || info.always_logged) continue;  // a store-exclusive that failed makes no access
    collect_by_site(info, kind, index, beat);
  }
}

/// An access that its site tells all about: where it is and how it is aligned.
void OpReplay::collect_by_site(const OpInfo& info, bus::AccessKind kind, unsigned index,
                               unsigned beat) {
  const bus::Region& region = bus_.regions[core_.windows[info.site].region];
  TimedAccess timed;
  timed.region = &region;
  timed.missed = (visit_.missed >> index & 1u) != 0;
  timed.constant = !timed.missed;
  const auto misalignment = static_cast<unsigned>(visit_.misaligned >> (2 * index) & 3u);
  const Address bank = (visit_.banks >> index & 1u) << pipeline::kBankShift;
  const Address first =
      (region.base & ~Address{7}) + bank + misalignment + beat * info.access_bytes;
  for (unsigned done = 0; done < info.access_bytes;) {
    const Address address = first + done;
    const unsigned size =
        misalignment == 0 ? info.access_bytes : piece_size(address, info.access_bytes - done);
    timed.access = {address,          static_cast<std::uint8_t>(size), kind, region.memory,
                    region.data_port, !region.is_device_memory};
    accesses_.push_back(timed);
    done += size;
  }
}

TimedOp OpReplay::time(const pipeline::PipelineModel& model, TimingState& state, BusPort& port,
                       unsigned index) {
  const OpInfo& info = visit_.block->info[index];
  TimedOp result;
  result.executed = !info.predicated || (visit_.passed >> index & 1u) != 0;
  outcome_ = pipeline::Outcome{};
  outcome_.pc = info.pc;
  outcome_.executed = result.executed;
  accesses_.clear();
  plain_.clear();
  if (result.executed) {
    collect(info, index);
    for (const TimedAccess& timed : accesses_) plain_.push_back(timed.access);
    if (info.operand_timed) outcome_.operand_cycles = static_cast<std::uint8_t>(info.site);
  }
  outcome_.accesses = plain_;
  if (index + 1 == visit_.block->info.size() && visit_.exit != kFallThrough &&
      !visit_.exception_return) {
    outcome_.branch_taken = true;
    outcome_.target = visit_.target;
  }
  outcome_.predicted = index + 1 != visit_.block->info.size() || !visit_.mispredicted;
  port.begin_op(accesses_.data());
  result.advance = model.advance(state.pipeline, info.timing, outcome_, port);
  for (const BusPort::Lost& lost : port.lost()) {
    result.advance.charges.reassign(lost.cause, lost.memory, lost.cycles, Cause::bus_wait,
                                    lost.initiator);
  }
  port.end_op(result.advance.port_cycles);
  state.lag += static_cast<std::int32_t>(result.advance.charges.total()) -
               static_cast<std::int32_t>(result.advance.port_cycles);
  return result;
}

}  // namespace mcost::engine
