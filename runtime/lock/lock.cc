// The three-state futex lock.
//
//                    CAS (lock)                  exchange (lock, before it sleeps)
//        unlocked ------------> locked ------------------------------> contended
//            ^                    |                                        |
//            +--- exchange -------+                                        |
//            +--- exchange, then wake one sleeper -------------------------+
//
// The invariant: whoever sleeps, or is about to, has made the key `contended` since it was last `unlocked`.
//
//  * Lost wake-up between "it is taken" and "sleep": the kernel compares the key with `contended` under its own lock
//    and refuses to sleep on a change. An unlock before the compare changes the key; one after it finds the sleeper.
//  * A woken thread cannot know whether others still sleep, so from then on it takes the lock as `contended`. That
//    costs at most one needless futex wake, and forgets nobody.
//  * unlock exchanges first and wakes second. In between somebody else may take and even free the lock; the wake then
//    finds nobody, or lets a sleeper look once more.
//
// Source: Go 1.23 runtime.lock2 / unlock2 (futex), Drepper's "Futexes are tricky", mutex 2. Rejected: Go 1.24's
// single-spinner bit, which pays off with dozens of Ps on one lock, and a ticket lock, whose holder in the kernel stops
// everybody behind it.
#include "gort/runtime/lock/lock.h"

#include "gort/runtime/lock/futex_word.h"
#include "gort/runtime/lock/heldlocks.h"
#include "gort/runtime/lock/procyield.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {
namespace {

// The states. In a build that checks lock ranks the key's upper half is the rank, which stays; in every other it is 0.
constexpr uintptr_t kUnlocked = internal::kMutexUnlocked;
constexpr uintptr_t kLocked = internal::kMutexLocked;
constexpr uintptr_t kContended = internal::kMutexContended;

// Source: Go 1.27 active_spin, active_spin_cnt, passive_spin.
constexpr int kActiveSpins = 4;
constexpr int kPausesPerSpin = 30;
constexpr int kPassiveSpins = 1;

// On one CPU the holder cannot run while we spin.
bool SpinningHelps() {
  // Written by any thread, always with the same value; 0: not known yet. Guard: itself.
  static std::atomic<int> ncpu{0};
  int n = ncpu.load(std::memory_order_relaxed);
  if (n == 0) {
    n = sys::NumCPU();
    ncpu.store(n, std::memory_order_relaxed);
  }
  return n > 1;
}

// Takes `l` as `state` if it is free.
bool TryTake(mutex* l, uintptr_t state) {
  // The load first: a failing exchange would pull the line away from the holder.
  uintptr_t key = l->key.load(std::memory_order_relaxed);
  // Acquire: pairs with the release in unlock; what the last holder wrote is ours to see.
  const uintptr_t rank = key & kRankMask;
  return key == (rank | kUnlocked) &&
         l->key.compare_exchange_strong(key, rank | state, std::memory_order_acquire, std::memory_order_relaxed);
}

// Watches `l` for about a microsecond and a yield. True: it is ours, as `state`.
bool SpinTake(mutex* l, uintptr_t state) {
  const int active_spins = SpinningHelps() ? kActiveSpins : 0;
  for (int i = 0; i < active_spins; ++i) {
    if (TryTake(l, state)) return true;
    procyield(kPausesPerSpin);
  }
  for (int i = 0; i < kPassiveSpins; ++i) {
    if (TryTake(l, state)) return true;
    sys::SchedYield();
  }
  return TryTake(l, state);
}

}  // namespace

// Not part of lock(), so that the uncontended one is a compare-exchange and a branch.
void internal::LockSlow(mutex* l) {
  const uintptr_t rank = RankBits(l);
  uintptr_t state = kLocked;
  while (!SpinTake(l, state)) {
    // From here on `contended`, see the invariant. Acquire: the exchange may have taken a lock that was just freed.
    if (l->key.exchange(rank | kContended, std::memory_order_acquire) == (rank | kUnlocked)) return;
    sys::FutexWait(FutexWord(&l->key), kContended, -1);
    state = kContended;
  }
}

void internal::UnlockSlow(mutex* l, uintptr_t state) {
  if (state != kContended) sys::Fatal("unlock of a runtime mutex that is not locked");
  sys::FutexWake(FutexWord(&l->key), 1);
}

#if GORT_LOCKRANK
void lock(mutex* l) {
  CheckRank(l);
  const uintptr_t rank = RankBits(l);
  uintptr_t key = rank | kUnlocked;
  // Acquire: pairs with the release in unlock.
  if (!l->key.compare_exchange_strong(key, rank | kLocked, std::memory_order_acquire, std::memory_order_relaxed)) {
    internal::LockSlow(l);
  }
  RankLocked(l);
}

void unlock(mutex* l) {
  const uintptr_t rank = RankBits(l);
  // Release: publishes the critical section; pairs with the acquires above. An exchange and not a store, because the
  // old value says whether somebody sleeps. From here on `l` may be gone.
  const uintptr_t state = l->key.exchange(rank | kUnlocked, std::memory_order_release) - rank;
  if (state != kUnlocked) RankUnlocked(rank);
  if (state != kLocked) internal::UnlockSlow(l, state);
}
#endif

// Not checked: who does not wait cannot be part of a deadlock.
bool trylock(mutex* l) {
  if (!TryTake(l, kLocked)) return false;
  RankLocked(l);
  return true;
}

}  // namespace gort::runtime
