// One piece of memory that holds whatever the interpreter needs, from both ends: what stays is
// taken from the top down; tensors' data take the bottom, whose size is known only when they are
// planned; what is needed for a moment lies above the bottom and is given back at once.
#ifndef ARENA_H
#define ARENA_H

#include <stdint.h>

struct arena {
  uint8_t* begin;
  uint8_t* end;
  uint8_t* head;       // end of the bottom
  uint8_t* temporary;  // end of what is needed for a moment
  uint8_t* tail;       // begin of what stays
  uint32_t missing;    // bytes of the first request that did not fit, or 0
};

enum { ARENA_ALIGN = 16 };

static inline uint32_t arena_round_up(uint32_t bytes) {
  return (bytes + ARENA_ALIGN - 1) & ~(uint32_t)(ARENA_ALIGN - 1);
}

/// `memory` is aligned to ARENA_ALIGN.
void arena_init(struct arena* arena, void* memory, uint32_t bytes);

// Null if there is no room. Contents are whatever was there.
void* arena_persistent(struct arena* arena, uint32_t bytes, uint32_t align);
void* arena_temporary(struct arena* arena, uint32_t bytes);

void arena_reset_temporary(struct arena* arena);

/// Gives the bottom its size; nothing temporary may live. False if there is no room.
int arena_set_head(struct arena* arena, uint32_t bytes);

/// Bytes of the bottom and of what stays: an arena of this size is enough.
uint32_t arena_used(const struct arena* arena);

#endif  // ARENA_H
