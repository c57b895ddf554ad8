// Tracebacks, for programs that have a C++ runtime. The scheduler itself only knows two hooks.
#ifndef GORT_RUNTIME_DEBUG_TRACEBACK_H_
#define GORT_RUNTIME_DEBUG_TRACEBACK_H_

namespace gort::runtime {

// Makes fatal errors print frames: sets hooks.callers and hooks.printframes. Needs no frame pointers: it unwinds by the same tables as
// exceptions do.
// Runs on: any, before main.
// Source: the idea is Go's traceback; the means are the Itanium ABI's _Unwind_Backtrace.
void InstallTraceback();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_TRACEBACK_H_
