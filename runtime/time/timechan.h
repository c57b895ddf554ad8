// The channels of Timer and Ticker.
//
//     RecvChan<absl::Time> --> hchan --timer--> timer (runtime/timer/timerchan.h)
//                                ^                |
//                                +------ arg -----+     sendTime puts the time into the channel's one slot
//
// The channel owns its timer. The pointer back is no reference: when the channel's last handle goes, nobody waits and
// the timer is in no heap; freeTimerChan then waits for a sendTime that may be in progress.
#ifndef GORT_RUNTIME_TIME_TIMECHAN_H_
#define GORT_RUNTIME_TIME_TIMECHAN_H_

#include <cstdint>

#include "absl/time/time.h"
#include "gort/runtime/channel/channel.h"

namespace gort::internal {

// A channel that gets the time at `when`, and, if period_ns is above 0, every period_ns from then on.
// Runs on: any.  Blocks: never.  Units: ns as of timerafter.
RecvChan<absl::Time> MakeTimeChan(std::int64_t when, std::int64_t period_ns);

// Stops c's timer, takes back a value that nobody has received, and starts it anew for `when` if that is above 0. True
// if it prevented a value: one that was due, taken back or not yet sent.
// When it returns, nothing from before can be received.
// Runs on: any.  Blocks: G, by yielding, while a value is just being sent.  Locks: takes c->lock.
// Errors: PanicError in another synctest bubble than that in which c was made, or in none.
// Source: Go 1.27 runtime.(*timer).stop and modify, for channels.
bool RestartTimeChan(const RecvChan<absl::Time>& c, std::int64_t when, std::int64_t period_ns);

}  // namespace gort::internal

#endif  // GORT_RUNTIME_TIME_TIMECHAN_H_
