// Timers: E51 to E58. Times are lower bounds only: no test fails because the machine is slow.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/runtime/sys/linux.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

constexpr absl::Duration kSoon = absl::Milliseconds(1);
constexpr absl::Duration kNever = absl::Hours(24);

// The clock that timers go by, which no administrator can set.
absl::Duration Monotonic() { return absl::Nanoseconds(runtime::sys::Nanotime()); }

// Returns once `d` has passed by the clock, without a timer that might be late.
void SpinFor(absl::Duration d) {
  const absl::Duration start = Monotonic();
  Await([&] { return Monotonic() - start > d; });
}

TEST(E51_Channel, LooksUnbuffered) {
  Timer timer(kSoon);
  EXPECT_EQ(timer.C().Cap(), 0);
  SpinFor(2 * kSoon);
  EXPECT_EQ(timer.C().Len(), 0);
  EXPECT_TRUE(timer.C().Recv().has_value());
}

TEST(E51_Stop, OfAFiredButUnreadTimerIsTrueAndNothingCanBeReceived) {
  Timer timer(kSoon);
  SpinFor(2 * kSoon);
  EXPECT_TRUE(timer.Stop());
  EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
  EXPECT_FALSE(timer.Stop());
}

TEST(E51_Stop, AfterTheValueWasReceivedIsFalse) {
  Timer timer(kSoon);
  timer.C().Recv();
  EXPECT_FALSE(timer.Stop());
}

TEST(E51_Reset, LeavesNoStaleValue) {
  Timer timer(kSoon);
  SpinFor(2 * kSoon);
  const absl::Duration reset = Monotonic();
  EXPECT_TRUE(timer.Reset(20 * kSoon));
  timer.C().Recv();
  EXPECT_GE(Monotonic() - reset, 20 * kSoon);
}

TEST(E51_Reset, OfATimerThatIsDoneStartsItAgain) {
  Timer timer(kSoon);
  timer.C().Recv();
  EXPECT_FALSE(timer.Reset(kSoon));
  EXPECT_TRUE(timer.C().Recv().has_value());
}

TEST(E51_Stop, NeverLosesARaceWithAStaleValue) {
  for (int round = 0; round < 300; ++round) {
    Timer timer(absl::Microseconds(round));
    Gosched();
    timer.Stop();
    ASSERT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty) << round;
  }
}

TEST(E52_Unreferenced, TimersGoAway) {
  // Dropped without Stop; what a pending one kept would be seen by LeakSanitizer, and a hundred thousand of them in the heap by
  // everybody.
  for (int i = 0; i < 100'000; ++i) Timer dropped(kNever);
  auto held = std::make_shared<int>(1);
  {
    Timer timer = AfterFunc(kNever, [held] {});
    EXPECT_EQ(held.use_count(), 2);
    timer.Stop();
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(E53_AfterFunc, RunsOnItsOwnGoroutine) {
  Chan<std::uint64_t> id = MakeChan<std::uint64_t>();
  Timer timer = AfterFunc(kSoon, [id] { id.Send(Goid()); });
  EXPECT_FALSE(timer.C());
  EXPECT_NE(id.Recv(), Goid());
  EXPECT_FALSE(timer.Stop());
}

TEST(E53_AfterFunc, StopIsTrueIfItPreventedTheCall) {
  std::atomic<int> calls = 0;
  Timer timer = AfterFunc(kNever, [&] { ++calls; });
  EXPECT_TRUE(timer.Stop());
  EXPECT_FALSE(timer.Stop());
  EXPECT_FALSE(timer.Reset(kSoon));
  Await([&] { return calls == 1; });
}

TEST(E53_AfterFunc, StopDoesNotWaitForTheCall) {
  Chan<Unit> begun = MakeChan<Unit>(), finish = MakeChan<Unit>();
  Timer timer = AfterFunc(kSoon, [=] {
    begun.Send({});
    finish.Recv();
  });
  begun.Recv();
  EXPECT_FALSE(timer.Stop());
  finish.Send({});
}

TEST(E54_Ticker, KeepsOneTickForASlowReceiver) {
  constexpr absl::Duration kPeriod = absl::Milliseconds(20);
  Ticker ticker(kPeriod);
  SpinFor(5 * kPeriod);
  const absl::Duration before = Monotonic();
  EXPECT_TRUE(ticker.C().Recv().has_value());
  const RecvStatus second = ticker.C().TryRecv().status;
  // If we were not interrupted for a period in between, there was one tick.
  if (Monotonic() - before < kPeriod / 2) {
    EXPECT_EQ(second, RecvStatus::kEmpty);
  }
  ticker.Stop();
}

TEST(E54_Ticker, NeverComesBeforeItsTime) {
  const absl::Duration kPeriod = absl::Milliseconds(2), start = Monotonic();
  Ticker ticker(kPeriod);
  for (int n = 1; n <= 5; ++n) {
    ticker.C().Recv();
    EXPECT_GE(Monotonic() - start, n * kPeriod);
    if (n == 2) SpinFor(kPeriod * 2.5);  // one tick waits, others are dropped; none comes before its time afterwards
  }
}

TEST(E54_Ticker, ResetStartsAPhaseOfItsOwn) {
  Ticker ticker(kNever);
  const absl::Duration reset = Monotonic();
  ticker.Reset(5 * kSoon);
  ticker.C().Recv();
  EXPECT_GE(Monotonic() - reset, 5 * kSoon);
  ticker.C().Recv();
  EXPECT_GE(Monotonic() - reset, 10 * kSoon);
}

TEST(E54_Ticker, StopMeansNoMoreTicksAndNoClose) {
  Ticker ticker(kSoon);
  ticker.C().Recv();
  ticker.Stop();
  SpinFor(3 * kSoon);
  EXPECT_EQ(ticker.C().TryRecv().status, RecvStatus::kEmpty);
}

TEST(E54_Ticker, NeedsAPositivePeriod) {
  EXPECT_EQ(PanicOf([] { Ticker{absl::ZeroDuration()}; }), "non-positive interval for NewTicker");
  EXPECT_EQ(PanicOf([] { Ticker{-kSoon}; }), "non-positive interval for NewTicker");
  Ticker ticker(kNever);
  EXPECT_EQ(PanicOf([&] { ticker.Reset(absl::ZeroDuration()); }), "non-positive interval for Ticker.Reset");
}

TEST(E55_Sleep, NeverWakesEarly) {
  for (const int us : {1, 10, 100, 999, 1000, 1500, 3000}) {
    const absl::Duration start = Monotonic();
    Sleep(absl::Microseconds(us));
    EXPECT_GE(Monotonic() - start, absl::Microseconds(us));
  }
}

TEST(E55_Sleep, OfNothingReturnsAtOnce) {
  Sleep(absl::ZeroDuration());
  Sleep(-kNever);
  Sleep(-absl::InfiniteDuration());
}

TEST(E55_Sleep, OfMoreThanFitsMeansForEver) {
  static runtime::Watched watched;
  Go([] {
    watched.ThisIsMe();
    Sleep(absl::Hours(24 * 365 * 400));  // more than an int64 has nanoseconds
    ADD_FAILURE() << "it was a negative number";
  });
  watched.AwaitParked(WaitReason::kSleep);
  Timer timer(absl::InfiniteDuration());
  EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
  EXPECT_TRUE(timer.Stop());
}

TEST(E56_Order, ALaterTimerNeverFiresBeforeAnEarlierOne) {
  // By the time a receiver has the later one's value, the earlier one is due as well.
  for (int round = 0; round < 20; ++round) {
    Timer later(absl::Microseconds(300)), earlier(absl::Microseconds(100));
    later.C().Recv();
    ASSERT_EQ(earlier.C().TryRecv().status, RecvStatus::kOk);
  }
}

TEST(E57_Fairness, ABusyPairDoesNotStarveATimer) {
  OneProc one;
  Chan<int> ping = MakeChan<int>(), pong = MakeChan<int>();
  Routine echo([&] {
    for (int& v : ping) pong.Send(v);
  });
  Timer timer(10 * kSoon);
  bool fired = false;
  while (!fired) {
    // Two ready cases almost always: the pair hands over without end.
    if (Select(Send(ping, 1), Recv(timer.C())) == 1) {
      fired = true;
    } else {
      pong.Recv();
    }
  }
  ping.Close();
}

TEST(E57_Fairness, AStormOfAfterFuncsDoesNotStarveOthers) {
  std::atomic<bool> stop = false;
  std::atomic<int> running = 0;
  std::function<void()> storm = [&] {
    if (stop) {
      --running;
    } else {
      AfterFunc(absl::ZeroDuration(), storm);
    }
  };
  for (int i = 0; i < 8; ++i) {
    ++running;
    AfterFunc(absl::ZeroDuration(), storm);
  }
  for (int i = 0; i < 5; ++i) Sleep(kSoon);
  Chan<int> ch = MakeChan<int>();
  Routine other([&] { ch.Send(1); });
  EXPECT_EQ(ch.Recv(), 1);
  stop = true;
  Await([&] { return running == 0; });
}

TEST(E58_Resolution, IsFinerThanAMillisecond) {
  // A timer that was rounded up to whole milliseconds could not do this once in a thousand tries.
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < 1000 && best >= absl::Milliseconds(1); ++i) {
    const absl::Duration start = Monotonic();
    Sleep(absl::Microseconds(50));
    best = std::min(best, Monotonic() - start);
  }
  EXPECT_LT(best, absl::Milliseconds(1));
}

TEST(E58_Time, OnTheChannelIsTheWallClocks) {
  const absl::Time before = absl::Now();
  const absl::Time sent = *After(kSoon).Recv();
  EXPECT_GT(sent, before - absl::Minutes(1));
  EXPECT_LT(sent, absl::Now() + absl::Minutes(1));
}

}  // namespace
}  // namespace gort::conformance
