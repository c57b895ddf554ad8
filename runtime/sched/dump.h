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

// Prints an empty line and gp's block to fd 2. `ucontext`: where a signal interrupted gp, or null.
// Runs on: any, also gsignal.  Needs P: no.  Locks: none.
// Source: Go 1.27 runtime.goroutineheader, traceback, printcreatedby.
void DumpGoroutine(g* gp, void* ucontext);

// The same for every goroutine that is not dead, newest first.
// Runs on: any, while no goroutine runs.
void DumpAllGoroutines();

// Makes sys::Fatal print the current goroutine, and in a deadlock all of them.
// Runs on: the first thread, in schedinit.
void InstallFatalDump();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_DUMP_H_
