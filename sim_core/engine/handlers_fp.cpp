#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/fp.h"

namespace mcost::engine {

std::span<const HandlerSet> fp_handlers() { return detail::make_table(isa::FpRows{}); }

}  // namespace mcost::engine
