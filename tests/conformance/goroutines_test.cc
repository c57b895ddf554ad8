// Goroutines: "Life of a goroutine" (section D of the facts) and the scheduler's statements E68, E69, E74 and E75, as far as a
// program that goes on can see them. How programs end is in tests/deadlock.

#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

TEST(D_Newproc, TheLastSpawnedRunsFirstWithOneP) {
  if (IsSeeded()) GTEST_SKIP() << "the order is drawn";
  OneProc one;
  Gosched();
  Log log;
  WaitGroup wg;
  for (int i = 0; i < 10; ++i) {
    wg.Go([&, i] { log.Add(static_cast<char>('0' + i)); });
  }
  wg.Wait();
  EXPECT_EQ(log.Text(), "9012345678");  // recorded from Go
}

TEST(D_Newproc, ClosuresMoveToTheGoroutineAndAreDestroyedThere) {
  Chan<Unit> end = MakeChan<Unit>();
  auto owned = std::make_unique<int>(5);
  auto shared = std::make_shared<int>(1);
  std::weak_ptr<int> seen = shared;
  Go([end, owned = std::move(owned), shared = std::move(shared)] {
    EXPECT_EQ(*owned, 5);
    end.Send({});
  });
  end.Recv();
  Await([&] { return seen.expired(); });
}

TEST(D_Newproc, LargeAndMutableClosuresWork) {
  std::array<char, 10'000> large = {};
  large[9'999] = 'x';
  Chan<char> out = MakeChan<char>();
  Go([out, large]() mutable {
    large[0] = large[9'999];
    out.Send(large[0]);
  });
  EXPECT_EQ(out.Recv(), 'x');
}

TEST(D_Goid, IsOneForMainAndNeverReused) {
  EXPECT_EQ(Goid(), 1u);
  std::uint64_t last = 1;
  for (int i = 0; i < 100; ++i) {
    std::uint64_t id = 0;
    Routine([&] { id = Goid(); }).Join();
    EXPECT_NE(id, last);
    EXPECT_GT(id, 1u);
    last = id;
  }
  std::thread([] { EXPECT_EQ(Goid(), 0u); }).join();
}

TEST(D_Gosched, LetsEveryOtherRun) {
  if (IsSeeded()) GTEST_SKIP() << "who is next is drawn";
  OneProc one;
  Gosched();
  std::atomic<int> ran{0};  // atomic: Gosched orders nothing
  for (int i = 0; i < 10; ++i) Go([&] { ++ran; });
  // To the end of the global queue, which every 61st time comes before the P's own: hence twice.
  Gosched();
  Gosched();
  EXPECT_EQ(ran, 10);
}

TEST(D_Gosched, TakesTurns) {
  if (IsSeeded()) GTEST_SKIP() << "who is next is drawn";
  OneProc one;
  Gosched();
  Log log;
  WaitGroup wg;
  for (const char name : {'a', 'b'}) {
    wg.Go([&log, name] {
      for (int i = 0; i < 5; ++i) {
        log.Add(name);
        Gosched();
      }
    });
  }
  wg.Wait();
  int ahead = 0;
  for (const char name : log.Text()) {
    ahead += name == 'a' ? 1 : -1;
    EXPECT_LE(std::abs(ahead), 2);
  }
}

TEST(D_Goexit, RunsDestructorsAndEndsTheGoroutine) {
  Log log;
  {
    Routine leaves([&] {
      struct Defer {
        Log* log;
        char name;
        ~Defer() { log->Add(name); }
      } outer{&log, 'o'};
      [&] {
        Defer inner{&log, 'i'};
        Goexit();
      }();
      log.Add('x');
    });
  }
  EXPECT_EQ(log.Text(), "io");
}

TEST(D_Goexit, PassesThroughHandlersThatRethrow) {
  Log log;
  {
    Routine leaves([&] {
      try {
        Goexit();
      } catch (const std::exception&) {
        log.Add('e');
      } catch (...) {
        log.Add('a');
        throw;
      }
      log.Add('x');
    });
  }
  EXPECT_EQ(log.Text(), "a");
}

TEST(D_Goexit, MayParkOnItsWay) {
  Chan<Unit> ch = MakeChan<Unit>();
  Routine leaves([&] {
    struct Defer {
      Chan<Unit> ch;
      ~Defer() { ch.Recv(); }
    } defer{ch};
    Goexit();
  });
  leaves.AwaitParked(WaitReason::kChanReceive);
  ch.Send({});
}

TEST(D_Exceptions, BelongToTheirGoroutineAcrossParks) {
  // Each parks in its catch block while the others throw and catch; each must find its own exception afterwards.
  Chan<Unit> ch = MakeChan<Unit>();
  auto work = [&](int id) {
    for (int i = 0; i < 50; ++i) {
      const std::string mine = std::to_string(id * 1000 + i);
      try {
        try {
          throw std::runtime_error(mine);
        } catch (...) {
          EXPECT_EQ(std::uncaught_exceptions(), 0);
          Gosched();
          if (id % 2 == 0) {
            ch.Send({});
          } else {
            ch.Recv();
          }
          throw;
        }
      } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), mine);
      }
    }
  };
  WaitGroup wg;
  for (int id = 0; id < 8; ++id) wg.Go([&work, id] { work(id); });
  wg.Wait();
}

TEST(D_Exceptions, MayParkWhileUnwinding) {
  Chan<Unit> ch = MakeChan<Unit>();
  Routine throws([&] {
    struct Defer {
      Chan<Unit> ch;
      ~Defer() {
        EXPECT_EQ(std::uncaught_exceptions(), 1);
        ch.Recv();
        EXPECT_EQ(std::uncaught_exceptions(), 1);
      }
    };
    EXPECT_THROW(
        {
          Defer defer{ch};
          throw std::runtime_error("on its way");
        },
        std::runtime_error);
  });
  throws.AwaitParked(WaitReason::kChanReceive);
  EXPECT_EQ(std::uncaught_exceptions(), 0);
  ch.Send({});
}

TEST(D_LockOSThread, KeepsGoroutineAndThreadTogether) {
  auto work = [] {
    ThreadLock locked;
    const pid_t thread = gettid();
    for (int i = 0; i < 20; ++i) {
      if (i % 2 == 0) {
        Gosched();
      } else {
        Sleep(absl::Microseconds(10));
      }
      EXPECT_EQ(gettid(), thread);
    }
  };
  Routine a(work), b(work), c(work);
}

TEST(D_LockOSThread, NobodyElseRunsThere) {
  Chan<Unit> ch = MakeChan<Unit>();
  std::atomic<pid_t> locked = 0;
  Routine owner([&] {
    ThreadLock lock;
    locked = gettid();
    ch.Recv();
  });
  owner.AwaitParked(WaitReason::kChanReceive);
  for (int i = 0; i < 50; ++i) {
    Routine([&] { EXPECT_NE(gettid(), locked); }).Join();
    EXPECT_NE(gettid(), locked);
  }
  ch.Send({});
}

TEST(D_LockOSThread, IsCounted) {
  Routine([] {
    LockOSThread();
    LockOSThread();
    UnlockOSThread();
    const pid_t thread = gettid();
    for (int i = 0; i < 20; ++i) {
      Gosched();
      EXPECT_EQ(gettid(), thread);
    }
    UnlockOSThread();
    UnlockOSThread();  // one too many does nothing
  }).Join();
}

TEST(D_LockOSThread, AGoroutineThatEndsLockedTakesItsThreadWithIt) {
  pid_t thread = 0;
  Routine([&] {
    LockOSThread();
    thread = gettid();
  }).Join();
  if (thread == getpid()) GTEST_SKIP() << "it had the first thread, which stays";
  const std::string path = "/proc/self/task/" + std::to_string(thread);
  Await([&] { return access(path.c_str(), F_OK) != 0; });
}

TEST(D_GoMaxProcs, ReturnsThePreviousAndOnlyAsksForNone) {
  if (IsSeeded()) GTEST_SKIP() << "a seeded scheduler has one P";
  const int before = GoMaxProcs(3);
  EXPECT_EQ(GoMaxProcs(0), 3);
  EXPECT_EQ(GoMaxProcs(-1), 3);
  EXPECT_EQ(GoMaxProcs(before), 3);
  EXPECT_EQ(GoMaxProcs(0), before);
}

TEST(D_GoMaxProcs, MayChangeWhileEverybodyWorks) {
  const int before = GoMaxProcs(0);
  std::atomic<bool> stop = false;
  std::atomic<int> turns = 0;
  {
    std::vector<std::unique_ptr<Routine>> workers;
    for (int i = 0; i < 8; ++i) {
      workers.push_back(std::make_unique<Routine>([&] {
        while (!stop) {
          ++turns;
          Gosched();
        }
      }));
    }
    for (const int n : {1, 4, 2, 16, 1, 3}) {
      GoMaxProcs(n);
      const int now = turns;
      Await([&] { return turns > now + 20; });
    }
    stop = true;
  }
  GoMaxProcs(before);
}

TEST(E68_TightLoop, DoesNotKeepOthersFromRunning) {
  // Without a call into the runtime, and with one P: the P moves on, the loop keeps its thread.
  if (IsSeeded()) GTEST_SKIP() << "a seeded scheduler takes no P from anybody";
  OneProc one;
  std::atomic<bool> stop = false;
  Routine loop([&] {
    while (!stop.load(std::memory_order_relaxed)) {
    }
  });
  for (int i = 0; i < 5; ++i) Sleep(absl::Milliseconds(1));
  Routine([] {}).Join();
  stop = true;
}

TEST(E69_Blocking, HandsThePOn) {
  OneProc one;
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  char got = 0;
  Routine reader([&] {
    Blocking([&] { EXPECT_EQ(read(fds[0], &got, 1), 1); });
  });
  Routine([] {}).Join();
  Routine writer([&] { EXPECT_EQ(write(fds[1], "x", 1), 1); });
  reader.Join();
  EXPECT_EQ(got, 'x');
  close(fds[0]);
  close(fds[1]);
}

TEST(E69_Blocking, ReturnsAndThrowsWhatTheCallDoes) {
  EXPECT_EQ(*Blocking([] { return std::make_unique<int>(3); }), 3);
  EXPECT_THROW(Blocking([] { throw std::runtime_error("no"); }), std::runtime_error);
  Blocking([] { Blocking([] { Gosched(); }); });
}

TEST(E75_NumGoroutine, CountsUsersAlone) {
  // Tests of this file leave none behind, and the runtime's own do not count.
  Await([] { return NumGoroutine() == 1; });
  Chan<Unit> ch = MakeChan<Unit>();
  {
    Routine a([&] { ch.Recv(); }), b([&] { ch.Recv(); });
    EXPECT_EQ(NumGoroutine(), 3);
    ch.Close();
  }
  Await([] { return NumGoroutine() == 1; });
}

TEST(Guest, RunGivesAnyThreadAGoroutine) {
  std::thread thread([] {
    EXPECT_FALSE(OnGoroutine());
    EXPECT_EQ(gort::Run([] {
                EXPECT_TRUE(OnGoroutine());
                return 3;
              }),
              3);
    EXPECT_EQ(gort::Run([] { return 4; }), 4);
  });
  Blocking([&] { thread.join(); });
}

TEST(Spawn, JoinsWithAValueOrAnException) {
  Task<std::unique_ptr<int>> value = Spawn([] { return std::make_unique<int>(3); });
  EXPECT_EQ(*value.Join(), 3);
  Task<int> thrown = Spawn([]() -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(thrown.Join(), std::runtime_error);
}

TEST(Spawn, TheHandlesEndWaits) {
  bool ran = false;
  { Task<void> task = Spawn([&] { ran = true; }); }
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace gort::conformance
