#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/load_store_multiple.h"

namespace mcost::engine {

std::span<const HandlerSet> load_store_multiple_handlers() {
  return detail::make_table(isa::LoadStoreMultipleRows{});
}

}  // namespace mcost::engine
