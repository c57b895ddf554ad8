// Semaphore. On goroutine 1.

#include "gort/runtime/group/semaphore.h"

#include <atomic>
#include <memory>

#include "gort/gstruct/g.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/switch/getg.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

const absl::Status kCanceled = absl::CancelledError("context canceled");

// Starts a goroutine and returns when it is parked: in line, if the first thing that f does is to wait for units.
template <class F>
void GoUntilParked(F f) {
  auto gp = std::make_shared<std::atomic<runtime::g*>>(nullptr);
  Go([f, gp] {
    gp->store(runtime::getg());
    f();
  });
  while (gp->load() == nullptr || gp->load()->atomicstatus.load() != runtime::kGwaiting) Gosched();
}

TEST(Semaphore, CountsUnits) {
  Semaphore semaphore(3);
  EXPECT_TRUE(semaphore.Acquire(Background(), 2).ok());
  EXPECT_FALSE(semaphore.TryAcquire(2));
  EXPECT_TRUE(semaphore.TryAcquire(1));
  EXPECT_FALSE(semaphore.TryAcquire(1));
  EXPECT_TRUE(semaphore.TryAcquire(0));
  semaphore.Release(3);
  EXPECT_TRUE(semaphore.TryAcquire(3));
  semaphore.Release(3);
}

TEST(Semaphore, AcquireWaitsForRelease) {
  Semaphore semaphore(1);
  semaphore.Acquire(1);
  const Chan<Unit> acquired = MakeChan<Unit>(1);
  GoUntilParked([&] {
    semaphore.Acquire(1);
    acquired.Send({});
  });
  EXPECT_EQ(acquired.Len(), 0);
  semaphore.Release(1);
  acquired.Recv();
  EXPECT_FALSE(semaphore.TryAcquire(1));
  semaphore.Release(1);
}

TEST(Semaphore, LineIsFirstComeFirstServed) {
  constexpr int kCount = 5;
  Semaphore semaphore(10);
  semaphore.Acquire(10);
  const Chan<int> acquired = MakeChan<int>(kCount);
  for (int i = 0; i < kCount; ++i) {
    GoUntilParked([&, i] {
      semaphore.Acquire(10);
      acquired.Send(i);
      semaphore.Release(10);
    });
  }
  semaphore.Release(10);
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(acquired.Recv(), i);
  semaphore.Acquire(10);  // the last one's Release has begun
}

TEST(Semaphore, LargeRequestIsNotStarved) {
  Semaphore semaphore(3);
  semaphore.Acquire(2);
  const Chan<Unit> acquired = MakeChan<Unit>();
  GoUntilParked([&] {
    semaphore.Acquire(3);
    acquired.Send({});
  });
  EXPECT_FALSE(semaphore.TryAcquire(1)) << "one unit is free, but the line comes first";
  semaphore.Release(2);
  acquired.Recv();
  EXPECT_FALSE(semaphore.TryAcquire(1));
  semaphore.Release(3);
}

TEST(Semaphore, OneReleaseServesSeveral) {
  Semaphore semaphore(4);
  semaphore.Acquire(4);
  const Chan<Unit> acquired = MakeChan<Unit>();
  for (int i = 0; i < 4; ++i) {
    GoUntilParked([&] {
      semaphore.Acquire(1);
      acquired.Send({});
    });
  }
  semaphore.Release(4);
  for (int i = 0; i < 4; ++i) acquired.Recv();
  EXPECT_FALSE(semaphore.TryAcquire(1));
  semaphore.Release(4);
}

TEST(Semaphore, AcquireFailsOnceTheContextIsDone) {
  auto [ctx, cancel] = WithCancel(Background());
  Semaphore semaphore(1);
  cancel();
  EXPECT_EQ(semaphore.Acquire(ctx, 1), kCanceled) << "even if units are free";
  EXPECT_TRUE(semaphore.TryAcquire(1));
  semaphore.Release(1);
}

TEST(Semaphore, WaitingEndsWithTheContext) {
  Semaphore semaphore(1);
  semaphore.Acquire(1);
  auto [ctx, cancel] = WithTimeout(Background(), absl::Milliseconds(1));
  EXPECT_EQ(semaphore.Acquire(ctx, 1), absl::DeadlineExceededError("context deadline exceeded"));
  semaphore.Release(1);
  EXPECT_TRUE(semaphore.TryAcquire(1)) << "it left the line and took nothing";
  semaphore.Release(1);
}

TEST(Semaphore, WhoLeavesTheLineLetsTheNextPass) {
  Semaphore semaphore(3);
  semaphore.Acquire(2);
  auto pair = WithCancel(Background());
  const Chan<absl::Status> large = MakeChan<absl::Status>();
  const Chan<Unit> small = MakeChan<Unit>();
  GoUntilParked([&, ctx = pair.first] { large.Send(semaphore.Acquire(ctx, 3)); });
  GoUntilParked([&] {
    semaphore.Acquire(1);
    small.Send({});
  });
  pair.second();
  EXPECT_EQ(large.Recv(), kCanceled);
  small.Recv();
  EXPECT_FALSE(semaphore.TryAcquire(1));
  semaphore.Release(3);
}

TEST(Semaphore, MoreThanThereAreWaitsForTheContext) {
  Semaphore semaphore(2);
  auto [ctx, cancel] = WithTimeout(Background(), absl::Milliseconds(1));
  EXPECT_EQ(semaphore.Acquire(ctx, 3), absl::DeadlineExceededError("context deadline exceeded"));
  EXPECT_FALSE(semaphore.TryAcquire(3));
  EXPECT_TRUE(semaphore.TryAcquire(2)) << "it does not hold up others";
  semaphore.Release(2);
}

TEST(Semaphore, MisusePanics) {
  Semaphore semaphore(2);
  semaphore.Acquire(1);
  try {
    semaphore.Release(2);
    ADD_FAILURE() << "no panic";
  } catch (const PanicError& panic) {
    EXPECT_STREQ(panic.what(), "semaphore: released more than held");
  }
  semaphore.Release(1);
  EXPECT_THROW(semaphore.Release(1), PanicError);
  EXPECT_THROW(semaphore.Release(-1), PanicError);
  EXPECT_THROW(semaphore.Acquire(-1), PanicError);
  EXPECT_THROW(static_cast<void>(semaphore.TryAcquire(-1)), PanicError);
}

TEST(Semaphore, NeedsNoInitialization) {
  static constinit Semaphore semaphore(1);
  EXPECT_TRUE(semaphore.TryAcquire(1));
  semaphore.Release(1);
}

TEST(Semaphore, MayBeDestroyedOnceAcquired) {
  for (int i = 0; i < 1000; ++i) {
    auto semaphore = std::make_unique<Semaphore>(1);
    semaphore->Acquire(1);
    Go([raw = semaphore.get()] { raw->Release(1); });
    semaphore->Acquire(1);
  }
}

}  // namespace
}  // namespace gort
