#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/system.h"

namespace mcost::engine {

std::span<const HandlerSet> system_handlers() { return detail::make_table(isa::SystemRows{}); }

}  // namespace mcost::engine
