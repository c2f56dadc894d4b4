#include "memory_models/cached_memory.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "sim_core/base/signature.h"
#include "sim_core/bus/window.h"

namespace mcost::memory {
namespace {

// Cycles until something is free again, two to a word.
enum Busy : unsigned { kDataFill, kDataFill2, kCodeFill, kEviction, kEviction2, kLate, kFirstPort };
constexpr std::uint32_t kMostBusy = 0xFFFF;
constexpr std::uint32_t kAxiBytes = 8;  // of a beat at the core

std::uint32_t busy(const bus::MicroState& state, unsigned index) {
  return state.words[index / 2] >> (index % 2 * 16) & kMostBusy;
}
void set_busy(bus::MicroState& state, unsigned index, std::uint32_t cycles) {
  const unsigned shift = index % 2 * 16;
  std::uint32_t& word = state.words[index / 2];
  word = (word & ~(kMostBusy << shift)) | std::min(cycles, kMostBusy) << shift;
}
/// The one of two that is free first.
unsigned earlier(const bus::MicroState& state, unsigned first) {
  return busy(state, first) <= busy(state, first + 1) ? first : first + 1;
}

// Notes in a log of what the buffer for single reads holds, beside instruction lines.
constexpr std::uint32_t kBufferNote = 3u << 30;
constexpr unsigned kBufferOwnerShift = 26;
constexpr std::uint32_t kBufferLine = (1u << kBufferOwnerShift) - 1;

constexpr std::uint64_t kTagsOfLine = 0x0101010101010101u;  // times a Tag: one tag byte a word
static_assert(kL1LineBytes >> bus::kTagShift == sizeof(std::uint64_t));

}  // namespace

CachedMemory::CachedMemory(L1& l1, bus::Memory& memory, const Place& place, const AxiPath& path)
    : l1_(l1),
      memory_(memory),
      place_(place),
      path_(path),
      owner_(l1.add(*this)),
      lines_((memory.bytes.size() + kL1LineBytes - 1) / kL1LineBytes, 0) {
  static_assert((kFirstPort + kMostAxiPorts + 1) / 2 <= kOwnWords);
  assert(owner_ < kMostAxiPorts && memory.bytes.size() % kL1LineBytes == 0);
  for (std::uint8_t& tag : memory_.tags) tag |= bus::kAbsent | bus::kStoreNoted;
}

bus::MemoryModel::ArrayRead CachedMemory::array_read() const {
  return {path_.clock_ratio * path_.wait_states, std::max(path_.buffer_bytes, path_.beat_bytes)};
}

void CachedMemory::age(bus::MicroState& state, Cycles elapsed) const {
  for (unsigned word = 0; word < kOwnWords; ++word) {
    const std::uint32_t both = state.words[word];
    if (both == 0) continue;
    const std::uint32_t low = both & kMostBusy;
    const std::uint32_t high = both >> 16;
    const auto less = [elapsed](std::uint32_t left) {
      return elapsed >= left ? 0 : left - static_cast<std::uint32_t>(elapsed);
    };
    state.words[word] = less(low) | less(high) << 16;
  }
  if (art_) {
    std::uint32_t& array = state.words[kArtBusy];
    array = elapsed >= array ? 0 : array - static_cast<std::uint32_t>(elapsed);
    art_->age(state, elapsed);
  }
}

/// A read through ITCM: past the caches, by way of the accelerator.
std::uint32_t CachedMemory::through_itcm(bus::MicroState& state, std::uint32_t offset,
                                         bus::AccessKind kind, bus::FoldLog* log) {
  if (kind == bus::AccessKind::write) return 0;
  const std::uint64_t before = art_->generation();
  const std::uint32_t wait = kind == bus::AccessKind::fetch ? art_->fetch(state, offset, log)
                                                            : art_->load(state, offset, log);
  if (art_->generation() != before) ++l1_.generation_;  // one number guards the lines of both
  return wait;
}

/// Only lines of the accelerator have a recency.
void CachedMemory::touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) {
  if (!art_ || lines.empty() || (lines.front() & ArtF7::kLineBit) == 0) return;
  for (const std::uint32_t line : lines) art_->touch(line, stamp++);
}

/// A transfer that the core asks for in `start` cycles from now.
CachedMemory::Answer CachedMemory::request(bus::MicroState& state, const bus::Transfer& transfer,
                                           std::uint32_t size_bytes, std::uint32_t start,
                                           bus::FoldLog* log) {
  if (target_ == nullptr) return request_steady(state, transfer, size_bytes, start, log);
  const Cycles arrival =
      transfer.now + start + path_.request_cycles + Cycles{path_.clock_ratio} * path_.bridge_cycles;
  const Request request{transfer.offset, size_bytes, transfer.kind,
                        std::max(arrival, last_request_), kAxiBytes};
  const Response response =
      log != nullptr ? transfer_ahead(*target_, request, *log) : target_->transfer(request);
  if (log == nullptr) last_request_ = request.now;
  const std::uint32_t back = path_.clock_ratio * path_.return_cycles;
  const auto from_now = [&](Cycles when) {
    return static_cast<std::uint32_t>(std::min<Cycles>(when - transfer.now, kMostBusy - back)) +
           back;
  };
  if (transfer.kind == bus::AccessKind::write)
    return {from_now(response.first) - back - path_.request_cycles, from_now(response.last)};
  return {from_now(response.first), from_now(response.last)};
}

/// Whether the buffer for single reads holds what is at `offset`; afterwards it does. With a log
/// the log says so.
bool CachedMemory::is_buffered(std::uint32_t offset, bus::FoldLog* log) {
  const std::uint32_t line = offset / path_.buffer_bytes + 1;
  if (log == nullptr) return std::exchange(buffered_, line) == line;
  const std::uint32_t owner = kBufferNote | std::uint32_t{owner_} << kBufferOwnerShift;
  const auto newest = std::find_if(log->brought.rbegin(), log->brought.rend(),
                                   [&](auto note) { return (note & ~kBufferLine) == owner; });
  const std::uint32_t held = newest == log->brought.rend() ? buffered_ : *newest & kBufferLine;
  log->bring(owner | line);
  return held == line;
}

/// The same where the port answers alike whenever it is free. Posted writes leave without the
/// core's request cycles: the store buffer hides them.
CachedMemory::Answer CachedMemory::request_steady(bus::MicroState& state,
                                                  const bus::Transfer& transfer,
                                                  std::uint32_t size_bytes, std::uint32_t start,
                                                  bus::FoldLog* log) {
  const bool writes = transfer.kind == bus::AccessKind::write;
  const bool line = size_bytes == kL1LineBytes;
  const std::uint32_t ratio = path_.clock_ratio;
  std::uint32_t wait_states = writes ? 0 : path_.wait_states;
  if (!writes && path_.buffer_bytes != 0) {
    if (line) {
      state.array_reads += (kL1LineBytes + path_.buffer_bytes - 1) / path_.buffer_bytes;
    } else if (is_buffered(transfer.offset, log)) {
      wait_states = 0;
    } else {
      ++state.array_reads;
    }
  }
  const unsigned port = kFirstPort + owner_;
  const std::uint32_t arrival =
      start + (writes ? 0 : path_.request_cycles) + ratio * path_.bridge_cycles;
  const std::uint32_t begin = std::max(arrival, busy(state, port));
  const auto beats = [&](std::uint32_t bytes) {
    return ratio * (wait_states + (bytes + path_.beat_bytes - 1) / path_.beat_bytes);
  };
  const std::uint32_t end = begin + beats(size_bytes) + (line ? path_.line_extra_cycles : 0);
  set_busy(state, port, end);
  const std::uint32_t back = ratio * path_.return_cycles;
  return {begin + beats(std::min(size_bytes, kAxiBytes)) + back, end + back};
}

/// An access that goes to memory itself: wait cycles.
std::uint32_t CachedMemory::single(bus::MicroState& state, const bus::Transfer& transfer,
                                   bus::FoldLog* log) {
  const Answer answer = request(state, transfer, transfer.size_bytes, 0, log);
  const std::uint32_t until =
      transfer.kind == bus::AccessKind::write && target_ == nullptr ? answer.last : answer.first;
  return until > 0 ? until - 1 : 0;
}

/// An access that brings its line in and may send a dirty one out.
std::uint32_t CachedMemory::fill(bus::MicroState& state, const bus::Transfer& transfer,
                                 bus::FoldLog* log) {
  const unsigned buffer = earlier(state, kDataFill);
  std::uint32_t start = busy(state, buffer);
  const bool evicts = transfer.use.victim != bus::LineUse::kNobody;
  const unsigned eviction = earlier(state, kEviction);
  if (evicts) start = std::max(start, busy(state, eviction));
  bus::Transfer read = transfer;
  read.kind = bus::AccessKind::read;
  const Answer answer = request(state, read, kL1LineBytes, start, log);
  set_busy(state, buffer, answer.last);
  if (evicts) {
    bus::Transfer write = transfer;
    write.kind = bus::AccessKind::write;
    write.offset = transfer.use.victim_offset;
    CachedMemory& home = *l1_.memories_[transfer.use.victim];
    set_busy(state, eviction,
             home.request(state, write, kL1LineBytes, start + path_.request_cycles, log).last);
  }
  const std::uint32_t wait = answer.first - 1;
  set_busy(state, kLate, wait - start);
  return wait;
}

std::uint32_t CachedMemory::data(bus::MicroState& state, const bus::Transfer& transfer,
                                 bus::FoldLog* log) {
  using Way = bus::LineUse::Way;
  if (transfer.view == kItcmView && art_)
    return through_itcm(state, transfer.offset, transfer.kind, log);
  switch (transfer.use.way) {
    case Way::hit: return 0;
    case Way::fill: return fill(state, transfer, log);
    default: return single(state, transfer, log);
  }
}

std::uint32_t CachedMemory::take_late(bus::MicroState& state) const {
  const std::uint32_t late = busy(state, kLate);
  set_busy(state, kLate, 0);
  return late;
}

/// Two lines before this one and their dirty ones, this one, and an instruction line.
std::uint32_t CachedMemory::most_wait() const {
  if (target_ == nullptr) return kUsualMostWait;
  return std::max(kUsualMostWait, 6 * target_->most_cycles());
}

std::uint32_t CachedMemory::fetch(bus::MicroState& state, std::uint32_t offset, std::uint8_t view,
                                  Cycles now, bus::FoldLog* log) {
  if (view == kItcmView && art_) return through_itcm(state, offset, bus::AccessKind::fetch, log);
  bus::Transfer transfer;
  transfer.offset = offset;
  transfer.size_bytes = 8;
  transfer.kind = bus::AccessKind::read;
  transfer.now = now;
  if (!l1_.icache_on()) return single(state, transfer, log);
  const std::uint32_t line = offset >> kL1LineShift;
  if (holds_code_line(line)) {
    if (log != nullptr) log->use(line);
    return 0;
  }
  if (log != nullptr) {
    if (log->brings(line)) return 0;
    memoises_fills() ? log->fill(line) : log->bring(line);
  } else {
    bring_code_line(line);
  }
  const Answer answer = request(state, transfer, kL1LineBytes, busy(state, kCodeFill), log);
  set_busy(state, kCodeFill, answer.last);
  return answer.first - 1;
}

void CachedMemory::bring_code_line(std::uint32_t line) {
  ++code_misses_;
  const CacheArray::Line leaving = l1_.code_.victim(address_line(line));
  l1_.code_.replace(address_line(line), entry(line));
  if (leaving.owner != CacheArray::kNobody) {
    ++l1_.generation_;
    l1_.memories_[leaving.owner]->lines_[leaving.number] &= static_cast<std::uint8_t>(~kCodeHeld);
  }
  lines_[line] |= kCodeHeld;
}

bool CachedMemory::bring_fetch_lines(const std::vector<std::uint32_t>& lines,
                                     const std::vector<std::uint32_t>& kept) {
  const auto holds = [](const std::vector<std::uint32_t>& some, std::uint32_t line) {
    return std::find(some.begin(), some.end(), line) != some.end();
  };
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    const std::uint32_t set = l1_.code_.set_of(address_line(*line));
    const bool alone = std::none_of(lines.begin(), line, [&](std::uint32_t other) {
      return l1_.code_.set_of(address_line(other)) == set;
    });
    const CacheArray::Line leaving = l1_.code_.victim(address_line(*line));
    const bool needed = leaving.owner == owner_ && holds(kept, leaving.number);
    if (!alone || needed) return false;
  }
  for (const std::uint32_t line : lines) bring_code_line(line);
  return true;
}

bus::LineUse CachedMemory::look_up(std::uint32_t offset, bus::AccessKind kind,
                                   bus::CachePolicy policy) const {
  using Way = bus::LineUse::Way;
  bus::LineUse use;
  use.way = Way::around;
  if (!l1_.dcache_on() || policy == bus::CachePolicy::uncached) return use;
  if (l1_.write_through_) policy = bus::CachePolicy::write_through;
  const bool writes = kind == bus::AccessKind::write;
  const std::uint32_t line = offset >> kL1LineShift;
  if (holds_data_line(line)) {
    const bool through = writes && policy == bus::CachePolicy::write_through;
    use.way = through ? Way::through : Way::hit;
    return use;
  }
  if (writes && policy != bus::CachePolicy::write_back_allocate) return use;
  use.way = Way::fill;
  const CacheArray::Line& leaving = l1_.data_.victim(address_line(line));
  if (leaving.owner != CacheArray::kNobody) {
    const CachedMemory& home = *l1_.memories_[leaving.owner];
    if (home.is_dirty(leaving.number)) {
      use.victim = leaving.owner;
      use.victim_offset = leaving.number << kL1LineShift;
    }
  }
  return use;
}

bus::LineUse CachedMemory::use_data_line(std::uint32_t offset, bus::AccessKind kind,
                                         bus::CachePolicy policy) {
  const bus::LineUse use = look_up(offset, kind, policy);
  if (use.way == bus::LineUse::Way::around) return use;
  const std::uint32_t line = offset >> kL1LineShift;
  if (use.way == bus::LineUse::Way::fill) {
    ++data_misses_;
    ++data_fills_;
    const CacheArray::Line leaving = l1_.data_.victim(address_line(line));
    l1_.data_.replace(address_line(line), entry(line));
    if (leaving.owner != CacheArray::kNobody) {
      CachedMemory& home = *l1_.memories_[leaving.owner];
      ++home.evictions_;
      if (use.victim != bus::LineUse::kNobody) home.write_back(leaving.number);
      home.drop_data_line(leaving.number);
    }
    lines_[line] |= kHeld;
    mark_tags(line);
  }
  const bool dirties = kind == bus::AccessKind::write && use.way != bus::LineUse::Way::through;
  if (dirties && !is_dirty(line)) {
    keep_memory_view(line);
    lines_[line] |= kDirty;
    mark_tags(line);
  }
  return use;
}

bool CachedMemory::is_steady(const bus::LineUse& use) const {
  if (target_ != nullptr || use.way != bus::LineUse::Way::fill) return false;
  return use.victim == bus::LineUse::kNobody || l1_.memories_[use.victim]->target_ == nullptr;
}

/// From now on memory may hold something else than the core sees.
void CachedMemory::keep_memory_view(std::uint32_t line) {
  if ((lines_[line] & kDiffers) != 0) return;
  if (behind_.empty()) behind_.resize(memory_.bytes.size());
  const std::size_t first = std::size_t{line} << kL1LineShift;
  std::memcpy(behind_.data() + first, memory_.bytes.data() + first, kL1LineBytes);
  lines_[line] |= kDiffers;
}

void CachedMemory::mark_tags(std::uint32_t line) {
  std::uint8_t* const tags =
      memory_.tags.data() + (std::size_t{line} << (kL1LineShift - bus::kTagShift));
  std::uint64_t all = 0;
  std::memcpy(&all, tags, sizeof all);
  all &= ~(kTagsOfLine * (bus::kAbsent | bus::kStoreNoted));
  if (!holds_data_line(line)) all |= kTagsOfLine * bus::kAbsent;
  if (!is_dirty(line)) all |= kTagsOfLine * bus::kStoreNoted;
  std::memcpy(tags, &all, sizeof all);
}

void CachedMemory::write_back(std::uint32_t line) {
  if (!is_dirty(line)) return;
  ++write_backs_;
  lines_[line] &= static_cast<std::uint8_t>(~(kDirty | kDiffers));
  mark_tags(line);
}

Cycles CachedMemory::clean_line(std::uint32_t line, Cycles now) {
  write_back(line);
  const std::uint32_t offset = line << kL1LineShift;
  const Cycles arrival = now + Cycles{path_.clock_ratio} * path_.bridge_cycles;
  if (target_ != nullptr) {
    last_request_ = std::max(last_request_, arrival);
    return target_->transfer({offset, kL1LineBytes, bus::AccessKind::write, last_request_}).last;
  }
  return arrival + Cycles{path_.clock_ratio} * (kL1LineBytes / path_.beat_bytes);
}

void CachedMemory::drop_code_line(std::uint32_t line) {
  l1_.code_.remove(address_line(line), entry(line));
  lines_[line] &= static_cast<std::uint8_t>(~kCodeHeld);
}

void CachedMemory::drop_data_line(std::uint32_t line) {
  const bool differs = (lines_[line] & kDiffers) != 0;
  l1_.data_.remove(address_line(line), entry(line));
  lines_[line] &= static_cast<std::uint8_t>(~(kHeld | kDirty | kDiffers));
  mark_tags(line);
  if (!differs) return;
  if (!view_behind_known_) throw bus::UnknownView();
  const std::size_t first = std::size_t{line} << kL1LineShift;
  std::memcpy(memory_.bytes.data() + first, behind_.data() + first, kL1LineBytes);
  if (listener_) listener_(static_cast<std::uint32_t>(first), kL1LineBytes);
}

void CachedMemory::read_behind(std::uint32_t offset, std::uint8_t* data,
                               std::uint32_t size_bytes) const {
  for (std::uint32_t i = 0; i < size_bytes; ++i) {
    const std::uint32_t at = offset + i;
    const bool differs = differs_behind(at);
    if (differs && !view_behind_known_) throw bus::UnknownView();
    data[i] = differs ? behind_[at] : memory_.bytes[at];
  }
}

bool CachedMemory::write_behind(std::uint32_t offset, const std::uint8_t* data,
                                std::uint32_t size_bytes) {
  bool seen = false;
  for (std::uint32_t i = 0; i < size_bytes; ++i) {
    const std::uint32_t at = offset + i;
    const std::uint32_t line = at >> kL1LineShift;
    if (holds_data_line(line)) {
      keep_memory_view(line);
      behind_[at] = data[i];
    } else {
      memory_.bytes[at] = data[i];
      seen = true;
    }
  }
  return seen;
}

std::optional<std::uint32_t> CachedMemory::transfer_behind(std::uint32_t offset,
                                                           std::uint32_t size_bytes,
                                                           bus::AccessKind kind, Cycles now) {
  if (target_ == nullptr) return std::nullopt;
  last_request_ = std::max(last_request_, now);
  const Response response = target_->transfer({offset, size_bytes, kind, last_request_});
  return static_cast<std::uint32_t>(response.first - now - 1);
}

FlashSettings CachedMemory::settings() const {
  FlashSettings settings;
  if (art_) {
    settings.prefetch = art_->parameters().prefetch;
    settings.icache = art_->parameters().enabled;
  }
  settings.wait_states = path_.wait_states;
  return settings;
}

void CachedMemory::set(const FlashSettings& settings) {
  path_.wait_states = settings.wait_states;
  if (art_) art_->set(settings);
}

void CachedMemory::clear_icache() {
  if (art_) art_->clear();
}

struct CachedMemory::SavedData {
  CacheArray data;
  std::vector<std::pair<std::uint32_t, std::uint8_t>> lines;  // held, with their bits of data
};

std::optional<std::uint64_t> CachedMemory::data_signature() const {
  if (!l1_.dcache_on() || target_ != nullptr) return std::nullopt;
  Signature signature;
  signature.add(place_.home_base, owner_, l1_.write_through_, l1_.data_.ways());
  l1_.data_.visit([&](const CacheArray::Line& line) {
    const bool mine = line.owner == owner_;
    signature.add(line.owner, line.number, mine ? lines_[line.number] & kDataBits : 0);
  });
  for (const std::uint8_t next : l1_.data_.next()) signature.add(next);
  return signature.value();
}

std::shared_ptr<const void> CachedMemory::save_data() const {
  auto saved = std::make_shared<SavedData>(SavedData{l1_.data_, {}});
  l1_.data_.visit([&](const CacheArray::Line& line) {
    if (line.owner == owner_)
      saved->lines.emplace_back(line.number, lines_[line.number] & kDataBits);
  });
  return saved;
}

/// Views of memory behind dirty lines are not known afterwards, see forget_view_behind().
void CachedMemory::restore_data(const void* saved) {
  const auto& data = *static_cast<const SavedData*>(saved);
  const auto set_bits = [&](std::uint32_t line, unsigned bits) {
    lines_[line] = static_cast<std::uint8_t>((lines_[line] & ~kDataBits) | bits);
    mark_tags(line);
  };
  for (std::uint32_t line = 0; line < lines_.size(); ++line) {
    if ((lines_[line] & kDataBits) != 0) set_bits(line, 0);
  }
  if (behind_.empty()) behind_.resize(memory_.bytes.size());
  for (const auto& [line, bits] : data.lines) set_bits(line, bits);
  l1_.data_ = data.data;
}

bus::MemoryModel::DataCounts CachedMemory::data_counts() const {
  return {data_misses_, data_fills_, evictions_, write_backs_};
}

void CachedMemory::set_data_counts(const DataCounts& counts) {
  data_misses_ = counts[0];
  data_fills_ = counts[1];
  evictions_ = counts[2];
  write_backs_ = counts[3];
}

void CachedMemory::write_through(std::uint32_t offset, std::uint32_t size_bytes) {
  for (std::uint32_t at = offset; at < offset + size_bytes; ++at) {
    if ((lines_[at >> kL1LineShift] & kDiffers) != 0) behind_[at] = memory_.bytes[at];
  }
}

std::vector<bus::MemoryModel::Counter> CachedMemory::counters() const {
  std::vector<Counter> all{{"icache_misses", code_misses_},
                           {"dcache_misses", data_misses_},
                           {"line_fills", code_misses_ + data_fills_},
                           {"evictions", evictions_},
                           {"write_backs", write_backs_}};
  if (target_ != nullptr) {
    for (const Counter& counter : target_->counters()) all.push_back(counter);
  }
  if (art_) all.push_back({"art_misses", art_->misses()});
  return all;
}

}  // namespace mcost::memory
