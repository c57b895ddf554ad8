// What happens before what, said to ThreadSanitizer. Without it all of this is nothing.
//
// TSan does not look at the runtime (gstruct/sanitizers.h), and a switch orders nothing. So two goroutines are ordered by what stands
// here, also when they take turns on one thread:
//
//   go statement -> first instruction     raceready, raceresume
//   goready      -> return of gopark      raceready, raceresume: Cond, hand-offs, joins, whatever wakes somebody
//   channels                              runtime/chan/chan_ops.h: by slot of the buffer, so that the k-th receive comes before
//                                         the (k+C)-th send and no two others are ordered; by the sudog, where one waits
//   semaphores, mutexes, WaitGroup, ...   on the object's address, by themselves
//   AfterFunc    -> its function          on the timer
//
//   synctest: parked    -> Wait           on the bubble
//
// What g0 does for several timers is one sequence to TSan, as in Go. But Sleep orders nothing, except in a bubble.
// Source: Go 1.27 runtime/race.go, for names and places.
#ifndef GORT_RUNTIME_SWITCH_RACE_H_
#define GORT_RUNTIME_SWITCH_RACE_H_

#include <cstddef>

#include "gort/gstruct/g.h"
#include "gort/gstruct/sanitizers.h"

namespace gort::runtime {

#if defined(GORT_RACE)

// What was released at addr so far happens before what the caller does from here on.
// All:  Runs on: any.  Blocks: never.
void raceacquire(const void* addr);

// What the caller did so far happens before what follows a raceacquire at addr; so does what others released there.
void racereleasemerge(const void* addr);

// The same, and forgets what others released there: for a place on a stack, which may have been somebody else's before. Nobody else
// uses addr at the same moment, and it is not the beginning of a block from malloc.
void racerelease(const void* addr);

// All accesses to the memory so far are forgotten, as if it were fresh from the kernel. For memory that the runtime gives to another
// user by itself, and for what it clears: TSan sees the calls of memset that it is without.
void raceforget(const void* addr, size_t size_bytes);

// The steps of a wait. racepark: on gp, which will wait or has ended.  raceready: before gp can run.  raceresume: on gp, when it runs
// again, or for the first time.
void racepark(g* gp);
void raceready(g* gp);
void raceresume(g* gp);

#else

inline void raceacquire(const void*) {}
inline void racereleasemerge(const void*) {}
inline void racerelease(const void*) {}
inline void raceforget(const void*, size_t) {}
inline void racepark(g*) {}
inline void raceready(g*) {}
inline void raceresume(g*) {}

#endif

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SWITCH_RACE_H_
