// Faults: what SIGSEGV and SIGBUS mean for the goroutine that caused them.
//
//   overflow of its own stack   Go's report ("goroutine stack exceeds N-byte limit"), exit status 2
//   anything else               a line that says what it was, the goroutine's trace, and then what would have happened
//                               without us: the earlier handler, or the default action and its core file
//
// A handler that somebody installed before us (a sanitizer, a crash reporter) is called for everything but overflows, and
// we print nothing. A signal that somebody sent (kill) is no fault and is passed on unseen.
#ifndef GORT_RUNTIME_SCHED_FAULT_H_
#define GORT_RUNTIME_SCHED_FAULT_H_

namespace gort::runtime {

// Installs the handlers for the process. They run on each M's signal stack.
// Runs on: g0 of the first thread, in schedinit.
// Source: Go 1.27 runtime.initsig, sighandler, newstack (for the words of the report).
void InstallFaultHandlers();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_FAULT_H_
