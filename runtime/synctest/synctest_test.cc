#include "gort/runtime/synctest/synctest.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

// The text of the PanicError that f throws; "" for none.
template <class F>
std::string PanicOf(F&& f) {
  try {
    f();
  } catch (const PanicError& e) {
    return e.what();
  }
  return "";
}

const absl::Time kStart = absl::FromCivil(absl::CivilSecond(2000, 1, 1, 0, 0, 0), absl::UTCTimeZone());

// ---- The clock ------------------------------------------------------------------------------------------------------------

TEST(SynctestClock, StartsAtTheYear2000) {
  synctest::Test([] { EXPECT_EQ(Now(), kStart); });
}

TEST(SynctestClock, StandsStillWhileSomebodyRuns) {
  synctest::Test([] {
    std::atomic<bool> stop{false};
    Go([&] { stop = true; });
    while (!stop) Gosched();
    EXPECT_EQ(Now(), kStart);
  });
}

TEST(SynctestClock, OutsideOfABubbleIsTheWallClock) {
  const absl::Time before = absl::Now();
  const absl::Time now = Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, absl::Now());
}

TEST(SynctestClock, SleepMovesItByExactlyThat) {
  synctest::Test([] {
    Sleep(absl::Hours(24));
    EXPECT_EQ(Now() - kStart, absl::Hours(24));
    Sleep(absl::Nanoseconds(1));
    EXPECT_EQ(Now() - kStart, absl::Hours(24) + absl::Nanoseconds(1));
  });
}

TEST(SynctestClock, EachBubbleHasItsOwn) {
  synctest::Test([] { Sleep(absl::Hours(1)); });
  synctest::Test([] { EXPECT_EQ(Now(), kStart); });
}

TEST(SynctestClock, BubblesRunAtTheSameTime) {
  WaitGroup wg;
  for (int i = 1; i <= 8; ++i) {
    wg.Go([i] {
      synctest::Test([i] {
        for (int k = 0; k < 100; ++k) Sleep(absl::Seconds(i));
        EXPECT_EQ(Now() - kStart, absl::Seconds(100 * i));
      });
    });
  }
  wg.Wait();
}

TEST(SynctestClock, SleepersWakeInTheOrderOfTheirTimes) {
  synctest::Test([] {
    std::string order;
    for (int i : {3, 1, 2}) {
      Go([&order, i] {
        Sleep(absl::Seconds(i));
        order += static_cast<char>('0' + i);
      });
    }
    Sleep(absl::Seconds(10));
    EXPECT_EQ(order, "123");
  });
}

TEST(SynctestClock, OneInstantsTimersComeInAnyOrder) {
  std::set<int> firsts;
  for (int round = 0; round < 400; ++round) {
    synctest::Test([&firsts] {
      Mutex mutex;
      std::vector<int> order;
      for (int i = 0; i < 3; ++i) {
        AfterFunc(absl::Seconds(1), [&, i] {
          std::lock_guard lock(mutex);
          order.push_back(i);
        });
      }
      synctest::Sleep(absl::Seconds(1));
      EXPECT_EQ(order.size(), 3u);
      firsts.insert(order.front());
    });
  }
  EXPECT_EQ(firsts.size(), 3u);
}

TEST(SynctestClock, StopsWhenTheFunctionReturns) {
  absl::Time seen;
  synctest::Test([&seen] {
    Go([&seen] {
      for (int i = 0; i < 1000; ++i) Gosched();  // not blocked: runs to its end
      seen = Now();
    });
    AfterFunc(absl::Seconds(1), [&seen] { seen = absl::InfiniteFuture(); });
  });
  EXPECT_EQ(seen, kStart);
}

TEST(SynctestClock, AnHourOfTickersTakesNoTime) {
  const absl::Time before = absl::Now();
  int ticks = 0;
  synctest::Test([&ticks] {
    const Ticker seconds(absl::Seconds(1));
    const Ticker minutes(absl::Minutes(1));
    const RecvChan<absl::Time> end = After(absl::Hours(1) + absl::Milliseconds(1));
    for (;;) {
      std::optional<absl::Time> t;
      const int chosen = Select(Recv(seconds.C(), t), Recv(minutes.C(), t), Recv(end, t));
      EXPECT_EQ(*t, Now());
      if (chosen == 2) return;
      ++ticks;
    }
  });
  EXPECT_EQ(ticks, 3600 + 60);
  std::printf("an hour took %s\n", absl::FormatDuration(absl::Now() - before).c_str());
}

// ---- Timers ---------------------------------------------------------------------------------------------------------------

TEST(SynctestTimer, FiresAtItsTimeAndCanBeStopped) {
  synctest::Test([] {
    const Timer t(absl::Hours(1));
    EXPECT_EQ(t.C().Recv(), kStart + absl::Hours(1));
    EXPECT_FALSE(t.Reset(absl::Hours(2)));
    EXPECT_TRUE(t.Stop());
    Sleep(absl::Hours(3));
    EXPECT_EQ(t.C().TryRecv().status, RecvStatus::kEmpty);
  });
}

TEST(SynctestTimer, NobodyWaitsAndItFiresAllTheSame) {
  synctest::Test([] {
    const Timer t(absl::Seconds(1));
    Sleep(absl::Seconds(2));
    EXPECT_EQ(t.C().Recv(), kStart + absl::Seconds(1));
  });
}

TEST(SynctestTimer, AfterFuncRunsInTheBubble) {
  synctest::Test([] {
    absl::Time when;
    AfterFunc(absl::Seconds(5), [&when] { when = Now(); });
    synctest::Sleep(absl::Seconds(5));
    EXPECT_EQ(when, kStart + absl::Seconds(5));
  });
}

TEST(SynctestTimer, AnAfterFuncOfZeroRunsBeforeTheClockMoves) {
  synctest::Test([] {
    absl::Time when;
    AfterFunc(absl::ZeroDuration(), [&when] { when = Now(); });
    Sleep(absl::Seconds(1));
    EXPECT_EQ(when, kStart);
  });
}

TEST(SynctestTimer, SelectTimesOutByTheBubblesClock) {
  synctest::Test([] {
    const Chan<int> never = MakeChan<int>();
    EXPECT_EQ(Select(Recv(never), Timeout(absl::Hours(7))), 1);
    EXPECT_EQ(Now() - kStart, absl::Hours(7));
    EXPECT_EQ(Select(Timeout(std::chrono::hours(1))), 0);
    EXPECT_EQ(Now() - kStart, absl::Hours(8));
  });
}

TEST(SynctestTimer, OutsideOfTheBubblePanics) {
  std::optional<Timer> timer;
  std::optional<Timer> func;
  std::optional<Ticker> ticker;
  synctest::Test([&] {
    timer.emplace(absl::Seconds(1));
    func.emplace(AfterFunc(absl::Seconds(1), [] {}));
    ticker.emplace(absl::Seconds(1));
  });
  EXPECT_EQ(PanicOf([&] { timer->Stop(); }), "stop of synctest timer from outside bubble");
  EXPECT_EQ(PanicOf([&] { timer->Reset(absl::Seconds(1)); }), "reset of synctest timer from outside bubble");
  EXPECT_EQ(PanicOf([&] { func->Stop(); }), "stop of synctest timer from outside bubble");
  EXPECT_EQ(PanicOf([&] { func->Reset(absl::Seconds(1)); }), "reset of synctest timer from outside bubble");
  synctest::Test([&] {
    EXPECT_EQ(PanicOf([&] { ticker->Reset(absl::Seconds(1)); }), "reset of synctest timer from outside bubble");
  });
}

TEST(SynctestTimer, FromOutsideGoesByTheWallClock) {
  const Timer outside(absl::InfiniteDuration());
  synctest::Test([&outside] {
    outside.Reset(absl::Microseconds(1));
    EXPECT_GT(*outside.C().Recv(), kStart + absl::Hours(24 * 365));
    EXPECT_EQ(Now(), kStart);
  });
}

TEST(SynctestTimer, MayOutliveItsBubble) {
  std::optional<Timer> timer;
  synctest::Test([&] { timer.emplace(absl::Seconds(1)); });
  synctest::Test([] { Sleep(absl::Hours(1)); });
  timer.reset();
}

TEST(SynctestTimer, ContextsGoByTheBubblesClock) {
  synctest::Test([] {
    auto [ctx, cancel] = WithTimeout(Background(), absl::Hours(1));
    EXPECT_EQ(ctx.Deadline(), kStart + absl::Hours(1));
    Sleep(absl::Hours(1) - absl::Nanoseconds(1));
    synctest::Wait();
    EXPECT_TRUE(ctx.Err().ok());
    Sleep(absl::Nanoseconds(1));
    synctest::Wait();
    EXPECT_TRUE(absl::IsDeadlineExceeded(ctx.Err())) << ctx.Err();
  });
}

// ---- Wait -----------------------------------------------------------------------------------------------------------------

TEST(SynctestWait, ReturnsWhenAllOthersAreBlocked) {
  synctest::Test([] {
    const Chan<int> ch = MakeChan<int>();
    int steps = 0;  // Wait orders the accesses
    Go([&] {
      for (int i = 0; i < 100; ++i) {
        Gosched();
        ++steps;
      }
      ch.Recv();
      ++steps;
    });
    synctest::Wait();
    EXPECT_EQ(steps, 100);
    ch.Send(1);
    synctest::Wait();
    EXPECT_EQ(steps, 101);
  });
}

TEST(SynctestWait, DoesNotMoveTheClock) {
  synctest::Test([] {
    Go([] { Sleep(absl::Seconds(1)); });
    synctest::Wait();
    EXPECT_EQ(Now(), kStart);
    Sleep(absl::Seconds(2));
  });
}

TEST(SynctestWait, AloneReturnsAtOnce) {
  synctest::Test([] {
    for (int i = 0; i < 1000; ++i) synctest::Wait();
  });
}

TEST(SynctestWait, SleepIsSleepThenWait) {
  synctest::Test([] {
    int done = 0;
    for (int i = 0; i < 10; ++i) {
      Go([&] {
        Sleep(absl::Seconds(1));
        Gosched();
        static_cast<void>(std::atomic_ref(done).fetch_add(1));
      });
    }
    synctest::Sleep(std::chrono::seconds(1));
    EXPECT_EQ(done, 10);
  });
}

TEST(SynctestWait, TwoAtATimePanic) {
  synctest::Test([] {
    std::string second;
    Go([] { synctest::Wait(); });
    Go([&] {
      Mutex mutex;
      mutex.Lock();
      Go([&] {
        for (int i = 0; i < 10'000 && second.empty(); ++i) {
          Gosched();
          second = PanicOf([] { synctest::Wait(); });
          break;
        }
        mutex.Unlock();
      });
      mutex.Lock();  // not durable: neither Wait can have returned while this goroutine is blocked here
      mutex.Unlock();
    });
    Sleep(absl::Seconds(1));
  });
  // Which of the two is first, and whether they meet, is the scheduler's choice; TwoAtATimePanicForCertain decides it.
}

TEST(SynctestWait, OutsideOfABubblePanics) {
  EXPECT_EQ(PanicOf([] { synctest::Wait(); }), "goroutine is not in a bubble");
  EXPECT_EQ(PanicOf([] { synctest::Sleep(absl::Seconds(1)); }), "goroutine is not in a bubble");
  std::thread([] { EXPECT_EQ(PanicOf([] { synctest::Wait(); }), "goroutine is not in a bubble"); }).join();
}

}  // namespace
}  // namespace gort
