// MemoryUseLog: hands what the engine's recorder saw to the meter of memory use, a stretch at a
// time, and finds stacks. May include anything. Invariant: it only looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

#include "analysis/memory_use.h"
#include "loader/elf_image.h"
#include "loader/symbols.h"
#include "sim_core/engine/engine.h"

namespace mcost::cli {

class MemoryUseLog {
 public:
  /// Stretches of one layer that are looked at by themselves. Between layers that had so many, a
  /// boundary costs nothing and is none.
  static constexpr std::uint64_t kMostStretches = 256;

  /// Starts recording, with the main stack below where SP is. Once memory is loaded, between
  /// instructions; all must outlive this.
  MemoryUseLog(engine::Engine& engine, const loader::Image& image,
               const loader::SymbolTable& symbols);
  MemoryUseLog(const MemoryUseLog&) = delete;
  MemoryUseLog& operator=(const MemoryUseLog&) = delete;
  ~MemoryUseLog();

  /// Account `left` of the layers is left for account `entered`.
  void boundary(std::size_t left, std::size_t entered, Cycles now);
  /// The run is over.
  void end(std::size_t left, Cycles now);
  /// After end(); `result` has its layers and memories.
  void show(RunResult& result, const std::vector<std::size_t>& accounts);

 private:
  [[nodiscard]] bool had_enough(std::size_t account) const {
    return account < stretches_.size() && stretches_[account] >= kMostStretches;
  }
  void close(std::size_t account, Cycles now);
  std::optional<engine::Engine::StackRange> find_stack(Address address);

  engine::Engine& engine_;
  const loader::SymbolTable& symbols_;
  analysis::MemoryUseMeter meter_;
  std::vector<TouchedWord> touched_;
  std::vector<std::uint64_t> stretches_;  // by account
  bool several_ = false;                  // layers in the stretch in progress
  bool left_out_ = false;                 // stretches that were not looked at by themselves
  Cycles begin_ = 0;
  std::unordered_set<Address> known_stacks_;  // by first address
  std::optional<Address> unknown_stack_;      // PSP pointed there first
};

}  // namespace mcost::cli
