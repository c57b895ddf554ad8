// Threads that gort did not make, such as a std::thread: they may call every primitive of the layers above.
//
// Such a thread gets, at its first call, an m that never holds a P and a g that stands for it in wait lists. It does not switch
// stacks: where a goroutine parks, the thread sleeps on m.park, and goready wakes it.
//
//     selfg() --> [ extram list, or new ] --> g, m of the thread --> ... --> thread ends --> extram list
//
// Source: Go 1.27 runtime.needm, dropm; there a C thread borrows an M to run Go code on, here it keeps its own stack.
#ifndef GORT_RUNTIME_SCHED_THREAD_H_
#define GORT_RUNTIME_SCHED_THREAD_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/switch/getg.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// Gives the calling thread a g and an m, and makes it current.
// Runs on: a thread whose getg() is null.  Blocks: never.
// Errors: stops the program when there is no memory.
g* needm();

// Takes them back; the thread may call needm again. For the end of a thread.
// Runs on: a thread on which needm has run and that waits for nothing; otherwise it does nothing.
void dropm();

// The g that stands for the caller in wait lists: the goroutine, or the thread's own.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: never.
inline g* selfg() {
  g* gp = getg();
  return gp != nullptr ? gp : needm();
}

// How often a plain thread was woken from gopark. Writer: goready, before it wakes. Reader: the deadlock check.
extern std::atomic<std::uint32_t> threadwakes;

// Whether `gp` stands for a thread that gort did not make.
inline bool isthread(const g* gp) { return gp->m != nullptr && gp->m->isextra; }

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_THREAD_H_
