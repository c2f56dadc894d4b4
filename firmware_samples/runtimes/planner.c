#include "planner.h"

#include <stdbool.h>

enum { NONE = -1 };

// The largest first, equals as they came; neighbours change places until none has to.
static void sort_by_size(const struct request* requests, int count, int16_t* order) {
  bool changed = true;
  for (int i = 0; i < count; i++) order[i] = (int16_t)i;
  while (changed) {
    changed = false;
    for (int i = 1; i < count; i++) {
      if (requests[order[i - 1]].bytes >= requests[order[i]].bytes) continue;
      int16_t smaller = order[i - 1];
      order[i - 1] = order[i];
      order[i] = smaller;
      changed = true;
    }
  }
}

static bool live_together(const struct request* a, const struct request* b) {
  return a->first <= b->last && b->first <= a->last;
}

// The lowest gap of its size among those placed that live at the same time.
static uint32_t gap_for(const struct request* requests, int head, const struct request* wanted) {
  uint32_t offset = 0;
  for (int i = head; i != NONE; i = requests[i].next) {
    const struct request* placed = &requests[i];
    if (!live_together(placed, wanted)) continue;
    if (placed->offset >= offset + wanted->bytes) break;
    if (placed->offset + placed->bytes > offset) offset = placed->offset + placed->bytes;
  }
  return offset;
}

static int insert(struct request* requests, int head, int16_t index) {
  struct request* added = &requests[index];
  int before = NONE;
  int after = head;
  while (after != NONE && requests[after].offset <= added->offset) {
    before = after;
    after = requests[after].next;
  }
  added->next = (int16_t)after;
  if (before == NONE) return index;
  requests[before].next = index;
  return head;
}

uint32_t plan_greedily(struct request* requests, int count, int16_t* order) {
  uint32_t end = 0;
  int head = NONE;
  sort_by_size(requests, count, order);
  for (int i = 0; i < count; i++) {
    struct request* wanted = &requests[order[i]];
    wanted->offset = gap_for(requests, head, wanted);
    head = insert(requests, head, order[i]);
    if (wanted->offset + wanted->bytes > end) end = wanted->offset + wanted->bytes;
  }
  return end;
}
