// The RWMutex protocol. With M for kMaxReaders:
//
//     reader_count_ =  r           r readers hold the lock
//                   =  r - M       a writer holds it or waits; r readers came before it or wait for it
//                   =  r - 2M      the writer is leaving, and the next one has come already
//
//     Lock     writer_.Lock(): one writer at a time gets this far
//              reader_count_ -= M. From here on new readers wait. The r that were there before are ours to wait for:
//              reader_wait_ += r, and sleep on writer_sema_ unless the sum is 0 (they have left meanwhile)
//     RUnlock  reader_count_ -= 1. A writer waits? reader_wait_ -= 1, and who makes it 0 wakes the writer. A reader may come here
//              before Lock has added r: reader_wait_ is negative for that long
//     Unlock   writer_.Unlock()
//              reader_count_ += M. The r readers that waited hold the lock now: wake them
//
// Why Unlock releases writer_ first. The addition to reader_count_ lets readers in, and one of them may be the last user of the
// lock and destroy it; so it must be the last touch. But then the next writer may subtract its M before we have added ours.
// It sees the count negative and knows that its predecessor is still here and will see it, too: we take our M back, find the
// count negative still, and do for it what Lock would have done: it waits for the r readers that we let in, or goes on if r is 0.
// Nobody can hold the lock in between: new readers wait as long as the count is negative, writers wait for us.
// (In Go, whose collector keeps the memory, Unlock releases writer_ last and needs no 2M.)
//
// Source: Go 1.27 sync.RWMutex.
#include "gort/runtime/sync/rwmutex.h"

#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/sema/sema.h"
#include "gort/runtime/sys/fatal.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

namespace {

// Twice this still fits. Source: Go 1.27 rwmutexMaxReaders.
constexpr std::int32_t kMaxReaders = 1 << 30;

}  // namespace

void RWMutex::RLockSlow() { runtime::semacquire1(&reader_sema_, false, runtime::WaitReason::kSyncRWMutexRLock); }

bool RWMutex::TryRLock() {
  std::int32_t count = reader_count_.load(std::memory_order_relaxed);
  while (count >= 0) {
    if (reader_count_.compare_exchange_weak(count, count + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
      runtime::raceacquire(&reader_sema_);
      return true;
    }
  }
  return false;
}

// `count`: before the reader left.
void RWMutex::RUnlockSlow(std::int32_t count) {
  if (count % kMaxReaders == 0) runtime::sys::Fatal("sync: RUnlock of unlocked RWMutex");
  // Release and acquire: the last reader passes on to the writer what all readers did.
  if (reader_wait_.fetch_sub(1, std::memory_order_acq_rel) == 1) runtime::semrelease1(&writer_sema_, false);
}

void RWMutex::Lock() {
  writer_.Lock();
  // Acquire: pairs with the releases in RUnlock, when no reader is left.
  const std::int32_t count = reader_count_.fetch_sub(kMaxReaders, std::memory_order_acquire);
  // Below 0: the writer before us is in Unlock, and counts the readers for us.
  if (count < 0 || (count > 0 && reader_wait_.fetch_add(count, std::memory_order_acq_rel) + count != 0)) {
    runtime::semacquire1(&writer_sema_, false, runtime::WaitReason::kSyncRWMutexLock);
  }
  runtime::raceacquire(&writer_sema_);
}

bool RWMutex::TryLock() {
  if (!writer_.TryLock()) return false;
  std::int32_t count = 0;
  if (reader_count_.compare_exchange_strong(count, -kMaxReaders, std::memory_order_acquire,
                                            std::memory_order_relaxed)) {
    runtime::raceacquire(&writer_sema_);
    return true;
  }
  writer_.Unlock();
  return false;
}

void RWMutex::Unlock() {
  runtime::racereleasemerge(&reader_sema_);
  if (reader_count_.load(std::memory_order_relaxed) >= 0) runtime::sys::Fatal("sync: Unlock of unlocked RWMutex");
  writer_.Unlock();
  // Release: publishes what the writer did; pairs with the acquire in RLock, and through the semaphores with those who wait.
  std::int32_t readers = reader_count_.fetch_add(kMaxReaders, std::memory_order_acq_rel) + kMaxReaders;
  if (readers < 0) {
    readers += kMaxReaders;
    if (readers == 0) {
      runtime::semrelease1(&writer_sema_, false);
    } else {
      // Before they are woken: the last of them must find all counted.
      reader_wait_.fetch_add(readers, std::memory_order_acq_rel);
    }
  }
  for (; readers > 0; --readers) runtime::semrelease1(&reader_sema_, false);
}

}  // namespace gort

GORT_RACE_INVISIBLE_END
