// Statements E51 to E58 of Go's timers, each by its number. Nothing asserts that something is fast: only that it does
// not come too early, that it comes, and in which order.

#include "gort/runtime/time/time.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/time/heaps_testing.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using std::chrono::steady_clock;

constexpr absl::Duration kLong = absl::Hours(1);          // never comes in a test
constexpr absl::Duration kShort = absl::Milliseconds(1);  // comes soon

template <class Done>
void YieldUntil(Done done) {
  while (!done()) Gosched();
}

// Waits until d has passed on the clock that timers use, without a timer.
void WaitOut(absl::Duration d) {
  const auto until = steady_clock::now() + absl::ToChronoNanoseconds(d);
  YieldUntil([&] { return steady_clock::now() > until; });
}

std::string TextOfPanic(const std::function<void()>& f) {
  try {
    f();
  } catch (const PanicError& e) {
    return e.what();
  }
  return "no panic";
}

// ---- E51: channels --------------------------------------------------------------------------------------------------

TEST(E51, TimerChannelsBehaveAsUnbuffered) {
  Timer timer(kShort);
  Ticker ticker(kShort);
  EXPECT_EQ(timer.C().Cap(), 0);
  EXPECT_EQ(ticker.C().Cap(), 0);
  WaitOut(3 * kShort);
  EXPECT_EQ(timer.C().Len(), 0) << "although it has fired";
  EXPECT_EQ(ticker.C().Len(), 0);
  EXPECT_TRUE(timer.C().TryRecv().value.has_value());
}

TEST(E51, StopOfATimerThatFiredButWasNotReceivedIsTrue) {
  Timer timer(kShort);
  WaitOut(3 * kShort);
  EXPECT_TRUE(timer.Stop());
  EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
  EXPECT_FALSE(timer.Stop());
}

TEST(E51, StopAfterTheValueWasReceivedIsFalse) {
  Timer timer(kShort);
  EXPECT_TRUE(timer.C().Recv().has_value());
  EXPECT_FALSE(timer.Stop());
}

TEST(E51, NoStaleValueAfterStopEvenIfItIsInTheChannel) {
  // A select looks at both, which puts both times into their channels, and takes one.
  for (int i = 0; i < 20; ++i) {
    Timer timer(kShort / 100);
    Ticker ticker(kShort / 100);
    WaitOut(kShort / 10);
    std::optional<absl::Time> t;
    const int chosen = Select(Recv(timer.C(), t), Recv(ticker.C(), t), Default());
    ASSERT_NE(chosen, 2);
    EXPECT_EQ(timer.Stop(), chosen == 1);
    EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
    ticker.Stop();
    EXPECT_EQ(ticker.C().TryRecv().status, RecvStatus::kEmpty);
  }
}

TEST(E51, NoStaleValueAfterReset) {
  Timer timer(kShort);
  WaitOut(3 * kShort);
  const auto reset_at = absl::Now();
  EXPECT_TRUE(timer.Reset(20 * kShort));
  EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
  EXPECT_GE(*timer.C().Recv(), reset_at) << "the value is from after the reset";
  EXPECT_FALSE(timer.Reset(kLong));
  EXPECT_TRUE(timer.Stop());
}

// ---- E52: unreferenced timers ---------------------------------------------------------------------------------------

TEST(E52, ATimerIsInAHeapOnlyWhileSomebodyWaits) {
  const std::uint32_t before = TimersInHeaps();
  Timer timer(kLong);
  Ticker ticker(kLong);
  RecvChan<absl::Time> after = After(kLong);
  EXPECT_EQ(TimersInHeaps(), before);
  std::atomic<bool> received{false};
  Go([&, c = timer.C()] {
    c.Recv();
    received = true;
  });
  YieldUntil([&] { return TimersInHeaps() == before + 1; });
  timer.Reset(kShort);
  YieldUntil([&] { return received.load(); });
  EXPECT_EQ(TimersInHeaps(), before);
}

TEST(E52, ManyForgottenTimersCostNothing) {
  const std::uint32_t before = TimersInHeaps();
  for (int i = 0; i < 10'000; ++i) After(kLong);  // ASan finds what is not freed
  EXPECT_EQ(TimersInHeaps(), before);
}

TEST(E52, TheChannelOutlivesItsTimerHandle) {
  RecvChan<absl::Time> c;
  {
    Timer timer(kShort);
    c = timer.C();
  }
  EXPECT_TRUE(c.Recv().has_value());
}

// ---- E53: AfterFunc -------------------------------------------------------------------------------------------------

TEST(E53, AfterFuncRunsInItsOwnGoroutine) {
  std::atomic<std::uint64_t> goid{0};
  Timer timer = AfterFunc(kShort, [&] { goid = Goid(); });
  YieldUntil([&] { return goid != 0; });
  EXPECT_NE(goid, Goid());
  EXPECT_FALSE(timer.C()) << "the nil channel";
  EXPECT_FALSE(timer.Stop()) << "too late";
}

TEST(E53, StopIsTrueIfItPreventedTheStart) {
  std::atomic<int> calls{0};
  Timer timer = AfterFunc(kLong, [&] { ++calls; });
  EXPECT_TRUE(timer.Stop());
  EXPECT_FALSE(timer.Stop());
  EXPECT_FALSE(timer.Reset(kShort)) << "it was not waiting";
  YieldUntil([&] { return calls == 1; });
  EXPECT_FALSE(timer.Reset(kLong));
  EXPECT_TRUE(timer.Reset(kShort)) << "it was";
  YieldUntil([&] { return calls == 2; });
}

TEST(E53, StopDoesNotWaitForTheCall) {
  Chan<Unit> begun = MakeChan<Unit>();
  Chan<Unit> end = MakeChan<Unit>();
  std::atomic<bool> over{false};
  Timer timer = AfterFunc(kShort, [&] {
    begun.Send({});
    end.Recv();
    over = true;
  });
  begun.Recv();
  EXPECT_FALSE(timer.Stop());
  EXPECT_FALSE(over);
  end.Send({});
  YieldUntil([&] { return over.load(); });
}

TEST(E53, ItRunsAlthoughItsHandleIsGone) {
  std::atomic<bool> ran{false};
  AfterFunc(kShort, [&] { ran = true; });
  YieldUntil([&] { return ran.load(); });
}

TEST(E53, TheFunctionIsDestroyedOnceNobodyCanCallIt) {
  auto token = std::make_shared<int>(0);
  std::weak_ptr<int> alive = token;
  {
    Timer timer = AfterFunc(kLong, [t = std::move(token)] {});
    EXPECT_FALSE(alive.expired());
    timer.Stop();
    EXPECT_FALSE(alive.expired()) << "it may be started anew";
  }
  EXPECT_TRUE(alive.expired());
  std::atomic<bool> ran{false};
  token = std::make_shared<int>(0);
  alive = token;
  AfterFunc(kShort, [&ran, t = std::move(token)] { ran = true; });
  YieldUntil([&] { return alive.expired(); });
  EXPECT_TRUE(ran);
}

TEST(E53, GoexitInTheFunctionEndsItsGoroutineAlone) {
  auto token = std::make_shared<int>(0);
  std::weak_ptr<int> alive = token;
  AfterFunc(kShort, [t = std::move(token)] { Goexit(); });
  YieldUntil([&] { return alive.expired(); });
}

TEST(E53, MoveOnlyFunctionsWork) {
  std::atomic<int> got{0};
  AfterFunc(std::chrono::milliseconds(1), [&got, p = std::make_unique<int>(42)] { got = *p; });
  YieldUntil([&] { return got == 42; });
}

// ---- E54: Ticker ----------------------------------------------------------------------------------------------------
// That ticks stay in phase is tested where time stands still: //runtime/timer:timer_test.

TEST(E54, SlowReceiverFindsOneTick) {
  Ticker ticker(kShort);
  WaitOut(10 * kShort);
  EXPECT_TRUE(ticker.C().TryRecv().value.has_value());
  // Another one may have come by now, and more while we ask; but not the ten that were missed.
  const auto asked = steady_clock::now();
  int more = 0;
  while (ticker.C().TryRecv().value.has_value()) ++more;
  EXPECT_LE(more, 2 + (steady_clock::now() - asked) / absl::ToChronoNanoseconds(kShort));
}

TEST(E54, ResetBeginsANewPhase) {
  Ticker ticker(kLong);
  const auto before = steady_clock::now();
  ticker.Reset(absl::Milliseconds(3));
  ticker.C().Recv();
  EXPECT_GE(steady_clock::now() - before, std::chrono::milliseconds(3));
  ticker.C().Recv();
  EXPECT_GE(steady_clock::now() - before, std::chrono::milliseconds(6));
  ticker.Reset(kLong);
  EXPECT_EQ(ticker.C().TryRecv().status, RecvStatus::kEmpty);
}

TEST(E54, StopDoesNotCloseTheChannel) {
  Ticker ticker(kShort);
  ticker.C().Recv();
  ticker.Stop();
  WaitOut(3 * kShort);
  EXPECT_EQ(ticker.C().TryRecv().status, RecvStatus::kEmpty);
  ticker.Reset(std::chrono::milliseconds(1));
  EXPECT_TRUE(ticker.C().Recv().has_value()) << "and it can be started anew";
}

TEST(E54, NonPositiveIntervalsPanic) {
  for (absl::Duration d : {absl::ZeroDuration(), -kShort, -absl::InfiniteDuration()}) {
    EXPECT_EQ(TextOfPanic([d] { Ticker t(d); }), "non-positive interval for NewTicker");
    EXPECT_EQ(TextOfPanic([d] { Ticker(kLong).Reset(d); }), "non-positive interval for Ticker.Reset");
  }
}

TEST(E54, RangeOverATicker) {
  int ticks = 0;
  Ticker ticker(kShort);
  for (absl::Time t : ticker.C()) {
    EXPECT_GT(t, absl::UnixEpoch());
    if (++ticks == 3) break;
  }
  EXPECT_EQ(ticks, 3);
}

// ---- E55: Sleep -----------------------------------------------------------------------------------------------------

TEST(E55, SleepOfZeroOrLessReturnsAtOnce) {
  // A goroutine that is ready would run if we parked, on one P.
  Sleep(absl::ZeroDuration());
  Sleep(-kLong);
  Sleep(-absl::InfiniteDuration());
  Sleep(std::chrono::seconds(-1));
}

TEST(E55, SleepNeverWakesEarly) {
  for (absl::Duration d :
       {absl::Nanoseconds(1), absl::Nanoseconds(1) / 4, absl::Microseconds(50), absl::Milliseconds(2)}) {
    for (int i = 0; i < 20; ++i) {
      const auto before = steady_clock::now();
      Sleep(d);
      EXPECT_GE(absl::FromChrono(steady_clock::now() - before), d);
    }
  }
}

TEST(E55, ManySleepersNeverWakeEarly) {
  std::atomic<int> done{0};
  std::atomic<int> early{0};
  constexpr int kSleepers = 1'000;
  for (int i = 0; i < kSleepers; ++i) {
    Go([&, d = std::chrono::microseconds(i * 13 % 5'000)] {
      const auto before = steady_clock::now();
      Sleep(d);
      if (steady_clock::now() - before < d) ++early;
      ++done;
    });
  }
  while (done < kSleepers) Sleep(kShort);
  EXPECT_EQ(early, 0);
}

TEST(E55, OverflowMeansForEver) {
  for (absl::Duration d : {absl::InfiniteDuration(), absl::Hours(24 * 365 * 1'000), absl::Nanoseconds(INT64_MAX),
                           internal::ToDuration(std::chrono::hours::max())}) {
    Timer timer(d);
    EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
    EXPECT_TRUE(timer.Stop());
    Ticker ticker(d);
    EXPECT_EQ(ticker.C().TryRecv().status, RecvStatus::kEmpty);
    EXPECT_TRUE(AfterFunc(d, [] {}).Stop());
  }
}

TEST(E55, PlainThreadsSleepToo) {
  std::atomic<bool> done{false};
  std::thread t([&] {
    const auto before = steady_clock::now();
    Sleep(absl::Milliseconds(2));
    EXPECT_GE(steady_clock::now() - before, std::chrono::milliseconds(2));
    EXPECT_TRUE(After(kShort).Recv().has_value());
    done = true;
  });
  while (!done) Sleep(kShort);
  t.join();
}

// ---- E56: order -----------------------------------------------------------------------------------------------------

TEST(E56, WhenALaterTimerHasFiredSoHaveTheEarlier) {
  Timer third(9 * kShort);
  Timer first(3 * kShort);
  Timer second(6 * kShort);
  third.C().Recv();
  EXPECT_TRUE(first.C().TryRecv().value.has_value());
  EXPECT_TRUE(second.C().TryRecv().value.has_value());
}

// ---- E57: fairness --------------------------------------------------------------------------------------------------

TEST(E57, ABusyPairOfChannelsDoesNotStarveATimer) {
  Chan<int> ping = MakeChan<int>();
  Chan<int> pong = MakeChan<int>();
  Go([ping, pong] {
    for (int v : ping) pong.Send(v);
  });
  RecvChan<absl::Time> timeout = After(10 * kShort);
  // The pair readies each other all the time, and never is there nothing to run.
  std::uint64_t rounds = 0;
  while (!timeout.TryRecv().value.has_value()) {
    ping.Send(1);
    pong.Recv();
    ++rounds;
  }
  EXPECT_GT(rounds, 0u);
  std::atomic<bool> stop{false};
  AfterFunc(10 * kShort, [&] { stop = true; });
  while (!stop) {  // here the scheduler has to run it
    ping.Send(1);
    pong.Recv();
  }
  ping.Close();
}

TEST(E57, AStormOfAfterFuncsDoesNotStarveOthers) {
  struct Storm {
    std::atomic<bool> stop{false};
    std::atomic<bool> over{false};
    void Again() {
      if (stop) {
        over = true;
      } else {
        AfterFunc(absl::ZeroDuration(), [this] { Again(); });
      }
    }
  } storm;
  storm.Again();
  for (int i = 0; i < 10; ++i) Sleep(kShort);
  storm.stop = true;
  YieldUntil([&] { return storm.over.load(); });
}

// ---- E58: clocks ----------------------------------------------------------------------------------------------------

TEST(E58, DeliversTheWallClocksTime) {
  const absl::Time before = absl::Now();
  const absl::Time t = *After(kShort).Recv();
  EXPECT_GE(t, before);
  EXPECT_LE(t, absl::Now());
}

TEST(E58, FractionsOfEveryUnitAreTaken) {
  EXPECT_EQ(internal::ToDuration(std::chrono::duration<int, std::ratio<1, 3>>(3)), absl::Seconds(1));
  EXPECT_EQ(internal::ToDuration(std::chrono::duration<double>(0.25)), absl::Milliseconds(250));
  EXPECT_EQ(internal::ToDuration(std::chrono::nanoseconds::max()), absl::Nanoseconds(INT64_MAX));
  EXPECT_EQ(internal::ToDuration(std::chrono::nanoseconds::min()), absl::Nanoseconds(INT64_MIN));
  EXPECT_EQ(internal::ToDuration(std::chrono::hours(-1)), -absl::Hours(1));
  EXPECT_EQ(internal::ToDuration(std::chrono::duration<std::uint64_t>(UINT64_MAX)), absl::InfiniteDuration());
  EXPECT_EQ(internal::ToDuration(std::chrono::duration<double>(1e300)), absl::InfiniteDuration());
  EXPECT_EQ(internal::ToTimerNs(absl::Nanoseconds(1) / 4), 1);
  EXPECT_EQ(internal::ToTimerNs(absl::Nanoseconds(7)), 7);
  EXPECT_EQ(internal::ToTimerNs(absl::InfiniteDuration()), INT64_MAX);
  EXPECT_EQ(internal::ToTimerNs(-absl::InfiniteDuration()), INT64_MIN);
}

// ---- Handles --------------------------------------------------------------------------------------------------------

TEST(TimerHandle, MovedFromPanicsAsUninitialized) {
  Timer from(kLong);
  Timer to = std::move(from);
  EXPECT_EQ(TextOfPanic([&] { from.Stop(); }), "time: Stop called on uninitialized Timer");
  EXPECT_EQ(TextOfPanic([&] { from.Reset(kLong); }), "time: Reset called on uninitialized Timer");
  EXPECT_TRUE(to.Stop());
  Ticker ticker(kLong);
  Ticker other = std::move(ticker);
  ticker.Stop();
  EXPECT_EQ(TextOfPanic([&] { ticker.Reset(kLong); }), "time: Reset called on uninitialized Ticker");
}

TEST(TimerHandle, CopiesAreTheSameTimer) {
  Timer a(kLong);
  Timer b = a;
  EXPECT_EQ(a.C(), b.C());
  EXPECT_TRUE(b.Stop());
  EXPECT_FALSE(a.Stop());
}

}  // namespace
}  // namespace gort
