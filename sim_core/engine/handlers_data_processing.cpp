#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/data_processing.h"

namespace mcost::engine {

std::span<const HandlerSet> data_processing_handlers() {
  return detail::make_table(isa::DataProcessingRows{});
}

}  // namespace mcost::engine
