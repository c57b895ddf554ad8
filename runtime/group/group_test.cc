// Group, each test named after its statement in the list of Go's semantics. On goroutine 1.

#include "gort/runtime/group/group.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

#include "gort/runtime/channel/channel.h"
#include "gort/runtime/panic/panic.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

const absl::Status kFirst = absl::NotFoundError("first");
const absl::Status kSecond = absl::InternalError("second");

TEST(E40Group, WaitReturnsWhenAllHaveEnded) {
  Group group;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 100; ++i) {
    group.Go([&] {
      Gosched();
      ended.fetch_add(1);
    });
  }
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_EQ(ended, 100);
}

TEST(E40Group, WaitOfAnEmptyGroupReturns) {
  Group group;
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_TRUE(group.Wait().ok());
}

TEST(E40Group, WaitReturnsTheFirstError) {
  Group group;
  const Chan<Unit> first_failed = MakeChan<Unit>();
  group.Go([&] {
    first_failed.Recv();
    while (group.context().Err().ok()) Gosched();  // the first error is in
    return kSecond;
  });
  group.Go([] { return absl::OkStatus(); });
  group.Go([&] {
    first_failed.Close();
    return kFirst;
  });
  EXPECT_EQ(group.Wait(), kFirst);
  EXPECT_EQ(group.Wait(), kFirst);
}

TEST(E40Group, FirstErrorEndsTheContextAndIsItsCause) {
  auto [parent, cancel] = WithCancel(Background());
  Group group(parent);
  group.Go([] { return kFirst; });
  group.Go([ctx = group.context()] { ctx.Done().Recv(); });
  EXPECT_EQ(group.Wait(), kFirst);
  EXPECT_EQ(group.context().Err(), absl::CancelledError("context canceled"));
  EXPECT_EQ(group.context().Cause(), kFirst);
  EXPECT_TRUE(parent.Err().ok());
}

TEST(E40Group, WaitEndsTheContext) {
  Group group;
  group.Go([ctx = group.context()] { return ctx.Err(); });
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_FALSE(group.context().Err().ok());
  EXPECT_EQ(group.context().Cause(), absl::CancelledError("context canceled"));
}

TEST(E40Group, ContextIsDerivedFromTheParent) {
  auto [parent, cancel] = WithCancelCause(WithValue(Background(), "k", 7));
  Group group(parent);
  group.Go([ctx = group.context()] {
    EXPECT_EQ(std::any_cast<int>(ctx.Value("k")), 7);
    ctx.Done().Recv();
    return ctx.Cause();
  });
  cancel(kFirst);
  EXPECT_EQ(group.Wait(), kFirst);
}

TEST(E40Group, GoWaitsAtTheLimit) {
  constexpr int kLimit = 3;
  Group group;
  group.SetLimit(kLimit);
  std::atomic<int> active = 0;
  std::atomic<int> most = 0;
  for (int i = 0; i < 50; ++i) {
    group.Go([&] {
      const int now = active.fetch_add(1) + 1;
      int seen = most.load();
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      while (most < kLimit) Gosched();  // the limit is reached, in the end
      active.fetch_sub(1);
    });
  }
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_EQ(most, kLimit);
}

TEST(E40Group, TryGoIsFalseAtTheLimit) {
  Group group;
  group.SetLimit(2);
  const Chan<Unit> leave = MakeChan<Unit>();
  EXPECT_TRUE(group.TryGo([&] { leave.Recv(); }));
  EXPECT_TRUE(group.TryGo([&] { leave.Recv(); }));
  auto captured = std::make_unique<int>(1);
  auto refused = [captured = std::move(captured)] {};
  EXPECT_FALSE(group.TryGo(std::move(refused)));
  leave.Send({});
  while (!group.TryGo(std::move(refused))) Gosched();  // it was not touched when refused
  leave.Send({});
  EXPECT_TRUE(group.Wait().ok());
}

TEST(E40Group, LimitZeroLetsNoneStart) {
  Group group;
  group.SetLimit(0);
  EXPECT_FALSE(group.TryGo([] {}));
  group.SetLimit(-1);
  EXPECT_TRUE(group.TryGo([] {}));
}

TEST(E40Group, RaisingTheLimitLetsAWaitingGoStart) {
  Group group;
  group.SetLimit(0);
  const Chan<Unit> ran = MakeChan<Unit>();
  Go([&] { group.Go([ran] { ran.Send({}); }); });
  Gosched();
  group.SetLimit(1);
  ran.Recv();
}

TEST(E40Group, SetLimitPanicsWhileActive) {
  Group group;
  const Chan<Unit> leave = MakeChan<Unit>();
  group.Go([&] { leave.Recv(); });
  group.Go([&] { leave.Recv(); });
  try {
    group.SetLimit(5);
    ADD_FAILURE() << "no panic";
  } catch (const PanicError& panic) {
    EXPECT_STREQ(panic.what(), "errgroup: modify limit while 2 goroutines in the group are still active");
  }
  leave.Close();
  EXPECT_TRUE(group.Wait().ok());
  group.SetLimit(5);
}

TEST(Group, WaitRethrowsAnException) {
  Group group;
  group.Go([] { throw std::out_of_range("too far"); });
  group.Go([ctx = group.context()] { ctx.Done().Recv(); });
  EXPECT_THROW(static_cast<void>(group.Wait()), std::out_of_range);
  EXPECT_EQ(group.context().Cause(), absl::UnknownError("exception: too far"));
}

TEST(Group, AnExceptionOutranksAnError) {
  Group group;
  group.Go([] { return kFirst; });
  group.Go([ctx = group.context()] {
    ctx.Done().Recv();
    throw 5;
  });
  EXPECT_THROW(static_cast<void>(group.Wait()), int);
  EXPECT_EQ(group.context().Cause(), kFirst);
}

TEST(Group, GoexitCountsAsTheEnd) {
  Group group;
  group.SetLimit(1);
  for (int i = 0; i < 3; ++i) group.Go([] { Goexit(); });
  EXPECT_TRUE(group.Wait().ok());
}

TEST(Group, DestructorEndsTheContextAndWaits) {
  bool ended = false;
  {
    Group group;
    group.Go([&, ctx = group.context()] {
      ctx.Done().Recv();
      Gosched();
      ended = true;
      throw std::runtime_error("nobody hears it");
    });
  }
  EXPECT_TRUE(ended);
}

TEST(Group, CapturesAreGoneWhenWaitReturns) {
  auto captured = std::make_shared<int>(1);
  Group group;
  group.Go([captured] { Gosched(); });
  group.Go([captured] { Goexit(); });
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Group, MayStartMoreFromWithin) {
  Group group;
  std::atomic<int> ran = 0;
  group.Go([&] {
    for (int i = 0; i < 10; ++i) group.Go([&] { ran.fetch_add(1); });
  });
  EXPECT_TRUE(group.Wait().ok());
  EXPECT_EQ(ran, 10);
}

TEST(Group, ThrowingCopyOfAFunctionLeavesNothingBehind) {
  struct Throws {
    Throws() = default;
    Throws(const Throws&) { throw std::runtime_error("copy"); }
    void operator()() {}
  } f;
  Group group;
  EXPECT_THROW(group.Go(f), std::runtime_error);
  EXPECT_THROW(group.TryGo(f), std::runtime_error);
  EXPECT_TRUE(group.Wait().ok());
}

TEST(Group, WorksFromPlainThreads) {
  std::thread([] {
    Group group;
    group.SetLimit(2);
    std::atomic<int> ran = 0;
    for (int i = 0; i < 20; ++i) group.Go([&] { ran.fetch_add(1); });
    EXPECT_TRUE(group.Wait().ok());
    EXPECT_EQ(ran, 20);
  }).join();
}

}  // namespace
}  // namespace gort
