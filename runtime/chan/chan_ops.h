// The steps that chansend, chanrecv and select share. All under c->lock unless said; the pictures are in chan.h.
#ifndef GORT_RUNTIME_CHAN_CHAN_OPS_H_
#define GORT_RUNTIME_CHAN_CHAN_OPS_H_

#include <atomic>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/hchan.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/sudog.h"
#include "gort/runtime/chan/chantype.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/race.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// ---- waitq ----------------------------------------------------------------------------------------------------------------

// waitq.first is read without the lock by the non-blocking operations, so its writes are atomic: release, as all that somebody
// may read without the lock, so that the reader's acquire finds what led to it.
inline sudog* firstwaiter(const waitq* q) {
  return std::atomic_ref<sudog*>(const_cast<waitq*>(q)->first).load(std::memory_order_acquire);
}
inline void setfirstwaiter(waitq* q, sudog* sg) {
  std::atomic_ref<sudog*>(q->first).store(sg, std::memory_order_release);
}

// Source: Go 1.27 waitq.enqueue.
inline void enqueue(waitq* q, sudog* sg) {
  sg->next = nullptr;
  sg->prev = q->last;
  if (q->last == nullptr) {
    setfirstwaiter(q, sg);
  } else {
    q->last->next = sg;
  }
  q->last = sg;
}

// Takes `sg` out, which is in `q`.
inline void unlink(waitq* q, sudog* sg) {
  if (sg->prev == nullptr) {
    setfirstwaiter(q, sg->next);
  } else {
    sg->prev->next = sg->next;
  }
  if (sg->next == nullptr) {
    q->last = sg->prev;
  } else {
    sg->next->prev = sg->prev;
  }
}

// Whether the caller may wake gp, which waits in a select through several queues: the first who asks may.
inline bool winselect(g* gp) {
  std::uint32_t undecided = 0;
  // Acquire and release: the winner reads and writes what the select has prepared.
  return gp->selectDone.compare_exchange_strong(undecided, 1, std::memory_order_acq_rel, std::memory_order_relaxed);
}

// Takes out the first waiter who can still be served, or returns null. A waiter that is in a select can be woken through
// each of its channels; who wins its selectDone may wake it, and who loses drops the entry and goes on to the next.
// Marks what it takes out by next = itself, for dequeueSudoG.
// Source: Go 1.27 waitq.dequeue.
inline sudog* dequeue(waitq* q) {
  for (;;) {
    sudog* sg = q->first;
    if (sg == nullptr) return nullptr;
    unlink(q, sg);
    sg->next = sg;
    if (!sg->isSelect || winselect(sg->g)) return sg;
  }
}

// Takes `sg` out of `q` if it is still in it. Constant time however many wait. Locks: the channel's held.
// Source: Go 1.27 waitq.dequeueSudoG, which finds out from the neighbours whether it is still in.
inline void dequeueSudoG(waitq* q, sudog* sg) {
  if (sg->next != sg) unlink(q, sg);
}

// ---- the buffer -----------------------------------------------------------------------------------------------------------

inline void* chanbuf(const hchan* c, std::uint64_t i) { return static_cast<char*>(c->buf) + i * c->elemsize; }

inline std::uint64_t nextslot(const hchan* c, std::uint64_t i) { return i + 1 == c->dataqsiz ? 0 : i + 1; }

// qcount is written under the lock alone, so no locked operation is needed to change it. Release, as setfirstwaiter.
inline void setqcount(hchan* c, std::uint64_t n) { c->qcount.store(n, std::memory_order_release); }

// A slot's uses come one after the other: the k-th send, the k-th receive, the (k+C)-th send.
//
// Puts *value behind the last one. There is room.
inline void bufput(hchan* c, void* value) {
  void* slot = chanbuf(c, c->sendx);
  raceacquire(slot);
  putvalue(c->elemtype, slot, value);
  racereleasemerge(slot);
  c->sendx = nextslot(c, c->sendx);
  setqcount(c, c->qcount.load(std::memory_order_relaxed) + 1);
}

// Gives the head to `place`. There is one.
inline void buftake(hchan* c, void* place) {
  void* slot = chanbuf(c, c->recvx);
  raceacquire(slot);
  delivervalue(c->elemtype, place, slot);
  destroyslot(c->elemtype, slot);
  racereleasemerge(slot);
  c->recvx = nextslot(c, c->recvx);
  setqcount(c, c->qcount.load(std::memory_order_relaxed) - 1);
}

// ---- hand-off -------------------------------------------------------------------------------------------------------------

// Prepares `sg` for waiting on c on behalf of gp; `elem` is the sender's value or the receiver's place.
inline void initsudog(sudog* sg, g* gp, hchan* c, void* elem, bool is_select) {
  sg->g = gp;
  sg->elem = {elem, reinterpret_cast<std::uintptr_t>(elem)};
  sg->c = {c, reinterpret_cast<std::uintptr_t>(c)};
  sg->isSelect = is_select;
  sg->success = false;
  sg->waitlink = nullptr;
  racerelease(&sg->elem.vu);
}

// For the one who has dequeued `sg`: what its owner did before it waited comes before what we do now.
inline void raceacquirewaiter(const sudog* sg) { raceacquire(&sg->elem.vu); }

// Tells the waiter behind `sg`, which we have dequeued, how it ended. After this sg may be gone.
// Locks: none held.
inline void wake(sudog* sg, bool success) {
  g* gp = sg->g;
  sg->success = success;
  gp->param = sg;
  goready(gp);
}

// With --config=race a value that is handed past the empty buffer to `sg`, which we have dequeued, uses up a slot as well: otherwise the k-th
// receive and the (k+C)-th send would no longer meet at one.
// Locks: c->lock held.  Source: Go 1.27 runtime.send, under raceenabled.
inline void raceslot([[maybe_unused]] hchan* c, [[maybe_unused]] const sudog* sg) {
#if defined(GORT_RACE)
  if (c->dataqsiz == 0) return;
  void* slot = chanbuf(c, c->recvx);
  raceacquire(slot);
  raceacquirewaiter(sg);
  racereleasemerge(slot);
  c->recvx = nextslot(c, c->recvx);
  c->sendx = c->recvx;
#endif
}

// Gives *value to the receiver `sg`, which we have dequeued.
// Locks: none held. Go copies under the lock; but the two ends are ours alone since dequeue, and a T's move is the user's code.
// Source: Go 1.27 runtime.send.
inline void handtoreceiver(const hchan* c, sudog* sg, void* value) {
  raceacquirewaiter(sg);
  delivervalue(c->elemtype, sg->elem.vp, value);
  wake(sg, true);
}

// Receives into `place` when the sender `sg`, which we have dequeued, waits: its value, if there is no buffer; otherwise the
// head, and its value takes the slot that becomes free, which is the tail: the buffer is full.
// Locks: c->lock held on entry; released by unlockf(), which a select lets release those of its other channels, too.
// Source: Go 1.27 runtime.recv.
template <class Unlock>
void takefromsender(hchan* c, sudog* sg, void* place, Unlock unlockf) {
  raceacquirewaiter(sg);
  if (c->dataqsiz == 0) {
    unlockf();
    delivervalue(c->elemtype, place, sg->elem.vp);
  } else {
    void* slot = chanbuf(c, c->recvx);
    raceacquire(slot);
    delivervalue(c->elemtype, place, slot);
    destroyslot(c->elemtype, slot);
    putvalue(c->elemtype, slot, sg->elem.vp);
    racereleasemerge(slot);
    c->recvx = nextslot(c, c->recvx);
    c->sendx = c->recvx;
    unlockf();
  }
  wake(sg, true);
}

// ---- bubbles --------------------------------------------------------------------------------------------------------------

// Whether the caller may not use c: only goroutines of a synctest bubble may use its channels. No lock needed.
inline bool outsidebubble(const hchan* c) {
  if (c->bubble == nullptr) [[likely]] {
    return false;
  }
  const g* gp = getg();
  return gp == nullptr || gp->bubble != c->bubble;
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_CHAN_CHAN_OPS_H_
