#include "gort/runtime/sema/notify_list.h"

#include "gort/gstruct/g.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

namespace {

// Whether ticket `a` was taken before `b`, also across the wrap.
bool Before(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) < 0; }

// Whether every ticket has been called. Without the lock: a ticket taken at this moment may be missed, and its owner cannot tell
// that from a signal that came just before.
bool NobodyWaits(const notifyList* l) {
  return l->wait.load(std::memory_order_acquire) == l->notify.load(std::memory_order_relaxed);
}

// Unlinks and returns the sudog with `ticket`, or null: its owner has not joined the list yet.
// The list is nearly in order of tickets, since the way from notifyListAdd to notifyListWait is short: the search ends early.
sudog* Take(notifyList* l, std::uint32_t ticket) {
  sudog* previous = nullptr;
  sudog* s = l->head;
  while (s != nullptr && s->ticket != ticket) {
    previous = s;
    s = s->next;
  }
  if (s == nullptr) return nullptr;
  (previous != nullptr ? previous->next : l->head) = s->next;
  if (l->tail == s) l->tail = previous;
  return s;
}

// Readies the owner of s. A bubble's goroutine that waits on a Cond counts as durably blocked: nobody else may wake it.
void Wake(sudog* s) {
  const g* self = getg();
  if (s->g->bubble != nullptr && (self == nullptr || self->bubble != s->g->bubble)) [[unlikely]] {
    sys::Fatal("semaphore wake of synctest goroutine from outside bubble");
  }
  goready(s->g);
}

}  // namespace

void notifyListWait(notifyList* l, std::uint32_t ticket) {
  sudog s = {};
  s.g = selfg();
  s.ticket = ticket;
  lock(&l->lock);
  if (Before(ticket, l->notify.load(std::memory_order_relaxed))) {
    unlock(&l->lock);
    raceacquire(l);
    return;
  }
  (l->tail != nullptr ? l->tail->next : l->head) = &s;
  l->tail = &s;
  s.elem.vp = l;  // for leak reports
  s.g->waiting = &s;
  goparkunlock(&l->lock, WaitReason::kSyncCondWait);
  s.g->waiting = nullptr;
}

void notifyListNotifyAll(notifyList* l) {
  if (NobodyWaits(l)) return;
  racereleasemerge(l);
  lock(&l->lock);
  sudog* s = l->head;
  l->head = l->tail = nullptr;
  l->notify.store(l->wait.load(std::memory_order_acquire), std::memory_order_relaxed);
  unlock(&l->lock);
  while (s != nullptr) {
    sudog* next = s->next;  // before goready: *s may be gone afterwards
    Wake(s);
    s = next;
  }
}

void notifyListNotifyOne(notifyList* l) {
  if (NobodyWaits(l)) return;
  racereleasemerge(l);
  lock(&l->lock);
  const std::uint32_t ticket = l->notify.load(std::memory_order_relaxed);
  if (ticket == l->wait.load(std::memory_order_acquire)) {
    unlock(&l->lock);
    return;
  }
  l->notify.store(ticket + 1, std::memory_order_relaxed);
  sudog* s = Take(l, ticket);
  unlock(&l->lock);
  if (s != nullptr) Wake(s);
}

}  // namespace gort::runtime
