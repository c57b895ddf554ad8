// How the lowest layers stop the program when they find a state that cannot be.
#ifndef GORT_RUNTIME_SYS_FATAL_H_
#define GORT_RUNTIME_SYS_FATAL_H_

namespace gort::runtime::sys {

// Called by Fatal after the sentence is printed, on the failing thread; may print traces and may not return.
// Must be async-signal-safe and take no lock.
using FatalHook = void (*)(const char* sentence);

// Installs `hook` (nullptr: none). The scheduler installs Go's `throw` here, so that layer 1 need not know it.
// Runs on: any; meant for schedinit.  Blocks: never.
void SetFatalHook(FatalHook hook);

// Prints "fatal error: <sentence>" to fd 2, calls the hook, and leaves the process with status 2 as Go's throw does.
// A Fatal inside the hook skips the hook. When two threads fail, the second waits while the first reports and exits.
// Runs on: any, also in a signal handler and under any lock.  Needs P: no.
[[noreturn]] void Fatal(const char* sentence);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_FATAL_H_
