// The scheduler's global state. The names in the symbol table are Go's, with the dot, so that a debugger script or a
// profiler that looks for `runtime.g0` or `runtime.allgs` finds ours.
#ifndef GORT_RUNTIME_SCHED_GLOBALS_H_
#define GORT_RUNTIME_SCHED_GLOBALS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/schedt.h"

namespace gort::runtime {

// The goroutine of the first thread's own stack. Its bounds are written by rt0_go, before any C++ runs.
extern g g0 asm("runtime.g0");
// The first thread.
extern m m0 asm("runtime.m0");
extern schedt sched asm("runtime.sched");
// All Ps. One for now: the scheduler is still single-threaded.
extern p* allp[1] asm("runtime.allp");

// All goroutines that ever were, through g.alllink, newest first. A g is never taken off: dead ones are reused.
// Writer: allgadd, by compare-and-swap (release). Readers: any (acquire), without a lock, also in signal handlers.
extern std::atomic<g*> allgs asm("runtime.allgs");
extern std::atomic<std::int64_t> allglen asm("runtime.allglen");

// The command line and environment as the kernel gave them. Written by args(); constant afterwards.
extern std::int32_t argc asm("runtime.argc");
extern char** argv asm("runtime.argv");
extern char** envp asm("runtime.envp");
extern std::int32_t ncpu asm("runtime.ncpu");
extern std::uint64_t physPageSize asm("runtime.physPageSize");

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_GLOBALS_H_
