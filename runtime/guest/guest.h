// gort in a program that has its own entry point and its own main, an ordinary cc_binary: the runtime is a guest there, as Go's
// is in a C program that links a c-archive. The first go statement starts it; Run gives main a goroutine to live on.
#ifndef GORT_RUNTIME_GUEST_GUEST_H_
#define GORT_RUNTIME_GUEST_GUEST_H_

#include <functional>

namespace gort {

// Runs main_fn on a goroutine of its own and returns what it returns; the calling thread waits. Other goroutines go on
// afterwards, and Run may be called again. A goroutine has 256 KiB of stack; this one has 8 MiB, as main has.
// Runs on: any thread, or a goroutine.  Blocks: the caller.
// Errors: an exception that leaves main_fn ends the program with a report and status 2, as from any goroutine. If main_fn
// leaves by Goexit, Run does not return, as Go's main does not.
int Run(std::function<int()> main_fn);

}  // namespace gort

#endif  // GORT_RUNTIME_GUEST_GUEST_H_
