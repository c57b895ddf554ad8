// GORT_TRACE=file[,seconds=N]: a flight recorder for a program that knows nothing of it, written when the program ends.
//
//     start    InitScheduler -> hooks.tracebegin     the recording begins before the first goroutine; a file that cannot be written
//                                                    is told now, and not at the end
//     end      exit()  -> atexit                     the file is written once, by whichever end comes first, and only by the
//              failure -> hooks.lastwords            process that began it: a forked child is another program
#ifndef GORT_RUNTIME_TRACE_ENV_TRACE_H_
#define GORT_RUNTIME_TRACE_ENV_TRACE_H_

#include "gort/runtime/trace/recording.h"

namespace gort::trace::internal {

// The recording of GORT_TRACE; null: there is none.  Runs on: any.
const Recording* EnvRecording();

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_ENV_TRACE_H_
