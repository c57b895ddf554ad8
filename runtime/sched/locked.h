// Goroutines that are locked to their thread: only it runs them, and it runs nobody else.
//
// When the goroutine parks, its M hands the P off and sleeps (stoplockedm). Whoever finds the goroutine runnable gives its own
// P to that M and sleeps instead (startlockedm). When the goroutine ends while locked, the thread ends too.
// Source: Go 1.27 runtime.LockOSThread, stoplockedm, startlockedm.
#ifndef GORT_RUNTIME_SCHED_LOCKED_H_
#define GORT_RUNTIME_SCHED_LOCKED_H_

#include "gort/gstruct/g.h"

namespace gort::runtime {

// Locks the calling goroutine to its thread, once more; and once less. unlockosthread of one that is not locked does nothing.
// Runs on: G | a plain thread, where both do nothing.  Blocks: never.
void lockosthread();
void unlockosthread();

// The M, which is locked to a goroutine, waits until that may run; has a P then.
// Runs on: g0.  Needs P: any or none.  Blocks: M.
void stoplockedm();

// Gives the M's P to the M that gp is locked to, and stops.
// Runs on: g0.  Needs P: yes; has one afterwards.  Blocks: M.
void startlockedm(g* gp);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_LOCKED_H_
