// A machine's engine as layer sources see it. May include anything.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/core_view.h"
#include "sim_core/engine/engine.h"

namespace mcost::cli {

/// The engine must outlive this. Cost is taken by one reader: each call returns what was spent
/// since the one before.
class EngineView final : public CoreView {
 public:
  explicit EngineView(engine::Engine& engine);
  [[nodiscard]] std::uint32_t core_register(unsigned number) const override;
  [[nodiscard]] std::uint32_t fp_register(unsigned number) const override;
  [[nodiscard]] unsigned nzcv() const override;
  [[nodiscard]] bool uses_process_stack() const override;
  [[nodiscard]] std::uint32_t process_stack_pointer() const override;
  [[nodiscard]] bool read_memory(Address address, std::uint8_t* data,
                                 std::size_t size_bytes) const override;
  /// Since start_counting().
  [[nodiscard]] Cycles now() const override;
  [[nodiscard]] Cost take_cost() override;
  void enter_layer(std::size_t account) override;
  void note_layer() override;
  void hook(Address address) override;

  /// Time and cost so far are nobody's: both begin at 0 here.
  void start_counting();
  /// Engine::now() at that time.
  [[nodiscard]] Cycles begin() const { return begin_; }

  /// What the elements of Cost::model mean, in the order of memories.
  [[nodiscard]] std::vector<ModelCounter> model_counters() const;
  /// The whole run so far, counted apart from take_cost().
  [[nodiscard]] Cost total();

 private:
  [[nodiscard]] std::vector<std::uint64_t> model_values() const;
  engine::Engine& engine_;
  Cycles begin_ = 0;
  Counters before_;
  std::vector<std::uint64_t> at_start_;
  std::vector<std::uint64_t> taken_;
};

}  // namespace mcost::cli
