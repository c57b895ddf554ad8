// Mutual exclusion with many readers or one writer.
#ifndef GORT_RUNTIME_SYNC_RWMUTEX_H_
#define GORT_RUNTIME_SYNC_RWMUTEX_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sync/mutex.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

// A lock that any number of readers or one writer holds. A writer that waits keeps new readers out, so that it gets its turn; so
// a goroutine that holds it for reading must not ask for it again. After a writer, the readers that waited go first.
// It belongs to no goroutine. Satisfies SharedLockable: std::shared_lock, std::unique_lock and std::lock_guard work with it.
//
// Usable from plain threads too, which stop while they wait. Static ones need no initialization.
// It may be destroyed as soon as nobody holds it or waits for it, even though the last Unlock or RUnlock has not returned.
//
// Unlock happens before the Lock and RLocks that follow it, RUnlock before the Lock that follows it.
//
// Source: Go 1.27 sync.RWMutex. rwmutex.cc says how it works.
class RWMutex {
 public:
  class ReadLocker;

  constexpr RWMutex() = default;
  RWMutex(const RWMutex&) = delete;
  RWMutex& operator=(const RWMutex&) = delete;

  // Waits until nobody holds it, and takes it for writing.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G.
  void Lock();

  // Takes it for writing if nobody holds it, and says whether it did. May fail needlessly when others use it at the same moment.
  // Runs on: any.  Blocks: never.
  [[nodiscard]] bool TryLock();

  // Releases it after writing.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: never, but may yield to a writer that has waited for more than 1 ms.
  // Errors: ends the program with "fatal error: sync: Unlock of unlocked RWMutex" when no writer holds it.
  void Unlock();

  // Waits until no writer holds it or waits for it, and takes it for reading.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: G.
  void RLock() {
    runtime::seededpoint();
    // Acquire: pairs with the release in Unlock.
    if (reader_count_.fetch_add(1, std::memory_order_acquire) < 0) [[unlikely]]
      RLockSlow();
    runtime::raceacquire(&reader_sema_);
  }

  // Takes it for reading if no writer holds it or waits for it, and says whether it did.
  // Runs on: any.  Blocks: never.
  [[nodiscard]] bool TryRLock();

  // Releases it after reading.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: never.
  // Errors: ends the program with "fatal error: sync: RUnlock of unlocked RWMutex" when no reader holds it.
  void RUnlock() {
    runtime::racereleasemerge(&writer_sema_);
    // Release: a reader's reads are over before the writer's writes; pairs with the acquire in Lock.
    const std::int32_t count = reader_count_.fetch_sub(1, std::memory_order_release);
    if (count <= 0) [[unlikely]]
      RUnlockSlow(count);
  }

  // A Locker whose Lock and Unlock are RLock and RUnlock.
  ReadLocker RLocker();

  // The same under the names of the standard library.
  void lock() { Lock(); }
  [[nodiscard]] bool try_lock() { return TryLock(); }
  void unlock() { Unlock(); }
  void lock_shared() { RLock(); }
  [[nodiscard]] bool try_lock_shared() { return TryRLock(); }
  void unlock_shared() { RUnlock(); }

 private:
  void RLockSlow();
  void RUnlockSlow(std::int32_t count);

  Mutex writer_;                               // the writer that holds the lock, or is next
  std::atomic<std::uint32_t> writer_sema_{0};  // where it waits for the readers before it
  std::atomic<std::uint32_t> reader_sema_{0};  // where readers wait for the writer
  std::atomic<std::int32_t> reader_count_{0};  // readers, holding or waiting; less kMaxReaders for a writer
  std::atomic<std::int32_t> reader_wait_{0};   // readers that the next writer waits for
};

class RWMutex::ReadLocker {
 public:
  explicit ReadLocker(RWMutex* mutex) : mutex_(mutex) {}
  void Lock() { mutex_->RLock(); }
  void Unlock() { mutex_->RUnlock(); }
  [[nodiscard]] bool TryLock() { return mutex_->TryRLock(); }
  void lock() { Lock(); }
  [[nodiscard]] bool try_lock() { return TryLock(); }
  void unlock() { Unlock(); }

 private:
  RWMutex* mutex_;
};

inline RWMutex::ReadLocker RWMutex::RLocker() { return ReadLocker(this); }

}  // namespace gort

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SYNC_RWMUTEX_H_
