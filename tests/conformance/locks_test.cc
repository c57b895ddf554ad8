// Mutex and RWMutex: E27 to E33. What is fatal in them (E33) is in tests/deadlock.

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

static_assert(sizeof(Mutex) == 8, "E27: state and semaphore, 32 bits each");

TEST(E27_Mutex, ExcludesAndOrders) {
  Mutex mutex;
  int guarded = 0;
  auto work = [&] {
    for (int i = 0; i < 2000; ++i) {
      std::lock_guard lock(mutex);
      ++guarded;
    }
  };
  {
    Routine a(work), b(work), c(work);
    std::thread d(work);
    Blocking([&] { d.join(); });
  }
  EXPECT_EQ(guarded, 8000);
}

TEST(E28_NormalMode, ServesAQueueInItsOrder) {
  if (IsSeeded()) GTEST_SKIP() << "who wakes first is drawn";
  OneProc one;
  Mutex mutex;
  Log log;
  mutex.Lock();
  {
    std::vector<std::unique_ptr<Routine>> waiters;
    for (int i = 0; i < 5; ++i) {
      waiters.push_back(std::make_unique<Routine>([&, i] {
        mutex.Lock();
        log.Add(static_cast<char>('0' + i));
        mutex.Unlock();
      }));
      waiters.back()->AwaitParked(WaitReason::kSyncMutexLock);
    }
    mutex.Unlock();
  }
  EXPECT_EQ(log.Text(), "01234");
}

TEST(E28_StarvationMode, GivesAWaiterItsTurnAgainstAHog) {
  // The hog has the lock nearly all the time and takes it back at once; without the hand-over after 1 ms of waiting, the waiter,
  // which must be scheduled before it can try, would hardly ever find it free.
  Mutex mutex;
  std::atomic<bool> stop = false;
  Routine hog([&] {
    while (!stop) {
      std::lock_guard lock(mutex);
      Sleep(absl::Microseconds(100));
    }
  });
  for (int i = 0; i < 10; ++i) {
    Sleep(absl::Microseconds(100));
    std::lock_guard lock(mutex);
  }
  stop = true;
}

TEST(E28_StarvationMode, HandsOverToTheWaiterThatIsFirst) {
  Mutex mutex;
  Log log;
  mutex.Lock();
  auto take = [&](char name) {
    return [&, name] {
      mutex.Lock();
      log.Add(name);
      mutex.Unlock();
    };
  };
  Routine first(take('1'));
  first.AwaitParked(WaitReason::kSyncMutexLock);
  Routine second(take('2'));
  second.AwaitParked(WaitReason::kSyncMutexLock);
  Sleep(absl::Milliseconds(2));  // they starve now
  mutex.Unlock();
  first.Join();
  second.Join();
  EXPECT_EQ(log.Text().size(), 2u);
  EXPECT_TRUE(mutex.TryLock()) << "and the mode ends with the queue";
  mutex.Unlock();
}

TEST(E29_Mutex, MayBeUnlockedByAnybody) {
  Mutex mutex;
  mutex.Lock();
  Routine([&] { mutex.Unlock(); }).Join();
  EXPECT_TRUE(mutex.TryLock());
  std::thread([&] { mutex.Unlock(); }).join();
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

TEST(E29_Mutex, LockedTwiceByTheSameGoroutineBlocks) {
  Mutex mutex;
  Routine twice([&] {
    mutex.Lock();
    mutex.Lock();
  });
  twice.AwaitParked(WaitReason::kSyncMutexLock);
  mutex.Unlock();
  twice.Join();
}

TEST(E30_TryLock, NeverBlocks) {
  Mutex mutex;
  EXPECT_TRUE(mutex.TryLock());
  EXPECT_FALSE(mutex.TryLock());
  Routine waiter([&] { std::lock_guard lock(mutex); });
  waiter.AwaitParked(WaitReason::kSyncMutexLock);
  EXPECT_FALSE(mutex.TryLock());
  mutex.Unlock();
  waiter.Join();
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

TEST(E31_RWMutex, LetsReadersInTogetherAndWritersAlone) {
  RWMutex rw;
  rw.RLock();
  Routine reader([&] { std::shared_lock lock(rw); });
  reader.Join();
  EXPECT_FALSE(rw.TryLock());
  rw.RUnlock();
  std::lock_guard lock(rw);
  EXPECT_FALSE(rw.TryRLock());
}

TEST(E31_RWMutex, APendingWriterBlocksNewReaders) {
  RWMutex rw;
  Log log;
  rw.RLock();
  Routine writer([&] {
    std::lock_guard lock(rw);
    log.Add('w');
  });
  writer.AwaitParked(WaitReason::kSyncRWMutexLock);
  Routine reader([&] {
    std::shared_lock lock(rw);
    log.Add('r');
  });
  reader.AwaitParked(WaitReason::kSyncRWMutexRLock);
  EXPECT_FALSE(rw.TryRLock());
  rw.RUnlock();
  reader.Join();
  EXPECT_EQ(log.Text(), "wr");
}

TEST(E31_RWMutex, AllWaitingReadersComeBeforeTheNextWriter) {
  RWMutex rw;
  Log log;
  rw.Lock();
  auto read = [&] {
    std::shared_lock lock(rw);
    log.Add('r');
  };
  Routine a(read), b(read), c(read);
  a.AwaitParked(WaitReason::kSyncRWMutexRLock);
  b.AwaitParked(WaitReason::kSyncRWMutexRLock);
  c.AwaitParked(WaitReason::kSyncRWMutexRLock);
  Routine writer([&] {
    std::lock_guard lock(rw);
    log.Add('w');
  });
  writer.AwaitParked(WaitReason::kSyncMutexLock);  // writers queue on a mutex among themselves, in Go too
  rw.Unlock();
  writer.Join();
  EXPECT_EQ(log.Text(), "rrrw");
}

TEST(E31_RWMutex, GuardsUnderLoad) {
  RWMutex rw;
  int a = 0, b = 0;
  auto write = [&] {
    for (int i = 0; i < 300; ++i) {
      std::lock_guard lock(rw);
      ++a;
      ++b;
    }
  };
  auto read = [&] {
    for (int i = 0; i < 300; ++i) {
      std::shared_lock lock(rw);
      if (a != b) ADD_FAILURE() << "read in the middle of a write";
    }
  };
  {
    Routine w1(write), w2(write), r1(read), r2(read), r3(read);
  }
  EXPECT_EQ(a, 600);
}

TEST(E32_TryForms, TakeWhatIsFree) {
  RWMutex rw;
  EXPECT_TRUE(rw.TryRLock());
  EXPECT_TRUE(rw.TryRLock());
  EXPECT_FALSE(rw.TryLock());
  rw.RUnlock();
  rw.RUnlock();
  EXPECT_TRUE(rw.TryLock());
  EXPECT_FALSE(rw.TryRLock());
  EXPECT_FALSE(rw.TryLock());
  rw.Unlock();
}

TEST(E32_RLocker, LocksForReading) {
  RWMutex rw;
  auto reader = rw.RLocker();
  reader.Lock();
  EXPECT_TRUE(rw.TryRLock());
  EXPECT_FALSE(rw.TryLock());
  reader.Unlock();
  rw.RUnlock();
}

}  // namespace
}  // namespace gort::conformance
