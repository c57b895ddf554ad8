#include "gort/runtime/time/timechan.h"

#include <type_traits>

#include "gort/gstruct/hchan.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/chan/chan.h"
#include "gort/runtime/chan/chan_ops.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/time/now.h"
#include "gort/runtime/timer/timerchan.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::internal {

namespace {

// To TSan: who starts the timer comes before who gets its value.
void RaceStart(const runtime::hchan* c) { runtime::racereleasemerge(runtime::chanbuf(c, 0)); }

// The timer's function. A full slot means a tick that nobody has taken yet; this one is dropped.
// Source: Go 1.27 time.sendTime: it sends the time at which the timer was due, since it may run only when somebody
// looks.
void sendTime(void* chan, std::uintptr_t, std::int64_t delta_ns) {
  auto* c = static_cast<runtime::hchan*>(chan);
  absl::Time now = NowIn(c->bubble) - absl::Nanoseconds(delta_ns);
  runtime::chansend(c, &now, false);
}

void freeTimerChan(runtime::timer* t) {
  runtime::timerstopwait(t);
  delete t;
}

// Tells channels how to deal with timers. Once, before there is a channel with one.
void InstallHooks() {
  static const bool installed = [] {
    runtime::timerhooks = {
        .maybeRunChan = &runtime::maybeRunChan,
        .blockTimerChan = &runtime::blockTimerChan,
        .unblockTimerChan = &runtime::unblockTimerChan,
        .freeTimerChan = &freeTimerChan,
    };
    return true;
  }();
  static_cast<void>(installed);
}

// Takes back the value in c's slot, if there is one.
// Locks: c->lock held.  Source: Go 1.27 runtime.timerchandrain.
bool Drain(runtime::hchan* c) {
  static_assert(std::is_trivially_copyable_v<absl::Time>, "a receiver's place is plain memory");
  if (c->qcount.load(std::memory_order_relaxed) == 0) return false;
  absl::Time dropped;
  runtime::buftake(c, &dropped);
  return true;
}

}  // namespace

RecvChan<absl::Time> MakeTimeChan(std::int64_t when, std::int64_t period_ns) {
  InstallHooks();
  Chan<absl::Time> ch = MakeChan<absl::Time>(1);
  runtime::hchan* c = ch.hchan();
  auto* t = new runtime::timer;
  runtime::timerinitchan(t, when, period_ns, &sendTime, c);
  RaceStart(c);
  c->timer = t;
  return ch;
}

bool RestartTimeChan(const RecvChan<absl::Time>& ch, std::int64_t when, std::int64_t period_ns) {
  runtime::hchan* c = ch.hchan();
  if (runtime::outsidebubble(c)) {
    throw PanicError(when > 0 ? "reset of synctest timer from outside bubble" : "stop of synctest timer from outside bubble");
  }
  bool prevented = false;
  for (;;) {
    // Stop, take back and start are one step for others who do the same: who restarts a timer holds the channel's lock.
    runtime::lock(&c->lock);
    bool sending;
    prevented |= runtime::timerstop(c->timer, &sending);
    if (!sending) break;
    // The value on its way is from before. It gets in, or to a receiver, and then we look again.
    runtime::unlock(&c->lock);
    Gosched();
  }
  prevented |= Drain(c);
  RaceStart(c);
  if (when > 0) runtime::timerreset(c->timer, when, period_ns);
  runtime::unlock(&c->lock);
  return prevented;
}

}  // namespace gort::internal

GORT_RACE_INVISIBLE_END
