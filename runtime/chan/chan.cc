#include "gort/runtime/chan/chan.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "gort/gstruct/g.h"
#include "gort/gstruct/sudog.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/chan/chan_ops.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/mem/mem.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

chantimerhooks timerhooks = {
    .maybeRunChan = [](timer*) {},
    .blockTimerChan = [](timer*) {},
    .unblockTimerChan = [](timer*) {},
    .freeTimerChan = [](timer*) {},
};

namespace {

// One allocation: [ hchan | refs | buffer ]. On 64-byte lines the first holds what is constant and the ring's places, the
// second the queues and the lock; the buffer begins on the third.
struct chanblock : hchan {
  // Handles. Writers: any. The last decrement frees; so it acquires what all others released.
  std::atomic<std::uint32_t> refs;
};
constexpr std::size_t kLineBytes = 64;

// Half a tebibyte: absurd, also where memory is promised before it is there, and no sum below can overflow. Go's limit is the
// address space; but it ends the program when that much is not to be had.
constexpr std::uint64_t kMaxChanBytes = std::uint64_t{1} << 39;

std::size_t BlockAlign(const chantype* t) { return t->align > kLineBytes ? t->align : kLineBytes; }

// Where the buffer begins.
std::size_t BufferOffset(const chantype* t) { return (sizeof(chanblock) + t->align - 1) & ~std::size_t{t->align - 1u}; }

std::size_t BlockBytes(const chantype* t, std::uint64_t size) { return BufferOffset(t) + size * t->size; }

// Whether a send, or a receive, would have to wait. Without the lock, hence only a hint; the callers say what makes it more.
// Source: Go 1.27 runtime.full, runtime.empty.
bool full(const hchan* c) {
  if (c->dataqsiz == 0) return firstwaiter(&c->recvq) == nullptr;
  return c->qcount.load(std::memory_order_acquire) == c->dataqsiz;
}
bool empty(const hchan* c) {
  if (c->dataqsiz == 0) return firstwaiter(&c->sendq) == nullptr;
  return c->qcount.load(std::memory_order_acquire) == 0;
}

// What a wait on c is called: "durable" when only goroutines of the same bubble can end it.
WaitReason ReasonFor(const hchan* c, WaitReason plain, WaitReason durable) {
  return c->bubble == nullptr ? plain : durable;
}

}  // namespace

hchan* makechan(const chantype* t, std::int64_t size) {
  if (size < 0) return nullptr;
  const auto slots = static_cast<std::uint64_t>(size);
  if (t->size != 0 && slots > kMaxChanBytes / t->size) return nullptr;
  void* memory = memalloc(BlockBytes(t, slots), BlockAlign(t));
  if (memory == nullptr) return nullptr;
  auto* c = new (memory) chanblock{};
  lockInit(&c->lock, lockRankHchan);
  c->refs.store(1, std::memory_order_relaxed);
  c->dataqsiz = slots;
  c->buf = static_cast<char*>(memory) + BufferOffset(t);
  c->elemsize = t->size;
  c->elemtype = t;
  if (const g* gp = getg(); gp != nullptr) c->bubble = gp->bubble;
  return c;
}

void chanref(hchan* c) {
  // Relaxed: the caller's own handle keeps the channel alive meanwhile.
  if (c != nullptr) static_cast<chanblock*>(c)->refs.fetch_add(1, std::memory_order_relaxed);
}

void chanunref(hchan* c) {
  if (c == nullptr) return;
  auto* block = static_cast<chanblock*>(c);
  racereleasemerge(&block->refs);
  // Release: what we did with the channel comes before its end; acquire: what the others did, too.
  if (block->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  raceacquire(&block->refs);
  if (c->timer != nullptr) timerhooks.freeTimerChan(c->timer);
  const chantype* t = c->elemtype;
  for (std::uint64_t n = c->qcount.load(std::memory_order_relaxed); n > 0 && t->destroy != nullptr; --n) {
    destroyslot(t, chanbuf(c, c->recvx));
    c->recvx = nextslot(c, c->recvx);
  }
  memfree(block, BlockBytes(t, c->dataqsiz), BlockAlign(t));
}

std::uint64_t chanbytes(const hchan* c) { return BlockBytes(c->elemtype, c->dataqsiz); }

void parkforever(WaitReason reason) {
  selfg();
  gopark(nullptr, nullptr, reason);
  sys::Fatal("a goroutine that waits for what cannot happen was readied; nothing may ready it");
}

ChanStatus chansend(hchan* c, void* value, bool block) {
  if (c == nullptr) {
    if (!block) return ChanStatus::kNotReady;
    parkforever(WaitReason::kChanSendNilChan);
  }
  if (outsidebubble(c)) return ChanStatus::kOutsideBubble;
  seededpoint();

  // "Not ready" without the lock. First closed, then full, each acquire: a channel that is open now and was found full after
  // that may have been closed in between, but closing does not make room; so there was a moment when it was open and full.
  if (!block && c->closed.load(std::memory_order_acquire) == 0 && full(c)) return ChanStatus::kNotReady;

  g* gp = block ? selfg() : nullptr;  // before the lock: for a thread it may make one
  lock(&c->lock);
  if (c->closed.load(std::memory_order_relaxed) != 0) {
    unlock(&c->lock);
    return ChanStatus::kClosed;
  }
  if (sudog* sg = dequeue(&c->recvq); sg != nullptr) {
    raceslot(c, sg);
    unlock(&c->lock);
    handtoreceiver(c, sg, value);
    return ChanStatus::kOk;
  }
  if (c->qcount.load(std::memory_order_relaxed) < c->dataqsiz) {
    bufput(c, value);
    unlock(&c->lock);
    return ChanStatus::kOk;
  }
  if (!block) {
    unlock(&c->lock);
    return ChanStatus::kNotReady;
  }

  sudog me;
  initsudog(&me, gp, c, value, false);
  gp->waiting = &me;
  enqueue(&c->sendq, &me);
  goparkunlock(&c->lock, ReasonFor(c, WaitReason::kChanSend, WaitReason::kSynctestChanSend));
  gp->waiting = nullptr;
  return me.success ? ChanStatus::kOk : ChanStatus::kClosed;
}

ChanStatus chanrecv(hchan* c, void* place, bool block) {
  if (c == nullptr) {
    if (!block) return ChanStatus::kNotReady;
    parkforever(WaitReason::kChanReceiveNilChan);
  }
  if (outsidebubble(c)) return ChanStatus::kOutsideBubble;
  seededpoint();
  if (c->timer != nullptr) timerhooks.maybeRunChan(c->timer);

  // "Not ready" without the lock. First empty, then closed: what is open after it was found empty was open and empty at that
  // moment. What is closed gets no more values, but may have got one between the two looks, hence the second look.
  if (!block && empty(c)) {
    if (c->closed.load(std::memory_order_acquire) == 0) return ChanStatus::kNotReady;
    if (empty(c)) {
      raceacquire(c);
      return ChanStatus::kClosed;
    }
  }

  g* gp = block ? selfg() : nullptr;  // as in chansend
  lock(&c->lock);
  // No sender waits on a closed channel: close sent them all away.
  if (sudog* sg = dequeue(&c->sendq); sg != nullptr) {
    takefromsender(c, sg, place, [c] { unlock(&c->lock); });
    return ChanStatus::kOk;
  }
  if (c->qcount.load(std::memory_order_relaxed) > 0) {
    buftake(c, place);
    unlock(&c->lock);
    return ChanStatus::kOk;
  }
  if (c->closed.load(std::memory_order_relaxed) != 0) {
    unlock(&c->lock);
    raceacquire(c);
    return ChanStatus::kClosed;
  }
  if (!block) {
    unlock(&c->lock);
    return ChanStatus::kNotReady;
  }

  sudog me;
  initsudog(&me, gp, c, place, false);
  gp->waiting = &me;
  enqueue(&c->recvq, &me);
  timer* t = c->timer;
  if (t != nullptr) timerhooks.blockTimerChan(t);
  goparkunlock(&c->lock, ReasonFor(c, WaitReason::kChanReceive, WaitReason::kSynctestChanReceive));
  if (t != nullptr) timerhooks.unblockTimerChan(t);
  gp->waiting = nullptr;
  return me.success ? ChanStatus::kOk : ChanStatus::kClosed;
}

ChanStatus closechan(hchan* c) {
  if (c == nullptr) return ChanStatus::kNil;
  if (outsidebubble(c)) return ChanStatus::kOutsideBubble;
  seededpoint();
  lock(&c->lock);
  if (c->closed.load(std::memory_order_relaxed) != 0) {
    unlock(&c->lock);
    return ChanStatus::kClosed;
  }
  racereleasemerge(c);
  // Release: who finds it closed without the lock finds the values that were sent before, too.
  c->closed.store(1, std::memory_order_release);
  // The woken, last first: Go's order, which programs can see. Readied only after the lock is released.
  g* woken = nullptr;
  for (waitq* q : {&c->recvq, &c->sendq}) {
    while (sudog* sg = dequeue(q)) {
      g* gp = sg->g;
      sg->success = false;
      gp->param = sg;
      gp->schedlink = woken;
      woken = gp;
    }
  }
  unlock(&c->lock);
  while (woken != nullptr) {
    g* gp = woken;
    woken = gp->schedlink;
    gp->schedlink = nullptr;
    goready(gp);
  }
  return ChanStatus::kOk;
}

std::int64_t chanlen(const hchan* c) {
  if (c == nullptr || c->timer != nullptr) return 0;
  return static_cast<std::int64_t>(c->qcount.load(std::memory_order_relaxed));
}

std::int64_t chancap(const hchan* c) {
  if (c == nullptr || c->timer != nullptr) return 0;
  return static_cast<std::int64_t>(c->dataqsiz);
}

}  // namespace gort::runtime
