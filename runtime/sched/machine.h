// Ms: the threads that run goroutines. Making them, putting them to sleep, waking them.
//
//     newm --> (thread starts) --> mstart0 --> schedule <------------------------+
//                                                 |                              |
//                                                 | nothing to run               | startm: note, with a P in m.nextp
//                                                 v                              |
//                                               stopm --> on sched.midle, asleep-+
//
//     (goroutine that is locked to the thread ends) --> mexit --> on sched.freem, for the next newm
//
// How many Ms are awake. Too few leave a CPU idle while goroutines wait; too many burn CPU in looking. The rule is Go's: an M
// that looks for work without having any is "spinning" (counted in sched.nmspinning); whoever makes a goroutine runnable wakes
// an M only if none spins and a P is idle (wakep); and an M that stops spinning because it found work wakes another, so that
// while there is work one is always looking. findrunnable.cc has the race that this opens, and what closes it.
//
// Rejected, after Go: waking an M for each goroutine that becomes runnable (threads thrash: most find nothing), and handing
// goroutines directly to sleeping Ms (locality is lost, and a goroutine waits for a thread to wake although a P would be free).
#ifndef GORT_RUNTIME_SCHED_MACHINE_H_
#define GORT_RUNTIME_SCHED_MACHINE_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/globals.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// An m with its g0 and signal stack; it is in allm and counted. `pp` goes to m.nextp.
// Runs on: any.  Locks: takes sched.lock.  Errors: stops the program over the limit on threads ("thread exhaustion").
// Source: Go 1.27 runtime.allocm, mcommoninit.
m* allocm(void (*fn)(), p* pp);

// Starts a thread for a new M that takes over pp (null: none) after calling fn (null: nothing).
// Runs on: any.  Locks: takes sched.lock.  Blocks: never.  Errors: stops the program when the kernel refuses.
// From a thread whose state the user may have changed (locked to a goroutine, or not ours) sysmon starts it instead, because
// a new thread inherits signal mask, namespaces and affinity. Source: Go 1.27 runtime.newm, templateThread.
void newm(void (*fn)(), p* pp);

// Starts the thread of `mp` from the calling one.  Runs on: any thread of the runtime's own.
void newosproc(m* mp);

// What a new thread runs first; returns when the M has ended. mp's g0 has its bounds.
// Runs on: the new thread.  Source: Go 1.27 runtime.mstart.
void mstartthread(m* mp);

// Puts the calling M, which holds no P, to sleep until startm gives it one.
// Runs on: g0.  Needs P: must hold none; has one afterwards.  Blocks: M.  Source: Go 1.27 runtime.stopm.
void stopm();

// Finds an M, sleeping or new, for pp (null: any idle P, and if there is none nothing happens). With `spinning` the caller
// has counted it in sched.nmspinning.
// Runs on: any.  Needs P: no.  Locks: takes sched.lock.  Blocks: never.  Source: Go 1.27 runtime.startm.
void startm(p* pp, bool spinning);

// Gives away pp, which nobody holds any more: to an M if there is work or should be somebody looking, otherwise to the idle list.
// Runs on: any.  Locks: takes sched.lock.  Source: Go 1.27 runtime.handoffp.
void handoffp(p* pp);

void wakepslow();

// Work was added: lets one more M look for it, if a P is idle and nobody looks yet.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.wakep.
inline void wakep() {
  // Sequentially consistent, after the sequentially consistent store that published the work: see findrunnable.cc.
  if (sched.npidle.load(std::memory_order_seq_cst) == 0 || sched.nmspinning.load(std::memory_order_seq_cst) != 0) return;
  wakepslow();
}

// Appends the goroutines on `list` to the global queue and wakes Ms for them, as far as Ps are idle.
// Runs on: any.  Locks: takes sched.lock.  Blocks: never.  Source: Go 1.27 runtime.injectglist.
void injectglist(gList* list);
// The same for one.
void injectg(g* gp);

// Ends the calling M: its P goes on with another M, its thread returns from mstartthread. The first thread sleeps for ever
// instead, as in Go.
// Runs on: g0 of a goroutine that has ended.  Source: Go 1.27 runtime.mexit.
[[noreturn]] void mexit();

// How many Ms exist that can run goroutines.  Locks: sched.lock held.  Source: Go 1.27 runtime.mcount.
inline std::int32_t mcount() { return static_cast<std::int32_t>(sched.mnext - sched.nmfreed); }

// Goroutines may run on other Ms from now on. Before, during the start, newproc only queues.
// Source: Go 1.27 runtime.mainStarted.
extern std::atomic<bool> mainStarted;

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_MACHINE_H_
