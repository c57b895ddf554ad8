// Cond: statement E37, and what C++ adds.

#include "gort/runtime/sync/cond.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "gort/runtime/sync/test_util.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

// A condition, and goroutines that wait for it once and log their name.
struct Fixture {
  Mutex mutex;
  Cond cond{mutex};
  Log log;
  std::vector<std::unique_ptr<Actor>> actors;

  // Returns when it waits.
  void AddWaiter(char name) {
    actors.push_back(std::make_unique<Actor>([this, name] {
      std::lock_guard lock(mutex);
      cond.Wait();
      EXPECT_FALSE(mutex.TryLock()) << "Wait returns with the mutex locked";
      log.Add(name);
    }));
    actors.back()->AwaitParked(WaitReason::kSyncCondWait);
  }
  void AwaitWoken(std::size_t number) const {
    YieldUntil([&] { return log.Text().size() == number; });
  }
};

TEST(Cond, E37_SignalWakesTheLongestWaiter) {
  Fixture f;
  for (char name : {'a', 'b', 'c'}) f.AddWaiter(name);
  for (std::size_t i = 1; i <= 3; ++i) {
    f.cond.Signal();
    f.AwaitWoken(i);
  }
  EXPECT_EQ(f.log.Text(), "abc");
}

TEST(Cond, E37_BroadcastWakesAll) {
  Fixture f;
  for (char name : {'a', 'b', 'c'}) f.AddWaiter(name);
  f.cond.Broadcast();
  f.AwaitWoken(3);
}

TEST(Cond, E37_LaterWaiterDoesNotStealTheSignal) {
  Fixture f;
  f.AddWaiter('a');
  f.mutex.Lock();
  f.cond.Signal();  // a goes on, to wait for the mutex
  f.mutex.Unlock();
  f.AddWaiter('b');
  f.AwaitWoken(1);
  EXPECT_EQ(f.log.Text(), "a");
  f.actors[1]->AwaitParked(WaitReason::kSyncCondWait);
  f.cond.Signal();
  f.AwaitWoken(2);
}

TEST(Cond, E37_SignalWithoutWaitersIsForgotten) {
  Fixture f;
  f.cond.Signal();
  f.cond.Broadcast();
  f.AddWaiter('a');
  EXPECT_EQ(f.log.Text(), "");
  f.cond.Signal();
  f.AwaitWoken(1);
}

TEST(Cond, E37_CopyDoesNotCompile) {
  static_assert(!std::is_copy_constructible_v<Cond> && !std::is_copy_assignable_v<Cond>);
  static_assert(!std::is_move_constructible_v<Cond> && !std::is_move_assignable_v<Cond>);
}

// A signal that comes between the unlocking and the sleep of Wait must not be lost: then the two would wait for each other.
TEST(CondStress, E37_WaitQueuesBeforeItUnlocks) {
  constexpr int kTurns = 5000, kPlayers = 5;
  Mutex mutex;
  Cond cond(mutex);
  int turn = 0;  // guard: mutex
  std::atomic<int> next_player{0};
  RunEverywhere(kPlayers - 2, 2, 0, [&](std::mt19937_64& random) {
    const int me = next_player.fetch_add(1);
    for (int i = 0; i < kTurns; ++i) {
      std::unique_lock lock(mutex);
      while (turn % kPlayers != me) cond.Wait();
      ++turn;
      if (random() % 2 == 0) lock.unlock();
      cond.Broadcast();
    }
  });
  EXPECT_EQ(turn, kTurns * kPlayers);
}

// Producers and consumers with Signal only: each signal must reach somebody who can use it.
TEST(CondStress, E37_NoSignalIsLostOrDoubled) {
  const std::uint64_t seed = TestSeed();
  constexpr int kItems = 4000, kConsumers = 6;
  Mutex mutex;
  Cond not_empty(mutex);
  int items = 0;         // guard: mutex
  int consumed = 0;      // ditto
  bool finished = false;  // ditto
  std::atomic<int> next_role{0};
  RunEverywhere(kConsumers, 2, seed, [&](std::mt19937_64& random) {
    if (next_role.fetch_add(1) == 0) {  // the producer
      for (int i = 0; i < kItems; ++i) {
        {
          std::lock_guard lock(mutex);
          ++items;
        }
        not_empty.Signal();
        if (random() % 8 == 0) Gosched();
      }
      std::lock_guard lock(mutex);
      finished = true;
      not_empty.Broadcast();
      return;
    }
    std::lock_guard lock(mutex);
    for (;;) {
      while (items == 0 && !finished) not_empty.Wait();
      if (items == 0) return;
      --items;
      ++consumed;
    }
  });
  EXPECT_EQ(consumed, kItems);
}

TEST(Cond, PlainThreadsWait) {
  Fixture f;
  runtime::Watched watched;
  std::thread thread([&] {
    watched.ThisIsMe();
    std::lock_guard lock(f.mutex);
    f.cond.Wait();
    f.log.Add('t');
  });
  watched.AwaitParked(WaitReason::kSyncCondWait);
  f.AddWaiter('g');
  f.cond.Signal();
  thread.join();
  EXPECT_EQ(f.log.Text(), "t");
  std::thread([&] { f.cond.Signal(); }).join();
  f.AwaitWoken(2);
}

}  // namespace
}  // namespace gort
