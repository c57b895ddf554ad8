// What an M sleeps on when timers or the network will give it work: one M at a time, until the first timer is due.
//
// The network package puts epoll here (netpollinstall), and tells the trace of each goroutine that it readies, before it changes its
// status: traceEvent(traceEv::kNetReady, goid, 0, 0). Without one it is a futex that nobody but netpollbreak wakes.
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

// Looks whether the network has something; returns the goroutines that it readied. At most one M looks at a time: the kernel's list of
// events has a lock, for which the others would only queue up.
// Runs on: g0.  Blocks: never.  Source: Go 1.26 runtime.findRunnable, sched.pollingNet.
gList netpollnow();

// Ends the sleep of the M that is in netpoll, or about to be; without one, the next sleep.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.netpollBreak.
void netpollbreak();

// From now on Ms sleep in `poll` and `wake` ends that. An M that sleeps in the default comes out and goes on in `poll`.
// Runs on: any, once.  Blocks: never.
void netpollinstall(gList (*poll)(std::int64_t delay_ns), void (*wake)());

// The default hooks.netpoll and hooks.netpollbreak. delay_ns < 0: for ever; 0: only looks.
gList futexpoll(std::int64_t delay_ns);
void futexpollbreak();

// Somebody must be awake at `when` to run a timer that was just added.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.wakeNetPoller.
void timerwake(std::int64_t when);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_POLLER_H_
