// SIGINT and SIGTERM, for a program that stops in good order.
#ifndef GORT_EXAMPLES_REDISD_STOP_SIGNAL_H_
#define GORT_EXAMPLES_REDISD_STOP_SIGNAL_H_

#include "gort/runtime/context/context.h"

namespace gort::examples::redisd {

// Returns a context that the first SIGINT or SIGTERM ends. The same signal once more ends the process, as ever.
// Runs on: G, once per process.  Blocks: never.  Errors: without a descriptor for it, the signals stay as they were.
Context UntilStopSignal();

}  // namespace gort::examples::redisd

#endif  // GORT_EXAMPLES_REDISD_STOP_SIGNAL_H_
