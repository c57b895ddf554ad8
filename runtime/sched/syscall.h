// Calls that block the thread: how a goroutine lets go of its P meanwhile.
//
//     kGrunning --entersyscall--> kGsyscall --exitsyscall--> kGrunning
//                                     |                          ^
//                                     | sysmon takes the P       | waits for a P in regainp
//                                     +--------------------------+
//
// As in Go 1.26 the P stays with the M: a call that is over within 20 us costs nothing but two stores. One that takes longer
// loses the P to sysmon (pin.h), by the same protocol that takes it from a goroutine that computes for too long. Where
// that protocol is not to be had, entersyscall gives the P away at once.
#ifndef GORT_RUNTIME_SCHED_SYSCALL_H_
#define GORT_RUNTIME_SCHED_SYSCALL_H_

namespace gort::runtime {

// Says that the calling goroutine is about to block its thread.
// Runs on: G, kGrunning.  Blocks: never.  Source: Go 1.27 runtime.entersyscall.
void entersyscall();

// Says that it does so no longer, and waits for a P if it has lost its own.
// Runs on: G, kGsyscall.  Blocks: G.  Source: Go 1.27 runtime.exitsyscall.
void exitsyscall();

// exitsyscall for code that may go on without a P.
// Runs on: G, kGsyscall.  Blocks: never.
void leavesyscall();

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_SYSCALL_H_
