#include "memory_models/line_store.h"

#include <algorithm>
#include <utility>

namespace mcost::memory {

LineStore::LineStore(const LineStoreShape& shape, std::uint32_t granules)
    : shape_(shape),
      sets_(shape.ways == 0 ? 0 : shape.lines / shape.ways),
      ways_(shape.lines),
      present_(granules, 0),
      stamps_(granules, 0) {}

void LineStore::touch(std::uint32_t granule, std::uint64_t stamp) {
  stamps_[granule] = std::max(stamps_[granule], stamp);
}

std::uint64_t LineStore::last_use(std::uint32_t line) const {
  if (shape_.sectors == 1) return stamps_[line];
  std::uint64_t newest = 0;
  for (std::uint32_t sector = 0; sector < shape_.sectors; ++sector) {
    const std::uint32_t granule = line * shape_.sectors + sector;
    if (granule < present_.size() && present_[granule] != 0)
      newest = std::max(newest, stamps_[granule]);
  }
  return newest;
}

/// The way a new line goes to: an empty one, else by the replacement policy.
LineStore::Way& LineStore::victim(std::uint32_t set) {
  const auto first = ways_.begin() + static_cast<std::ptrdiff_t>(set) * shape_.ways;
  const auto last = first + shape_.ways;
  const auto empty = std::find_if(first, last, [](const Way& way) { return !way.valid; });
  if (empty != last) return *empty;
  if (shape_.replacement == Replacement::pseudo_random) {
    // 8-bit maximal LFSR, period 255.  Source: CC2652R facts 5.9 (a 255-entry sequence); taps
    // assumed.
    const unsigned bit = (random_ ^ random_ >> 2 ^ random_ >> 3 ^ random_ >> 4) & 1u;
    random_ = static_cast<std::uint8_t>(random_ >> 1 | bit << 7);
    return *(first + random_ % shape_.ways);
  }
  // Uses are looked up where they could matter: most ways are known to be newer.
  for (;;) {
    const auto oldest =
        std::min_element(first, last, [](const Way& a, const Way& b) { return a.use < b.use; });
    const std::uint64_t use = last_use(oldest->line);
    if (use == oldest->use) return *oldest;
    oldest->use = use;
  }
}

void LineStore::evict(Way& way) {
  for (std::uint32_t sector = 0; sector < shape_.sectors; ++sector) {
    const std::uint32_t granule = way.line * shape_.sectors + sector;
    if (granule >= present_.size() || present_[granule] == 0) continue;
    present_[granule] = 0;
    if (observer_) observer_(granule, false);
  }
  way.valid = false;
  ++generation_;
}

void LineStore::fill(std::uint32_t granule, std::uint64_t stamp) {
  if (sets_ == 0) return;
  const std::uint32_t line = granule / shape_.sectors;
  const std::uint32_t set = line % sets_;
  const auto first = ways_.begin() + static_cast<std::ptrdiff_t>(set) * shape_.ways;
  const auto last = first + shape_.ways;
  const auto held =
      std::find_if(first, last, [line](const Way& way) { return way.valid && way.line == line; });
  if (held == last) {
    Way& way = victim(set);
    if (way.valid) evict(way);
    way = {line, true, stamp};
  }
  present_[granule] = 1;
  touch(granule, stamp);
  if (observer_) observer_(granule, true);
}

LineStore::Contents LineStore::contents() const {
  Contents contents;
  contents.random = random_;
  std::vector<std::uint64_t> uses;
  for (const Way& way : ways_) {
    if (way.valid) uses.push_back(last_use(way.line));
  }
  std::sort(uses.begin(), uses.end());
  for (const Way& way : ways_) {
    Contents::Line line{way.valid ? way.line : 0, way.valid, 0, 0};
    for (std::uint32_t sector = 0; way.valid && sector < shape_.sectors; ++sector) {
      const std::uint32_t granule = way.line * shape_.sectors + sector;
      if (granule < present_.size() && contains(granule))
        line.sectors = static_cast<std::uint8_t>(line.sectors | 1u << sector);
    }
    if (way.valid) {
      const auto place = std::lower_bound(uses.begin(), uses.end(), last_use(way.line));
      line.rank = static_cast<std::uint32_t>(place - uses.begin());
    }
    contents.ways.push_back(line);
  }
  return contents;
}

void LineStore::restore(const Contents& contents, std::uint64_t now) {
  clear();
  for (std::size_t i = 0; i < ways_.size(); ++i) {
    const Contents::Line& line = contents.ways[i];
    if (!line.valid) continue;
    ways_[i] = {line.line, true, now + line.rank};
    for (std::uint32_t sector = 0; sector < shape_.sectors; ++sector) {
      if ((line.sectors >> sector & 1u) == 0) continue;
      const std::uint32_t granule = line.line * shape_.sectors + sector;
      present_[granule] = 1;
      stamps_[granule] = now + line.rank;
      if (observer_) observer_(granule, true);
    }
  }
  random_ = contents.random;
}

void LineStore::reshape(const LineStoreShape& shape) {
  clear();
  shape_ = shape;
  sets_ = shape.ways == 0 ? 0 : shape.lines / shape.ways;
  ways_.assign(shape.lines, Way{});
}

void LineStore::clear() {
  for (Way& way : ways_) {
    if (way.valid) evict(way);
  }
}

}  // namespace mcost::memory
