// WaitGroup, Once, Cond, Pool, Map: E34 to E39. errgroup's Group: E40.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gort/gort.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

TEST(E34_WaitGroup, WaitReturnsAtZero) {
  WaitGroup wg;
  wg.Wait();
  wg.Add(2);
  Routine waiter([&] { wg.Wait(); });
  waiter.AwaitParked(WaitReason::kSyncWaitGroupWait);
  wg.Done();
  EXPECT_FALSE(waiter.HasEnded());
  wg.Done();
  waiter.Join();
}

TEST(E34_WaitGroup, LetsAllWaitersGoAndMayBeUsedAgain) {
  WaitGroup wg;
  for (int round = 0; round < 3; ++round) {
    wg.Add(1);
    Routine a([&] { wg.Wait(); }), b([&] { wg.Wait(); });
    a.AwaitParked(WaitReason::kSyncWaitGroupWait);
    b.AwaitParked(WaitReason::kSyncWaitGroupWait);
    wg.Done();
  }
}

TEST(E34_WaitGroup, NegativeCounterPanics) {
  EXPECT_EQ(PanicOf([] { WaitGroup().Done(); }), "sync: negative WaitGroup counter");
  EXPECT_EQ(PanicOf([] {
              WaitGroup wg;
              wg.Add(1);
              wg.Add(-2);
            }),
            "sync: negative WaitGroup counter");
}

TEST(E34_WaitGroup, DoneHappensBeforeTheEndOfWait) {
  WaitGroup wg;
  int data[4] = {};
  for (int& d : data) wg.Go([&d] { d = 1; });
  wg.Wait();
  EXPECT_EQ(data[0] + data[1] + data[2] + data[3], 4);
}

TEST(E35_WaitGroupGo, CountsAFunctionThatLeavesByGoexit) {
  WaitGroup wg;
  wg.Go([] { Goexit(); });
  wg.Wait();
}

TEST(E36_Once, CallsExactlyOne) {
  Once once;
  std::atomic<int> calls = 0;
  WaitGroup wg;
  for (int i = 0; i < 20; ++i) {
    wg.Go([&] {
      once.Do([&] { ++calls; });
      EXPECT_EQ(calls, 1);
    });
  }
  wg.Wait();
}

TEST(E36_Once, OthersWaitUntilItHasFinished) {
  Once once;
  Chan<Unit> finish = MakeChan<Unit>();
  bool finished = false;
  Routine calls([&] {
    once.Do([&] {
      finish.Recv();
      finished = true;
    });
  });
  calls.AwaitParked(WaitReason::kChanReceive);
  Routine waits([&] {
    once.Do([] { ADD_FAILURE() << "called twice"; });
    EXPECT_TRUE(finished);
  });
  waits.AwaitParked(WaitReason::kSyncMutexLock);
  finish.Send({});
}

TEST(E36_Once, AFunctionThatPanicsCountsAsDone) {
  Once once;
  EXPECT_THROW(once.Do([] { throw std::runtime_error("no"); }), std::runtime_error);
  once.Do([] { ADD_FAILURE() << "called again"; });
}

TEST(E36_OnceFunc, PanicsWithTheSameValueOnEachCall) {
  int calls = 0;
  auto f = OnceFunc([&] {
    ++calls;
    throw std::runtime_error("the same");
  });
  for (int i = 0; i < 3; ++i) {
    try {
      f();
      ADD_FAILURE();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "the same");
    }
  }
  EXPECT_EQ(calls, 1);
}

TEST(E36_OnceValue, IsComputedOnce) {
  int calls = 0;
  auto value = OnceValue([&] { return ++calls; });
  EXPECT_EQ(value(), 1);
  EXPECT_EQ(value(), 1);
}

TEST(E37_Cond, SignalWakesTheOneThatWaitsLongest) {
  Mutex mutex;
  Cond cond(mutex);
  Log log;
  std::vector<std::unique_ptr<Routine>> waiters;
  for (int i = 0; i < 4; ++i) {
    waiters.push_back(std::make_unique<Routine>([&, i] {
      std::lock_guard lock(mutex);
      cond.Wait();
      log.Add(static_cast<char>('0' + i));
    }));
    waiters.back()->AwaitParked(WaitReason::kSyncCondWait);
  }
  for (int i = 0; i < 4; ++i) {
    cond.Signal();
    waiters[i]->Join();
    EXPECT_EQ(log.Size(), static_cast<std::size_t>(i + 1)) << "and no other";
  }
  EXPECT_EQ(log.Text(), "0123");
}

TEST(E37_Cond, BroadcastWakesAll) {
  Mutex mutex;
  Cond cond(mutex);
  auto wait = [&] {
    std::lock_guard lock(mutex);
    cond.Wait();
  };
  Routine a(wait), b(wait), c(wait);
  a.AwaitParked(WaitReason::kSyncCondWait);
  b.AwaitParked(WaitReason::kSyncCondWait);
  c.AwaitParked(WaitReason::kSyncCondWait);
  cond.Broadcast();
}

TEST(E37_Cond, ASignalIsNotKeptForLater) {
  Mutex mutex;
  Cond cond(mutex);
  cond.Signal();
  cond.Broadcast();
  Routine waiter([&] {
    std::lock_guard lock(mutex);
    cond.Wait();
  });
  waiter.AwaitParked(WaitReason::kSyncCondWait);
  cond.Signal();
}

TEST(E37_Cond, WaitReleasesTheMutexAndHasItAgain) {
  Mutex mutex;
  Cond cond(mutex);
  int turn = 0;
  Routine other([&] {
    std::lock_guard lock(mutex);
    while (turn != 1) cond.Wait();
    turn = 2;
    cond.Broadcast();
  });
  std::lock_guard lock(mutex);
  turn = 1;
  cond.Broadcast();
  while (turn != 2) cond.Wait();
}

TEST(E38_Pool, GivesBackWhatWasPutAndMakesWhatIsMissing) {
  Pool<int> pool(+[] { return std::make_unique<int>(7); });
  EXPECT_EQ(*pool.Get(), 7);
  pool.Put(std::make_unique<int>(8));
  EXPECT_EQ(*pool.Get(), 8);
  Pool<int> without_new;
  EXPECT_EQ(without_new.Get(), nullptr);
  without_new.Put(nullptr);
  EXPECT_EQ(without_new.Get(), nullptr);
}

TEST(E39_Map, HasGosOperations) {
  Map<std::string, int> map;
  EXPECT_EQ(map.Load("a"), std::nullopt);
  map.Store("a", 1);
  EXPECT_EQ(map.Load("a"), 1);
  EXPECT_EQ(map.LoadOrStore("a", 2), (std::pair{1, true}));
  EXPECT_EQ(map.LoadOrStore("b", 2), (std::pair{2, false}));
  EXPECT_EQ(map.Swap("a", 3), 1);
  EXPECT_FALSE(map.CompareAndSwap("a", 1, 4));
  EXPECT_TRUE(map.CompareAndSwap("a", 3, 4));
  EXPECT_FALSE(map.CompareAndDelete("a", 3));
  EXPECT_TRUE(map.CompareAndDelete("a", 4));
  EXPECT_EQ(map.LoadAndDelete("b"), 2);
  map.Store("c", 1);
  map.Clear();
  EXPECT_EQ(map.Load("c"), std::nullopt);
}

TEST(E39_Map, RangeSeesEachKeyAtMostOnceWhileOthersWrite) {
  Map<int, int> map;
  for (int i = 0; i < 500; ++i) map.Store(i, i);
  Routine writer([&] {
    for (int i = 0; i < 500; ++i) {
      map.Delete(i);
      map.Store(i, -i);
    }
  });
  std::map<int, int> seen;
  map.Range([&](const int& key, const int&) { return ++seen[key] == 1; });
  for (const auto& [key, times] : seen) EXPECT_EQ(times, 1) << key;
}

TEST(E40_Group, WaitReturnsTheFirstError) {
  Group group;
  Chan<Unit> second = MakeChan<Unit>();
  group.Go([] {});
  group.Go([&] { return absl::InternalError("first"); });
  group.Go([&] {
    second.Recv();
    return absl::InternalError("second");
  });
  group.context().Done().Recv();
  second.Send({});
  EXPECT_EQ(group.Wait(), absl::InternalError("first"));
}

TEST(E40_Group, TheFirstErrorEndsTheContextWithItAsCause) {
  auto [parent, cancel] = WithCancel(Background());
  Group group(parent);
  group.Go([] { return absl::DataLossError("gone"); });
  Context context = group.context();
  context.Done().Recv();
  EXPECT_EQ(context.Err().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(context.Cause(), absl::DataLossError("gone"));
  EXPECT_TRUE(parent.Err().ok());
  EXPECT_FALSE(group.Wait().ok());
}

TEST(E40_Group, WaitEndsTheContext) {
  Group group;
  group.Go([] {});
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_EQ(group.context().Err().code(), absl::StatusCode::kCancelled);
}

TEST(E40_Group, GoWaitsAtTheLimitAndTryGoDoesNot) {
  Group group;
  group.SetLimit(2);
  Chan<Unit> finish = MakeChan<Unit>();
  for (int i = 0; i < 2; ++i) group.Go([&] { finish.Recv(); });
  EXPECT_FALSE(group.TryGo([] { ADD_FAILURE(); }));
  std::atomic<bool> ran = false;
  Routine third([&] { group.Go([&] { ran = true; }); });
  for (int i = 0; i < 10; ++i) Gosched();
  EXPECT_FALSE(third.HasEnded());
  EXPECT_FALSE(ran);
  finish.Send({});
  third.Join();
  finish.Send({});
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_TRUE(ran);
}

TEST(E40_Group, SetLimitWhileActivePanics) {
  Group group;
  Chan<Unit> finish = MakeChan<Unit>();
  group.Go([&] { finish.Recv(); });
  EXPECT_NE(PanicOf([&] { group.SetLimit(1); }), "no panic");
  finish.Send({});
  EXPECT_TRUE(group.Wait().ok());
  group.SetLimit(1);
}

TEST(E40_Group, WaitRethrowsAnException) {
  Group group;
  group.Go([] { throw std::runtime_error("thrown"); });
  EXPECT_THROW(group.Wait().IgnoreError(), std::runtime_error);
}

}  // namespace
}  // namespace gort::conformance
