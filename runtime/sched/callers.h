// The frames of any goroutine: parked, the caller's own, or at work on another thread.
//
// Nobody can read a stack while its owner changes it. So the owner's thread is interrupted by a signal, and its handler walks the
// stack that it interrupted:
//
//     who asks                                   the thread that runs gp
//
//     kFree -> kAsked, tgkill                    ... (user's code, or a system call)
//        |                                       handler: kAsked -> kWalking
//        | waits for 0.1 s at most                  hooks.callers(gp, ucontext) into the request
//        v                                          kWalking -> kDone, wakes the asker
//     copies the frames; kDone -> kFree          ... goes on
//
//     too late:  kAsked -> kFree, and a handler that comes afterwards finds nothing to do;
//                kWalking stays: the thread is stuck in its handler, and nobody is asked any more.
//
// It is sent only while somebody wants a dump or a profile, or with GORT_DEBUG=blocked=1; the search for leaks has SIGURG
// (debug/threadstop.h). Handlers are installed with SA_RESTART, so read, write, accept and the like go on as if nothing had been;
// nanosleep, poll, epoll_wait and what has a time-out return EINTR, which a program that calls gort::Stack(true) must expect in Blocking calls. A report of a failure need not care.
#ifndef GORT_RUNTIME_SCHED_CALLERS_H_
#define GORT_RUNTIME_SCHED_CALLERS_H_

#include "gort/gstruct/g.h"
#include "gort/runtime/sched/stacktrace.h"

namespace gort::runtime {

// Finds the frames of gp. `ucontext`: where a signal interrupted it, or null. False: its thread does not answer (it blocks the
// signal, is stuck in the kernel, the program has handlers for all real-time signals, or a thread sanitizer is at work, which a
// signal could find anywhere), or the program has no C++ runtime to walk with.
// Runs on: any, also gsignal. gp does not start to run meanwhile.  Locks: none.  Blocks: M, for 0.1 s at most.
bool callersof(g* gp, void* ucontext, StackTrace* trace);

// Finds the frames of gp, which may stop and start to run at any moment; trace->first[0] is where it was interrupted. False also if it
// did not run.
// Runs on: any thread but gp's.  Locks: none.  Blocks: M, for 0.1 s at most.
bool callersrunning(g* gp, StackTrace* trace);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_CALLERS_H_
