// From the kernel to one goroutine: which signals have come. What happens in a signal handler is here, and nothing else.
//
//   handler, on whatever thread                       receiver, one at a time (signal.cc holds its lock)
//   ---------------------------                       --------------------------------------------------
//   before = pending |= bit                           read(eventfd)                  waits in the poller
//   before == 0: write(eventfd)                       bits = exchange(pending, 0)
//
// No signal is overlooked: a handler that writes nothing has found `pending` set, by a handler that is about to write or has written, and
// whose write nobody has read and followed by an exchange; that exchange takes both bits. All steps on `pending` are read-modify-writes
// of one word, so they have one order, and the kernel orders the write before the read that it ends. Signals of a number
// that come before the exchange are one, as the kernel itself has it, and Go.
//
//   action of a signal, changed under the caller's lock:
//
//       the program's, at first --- signal_enable ---> ours <--- signal_enable / signal_ignore ---> SIG_IGN
//              ^                                         |                                             |
//              `------------- signal_disable ------------'---------------------------------------------'
//
// Source: Go 1.27 runtime/sigqueue.go.
#ifndef GORT_RUNTIME_SIGNAL_SIGQUEUE_H_
#define GORT_RUNTIME_SIGNAL_SIGQUEUE_H_

#include "gort/runtime/sys/linux.h"

namespace gort::signal::internal {

// Whether a program may have it: 1 to 64, without SIGKILL, SIGSTOP and the two that libc keeps.
bool IsCatchable(int sig);

// What handlers write to. Once, before the first signal_enable.
void SetWakeupFd(int eventfd);

// For catchable signals. Runs on: any.  Locks: the caller's, one for all.  Blocks: never.
void signal_enable(int sig);   // it goes into the queue
void signal_disable(int sig);  // what it was before the first of the other two
void signal_ignore(int sig);
// Whether the kernel drops it.
bool signal_ignored(int sig);

// Whether a handler is at work: what it has may not be in the queue yet.
bool signal_delivering();
// The signals that have come since the last call, a bit each (sys::SigBit).
runtime::sys::SigsetBits signal_recv();

}  // namespace gort::signal::internal

#endif  // GORT_RUNTIME_SIGNAL_SIGQUEUE_H_
