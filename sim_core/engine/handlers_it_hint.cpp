#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/it_hint.h"

namespace mcost::engine {

std::span<const HandlerSet> it_hint_handlers() { return detail::make_table(isa::ItHintRows{}); }

}  // namespace mcost::engine
