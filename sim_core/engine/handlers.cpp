#include "sim_core/engine/handlers.h"

#include <vector>

namespace mcost::engine {

std::span<const HandlerSet> all_handlers() {
  // Joined in the order of isa::AllRows.
  static const std::vector<HandlerSet> all_tables = [] {
    std::vector<HandlerSet> all;
    for (const auto& table :
         {data_processing_handlers(), multiply_divide_handlers(), dsp_handlers(),
          load_store_handlers(), load_store_multiple_handlers(), branch_handlers(),
          it_hint_handlers(), system_handlers(), fp_handlers()}) {
      all.insert(all.end(), table.begin(), table.end());
    }
    return all;
  }();
  return all_tables;
}

}  // namespace mcost::engine
