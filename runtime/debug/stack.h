// gort::Stack: what goroutines are doing, as text, while the program goes on.
#ifndef GORT_RUNTIME_DEBUG_STACK_H_
#define GORT_RUNTIME_DEBUG_STACK_H_

#include <string>

namespace gort {

// The stack of the calling goroutine in Go's format; with `all`, those of all others behind it, by number. Unlike the report of a
// failure it is never folded: every goroutine has its block, as tools for Go's dumps expect.
//
//     goroutine 1 [running]:
//     main(...)
//     	main.cc:12 +0x1f
//
// GORT_TRACEBACK=system shows the runtime's frames as well.
// With `all` the world is stopped: nobody takes up a goroutine until all parked ones have been shown. Who computes, or is in Blocking,
// goes on, and is interrupted by a signal for long enough to show its stack: nanosleep, poll, epoll_wait and calls with a time-out
// then return EINTR there (runtime/sched/callers.h). Who does not answer within 0.1 s is shown without frames.
// Runs on: any thread; a plain thread is goroutine 0.  Blocks: M, about 10 us for each goroutine with `all`.
// Source: Go 1.27 runtime.Stack.
std::string Stack(bool all);

}  // namespace gort

#endif  // GORT_RUNTIME_DEBUG_STACK_H_
