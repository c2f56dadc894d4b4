#include "sim_core/engine/handlers.h"
#include "sim_core/isa/insn/multiply_divide.h"

namespace mcost::engine {

std::span<const HandlerSet> multiply_divide_handlers() {
  return detail::make_table(isa::MultiplyDivideRows{});
}

}  // namespace mcost::engine
