// The scheduler's promises with several Ps: nothing is lost, nobody starves, and who blocks or computes keeps nobody from
// running.

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "gort/gort.h"
#include "gort/gstruct/m.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/thread.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

// Sets the number of Ps for one test.
class Procs {
 public:
  explicit Procs(int n) : before_(GoMaxProcs(n)) {}
  ~Procs() { GoMaxProcs(before_); }

 private:
  int before_;
};

template <class Done>
void YieldUntil(Done done) {
  while (!done()) Gosched();
}

// The simplest thing that goroutines wait in: a count that must come down to 0.
class Latch {
 public:
  explicit Latch(int n) : left_(n) {}
  void Down() {
    runtime::lock(&lock_);
    runtime::g* waiter = --left_ == 0 ? waiter_ : nullptr;
    runtime::unlock(&lock_);
    if (waiter != nullptr) runtime::goready(waiter);
  }
  void Wait() {
    runtime::g* self = runtime::selfg();
    runtime::lock(&lock_);
    if (left_ == 0) {
      runtime::unlock(&lock_);
      return;
    }
    waiter_ = self;
    runtime::goparkunlock(&lock_, WaitReason::kSemacquire);
  }

 private:
  runtime::mutex lock_{};
  int left_;                       // guard: lock_
  runtime::g* waiter_ = nullptr;  // guard: lock_
};

int ThreadId() { return static_cast<int>(syscall(SYS_gettid)); }

class EveryNumberOfProcs : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Procs, EveryNumberOfProcs, testing::Values(1, 2, 8, 64));

TEST_P(EveryNumberOfProcs, RunsEveryGoroutineOnce) {
  const Procs procs(GetParam());
  constexpr int kCount = 20'000;
  std::vector<std::atomic<int>> runs(kCount);
  Latch latch(kCount);
  for (int i = 0; i < kCount; ++i) {
    Go([&runs, &latch, i] {
      if (i % 3 == 0) Gosched();
      ++runs[i];
      latch.Down();
    });
  }
  latch.Wait();
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(runs[i], 1) << i;
}

TEST_P(EveryNumberOfProcs, TreeOfGoroutinesEnds) {
  const Procs procs(GetParam());
  constexpr int kDepth = 12;
  Latch latch(1 << kDepth);
  struct Node {
    static void Grow(Latch* latch, int depth) {
      if (depth == 0) {
        latch->Down();
        return;
      }
      Go([=] { Grow(latch, depth - 1); });
      Go([=] { Grow(latch, depth - 1); });
    }
  };
  Node::Grow(&latch, kDepth);
  latch.Wait();
}

// Park and ready from everywhere: a ring of goroutines hands a token round.
TEST_P(EveryNumberOfProcs, TokenGoesRound) {
  const Procs procs(GetParam());
  constexpr int kRing = 16;
  constexpr int kRounds = 500;
  struct Seat {
    runtime::mutex lock{};
    bool token = false;
    runtime::g* waiter = nullptr;
  };
  std::vector<Seat> seats(kRing);
  auto give = [&seats](int to) {
    Seat& seat = seats[static_cast<std::size_t>(to % kRing)];
    runtime::lock(&seat.lock);
    seat.token = true;
    runtime::g* waiter = seat.waiter;
    seat.waiter = nullptr;
    runtime::unlock(&seat.lock);
    if (waiter != nullptr) runtime::goready(waiter);
  };
  Latch latch(kRing);
  for (int i = 0; i < kRing; ++i) {
    Go([&, i] {
      Seat& seat = seats[static_cast<std::size_t>(i)];
      for (int round = 0; round < kRounds; ++round) {
        runtime::lock(&seat.lock);
        if (seat.token) {
          runtime::unlock(&seat.lock);
        } else {
          seat.waiter = runtime::selfg();
          runtime::goparkunlock(&seat.lock, WaitReason::kSemacquire);
        }
        seat.token = false;
        if (i != kRing - 1 || round != kRounds - 1) give(i + 1);
      }
      latch.Down();
    });
  }
  give(0);
  latch.Wait();
}

// E68, for C++: who computes keeps its thread but not its P.
TEST_P(EveryNumberOfProcs, HogsDoNotStarveOthers) {
  if (!runtime::canretake()) GTEST_SKIP() << "the kernel has no membarrier";
  const Procs procs(GetParam());
  std::atomic<bool> stop = false;
  Latch hogs(GetParam() + 1);
  for (int i = 0; i < GetParam() + 1; ++i) {
    Go([&] {
      while (!stop.load(std::memory_order_relaxed)) {
      }
      hogs.Down();
    });
  }
  std::atomic<int> ran = 0;
  for (int i = 0; i < 100; ++i) Go([&] { ++ran; });
  YieldUntil([&] { return ran == 100; });
  stop = true;
  hogs.Wait();
}

// E69: who blocks its thread does not keep the P.
TEST_P(EveryNumberOfProcs, BlockingLetsOthersRun) {
  const Procs procs(GetParam());
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  constexpr int kReaders = 3;
  Latch readers(kReaders);
  for (int i = 0; i < kReaders; ++i) {
    Go([&] {
      char c;
      const auto got = Blocking([&] { return read(pipe_ends[0], &c, 1); });
      EXPECT_EQ(got, 1);
      readers.Down();
    });
  }
  std::atomic<int> ran = 0;
  for (int i = 0; i < 100; ++i) Go([&] { ++ran; });
  YieldUntil([&] { return ran == 100; });
  EXPECT_EQ(write(pipe_ends[1], "abc", kReaders), kReaders);
  readers.Wait();
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(Blocking, ReturnsValuesAndPassesExceptionsOn) {
  EXPECT_EQ(Blocking([] { return 7; }), 7);
  EXPECT_THROW(Blocking([] { throw 7; }), int);
  Blocking([] { Gosched(); });
}

TEST(Blocking, MayCallIntoGort) {
  Latch latch(1);
  Latch other(1);
  Go([&] {
    Blocking([&] {
      latch.Down();
      other.Wait();
      EXPECT_EQ(Blocking([] { return 1; }), 1);
    });
    latch.Down();
  });
  latch.Wait();
  other.Down();
  YieldUntil([] { return NumGoroutine() == 1; });
}

TEST(Blocking, MayEndTheGoroutine) {
  Go([] { Blocking([] { Goexit(); }); });
  YieldUntil([] { return NumGoroutine() == 1; });
}

// Ms are started by whichever thread finds that one is wanted, also by sysmon, which blocks every signal.
TEST(Ms, HaveTheSignalMaskOfTheProcess) {
  if (!runtime::canretake()) GTEST_SKIP() << "the kernel has no membarrier";
  const Procs procs(4);
  sigset_t mine;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &mine), 0);
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  constexpr int kHogs = 6;  // more than there are Ps, so that sysmon takes some, and starts Ms for them
  std::atomic<int> seen = 0;
  Latch latch(kHogs);
  for (int i = 0; i < kHogs; ++i) {
    Go([&] {
      sigset_t here;
      pthread_sigmask(SIG_SETMASK, nullptr, &here);
      for (int sig = 1; sig <= 31; ++sig) wrong += sigismember(&here, sig) != sigismember(&mine, sig);
      ++seen;
      while (!stop.load(std::memory_order_relaxed)) {
      }
      latch.Down();
    });
  }
  YieldUntil([&] { return seen == kHogs; });
  stop = true;
  latch.Wait();
  EXPECT_EQ(wrong, 0);
}

TEST(LockOSThread, KeepsTheThreadAndKeepsOthersOff) {
  const Procs procs(4);
  constexpr int kLocked = 4;
  std::atomic<bool> stop = false;
  Latch latch(kLocked + 8);
  std::vector<std::atomic<int>> tids(kLocked);
  std::atomic<int> intruders = 0;
  for (int i = 0; i < kLocked; ++i) {
    Go([&, i] {
      const ThreadLock lock;
      tids[i] = ThreadId();
      for (int n = 0; n < 200; ++n) {
        Gosched();
        EXPECT_EQ(ThreadId(), tids[i]);
      }
      tids[i] = 0;
      latch.Down();
    });
  }
  for (int i = 0; i < 8; ++i) {
    Go([&] {
      while (!stop) {
        const int tid = ThreadId();
        for (const auto& locked : tids) intruders += locked == tid;
        Gosched();
      }
      latch.Down();
    });
  }
  YieldUntil([&] { return NumGoroutine() == 9; });
  stop = true;
  latch.Wait();
  EXPECT_EQ(intruders, 0);
}

// It comes back to an idle world without a P, and can only sleep: somebody must be sent for it.
TEST(LockOSThread, HogFindsItsWayBack) {
  if (!runtime::canretake()) GTEST_SKIP() << "the kernel has no membarrier";
  const Procs procs(1);
  Latch latch(1);
  Go([&] {
    const ThreadLock lock;
    // Computes until the P is gone; then everybody else waits.
    std::atomic<bool> other_ran = false;
    Go([&] { other_ran = true; });
    while (!other_ran.load(std::memory_order_relaxed)) {
    }
    for (int i = 0; i < 100; ++i) Gosched();
    latch.Down();
  });
  latch.Wait();
}

TEST(GoMaxProcs, MayBeCalledInBlockingAndBySeveral) {
  const Procs procs(8);
  Latch latch(4);
  for (int i = 0; i < 4; ++i) {
    Go([&, i] {
      for (int n = 1; n < 30; ++n) {
        if (i % 2 == 0) {
          Blocking([n] { GoMaxProcs(1 + n % 8); });
        } else {
          GoMaxProcs(1 + n % 5);
        }
      }
      latch.Down();
    });
  }
  latch.Wait();
}

TEST(LockOSThread, IsCounted) {
  Latch latch(1);
  Go([&] {
    LockOSThread();
    LockOSThread();
    UnlockOSThread();
    EXPECT_NE(runtime::getg()->lockedm, nullptr);
    UnlockOSThread();
    EXPECT_EQ(runtime::getg()->lockedm, nullptr);
    UnlockOSThread();  // without effect
    EXPECT_EQ(runtime::getg()->lockedm, nullptr);
    latch.Down();
  });
  latch.Wait();
}

// A thread whose state a goroutine may have changed serves nobody else.
TEST(LockOSThread, ThreadDiesWithItsGoroutine) {
  std::atomic<int> tid = 0;
  Latch latch(1);
  Go([&] {
    LockOSThread();
    if (runtime::getg()->m == &runtime::m0) {  // the first thread never ends; let another goroutine have it
      UnlockOSThread();
    } else {
      tid = ThreadId();
    }
    latch.Down();
  });
  latch.Wait();
  if (tid == 0) GTEST_SKIP() << "the goroutine ran on the first thread";
  while (syscall(SYS_tgkill, getpid(), tid.load(), 0) == 0) Gosched();
}

TEST(GoMaxProcs, AsksAndSets) {
  const int before = GoMaxProcs(0);
  EXPECT_EQ(GoMaxProcs(3), before);
  EXPECT_EQ(GoMaxProcs(-1), 3);
  EXPECT_EQ(GoMaxProcs(1'000'000), 3);
  EXPECT_EQ(GoMaxProcs(before), runtime::kMaxProcs);
}

TEST(GoMaxProcs, ChangesUnderLoad) {
  const Procs procs(2);
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> turns = 0;
  constexpr int kWorkers = 20;
  Latch latch(kWorkers + 1);
  for (int i = 0; i < kWorkers; ++i) {
    Go([&] {
      while (!stop) {
        ++turns;
        Go([&] { ++turns; });
        Gosched();
      }
      latch.Down();
    });
  }
  Go([&] {  // computes without a call: its P can be taken all the same
    while (!stop.load(std::memory_order_relaxed)) {
    }
    latch.Down();
  });
  for (int n : {1, 8, 2, 64, 1, 3, 200, 1, 2, 5, 1, 16}) {
    GoMaxProcs(n);
    const std::int64_t seen = turns;
    YieldUntil([&] { return turns > seen + 100; });
  }
  stop = true;
  latch.Wait();
  YieldUntil([] { return NumGoroutine() == 1; });
}

TEST(ForeignThread, ParksAndIsWoken) {
  constexpr int kThreads = 4;
  constexpr int kTurns = 200;
  for (int turn = 0; turn < kTurns; ++turn) {
    Latch to_threads(1);
    Latch from_threads(kThreads);
    std::vector<std::thread> threads;
    if (turn % 50 == 0) {
      for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
          EXPECT_FALSE(OnGoroutine());
          Latch own(1);
          Go([&] { own.Down(); });
          own.Wait();
          from_threads.Down();
        });
      }
      Blocking([&] {
        for (auto& thread : threads) thread.join();
      });
      from_threads.Wait();
    }
    Go([&] { to_threads.Down(); });
    to_threads.Wait();
  }
}

}  // namespace
}  // namespace gort
