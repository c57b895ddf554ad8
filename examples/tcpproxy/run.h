// The program behind the flags.
#ifndef GORT_EXAMPLES_TCPPROXY_RUN_H_
#define GORT_EXAMPLES_TCPPROXY_RUN_H_

#include <string>

#include "gort/examples/tcpproxy/proxy.h"

namespace gort::examples::tcpproxy {

// Listens on `listen` and relays until SIGTERM or SIGINT; SIGUSR1 prints the counters, which are printed at the end, too. A second
// SIGTERM or SIGINT ends the process as if nobody had asked for it. Returns main's result: 1, and a sentence, if it cannot listen.
// Runs on: G, once.  Blocks: G.
int Run(const std::string& listen, const ProxyOptions& options);

}  // namespace gort::examples::tcpproxy

#endif  // GORT_EXAMPLES_TCPPROXY_RUN_H_
