// How an M sleeps while it has nothing to run, and how it is woken.
//
// The race: an M finds all queues empty and goes to sleep; at the same moment a foreign thread makes a goroutine runnable.
// Both do their part under sched.lock: the M looks at the global queue once more and puts itself on sched.midle; the
// other queues the goroutine and takes an M off that list. So either the M sees the goroutine or the other sees the M.
#ifndef GORT_RUNTIME_SCHED_IDLE_H_
#define GORT_RUNTIME_SCHED_IDLE_H_

#include "gort/gstruct/g.h"

namespace gort::runtime {

// Puts the M to sleep until work may have arrived. Returns at once if the global queue is not empty.
// Runs on: g0.  Needs P: yes, with empty queues.  Blocks: M.  Locks: takes sched.lock.
// Errors: stops the program when nothing can ever wake a goroutine (Go's deadlock texts).
// Source: Go 1.27 runtime.stopm, runtime.checkdead.
void stopm();

// Queues a runnable goroutine from a thread that has no P, and wakes an idle M.
// Runs on: any.  Locks: takes sched.lock.  Blocks: never.
// Source: Go 1.27 runtime.injectglist.
void injectglist(g* gp);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_IDLE_H_
