#include "gort/runtime/group/semaphore.h"

#include <utility>

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/chan/chan.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/switch/race.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort {

// Somebody in line, on its own stack.
//
//     in line ----------- Release takes it out ----------> granted ---- Release closes ready ----> woken
//        |                                                    |                                      ^
//        | its ctx is done: it takes itself out               | its ctx is done: it waits ...........:
//        v                                                    v
//      gone                                                 gone, after giving the units back
//
// A granted waiter belongs to the Release that granted it, and stays until that has closed `ready`.
struct Semaphore::Waiter {
  const std::int64_t n;
  const Chan<Unit> ready = MakeChan<Unit>();
  runtime::hchan* const wake = ready.hchan();
  // Guarded by mutex_ while in line, then the granter's.
  Waiter* next = nullptr;
  Waiter* prev = nullptr;
  bool granted = false;  // guarded by mutex_
};

namespace {

void CheckCount(std::int64_t n) {
  if (n < 0) throw PanicError("semaphore: negative number of units");
}

}  // namespace

// Locks: mutex_ held.
bool Semaphore::TryTake(std::int64_t n) {
  if (head_ != nullptr || size_ - held_ < n) return false;
  held_ += n;
  runtime::raceacquire(&held_);
  return true;
}

// Takes everyone out of the line, from its head, whom the free units suffice for. Returns them as a list.
// Locks: mutex_ held.
Semaphore::Waiter* Semaphore::TakeGranted() {
  Waiter* const first = head_;
  Waiter* last = nullptr;
  while (head_ != nullptr && size_ - held_ >= head_->n) {
    held_ += head_->n;
    head_->granted = true;
    last = head_;
    head_ = head_->next;
  }
  if (last == nullptr) return nullptr;
  last->next = nullptr;
  (head_ != nullptr ? head_->prev : tail_) = nullptr;
  return first;
}

// Locks: mutex_ held; `waiter` is in line.
void Semaphore::Remove(Waiter* waiter) {
  (waiter->prev != nullptr ? waiter->prev->next : head_) = waiter->next;
  (waiter->next != nullptr ? waiter->next->prev : tail_) = waiter->prev;
}

// Locks: none held. The semaphore may be gone.
void Semaphore::Wake(Waiter* granted) {
  while (granted != nullptr) {
    // Both read before it is woken and its stack goes on: the channel must outlast Close.
    Waiter* const next = granted->next;
    runtime::hchan* const ready = granted->wake;
    runtime::chanref(ready);
    runtime::closechan(ready);
    runtime::chanunref(ready);
    granted = next;
  }
}

absl::Status Semaphore::Acquire(const Context& ctx, std::int64_t n) {
  CheckCount(n);
  if (absl::Status err = ctx.Err(); !err.ok()) return err;
  runtime::lock(&mutex_);
  bool taken = TryTake(n);
  runtime::unlock(&mutex_);
  if (taken) return absl::OkStatus();
  if (n > size_) {
    ctx.Done().Recv();
    return ctx.Err();
  }

  Waiter self{n};  // makes a channel, so not under the lock
  runtime::lock(&mutex_);
  taken = TryTake(n);
  if (!taken) {
    self.prev = tail_;
    (tail_ != nullptr ? tail_->next : head_) = &self;
    tail_ = &self;
  }
  runtime::unlock(&mutex_);
  if (taken) return absl::OkStatus();

  std::optional<Unit> ignored;
  if (Select(Done(ctx), Recv(self.ready, ignored)) == 0) {
    runtime::lock(&mutex_);
    if (!self.granted) {
      Remove(&self);
      Waiter* const granted = TakeGranted();  // whom only this one held up
      runtime::unlock(&mutex_);
      Wake(granted);
      return ctx.Err();
    }
    runtime::unlock(&mutex_);
    self.ready.Recv();
  }
  // The units are ours. If ctx is done as well, that is what counts: the order of the two must not be a matter of luck.
  runtime::raceacquire(&held_);
  absl::Status err = ctx.Err();
  if (!err.ok()) Release(n);
  return err;
}

void Semaphore::Acquire(std::int64_t n) { static_cast<void>(Acquire(Background(), n)); }

bool Semaphore::TryAcquire(std::int64_t n) {
  CheckCount(n);
  runtime::lock(&mutex_);
  const bool taken = TryTake(n);
  runtime::unlock(&mutex_);
  return taken;
}

void Semaphore::Release(std::int64_t n) {
  CheckCount(n);
  runtime::racereleasemerge(&held_);
  runtime::lock(&mutex_);
  if (n > held_) {
    runtime::unlock(&mutex_);
    throw PanicError("semaphore: released more than held");
  }
  held_ -= n;
  Waiter* const granted = TakeGranted();
  runtime::unlock(&mutex_);
  Wake(granted);
}

}  // namespace gort

GORT_RACE_INVISIBLE_END
