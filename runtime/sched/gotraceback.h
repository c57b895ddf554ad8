// How much a report shows: GORT_TRACEBACK, and what SetTraceback has added to it.
//
//             an uncaught exception, a fault      fatal error                    SIGQUIT
//   none      the message                         the message                    as all
//   single    and the goroutine that failed       and all goroutines             as all
//   all       and all goroutines                  and all goroutines             all goroutines
//   system    as all, with the runtime's own goroutines and frames
//   crash     as system; the end is SIGABRT and a core file
//
// Where no goroutine failed, but the scheduler or a thread that is none, single shows all.
// Source: Go 1.27 runtime.gotraceback, setTraceback. Go's SIGQUIT shows what system does.
#ifndef GORT_RUNTIME_SCHED_GOTRACEBACK_H_
#define GORT_RUNTIME_SCHED_GOTRACEBACK_H_

#include "gort/runtime/sched/env.h"

namespace gort::runtime {

// The level in force.
// Runs on: any, also gsignal.  Blocks: never.
Traceback gotraceback();

// Sets the level, to the environment's if that is higher: whoever starts a program has the last word.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime/debug.SetTraceback.
void setTraceback(Traceback level);

// The environment's level.  Runs on: g0 of the first thread, in schedinit.
void tracebackinit(Traceback level);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_GOTRACEBACK_H_
