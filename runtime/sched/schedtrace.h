// GORT_DEBUG=schedtrace=N: every N milliseconds a line about the scheduler on fd 2, as in Go 1.26.
//
//     SCHED 102ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=0 needspinning=1 idlethreads=1 runqueue=1 [ 0 1 ] schedticks=[ 4 9 ]
//
// With scheddetail=1 as well a block in place of the line's end:
//
//     SCHED 102ms: ... runqueue=1 gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false
//       P0: status=1 schedtick=5 syscalltick=0 m=3 runqsize=1 gfreecnt=0 timerslen=0
//       M3: p=0 curg=21 mallocing=0 throwing=0 preemptoff= locks=0 dying=0 spinning=false blocked=false lockedg=nil
//       G1: status=4(sleep) m=nil lockedm=nil
//
// What we do not have is printed as Go prints its zero, so that Go's tools read the lines: mallocing, throwing, preemptoff.
// Ms and Gs come newest first. The numbers are not of one moment: nothing is stopped for them.
// Source: Go 1.27 runtime.schedtrace; the texts are those that it prints.
#ifndef GORT_RUNTIME_SCHED_SCHEDTRACE_H_
#define GORT_RUNTIME_SCHED_SCHEDTRACE_H_

#include <cstdint>

namespace gort::runtime {

// What GORT_DEBUG says: a line every `period_ms`, 0: none; with details or without.
// Runs on: the first thread, in schedinit.
void schedtraceinit(std::int32_t period_ms, bool detail);

// When the next line is due, CLOCK_MONOTONIC ns; INT64_MAX when none is. The first is due at once.
// Runs on: any; moved on by schedtracerun.
std::int64_t schedtracewhen();

// Prints the line if it is due. Its time counts from the first one.
// Runs on: sysmon.  Locks: takes sched.lock, but not while it writes.  Blocks: M, in write(2).
void schedtracerun(std::int64_t now_ns);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_SCHEDTRACE_H_
