// The per-layer table that the text and the Markdown report share. Private to analysis.
#pragma once

#include <string>
#include <vector>

#include "analysis/reports/table.h"
#include "sim_core/base/run_result.h"

namespace mcost::analysis {

/// "Undefined instruction at 0x... in main+0x4 (main.c:3)" and the like: how the run ended.
[[nodiscard]] std::string exit_sentence(const RunExit& exit);
/// "0x00000124 main+0x4 (main.c:3)".
[[nodiscard]] std::string place_text(const CodePlace& place);

/// How a layer's place in the tree is shown.
enum class TreeStyle : std::uint8_t { indented, paths };

/// Layers with cycles, time, instructions and MACs.
[[nodiscard]] Table layer_table(const RunResult& result, TreeStyle style);
/// Adds shares of each layer's cycles in per cent: groups, memory by memory. What never happened in
/// the run has no column.
void add_cause_columns(Table& table, const RunResult& result);
/// Layers with those shares alone.
[[nodiscard]] Table cause_table(const RunResult& result, TreeStyle style);
/// Bytes by layer and memory.
[[nodiscard]] Table byte_table(const RunResult& result);
/// What layers need of RAM: bytes live at the most, bytes touched by kind, depth of the main stack.
/// Kinds that the run did not touch have no column.
[[nodiscard]] Table memory_use_table(const RunResult& result, TreeStyle style);
/// "stack main 1,024 of 4,096 bytes" and the like, for the run.
[[nodiscard]] std::vector<std::string> memory_use_lines(const RunResult& result);
/// Traffic and waits of memories that were used.
[[nodiscard]] Table memory_table(const RunResult& result);
struct CounterLine {
  std::string memory;
  std::string counters;  // "icache misses 12, dcache misses 3"
};
/// What models counted, with hit rates where hits are counted too. What stayed 0 is left out.
[[nodiscard]] std::vector<CounterLine> model_counter_lines(const RunResult& result);

/// One line of the breakdown by cause: a group, or a memory of the memory group.
struct CauseLine {
  std::string name;
  std::uint64_t cycles = 0;
  std::string parts;  // "fetch_wait 12, data_wait 3"
};
/// Groups with cycles, memory by memory, in fixed order. They sum to the cycles of the run.
[[nodiscard]] std::vector<CauseLine> cause_lines(const RunResult& result);

}  // namespace mcost::analysis
