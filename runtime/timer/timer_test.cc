// Timers on a heap with a clock of the test's own: nothing here waits for real time.

#include "gort/runtime/timer/timer.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gort/gstruct/p.h"
#include "gort/runtime/lock/lockrank.h"
#include "gort/runtime/timer/heap.h"
#include "gort/runtime/timer/timerchan.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

// A heap with a clock that the test sets.
class FakeTime {
 public:
  explicit FakeTime(std::int64_t now = 1'000) : now_(now), ts_{} {
    lockInit(&ts_.lock, lockRankTimers);
    ts_.clock = &now_;
  }
  ~FakeTime() {
    EXPECT_EQ(ts_.len, 0u) << "a timer was left in the heap";
    timerheapfree(&ts_);
  }

  timers* ts() { return &ts_; }
  std::int64_t now() const { return now_.load(); }

  // Sets the clock and runs what is due. Returns when the next timer is due.
  std::int64_t AdvanceTo(std::int64_t now) {
    now_.store(now);
    timersrun(&ts_, now);
    return ts_.minWhen;
  }

 private:
  std::atomic<std::int64_t> now_;
  timers ts_;
};

// A timer at home in a FakeTime, which counts its calls. Timers of a heap with a clock never leave it.
struct Counter : timer {
  explicit Counter(FakeTime* time) {
    timerinit(this, &Call, this);
    ts.store(time->ts());
  }
  ~Counter() { timerstopwait(this); }

  static void Call(void* arg, std::uintptr_t seq, std::int64_t delta_ns) {
    auto* self = static_cast<Counter*>(arg);
    self->last_seq = seq;
    self->last_delta_ns = delta_ns;
    self->calls.fetch_add(1);
  }

  std::atomic<int> calls{0};
  std::atomic<std::uintptr_t> last_seq{0};
  std::atomic<std::int64_t> last_delta_ns{-1};
};

// ---- Once -----------------------------------------------------------------------------------------------------------

TEST(Timer, CallsOnceAtItsTimeAndNotBefore) {
  FakeTime time;
  Counter t(&time);
  EXPECT_FALSE(timerreset(&t, 2'000, 0));
  EXPECT_EQ(time.AdvanceTo(1'999), 2'000);
  EXPECT_EQ(t.calls, 0);
  EXPECT_EQ(time.AdvanceTo(2'000), 0);
  EXPECT_EQ(t.calls, 1);
  EXPECT_EQ(t.last_delta_ns, 0);
  time.AdvanceTo(9'000);
  EXPECT_EQ(t.calls, 1);
}

TEST(Timer, SaysHowLateTheCallIs) {
  FakeTime time;
  Counter t(&time);
  timerreset(&t, 2'000, 0);
  time.AdvanceTo(2'345);
  EXPECT_EQ(t.last_delta_ns, 345);
}

TEST(Timer, TimeInThePastIsDueAtOnce) {
  for (std::int64_t when : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, std::int64_t{999}}) {
    FakeTime time;
    Counter t(&time);
    timerreset(&t, when, 0);
    time.AdvanceTo(time.now());
    EXPECT_EQ(t.calls, 1) << when;
  }
}

TEST(Timer, MaxWhenNeverComes) {
  FakeTime time;
  Counter t(&time);
  timerreset(&t, maxWhen, 0);
  EXPECT_EQ(time.AdvanceTo(maxWhen - 1), maxWhen);
  EXPECT_EQ(t.calls, 0);
  EXPECT_TRUE(timerstop(&t));
}

TEST(Timer, ModifySetsEverythingAnew) {
  FakeTime time;
  Counter t(&time);
  Counter other(&time);
  timermodify(&t, 2'000, 0, &Counter::Call, &other, 77);
  time.AdvanceTo(2'000);
  EXPECT_EQ(t.calls, 0);
  EXPECT_EQ(other.calls, 1);
  EXPECT_EQ(other.last_seq, 77u);
}

TEST(Timer, StopTellsWhetherItPreventedTheCall) {
  FakeTime time;
  Counter t(&time);
  EXPECT_FALSE(timerstop(&t)) << "never started";
  timerreset(&t, 2'000, 0);
  EXPECT_TRUE(timerstop(&t));
  EXPECT_FALSE(timerstop(&t)) << "stopped already";
  time.AdvanceTo(3'000);
  EXPECT_EQ(t.calls, 0);
  timerreset(&t, 4'000, 0);
  time.AdvanceTo(4'000);
  EXPECT_FALSE(timerstop(&t)) << "called already";
}

TEST(Timer, ResetTellsWhetherItWasWaiting) {
  FakeTime time;
  Counter t(&time);
  EXPECT_FALSE(timerreset(&t, 2'000, 0));
  EXPECT_TRUE(timerreset(&t, 1'500, 0));
  EXPECT_EQ(time.AdvanceTo(1'400), 1'500) << "earlier";
  EXPECT_TRUE(timerreset(&t, 5'000, 0));
  EXPECT_EQ(time.AdvanceTo(4'000), 5'000) << "later";
  EXPECT_EQ(t.calls, 0);
  time.AdvanceTo(5'000);
  EXPECT_FALSE(timerreset(&t, 6'000, 0));
  time.AdvanceTo(6'000);
  EXPECT_EQ(t.calls, 2);
}

TEST(Timer, CallMayStartAndStopItsOwnTimer) {
  FakeTime time;
  struct Again {
    FakeTime* time;
    timer t;
    int calls;
  } again{&time, {}, 0};
  timerinit(
      &again.t,
      [](void* arg, std::uintptr_t, std::int64_t) {
        auto* a = static_cast<Again*>(arg);
        EXPECT_FALSE(timerstop(&a->t));
        if (++a->calls < 3) timerreset(&a->t, a->time->now() + 10, 0);
      },
      &again);
  again.t.ts.store(time.ts());
  timerreset(&again.t, 2'000, 0);
  EXPECT_EQ(time.AdvanceTo(2'000), 2'010);
  EXPECT_EQ(time.AdvanceTo(2'010), 2'020);
  EXPECT_EQ(time.AdvanceTo(2'020), 0);
  EXPECT_EQ(again.calls, 3);
}

// ---- Many -----------------------------------------------------------------------------------------------------------

TEST(Timer, CallsInTheOrderOfTheirTimes) {
  FakeTime time;
  std::string order;
  const TimerFunc append = [](void* to, std::uintptr_t name, std::int64_t) {
    *static_cast<std::string*>(to) += static_cast<char>(name);
  };
  std::deque<Counter> all;
  for (char name : std::string("bdaec")) timermodify(&all.emplace_back(&time), 2'000 + name, 0, append, &order, name);
  time.AdvanceTo(3'000);
  EXPECT_EQ(order, "abcde");
}

TEST(Timer, OrderOfTheSameTimeIsNotAlwaysTheSame) {
  FakeTime time;
  constexpr int kTimers = 8;
  constexpr int kRounds = 1'000;
  struct First {
    std::deque<Counter> all;
    int first[kTimers] = {};
  } f;
  for (int i = 0; i < kTimers; ++i) f.all.emplace_back(&time);
  for (int round = 0; round < kRounds; ++round) {
    for (Counter& t : f.all) timerreset(&t, time.now() + 10, 0);
    timer* first = time.ts()->heap[0].timer;
    for (int i = 0; i < kTimers; ++i) f.first[i] += &f.all[i] == first;
    time.AdvanceTo(time.now() + 10);
  }
  for (int count : f.first)
    EXPECT_GT(count, 0) << "each of 8 is first in one of 1000 rounds, but for a chance of 1e-57";
}

// ---- Periodic -------------------------------------------------------------------------------------------------------

TEST(PeriodicTimer, KeepsItsPhaseAndDropsWhatItMissed) {
  FakeTime time;
  Counter t(&time);
  timerreset(&t, 2'000, 100);
  EXPECT_EQ(time.AdvanceTo(2'000), 2'100);
  EXPECT_EQ(time.AdvanceTo(2'199), 2'200) << "99 late: the next is 1 away";
  EXPECT_EQ(t.calls, 2);
  EXPECT_EQ(time.AdvanceTo(3'250), 3'300) << "ten periods missed are one call";
  EXPECT_EQ(t.calls, 3);
  EXPECT_TRUE(timerstop(&t));
}

TEST(PeriodicTimer, NearTheEndOfTimeStopsComing) {
  FakeTime time;
  Counter t(&time);
  timerreset(&t, maxWhen - 10, INT64_MAX / 2);
  EXPECT_EQ(time.AdvanceTo(maxWhen - 5), maxWhen);
  EXPECT_EQ(t.calls, 1);
}

// ---- Several threads ------------------------------------------------------------------------------------------------

TEST(TimerThreads, StopWaitWaitsForACallInProgress) {
  FakeTime time;
  struct Slow {
    std::atomic<bool> entered{false};
    std::atomic<bool> leave{false};
    std::atomic<bool> left{false};
  } slow;
  timer t;
  timerinit(
      &t,
      [](void* arg, std::uintptr_t, std::int64_t) {
        auto* s = static_cast<Slow*>(arg);
        s->entered = true;
        while (!s->leave) std::this_thread::yield();
        s->left = true;
      },
      &slow);
  t.ts.store(time.ts());
  timerreset(&t, 2'000, 0);
  std::thread runner([&] { time.AdvanceTo(2'000); });
  while (!slow.entered) std::this_thread::yield();
  EXPECT_FALSE(timerstop(&t)) << "too late, and it does not wait";
  EXPECT_FALSE(slow.left);
  std::thread let_go([&] { slow.leave = true; });
  EXPECT_FALSE(timerstopwait(&t));
  EXPECT_TRUE(slow.left);
  runner.join();
  let_go.join();
}

TEST(TimerThreads, SeveralRunnersCallEachTimerOnce) {
  FakeTime time;
  constexpr int kTimers = 20'000;
  std::deque<Counter> all;
  for (int i = 0; i < kTimers; ++i) timerreset(&all.emplace_back(&time), 2'000 + i % 100, 0);
  std::vector<std::thread> runners;
  for (int i = 0; i < 3; ++i) runners.emplace_back([&] { timersrun(time.ts(), 3'000); });
  for (std::thread& r : runners) r.join();
  for (Counter& t : all) EXPECT_EQ(t.calls, 1);
}

// Threads start, restart, stop and free timers of one heap while others run it. Every start ends exactly once: by a
// call, or by a stop or restart that says it prevented the call. Freed memory that is still used shows under ASan.
TEST(TimerStress, EveryStartIsCalledOrPreventedOnce) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  FakeTime time;
  std::atomic<bool> done{false};
  std::atomic<std::int64_t> now{time.now()};
  std::vector<std::thread> runners;
  for (int i = 0; i < 2; ++i) {
    runners.emplace_back([&] {
      while (!done) timersrun(time.ts(), now.fetch_add(5));
    });
  }
  std::vector<std::thread> users;
  for (unsigned u = 0; u < 4; ++u) {
    users.emplace_back([&, u] {
      std::minstd_rand random(seed + u);
      for (int round = 0; round < 300; ++round) {
        auto t = std::make_unique<Counter>(&time);
        int starts = 0;
        int prevented = 0;
        for (unsigned i = 0; i < 20; ++i) {
          if (random() % 3 == 0) {
            prevented += timerstop(t.get());
          } else {
            prevented += timerreset(t.get(), now + random() % 50, 0);
            ++starts;
          }
        }
        prevented += timerstopwait(t.get());
        EXPECT_EQ(t->calls + prevented, starts);
      }
    });
  }
  for (std::thread& t : users) t.join();
  done = true;
  for (std::thread& t : runners) t.join();
}

// The same timers from all threads, so that they race for one timer's home, and heaps that are emptied into each other.
TEST(TimerStress, HomeMayChangeAtAnyMoment) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  struct Home {
    p a{};
    p b{};
  };
  auto home = std::make_unique<Home>();
  for (p* pp : {&home->a, &home->b}) lockInit(&pp->timers.lock, lockRankTimers);
  std::deque<timer> all(8);
  std::atomic<int> calls{0};
  for (timer& t : all) {
    timerinit(
        &t, [](void* arg, std::uintptr_t, std::int64_t) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); }, &calls);
    t.ts.store(&home->a.timers);
  }
  // In a heap from the start, where modifications leave them: of these two heaps no scheduler knows.
  for (timer& t : all) {
    t.when = maxWhen;
    timerheapadd(&home->a.timers, &t);
  }
  std::atomic<bool> done{false};
  std::thread mover([&] {
    while (!done) {
      timermove(&home->a, &home->b);
      timermove(&home->b, &home->a);
      std::this_thread::yield();  // the locks are not fair
    }
  });
  std::vector<std::thread> users;
  for (unsigned u = 0; u < 3; ++u) {
    users.emplace_back([&, u] {
      std::minstd_rand random(seed + u);
      for (int i = 0; i < 5'000; ++i) {
        EXPECT_TRUE(timerreset(&all[random() % all.size()], maxWhen - random() % 1'000, 1'000));
      }
    });
  }
  for (std::thread& t : users) t.join();
  done = true;
  mover.join();
  EXPECT_EQ(home->a.timers.len, all.size());
  EXPECT_EQ(home->b.timers.len, 0u);
  timersrun(&home->a.timers, maxWhen - 1'000);
  EXPECT_EQ(calls, 0);
  for (timer& t : all) EXPECT_TRUE(timerstopwait(&t));
  timerheapfree(&home->a.timers);
}

TEST(TimerMove, TakesEveryTimerAlong) {
  auto from = std::make_unique<p>();
  auto to = std::make_unique<p>();
  for (p* pp : {from.get(), to.get()}) lockInit(&pp->timers.lock, lockRankTimers);
  std::deque<timer> all(100);
  std::atomic<int> calls{0};
  for (std::size_t i = 0; i < all.size(); ++i) {
    timerinit(
        &all[i], [](void* arg, std::uintptr_t, std::int64_t) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); },
        &calls);
    timers* ts = i % 3 == 0 ? &to->timers : &from->timers;
    all[i].ts.store(ts);
    all[i].when = 100 + static_cast<std::int64_t>(i);
    timerheapadd(ts, &all[i]);
  }
  timermove(from.get(), to.get());
  EXPECT_EQ(from->timers.minWhen.load(), 0);
  EXPECT_EQ(to->timers.minWhen.load(), 100);
  timerrun(from.get(), 1'000);
  EXPECT_EQ(calls, 0);
  timerrun(to.get(), 149);
  EXPECT_EQ(calls, 50);
  EXPECT_EQ(to->timers.minWhen.load(), 150);
  EXPECT_TRUE(timerstop(&all[99]));
  timerrun(to.get(), 1'000);
  EXPECT_EQ(to->timers.minWhen.load(), 0);
  EXPECT_EQ(calls, 99);
  timerheapfree(&to->timers);
}

// ---- A channel's timer ----------------------------------------------------------------------------------------------

struct ChanCounter : Counter {
  explicit ChanCounter(FakeTime* time) : Counter(time) {
    timerinitchan(this, 0, 0, &Call, this);
    ts.store(time->ts());
  }
};

TEST(TimerChan, IsInAHeapOnlyWhileSomebodyWaits) {
  FakeTime time;
  ChanCounter t(&time);
  timerreset(&t, 2'000, 0);
  EXPECT_EQ(time.ts()->len, 0u);
  blockTimerChan(&t);
  blockTimerChan(&t);
  EXPECT_EQ(time.ts()->len, 1u);
  unblockTimerChan(&t);
  EXPECT_EQ(time.ts()->len, 1u);
  unblockTimerChan(&t);
  EXPECT_EQ(time.ts()->len, 0u);
  EXPECT_TRUE(timerstop(&t));
}

TEST(TimerChan, LookingCallsWhatIsDue) {
  FakeTime time;
  ChanCounter t(&time);
  timerreset(&t, 2'000, 0);
  maybeRunChan(&t);
  EXPECT_EQ(t.calls, 0);
  time.AdvanceTo(2'500);
  EXPECT_EQ(t.calls, 0) << "nobody has looked";
  maybeRunChan(&t);
  EXPECT_EQ(t.calls, 1);
  EXPECT_EQ(t.last_delta_ns, 500);
  maybeRunChan(&t);
  EXPECT_EQ(t.calls, 1);
}

TEST(TimerChan, LookingLeavesTheCallToTheHeapWhileSomebodyWaits) {
  FakeTime time;
  ChanCounter t(&time);
  timerreset(&t, 2'000, 0);
  blockTimerChan(&t);
  EXPECT_EQ(time.AdvanceTo(1'999), 2'000);
  maybeRunChan(&t);
  EXPECT_EQ(t.calls, 0);
  time.AdvanceTo(2'000);
  EXPECT_EQ(t.calls, 1);
  unblockTimerChan(&t);
}

TEST(TimerChan, ResetWhileSomebodyWaitsEntersTheHeap) {
  FakeTime time;
  ChanCounter t(&time);
  blockTimerChan(&t);
  EXPECT_EQ(time.ts()->len, 0u) << "not started";
  timerreset(&t, 2'000, 100);
  EXPECT_EQ(time.AdvanceTo(2'000), 2'100);
  unblockTimerChan(&t);
  EXPECT_EQ(time.ts()->len, 0u);
  time.AdvanceTo(2'950);
  maybeRunChan(&t);
  EXPECT_EQ(t.calls, 2) << "and the phase is kept";
  EXPECT_EQ(t.last_delta_ns, 850);
  EXPECT_EQ(t.when, 3'000);
}

TEST(TimerChan, FiredButNotLookedAtCountsAsWaiting) {
  FakeTime time;
  ChanCounter t(&time);
  timerreset(&t, 2'000, 0);
  time.AdvanceTo(3'000);
  EXPECT_TRUE(timerstop(&t));
  maybeRunChan(&t);
  EXPECT_EQ(t.calls, 0);
}

}  // namespace
}  // namespace gort::runtime
