// GORT_SCHED_SEED: one P, and every choice that Go leaves open made by a random stream that follows from the seed, so
// that a failing run can be repeated: which runnable goroutine is next, whether a goroutine goes on at a point where
// others could be faster, the order of a select's cases, of timers due at the same time, and whether a mutex's waiter
// has waited for too long.
// What the seed does not decide: the clock (that of a synctest bubble it does), the kernel, and threads that gort did
// not make. A call of Blocking that takes long may let others run, at a moment that the clock decides.
#ifndef GORT_RUNTIME_SCHED_SEEDED_H_
#define GORT_RUNTIME_SCHED_SEEDED_H_

#include "gort/gstruct/g.h"
#include "gort/gstruct/p.h"
#include "gort/runtime/sched/globals.h"

namespace gort::runtime {

// Any of the goroutines that are runnable, each equally likely as long as they fit pp's ring; null when there is none.
// Runs on: g0.  Needs P: pp.  Locks: takes sched.lock.
g* seededget(p* pp);

// Now and then lets others run. seededpoint's other half.
void seededyield();

// To be called where others could be faster than the caller, without its parking anyway: where it made another
// goroutine runnable, before it takes a lock, looks at a channel. With one P nobody would ever come in between.
// Runs on: G, where it may park; elsewhere it does nothing.  Blocks: G.
inline void seededpoint() {
  if (seeded) [[unlikely]] {
    seededyield();
  }
}

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_SEEDED_H_
