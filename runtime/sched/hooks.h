// What the scheduler asks of layers above it, which it cannot include: a table that they fill in before they are needed.
// Every entry has a default that is right without a C++ runtime and without libc.
#ifndef GORT_RUNTIME_SCHED_HOOKS_H_
#define GORT_RUNTIME_SCHED_HOOKS_H_

#include <cstdint>

#include "gort/gstruct/g.h"

namespace gort::runtime {

struct Hooks {
  // Prints the frames of `gp` to fd 2, one call and one place each, in Go's format. `ucontext` is what a signal handler
  // got when gp is the goroutine it interrupted; null when gp is parked, or is the caller itself.
  // Must be async-signal-safe in practice: no allocation, no lock that the interrupted code may hold.
  void (*traceback)(g* gp, void* ucontext);
  // The bounds of the calling thread's own stack, when the environment knows them better than rt0_go's guess.
  void (*threadstack)(stack* s);
};

// Writers: the layer that owns the entry, before main. Readers: the scheduler, on the first thread or coming down.
extern Hooks hooks;

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_HOOKS_H_
