#include "gort/runtime/synctest/synctest.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/switch/getg.h"
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

// ---- The clock ------------------------------------------------------------------------------------------------------

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

// ---- Timers ---------------------------------------------------------------------------------------------------------

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
  std::vector<Timer> timers;
  synctest::Test([&] {
    timers.emplace_back(absl::Seconds(1));
    timers.push_back(AfterFunc(absl::Seconds(1), [] {}));
  });
  synctest::Test([] { Sleep(absl::Hours(1)); });
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

// ---- Wait -----------------------------------------------------------------------------------------------------------

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

// Whichever is in Wait first stays there until the other is blocked or has ended; and the other panics.
TEST(SynctestWait, TwoAtATimePanic) {
  synctest::Test([] {
    std::string other;
    WaitGroup wg;
    wg.Go([&other] { other = PanicOf([] { synctest::Wait(); }); });
    std::string mine = PanicOf([] { synctest::Wait(); });
    wg.Wait();
    EXPECT_EQ(mine + other, "wait already in progress");
  });
}

TEST(SynctestWait, OutsideOfABubblePanics) {
  EXPECT_EQ(PanicOf([] { synctest::Wait(); }), "goroutine is not in a bubble");
  EXPECT_EQ(PanicOf([] { synctest::Sleep(absl::Seconds(1)); }), "goroutine is not in a bubble");
  std::thread([] { EXPECT_EQ(PanicOf([] { synctest::Wait(); }), "goroutine is not in a bubble"); }).join();
}

// ---- What is durable ------------------------------------------------------------------------------------------------

// In a bubble, `block` waits for `release`: the clock moves meanwhile.
void ExpectDurable(const std::function<void()>& block, const std::function<void()>& release) {
  bool done = false;
  Go([&] {
    block();
    done = true;
  });
  Sleep(absl::Hours(1));
  EXPECT_FALSE(done);
  release();
  synctest::Wait();
  EXPECT_TRUE(done);
}

TEST(SynctestDurable, ChannelsOfTheBubble) {
  synctest::Test([] {
    const Chan<int> ch = MakeChan<int>();
    ExpectDurable([&] { ch.Recv(); }, [&] { ch.Send(1); });
    ExpectDurable([&] { ch.Send(1); }, [&] { ch.Recv(); });
    ExpectDurable([&] { ch.Recv(); }, [&] { ch.Close(); });
  });
}

TEST(SynctestDurable, SelectsOfTheBubblesChannels) {
  synctest::Test([] {
    const Chan<int> a = MakeChan<int>();
    const Chan<int> b = MakeChan<int>();
    const Chan<int> nil;
    ExpectDurable([&] { Select(Recv(a), Recv(b), Recv(nil)); }, [&] { b.Send(1); });
    ExpectDurable([&] { Select(Recv(a), Timeout(absl::Hours(2))); }, [] { Sleep(absl::Hours(1)); });
  });
}

TEST(SynctestDurable, CondWait) {
  synctest::Test([] {
    Mutex mutex;
    Cond cond(mutex);
    const auto wait = [&] {
      std::lock_guard lock(mutex);
      cond.Wait();
    };
    ExpectDurable(wait, [&] { cond.Signal(); });
    ExpectDurable(wait, [&] { cond.Broadcast(); });
  });
}

TEST(SynctestDurable, WaitGroupWait) {
  synctest::Test([] {
    WaitGroup wg;
    wg.Add(1);
    ExpectDurable([&] { wg.Wait(); }, [&] { wg.Done(); });
  });
}

TEST(SynctestDurable, TasksGroupsAndSemaphores) {
  synctest::Test([] {
    const Chan<int> ch = MakeChan<int>();
    Task<void> task = Spawn([&] { ch.Recv(); });
    ExpectDurable([&] { task.Join(); }, [&] { ch.Send(1); });
    Group group;
    group.Go([&] { ch.Recv(); });
    ExpectDurable([&] { EXPECT_TRUE(group.Wait().ok()); }, [&] { ch.Send(1); });
    Semaphore semaphore(1);
    semaphore.Acquire(1);
    ExpectDurable([&] { semaphore.Acquire(1); }, [&] { semaphore.Release(1); });
  });
}

// In a bubble, `block` waits for `release`, which comes from outside: the clock stands still meanwhile.
void ExpectNotDurable(const std::function<void()>& block, const std::function<void()>& release) {
  std::atomic<runtime::g*> blocked{nullptr};
  std::atomic<bool> moved{false};
  WaitGroup outside;
  outside.Go([&] {
    const auto status = [&] { return blocked.load()->atomicstatus.load(); };
    while (blocked.load() == nullptr || (status() != runtime::kGwaiting && status() != runtime::kGsyscall)) Gosched();
    for (int i = 0; i < 1000; ++i) Gosched();
    EXPECT_FALSE(moved);
    release();
  });
  synctest::Test([&] {
    Go([&] {
      blocked = runtime::getg();
      block();
    });
    Sleep(absl::Hours(1));
    moved = true;
  });
  outside.Wait();
}

TEST(SynctestNotDurable, Mutexes) {
  Mutex mutex;
  mutex.Lock();
  ExpectNotDurable([&] { mutex.Lock(); }, [&] { mutex.Unlock(); });
  RWMutex rw;
  rw.Lock();
  ExpectNotDurable([&] { rw.RLock(); }, [&] { rw.Unlock(); });
}

TEST(SynctestNotDurable, ChannelsFromOutside) {
  const Chan<int> ch = MakeChan<int>();
  ExpectNotDurable([&] { ch.Recv(); }, [&] { ch.Send(1); });
  ExpectNotDurable([&] { ch.Send(1); }, [&] { ch.Recv(); });
  ExpectNotDurable(
      [&] {
        const Chan<int> of_the_bubble = MakeChan<int>();
        Select(Recv(of_the_bubble), Recv(ch));
      },
      [&] { ch.Send(1); });
}

TEST(SynctestNotDurable, WaitGroupsAndTasksFromOutside) {
  WaitGroup wg;
  wg.Add(1);
  ExpectNotDurable([&] { wg.Wait(); }, [&] { wg.Done(); });
  std::atomic<bool> end{false};
  Task<void> task = Spawn([&] {
    while (!end) Gosched();
  });
  ExpectNotDurable([&] { task.Join(); }, [&] { end = true; });
}

TEST(SynctestNotDurable, BlockingCalls) {
  std::atomic<bool> end{false};
  ExpectNotDurable(
      [&] {
        Blocking([&] {
          while (!end) {
          }
        });
      },
      [&] { end = true; });
}

// ---- The end --------------------------------------------------------------------------------------------------------

TEST(SynctestEnd, WaitsForEveryGoroutine) {
  std::atomic<int> ended{0};
  synctest::Test([&] {
    for (int i = 0; i < 10; ++i) {
      Go([&] {
        for (int k = 0; k < 100; ++k) Gosched();
        Go([&] { ++ended; });
      });
    }
  });
  EXPECT_EQ(ended, 10);
}

TEST(SynctestEnd, AnExceptionComesOut) {
  EXPECT_THROW(synctest::Test([] { throw std::out_of_range("x"); }), std::out_of_range);
}

TEST(SynctestEnd, GoexitEndsTheFunction) {
  synctest::Test([] { Goexit(); });
}

// Blocks the caller for ever, on a channel of its bubble. LeakSanitizer does not look at the stacks of goroutines that
// are left, so the channel is kept here, too.
void BlockForEver() {
  static auto& kept = *new std::vector<Chan<int>>;
  kept.push_back(MakeChan<int>());
  const Chan<int> ch = kept.back();
  ch.Recv();
}

TEST(SynctestEnd, AllBlockedIsADeadlock) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(PanicOf([] { synctest::Test(&BlockForEver); }), "deadlock: all goroutines in bubble are blocked");
  const std::string shown = testing::internal::GetCapturedStderr();
  EXPECT_NE(shown.find(" [chan receive (durable), synctest bubble "), std::string::npos) << shown;
}

TEST(SynctestEnd, NilChannelsAndEmptySelectsAreADeadlock) {
  const char* const text = "deadlock: all goroutines in bubble are blocked";
  testing::internal::CaptureStderr();
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Chan<int>().Recv(); }); }), text);
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Chan<int>().Send(1); }); }), text);
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Select(); }); }), text);
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Select(Recv(Chan<int>())); }); }), text);
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Sleep(absl::InfiniteDuration()); }); }), text);
  testing::internal::GetCapturedStderr();
}

TEST(SynctestEnd, WhoIsLeftBlockedIsADeadlock) {
  const char* const text = "deadlock: main bubble goroutine has exited but blocked goroutines remain";
  testing::internal::CaptureStderr();
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Go(&BlockForEver); }); }), text);
  EXPECT_EQ(PanicOf([] { synctest::Test([] { Go([] { Sleep(absl::Seconds(1)); }); }); }), text) << "time stands still";
  EXPECT_THROW(synctest::Test([] {
                 Go(&BlockForEver);
                 throw std::out_of_range("this comes first");
               }),
               std::out_of_range);
  testing::internal::GetCapturedStderr();
}

TEST(SynctestEnd, TestInATestPanics) {
  synctest::Test(
      [] { EXPECT_EQ(PanicOf([] { synctest::Test([] {}); }), "synctest.Run called from within a synctest bubble"); });
}

TEST(SynctestEnd, PlainThreadsMayTest) {
  Blocking([] {
    std::thread([] {
      EXPECT_EQ(PanicOf([] {
                  synctest::Test([] {
                    int runs = 0;
                    AfterFunc(absl::Seconds(1), [&runs] { ++runs; });
                    const Ticker ticker(absl::Seconds(1));
                    for (int i = 0; i < 100; ++i) ticker.C().Recv();
                    EXPECT_EQ(Now() - kStart, absl::Seconds(100));
                    EXPECT_EQ(runs, 1);
                  });
                }),
                "");
    }).join();
  });
}

TEST(SynctestChan, OutsideOfItsBubblePanics) {
  Chan<int> ch;
  synctest::Test([&ch] { ch = MakeChan<int>(1); });
  const auto in_another_bubble = [](auto f) { synctest::Test(f); };
  const auto outside = [](auto f) { f(); };
  const auto check = [&](auto where) {
    where([&] {
      EXPECT_EQ(PanicOf([&] { ch.Send(1); }), "send on synctest channel from outside bubble");
      EXPECT_EQ(PanicOf([&] { ch.Recv(); }), "receive on synctest channel from outside bubble");
      EXPECT_EQ(PanicOf([&] { ch.Close(); }), "close of synctest channel from outside bubble");
      EXPECT_EQ(PanicOf([&] { Select(Recv(ch), Default()); }), "select on synctest channel from outside bubble");
    });
  };
  check(outside);
  check(in_another_bubble);
}

// ---- Stress ---------------------------------------------------------------------------------------------------------

// The clock never moves while somebody runs, so each goroutine's time is exactly the sum of its own sleeps, whatever
// the others do.
TEST(SynctestStress, EverybodysTimeIsTheSumOfItsSleeps) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  for (unsigned round = 0; round < 20; ++round) {
    synctest::Test([&] {
      const Chan<int> ch = MakeChan<int>(1);
      WaitGroup wg;
      for (unsigned i = 0; i < 20; ++i) {
        wg.Go([&, i] {
          std::minstd_rand random(seed + 100 * round + i);
          absl::Time expected = Now();
          for (int k = 0; k < 50; ++k) {
            const auto d = absl::Milliseconds(1 + random() % 5);
            expected += d;
            switch (random() % 4) {
              case 0:
                Sleep(d);
                break;
              case 1:
                EXPECT_EQ(After(d).Recv(), expected);
                break;
              case 2:
                Select(Timeout(d));
                break;
              default: {
                WaitGroup fired;
                fired.Add(1);
                AfterFunc(d, [&fired] { fired.Done(); });
                fired.Wait();
              }
            }
            EXPECT_EQ(Now(), expected);
            if (ch.TrySend(k)) ch.TryRecv();
          }
        });
      }
      wg.Wait();
    });
  }
}

}  // namespace
}  // namespace gort
