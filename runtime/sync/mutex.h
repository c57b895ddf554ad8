// Mutual exclusion between goroutines. A goroutine that waits for a Mutex costs no thread.
#ifndef GORT_RUNTIME_SYNC_MUTEX_H_
#define GORT_RUNTIME_SYNC_MUTEX_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/switch/race.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

// A mutual exclusion lock of 8 bytes. It belongs to no goroutine: any may unlock it. Locking it twice waits for ever.
// Satisfies Lockable: std::lock_guard, std::unique_lock and std::scoped_lock work with it.
//
// Usable from plain threads too, which stop while they wait. Static ones need no initialization.
// It may be destroyed as soon as nobody holds it or waits for it, even though the Unlock of the last holder has not returned.
//
// Unlock happens before the Lock that follows it.
//
// Source: Go 1.27 sync.Mutex. mutex.cc says how it works.
class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  // Waits until nobody holds it, and takes it.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G.
  void Lock() {
    runtime::seededpoint();
    std::uint32_t state = 0;
    // Acquire: pairs with the release in Unlock.
    if (!state_.compare_exchange_strong(state, kLocked, std::memory_order_acquire, std::memory_order_relaxed))
        [[unlikely]] {
      LockSlow(state);
    }
    runtime::raceacquire(&sema_);
  }

  // Takes it if nobody holds it and nobody has waited for too long, and says whether it did. May fail needlessly when others
  // use it at the same moment.
  // Runs on: any.  Blocks: never.
  [[nodiscard]] bool TryLock() {
    std::uint32_t state = state_.load(std::memory_order_relaxed);
    const bool taken =
        (state & (kLocked | kStarving)) == 0 &&
        state_.compare_exchange_strong(state, state | kLocked, std::memory_order_acquire, std::memory_order_relaxed);
    if (taken) runtime::raceacquire(&sema_);
    return taken;
  }

  // Releases it, and wakes one who waits.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: never, but yields to one who has waited for more than 1 ms.
  // Errors: ends the program with "fatal error: sync: unlock of unlocked mutex" when nobody holds it.
  void Unlock() {
    runtime::racereleasemerge(&sema_);
    std::uint32_t state = kLocked;
    // Release: publishes the critical section.
    if (!state_.compare_exchange_strong(state, 0, std::memory_order_release, std::memory_order_relaxed)) [[unlikely]] {
      UnlockSlow(state);
    }
  }

  // The same under the names of the standard library.
  void lock() { Lock(); }
  [[nodiscard]] bool try_lock() { return TryLock(); }
  void unlock() { Unlock(); }

 private:
  // The bits of state_; mutex.cc has the picture.
  static constexpr std::uint32_t kLocked = 1;
  static constexpr std::uint32_t kWoken = 2;
  static constexpr std::uint32_t kStarving = 4;
  static constexpr int kWaiterShift = 3;
  static constexpr std::uint32_t kOneWaiter = 1u << kWaiterShift;

  void LockSlow(std::uint32_t state);
  void UnlockSlow(std::uint32_t state);
  std::uint32_t Spin(std::uint32_t state, bool* awake);

  std::atomic<std::uint32_t> state_{0};
  std::atomic<std::uint32_t> sema_{0};  // what the waiters wait on
};

static_assert(sizeof(Mutex) == 8, "a Mutex is as large as Go's");

}  // namespace gort

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SYNC_MUTEX_H_
