#include "gort/runtime/netpoll/polldesc.h"

#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/netpoll/epoll.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/glist_ops.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/persistent.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

namespace {

constexpr int kAllocAtOnce = 16;

// Those that are not in use, last in first out.
struct {
  mutex lock;
  pollDesc* free;  // guard: lock
} constinit cache = {};

pollHalf* halfof(pollDesc* pd, PollMode mode) { return &pd->half[static_cast<int>(mode)]; }
const pollHalf* halfof(const pollDesc* pd, PollMode mode) { return &pd->half[static_cast<int>(mode)]; }

void give(pollDesc* pd) {
  lock(&cache.lock);
  pd->link = cache.free;
  cache.free = pd;
  unlock(&cache.lock);
}

pollDesc* take() {
  lock(&cache.lock);
  pollDesc* pd = cache.free;
  if (pd != nullptr) cache.free = pd->link;
  unlock(&cache.lock);
  if (pd != nullptr) return pd;
  auto* many = static_cast<pollDesc*>(persistentalloc(kAllocAtOnce * sizeof(pollDesc)));
  for (int i = 0; i < kAllocAtOnce; ++i) {
    raceforget(&many[i], sizeof(pollDesc));
    new (&many[i]) pollDesc{};
    lockInit(&many[i].lock, lockRankPollDesc);
    if (i != 0) give(&many[i]);
  }
  return &many[0];
}

// Ends the wait of who waits: with ready, or to see why not. Returns whom the caller must ready; null: nobody waits.
// Source: Go 1.27 runtime.netpollunblock.
g* netpollunblock(pollHalf* half, bool ready) {
  std::uintptr_t state = half->waiter.load(std::memory_order_seq_cst);
  do {
    if (state == pdReady || (state == pdNil && !ready)) return nullptr;
  } while (!half->waiter.compare_exchange_weak(state, ready ? pdReady : pdNil, std::memory_order_seq_cst));
  if (state <= pdWait) return nullptr;
  netpollWaiters.fetch_sub(1, std::memory_order_seq_cst);
  return reinterpret_cast<g*>(state);
}

// gopark's last word. Counted before it can be woken, so that the count is never too low: 0 means that the program may be dead.
// Source: Go 1.27 runtime.netpollblockcommit.
bool netpollblockcommit(g* gp, void* waiter) {
  const bool thread = isthread(gp);  // asked now: after the exchange gp may be running
  netpollWaiters.fetch_add(1, std::memory_order_seq_cst);
  std::uintptr_t state = pdWait;
  if (!static_cast<std::atomic<std::uintptr_t>*>(waiter)->compare_exchange_strong(state, reinterpret_cast<std::uintptr_t>(gp),
                                                                                std::memory_order_seq_cst)) {
    netpollWaiters.fetch_sub(1, std::memory_order_seq_cst);
    return false;
  }
  // A goroutine's M looks at the network next. A plain thread has none, and every M may be asleep.
  if (thread && sched.lastpoll.load(std::memory_order_seq_cst) != 0) wakep();
  return true;
}

// True: ready. False: ended by a deadline or a close, or by one that has been taken back meanwhile.
// Source: Go 1.27 runtime.netpollblock.
bool netpollblock(pollDesc* pd, PollMode mode) {
  std::atomic<std::uintptr_t>* waiter = &halfof(pd, mode)->waiter;
  for (;;) {
    std::uintptr_t state = pdReady;
    if (waiter->compare_exchange_strong(state, pdNil, std::memory_order_seq_cst)) return true;
    if (state != pdNil) sys::Fatal("netpoll: two goroutines wait for the same direction of one descriptor");
    if (waiter->compare_exchange_strong(state, pdWait, std::memory_order_seq_cst)) break;
  }
  if (netpollcheckerr(pd, mode) == PollError::kNone) gopark(&netpollblockcommit, waiter, WaitReason::kIOWait);
  return waiter->exchange(pdNil, std::memory_order_seq_cst) == pdReady;
}

// A timer of `mode`. Source: Go 1.27 runtime.netpolldeadlineimpl.
template <PollMode mode>
void deadlinepassed(void* arg, std::uintptr_t seq, std::int64_t) {
  auto* pd = static_cast<pollDesc*>(arg);
  pollHalf* half = halfof(pd, mode);
  lock(&pd->lock);
  g* gp = nullptr;
  if (half->seq == seq) {
    half->expired.store(true, std::memory_order_seq_cst);
    gp = netpollunblock(half, false);
  }
  unlock(&pd->lock);
  if (gp != nullptr) goready(gp);
}

// Locks: pd->lock held. Returns whom the caller must ready.
template <PollMode mode>
g* setdeadline(pollDesc* pd, std::int64_t when_ns) {
  pollHalf* half = halfof(pd, mode);
  ++half->seq;
  const bool past = when_ns != 0 && when_ns <= timerafter(&half->deadline, 0);
  half->expired.store(past, std::memory_order_seq_cst);
  if (when_ns != 0 && !past) {
    half->timed = true;
    timermodify(&half->deadline, when_ns, 0, &deadlinepassed<mode>, pd, half->seq);
  } else if (half->timed) {
    timerstop(&half->deadline);
  }
  return past ? netpollunblock(half, false) : nullptr;
}

void readynow(g* read_gp, g* write_gp) {
  if (read_gp != nullptr) goready(read_gp);
  if (write_gp != nullptr) goready(write_gp);
}

// goready for the poller, which has no P: the goroutine goes to its list.
void addready(gList* list, g* gp) {
  if (gp == nullptr) return;
  if (isthread(gp)) {
    goready(gp);
    return;
  }
  raceready(gp);
  traceEvent(traceEv::kNetReady, gp->goid, 0, 0);
  casgstatus(gp, kGwaiting, kGrunnable);
  push(list, gp);
}

}  // namespace

long netpollopen(int fd, pollDesc** made) {
  ensurestarted();  // a guest's first call may be this one
  pollDesc* pd = take();
  pd->fd = fd;
  pd->closing.store(false, std::memory_order_relaxed);
  for (pollHalf& half : pd->half) {
    half.waiter.store(pdNil, std::memory_order_relaxed);
    half.expired.store(false, std::memory_order_relaxed);
    half.timed = false;
    timerinit(&half.deadline, nullptr, nullptr);
  }
  const long failed = netpollregister(fd, pd);
  if (failed != 0) {
    give(pd);
    return failed;
  }
  *made = pd;
  return 0;
}

void netpollevict(pollDesc* pd) {
  lock(&pd->lock);
  pd->closing.store(true, std::memory_order_seq_cst);
  g* woken[kPollModes];
  for (int i = 0; i < kPollModes; ++i) {
    pollHalf* half = &pd->half[i];
    ++half->seq;
    if (half->timed) timerstop(&half->deadline);
    woken[i] = netpollunblock(half, false);
  }
  unlock(&pd->lock);
  readynow(woken[0], woken[1]);
}

void netpollclose(pollDesc* pd) {
  netpollunregister(pd->fd);
  // Release: who finds the new number in an event finds a pollDesc that is as new.
  pd->fdseq.fetch_add(1, std::memory_order_release);
  for (pollHalf& half : pd->half) {
    if (half.timed) timerstopwait(&half.deadline);
  }
  give(pd);
}

PollError netpollcheckerr(const pollDesc* pd, PollMode mode) {
  if (pd->closing.load(std::memory_order_seq_cst)) return PollError::kClosing;
  if (halfof(pd, mode)->expired.load(std::memory_order_seq_cst)) return PollError::kTimeout;
  return PollError::kNone;
}

PollError netpollreset(pollDesc* pd, PollMode mode) {
  const PollError error = netpollcheckerr(pd, mode);
  if (error == PollError::kNone) halfof(pd, mode)->waiter.store(pdNil, std::memory_order_seq_cst);
  return error;
}

PollError netpollwait(pollDesc* pd, PollMode mode) {
  for (;;) {
    if (const PollError error = netpollcheckerr(pd, mode); error != PollError::kNone) return error;
    if (netpollblock(pd, mode)) return PollError::kNone;
    // Woken by a deadline that has been moved since: the loop waits on.
  }
}

void netpolldeadline(pollDesc* pd, bool read, bool write, std::int64_t when_ns) {
  lock(&pd->lock);
  g* read_gp = nullptr;
  g* write_gp = nullptr;
  if (!pd->closing.load(std::memory_order_relaxed)) {
    if (read) read_gp = setdeadline<PollMode::kRead>(pd, when_ns);
    if (write) write_gp = setdeadline<PollMode::kWrite>(pd, when_ns);
  }
  unlock(&pd->lock);
  readynow(read_gp, write_gp);
}

void netpollready(gList* list, pollDesc* pd, bool read, bool write) {
  if (read) addready(list, netpollunblock(halfof(pd, PollMode::kRead), true));
  if (write) addready(list, netpollunblock(halfof(pd, PollMode::kWrite), true));
}

}  // namespace gort::runtime
