// Reading a FlatBuffer where it lies: a table starts with the distance back to its vtable, which
// has the place of each field or 0; offsets count from where they are stored; a vector is a count
// and its items. Everything is little endian and aligned.
#ifndef FLATBUFFER_H
#define FLATBUFFER_H

#include <stdint.h>

typedef const uint8_t* table;

struct vector {
  uint32_t count;
  uint8_t items[];
};

static inline uint32_t load_u32(const uint8_t* at) { return *(const uint32_t*)at; }

static inline const uint8_t* follow(const uint8_t* reference) {
  return reference + load_u32(reference);
}

/// The place of a field, or null if the table does not have it.
static inline const uint8_t* field(table t, int slot) {
  const uint8_t* vtable = t - *(const int32_t*)t;
  uint32_t entry = 4 + 2 * (uint32_t)slot;
  if (entry >= *(const uint16_t*)vtable) return 0;
  uint32_t place = *(const uint16_t*)(vtable + entry);
  return place == 0 ? 0 : t + place;
}

static inline uint32_t u32_field(table t, int slot) {
  const uint8_t* at = field(t, slot);
  return at == 0 ? 0 : load_u32(at);
}

static inline uint8_t u8_field(table t, int slot) {
  const uint8_t* at = field(t, slot);
  return at == 0 ? 0 : *at;
}

static inline table table_field(table t, int slot) {
  const uint8_t* at = field(t, slot);
  return at == 0 ? 0 : follow(at);
}

static inline const struct vector* vector_field(table t, int slot) {
  return (const struct vector*)table_field(t, slot);
}

static inline const char* text_field(table t, int slot) {
  const struct vector* v = vector_field(t, slot);
  return v == 0 ? "" : (const char*)v->items;
}

static inline table table_at(const struct vector* v, uint32_t index) {
  return follow(v->items + 4 * index);
}

static inline uint32_t u32_at(const struct vector* v, uint32_t index) {
  return ((const uint32_t*)v->items)[index];
}

#endif  // FLATBUFFER_H
