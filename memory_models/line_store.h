// Contents of a set-associative cache with sectored lines and LRU or pseudo-random replacement:
// which granules are in. A granule is what one array read brings; a line is `sectors` of them under
// one tag. Depends on base.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace mcost::memory {

enum class Replacement : std::uint8_t { lru, pseudo_random };

struct LineStoreShape {
  std::uint32_t lines = 0;
  std::uint32_t ways = 0;     // lines is a multiple; equal to lines: fully associative
  std::uint32_t sectors = 1;  // granules per line, 1 to 8
  Replacement replacement = Replacement::lru;
};

class LineStore {
 public:
  /// `granules` is the number of granules of the memory behind.
  LineStore(const LineStoreShape& shape, std::uint32_t granules);

  [[nodiscard]] bool contains(std::uint32_t granule) const { return present_[granule] != 0; }
  /// Notes a use at program-order time `stamp`; stamps never go back for one line.
  void touch(std::uint32_t granule, std::uint64_t stamp);
  /// Brings a granule in, replacing a line if its tag is new.
  void fill(std::uint32_t granule, std::uint64_t stamp);
  void clear();
  /// Another shape; empties it.
  void reshape(const LineStoreShape& shape);
  /// Changes whenever a line leaves.
  [[nodiscard]] const std::uint64_t& generation() const { return generation_; }
  /// Called with each granule that leaves or comes (true).
  void set_observer(std::function<void(std::uint32_t granule, bool present)> observer) {
    observer_ = std::move(observer);
  }
  /// Lines held, in which order they were used: equal where replacement goes on alike.
  struct Contents {
    struct Line {
      std::uint32_t line = 0;
      bool valid = false;
      std::uint8_t sectors = 0;  // present, as a mask
      std::uint32_t rank = 0;    // by last use
      friend bool operator==(const Line&, const Line&) = default;
    };
    std::vector<Line> ways;
    std::uint8_t random = 0;
  };
  [[nodiscard]] Contents contents() const;
  /// `now` is later than any stamp so far.
  void restore(const Contents& contents, std::uint64_t now);
  [[nodiscard]] const LineStoreShape& shape() const { return shape_; }
  /// Where the newest use of a granule is kept, for users that stamp inline.
  [[nodiscard]] std::vector<std::uint64_t>& stamps() { return stamps_; }

 private:
  struct Way {
    std::uint32_t line = 0;
    bool valid = false;
    std::uint64_t use = 0;  // it was used then, or later
  };
  [[nodiscard]] Way& victim(std::uint32_t set);
  [[nodiscard]] std::uint64_t last_use(std::uint32_t line) const;
  void evict(Way& way);

  LineStoreShape shape_;
  std::uint32_t sets_;
  std::vector<Way> ways_;              // sets_ x shape_.ways
  std::vector<std::uint8_t> present_;  // per granule
  std::vector<std::uint64_t> stamps_;  // per granule
  std::uint64_t generation_ = 1;
  std::uint8_t random_ = 1;
  std::function<void(std::uint32_t, bool)> observer_;
};

}  // namespace mcost::memory
