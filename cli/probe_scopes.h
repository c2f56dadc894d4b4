// Which static probes begin a layer that belongs to one activation of the function they stand in,
// found by following the function's branches. May include anything. Invariant: pure functions of
// the image.
#pragma once

#include <unordered_map>
#include <vector>

#include "loader/elf_image.h"
#include "loader/probe_notes.h"
#include "loader/symbols.h"

namespace mcost::cli {

/// Begins of layers that also end in the function they begin in (or nowhere, where the compiler
/// found that the end is never reached), where no way from the function's entry to such an end
/// avoids the begin. Leaving the function without passing the end is then a
/// longjmp, an exception or an early return. A layer that one call begins and another one ends (a
/// profiler's pair of functions, or one that does either) is not among them, nor is one that the
/// firmware names when it gets there, nor one whose
/// function has branches that decoding cannot follow.
[[nodiscard]] std::unordered_map<const loader::Probe*, const loader::Function*> find_scoped_begins(
    const loader::Image& image, const loader::SymbolTable& symbols,
    const std::vector<loader::Probe>& probes);

}  // namespace mcost::cli
