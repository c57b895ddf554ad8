// The scheduler's promises with one P (BUILD.bazel sets GORT_MAXPROCS), each test on goroutine 1: goroutines take turns, so that
// the tests need no atomics and can tell an order. procs_test.cc has many.

#include <atomic>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gort/gort.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/switch/getg.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

// Lets the others run until `done` says so.
template <class Done>
void YieldUntil(Done done) {
  while (!done()) Gosched();
}

// What f returns, or what it returned at the last of some attempts: an order holds within a time slice, and on a machine that is
// busy with other things the kernel may keep our thread waiting for longer than that.
template <class F>
std::string Usually(const std::string& expected, F f) {
  std::string got;
  for (int attempts = 0; attempts < 20 && got != expected; ++attempts) got = f();
  return got;
}

TEST(Go, LastStartedRunsFirstThenInOrder) {
  const std::string expected = "9012345678";
  EXPECT_EQ(Usually(expected,
                    [] {
                      std::string order;
                      for (char c = '0'; c <= '9'; ++c) {
                        Go([&order, c] { order += c; });
                      }
                      YieldUntil([] { return NumGoroutine() == 1; });
                      return order;
                    }),
            expected)
      << "runnext, then the ring: as Go with GOMAXPROCS=1";
}

// Started by a constructor, before main.
std::uint64_t constructed_goid = 0;
[[gnu::constructor]] void GoInConstructor() {
  Go([] { constructed_goid = Goid(); });
}

TEST(Go, StartedByConstructorRunsOnceMainYields) {
  YieldUntil([] { return constructed_goid != 0; });
  EXPECT_GT(constructed_goid, 1u);
}

TEST(Go, MainIsGoroutineOne) {
  EXPECT_EQ(Goid(), 1u);
  EXPECT_TRUE(OnGoroutine());
}

TEST(Go, IdsAreNeverReused) {
  std::set<std::uint64_t> ids;
  int done = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 10; ++i) {
      Go([&] {
        ids.insert(Goid());
        ++done;
      });
    }
    YieldUntil([&] { return done == (round + 1) * 10; });
  }
  EXPECT_EQ(ids.size(), 200u);
}

TEST(Go, CapturesAreMovedInAndDestroyedOnce) {
  struct Count {
    int* destroyed;
    explicit Count(int* d) : destroyed(d) {}
    Count(Count&& other) noexcept : destroyed(std::exchange(other.destroyed, nullptr)) {}
    ~Count() {
      if (destroyed != nullptr) ++*destroyed;
    }
  };
  int destroyed = 0;
  bool ran = false;
  Go([c = Count(&destroyed), p = std::make_unique<int>(5), &ran] { ran = *p == 5; });
  EXPECT_EQ(destroyed, 0);
  YieldUntil([&] { return NumGoroutine() == 1; });
  EXPECT_TRUE(ran);
  EXPECT_EQ(destroyed, 1);
}

TEST(Go, TakesLargeClosures) {
  struct Large {
    unsigned char bytes[100'000];
  };
  auto large = std::make_unique<Large>();
  large->bytes[99'999] = 42;
  int got = 0;
  Go([copy = *large, &got] { got = copy.bytes[99'999]; });
  YieldUntil([&] { return NumGoroutine() == 1; });
  EXPECT_EQ(got, 42);
}

TEST(Go, ThrowingCopyStartsNothing) {
  struct Throws {
    Throws() = default;
    Throws(const Throws&) { throw std::runtime_error("copy"); }
    void operator()() {}
  } f;
  EXPECT_THROW(Go(f), std::runtime_error);
  EXPECT_EQ(NumGoroutine(), 1);
}

TEST(Go, StackHasTheSizeAskedFor) {
  for (std::size_t size : {std::size_t{16} << 10, std::size_t{64} << 10, std::size_t{1} << 20, std::size_t{3} << 20}) {
    StackBounds bounds = {};
    bool inside = false;
    Go({.name = "sized", .stack_size = size}, [&] {
      bounds = CurrentStack();
      const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
      inside = bounds.lo <= here && here < bounds.hi;
    });
    YieldUntil([&] { return NumGoroutine() == 1; });
    EXPECT_TRUE(inside);
    EXPECT_GE(bounds.hi - bounds.lo + 4096, size);
    EXPECT_LE(bounds.hi - bounds.lo, 2 * size);
  }
}

TEST(Go, ReusesDeadGoroutines) {
  auto burst = [] {
    for (int i = 0; i < 1000; ++i) Go([] {});
    YieldUntil([] { return NumGoroutine() == 1; });
  };
  burst();
  const auto made = runtime::allglen.load();
  for (int i = 0; i < 50; ++i) burst();
  // Not one more if there were one P; with several, how many live at once differs from burst to burst.
  EXPECT_LE(runtime::allglen.load(), made + 1000 + 64 * runtime::gomaxprocs.load());
}

TEST(Go, ReusesDeadGoroutinesOfEverySize) {
  auto round = [] {
    for (std::size_t kib : {1, 20, 40, 100, 200, 256, 600, 2048, 5000}) {
      Go({.stack_size = kib << 10}, [] {});
      YieldUntil([] { return NumGoroutine() == 1; });
    }
  };
  round();
  const auto made = runtime::allglen.load();
  for (int i = 0; i < 10; ++i) round();
  EXPECT_EQ(runtime::allglen.load(), made);
}

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  statm >> size >> resident;
  return resident * 4096;
}

TEST(Go, LargeStacksGoBackWhenTheirGoroutineEnds) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 600; ++i) Go({.stack_size = static_cast<std::size_t>(3 + round) << 20}, [] {});
    YieldUntil([] { return NumGoroutine() == 1; });  // 1024 may live at the same time: three rounds only fit one by one
  }
}

TEST(Go, IdleMReturnsTheMemoryOfDeadGoroutines) {
  constexpr std::size_t kEach = 100 << 10;
  constexpr int kCount = 300;
  for (int i = 0; i < kCount; ++i) {
    Go([] {
      volatile char frame[kEach];
      for (std::size_t at = 0; at < kEach; at += 1024) frame[at] = 1;
      static_cast<void>(frame[0]);
      Gosched();
    });
  }
  YieldUntil([] { return NumGoroutine() == 1; });
  const std::size_t before = ResidentBytes();
  // Idle until it shows: main waits for a thread, which waits for the memory to go.
  runtime::g* self = runtime::getg();
  std::thread watcher;
  runtime::mutex l{};
  runtime::lock(&l);
  watcher = std::thread([&] {
    while (ResidentBytes() + kCount * kEach / 2 > before) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    runtime::lock(&l);
    runtime::unlock(&l);
    runtime::goready(self);
  });
  runtime::goparkunlock(&l, WaitReason::kSleep);
  watcher.join();
}

TEST(Go, TenThousandAtOnce) {
  std::atomic<int> done = 0;
  std::atomic<bool> go_on = false;
  for (int i = 0; i < 10'000; ++i) {
    Go([&] {
      while (!go_on) Gosched();
      ++done;
    });
  }
  EXPECT_EQ(NumGoroutine(), 10'001) << "the ring overflows into the global queue, and none is lost";
  go_on = true;
  YieldUntil([&] { return NumGoroutine() == 1; });
  EXPECT_EQ(done, 10'000);
}

TEST(Gosched, TakesTurns) {
  EXPECT_EQ(Usually("bababa",
                    [] {
                      std::string order;
                      for (char c : {'a', 'b'}) {
                        Go([&order, c] {
                          for (int i = 0; i < 3; ++i) {
                            order += c;
                            Gosched();
                          }
                        });
                      }
                      YieldUntil([] { return NumGoroutine() == 1; });
                      return order;
                    }),
            "bababa");
}

// A pair that keeps readying each other goes on in one time slice; the others must still run.
TEST(Schedule, PairDoesNotStarveTheGlobalQueue) {
  struct Pair {
    runtime::mutex lock{};
    runtime::g* waiting = nullptr;  // guard: lock. Even here: one whose slice is over loses the P and runs on without
    std::atomic<bool> stop = false;
    void Turn() {
      while (!stop) {
        runtime::lock(&lock);
        runtime::g* other = std::exchange(waiting, nullptr);
        runtime::unlock(&lock);
        if (other != nullptr) runtime::goready(other);
        runtime::lock(&lock);
        if (waiting != nullptr || stop) {
          runtime::unlock(&lock);
          continue;
        }
        waiting = runtime::getg();
        runtime::goparkunlock(&lock, WaitReason::kZero);
      }
      runtime::lock(&lock);
      runtime::g* other = std::exchange(waiting, nullptr);
      runtime::unlock(&lock);
      if (other != nullptr) runtime::goready(other);
    }
  } pair;
  Go([&] { pair.Turn(); });
  Go([&] { pair.Turn(); });
  std::atomic<bool> ran = false;
  Go([&] {
    Gosched();  // to the global queue
    ran = true;
    pair.stop = true;
  });
  YieldUntil([] { return NumGoroutine() == 1; });
  EXPECT_TRUE(ran);
}

// ---- Park and ready --------------------------------------------------------------------------------------------------

TEST(Park, UnlocksOnlyWhenTheGoroutineWaits) {
  struct Shared {
    runtime::g* parked = nullptr;
    std::uint32_t status = 0;
    const void* unlock_stack = nullptr;
  } shared;
  Go([&] {
    runtime::gopark(
        [](runtime::g* gp, void* arg) {
          auto* s = static_cast<Shared*>(arg);
          s->parked = gp;
          s->status = gp->atomicstatus.load();
          s->unlock_stack = __builtin_frame_address(0);
          return true;
        },
        &shared, WaitReason::kSemacquire);
  });
  YieldUntil([&] { return shared.parked != nullptr; });
  EXPECT_EQ(shared.status, runtime::kGwaiting);
  const auto on = reinterpret_cast<std::uintptr_t>(shared.unlock_stack);
  EXPECT_FALSE(shared.parked->stack.lo <= on && on < shared.parked->stack.hi) << "unlockf runs on g0";
  EXPECT_EQ(shared.parked->waitreason, WaitReason::kSemacquire);
  runtime::goready(shared.parked);
  YieldUntil([] { return NumGoroutine() == 1; });
}

TEST(Park, GoesOnAtOnceWhenUnlockRefuses) {
  EXPECT_EQ(Usually("",
                    [] {
                      std::string order;
                      Go([&] { order += "other"; });
                      runtime::gopark([](runtime::g*, void*) { return false; }, nullptr, WaitReason::kZero);
                      const std::string before = order;
                      YieldUntil([] { return NumGoroutine() == 1; });
                      return before;
                    }),
            "")
      << "in the same time slice";
}

TEST(Ready, RunsNextOnTheReadiersP) {
  EXPECT_EQ(Usually("woken started ",
                    [] {
                      std::string order;
                      runtime::g* parked = nullptr;
                      Go([&] {
                        parked = runtime::getg();
                        runtime::gopark(nullptr, nullptr, WaitReason::kZero);
                        order += "woken ";
                      });
                      YieldUntil([&] { return parked != nullptr; });
                      Go([&] { order += "started "; });
                      runtime::goready(parked);
                      YieldUntil([] { return NumGoroutine() == 1; });
                      return order;
                    }),
            "woken started ");
}

// ---- Foreign threads -----------------------------------------------------------------------------------------------------

TEST(ForeignThread, WakesAnIdleM) {
  for (int i = 0; i < 200; ++i) {
    runtime::mutex l{};
    std::atomic<bool> woken{false};
    runtime::g* self = runtime::getg();
    std::thread waker;
    runtime::lock(&l);
    waker = std::thread([&] {
      runtime::lock(&l);  // held until we are parked: the M is idle now or about to be
      runtime::unlock(&l);
      woken = true;
      runtime::goready(self);
    });
    runtime::goparkunlock(&l, WaitReason::kSemacquire);
    EXPECT_TRUE(woken);
    waker.join();
  }
}

TEST(ForeignThread, StartsGoroutines) {
  constexpr int kThreads = 4;
  constexpr int kEach = 250;
  std::atomic<int> ran{0};
  std::atomic<int> on_goroutine{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      EXPECT_FALSE(OnGoroutine());
      EXPECT_EQ(Goid(), 0u);
      for (int i = 0; i < kEach; ++i) {
        Go([&] {
          if (OnGoroutine()) ++on_goroutine;
          ++ran;
        });
      }
    });
  }
  YieldUntil([&] { return ran == kThreads * kEach; });
  for (auto& t : threads) t.join();
  EXPECT_EQ(on_goroutine, kThreads * kEach);
  YieldUntil([] { return NumGoroutine() == 1; });
}

TEST(ForeignThread, KnowsItsStack) {
  std::thread([] {
    const StackBounds bounds = CurrentStack();
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    EXPECT_LE(bounds.lo, here);
    EXPECT_LT(here, bounds.hi);
  }).join();
}

// ---- Goexit ----------------------------------------------------------------------------------------------------------------

TEST(Goexit, RunsDestructorsInnermostFirst) {
  std::string order;
  struct Say {
    std::string* order;
    const char* what;
    ~Say() { *order += what; }
  };
  Go([&] {
    Say outer{&order, "outer "};
    [&] {
      Say inner{&order, "inner "};
      Goexit();
    }();
    order += "never ";
  });
  YieldUntil([] { return NumGoroutine() == 1; });
  EXPECT_EQ(order, "inner outer ");
}

TEST(Goexit, DestroysTheClosure) {
  auto shared = std::make_shared<int>(1);
  Go([copy = shared] { Goexit(); });
  YieldUntil([] { return NumGoroutine() == 1; });
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(Goexit, IsNoStdException) {
  std::string caught;
  Go([&] {
    try {
      Goexit();
    } catch (const std::exception&) {
      caught += "exception ";
    } catch (...) {
      caught += "ellipsis ";
      throw;
    }
    caught += "after ";
  });
  YieldUntil([] { return NumGoroutine() == 1; });
  EXPECT_EQ(caught, "ellipsis ");
}

TEST(Goexit, MayParkWhileUnwinding) {
  bool done = false;
  struct Park {
    bool* done;
    ~Park() {
      Gosched();
      *done = true;
    }
  };
  Go([&] {
    Park p{&done};
    Goexit();
  });
  YieldUntil([] { return NumGoroutine() == 1; });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace gort
