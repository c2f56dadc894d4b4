// Makes a Recording of a run. The engine tells it of visits and accesses; it takes spans between
// what no recording may hold: device accesses, exceptions, sleep, other bus masters. Depends on
// recording.h, block.h.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim_core/engine/block.h"
#include "sim_core/engine/recording.h"

namespace mcost::engine {

class PathRecorder {
 public:
  /// Spans begin at function entries, where code has run undisturbed for `calm_visits`; shorter
  /// ones are not kept.
  static constexpr std::uint64_t kCalmVisits = 2000;
  explicit PathRecorder(std::uint64_t calm_visits) : least_(calm_visits) {}
  /// No more is recorded: 1 GiB of items.
  static constexpr std::uint64_t kMostVisits = 1u << 28;

  [[nodiscard]] bool is_recording() const { return span_.has_value(); }
  [[nodiscard]] bool in_visit() const { return in_visit_; }
  /// Whether a span may begin with the visit to come, of a block outside of IT blocks.
  [[nodiscard]] bool is_calm() const {
    return after_call_ && calm_visits_ >= least_ && recording_.visits < kMostVisits;
  }
  void begin_span(const CoreState& begin, std::vector<MemoryImage> memory) {
    span_.emplace(begin, std::move(memory));
  }
  /// While is_recording().
  [[nodiscard]] RecordedSpan& span() { return *span_; }
  /// Keeps the span if it is worth it.
  void end_span();
  /// Something happened that a span cannot hold.
  void disturb() {
    calm_visits_ = 0;
    after_call_ = false;
  }

  /// What a visit may change beside memory.
  struct Before {
    ArchState core{};
    Address pc = 0;
    std::uint8_t it = 0;
    SystemRegisters registers{};
    bool event = false;
  };
  void begin_visit(const Before& before) {
    in_visit_ = true;
    before_ = before;
    undo_.clear();
    accesses_.clear();
  }
  void note_access(std::uint8_t op, Address address) { accesses_.push_back({op, address}); }
  /// A word of memory as it was before an access of the visit.
  struct Word {
    std::size_t memory = 0;
    std::uint32_t word = 0;
    std::array<std::uint8_t, 4> bytes{};
    std::uint8_t tag = 0;
  };
  void note_word(const Word& word) { undo_.push_back(word); }
  [[nodiscard]] const std::vector<Word>& words() const { return undo_; }
  [[nodiscard]] const Before& before() const { return before_; }
  void leave_visit() { in_visit_ = false; }
  /// `kind` without accesses, which are those noted. With `banks`, which of them is part of it.
  void end_visit(const Block& block, VisitKind kind, bool called, bool banks);
  void add_hook(RecordedHook hook);

  [[nodiscard]] Recording take();

 private:
  std::uint32_t kind_of(VisitKind kind);
  std::uint32_t stream_of(Address block, std::uint8_t op);
  struct NotedAccess {
    std::uint8_t op = 0;
    Address address = 0;
  };

  std::uint64_t least_;
  Recording recording_;
  std::optional<RecordedSpan> span_;
  bool in_visit_ = false;
  bool after_call_ = false;
  std::uint64_t calm_visits_ = 0;
  Before before_;
  std::vector<Word> undo_;
  std::vector<NotedAccess> accesses_;
  std::unordered_map<Address, std::vector<std::uint32_t>> kinds_at_;  // by PC, newest first
  std::unordered_map<std::uint64_t, std::uint32_t> streams_;          // by PC and op
};

}  // namespace mcost::engine
