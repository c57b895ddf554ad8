#include "gort/runtime/timer/timer.h"

#include "gort/gstruct/p.h"
#include "gort/gstruct/synctest.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sched/tracking.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/timer/heap.h"
#include "gort/runtime/timer/home.h"

namespace gort::runtime {

namespace {

// Where timers go that are started on pp; null: by a thread without a P.
timers* heapof(p* pp) {
  if (pp == nullptr) {
    ensurestarted();  // a guest's first call may be a timer
    pp = allp[0].load(std::memory_order_relaxed);  // written before anything runs; never goes away
  }
  return &pp->timers;
}

// Lets others run while a call of a timer's function ends elsewhere.
void yield() {
  const g* gp = selfg();
  if (gp == gp->m->g0) {  // a plain thread's g is its m's g0, too
    sys::SchedYield();
  } else {
    gosched();
  }
}

// Where the caller's timers go, whatever P it runs on: the heap of its bubble; null if it is in none.
timers* bubbleheap() {
  const g* gp = selfg();
  return gp->bubble != nullptr ? &gp->bubble->timers : nullptr;
}

bool modify(timers* ts, timer* t, std::int64_t when, std::int64_t period_ns) {
  const bool waiting = t->when > 0;
  t->when = when > 0 ? when : 1;
  t->period = period_ns;
  t->rand = cheaprand();
  settle(ts, t);
  return waiting;
}

// Makes us known to the scheduler. Before the first timer is in a heap: the scheduler asks nothing while all are empty.
void installhooks() {
  static constinit mutex once{};
  static constinit std::atomic<bool> installed{false};
  // Acquire: pairs with the release below, so that who sees our heap's minWhen sees the hooks, whoever wrote them.
  if (installed.load(std::memory_order_acquire)) return;
  lock(&once);
  if (!installed.load(std::memory_order_relaxed)) {
    hooks.timerrun = &timerrun;
    hooks.timermove = &timermove;
    installed.store(true, std::memory_order_release);
  }
  unlock(&once);
}

// Source: Go 1.27 time.when.
std::int64_t later(std::int64_t now, std::int64_t d_ns) {
  std::int64_t when;
  return __builtin_add_overflow(now, d_ns > 0 ? d_ns : 0, &when) ? maxWhen : when;
}

// The first phase after now of a periodic timer that was due at `when`.
std::int64_t nextphase(std::int64_t when, std::int64_t period_ns, std::int64_t now) {
  const std::int64_t missed = (now - when) / period_ns;
  std::int64_t next;
  if (__builtin_mul_overflow(period_ns, 1 + missed, &next) || __builtin_add_overflow(when, next, &next)) return maxWhen;
  return next;
}

}  // namespace

// ---- Home -----------------------------------------------------------------------------------------------------------

timers* lockhome(timer* t) {
  for (;;) {
    // Acquire: pairs with the releases in StartLock and timermove. It makes the heap's memory visible; its lock does
    // the rest.
    timers* ts = t->ts.load(std::memory_order_acquire);
    lock(&ts->lock);
    if (t->ts.load(std::memory_order_relaxed) == ts) return ts;
    unlock(&ts->lock);
  }
}

StartLock::StartLock(timer* t) : mp_(selfg()->m) {
  timers* here = heapof(pin(mp_));
  for (;;) {
    ts_ = lockhome(t);
    if (ts_ == here || t->index != kNotInHeap || ts_->clock != nullptr) break;
    // Not both locks at a time: between the two, others find a stopped timer whose home is `here`, and may start it
    // there.
    t->ts.store(here, std::memory_order_release);
    unlock(&ts_->lock);
  }
  if (ts_->heap == nullptr) installhooks();
  min_before_ = ts_->minWhen.load(std::memory_order_relaxed);
}

StartLock::~StartLock() {
  const std::int64_t min = ts_->minWhen.load(std::memory_order_relaxed);
  const bool wake = min != 0 && (min_before_ == 0 || min < min_before_) && ts_->clock == nullptr;
  // Sequentially consistent: an M that goes to sleep says so and then reads minWhen; timerwake reads whether one
  // sleeps. One of the two must see the other.
  if (wake) ts_->minWhen.store(min, std::memory_order_seq_cst);
  unlock(&ts_->lock);
  unpin(mp_);
  if (wake) timerwake(min);
}

void settle(timers* ts, timer* t) {
  if (t->when == 0 || t->blocked == 0) {
    if (t->index != kNotInHeap) timerheapremove(ts, t);
  } else if (t->index == kNotInHeap) {
    timerheapadd(ts, t);
  } else {
    timerheapupdate(ts, t);
  }
}

// ---- Start and stop -------------------------------------------------------------------------------------------------

void timerinit(timer* t, TimerFunc f, void* arg) {
  // Without a bubble, a guess at where it will be started, not keeping the P: StartLock corrects it.
  timers* home = bubbleheap();
  t->ts.store(home != nullptr ? home : heapof(selfg()->m->p), std::memory_order_relaxed);
  t->index = kNotInHeap;
  t->rand = 0;
  t->when = 0;
  t->period = 0;
  t->f = f;
  t->arg = arg;
  t->seq = 0;
  t->blocked = 1;
  t->running = 0;
}

bool timermodify(timer* t, std::int64_t when, std::int64_t period_ns, TimerFunc f, void* arg, std::uintptr_t seq) {
  StartLock home(t);
  t->f = f;
  t->arg = arg;
  t->seq = seq;
  return modify(home.ts(), t, when, period_ns);
}

bool timerreset(timer* t, std::int64_t when, std::int64_t period_ns) {
  StartLock home(t);
  return modify(home.ts(), t, when, period_ns);
}

bool timerstop(timer* t, bool* running) {
  timers* ts = lockhome(t);
  const bool waiting = t->when > 0;
  t->when = 0;
  settle(ts, t);
  *running = t->running > 0;
  unlock(&ts->lock);
  return waiting;
}

bool timerstop(timer* t) {
  bool running;
  return timerstop(t, &running);
}

bool timerstopwait(timer* t) {
  bool waiting = false;
  for (;;) {
    bool running;
    waiting |= timerstop(t, &running);
    if (!running) return waiting;
    yield();
  }
}

// ---- Time -----------------------------------------------------------------------------------------------------------

std::int64_t clocknow(const timers* ts) {
  return ts->clock != nullptr ? ts->clock->load(std::memory_order_relaxed) : sys::Nanotime();
}

std::int64_t timerafter(std::int64_t d_ns) {
  const timers* home = bubbleheap();
  return later(home != nullptr ? clocknow(home) : sys::Nanotime(), d_ns);
}

std::int64_t timerafter(const timer* t, std::int64_t d_ns) {
  return later(clocknow(t->ts.load(std::memory_order_acquire)), d_ns);
}

bool outsidebubble(const timer* t) {
  const timers* home = t->ts.load(std::memory_order_acquire);
  return home->clock != nullptr && home != bubbleheap();
}

// ---- Running --------------------------------------------------------------------------------------------------------

timers* fire(timers* ts, timer* t, std::int64_t now) {
  const std::int64_t late = now - t->when;
  traceEvent(traceEv::kTimer, 0, static_cast<std::uint64_t>(late), 0);
  if (ts->clock == nullptr && tracking.load(std::memory_order_relaxed)) [[unlikely]] times.timersLate.Record(late);
  t->when = t->period > 0 ? nextphase(t->when, t->period, now) : 0;
  settle(ts, t);
  // Read before the lock is gone: f may be a new one when this call returns.
  const TimerFunc f = t->f;
  void* arg = t->arg;
  const std::uintptr_t seq = t->seq;
  if (f == nullptr) {
    unlock(&ts->lock);
    goready(static_cast<g*>(arg));  // and t is gone
    lock(&ts->lock);
    return ts;
  }
  ++t->running;
  unlock(&ts->lock);
  f(arg, seq, late);
  // Who stops it has to wait for `running`, so t is still there; its home may be another one.
  ts = lockhome(t);
  --t->running;
  return ts;
}

void timersrun(timers* ts, std::int64_t now) {
  // Acquire: as a hint only; whoever lowers it afterwards calls timerwake.
  const std::int64_t first = ts->minWhen.load(std::memory_order_acquire);
  if (first == 0 || first > now) return;
  lock(&ts->lock);
  while (ts->len > 0 && ts->heap[0].when <= now) {
    timers* home = fire(ts, ts->heap[0].timer, now);
    if (home == ts) continue;
    unlock(&home->lock);
    lock(&ts->lock);
  }
  unlock(&ts->lock);
}

void timerrun(p* pp, std::int64_t now) { timersrun(&pp->timers, now); }

void timermove(p* from, p* to) {
  timers* source = &from->timers;
  timers* target = &to->timers;
  lock(&source->lock);
  lock(&target->lock);
  while (source->len > 0) {
    timer* t = source->heap[source->len - 1].timer;
    timerheapremove(source, t);
    // Release: pairs with the acquire in lockhome.
    t->ts.store(target, std::memory_order_release);
    timerheapadd(target, t);
  }
  timerheapfree(source);
  unlock(&target->lock);
  unlock(&source->lock);
}

}  // namespace gort::runtime
