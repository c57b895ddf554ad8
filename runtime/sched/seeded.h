// GORT_SCHED_SEED: one P, and every choice that Go leaves open made by a random stream that follows from the seed, so that a
// failing run can be repeated: which runnable goroutine is next, whether a goroutine that has just readied another goes on, the
// order of a select's cases, of timers due at the same time.
// What the seed does not decide: the clock, the kernel, and threads that gort did not make.
#ifndef GORT_RUNTIME_SCHED_SEEDED_H_
#define GORT_RUNTIME_SCHED_SEEDED_H_

#include "gort/gstruct/g.h"
#include "gort/gstruct/p.h"

namespace gort::runtime {

// Any of the goroutines that are runnable, each equally likely as long as they fit pp's ring; null when there is none.
// Runs on: g0.  Needs P: pp.  Locks: takes sched.lock.
g* seededget(p* pp);

// Called where a goroutine has made another runnable: now and then lets others run.
// Runs on: G, where it may park; elsewhere it does nothing.
void seededyield();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_SEEDED_H_
