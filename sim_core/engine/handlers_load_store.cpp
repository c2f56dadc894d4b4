#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/load_store.h"

namespace mcost::engine {

std::span<const HandlerSet> load_store_handlers() {
  return detail::make_table(isa::LoadStoreRows{});
}

}  // namespace mcost::engine
