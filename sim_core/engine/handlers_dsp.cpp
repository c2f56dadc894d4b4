#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/dsp.h"

namespace mcost::engine {

std::span<const HandlerSet> dsp_handlers() { return detail::make_table(isa::DspRows{}); }

}  // namespace mcost::engine
