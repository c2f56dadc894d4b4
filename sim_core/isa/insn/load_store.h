// Loads and stores of one or two core registers, exclusives and preloads.
#pragma once

#include "sim_core/isa/insn/load_store_acquire.h"
#include "sim_core/isa/insn/load_store_dual.h"
#include "sim_core/isa/insn/load_store_hints.h"
#include "sim_core/isa/insn/load_store_loads.h"
#include "sim_core/isa/insn/load_store_stores.h"

namespace mcost::isa {

using LoadStoreRows = decltype(LoadRows{} + StoreRows{} + DualExclusiveRows{} +
                               AcquireReleaseRows{} + PreloadRows{});

}  // namespace mcost::isa
