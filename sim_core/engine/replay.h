// A recording on its way through another machine: where it is, and what is known of each kind of
// visit there. Depends on recording.h, block.h.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <unordered_set>
#include <vector>

#include "sim_core/engine/block.h"
#include "sim_core/engine/recording.h"
#include "sim_core/engine/span_outcome.h"

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
    if (++done_ == stretch_->count) {
      ++stretch_;
      done_ = 0;
    }
    return address;
  }

 private:
  const AddressStream::Stretch* stretch_ = nullptr;
  std::uint32_t done_ = 0;
};

struct Replay {
  explicit Replay(const Recording& recorded) : recording(recorded) {}

  /// By entry state, the variant that came last; never null.
  using Guesses = std::array<Variant*, 8>;
  /// A kind of visit on this machine, in the span in progress.
  struct Kind {
    Block* block = nullptr;  // null: not known yet
    std::uint32_t sites = 0;
    std::vector<std::uint16_t> site_values;  // by instruction
    struct Access {
      std::uint8_t op = 0;
      std::uint32_t stream = 0;
    };
    std::vector<Access> walked;  // whose addresses matter
    Guesses guesses{};
    std::vector<std::uint32_t> outcomes;   // seen so far, the newest first
    std::array<std::uint32_t, 2> plain{};  // plus one, without details, by misprediction
  };
  /// What a variant says of visits, close together: most replayed visits touch nothing else.
  struct Tally {
    std::uint32_t entry_state = kNoState;
    std::uint32_t exit_state = 0;
    std::uint32_t total = 0;
    std::uint32_t visits = 0;      // that the variant does not know of
    std::uint64_t generation = 0;  // as Variant::generation
    std::uint64_t last_visit = 0;  // with `visits`
    Variant* variant = nullptr;
  };
  static constexpr std::uint32_t kNoState = ~std::uint32_t{0};
  /// A way that visits go, on this machine.
  struct Outcome {
    const std::uint64_t* generation = &kNoGeneration;  // of the block's memory, once it is known
    std::array<Tally, 16> tallies{};                   // by entry state
    Block* block = nullptr;
    std::uint32_t sites = 0;
  };
  const Recording& recording;
  std::vector<Kind> kinds;
  std::vector<Outcome> outcomes;
  std::vector<Tally*> tallied;          // with `visits`
  std::unordered_set<Address> anchors;  // where spans begin
  std::size_t next_span = 0;
  std::vector<AddressCursor> cursors;  // by stream
  std::uint64_t visits = 0;            // that were replayed
};

}  // namespace mcost::engine
