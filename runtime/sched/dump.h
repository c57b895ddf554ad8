// Goroutines in words: the blocks that a fatal error prints.
//
//     goroutine 7 [chan receive]:
//     <frames, from hooks.traceback>
//     created by worker::Start in goroutine 1
//     	worker.cc:31
#ifndef GORT_RUNTIME_SCHED_DUMP_H_
#define GORT_RUNTIME_SCHED_DUMP_H_

#include "gort/gstruct/g.h"

namespace gort::runtime {

// Prints an empty line and gp's block to fd 2. `ucontext`: where a signal interrupted gp, or null. A goroutine that runs on
// another thread is shown without its frames.
// Runs on: any, also gsignal.  Needs P: no.  Locks: none.
// Source: Go 1.27 runtime.goroutineheader, traceback, printcreatedby.
void DumpGoroutine(g* gp, void* ucontext);

// The same for every goroutine that is not dead, but `except`: goroutine 1 first and then by number. Needs memory from the
// kernel; without it they come in no order.
// Runs on: any, while no goroutine is taken up.  Locks: none.
// Source: Go 1.27 runtime.tracebackothers; Go shows them in the order in which their g was made.
void DumpAllGoroutines(const g* except = nullptr);

// Makes sys::Fatal stop the handing out of work and print the current goroutine, if there is one, and all others.
// Runs on: the first thread, in schedinit.
void InstallFatalDump();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_DUMP_H_
