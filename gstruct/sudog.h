// sudog: a goroutine in the wait list of one channel or semaphore. A goroutine in a select has one for each case, so
// that the relation between goroutines and wait lists is many to many.
//
// Guard: the lock of the channel (or semaphore bucket) whose list it is in; elsewhere its goroutine.
// Source: Go 1.27 runtime.sudog; every offset is Go's.
#ifndef GORT_GSTRUCT_SUDOG_H_
#define GORT_GSTRUCT_SUDOG_H_

#include <cstdint>

namespace gort::runtime {

struct g;
struct hchan;

// A pointer in two forms. Go's collector needs both to find leaked goroutines; here vp is the pointer and vu the same
// as a number, kept so that the offsets behind it are Go's. Source: Go 1.27 runtime.maybeTraceablePtr.
struct maybeTraceablePtr {
  void* vp;
  std::uintptr_t vu;
};

// Source: Go 1.27 runtime.maybeTraceableChan.
struct maybeTraceableChan {
  hchan* vp;
  std::uintptr_t vu;
};

struct sudog {
  struct g* g;                // who waits
  sudog* next;                // the wait list, doubly linked: a select removes its losers in O(1)
  sudog* prev;                //
  maybeTraceablePtr elem;     // the value's place, mostly on the waiter's stack: to move from or to construct into
  std::int64_t acquiretime;   // semaphores: when the wait began, CLOCK_MONOTONIC ns; -1 when not measured
  std::int64_t releasetime;   // when it was woken; -1 asks the waker to fill it in
  std::uint32_t ticket;       // semaphores: heap priority in the treap, later the hand-off mark
  bool isSelect;              // part of a select: the waker must win g.selectDone first
  bool success;               // woken by a value (true) or by close (false)
  std::uint16_t waiters;      // Go counts waiters on an address here, for its contention profile; no writer yet
  sudog* parent;              // Go's treap of addresses needs it; ours does not (runtime/sema/sematree.h)
  sudog* waitlink;            // g.waiting list, or the list of waiters on one address
  sudog* waittail;            // semaphores: last of that list
  maybeTraceableChan c;       // the channel; null for a semaphore
};

}  // namespace gort::runtime

#endif  // GORT_GSTRUCT_SUDOG_H_
