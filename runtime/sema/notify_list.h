// Those who wait for a condition, in the order in which they came: what sync.Cond is made of.
//
//     wait = 7     the next ticket
//     notify = 4   the next ticket to be woken: 0 to 3 have been, 4 to 6 wait
//
// A ticket is taken before the caller lets go of its own lock, and only later does it join the list. So a wake-up that comes
// in between finds the ticket but no sleeper: it moves `notify` past it, and the owner finds its ticket called when it comes.
// That is the lost wake-up, closed by counting. And a signal always goes to a ticket that was there before it: whoever comes
// later cannot steal it.
//
//     Wait:   t = notifyListAdd(l)       NotifyOne:  ++notify; wake the one with that ticket, if it is in the list
//             release own lock           NotifyAll:  notify = wait; wake all that are in the list
//             notifyListWait(l, t)  -->  t < notify? return at once : join the list, sleep
//
// Tickets are 32 bits and wrap around: at most 2^31 may wait at a time.
//
// Source: Go 1.27 runtime.notifyList.
#ifndef GORT_RUNTIME_SEMA_NOTIFY_LIST_H_
#define GORT_RUNTIME_SEMA_NOTIFY_LIST_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/sudog.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

struct notifyList {
  std::atomic<std::uint32_t> wait;    // writers: notifyListAdd, without the lock
  std::atomic<std::uint32_t> notify;  // writers: under lock. Readers: also without, to see that nobody waits
  mutex lock;
  sudog* head = nullptr;  // guard: lock, as for tail
  sudog* tail = nullptr;
};

// Takes the next ticket. The caller still holds the lock under which it looked at its condition.
// Runs on: any.  Blocks: never.  Source: Go 1.27 runtime.notifyListAdd.
inline std::uint32_t notifyListAdd(notifyList* l) {
  // Release: with it, who sees the ticket sees what its owner did before; the lock of the caller mostly orders it anyway.
  return l->wait.fetch_add(1, std::memory_order_acq_rel);
}

// Waits until `ticket` has been called; returns at once if that has happened. Once for each ticket.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: G (a plain thread: the thread).  Locks: none held on entry.
// Source: Go 1.27 runtime.notifyListWait.
void notifyListWait(notifyList* l, std::uint32_t ticket);

// Calls every ticket taken so far.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: never.  Locks: none held on entry.
// Errors: ends the program when it wakes a goroutine of a synctest bubble that the caller is not in; notifyListNotifyOne, too.
// Source: Go 1.27 runtime.notifyListNotifyAll.
void notifyListNotifyAll(notifyList* l);

// Calls the lowest ticket not yet called, if there is one.
// Runs on: G | a plain thread.  Needs P: no.  Blocks: never.  Locks: none held on entry.
// Source: Go 1.27 runtime.notifyListNotifyOne.
void notifyListNotifyOne(notifyList* l);

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SEMA_NOTIFY_LIST_H_
