// Waiting until something has become true.
#ifndef GORT_RUNTIME_SYNC_COND_H_
#define GORT_RUNTIME_SYNC_COND_H_

#include "gort/runtime/sema/notify_list.h"
#include "gort/runtime/sync/mutex.h"

namespace gort {

// Where goroutines wait for a condition that a Mutex guards.
//
//     std::lock_guard lock(mutex);
//     while (!condition) cond.Wait();
//
// Signal wakes the one that has waited longest, and never one that came after it; nobody is woken for nothing. The loop is needed
// all the same: between the wake-up and the return of Wait somebody else may take the lock.
// Cannot be copied (in Go a copy panics: "sync.Cond is copied"). Usable from plain threads too, which stop while they wait.
// May be destroyed when nobody waits and every Wait has returned; it must not outlive the mutex.
//
// Source: Go 1.27 sync.Cond; notify_list.h says how it works.
class Cond {
 public:
  constexpr explicit Cond(Mutex& mutex) : mutex_(&mutex) {}
  Cond(const Cond&) = delete;
  Cond& operator=(const Cond&) = delete;

  // Unlocks the mutex, waits for Signal or Broadcast, and locks it again. No wake-up between the unlocking and the waiting is lost.
  // Runs on: G | a plain thread, with the mutex locked.  Needs P: no.  Blocks: G.
  void Wait() {
    const std::uint32_t ticket = runtime::notifyListAdd(&waiters_);
    mutex_->Unlock();
    runtime::notifyListWait(&waiters_, ticket);
    mutex_->Lock();
  }

  // Wakes the one that has waited longest, if somebody waits. The mutex may be locked or not.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: never.
  void Signal() { runtime::notifyListNotifyOne(&waiters_); }

  // Wakes all that wait. The mutex may be locked or not.
  // Runs on: G | a plain thread.  Needs P: no.  Blocks: never.
  void Broadcast() { runtime::notifyListNotifyAll(&waiters_); }

 private:
  Mutex* mutex_;
  runtime::notifyList waiters_{};
};

}  // namespace gort

#endif  // GORT_RUNTIME_SYNC_COND_H_
