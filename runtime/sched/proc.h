// The scheduler: which goroutine this thread runs next.
//
//        newproc          goready                          goexit
//           |                |                                |
//           v                v                                v
//        [ runnext, runq of the P, global queue ]          (dead, reused)
//           |                                ^                ^
//           | schedule                       | Gosched        |
//           v                                |                |
//        execute ---> gogo ---> the goroutine runs on its own stack
//                                            |
//                                            | gopark
//                                            v
//                                          waits
//
// All of schedule runs on g0, inside mcall, and returns what to run: amd64/switch.S says why it is not Go's gogo.
// The parts: findrunnable.h looks for work, machine.h makes threads and puts them to sleep, procs.h has the Ps, pin.h says who
// may use one, syscall.h and locked.h are for goroutines that keep their thread, world.h stops everybody, sysmon.h watches.
#ifndef GORT_RUNTIME_SCHED_PROC_H_
#define GORT_RUNTIME_SCHED_PROC_H_

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/mutex.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sched/tracking.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// Finds the next goroutine, waiting for one if need be, makes it the M's current one and returns where it goes on.
// Runs on: g0.  Needs P: yes.  Blocks: M.
// Errors: stops the program when every goroutine is asleep and nothing can wake one.
// Source: Go 1.27 runtime.schedule.
const gobuf* schedule();

// Called on g0 once `gp` is kGwaiting. Another thread may resume gp as soon as it can find it, so this must not read gp's
// stack after it has let go of its lock. False: do not park after all; gp goes on at once.
using UnlockFn = bool (*)(g* gp, void* lock);

// Stops the calling goroutine until goready(gp) is called on it. On a plain thread (thread.h) it stops the thread.
// Runs on: G | a plain thread that has its g.  Needs P: no.  Blocks: G.  Locks: what unlockf releases is held on entry.
// The race it closes: who sees us in a wait list may call goready at once. It must take `lock` to look, and lock is
// released only after the status is kGwaiting and the context is saved.
// Source: Go 1.27 runtime.gopark.
void gopark(UnlockFn unlockf, void* lock, WaitReason reason);

// gopark that releases a runtime mutex.
// Runs on: as gopark.  Needs P: no.  Blocks: G.  Locks: `l` held on entry, released.
// Source: Go 1.27 runtime.goparkunlock.
void goparkunlock(mutex* l, WaitReason reason);

// Makes a waiting goroutine runnable: next on the caller's P, or, from a thread that has none, at the end of the global
// queue; wakes an M for it if one is wanted. If gp stands for a plain thread, wakes that.
// A goroutine that has lost its P waits here until it has one again.
// Runs on: any, but not a signal handler.  Blocks: G, only then.  Locks: none of the runtime's may be held; may take sched.lock.
// Errors: stops the program if gp is not waiting.
// Source: Go 1.27 runtime.goready.
void goready(g* gp);

// Puts the caller at the end of the global queue and runs another goroutine, if there is one.
// Runs on: G.  Needs P: no.  Blocks: G.  Locks: takes sched.lock.
// Source: Go 1.27 runtime.Gosched.
void gosched();

// Puts the caller at the end of its P's own queue and runs another goroutine, if there is one. On a plain thread nothing.
// Runs on: G | a plain thread that has its g.  Needs P: no.  Blocks: G.
// Source: Go 1.27 runtime.goyield.
void goyield();

// Waits until the calling goroutine, which has lost its P, has one again.
// Runs on: G, without a P.  Blocks: G.  Locks: none of the runtime's may be held.
void regainp();

// Ends the calling goroutine without unwinding: destructors of its frames do not run. The public Goexit unwinds first.
// Runs on: G.
// Source: Go 1.27 runtime.goexit1.
[[noreturn]] void goexit1() asm("runtime.goexit1");

// casgstatus found another status: stops the program.
[[noreturn]] void badgstatus();

// Sets gp's status, which is `from` now. Only the owner of a state may leave it (gstruct/status.h), hence no
// compare-and-swap: a locked operation here would cost every switch 5 ns.
// Runs on: any, as the owner of the state.  Needs P: no.  Blocks: never.
// Errors: stops the program if the status is not `from`; of two who break the rule at the same moment, both may pass.
// Source: Go 1.27 runtime.casgstatus.
inline void casgstatus(g* gp, std::uint32_t from, std::uint32_t to) {
  if (gp->atomicstatus.load(std::memory_order_relaxed) != from) [[unlikely]] badgstatus();
  if (istracked(from, to) && tracking.load(std::memory_order_relaxed)) [[unlikely]] trackstatus(gp, from, to);
  // Release: who sees the new status sees what the owner of the old one left in g.
  gp->atomicstatus.store(to, std::memory_order_release);
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_PROC_H_
