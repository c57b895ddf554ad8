// The timer behind a channel: what time.Timer and time.Ticker have had since Go 1.23.
//
// Nobody can see whether such a timer has fired but through its channel. So it lies in a heap only while somebody waits
// there: waiting costs what any timer costs, and not waiting costs nothing, however many timers were made and
// forgotten. Who looks at the channel without waiting brings it up to date first, by maybeRunChan.
//
//     nobody waits:  in no heap.  maybeRunChan calls f when `when` has passed; f puts the time into the channel.
//     somebody does: in a heap, from blockTimerChan to the last unblockTimerChan; the scheduler calls f.
//
// These functions are entries of the channel package's table, which calls them for channels whose hchan.timer is not
// null.
#ifndef GORT_RUNTIME_TIMER_TIMERCHAN_H_
#define GORT_RUNTIME_TIMER_TIMERCHAN_H_

#include "gort/runtime/timer/timer.h"

namespace gort::runtime {

// timerinit for a channel's timer. It is waiting from the start, for `when` (0: it is stopped), but in no heap until
// somebody waits; so there is nothing to lock yet.
void timerinitchan(timer* t, std::int64_t when, std::int64_t period_ns, TimerFunc f, void* arg);

// Calls f if it is due and nobody else will: before each look at the channel.
// Runs on: any.  Blocks: never.  Locks: none held; the channel's in particular, which f takes.
// Source: Go 1.27 runtime.(*timer).maybeRunChan.
void maybeRunChan(timer* t);

// The caller is about to wait on the channel, and is in its wait list.
// Runs on: G | a plain thread.  Blocks: never.  Locks: the channel's may be held.  Source: Go 1.27
// runtime.blockTimerChan.
void blockTimerChan(timer* t);

// The caller waits no longer. Once for each blockTimerChan.
// Runs on: G | a plain thread.  Blocks: never.  Locks: the channel's may be held.  Source: Go 1.27
// runtime.unblockTimerChan.
void unblockTimerChan(timer* t);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_TIMER_TIMERCHAN_H_
