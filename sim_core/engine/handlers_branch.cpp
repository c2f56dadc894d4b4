#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/branch.h"

namespace mcost::engine {

std::span<const HandlerSet> branch_handlers() { return detail::make_table(isa::BranchRows{}); }

}  // namespace mcost::engine
