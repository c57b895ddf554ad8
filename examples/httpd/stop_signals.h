// SIGINT and SIGTERM as a channel.
#ifndef GORT_EXAMPLES_HTTPD_STOP_SIGNALS_H_
#define GORT_EXAMPLES_HTTPD_STOP_SIGNALS_H_

#include "gort/gort.h"

namespace gort::examples::httpd {

// Returns a channel that gets a value for SIGINT and SIGTERM, which no longer end the program. Those that come while one waits to be
// received count as that one. Once per program.
// Runs on: G.  Errors: without descriptors it ends the program with a sentence and exit code 1.
RecvChan<Unit> StopSignals();

}  // namespace gort::examples::httpd

#endif  // GORT_EXAMPLES_HTTPD_STOP_SIGNALS_H_
