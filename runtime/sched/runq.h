// Run queues: one ring for each P, and the global queue.
//
// The ring has one producer, the M that holds the P, and any number of consumers. Slots [runqhead, runqtail) are full.
//   put:  write the slot, then runqtail (release): a consumer that sees the new tail sees the goroutine.
//   get:  read the slot, then move runqhead (compare-and-swap, release): the producer that sees the new head may write
//         the slot again, and a consumer that loses the race has read a goroutine that it does not keep.
// Source: Go 1.27 runtime.runqput, runqget, runqputslow, globrunqput, globrunqget.
#ifndef GORT_RUNTIME_SCHED_RUNQ_H_
#define GORT_RUNTIME_SCHED_RUNQ_H_

#include "gort/gstruct/p.h"

namespace gort::runtime {

// Puts a runnable goroutine on pp's queue. With `next` it goes ahead of all others and the one it displaces goes to the
// tail. When the ring is full, half of it goes to the global queue together with gp.
// Runs on: any, on the M that holds pp.  Needs P: pp.  Locks: takes sched.lock when the ring is full.
void runqput(p* pp, g* gp, bool next);

// Takes the next goroutine of pp, or null. *inherit_time: it came from runnext and goes on in the current time slice.
// Runs on: g0.  Needs P: pp.  Blocks: never.
g* runqget(p* pp, bool* inherit_time);

// Appends to the global queue.
// Runs on: any, also a thread without P.  Locks: sched.lock held; globrunqputone takes it.
void globrunqput(g* gp);
void globrunqputone(g* gp);

// Takes one goroutine, and with `batch` as many more into pp's ring as are its share; null when there is none.
// Runs on: g0.  Needs P: pp.  Locks: sched.lock held.
g* globrunqget(p* pp, bool batch);

// Takes half of victim's ring into pp's, and returns one of it; when the ring is empty and `steal_runnext` says so, what
// victim would run next. Null when there is nothing.
// Runs on: g0.  Needs P: pp, whose ring is empty; victim is another's.  Blocks: never, but may wait for 3 us.
// Source: Go 1.27 runtime.runqsteal, runqgrab.
g* runqsteal(p* pp, p* victim, bool steal_runnext);

// Whether pp has nothing to run, at one moment of the call.  Runs on: any.  Source: Go 1.27 runtime.runqempty.
bool runqempty(const p* pp);

// Moves all that pp, which nobody holds, has to run to the global queue.  Locks: sched.lock held.
void runqdrain(p* pp);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_RUNQ_H_
