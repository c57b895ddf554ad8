// The root of a bubble: the goroutine, or plain thread, that called Test.
//
//     Test: starts f's goroutine
//       |
//       v     somebody else runs                    running == 0 and nobody is in Wait
//     root -------------------> waits (kSynctestRun) ------------------------------> looks --> all ended, or deadlock
//       ^                                                                              |
//       +--- moves the clock to the next timer and calls what is due, as one of them --+
//
// The counting is the scheduler's: runtime/sched/bubble.h.
#include "gort/runtime/synctest/synctest.h"

#include <atomic>
#include <cstdint>
#include <exception>
#include <utility>

#include "gort/gstruct/g.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/status.h"
#include "gort/gstruct/synctest.h"
#include "gort/gstruct/waitreason.h"
#include "gort/runtime/group/run.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sched/bubble.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/time/time.h"
#include "gort/runtime/timer/heap.h"
#include "gort/runtime/timer/timer.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::synctest {

namespace {

using runtime::g;
using runtime::synctestBubble;

// 2000-01-01 00:00:00 UTC. Source: Go 1.27 package testing/synctest.
constexpr std::int64_t kFirstNs = 946'684'800 * std::int64_t{1'000'000'000};

// A call of Test. For ever: a goroutine that is left blocked keeps referring to it, too.
struct Run {
  synctestBubble bubble{};
  std::exception_ptr thrown;  // by f. Writer: f's goroutine, before it ends; reader: the root, after that
  Run* next = nullptr;
};

// All of them, for debuggers and leak checkers.
constinit std::atomic<Run*> runs{nullptr};
constinit std::atomic<std::uint32_t> last_id{0};

Run* NewRun() {
  auto* run = new Run;
  synctestBubble* b = &run->bubble;
  runtime::lockInit(&b->timers.lock, runtime::lockRankTimers);
  b->timers.clock = &b->now;
  b->now.store(kFirstNs, std::memory_order_relaxed);
  b->id = last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  b->running = 1;  // the root
  run->next = runs.load(std::memory_order_relaxed);
  while (!runs.compare_exchange_weak(run->next, run, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return run;
}

// The caller is of the bubble while this lives: so is what timers' functions start.
class Member {
 public:
  Member(g* gp, synctestBubble* b) : gp_(gp) { gp_->bubble = b; }
  ~Member() { gp_->bubble = nullptr; }
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

 private:
  g* gp_;
};

// Waits until nobody else in the bubble runs. `place` is b->waiter or b->root; false if somebody stands there.
bool AwaitIdle(g* self, synctestBubble* b, g** place, runtime::WaitReason reason) {
  runtime::lock(&b->mu);
  const bool free = *place == nullptr;
  // Before we park: until then we count as running, so nobody looks at it.
  if (free) *place = self;
  runtime::unlock(&b->mu);
  if (free) runtime::gopark(&runtime::bubblewatch, b, reason);
  runtime::raceacquire(b);
  return free;
}

// The root's work until all others have ended. Returns why they cannot, or null.
const char* Drive(g* root, synctestBubble* b) {
  for (;;) {
    AwaitIdle(root, b, &b->root, runtime::WaitReason::kSynctestRun);
    runtime::lock(&b->mu);
    const bool all_ended = b->total == 0;
    runtime::unlock(&b->mu);
    if (all_ended) return nullptr;
    if (b->done) return "deadlock: main bubble goroutine has exited but blocked goroutines remain";
    const std::int64_t next = b->timers.minWhen.load(std::memory_order_acquire);
    if (next == 0 || next == runtime::maxWhen) return "deadlock: all goroutines in bubble are blocked";
    // A timer that was started for a time in the past is due now.
    if (next > b->now.load(std::memory_order_relaxed)) b->now.store(next, std::memory_order_relaxed);
    runtime::timersrun(&b->timers, next);
  }
}

// Shows who is blocked in b.
void ShowBlocked(const synctestBubble* b) {
  for (g* gp = runtime::allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    const bool blocked = gp->atomicstatus.load(std::memory_order_acquire) == runtime::kGwaiting;
    if (blocked && gp->bubble == b) runtime::DumpGoroutine(gp, nullptr);
  }
}

// The bubble that the caller is in.
synctestBubble* Mine() {
  synctestBubble* b = runtime::selfg()->bubble;
  if (b == nullptr) throw PanicError("goroutine is not in a bubble");
  return b;
}

}  // namespace

void Test(absl::FunctionRef<void()> f, SourceLocation where) {
  g* self = runtime::selfg();
  if (self->bubble != nullptr) throw PanicError("synctest.Run called from within a synctest bubble");
  Run* run = NewRun();
  const char* deadlock;
  {
    const Member member(self, &run->bubble);
    // As much stack as tests are used to.
    constexpr GoOptions kOptions = {.name = "synctest", .stack_size = 8 << 20};
    Go(
        kOptions,
        [run, f] {
          const internal::AtEnd end([run] { run->bubble.done = true; });
          run->thrown = internal::RunCatching(f);
        },
        where);
    deadlock = Drive(self, &run->bubble);
    if (deadlock != nullptr) ShowBlocked(&run->bubble);
  }
  if (run->bubble.timers.len == 0) runtime::timerheapfree(&run->bubble.timers);
  if (run->bubble.done && run->thrown != nullptr) std::rethrow_exception(std::exchange(run->thrown, nullptr));
  if (deadlock != nullptr) throw PanicError(deadlock);
}

void Wait() {
  synctestBubble* b = Mine();
  if (!AwaitIdle(runtime::selfg(), b, &b->waiter, runtime::WaitReason::kSynctestWait)) {
    throw PanicError("wait already in progress");
  }
}

void Sleep(absl::Duration d) {
  Mine();
  gort::Sleep(d);
  Wait();
}

}  // namespace gort::synctest

GORT_RACE_INVISIBLE_END
