// A recording on its way through another machine: where it is, and what is known of each kind of
// visit there. Depends on recording.h, block.h.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sim_core/engine/block.h"
#include "sim_core/engine/recording.h"

namespace mcost::engine {

/// Execution would have done something else in the span being replayed, or where it would have is
/// not known: the run says nothing and has to be executed. A run without replay never throws it.
class ReplayAbandoned : public std::exception {
 public:
  explicit ReplayAbandoned(const char* why) : why_(why) {}
  [[nodiscard]] const char* what() const noexcept override { return why_; }

 private:
  const char* why_;
};

/// Reads a stream of addresses.
class AddressCursor {
 public:
  AddressCursor() = default;
  explicit AddressCursor(const AddressStream& stream) : stretch_(stream.stretches.data()) {}
  Address next() {
    const Address address = stretch_->first + stretch_->stride * done_;
    skip(1);
    return address;
  }
  /// As many calls of next(), none of them beyond the stretch.
  void skip(std::uint32_t accesses) {
    done_ += accesses;
    if (done_ != stretch_->count) return;
    ++stretch_;
    done_ = 0;
  }
  /// How many accesses follow that of next() in its stretch, stride() bytes apart.
  [[nodiscard]] std::uint32_t left() const { return done_ == 0 ? 0 : stretch_->count - done_; }
  [[nodiscard]] std::uint32_t stride() const { return stretch_->stride; }

 private:
  const AddressStream::Stretch* stretch_ = nullptr;
  std::uint32_t done_ = 0;
};

struct Replay {
  explicit Replay(const Recording& recorded) : recording(recorded), kinds(recorded.kinds.size()) {
    std::unordered_map<Address, std::uint32_t> known;
    for (const VisitKind& kind : recorded.kinds) {
      const auto next = static_cast<std::uint32_t>(known.size());
      places.push_back(known.try_emplace(kind.pc, next).first->second);
    }
  }

  /// A kind of visit on this machine, in the span in progress.
  struct Kind {
    Block* block = nullptr;  // null: not known yet
    std::uint32_t sites = 0;
    std::vector<std::uint16_t> site_values;  // by instruction
    struct Access {
      std::uint8_t op = 0;
      std::uint32_t stream = 0;
    };
    std::vector<Access> walked;         // whose addresses matter
    std::array<Variant*, 8> guesses{};  // by entry state; never null
    // Accesses that stay in lines which hit are not looked at one by one.
    std::uint32_t sure = 0;        // visits to come that hit, as long as no line comes
    std::uint64_t lines = 0;       // Replay::lines when that was found
    std::uint32_t pending = 0;     // visits whose accesses neither cursors nor stamps know of
    std::uint64_t last_visit = 0;  // stamp, with `pending`
  };
  const Recording& recording;
  std::vector<Kind> kinds;
  std::vector<std::uint32_t> places;    // by kind; kinds that share streams have one place
  std::vector<Kind*> active;            // by place, the kind visited last; null at first
  std::vector<Kind*> pending;           // kinds with `pending`
  std::unordered_set<Address> anchors;  // where spans begin
  std::size_t next_span = 0;
  std::vector<AddressCursor> cursors;  // by stream
  std::uint64_t lines = 1;             // changes when lines may come or go
  std::uint64_t visits = 0;            // that were replayed
};

}  // namespace mcost::engine
