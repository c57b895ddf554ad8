// gList, gQueue: goroutines linked through g.schedlink; a goroutine is on at most one of them.
// The operations live with their user (runtime/sched/glist_ops.h). Guard: the structure that contains the list.
// Source: Go 1.27 runtime.gList, runtime.gQueue.
#ifndef GORT_GSTRUCT_GLIST_H_
#define GORT_GSTRUCT_GLIST_H_

#include <cstdint>

namespace gort::runtime {

struct g;

// A stack of goroutines.
struct gList {
  g* head;
  std::int32_t size;
};

// A queue of goroutines, first in first out.
struct gQueue {
  g* head;
  g* tail;
  std::int32_t size;
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_GLIST_H_
