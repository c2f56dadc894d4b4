// Brings the parameters from where they are stored to where they are used: external.ld.

#include "board.h"

extern uint64_t parameters_start[], parameters_end[];
extern const uint64_t parameters_load[];

void load_parameters(void) {
  if (&parameters_load[0] == &parameters_start[0]) return;
  const uint64_t* from = parameters_load;
  for (volatile uint64_t* to = parameters_start; to < parameters_end; to++) *to = *from++;
  board_finish();
}
