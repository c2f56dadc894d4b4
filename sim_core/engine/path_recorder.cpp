#include "sim_core/engine/path_recorder.h"

#include <algorithm>
#include <utility>

#include "sim_core/engine/span_outcome.h"

namespace mcost::engine {

void AddressStream::add(Address address) {
  lowest = std::min(lowest, address);
  highest = std::max(highest, address);
  if (!stretches.empty()) {
    Stretch& last = stretches.back();
    if (last.count == 1) last.stride = address - last.first;
    if (address == last.first + last.stride * last.count) {
      ++last.count;
      return;
    }
    // A stretch of two is worth no more than what comes.
    if (last.count == 2) {
      const Address second = last.first + last.stride;
      last.count = 1;
      stretches.push_back({second, address - second, 2});
      return;
    }
  }
  stretches.push_back({address, 0, 1});
}

Recording::Recording() : outcomes(std::make_shared<OutcomeStore>()) {}

std::uint64_t Recording::visits_in_spans() const {
  std::uint64_t sum = 0;
  for (const RecordedSpan& span : spans) sum += span.visits;
  return sum;
}

void PathRecorder::end_span() {
  if (span_->visits >= least_) recording_.spans.push_back(std::move(*span_));
  span_.reset();
}

void PathRecorder::end_visit(const Block& block, VisitKind kind, bool called, bool banks) {
  in_visit_ = false;
  ++recording_.visits;
  ++calm_visits_;
  after_call_ = called;
  if (!span_) return;
  for (const NotedAccess& access : accesses_) {
    const std::uint32_t number = stream_of(block.pc, access.op);
    if (number >= span_->streams.size()) span_->streams.resize(number + 1);
    span_->streams[number].add(access.address);
    const std::uint32_t size = block.info[access.op].access_bytes;
    if ((access.address & (size - 1)) != 0)
      kind.misaligned |= std::uint64_t{access.address & 3u} << (2 * access.op);
    if (banks) kind.banks |= (access.address >> pipeline::kBankShift & 1u) << access.op;
    kind.accesses.push_back({access.op, number});
  }
  span_->items.push_back(kind_of(std::move(kind)));
  ++span_->visits;
}

void PathRecorder::add_hook(RecordedHook hook) {
  if (!span_) return;
  span_->items.push_back(kHookItem | static_cast<std::uint32_t>(span_->hooks.size()));
  span_->hooks.push_back(std::move(hook));
}

std::uint32_t PathRecorder::kind_of(VisitKind kind) {
  std::vector<std::uint32_t>& kinds = kinds_at_[kind.pc];
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](std::uint32_t number) {
    return recording_.kinds[number] == kind;
  });
  if (found != kinds.end()) {
    // What came last comes soon again.
    std::rotate(kinds.begin(), found, found + 1);
    return kinds.front();
  }
  const auto number = static_cast<std::uint32_t>(recording_.kinds.size());
  kinds.insert(kinds.begin(), number);
  recording_.kinds.push_back(std::move(kind));
  return number;
}

std::uint32_t PathRecorder::stream_of(Address block, std::uint8_t op) {
  const std::uint64_t key = std::uint64_t{block} << 8 | op;
  return streams_.try_emplace(key, static_cast<std::uint32_t>(streams_.size())).first->second;
}

Recording PathRecorder::take() { return std::move(recording_); }

}  // namespace mcost::engine
