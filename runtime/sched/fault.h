// Fatal signals: what they mean for the goroutine that caused them, or for whoever was interrupted.
//
//   what came                                   what is printed                                          how it ends
//   overflow of its own stack                   "goroutine stack exceeds N-byte limit", its trace        status 2
//   SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,   "fatal error: nil pointer dereference", "[signal         the default action:
//   SIGSYS for an instruction of its own,       SIGSEGV: ...]", its trace                                status 128 + signal,
//   and SIGABRT that it raised: abort()                                                                  a core file
//   the same sent by somebody else (kill)       "SIGSEGV: segmentation violation", "PC=... m=...", who   the default action
//                                               sent it, all goroutines, the registers
//   SIGQUIT                                     "SIGQUIT: quit" and the same                             status 2
//
// GORT_TRACEBACK says how much of it (gotraceback.h); with crash the end is always SIGABRT. Go ends all of these with status 2.
// A C++ programmer looks for the core file, and whoever started the program for the signal, so we leave both as they are without
// us: only what the operating system has no name for, an overflow and the wish for a dump, ends as in Go.
//
// Handlers that were there before us (a sanitizer's, a crash reporter's) keep their signals, and so does SIG_IGN, but for a SIGQUIT
// that a shell ignored on the program's behalf. For SIGSEGV and SIGBUS ours stands in front, because only we can tell an overflow;
// they get everything else, and we print nothing. Whoever installs a handler later, or ignores a signal, replaces ours.
#ifndef GORT_RUNTIME_SCHED_FAULT_H_
#define GORT_RUNTIME_SCHED_FAULT_H_

namespace gort::runtime {

// Installs the handlers for the process. They run on each M's signal stack; on a thread without one, where it stands.
// `guest`: the program's main has begun already.
// Runs on: g0 of the first thread, in schedinit.
// Source: Go 1.27 runtime.initsig, sighandler, newstack (for the words of the report).
void InstallFaultHandlers(bool guest);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_FAULT_H_
