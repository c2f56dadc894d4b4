// The contract of a memory's timing. A model's changing state has two parts: a small canonical
// micro-state (line held, fetch in flight, busy cycles), relative to now, which the engine keeps in
// the timing state of blocks; and contents (which lines a cache holds), which only the model knows
// and guards by a generation number. Depends on base.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sim_core/base/units.h"
#include "sim_core/bus/timing_port.h"

namespace mcost::bus {

/// Canonical: equal behaviour if and only if equal words; times are cycles from now and saturate at
/// 0.
struct MicroState {
  std::array<std::uint32_t, 14> words{};
  /// Reads of a flash array that the answers since the last take_array_reads() started. Who asks
  /// takes them, so states that are kept have none.
  std::uint32_t array_reads = 0;
  std::uint32_t take_array_reads() { return std::exchange(array_reads, 0); }
  friend bool operator==(const MicroState&, const MicroState&) = default;
};

/// What was asked of contents by a fold, or by a look ahead that must not change them. A variant
/// may be used while every line in `lines` is resident.
struct FoldLog {
  std::vector<std::uint32_t> lines;  // in order of last use
  bool foldable = true;  // false: an answer would have changed contents or needs absolute time
  std::vector<std::uint32_t> brought;  // lines that would have come; later answers see them
  bool keeps_fills = false;            // who folds can have instruction lines brought at each visit
  /// By memory, what it would be like behind the answers given so far, where that is more than
  /// lines.
  std::vector<std::pair<const void*, std::shared_ptr<void>>> ahead;
  void use(std::uint32_t line) {
    std::erase(lines, line);
    lines.push_back(line);
  }
  void bring(std::uint32_t line) {
    foldable = false;
    brought.push_back(line);
  }
  /// The same for an instruction line whose way in needs micro-state alone.
  void fill(std::uint32_t line) {
    foldable = foldable && keeps_fills;
    brought.push_back(line);
  }
  [[nodiscard]] bool brings(std::uint32_t line) const {
    return std::find(brought.begin(), brought.end(), line) != brought.end();
  }
};

/// How data accesses behave in the eyes of the engine's inline path.
enum class DataPath : std::uint8_t {
  constant,  // always data_wait() cycles
  cached,    // data_wait() cycles while the line's tag says present; misses fill at once and are
             // timed later
  timed,     // every access is timed in order
};

/// What a memory's attributes ask of a cache in front of it.
enum class CachePolicy : std::uint8_t {
  uncached,
  write_through,        // allocates lines for reads alone
  write_back,           // allocates lines for reads alone
  write_back_allocate,  // and for writes
};

/// What an access does with a cache that follows attributes.
struct LineUse {
  enum class Way : std::uint8_t {
    hit,      // of a read, or of a write that stays in the line
    fill,     // brings its line in
    through,  // writes the line and memory
    around,   // goes to memory alone
  };
  static constexpr std::uint8_t kNobody = 0xFF;
  Way way = Way::hit;
  std::uint8_t victim = kNobody;    // memory whose dirty line leaves
  std::uint32_t victim_offset = 0;  // of that line
};

/// A data transfer as the model sees it.
struct Transfer {
  std::uint32_t offset = 0;  // bytes from the start of the memory
  std::uint8_t size_bytes = 0;
  AccessKind kind = AccessKind::read;
  bool missed = false;    // DataPath::cached: this access filled its line
  std::uint8_t view = 0;  // address view the access came through (an uncached alias, say)
  Cycles now = 0;         // core cycle in which it starts; of no meaning with a log
  LineUse use{};          // of models that follow attributes
};

/// Thrown where a run depends on what forget_view_behind() made it forget.
class UnknownView : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override {
    return "memory behind a cache is not known";
  }
};

class MemoryModel {
 public:
  virtual ~MemoryModel() = default;

  [[nodiscard]] virtual DataPath data_path() const = 0;
  /// Wait cycles of a data access that needs no model: DataPath::constant, and hits of
  /// DataPath::cached.
  [[nodiscard]] virtual std::uint32_t data_wait(AccessKind kind) const = 0;
  /// A read that does not come through the core's ports, so past caches and buffers for them: wait
  /// cycles, and how many bytes are there then.
  struct ArrayRead {
    std::uint32_t wait = 0;
    std::uint32_t bytes = 4;
  };
  [[nodiscard]] virtual ArrayRead array_read() const { return {data_wait(AccessKind::read), 4}; }
  /// Whether reads reach a flash array. Of DataPath::constant and constant_fetch(), each access is
  /// a read of it; else fetch() and data() note them.
  [[nodiscard]] virtual bool has_array() const { return false; }
  /// No access waits longer for this memory alone, in core cycles.
  [[nodiscard]] virtual std::uint32_t most_wait() const { return kUsualMostWait; }
  static constexpr std::uint32_t kUsualMostWait = 80;
  /// True when fetches need neither micro-state nor contents: each costs fetch_wait().
  [[nodiscard]] virtual bool constant_fetch() const = 0;
  [[nodiscard]] virtual std::uint32_t fetch_wait() const = 0;

  [[nodiscard]] virtual MicroState reset_state() const { return {}; }
  /// Lets `elapsed` cycles pass.
  virtual void age(MicroState& state, Cycles elapsed) const = 0;
  /// Wait cycles of an instruction fetch of the word at `offset`, starting in core cycle `now`.
  /// With a log, contents stay as they are and `now` has no meaning: who needs it says that this
  /// cannot be folded.
  virtual std::uint32_t fetch(MicroState& state, std::uint32_t offset, std::uint8_t view,
                              Cycles now, FoldLog* log) = 0;
  /// The core has a fetch of `offset` on its bus that it will complete later: a data read that
  /// comes now waits behind it.
  virtual void announce_fetch(MicroState& state, std::uint32_t offset, std::uint8_t view) const {
    (void)state, (void)offset, (void)view;
  }
  /// Wait cycles of a data transfer starting now. With a log, contents stay as they are.
  virtual std::uint32_t data(MicroState& state, const Transfer& transfer, FoldLog* log) = 0;

  /// Cycles by which data() has just put off a fetch that was waiting; forgets them.
  [[nodiscard]] virtual std::uint32_t take_fetch_delay(MicroState& state) const {
    (void)state;
    return 0;
  }

  /// Of the wait that data() has just told, cycles in which nothing but the result is late; forgets
  /// them.
  [[nodiscard]] virtual std::uint32_t take_late(MicroState& state) const {
    (void)state;
    return 0;
  }

  // A cache that follows attributes, with one view of its memory for the core and one for all
  // others. Bytes and tags of the bus::Memory are the core's view.
  [[nodiscard]] virtual bool follows_attributes() const { return false; }
  /// What a data access would do.
  [[nodiscard]] virtual LineUse look_up(std::uint32_t offset, AccessKind kind,
                                        CachePolicy policy) const {
    (void)offset, (void)kind, (void)policy;
    return {};
  }
  /// Does what look_up() says to lines, before the bytes are read or written.
  virtual LineUse use_data_line(std::uint32_t offset, AccessKind kind, CachePolicy policy) {
    return look_up(offset, kind, policy);
  }
  /// Whether timing such an access needs neither absolute time nor anything but micro-state.
  [[nodiscard]] virtual bool is_steady(const LineUse& use) const {
    (void)use;
    return false;
  }
  /// Memory as it is behind the cache: for DMA and for accesses that go around it.
  virtual void read_behind(std::uint32_t offset, std::uint8_t* data,
                           std::uint32_t size_bytes) const {
    (void)offset, (void)data, (void)size_bytes;
  }
  /// Returns true if the core sees what was written.
  virtual bool write_behind(std::uint32_t offset, const std::uint8_t* data,
                            std::uint32_t size_bytes) {
    (void)offset, (void)data, (void)size_bytes;
    return true;
  }
  /// Wait cycles of a transfer by another bus master in core cycle `now`, where the memory has time
  /// of its own; else array_read() holds.
  virtual std::optional<std::uint32_t> transfer_behind(std::uint32_t offset,
                                                       std::uint32_t size_bytes, AccessKind kind,
                                                       Cycles now) {
    (void)offset, (void)size_bytes, (void)kind, (void)now;
    return std::nullopt;
  }
  /// Whether it holds something else there than the core sees.
  [[nodiscard]] virtual bool differs_behind(std::uint32_t offset) const {
    (void)offset;
    return false;
  }
  /// What memory holds behind lines that differ is not known any more: who asks gets UnknownView.
  virtual void forget_view_behind() {}
  /// The core's view has just been written, and memory behind it shall hold the same.
  virtual void write_through(std::uint32_t offset, std::uint32_t size_bytes) {
    (void)offset, (void)size_bytes;
  }
  /// Called when bytes of the core's view change because a line leaves: with the first and how
  /// many.
  // NOLINTNEXTLINE(performance-unnecessary-value-param): who overrides it keeps it
  virtual void set_view_listener(std::function<void(std::uint32_t offset, std::uint32_t size)>) {}

  /// DataPath::cached: brings the line of `offset` in (marking tags) at program-order time `stamp`.
  virtual void fill_data_line(std::uint32_t offset, std::uint64_t stamp) = 0;
  /// DataPath::cached: where inline hits leave their program-order time, one entry per
  /// 2^data_stamp_shift() bytes; else null.
  [[nodiscard]] virtual std::uint64_t* data_stamps() { return nullptr; }
  [[nodiscard]] virtual std::uint8_t data_stamp_shift() const { return 0; }

  // What data accesses do to contents, apart from time: it depends on their order alone, so
  // machines that differ in time share it.
  /// Stands for all that decides how data accesses to come find and change contents; nothing where
  /// they need absolute time or their addresses.
  [[nodiscard]] virtual std::optional<std::uint64_t> data_signature() const {
    return data_path() == DataPath::constant ? std::optional<std::uint64_t>{1} : std::nullopt;
  }
  /// Those contents, for restore_data() of models with equal signatures at the time of the save.
  [[nodiscard]] virtual std::shared_ptr<const void> save_data() const { return nullptr; }
  virtual void restore_data(const void* saved) { (void)saved; }
  /// Counters that data accesses alone advance.
  using DataCounts = std::array<std::uint64_t, 4>;
  [[nodiscard]] virtual DataCounts data_counts() const { return {}; }
  virtual void set_data_counts(const DataCounts& counts) { (void)counts; }

  /// Changes whenever an instruction line leaves the contents.
  [[nodiscard]] virtual const std::uint64_t& eviction_generation() const = 0;
  [[nodiscard]] virtual bool fetch_line_resident(std::uint32_t line) const = 0;
  /// Whether replacement of instruction lines asks when they were last used; else nobody need tell.
  [[nodiscard]] virtual bool has_fetch_recency() const { return false; }
  /// Instruction lines were used by a memoised visit, at program-order time `stamp` (in this
  /// order). Only if has_fetch_recency().
  virtual void touch_fetch_lines(const std::vector<std::uint32_t>& lines, std::uint64_t stamp) {
    (void)lines, (void)stamp;
  }

  /// Whether fills of instruction lines can be memoised: bring_fetch_lines() repeats them.
  [[nodiscard]] virtual bool memoises_fills() const { return false; }
  /// Brings instruction lines that are absent, in this order, as the fetches of a memoised visit
  /// did that used `kept` too. False, and nothing has happened, where one of them would send
  /// another or one of `kept` away.
  virtual bool bring_fetch_lines(const std::vector<std::uint32_t>& lines,
                                 const std::vector<std::uint32_t>& kept) {
    (void)lines, (void)kept;
    return false;
  }

  /// Counters for reports, by name; order is fixed.
  struct Counter {
    const char* name;
    std::uint64_t value;
  };
  [[nodiscard]] virtual std::vector<Counter> counters() const { return {}; }
};

}  // namespace mcost::bus
