// RWMutex: statements E31 and E32, and what C++ adds.

#include "gort/runtime/sync/rwmutex.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "gort/runtime/sync/test_util.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

// A goroutine that reads or writes until it is told to stop.
class User {
 public:
  enum Kind { kReader, kWriter };
  User(RWMutex* mutex, Kind kind)
      : kind_(kind), actor_([this, mutex] {
          kind_ == kReader ? mutex->RLock() : mutex->Lock();
          inside_.store(true, std::memory_order_release);
          YieldUntil([this] { return leave_.load(std::memory_order_acquire); });
          inside_.store(false, std::memory_order_release);
          kind_ == kReader ? mutex->RUnlock() : mutex->Unlock();
        }) {}
  ~User() { LeaveAndJoin(); }

  // A writer behind another writer waits for the mutex inside.
  void AwaitParked(WaitReason reason) const { actor_.AwaitParked(reason); }
  void AwaitParked() const { AwaitParked(kind_ == kReader ? WaitReason::kSyncRWMutexRLock : WaitReason::kSyncRWMutexLock); }
  void AwaitInside() const {
    YieldUntil([this] { return IsInside(); });
  }
  bool IsInside() const { return inside_.load(std::memory_order_acquire); }
  void LeaveAndJoin() {
    leave_.store(true, std::memory_order_release);
    actor_.Join();
  }

 private:
  const Kind kind_;
  std::atomic<bool> inside_{false};
  std::atomic<bool> leave_{false};
  Actor actor_;
};

TEST(RWMutex, ReadersShareAndWritersDoNot) {
  RWMutex mutex;
  User a(&mutex, User::kReader), b(&mutex, User::kReader);
  a.AwaitInside();
  b.AwaitInside();
  EXPECT_FALSE(mutex.TryLock());
  a.LeaveAndJoin();
  EXPECT_FALSE(mutex.TryLock());
  b.LeaveAndJoin();
  EXPECT_TRUE(mutex.TryLock());
  EXPECT_FALSE(mutex.TryLock());
  EXPECT_FALSE(mutex.TryRLock());
  mutex.Unlock();
}

TEST(RWMutex, E31_PendingLockKeepsNewReadersOut) {
  RWMutex mutex;
  User reader(&mutex, User::kReader);
  reader.AwaitInside();
  User writer(&mutex, User::kWriter);
  writer.AwaitParked();
  EXPECT_FALSE(mutex.TryRLock());
  User late(&mutex, User::kReader);
  late.AwaitParked();
  reader.LeaveAndJoin();
  writer.AwaitInside();
  EXPECT_FALSE(late.IsInside());
  writer.LeaveAndJoin();
  late.AwaitInside();
}

TEST(RWMutex, E31_WriterWaitsForAllReadersBeforeIt) {
  RWMutex mutex;
  User a(&mutex, User::kReader), b(&mutex, User::kReader);
  a.AwaitInside();
  b.AwaitInside();
  User writer(&mutex, User::kWriter);
  writer.AwaitParked();
  a.LeaveAndJoin();
  writer.AwaitParked();
  EXPECT_FALSE(writer.IsInside());
  b.LeaveAndJoin();
  writer.AwaitInside();
}

TEST(RWMutex, E31_WaitingReadersRunBeforeTheNextWriter) {
  RWMutex mutex;
  User writer(&mutex, User::kWriter);
  writer.AwaitInside();
  User next(&mutex, User::kWriter);
  next.AwaitParked(WaitReason::kSyncMutexLock);
  std::vector<std::unique_ptr<User>> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(std::make_unique<User>(&mutex, User::kReader));
    readers.back()->AwaitParked();
  }
  writer.LeaveAndJoin();
  for (auto& reader : readers) reader->AwaitInside();
  next.AwaitParked();
  EXPECT_FALSE(next.IsInside());
  readers.clear();
  next.AwaitInside();
}

// E31, recursive read lock with a writer between: crash_test.sh, rwmutex_recursive.

TEST(RWMutex, E32_TryLocksNeverWait) {
  RWMutex mutex;
  EXPECT_TRUE(mutex.TryRLock());
  EXPECT_TRUE(mutex.TryRLock());
  EXPECT_FALSE(mutex.TryLock());
  mutex.RUnlock();
  mutex.RUnlock();
  EXPECT_TRUE(mutex.TryLock());
  EXPECT_FALSE(mutex.TryRLock());
  EXPECT_FALSE(mutex.TryLock());
  mutex.Unlock();
  EXPECT_TRUE(mutex.TryRLock());
  mutex.RUnlock();
}

TEST(RWMutex, E32_RLockerLocksForReading) {
  RWMutex mutex;
  auto read = mutex.RLocker();
  {
    std::lock_guard lock(read);
    EXPECT_TRUE(mutex.TryRLock());
    mutex.RUnlock();
    EXPECT_FALSE(mutex.TryLock());
  }
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

TEST(RWMutex, IsSharedLockable) {
  RWMutex mutex;
  {
    std::shared_lock a(mutex), b(mutex);
    EXPECT_FALSE(mutex.try_lock());
  }
  {
    std::unique_lock lock(mutex);
    EXPECT_FALSE(mutex.try_lock_shared());
  }
  std::lock_guard lock(mutex);
  static_assert(!std::is_copy_constructible_v<RWMutex>);
}

constinit RWMutex static_mutex;
const bool locked_early = static_mutex.TryLock();
TEST(RWMutex, IsReadyBeforeConstructorsRun) {
  EXPECT_TRUE(locked_early);
  static_mutex.Unlock();
}

TEST(RWMutexStress, WritersExcludeAllAndReadersSeeWholeWrites) {
  const std::uint64_t seed = TestSeed();
  constexpr int kGoroutines = 10, kThreads = 3, kSteps = 4000;
  RWMutex mutex;
  std::int64_t a = 0, b = 0;  // guard: mutex; equal; not atomic, for thread sanitizer
  std::atomic<int> readers{0}, writers{0};
  auto read = [&](std::mt19937_64& random) {
    readers.fetch_add(1);
    EXPECT_EQ(a, b);
    EXPECT_EQ(writers.load(), 0);
    if (random() % 16 == 0) Gosched();
    readers.fetch_sub(1);
    mutex.RUnlock();
  };
  auto write = [&](std::mt19937_64& random) {
    EXPECT_EQ(writers.fetch_add(1), 0);
    EXPECT_EQ(readers.load(), 0);
    ++a;
    if (random() % 16 == 0) Gosched();
    ++b;
    writers.fetch_sub(1);
    mutex.Unlock();
  };
  RunEverywhere(kGoroutines, kThreads, seed, [&](std::mt19937_64& random) {
    // Phases with few and with many writers.
    for (int i = 0; i < kSteps; ++i) {
      const std::uint64_t one_in = i % 1000 < 500 ? 10 : 2;
      const bool writes = random() % one_in == 0;
      if (random() % 4 == 0) {
        if (writes && mutex.TryLock()) write(random);
        if (!writes && mutex.TryRLock()) read(random);
      } else if (writes) {
        mutex.Lock();
        write(random);
      } else {
        mutex.RLock();
        read(random);
      }
    }
  });
  EXPECT_EQ(a, b);
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

// A reader that sees that the last writer has been there destroys the lock, while that writer may be on its way out. For address
// sanitizer.
TEST(RWMutexStress, MayBeDestroyedByItsLastUser) {
  constexpr int kWriters = 4, kObjects = 500;
  for (int i = 0; i < kObjects; ++i) {
    struct Object {
      RWMutex mutex;
      int left = kWriters;  // guard: mutex
    };
    auto object = std::make_unique<Object>();
    std::atomic<int> running{kWriters};
    for (int k = 0; k < kWriters; ++k) {
      Go([&running, o = object.get()] {
        o->mutex.Lock();
        --o->left;
        o->mutex.Unlock();
        running.fetch_sub(1);
      });
    }
    auto writers_left = [&] {
      std::shared_lock lock(object->mutex);
      return object->left;
    };
    YieldUntil([&] { return writers_left() == 0; });
    object.reset();
    YieldUntil([&] { return running.load() == 0; });
  }
}

}  // namespace
}  // namespace gort
