// The scheduler's part of synctest: it counts how many goroutines of a bubble can still go on by themselves.
//
// A goroutine of a bubble is *durably blocked* when only the bubble itself can wake it: another of its goroutines, or
// its clock. All others run, in the sense of synctestBubble::running, even if they wait, for a mutex, a file, a plain
// thread.
//
//     newproc ----------- bubblestart: +1
//     goready ----------- bubblewake:  +1, before gp is runnable
//     gopark  ----------- bubbleblock: -1, after unlockf, so after gp can be woken
//     goexit  ----------- bubbleleave: -1
//
// So a wake-up may be counted before the sleep that it ends: for a moment the count is too high, and never too low.
// When it comes to 0, everybody is durably blocked and nobody is on his way. Then one is told: who is in
// synctest::Wait, and if there is none, the root, which moves the clock (runtime/synctest). He is counted as running in
// the same step, hence told once.
#ifndef GORT_RUNTIME_SCHED_BUBBLE_H_
#define GORT_RUNTIME_SCHED_BUBBLE_H_

#include "gort/gstruct/g.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/synctest.h"
#include "gort/gstruct/waitreason.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// The bubble that counts gp out while gp waits for what gp->waitreason says; null if there is none.
// Runs on: any, as the owner of gp's status.
inline synctestBubble* durablebubble(const g* gp) {
  if (gp->bubble == nullptr) [[likely]] {
    return nullptr;
  }
  return isdurable(gp->waitreason) ? gp->bubble : nullptr;
}

// All:  Runs on: any.  Blocks: never.  Locks: take b->mu; those of the runtime that goready must not find are not held.
void bubblestart(synctestBubble* b);
void bubblewake(synctestBubble* b);
void bubbleblock(synctestBubble* b);
void bubbleleave(synctestBubble* b);

// For gopark, by b->waiter and b->root, which stand there already: waits to be told that nobody else runs; does not
// wait if so.
// Runs on: g0.  An UnlockFn.
bool bubblewatch(g* gp, void* b);

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_BUBBLE_H_
