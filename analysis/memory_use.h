// MemoryUseMeter: from the words that stretches of a run touched to bytes touched and bytes live,
// per layer and over time. Knows neither engine nor firmware: whoever watches the run says which
// words were touched (sim_core/base/touched_word.h), for which layer, and what lies where. May
// include sim_core/base. Invariant: memory of the host is bounded by the RAM of the guest, the
// number of layers and kMostPoints, however long the run.
//
// A word is live from the write that makes its value to the last read of it. Within a stretch the
// order of accesses is kept as far as WordUse tells: a word counts for the whole stretch, once. A
// value that nobody reads is not live.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim_core/base/memory_use.h"
#include "sim_core/base/run_result.h"
#include "sim_core/base/touched_word.h"
#include "sim_core/base/units.h"

namespace mcost::analysis {

/// A range of a memory, in bytes from its start.
struct MemoryRange {
  std::uint8_t memory = 0;
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  [[nodiscard]] std::uint32_t size_bytes() const { return end - first; }
};

/// Where a stack is. `range` is all of it, down to its limit.
struct StackPlace {
  std::string name;
  Address top = 0;
  MemoryRange range;
  bool shares_with_heap = false;
};

/// What RAM holds; of parts that overlap the first counts.
struct MemoryLayout {
  struct Part {
    MemoryKind kind = MemoryKind::other;
    MemoryRange range;
  };
  std::vector<Part> parts;
  std::optional<StackPlace> main_stack;
};

/// Words live in each stretch, which are known only later. Beyond its most points, neighbours share
/// one: it shows the larger of those that were complete, and of others all words that were live in
/// any, so that it is at most too high.
class LiveTimeline {
 public:
  static constexpr std::size_t kMostPoints = 16'384;
  struct Point {
    Cycles begin = 0;
    std::vector<std::uint16_t> layers;  // sorted
    BytesByKind live{};
  };
  /// `most_points` is even.
  explicit LiveTimeline(std::size_t most_points = kMostPoints) : most_points_(most_points) {}
  /// The next stretch. Returns its number, counted from 0.
  std::uint32_t begin(Cycles begin, std::optional<std::size_t> layer);
  /// One more word is live from stretch `first` to the one begun last. It is counted already up to
  /// stretch `counted`, if given.
  void add_word(std::uint32_t first, std::optional<std::uint32_t> counted, MemoryKind kind);
  [[nodiscard]] std::uint32_t stretches() const { return stretches_; }
  [[nodiscard]] std::vector<Point> points() const;

 private:
  using Amounts = std::array<std::int64_t, kMemoryKinds>;  // words
  struct Slot {
    Cycles begin = 0;
    std::vector<std::uint16_t> layers;
    Amounts most{};    // what was known when neighbours were put together
    Amounts change{};  // of what came later, from the slot before to this one
  };
  void halve();
  std::size_t most_points_;
  unsigned shift_ = 0;  // log2 of the stretches per slot
  std::uint32_t stretches_ = 0;
  std::vector<Slot> slots_;
  Amounts behind_{};  // the change to the slot behind the last
};

class MemoryUseMeter {
 public:
  /// Host memory for sets of words that layers touched: 8 KiB of RAM are a page of 256 bytes.
  static constexpr std::size_t kMostPages = std::size_t{1} << 19;
  /// Points of the timeline in a result.
  static constexpr std::size_t kShownPoints = 1000;

  /// `words` by memory: 0 where it is not RAM.
  MemoryUseMeter(MemoryLayout layout, const std::vector<std::size_t>& words);

  [[nodiscard]] const MemoryLayout& layout() const { return layout_; }
  /// A stack that was found while the run went on.
  void add_stack(StackPlace stack);
  /// The next stretch of the run, begun in cycle `begin`. `layer`, below 65536, is the account it
  /// belongs to; nothing: several, told apart no more.
  void add(const std::vector<TouchedWord>& touched, std::optional<std::size_t> layer, Cycles begin);

  /// Fills in the memory use of `result` and its layers. `accounts[i]` is the layer of account i.
  void finish(RunResult& result, const std::vector<std::size_t>& accounts);

 private:
  static constexpr unsigned kPageShift = 11;
  static constexpr std::uint32_t kPageWords = 1u << kPageShift;
  static constexpr std::uint32_t kNoStack = 0xFFFFFFFFu;
  struct WordState {
    std::uint32_t made = 0;     // stretch whose write made the value; 0 too for what was loaded
    std::uint32_t covered = 0;  // last stretch counted as live, + 1
    MemoryKind kind = MemoryKind::other;
    bool touched = false;
  };
  using StatePage = std::array<WordState, kPageWords>;
  using WordSet = std::array<std::uint64_t, kPageWords / 64>;
  /// By memory << 24 | page of it.
  using Words = std::map<std::uint32_t, WordSet>;
  struct Account {
    Words words;
    std::uint32_t lowest_on_stack = kNoStack;  // word of the main stack's memory
    BytesByKind live{};
    std::uint32_t last_page = kNoStack;
    WordSet* last = nullptr;
  };

  [[nodiscard]] MemoryKind kind_at(std::uint8_t memory, std::uint32_t word) const;
  WordState& state_of(std::uint8_t memory, std::uint32_t word);
  void note_stack(const TouchedWord& entry, Account* account);
  [[nodiscard]] bool is_reached(std::uint8_t memory, std::uint32_t word) const;
  void note_use(const TouchedWord& entry, WordState& state, std::uint32_t stretch);
  void note_touched(const TouchedWord& entry, Account& account);
  void cover(WordState& state);
  [[nodiscard]] std::uint64_t stack_bytes(std::uint32_t lowest) const;
  [[nodiscard]] MemoryUse use_of(const Account& account, std::size_t memories);
  [[nodiscard]] BytesByKind sizes() const;
  static void show_timeline(RunMemoryUse& use, const std::vector<LiveTimeline::Point>& points,
                            const std::vector<std::size_t>& accounts);

  MemoryLayout layout_;
  struct Stack {
    StackPlace place;
    std::uint32_t lowest = kNoStack;  // word
  };
  std::vector<Stack> stacks_;
  bool has_main_ = false;
  std::vector<std::vector<std::unique_ptr<StatePage>>> states_;  // by memory and page
  std::vector<Account> accounts_;
  Account total_;
  std::size_t pages_ = 0;
  std::uint64_t left_out_ = 0;  // words that no page was left for
  LiveTimeline timeline_;
};

}  // namespace mcost::analysis
