// Locks between threads, for the runtime's own short critical sections.
//
// Source: Go 1.27 runtime.lock, runtime.unlock, runtime.tryLock. Go 1.24+ marks one waiter as the only spinner; we keep
// the older three-state futex lock: our critical sections are tens of nanoseconds and our Ps are few. See lock.cc.
#ifndef GORT_RUNTIME_LOCK_LOCK_H_
#define GORT_RUNTIME_LOCK_LOCK_H_

#include "gort/gstruct/mutex.h"

namespace gort::runtime {

// Takes `l`. Spins for about a microsecond, yields the CPU once, then sleeps in the kernel until unlock() wakes it.
// Not recursive: a thread that locks twice sleeps for ever. Not fair: a thread that arrives may pass a woken sleeper.
// Runs on: any, but not in a signal handler that may have interrupted a holder.  Needs P: no.  Blocks: M.
// Locks: takes `l`.  No goroutine may be switched while `l` is held, except by goparkunlock, which
// releases it on the same thread: the lock belongs to the thread.
void lock(mutex* l);

// Takes `l` if nobody holds it and says whether it did.
// Runs on: any.  Needs P: no.  Blocks: never.  Locks: takes `l` when it returns true.
[[nodiscard]] bool trylock(mutex* l);

// Releases `l` and wakes one sleeper if there may be one.
// Runs on: any; the thread that took `l`.  Needs P: no.  Blocks: never.  Locks: `l` held on entry, released.
// Errors: stops the program if `l` is not locked.
void unlock(mutex* l);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_LOCK_LOCK_H_
