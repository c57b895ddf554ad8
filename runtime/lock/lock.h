// Locks between threads, for the runtime's own short critical sections.
//
// Source: Go 1.27 runtime.lock, runtime.unlock, runtime.tryLock. Go 1.24+ marks one waiter as the only spinner; we keep
// the older three-state futex lock: our critical sections are tens of nanoseconds and our Ps are few. See lock.cc.
#ifndef GORT_RUNTIME_LOCK_LOCK_H_
#define GORT_RUNTIME_LOCK_LOCK_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/gstruct/sanitizers.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

namespace internal {
// The states of a mutex: lock.cc.
inline constexpr std::uintptr_t kMutexUnlocked = 0;
inline constexpr std::uintptr_t kMutexLocked = 1;
inline constexpr std::uintptr_t kMutexContended = 2;
void LockSlow(mutex* l);
// `state`: what unlock found, which is not kMutexLocked.
void UnlockSlow(mutex* l, std::uintptr_t state);
}  // namespace internal

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

#if !GORT_LOCKRANK
// Inline: the two locked operations are most of what a channel operation costs, and calls would add half of that again.
inline void lock(mutex* l) {
  std::uintptr_t key = internal::kMutexUnlocked;
  // Acquire: pairs with the release in unlock.
  if (!l->key.compare_exchange_strong(key, internal::kMutexLocked, std::memory_order_acquire, std::memory_order_relaxed))
      [[unlikely]] {
    internal::LockSlow(l);
  }
}

inline void unlock(mutex* l) {
  // Release: publishes the critical section; pairs with the acquires above. An exchange and not a store, because the
  // old value says whether somebody sleeps. From here on `l` may be gone.
  const std::uintptr_t state = l->key.exchange(internal::kMutexUnlocked, std::memory_order_release);
  if (state != internal::kMutexLocked) [[unlikely]] internal::UnlockSlow(l, state);
}
#endif

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_LOCK_LOCK_H_
