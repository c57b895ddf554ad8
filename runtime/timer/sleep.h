// Sleep for the lower layers; the public form, with durations, is //runtime/time.
#ifndef GORT_RUNTIME_TIMER_SLEEP_H_
#define GORT_RUNTIME_TIMER_SLEEP_H_

#include <cstdint>

namespace gort::runtime {

// Stops the caller for at least ns; not at all when ns <= 0. Allocates nothing: the timer is in this call's frame.
// Runs on: G | a plain thread.  Blocks: G.  Locks: none held.  Source: Go 1.27 time.Sleep (runtime.timeSleep).
void timeSleep(std::int64_t ns);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_TIMER_SLEEP_H_
