// The one list of everything a board file may say. Private to mcost_board_spec.
#pragma once

#include <string_view>

#include "boards/field_visitor.h"

namespace mcost::boards {

/// Walks all keys of a board in the order of resolved YAML. Key paths follow the nesting.
void describe(FieldVisitor& visitor, BoardSpec& board);

// Parts: the blocks a board may take from a file of its own.
void describe(FieldVisitor& visitor, CoreSpec& core);
void describe(FieldVisitor& visitor, MemorySpec& memory);
void describe(FieldVisitor& visitor, PeripheralSpec& peripheral);
void describe(FieldVisitor& visitor, EnergySpec& energy);

}  // namespace mcost::boards
