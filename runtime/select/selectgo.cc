#include "gort/runtime/select/selectgo.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "gort/gstruct/g.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/chan/chan_ops.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/timer/timer.h"

namespace gort::runtime {
namespace {

// A select in progress.
struct Selection {
  const scase* cases;
  std::uint16_t* pollorder;  // cases that may be ready: on channels, and timeouts that have passed
  std::uint16_t* lockorder;  // cases on channels
  int npoll;
  int nlock;
  int timeout;    // the earliest timeout still to come; -1: none
  int forbidden;  // a case on another bubble's channel; -1: none
  bool durable;   // all channels are of a bubble, which is the caller's
};

// What selparkcommit starts. In the frame of selectgo.
struct Timeout {
  timer t;
  std::int64_t when;
  sudog* sg;
};

// Random numbers for a shuffle, several out of each that the scheduler draws, which would otherwise be a fifth of what a select
// over four costs. Taken as a fraction of 2^32 and multiplied by n, a number gives one below n before the point, and behind it
// what is left for the next, coarser by the factor n.
class Draws {
 public:
  // A number below n, which is at most kMaxCases. The bias of all that come from one number is below 2^-12.
  std::uint32_t Below(std::uint32_t n) {
    if (used_ * n > kMostUsed) {
      fraction_ = cheaprand();
      used_ = 1;
    }
    used_ *= n;
    const std::uint64_t product = std::uint64_t{fraction_} * n;
    fraction_ = static_cast<std::uint32_t>(product);
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  static constexpr std::uint64_t kMostUsed = std::uint64_t{1} << 20;
  std::uint32_t fraction_ = 0;
  std::uint64_t used_ = kMostUsed;  // the product of the n's so far; as good as used up
};

// Fills in the two orders. Unlocked.
void Arrange(Selection* s, int ncases) {
  Draws draws;
  for (int i = 0; i < ncases; ++i) {
    const scase& k = s->cases[i];
    if (k.dir == SelectDir::kTimeout) {
      if (k.timeout_ns == INT64_MAX) continue;
      if (k.timeout_ns > 0) {
        if (s->timeout < 0 || k.timeout_ns < s->cases[s->timeout].timeout_ns) s->timeout = i;
        continue;
      }
    } else {
      if (k.c == nullptr) continue;
      if (outsidebubble(k.c)) {
        s->forbidden = i;
        return;
      }
      if (k.c->bubble == nullptr) s->durable = false;
      if (k.c->timer != nullptr) timerhooks.maybeRunChan(k.c->timer);
      s->lockorder[s->nlock++] = static_cast<std::uint16_t>(i);
    }
    // Shuffle as we go: the new one changes places with any, itself included (Fisher and Yates).
    s->pollorder[s->npoll] = static_cast<std::uint16_t>(i);
    if (s->npoll > 0) {
      std::swap(s->pollorder[s->npoll], s->pollorder[draws.Below(static_cast<std::uint32_t>(s->npoll) + 1)]);
    }
    ++s->npoll;
  }
  // One order for all selects: otherwise two of them, each with the other's channel still to lock, would wait for ever.
  // (std::sort: insertion for a few, never worse than n log n, no allocation.)
  std::sort(s->lockorder, s->lockorder + s->nlock, [s](std::uint16_t a, std::uint16_t b) {
    return reinterpret_cast<std::uintptr_t>(s->cases[a].c) < reinterpret_cast<std::uintptr_t>(s->cases[b].c);
  });
}

// Locks, unlocks all channels, each once: those of a channel's cases are neighbours.
void sellock(const Selection& s) {
  for (int i = 0; i < s.nlock; ++i) {
    hchan* c = s.cases[s.lockorder[i]].c;
    if (i == 0 || c != s.cases[s.lockorder[i - 1]].c) lock(&c->lock);
  }
}
void selunlock(const Selection& s) {
  for (int i = s.nlock - 1; i >= 0; --i) {
    hchan* c = s.cases[s.lockorder[i]].c;
    if (i == 0 || c != s.cases[s.lockorder[i - 1]].c) unlock(&c->lock);
  }
}

// Step 2 for a receive. False: not ready. Locks: all held on entry; released if it returns true.
bool TryRecv(const Selection& s, const scase& k, ChanStatus* status) {
  hchan* c = k.c;
  *status = ChanStatus::kOk;
  if (sudog* sg = dequeue(&c->sendq); sg != nullptr) {
    takefromsender(c, sg, k.elem, [&s] { selunlock(s); });
    return true;
  }
  if (c->qcount.load(std::memory_order_relaxed) > 0) {
    buftake(c, k.elem);
  } else if (c->closed.load(std::memory_order_relaxed) != 0) {
    raceacquire(c);
    *status = ChanStatus::kClosed;
  } else {
    return false;
  }
  selunlock(s);
  return true;
}

// Step 2 for a send. Returns and locks as TryRecv.
bool TrySend(const Selection& s, const scase& k, ChanStatus* status) {
  hchan* c = k.c;
  *status = ChanStatus::kOk;
  if (c->closed.load(std::memory_order_relaxed) != 0) {
    *status = ChanStatus::kClosed;
  } else if (sudog* sg = dequeue(&c->recvq); sg != nullptr) {
    raceslot(c, sg);
    selunlock(s);
    handtoreceiver(c, sg, k.elem);
    return true;
  } else if (c->qcount.load(std::memory_order_relaxed) < c->dataqsiz) {
    bufput(c, k.elem);
  } else {
    return false;
  }
  selunlock(s);
  return true;
}

// Step 2. Index -1: nothing is ready, and all channels are still locked.
SelectResult Poll(const Selection& s) {
  for (int i = 0; i < s.npoll; ++i) {
    const int index = s.pollorder[i];
    const scase& k = s.cases[index];
    ChanStatus status = ChanStatus::kOk;
    if (k.dir == SelectDir::kTimeout) {
      selunlock(s);
      return {index, status};
    }
    if (k.dir == SelectDir::kRecv ? TryRecv(s, k, &status) : TrySend(s, k, &status)) return {index, status};
  }
  return {-1, ChanStatus::kNotReady};
}

waitq* QueueOf(const scase& k) { return k.dir == SelectDir::kSend ? &k.c->sendq : &k.c->recvq; }

// Step 3, all channels locked. The sudogs are linked in lock order, for selparkcommit.
void Enqueue(const Selection& s, g* gp, sudog* sudogs) {
  sudog** link = &gp->waiting;
  for (int i = 0; i < s.nlock; ++i) {
    const int index = s.lockorder[i];
    const scase& k = s.cases[index];
    sudog* sg = &sudogs[index];
    initsudog(sg, gp, k.c, k.elem, true);
    enqueue(QueueOf(k), sg);
    *link = sg;
    link = &sg->waitlink;
    if (k.c->timer != nullptr) timerhooks.blockTimerChan(k.c->timer);
  }
  *link = nullptr;
}

// A timeout's timer.
void TimeoutFired(void* arg, std::uintptr_t, std::int64_t) {
  auto* sg = static_cast<sudog*>(arg);
  // What arg points to stays until the select has seen this function return (timerstopwait).
  if (winselect(sg->g)) wake(sg, true);
}

// Unlocks the channels, on g0, when the goroutine is kGwaiting: from the first unlock on, another thread may win the select
// and resume gp. Its stack, where the sudogs lie, nevertheless stays until the last unlock: gp cannot leave before it has
// locked each channel but the winner's (step 5), and if the last channel is the winner's, somebody has locked that.
// The timer comes before all unlocks for the same reason; without channels nothing is touched after it.
// Source: Go 1.27 runtime.selparkcommit.
bool selparkcommit(g* gp, void* arg) {
  const sudog* sg = gp->waiting;
  if (auto* timeout = static_cast<Timeout*>(arg); timeout != nullptr) {
    timermodify(&timeout->t, timeout->when, 0, &TimeoutFired, timeout->sg, 0);
  }
  hchan* last = nullptr;
  for (; sg != nullptr; sg = sg->waitlink) {
    if (last != nullptr && last != sg->c.vp) unlock(&last->lock);
    last = sg->c.vp;
  }
  if (last != nullptr) unlock(&last->lock);
  return true;
}

// Step 5. Afterwards nobody knows of the sudogs.
void Dequeue(const Selection& s, sudog* sudogs, const sudog* winner) {
  for (int i = 0; i < s.nlock; ++i) {
    const int index = s.lockorder[i];
    const scase& k = s.cases[index];
    sudog* sg = &sudogs[index];
    if (sg != winner) {
      lock(&k.c->lock);
      dequeueSudoG(QueueOf(k), sg);
      unlock(&k.c->lock);
    }
    if (k.c->timer != nullptr) timerhooks.unblockTimerChan(k.c->timer);
  }
}

// What waiting is called: "durable" when only the caller's bubble can end it.
WaitReason ReasonFor(const Selection& s, const g* gp) {
  return s.durable && gp->bubble != nullptr ? WaitReason::kSynctestSelect : WaitReason::kSelect;
}

// Steps 3 to 5: waits with a timeout, or without.
SelectResult Wait(const Selection& s, g* gp, sudog* sudogs, Timeout* timeout) {
  Enqueue(s, gp, sudogs);
  gopark(&selparkcommit, timeout, ReasonFor(s, gp));
  if (timeout != nullptr) timerstopwait(&timeout->t);
  const auto* winner = static_cast<const sudog*>(gp->param);
  gp->param = nullptr;
  gp->waiting = nullptr;
  Dequeue(s, sudogs, winner);
  // Nobody can try to win any more; the next select's locks publish this.
  gp->selectDone.store(0, std::memory_order_relaxed);
  return {static_cast<int>(winner - sudogs), winner->success ? ChanStatus::kOk : ChanStatus::kClosed};
}

// Wait with a timer, in a frame that selects without a timeout do not pay for.
[[gnu::noinline]] SelectResult WaitWithTimeout(const Selection& s, g* gp, sudog* sudogs) {
  Timeout timeout;
  timeout.sg = &sudogs[s.timeout];
  initsudog(timeout.sg, gp, nullptr, nullptr, true);
  timerinit(&timeout.t, &TimeoutFired, timeout.sg);
  timeout.when = timerafter(&timeout.t, s.cases[s.timeout].timeout_ns);
  gp->timer = &timeout.t;
  const SelectResult result = Wait(s, gp, sudogs, &timeout);
  gp->timer = nullptr;
  return result;
}

}  // namespace

SelectResult selectgo(const scase* cases, std::uint16_t* order, sudog* sudogs, int ncases, bool block) {
  Selection s = {.cases = cases,
                 .pollorder = order,
                 .lockorder = order + ncases,
                 .npoll = 0,
                 .nlock = 0,
                 .timeout = -1,
                 .forbidden = -1,
                 .durable = true};
  Arrange(&s, ncases);
  if (s.forbidden >= 0) return {s.forbidden, ChanStatus::kOutsideBubble};

  // Nothing, or one operation, to wait for: Go's compiler makes these into what is called here.
  if (block && s.npoll == 0 && s.timeout < 0) {
    parkforever(ncases == 0 ? WaitReason::kSelectNoCases : ReasonFor(s, selfg()));
  }
  // (One that waits beside nil channels is a select to Go, too: a dump says so.)
  if (s.npoll == 1 && s.nlock == 1 && s.timeout < 0 && (!block || ncases == 1)) {
    const int index = s.pollorder[0];
    const scase& k = cases[index];
    const ChanStatus status = k.dir == SelectDir::kSend ? chansend(k.c, k.elem, block) : chanrecv(k.c, k.elem, block);
    return {status == ChanStatus::kNotReady ? -1 : index, status};
  }

  seededpoint();
  g* gp = block ? selfg() : nullptr;  // before the locks: for a thread it may make one
  sellock(s);
  const SelectResult ready = Poll(s);
  if (ready.index >= 0) return ready;
  if (!block) {
    selunlock(s);
    return ready;
  }
  // Both under the locks that Poll has left.
  return s.timeout < 0 ? Wait(s, gp, sudogs, nullptr) : WaitWithTimeout(s, gp, sudogs);
}

}  // namespace gort::runtime
