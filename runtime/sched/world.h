// Stopping the world, which gort needs to change the number of Ps, to be sure that nobody writes into a trace any more, and to look
// at all goroutines at one moment: Stack(true), profiles, the search for leaks.
//
// Go asks every goroutine to come to a halt. Here the user's goroutines may compute on: what stops is the handing out of work.
// Each P is taken to kPgcstop: idle ones from their list; those of Ms in the user's code or in a system call by takep (pin.h);
// those of Ms in the scheduler give themselves up in gcstopm, a moment later. So it takes microseconds, whatever the goroutines do;
// only where the kernel has no membarrier must each running goroutine call into gort first.
#ifndef GORT_RUNTIME_SCHED_WORLD_H_
#define GORT_RUNTIME_SCHED_WORLD_H_

#include <cstdint>

namespace gort::runtime {

// Makes `n` Ps, 1 <= n <= kMaxProcs, for the first time. Nothing runs yet; m0 gets the first one unless the process is a guest,
// whose Ps all start idle.
// Source: Go 1.27 runtime.procresize.
void procinit(std::int32_t n, bool guest);

// Calls fn(arg) on g0 while nobody but the caller uses a P: no goroutine starts or stops, none is readied, and whoever had a P
// pinned has let go of it. Goroutines that compute go on. fn must not park or ready anybody.
// Runs on: G | a plain thread that has its g | g0.  Locks: none held.  Blocks: M, for about the time of a system call.
// Source: Go 1.27 runtime.stopTheWorld, startTheWorld.
void withworldstopped(void (*fn)(void*), void* arg);

// Changes the number of Ps to `n`, 1 <= n <= kMaxProcs; what the others had to run goes to the global queue.
// Runs on: G | a plain thread | g0.  Locks: none held.  Blocks: M, for about the time of a system call.
// Source: Go 1.27 runtime.GOMAXPROCS, stopTheWorldGC, procresize, startTheWorldGC.
void setmaxprocs(std::int32_t n);

// The M gives its P up to who stops the world, and sleeps.
// Runs on: g0, with sched.gcwaiting.  Needs P: yes; has one afterwards.  Source: Go 1.27 runtime.gcstopm.
void gcstopm();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_WORLD_H_
