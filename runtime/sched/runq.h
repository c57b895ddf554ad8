// Run queues: one ring for each P, and the global queue.
//
// The ring has one producer, the M that holds the P, and any number of consumers. Slots [runqhead, runqtail) are full.
//   put:  write the slot, then runqtail (release): a consumer that sees the new tail sees the goroutine.
//   get:  read the slot, then move runqhead (compare-and-swap, release): the producer that sees the new head may write
//         the slot again, and a consumer that loses the race has read a goroutine that it does not keep.
// Source: Go 1.27 runtime.runqput, runqget, runqputslow, globrunqput, globrunqget.
#ifndef GORT_RUNTIME_SCHED_RUNQ_H_
#define GORT_RUNTIME_SCHED_RUNQ_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/p.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/sched/globals.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// Puts a runnable goroutine on pp's queue. With `next` it goes ahead of all others and the one it displaces goes to the
// tail. When the ring is full, half of it goes to the global queue together with gp.
// Runs on: any, on the M that holds pp.  Needs P: pp.  Locks: takes sched.lock when the ring is full.
void runqput(p* pp, g* gp, bool next);

// Takes the next goroutine of pp, or null. *inherit_time: it came from runnext and goes on in the current time slice.
// Runs on: g0.  Needs P: pp.  Blocks: never.
g* runqget(p* pp, bool* inherit_time);

// Appends to the global queue.
// Runs on: any, also a thread without P.  Locks: sched.lock held; globrunqputone takes it.
void globrunqput(g* gp);
void globrunqputone(g* gp);

// Takes one goroutine, and with `batch` as many more into pp's ring as are its share; null when there is none.
// Runs on: g0.  Needs P: pp.  Locks: sched.lock held.
g* globrunqget(p* pp, bool batch);

// Takes half of victim's ring into pp's, and returns one of it; when the ring is empty and `steal_runnext` says so, what
// victim would run next. Null when there is nothing.
// Runs on: g0.  Needs P: pp, whose ring is empty; victim is another's.  Blocks: never, but may wait for 3 us.
// Source: Go 1.27 runtime.runqsteal, runqgrab.
g* runqsteal(p* pp, p* victim, bool steal_runnext);

// Whether pp has nothing to run, at one moment of the call.  Runs on: any.  Source: Go 1.27 runtime.runqempty.
bool runqempty(const p* pp);

// How many goroutines are in pp's ring, about: the ends are not read at one moment. As Go's traces count, without runnext.
// Runs on: any.
std::uint32_t runqlen(const p* pp);

// Moves all that pp, which nobody holds, has to run to the global queue.  Locks: sched.lock held.
void runqdrain(p* pp);

// ---- The paths of every switch, inline ------------------------------------------------------------------------------

// With one P there are no thieves, and the queue needs no locked operations: they would be a third of a switch.
inline bool nothieves() { return gomaxprocs.load(std::memory_order_relaxed) == 1; }

// runqput when the ring is full; false when a thief was faster, then there is room.
bool runqputslow(p* pp, g* gp, std::uint32_t head, std::uint32_t tail);

// Puts gp at the tail of the ring if there is room.
inline bool runqputtail(p* pp, g* gp, std::uint32_t* head, std::uint32_t* tail) {
  // Acquire: the slot is free only after the consumer's read of it; pairs with the release of runqhead.
  *head = pp->runqhead.load(std::memory_order_acquire);
  *tail = pp->runqtail.load(std::memory_order_relaxed);  // only we write it
  if (*tail - *head >= runqSize) [[unlikely]] return false;
  pp->runq[*tail % runqSize].store(gp, std::memory_order_relaxed);
  // Release: publishes the slot; pairs with the acquire of runqtail by a consumer.
  pp->runqtail.store(*tail + 1, std::memory_order_release);
  return true;
}

inline void runqput(p* pp, g* gp, bool next) {
  if (next) {
    g* displaced;
    if (nothieves()) {
      displaced = pp->runnext.load(std::memory_order_relaxed);
      pp->runnext.store(gp, std::memory_order_release);
    } else {
      // Hands gp to a thief that takes it from runnext, and the displaced one to us. Sequentially consistent: submit-1 of
      // findrunnable.cc.
      displaced = pp->runnext.exchange(gp, std::memory_order_seq_cst);
    }
    if (displaced == nullptr) return;
    gp = displaced;
  }
  std::uint32_t head;
  std::uint32_t tail;
  while (!runqputtail(pp, gp, &head, &tail)) {
    if (runqputslow(pp, gp, head, tail)) return;
  }
}

inline g* runqget(p* pp, bool* inherit_time) {
  // Only the owner stores a goroutine here; a thief can only take it away, so null is final.
  if (g* next = pp->runnext.load(std::memory_order_relaxed); next != nullptr) {
    if (nothieves()) {
      pp->runnext.store(nullptr, std::memory_order_relaxed);
    } else {
      next = pp->runnext.exchange(nullptr, std::memory_order_acq_rel);
    }
    if (next != nullptr) {
      *inherit_time = true;
      return next;
    }
  }
  *inherit_time = false;
  std::uint32_t head = pp->runqhead.load(std::memory_order_acquire);
  for (;;) {
    if (pp->runqtail.load(std::memory_order_relaxed) == head) return nullptr;
    g* gp = pp->runq[head % runqSize].load(std::memory_order_relaxed);
    if (nothieves()) {
      pp->runqhead.store(head + 1, std::memory_order_release);
      return gp;
    }
    // Release: frees the slot for runqputtail. Acquire on failure: the new head's slots.
    if (pp->runqhead.compare_exchange_weak(head, head + 1, std::memory_order_release, std::memory_order_acquire)) {
      return gp;
    }
  }
}

// Whether pp has nothing in its queue, as its owner sees it: a thief can only take away.
inline bool runqlooksempty(const p* pp) {
  return pp->runnext.load(std::memory_order_relaxed) == nullptr &&
         pp->runqhead.load(std::memory_order_relaxed) == pp->runqtail.load(std::memory_order_relaxed);
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_RUNQ_H_
