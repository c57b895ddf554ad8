// Whether to spin a little before waiting.
#ifndef GORT_RUNTIME_SYNC_SPIN_H_
#define GORT_RUNTIME_SYNC_SPIN_H_

#include "gort/runtime/lock/procyield.h"

namespace gort::runtime {

// Whether spinning for the i-th time may pay off: the holder must be running on another CPU, and nobody may be kept waiting by
// us. So: few turns, more than one CPU, another P that is running goroutines (one that is idle or looks for work will not
// release anything), and an empty run queue of our own. A plain thread holds no P and keeps nobody waiting.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: never.
// Source: Go 1.27 internal/sync.runtime_canSpin.
bool canspin(int i);

// One turn: under a microsecond. Source: Go 1.27 internal/sync.runtime_doSpin.
inline void dospin() { procyield(30); }

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SYNC_SPIN_H_
