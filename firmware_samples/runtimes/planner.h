// Places buffers with lifetimes in one piece of memory, greedily: the largest first, each in the
// lowest gap between those that live at the same time.
#ifndef PLANNER_H
#define PLANNER_H

#include <stdint.h>

struct request {
  uint32_t bytes;
  int16_t first;  // step of its life
  int16_t last;
  uint32_t offset;  // the answer
  int16_t next;     // of the requests placed so far in the order of their offsets; -1 ends it
};

/// Fills the offsets of `count` requests; `order` has room for as many numbers. Returns the bytes
/// that all of them take.
uint32_t plan_greedily(struct request* requests, int count, int16_t* order);

#endif  // PLANNER_H
