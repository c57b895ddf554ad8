// WaitGroup: statements E34 and E35, and what C++ adds.

#include "gort/runtime/sync/waitgroup.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/sync/test_util.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

// The text of the PanicError that f throws, "" if it throws none.
template <class F>
std::string PanicOf(F f) {
  try {
    f();
  } catch (const PanicError& error) {
    return error.what();
  }
  return "";
}

TEST(WaitGroup, WaitReturnsAtOnceForZero) {
  WaitGroup group;
  group.Wait();
  group.Add(2);
  group.Done();
  group.Add(-1);
  group.Wait();
}

TEST(WaitGroup, WaitReturnsWhenTheLastIsDone) {
  WaitGroup group;
  group.Add(2);
  Actor waiter([&] { group.Wait(); });
  waiter.AwaitParked(WaitReason::kSyncWaitGroupWait);
  group.Done();
  EXPECT_FALSE(waiter.IsDone());
  waiter.AwaitParked(WaitReason::kSyncWaitGroupWait);
  group.Done();
  waiter.Join();
}

TEST(WaitGroup, AllWaitersAreLetGo) {
  WaitGroup group;
  group.Add(1);
  Actor a([&] { group.Wait(); }), b([&] { group.Wait(); });
  a.AwaitParked(WaitReason::kSyncWaitGroupWait);
  b.AwaitParked(WaitReason::kSyncWaitGroupWait);
  group.Done();
  a.Join();
  b.Join();
}

TEST(WaitGroup, MayBeUsedAgain) {
  WaitGroup group;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> done{0};
    for (int i = 0; i < 5; ++i) group.Go([&] { done.fetch_add(1); });
    group.Wait();
    ASSERT_EQ(done.load(), 5);
  }
}

TEST(WaitGroup, E34_NegativeCounterPanics) {
  WaitGroup group;
  EXPECT_EQ(PanicOf([&] { group.Done(); }), "sync: negative WaitGroup counter");
  WaitGroup other;
  other.Add(1);
  EXPECT_EQ(PanicOf([&] { other.Add(-2); }), "sync: negative WaitGroup counter");
}

TEST(WaitGroup, E34_AddConcurrentWithWaitPanics) {
  WaitGroup group;
  // The moment between the last Done's subtraction and its store, made by hand: the count is zero and somebody waits.
  __atomic_store_n(reinterpret_cast<std::uint64_t*>(&group), 1, __ATOMIC_RELEASE);
  EXPECT_EQ(PanicOf([&] { group.Add(1); }), "sync: WaitGroup misuse: Add called concurrently with Wait");
}

TEST(WaitGroup, E34_ReuseBeforeWaitReturnsPanics) {
  // The waiter may return before the Add, which is then right; so again until it is late.
  std::string panic;
  while (panic.empty()) {
    WaitGroup group;
    group.Add(1);
    Actor waiter([&] { panic = PanicOf([&] { group.Wait(); }); });
    waiter.AwaitParked(WaitReason::kSyncWaitGroupWait);
    group.Done();
    group.Add(1);
    waiter.Join();
  }
  EXPECT_EQ(panic, "sync: WaitGroup is reused before previous Wait has returned");
}

TEST(WaitGroup, E35_GoRunsAndCounts) {
  WaitGroup group;
  int ran = 0;  // not atomic: Wait orders, for thread sanitizer
  group.Go([&ran, p = std::make_unique<int>(7)] { ran = *p; });
  group.Wait();
  EXPECT_EQ(ran, 7);
}

TEST(WaitGroup, E35_GoexitIsDoneToo) {
  WaitGroup group;
  bool ran = false;
  group.Go([&] {
    ran = true;
    Goexit();
  });
  group.Wait();
  EXPECT_TRUE(ran);
}

// E35, an exception in f ends the program before Wait returns: crash_test.sh, waitgroup_throw.

TEST(WaitGroup, GoDestroysTheFunctionBeforeWaitReturns) {
  auto alive = std::make_shared<int>(0);
  WaitGroup group;
  for (int i = 0; i < 10; ++i) group.Go([alive] { Gosched(); });
  group.Wait();
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(WaitGroup, GoThatFailsCountsNothing) {
  struct Throws {
    Throws() = default;
    Throws(const Throws&) { throw std::runtime_error("copy"); }
    void operator()() {}
  } f;
  WaitGroup group;
  EXPECT_THROW(group.Go(f), std::runtime_error);
  group.Wait();
}

constinit WaitGroup static_group;
TEST(WaitGroup, PlainThreadsWaitAndAreWaitedFor) {
  std::atomic<int> done{0};
  for (int i = 0; i < 3; ++i) static_group.Go([&] { done.fetch_add(1); });
  static_group.Add(1);
  std::thread waits([&] {
    static_group.Wait();
    EXPECT_EQ(done.load(), 4);
  });
  std::thread works([&] {
    done.fetch_add(1);
    static_group.Done();
  });
  static_group.Wait();
  works.join();
  waits.join();
}

// A group on the stack of the one who waits: it is gone when Wait returns, while the last Done may be on its way out. For address
// sanitizer.
TEST(WaitGroupStress, MayBeDestroyedWhenWaitReturns) {
  const std::uint64_t seed = TestSeed();
  RunEverywhere(6, 2, seed, [](std::mt19937_64& random) {
    for (int i = 0; i < 300; ++i) {
      auto group = std::make_unique<WaitGroup>();
      const int members = static_cast<int>(random() % 4);
      int sum = 0;
      Mutex mutex;
      for (int k = 0; k < members; ++k) {
        group->Go([&] {
          std::lock_guard<Mutex> lock(mutex);
          ++sum;
        });
      }
      if (random() % 2 == 0) Gosched();
      group->Wait();
      group.reset();
      EXPECT_EQ(sum, members);
    }
  });
}

}  // namespace
}  // namespace gort
