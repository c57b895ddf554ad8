#include "gort/runtime/timer/timerchan.h"

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/timer/home.h"

namespace gort::runtime {

void timerinitchan(timer* t, std::int64_t when, std::int64_t period_ns, TimerFunc f, void* arg) {
  timerinit(t, f, arg);
  t->when = when;
  t->period = period_ns;
  t->blocked = 0;
}

void maybeRunChan(timer* t) {
  timers* ts = lockhome(t);
  if (t->when > 0 && t->index == kNotInHeap) {
    const std::int64_t now = clocknow(ts);
    if (t->when <= now) ts = fire(ts, t, now);
  }
  unlock(&ts->lock);
}

void blockTimerChan(timer* t) {
  StartLock home(t);
  ++t->blocked;
  if (t->index == kNotInHeap) settle(home.ts(), t);
}

void unblockTimerChan(timer* t) {
  timers* ts = lockhome(t);
  --t->blocked;
  if (t->blocked == 0) settle(ts, t);
  unlock(&ts->lock);
}

}  // namespace gort::runtime
