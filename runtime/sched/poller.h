// What an M sleeps on when timers or the network will give it work: one M at a time, until the first timer is due.
//
// The network package puts epoll here (hooks.netpoll, hooks.netpollbreak), and tells the trace of each goroutine that it readies,
// before it changes its status: traceEvent(traceEv::kNetReady, goid, 0, 0). Without one it is a futex that nobody but
// netpollbreak wakes.
#ifndef GORT_RUNTIME_SCHED_POLLER_H_
#define GORT_RUNTIME_SCHED_POLLER_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/glist.h"

namespace gort::runtime {

// Goroutines that wait for the network. Writer: the network package. While it is above 0 the program is not dead.
extern std::atomic<std::int32_t> netpollWaiters;

// Sleeps until `until_ns`, CLOCK_MONOTONIC (0: for ever), or netpollbreak, or the network has something. Returns the
// goroutines that it readied.
// Runs on: g0.  Needs P: must hold none.  Blocks: M.  The caller has set sched.lastpoll to 0; it is the time afterwards.
// Source: Go 1.27 runtime.findRunnable, its end.
gList netpoll(std::int64_t until_ns);

// The default hooks.netpoll and hooks.netpollbreak. delay_ns < 0: for ever; 0: only looks.
gList futexpoll(std::int64_t delay_ns);
void futexpollbreak();

// Somebody must be awake at `when` to run a timer that was just added.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.wakeNetPoller.
void timerwake(std::int64_t when);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_POLLER_H_
