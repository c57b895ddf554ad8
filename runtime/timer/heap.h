// The heap of a `timers`: which of its timers is due next.
//
// A 4-ary heap: the children of entry i are 4i+1 to 4i+4. Half as deep as a binary one, and four children of 16 bytes
// are one cache line, because the room begins three entries before a line:
//
//     room, 64-byte aligned
//     |  -  |  -  |  -  |  0  |  1  |  2  |  3  |  4  |  5  | ...
//                         ^     `------ line ---------'
//                       heap
//
// Each timer knows its place (timer::index), so that it can be taken out from the middle. Among timers of the same
// `when`, timer::rand decides.
//
// All functions:  Runs on: any.  Blocks: never.  Locks: ts->lock held.
#ifndef GORT_RUNTIME_TIMER_HEAP_H_
#define GORT_RUNTIME_TIMER_HEAP_H_

#include "gort/gstruct/timers.h"

namespace gort::runtime {

// Puts t, which is in no heap, into ts at t->when.
// Errors: stops the program when there is no memory.
void timerheapadd(timers* ts, timer* t);

// Takes t out of ts, which it is in.
void timerheapremove(timers* ts, timer* t);

// Brings t, which is in ts, to its place after t->when has changed.
void timerheapupdate(timers* ts, timer* t);

// Gives the heap's memory back. ts is empty.
void timerheapfree(timers* ts);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_TIMER_HEAP_H_
