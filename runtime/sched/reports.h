// What a program says about itself beyond "fatal error: ...": dumps of its goroutines, fatal signals, the lines that GORT_DEBUG asks for,
// blocked threads, depths of stacks. Together with the execution trace (trace.h) this is the target //runtime/sched:reports, which
// //rt0 and //runtime/guest depend on. A program without libc has it if it says so; otherwise it is smaller by almost a third.
//
// The table is a weak reference: whether it is there was decided when the program was linked. Rejected: hooks, as in hooks.h. Nobody
// would fill them in before the first goroutine, for freestanding programs have no constructors.
#ifndef GORT_RUNTIME_SCHED_REPORTS_H_
#define GORT_RUNTIME_SCHED_REPORTS_H_

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/p.h"
#include "gort/runtime/sched/env.h"

namespace gort::runtime {

struct Reports {
  // Takes what GORT_DEBUG and GORT_TRACEBACK say, and installs the dump of sys::Fatal and the handlers of fatal signals. `guest`: the
  // program's main has begun already.
  // Runs on: the first thread, in schedinit, after procinit.
  void (*install)(const RuntimeEnv& env, bool guest);
  // Whether there will be lines to print, so that sysmon is needed from the start.  Runs on: any.
  bool (*wantsysmon)();
  // When run has something to do, CLOCK_MONOTONIC ns; INT64_MAX: nothing.  Runs on: sysmon.
  std::int64_t (*when)();
  // Does it, as far as it is time.  Runs on: sysmon.  Locks: takes sched.lock and its own.  Blocks: M, in write(2).
  void (*run)(std::int64_t now_ns);
  // pp has not switched for a time slice.  Runs on: sysmon.  Blocks: M, in reading /proc.
  void (*suspect)(const p* pp, std::int64_t now_ns);
  // gp has ended, and stackdepths is set.  Runs on: g0 of the M that it ended on.
  void (*goended)(g* gp);
};

extern const Reports reports [[gnu::weak]];

inline bool HaveReports() { return &reports != nullptr; }

// Whether GORT_DEBUG says stacks=1. Writer: Reports::install. Constant afterwards.
extern bool stackdepths;

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_REPORTS_H_
