// Accesses through a cache that follows memory attributes and keeps a view of memory of its own
// behind it. Lines come and go as the instructions execute; what that costs is told by the log, and
// memoised where it needs no absolute time.
#include <array>
#include <cstring>

#include "sim_core/engine/engine.h"

namespace mcost::engine {

namespace {

using Way = bus::LineUse::Way;

}  // namespace

/// What the attributes of an address ask of a cache.
bus::CachePolicy Engine::policy_at(const bus::Region& region, Address address) const {
  if (is_uncached(region, permission_at(address))) return bus::CachePolicy::uncached;
  return permission_at(address).policy;
}

bool Engine::is_device(const bus::Region& region, const Permission& permission) const {
  return permission.device || (view_ == MemoryView::address_map && region.is_device_memory);
}

bool Engine::is_uncached(const bus::Region& region, const Permission& permission) const {
  return is_device(region, permission) || permission.policy == bus::CachePolicy::uncached;
}

/// Other initiators may use memory behind a cache: then lines come and go with exact time.
bool Engine::others_behind_caches() const {
  return (bus_.interconnect.used() & memories_behind_caches_) != 0;
}

/// Bytes that the core sees change because a line leaves, or by a DMA: code among them is decoded
/// anew.
void Engine::view_changed(bus::Memory& memory, std::uint32_t offset, std::uint32_t size_bytes) {
  const std::uint32_t last = (offset + size_bytes - 1) >> bus::kTagShift;
  for (std::uint32_t granule = offset >> bus::kTagShift; granule <= last; ++granule) {
    if ((memory.tags[granule] & bus::kHasCode) == 0) continue;
    code_written(memory, offset, size_bytes);
    code_changed_ = true;
    return;
  }
}

/// Lets the cache know of an access, and timing of what the cache does.
bus::LineUse Engine::use_cache(const MicroOp* op, unsigned beat, const bus::Region& region,
                               Address address, unsigned size_bytes, unsigned flags, Part part,
                               bool write) {
  bus::MemoryModel& model = *bus_.memories[region.memory].model;
  const std::uint32_t offset = region.memory_offset + (address - region.base);
  const auto kind = write ? bus::AccessKind::write : bus::AccessKind::read;
  const bus::CachePolicy policy = policy_at(region, address);
  const unsigned unusual = core_.unusual;
  const bool synchronises = others_behind_caches();
  // The log says all that timing needs: what it holds becomes part of the variant's key.
  const auto is_told_by_log = [&] {
    core_.unusual = (unusual & kLogged) | (core_.unusual & ~std::uint32_t{kLogged}) | kDetailed;
  };
  if (model.look_up(offset, kind, policy).way == Way::hit) {
    if (part != Part::told_by_site)
      book_access(op, beat, region, address, size_bytes, flags, part, write, false);
    const bool timed = region.view != 0 || is_exact(region.memory);
    if (part == Part::logged && !timed && !synchronises) is_told_by_log();
    return model.use_data_line(offset, kind, policy);
  }
  wait_for_data(op, region.memory, offset);
  if (path_ && model.differs_behind(offset)) disturb_recording();  // what it reads depends on lines
  if (is_device(region, permission_at(address))) used_as_device_ |= 1u << region.memory;
  const bool plain = part == Part::whole && (flags & kExclusive) == 0;
  if (plain && beat == 0 && policy != bus::CachePolicy::uncached) adopt_window(op, region, flags);
  note_bank(op, address, beat);
  log_access(op, beat, region, address, size_bytes, write, false, true);
  const std::size_t entry = log_.size() - 1;
  if (synchronises) bring_up_to_date(op);
  const bus::LineUse use = model.use_data_line(offset, kind, policy);
  log_[entry].timed.use = use;
  const unsigned window = window_of(region);
  const bool in_window = window != 0 && current_->info[op->index].site == window;
  const bool steady = model.is_steady(use);
  if (((plain && in_window) || part == Part::logged) && steady && !synchronises) is_told_by_log();
  // No visit holds two waits that need absolute time: deadlines allow for one.
  if (!steady && (model.most_wait() > kMostWait || use.way == Way::fill)) leave_after(op);
  if (code_changed_) leave_after(op);
  code_changed_ = false;
  return use;
}

std::uint32_t Engine::load_cached(const MicroOp* op, unsigned beat, const bus::Region& region,
                                  Address address, unsigned size_bytes, unsigned flags, Part part) {
  const bus::LineUse use = use_cache(op, beat, region, address, size_bytes, flags, part, false);
  if (windows_limited_) open_window(region, address);
  const bus::Memory& memory = bus_.memories[region.memory];
  const std::uint32_t offset = region.memory_offset + (address - region.base);
  std::array<std::uint8_t, 4> bytes{};
  if (use.way == Way::around) {
    memory.model->read_behind(offset, bytes.data(), size_bytes);
  } else {
    std::memcpy(bytes.data(), memory.bytes.data() + offset, size_bytes);
  }
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), 4);
  return value;
}

void Engine::store_cached(const MicroOp* op, unsigned beat, const bus::Region& region,
                          Address address, unsigned size_bytes, std::uint32_t value, unsigned flags,
                          Part part) {
  const bus::LineUse use = use_cache(op, beat, region, address, size_bytes, flags, part, true);
  if (windows_limited_) open_window(region, address);
  bus::Memory& memory = bus_.memories[region.memory];
  const std::uint32_t offset = region.memory_offset + (address - region.base);
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, 4);
  bool seen = true;
  if (use.way == Way::around) {
    seen = memory.model->write_behind(offset, bytes.data(), size_bytes);
  } else {
    std::memcpy(memory.bytes.data() + offset, bytes.data(), size_bytes);
    if (use.way == Way::through) memory.model->write_through(offset, size_bytes);
  }
  std::uint8_t& tag = memory.tags[offset >> bus::kTagShift];
  tag &= static_cast<std::uint8_t>(~bus::kNeverWritten);
  if (seen && (tag & bus::kHasCode) != 0) {
    code_written(memory, offset, size_bytes);
    leave_after(op);
  }
}

}  // namespace mcost::engine
