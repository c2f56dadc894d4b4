#include "arena.h"

void arena_init(struct arena* arena, void* memory, uint32_t bytes) {
  arena->begin = memory;
  arena->end = arena->begin + (bytes & ~(uint32_t)(ARENA_ALIGN - 1));
  arena->head = arena->begin;
  arena->temporary = arena->begin;
  arena->tail = arena->end;
  arena->missing = 0;
}

static void* refuse(struct arena* arena, uint32_t bytes) {
  if (arena->missing == 0) arena->missing = bytes - (uint32_t)(arena->tail - arena->temporary);
  return 0;
}

void* arena_persistent(struct arena* arena, uint32_t bytes, uint32_t align) {
  uint32_t room = (uint32_t)(arena->tail - arena->temporary);
  if (bytes > room) return refuse(arena, bytes);
  uint8_t* place = (uint8_t*)((uintptr_t)(arena->tail - bytes) & ~(uintptr_t)(align - 1));
  if (place < arena->temporary) return refuse(arena, room + align);
  arena->tail = place;
  return place;
}

void* arena_temporary(struct arena* arena, uint32_t bytes) {
  uint32_t size = arena_round_up(bytes);
  if (size > (uint32_t)(arena->tail - arena->temporary)) return refuse(arena, size);
  uint8_t* place = arena->temporary;
  arena->temporary += size;
  return place;
}

void arena_reset_temporary(struct arena* arena) { arena->temporary = arena->head; }

int arena_set_head(struct arena* arena, uint32_t bytes) {
  arena->head = arena->begin;
  arena->temporary = arena->begin;
  if (arena_temporary(arena, bytes) == 0) return 0;
  arena->head = arena->temporary;
  return 1;
}

uint32_t arena_used(const struct arena* arena) {
  return (uint32_t)(arena->head - arena->begin) +
         arena_round_up((uint32_t)(arena->end - arena->tail));
}
