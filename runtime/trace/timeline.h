// From events to intervals: who ran where, and what every goroutine did between.
//
// A goroutine's state before its first event follows from that event: who is readied waited, who parks ran, who starts was runnable. So
// a recording may begin anywhere, and nobody has to write down at its beginning what a million goroutines are doing.
//
// States are a goroutine's own row; a P's row is derived from them:
//
//     kGoCreate --> runnable --kGoStart--> running on P --kGoPark--> waiting --kGoReady--> runnable
//                       ^                   |  |   |
//                       +--kGoYield/Preempt-+  |   +--kSyscallEnter--> syscall --kSyscallExit--> running, on a P or without
//                                              +--kProcTaken--> running without a P --kGoPark, kGoPreempt, ...
//
// An event that does not fit (one before it is missing) wins over what was thought: each interval ends where the next begins, and a P runs
// one goroutine, whatever the events say.
#ifndef GORT_RUNTIME_TRACE_TIMELINE_H_
#define GORT_RUNTIME_TRACE_TIMELINE_H_

#include "gort/runtime/trace/json.h"
#include "gort/runtime/trace/recording.h"

namespace gort::trace::internal {

enum class WriteResult { kOk, kNoMemory, kSink };

// Writes what `recording` has, in the format of FORMAT.md. The recording may go on meanwhile.
// Runs on: any, also in a signal handler: uses no malloc and takes no lock.  Blocks: M, as the sink does.
WriteResult WriteTrace(const Recording& recording, Sink sink);

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_TIMELINE_H_
