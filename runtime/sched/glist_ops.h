// Operations on gList and gQueue. Runs on: any. Locks: those of the structure that holds the list.
// Source: Go 1.27 runtime.gList, runtime.gQueue.
#ifndef GORT_RUNTIME_SCHED_GLIST_OPS_H_
#define GORT_RUNTIME_SCHED_GLIST_OPS_H_

#include "gort/gstruct/g.h"
#include "gort/gstruct/glist.h"
#include "gort/gstruct/sanitizers.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

inline void push(gList* l, g* gp) {
  gp->schedlink = l->head;
  l->head = gp;
  ++l->size;
}

// The last pushed, or null.
inline g* pop(gList* l) {
  g* gp = l->head;
  if (gp != nullptr) {
    l->head = gp->schedlink;
    gp->schedlink = nullptr;
    --l->size;
  }
  return gp;
}

inline void pushBack(gQueue* q, g* gp) {
  gp->schedlink = nullptr;
  if (q->tail != nullptr) {
    q->tail->schedlink = gp;
  } else {
    q->head = gp;
  }
  q->tail = gp;
  ++q->size;
}

// Appends [head .. tail], which is linked through schedlink and n long.
inline void pushBackAll(gQueue* q, g* head, g* tail, std::int32_t n) {
  tail->schedlink = nullptr;
  if (q->tail != nullptr) {
    q->tail->schedlink = head;
  } else {
    q->head = head;
  }
  q->tail = tail;
  q->size += n;
}

// The first pushed, or null.
inline g* pop(gQueue* q) {
  g* gp = q->head;
  if (gp != nullptr) {
    q->head = gp->schedlink;
    if (q->head == nullptr) q->tail = nullptr;
    gp->schedlink = nullptr;
    --q->size;
  }
  return gp;
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_GLIST_OPS_H_
