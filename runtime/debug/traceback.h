// Tracebacks, for programs that have a C++ runtime. The scheduler itself only knows two hooks.
#ifndef GORT_RUNTIME_DEBUG_TRACEBACK_H_
#define GORT_RUNTIME_DEBUG_TRACEBACK_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"

namespace gort::runtime {

// Makes fatal errors print frames: sets hooks.callers and hooks.printframes.
// Runs on: any, before main.
void InstallTraceback();

// The return addresses of `gp`'s frames, innermost first, at most `most` of them; returns how many frames there are, which
// may be more. The first one is the pc itself: of the caller of this function, of a parked goroutine's call that parked
// it, or, with `ucontext`, of the interrupted instruction.
// Needs no frame pointers: it unwinds by the same tables as exceptions do.
// Runs on: any, also gsignal. gp is the current goroutine or is not running.
// Source: the idea is Go's traceback; the means are the Itanium ABI's _Unwind_Backtrace.
std::size_t Callers(g* gp, void* ucontext, std::uintptr_t* pcs, std::size_t most);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_TRACEBACK_H_
