// Mutex: statements E27 to E30, and what C++ adds.

#include "gort/runtime/sync/mutex.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "gort/runtime/sync/test_util.h"
#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

// The word that E27 describes, as a debugger sees it.
constexpr std::uint32_t kLocked = 1, kStarving = 4;
std::uint32_t StateOf(const Mutex& mutex) {
  return __atomic_load_n(reinterpret_cast<const std::uint32_t*>(&mutex), __ATOMIC_ACQUIRE);
}
std::uint32_t WaitersOf(const Mutex& mutex) { return StateOf(mutex) >> 3; }

// A goroutine that takes the mutex, says so, and releases it when told.
class Contender {
 public:
  Contender(Mutex* mutex, Log* log, char name)
      : actor_([this, mutex, log, name] {
          mutex->Lock();
          log->Add(name);
          YieldUntil([this] { return release_.load(std::memory_order_acquire); });
          mutex->Unlock();
        }) {}
  ~Contender() { ReleaseAndJoin(); }
  void AwaitParked() const { actor_.AwaitParked(WaitReason::kSyncMutexLock); }
  void ReleaseAndJoin() {
    release_.store(true, std::memory_order_release);
    actor_.Join();
  }

 private:
  std::atomic<bool> release_{false};
  Actor actor_;
};

// Brings `mutex`, which the caller holds and nobody waits for, into starving mode: a contender waits for over 1 ms, is woken, and
// finds that the caller has taken the mutex again. The contender may be faster; then another one tries.
std::unique_ptr<Contender> Starve(Mutex* mutex, Log* log, char name) {
  for (;;) {
    auto contender = std::make_unique<Contender>(mutex, log, name);
    contender->AwaitParked();
    const std::int64_t since_ns = runtime::sys::Nanotime();
    YieldUntil([&] { return runtime::sys::Nanotime() - since_ns > 1'000'000; });
    mutex->Unlock();
    if (mutex->TryLock()) {
      YieldUntil([&] { return (StateOf(*mutex) & kStarving) != 0; });
      contender->AwaitParked();
      return contender;
    }
    contender.reset();
    log->Clear();
    mutex->Lock();
  }
}

TEST(Mutex, E27_StateIsLockedWokenStarvingAndWaitersInEightBytes) {
  static_assert(sizeof(Mutex) == 8);
  Mutex mutex;
  Log log;
  EXPECT_EQ(StateOf(mutex), 0u);
  mutex.Lock();
  EXPECT_EQ(StateOf(mutex), kLocked);
  {
    Contender a(&mutex, &log, 'a');
    a.AwaitParked();
    EXPECT_EQ(StateOf(mutex), kLocked | 1 << 3);
    Contender b(&mutex, &log, 'b');
    b.AwaitParked();
    EXPECT_EQ(StateOf(mutex), kLocked | 2 << 3);
    mutex.Unlock();
    a.ReleaseAndJoin();
  }
  EXPECT_EQ(StateOf(mutex), 0u);
}

TEST(Mutex, E28_WaitersAreServedInOrder) {
  Mutex mutex;
  Log log;
  mutex.Lock();
  Contender a(&mutex, &log, 'a');
  a.AwaitParked();
  Contender b(&mutex, &log, 'b');
  b.AwaitParked();
  Contender c(&mutex, &log, 'c');
  c.AwaitParked();
  mutex.Unlock();
  a.ReleaseAndJoin();
  b.ReleaseAndJoin();
  c.ReleaseAndJoin();
  EXPECT_EQ(log.Text(), "abc");
}

TEST(Mutex, E28_WokenWaiterThatLosesGoesBackToTheFront) {
  Mutex mutex;
  Log log;
  mutex.Lock();
  Contender a(&mutex, &log, 'a');
  a.AwaitParked();
  Contender b(&mutex, &log, 'b');
  b.AwaitParked();
  mutex.Unlock();
  // If we are faster than a, it waits again, now in front of b.
  if (mutex.TryLock()) {
    YieldUntil([&] { return WaitersOf(mutex) == 2; });
    a.AwaitParked();
    mutex.Unlock();
  }
  a.ReleaseAndJoin();
  b.ReleaseAndJoin();
  EXPECT_EQ(log.Text(), "ab");
}

TEST(Mutex, E28_WaiterForMoreThanAMillisecondGetsItNext) {
  Mutex mutex;
  Log log;
  mutex.Lock();
  auto starving = Starve(&mutex, &log, 's');
  Contender newcomer(&mutex, &log, 'n');
  newcomer.AwaitParked();
  mutex.Unlock();
  // Handed over: it is the waiter's, whether that has run yet or not.
  EXPECT_FALSE(mutex.TryLock());
  YieldUntil([&] { return log.Text() == "s"; });
  starving->ReleaseAndJoin();
  newcomer.ReleaseAndJoin();
  EXPECT_EQ(log.Text(), "sn");
}

TEST(Mutex, E28_NewcomersQueueBehindTheStarving) {
  Mutex mutex;
  Log log;
  mutex.Lock();
  auto starving = Starve(&mutex, &log, 's');
  // Newcomers do not spin now, and do not take it although it is free between two owners.
  Contender a(&mutex, &log, 'a');
  a.AwaitParked();
  Contender b(&mutex, &log, 'b');
  b.AwaitParked();
  EXPECT_EQ(StateOf(mutex), kLocked | kStarving | 3 << 3);
  mutex.Unlock();
  starving->ReleaseAndJoin();
  a.ReleaseAndJoin();
  b.ReleaseAndJoin();
  EXPECT_EQ(log.Text(), "sab");
}

TEST(Mutex, E28_StarvingEndsWithTheLastWaiter) {
  Mutex mutex;
  Log log;
  mutex.Lock();
  auto starving = Starve(&mutex, &log, 's');
  mutex.Unlock();
  YieldUntil([&] { return log.Text() == "s"; });
  EXPECT_EQ(StateOf(mutex), kLocked) << "the new owner was the last waiter";
  starving->ReleaseAndJoin();
  EXPECT_EQ(StateOf(mutex), 0u);
}

TEST(Mutex, E29_AnyoneMayUnlock) {
  Mutex mutex;
  mutex.Lock();
  Actor([&] { mutex.Unlock(); }).Join();
  EXPECT_TRUE(mutex.TryLock());
  std::thread([&] { mutex.Unlock(); }).join();
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

TEST(Mutex, E30_TryLockFailsWhenLocked) {
  Mutex mutex;
  EXPECT_TRUE(mutex.TryLock());
  EXPECT_FALSE(mutex.TryLock());
  mutex.Unlock();
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

// E30_TryLockFailsWhenStarving is in E28_WaiterForMoreThanAMillisecondGetsItNext.

TEST(Mutex, IsLockable) {
  Mutex a, b;
  {
    std::scoped_lock both(a, b);
    EXPECT_FALSE(a.TryLock());
    EXPECT_FALSE(b.try_lock());
  }
  std::unique_lock<Mutex> lock(a, std::try_to_lock);
  EXPECT_TRUE(lock.owns_lock());
  static_assert(!std::is_copy_constructible_v<Mutex> && !std::is_move_constructible_v<Mutex>);
}

// Needs no constructor: usable from constructors of other files.
constinit Mutex static_mutex;
const bool locked_early = static_mutex.TryLock();
TEST(Mutex, IsReadyBeforeConstructorsRun) {
  EXPECT_TRUE(locked_early);
  EXPECT_FALSE(static_mutex.TryLock());
  static_mutex.Unlock();
}

TEST(Mutex, PlainThreadsAndGoroutinesWaitForEachOther) {
  Mutex mutex;
  mutex.Lock();
  runtime::Watched watched;
  std::atomic<bool> got{false};
  std::thread thread([&] {
    watched.ThisIsMe();
    mutex.Lock();
    got.store(true);
  });
  watched.AwaitParked(WaitReason::kSyncMutexLock);
  EXPECT_FALSE(got.load());
  mutex.Unlock();
  thread.join();
  EXPECT_TRUE(got.load());
  Log log;
  Contender waits(&mutex, &log, 'w');
  waits.AwaitParked();
  std::thread([&] { mutex.Unlock(); }).join();
  waits.ReleaseAndJoin();
}

TEST(MutexStress, ExcludesGoroutinesAndThreads) {
  const std::uint64_t seed = TestSeed();
  constexpr int kGoroutines = 10, kThreads = 3, kSteps = 5000;
  Mutex mutex;
  int counter = 0;  // guard: mutex; not atomic, for thread sanitizer
  bool inside = false;
  RunEverywhere(kGoroutines, kThreads, seed, [&](std::mt19937_64& random) {
    for (int i = 0; i < kSteps; ++i) {
      if (random() % 4 == 0) {
        if (!mutex.TryLock()) continue;
      } else {
        mutex.Lock();
      }
      EXPECT_FALSE(std::exchange(inside, true));
      ++counter;
      if (random() % 64 == 0) Gosched();  // a holder that is not running
      inside = false;
      mutex.Unlock();
    }
  });
  EXPECT_GT(counter, 0);
  EXPECT_EQ(StateOf(mutex), 0u);
}

// The last user of an object destroys it, mutex and all, when another may still be in its Unlock. For address sanitizer.
TEST(MutexStress, MayBeDestroyedByItsLastUser) {
  const std::uint64_t seed = TestSeed();
  struct Object {
    Mutex mutex;
    int users = 0;
    void Leave() {
      mutex.Lock();
      const bool last = --users == 0;
      mutex.Unlock();
      if (last) delete this;
    }
  };
  constexpr int kUsers = 6, kObjects = 400;
  for (int i = 0; i < kObjects; ++i) {
    auto* object = new Object{{}, kUsers};
    RunEverywhere(kUsers - i % 2, i % 2, seed, [&](std::mt19937_64&) { object->Leave(); });
  }
}

}  // namespace
}  // namespace gort
