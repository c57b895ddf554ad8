// Asking a goroutine to yield at its next function call, in code compiled with -fsplit-stack (runtime/preempt).
//
// Such code compares, at each function's start, the stack pointer with a word of the thread. The word is a letter box: 0, and
// only while somebody asks, stackPreempt, which is above every stack pointer.
//
//     sysmon, or whoever asks                          the goroutine
//
//     g.stackguard0 = stackPreempt
//     the word of its thread = stackPreempt   ----->   sp < the word: __morestack
//                                                      the word = 0
//                                                      g.stackguard0 == stackPreempt?  it is meant: yields
//
// The goroutine may leave the thread before it looks; the next one there then finds that it is not meant, and goes on.
//
// In Go the word *is* g.stackguard0, for it doubles as the check for overflow, and each switch changes it. Here guard pages
// catch overflows, so no switch has anything to do: a program without the feature pays nothing, and one with it nothing
// but the comparisons.
//
// Source: Go 1.27 runtime.preemptone.
#ifndef GORT_RUNTIME_SCHED_PREEMPT_H_
#define GORT_RUNTIME_SCHED_PREEMPT_H_

#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"

namespace gort::runtime {

// Says where the word of mp's thread is, or (null) that it will be gone.
// Runs on: that thread.  Locks: takes a leaf.  Blocks: never.
void setguardword(m* mp, std::uintptr_t* word);

// Asks the goroutine that runs on pp's M. False: it cannot be asked, because the program has no code that would look.
// Nothing says whether the goroutine will ever look: it may be in a loop without calls.
// Runs on: any.  Locks: takes a leaf.  Blocks: never.
bool preemptone(p* pp);

// Whether sysmon asks before it takes a P. Default: in optimized builds.
// In others the runtime calls even the inline functions of std::atomic, and the linker may give it the user's copy of one, which
// looks: the goroutine would leave its M in the midst of the runtime. (Optimized, layers 0 to 4 have no such functions;
// //runtime/preempt:no_shared_functions_test.) A program whose checked code shares no inline function with the runtime
// may set it.
extern bool preemptasks;

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_PREEMPT_H_
