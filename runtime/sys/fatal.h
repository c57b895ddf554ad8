// The end of a program in which something went wrong: one report, whole, and then the exit.
//
// Whoever finds that the program cannot go on (Fatal, an exception that nobody catches, a fatal signal) does the same:
//
//     BeginReport("fault", 0);     // returns once per process
//     <prints to fd 2>
//     EndReport();                 // does not
//
//                BeginReport                       EndReport, with the ending that BeginReport was told
//     no report -------------> thread T reports -----------------------------------------------------------> end
//                               |    |    |                                                                   ^
//     another thread fails:  <--'    |    `--> T fails again: one line, then ---------------------------------|
//     waits for the end              `--> 5 to 10 s without a byte written, or 5 minutes in all: SIGALRM -----'
//
// The watchdog is a timer and a signal because T may be stuck anywhere: in a write to a pipe that nobody reads, in a lock that
// it interrupted the holder of, in a loop over a list that is no longer one.
#ifndef GORT_RUNTIME_SYS_FATAL_H_
#define GORT_RUNTIME_SYS_FATAL_H_

#include "gort/runtime/sys/linux.h"

namespace gort::runtime::sys {

// The exit status after a report. Source: Go 1.27 throw, fatalpanic, sighandler.
inline constexpr int kFailureStatus = 2;

// What the kernel sends for the instruction that a thread is at. Blocking one helps nobody: the kernel then kills without a word.
inline constexpr SigsetBits kSynchronousSignals = SigBit(kSIGILL) | SigBit(kSIGTRAP) | SigBit(kSIGBUS) | SigBit(kSIGFPE) |
                                                  SigBit(kSIGSEGV) | SigBit(kSIGSYS);

// What a thread that reports keeps out, and a handler that begins a report should: everybody else's signals. Not its own faults,
// abort(), the watchdog, and those from 32 up, by which one thread may ask another for its stack.
inline constexpr SigsetBits kBlockedInReport =
    ~(kSynchronousSignals | SigBit(kSIGABRT) | SigBit(kSIGALRM)) & (SigBit(32) - 1);

// Takes the process's only turn to report a failure and starts the watchdog.
//   The first thread that calls   returns, with kBlockedInReport blocked.
//   The same thread once more     its report failed in turn: prints "fatal error: fault while reporting: <what>" and ends
//                                 the process as the first call said.
//   Any other thread              waits for the end of the process.
// `what`: the second failure in a word or two. `signal`: 0 for an end with kFailureStatus, otherwise the signal whose default
// action, with its core file, is to be the end.
// Runs on: any, also in a signal handler and under any lock.  Needs P: no.  Blocks: M, for ever, unless it is the first.
// Source: Go 1.27 runtime.startpanic_m.
void BeginReport(const char* what, int signal);

// Ends the process as BeginReport was told; by SIGABRT if SetReportAborts(true).
// Runs on: any.  Source: Go 1.27 runtime.dopanic_m, crash, dieFromSignal.
[[noreturn]] void EndReport();

// Whether reports end with SIGABRT, for a core file: GORT_TRACEBACK=crash.  Runs on: any.
void SetReportAborts(bool aborts);

// Returns at once while no report has begun; otherwise never, so that the end of main does not cut it short.
// Runs on: any but the thread that reports.  Blocks: M.  Source: Go 1.27 runtime.main, which parks while somebody panics.
void AwaitReport();

// Called by Fatal after the sentence is printed, on the failing thread; may print traces and returns or ends the process.
// Must be async-signal-safe and take no lock.
using FatalHook = void (*)(const char* sentence);

// Installs `hook` (nullptr: none). The scheduler installs Go's `throw` here, so that layer 1 need not know it.
// Runs on: any; meant for schedinit.  Blocks: never.
void SetFatalHook(FatalHook hook);

// Reports "fatal error: <sentence>", calls the hook, and leaves the process with kFailureStatus as Go's throw does.
// Runs on: any, also in a signal handler and under any lock.  Needs P: no.
[[noreturn]] void Fatal(const char* sentence);

}  // namespace gort::runtime::sys

#endif  // GORT_RUNTIME_SYS_FATAL_H_
