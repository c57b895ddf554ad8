// Looking for work.
#ifndef GORT_RUNTIME_SCHED_FINDRUNNABLE_H_
#define GORT_RUNTIME_SCHED_FINDRUNNABLE_H_

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"

namespace gort::runtime {

// Every so many time slices the global queue goes first: two goroutines that keep readying each other would otherwise
// hold the P for ever. A prime, so that it does not fall in step with a program's own rhythm. Source: Go schedule.
inline constexpr std::uint32_t kGlobalQueueTick = 61;

// A goroutine to run, from wherever there is one; sleeps until there is. *inherit_time: it goes on in the current time slice.
// Runs on: g0.  Needs P: any or none; the M holds one afterwards.  Blocks: M.
// Source: Go 1.27 runtime.findRunnable.
g* findRunnable(m* mp, bool* inherit_time);

// The M found work and no longer looks; somebody else shall.
// Runs on: g0.  Source: Go 1.27 runtime.resetspinning.
void resetspinning(m* mp);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_FINDRUNNABLE_H_
