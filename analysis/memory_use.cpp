#include "analysis/memory_use.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace mcost::analysis {
namespace {

/// Adds `layer` to a sorted set.
void insert(std::vector<std::uint16_t>& layers, std::uint16_t layer) {
  const auto at = std::lower_bound(layers.begin(), layers.end(), layer);
  if (at == layers.end() || *at != layer) layers.insert(at, layer);
}

bool holds(const MemoryRange& range, std::uint8_t memory, std::uint32_t word) {
  const std::uint32_t offset = word * kBytesOfWord;
  return range.memory == memory && offset >= range.first && offset < range.end;
}

void keep_most(BytesByKind& most, const BytesByKind& live) {
  if (sum_of(live) > sum_of(most)) most = live;
}

}  // namespace

// ---- words live over time

std::uint32_t LiveTimeline::begin(Cycles begin, std::optional<std::size_t> layer) {
  const std::uint32_t stretch = stretches_++;
  if (stretch >> shift_ == slots_.size()) {
    if (slots_.size() == most_points_) halve();
    slots_.push_back({begin, {}, {}, std::exchange(behind_, Amounts{})});
  }
  if (layer) insert(slots_.back().layers, static_cast<std::uint16_t>(*layer));
  return stretch;
}

void LiveTimeline::add_word(std::uint32_t first, std::optional<std::uint32_t> counted,
                            MemoryKind kind) {
  std::size_t slot = first >> shift_;
  if (counted) slot = std::max(slot, (std::size_t{*counted} >> shift_) + 1);
  if (slot >= slots_.size()) return;
  const auto index = static_cast<std::size_t>(kind);
  ++slots_[slot].change[index];
  --behind_[index];
}

std::vector<LiveTimeline::Point> LiveTimeline::points() const {
  std::vector<Point> points;
  points.reserve(slots_.size());
  Amounts now{};
  for (const Slot& slot : slots_) {
    Point point{slot.begin, slot.layers, {}};
    for (unsigned k = 0; k < kMemoryKinds; ++k) {
      now[k] += slot.change[k];
      point.live[k] = kBytesOfWord * static_cast<std::uint64_t>(slot.most[k] + now[k]);
    }
    points.push_back(std::move(point));
  }
  return points;
}

/// Every two neighbours become one.
void LiveTimeline::halve() {
  const std::vector<Point> before = points();
  for (std::size_t i = 0; i < slots_.size(); i += 2) {
    const Point& more =
        sum_of(before[i + 1].live) > sum_of(before[i].live) ? before[i + 1] : before[i];
    Slot slot{before[i].begin, before[i].layers, {}, {}};
    for (const std::uint16_t layer : before[i + 1].layers) insert(slot.layers, layer);
    for (unsigned k = 0; k < kMemoryKinds; ++k)
      slot.most[k] = static_cast<std::int64_t>(more.live[k] / kBytesOfWord);
    slots_[i / 2] = std::move(slot);
  }
  slots_.resize(slots_.size() / 2);
  behind_ = Amounts{};
  ++shift_;
}

// ---- the meter

MemoryUseMeter::MemoryUseMeter(MemoryLayout layout, const std::vector<std::size_t>& words)
    : layout_(std::move(layout)) {
  if (layout_.main_stack) {
    stacks_.push_back({*layout_.main_stack});
    has_main_ = true;
  }
  for (const std::size_t count : words) states_.emplace_back((count + kPageWords - 1) / kPageWords);
}

/// What a word is used for that no stack has reached.
MemoryKind MemoryUseMeter::kind_at(std::uint8_t memory, std::uint32_t word) const {
  for (std::size_t i = has_main_ ? 1 : 0; i < stacks_.size(); ++i) {
    if (holds(stacks_[i].place.range, memory, word)) return MemoryKind::stack;
  }
  for (const MemoryLayout::Part& part : layout_.parts) {
    if (holds(part.range, memory, word)) return part.kind;
  }
  return MemoryKind::other;
}

MemoryUseMeter::WordState& MemoryUseMeter::state_of(std::uint8_t memory, std::uint32_t word) {
  std::unique_ptr<StatePage>& page = states_[memory][word >> kPageShift];
  if (page == nullptr) {
    page = std::make_unique<StatePage>();
    const std::uint32_t first = word & ~(kPageWords - 1);
    for (std::uint32_t i = 0; i < kPageWords; ++i) (*page)[i].kind = kind_at(memory, first + i);
  }
  return (*page)[word & (kPageWords - 1)];
}

void MemoryUseMeter::add_stack(StackPlace stack) {
  const MemoryRange range = stack.range;
  stacks_.push_back({std::move(stack)});
  for (std::uint32_t word = range.first / kBytesOfWord; word < range.end / kBytesOfWord; ++word)
    state_of(range.memory, word).kind = MemoryKind::stack;
}

void MemoryUseMeter::add(const std::vector<TouchedWord>& touched, std::optional<std::size_t> layer,
                         Cycles begin) {
  const std::uint32_t stretch = timeline_.begin(begin, layer);
  if (layer && *layer >= accounts_.size()) accounts_.resize(*layer + 1);
  Account* const account = layer ? &accounts_[*layer] : nullptr;
  for (const TouchedWord& entry : touched) {
    WordState& state = state_of(entry.memory, entry.word);
    if ((entry.use & kOnStack) != 0) note_stack(entry, account);
    if (is_reached(entry.memory, entry.word)) state.kind = MemoryKind::stack;
    note_use(entry, state, stretch);
    if (!state.touched) {
      state.touched = true;
      note_touched(entry, total_);
    }
    if (account != nullptr) note_touched(entry, *account);
  }
}

/// A word was written on a stack: where on none that has its own place, on the main one, which may
/// have grown over its limit.
void MemoryUseMeter::note_stack(const TouchedWord& entry, Account* account) {
  for (std::size_t i = has_main_ ? 1 : 0; i < stacks_.size(); ++i) {
    if (!holds(stacks_[i].place.range, entry.memory, entry.word)) continue;
    stacks_[i].lowest = std::min(stacks_[i].lowest, entry.word);
    return;
  }
  if (!has_main_ || stacks_[0].place.range.memory != entry.memory) return;
  stacks_[0].lowest = std::min(stacks_[0].lowest, entry.word);
  if (account != nullptr) account->lowest_on_stack = std::min(account->lowest_on_stack, entry.word);
}

/// In the room of the main stack, at or above the lowest word written on it.
bool MemoryUseMeter::is_reached(std::uint8_t memory, std::uint32_t word) const {
  return has_main_ && word >= stacks_[0].lowest && holds(stacks_[0].place.range, memory, word);
}

/// Who reads first reads the value from before. What a master past the cache reads may be that too,
/// unless the stretch makes values itself; its writes are taken to come first.
void MemoryUseMeter::note_use(const TouchedWord& entry, WordState& state, std::uint32_t stretch) {
  const unsigned use = entry.use;
  const bool written = (use & (kWritten | kMasterWrote)) != 0;
  const bool read_before = (use & kReadFirst) != 0 || (!written && (use & kMasterRead) != 0);
  const bool read_behind = (use & kReadBack) != 0 ||
                           ((use & kMasterWrote) != 0 && (use & (kReadFirst | kMasterRead)) != 0) ||
                           ((use & kWritten) != 0 && (use & kMasterRead) != 0);
  if (read_before) {
    if ((use & kNeverSet) != 0) state.made = stretch;
    cover(state);
  }
  if (written) state.made = stretch;
  if (read_behind) cover(state);
}

/// The value of a word is live up to the stretch in progress.
void MemoryUseMeter::cover(WordState& state) {
  const auto counted = state.covered == 0 ? std::nullopt : std::optional(state.covered - 1);
  timeline_.add_word(state.made, counted, state.kind);
  state.covered = timeline_.stretches();
}

void MemoryUseMeter::note_touched(const TouchedWord& entry, Account& account) {
  const std::uint32_t key = std::uint32_t{entry.memory} << 24 | entry.word >> kPageShift;
  if (account.last == nullptr || account.last_page != key) {
    auto found = account.words.find(key);
    if (found == account.words.end()) {
      if (pages_ == kMostPages) {
        ++left_out_;
        return;
      }
      ++pages_;
      found = account.words.emplace(key, WordSet{}).first;
    }
    account.last = &found->second;
    account.last_page = key;
  }
  const std::uint32_t bit = entry.word & (kPageWords - 1);
  (*account.last)[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

std::uint64_t MemoryUseMeter::stack_bytes(std::uint32_t lowest) const {
  if (!has_main_ || lowest == kNoStack) return 0;
  return stacks_[0].place.range.end - lowest * kBytesOfWord;
}

MemoryUse MemoryUseMeter::use_of(const Account& account, std::size_t memories) {
  MemoryUse use;
  use.touched_by_memory.resize(memories);
  for (const auto& [key, set] : account.words) {
    const auto memory = static_cast<std::uint8_t>(key >> 24);
    for (std::uint32_t i = 0; i < set.size(); ++i) {
      for (std::uint64_t bits = set[i]; bits != 0; bits &= bits - 1) {
        const std::uint32_t word = ((key & 0xFFFFFFu) << kPageShift) + 64 * i +
                                   static_cast<std::uint32_t>(std::countr_zero(bits));
        const MemoryKind kind =
            is_reached(memory, word) ? MemoryKind::stack : state_of(memory, word).kind;
        use.touched[static_cast<std::size_t>(kind)] += kBytesOfWord;
        if (memory < memories) use.touched_by_memory[memory] += kBytesOfWord;
      }
    }
  }
  use.live = account.live;
  use.stack_bytes = stack_bytes(account.lowest_on_stack);
  return use;
}

/// Room for each kind. What the main stack and the heap share counts for both.
BytesByKind MemoryUseMeter::sizes() const {
  BytesByKind sizes{};
  for (const MemoryLayout::Part& part : layout_.parts) {
    if (part.kind != MemoryKind::stack)
      sizes[static_cast<std::size_t>(part.kind)] += part.range.size_bytes();
  }
  for (const Stack& stack : stacks_) {
    const std::uint64_t size = stack.place.range.size_bytes();
    sizes[static_cast<std::size_t>(MemoryKind::stack)] += size;
    // An object that is a stack is data no more.
    for (const MemoryLayout::Part& part : layout_.parts) {
      if (&stack == &stacks_[0] && has_main_) break;
      if (!holds(part.range, stack.place.range.memory, stack.place.range.first / kBytesOfWord))
        continue;
      std::uint64_t& of_part = sizes[static_cast<std::size_t>(part.kind)];
      of_part -= std::min(of_part, size);
    }
  }
  return sizes;
}

void MemoryUseMeter::show_timeline(RunMemoryUse& use,
                                   const std::vector<LiveTimeline::Point>& points,
                                   const std::vector<std::size_t>& accounts) {
  const std::size_t together = (points.size() + kShownPoints - 1) / kShownPoints;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const LiveTimeline::Point& point = points[i];
    std::optional<std::size_t> layer;
    if (point.layers.size() == 1) layer = accounts[point.layers[0]];
    if (i % together == 0) {
      use.timeline.push_back({point.begin, layer, point.live});
      continue;
    }
    LivePoint& shown = use.timeline.back();
    if (shown.layer != layer) shown.layer.reset();
    keep_most(shown.live, point.live);
  }
}

void MemoryUseMeter::finish(RunResult& result, const std::vector<std::size_t>& accounts) {
  const std::vector<LiveTimeline::Point> points = timeline_.points();
  RunMemoryUse use;
  for (const LiveTimeline::Point& point : points) {
    if (sum_of(point.live) > sum_of(total_.live)) use.peak_begin = point.begin;
    keep_most(total_.live, point.live);
    for (const std::uint16_t layer : point.layers) keep_most(accounts_[layer].live, point.live);
  }
  if (has_main_) total_.lowest_on_stack = stacks_[0].lowest;
  const std::size_t memories = result.memories.size();
  use.total = use_of(total_, memories);
  use.sizes = sizes();
  for (const Stack& stack : stacks_) {
    const std::uint64_t used =
        stack.lowest == kNoStack ? 0 : stack.place.range.end - stack.lowest * kBytesOfWord;
    use.stacks.push_back({stack.place.name, stack.place.top, stack.place.range.size_bytes(), used,
                          stack.place.shares_with_heap});
  }
  show_timeline(use, points, accounts);
  // Layers stand behind their parents: each is complete when it is added to its own.
  std::vector<Account> of_layers(result.layers.size());
  for (std::size_t i = 0; i < accounts_.size() && i < accounts.size(); ++i)
    of_layers[accounts[i]] = std::move(accounts_[i]);
  for (std::size_t i = result.layers.size(); i-- > 0;) {
    LayerResult& layer = result.layers[i];
    layer.memory_use = use_of(of_layers[i], memories);
    if (!layer.parent) continue;
    Account& parent = of_layers[*layer.parent];
    for (const auto& [key, set] : of_layers[i].words) {
      WordSet& all = parent.words[key];
      for (std::size_t w = 0; w < set.size(); ++w) all[w] |= set[w];
    }
    parent.lowest_on_stack = std::min(parent.lowest_on_stack, of_layers[i].lowest_on_stack);
    keep_most(parent.live, of_layers[i].live);
    of_layers[i] = Account{};
  }
  if (left_out_ != 0) {
    result.notes.emplace_back(
        "memory use: too many layers touch too much memory, bytes touched are not complete");
  }
  result.memory_use = std::move(use);
}

}  // namespace mcost::analysis
