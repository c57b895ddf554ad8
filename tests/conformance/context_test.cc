// Context: E41 to E50.

#include <any>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

bool IsDone(const Context& ctx) { return Select(Done(ctx), Default()) == 0; }

TEST(E41_CancelOfAParent, CancelsChildrenBeforeItReturns) {
  auto [root, cancel] = WithCancel(Background());
  std::vector<Context> tree = {root};
  for (int i = 0; i < 30; ++i) {
    const Context& parent = tree[i / 2];
    switch (i % 3) {
      case 0: tree.push_back(WithCancel(parent).first); break;
      case 1: tree.push_back(WithTimeout(parent, absl::Hours(1)).first); break;
      case 2: tree.push_back(WithValue(parent, i, i)); break;
    }
  }
  for (const Context& ctx : tree) ASSERT_FALSE(IsDone(ctx));
  cancel();
  for (const Context& ctx : tree) {
    EXPECT_TRUE(IsDone(ctx));
    EXPECT_EQ(ctx.Err().code(), absl::StatusCode::kCancelled);
  }
}

TEST(E41_CancelOfAChild, LeavesItsParentAndItsSiblings) {
  auto [parent, cancel_parent] = WithCancel(Background());
  auto [child, cancel_child] = WithCancel(parent);
  auto [sibling, cancel_sibling] = WithCancel(parent);
  cancel_child();
  EXPECT_TRUE(IsDone(child));
  EXPECT_FALSE(IsDone(parent));
  EXPECT_FALSE(IsDone(sibling));
  cancel_parent();
}

TEST(E41_ChildOfADoneParent, IsDoneAtOnce) {
  auto [parent, cancel] = WithCancelCause(Background());
  cancel(absl::AbortedError("why"));
  auto [child, cancel_child] = WithCancel(parent);
  EXPECT_TRUE(IsDone(child));
  EXPECT_EQ(child.Cause(), absl::AbortedError("why"));
}

TEST(E42_Err, IsNoneThenCanceled) {
  auto [ctx, cancel] = WithCancel(Background());
  EXPECT_TRUE(ctx.Err().ok());
  cancel();
  EXPECT_EQ(ctx.Err(), absl::CancelledError("context canceled"));
}

TEST(E42_Err, IsNoneThenDeadlineExceeded) {
  auto [ctx, cancel] = WithTimeout(Background(), absl::Milliseconds(1));
  ctx.Done().Recv();
  EXPECT_EQ(ctx.Err(), absl::DeadlineExceededError("context deadline exceeded"));
  cancel();
  EXPECT_EQ(ctx.Err(), absl::DeadlineExceededError("context deadline exceeded"));
}

TEST(E43_Cancel, TheFirstWinsAndMoreDoNothing) {
  auto [ctx, cancel] = WithCancelCause(Background());
  cancel(absl::AbortedError("first"));
  cancel(absl::AbortedError("second"));
  EXPECT_EQ(ctx.Cause(), absl::AbortedError("first"));
  EXPECT_EQ(ctx.Err(), absl::CancelledError("context canceled"));
}

TEST(E43_Cause, IsErrWithoutOneAndTheParentsForAChild) {
  auto [parent, cancel] = WithCancelCause(Background());
  auto [child, cancel_child] = WithCancel(parent);
  auto [early, cancel_early] = WithCancel(parent);
  EXPECT_TRUE(child.Cause().ok());
  cancel_early();
  cancel(absl::AbortedError("why"));
  EXPECT_EQ(child.Cause(), absl::AbortedError("why"));
  EXPECT_EQ(early.Cause(), early.Err()) << "it was done before its parent";
}

TEST(E43_Cause, OfATimeoutIsWhatWasGiven) {
  auto [ctx, cancel] = WithTimeoutCause(Background(), absl::Milliseconds(1), absl::ResourceExhaustedError("too slow"));
  ctx.Done().Recv();
  EXPECT_EQ(ctx.Cause(), absl::ResourceExhaustedError("too slow"));
  EXPECT_EQ(ctx.Err().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST(E43_Cancel, FromManySidesAtOnceGivesOneCause) {
  for (int round = 0; round < 100; ++round) {
    auto [ctx, cancel] = WithCancelCause(Background());
    auto [child, cancel_child] = WithCancel(ctx);
    WaitGroup wg;
    for (int i = 0; i < 4; ++i) {
      wg.Go([&, i, cancel = cancel] { cancel(absl::AbortedError(std::to_string(i))); });
    }
    child.Done().Recv();
    const absl::Status cause = ctx.Cause();
    wg.Wait();
    ASSERT_EQ(ctx.Cause(), cause);
    ASSERT_EQ(child.Cause(), cause);
  }
}

TEST(E44_Deadline, TheEarlierOneHolds) {
  const absl::Time soon = absl::Now() + absl::Hours(1), late = soon + absl::Hours(1);
  auto [parent, cancel] = WithDeadline(Background(), soon);
  EXPECT_EQ(parent.Deadline(), soon);
  EXPECT_EQ(WithDeadline(parent, late).first.Deadline(), soon);
  auto [later, cancel_later] = WithDeadline(Background(), late);
  EXPECT_EQ(WithDeadline(later, soon).first.Deadline(), soon);
  EXPECT_EQ(WithCancel(parent).first.Deadline(), soon);
  EXPECT_EQ(Background().Deadline(), std::nullopt);
}

TEST(E44_Deadline, ThatIsPastCancelsAtOnce) {
  auto [ctx, cancel] = WithDeadline(Background(), absl::Now() - absl::Seconds(1));
  EXPECT_TRUE(IsDone(ctx));
  EXPECT_EQ(ctx.Err().code(), absl::StatusCode::kDeadlineExceeded);
  auto [zero, cancel_zero] = WithTimeout(Background(), absl::ZeroDuration());
  EXPECT_TRUE(IsDone(zero));
}

TEST(E45_Cancel, RemovesTheChildFromItsParent) {
  // A parent that kept them would keep what they hold.
  auto [parent, cancel] = WithCancel(Background());
  auto held = std::make_shared<int>(1);
  for (int i = 0; i < 1000; ++i) {
    auto [child, cancel_child] = WithTimeout(WithValue(parent, 1, held), absl::Hours(1));
    cancel_child();
  }
  EXPECT_EQ(held.use_count(), 1);
  cancel();
}

TEST(E46_WithoutCancel, KeepsTheValuesAlone) {
  auto [parent, cancel] = WithTimeout(WithValue(Background(), std::string("key"), 5), absl::Hours(1));
  const Context free = WithoutCancel(parent);
  cancel();
  EXPECT_EQ(std::any_cast<int>(free.Value(std::string("key"))), 5);
  EXPECT_FALSE(free.Done());
  EXPECT_EQ(free.Deadline(), std::nullopt);
  EXPECT_TRUE(free.Err().ok());
  EXPECT_TRUE(free.Cause().ok());
}

TEST(E47_AfterFunc, RunsOnItsOwnGoroutineAfterDone) {
  auto [ctx, cancel] = WithCancel(Background());
  Chan<std::uint64_t> ran = MakeChan<std::uint64_t>();
  auto stop = ContextAfterFunc(ctx, [ran, ctx = ctx] {
    EXPECT_TRUE(IsDone(ctx));
    ran.Send(Goid());
  });
  cancel();
  EXPECT_NE(ran.Recv(), Goid());
  EXPECT_FALSE(stop());
}

TEST(E47_AfterFunc, StopPreventsItOnce) {
  auto [ctx, cancel] = WithCancel(Background());
  auto stop = ContextAfterFunc(ctx, [] { ADD_FAILURE() << "stopped, and ran"; });
  EXPECT_TRUE(stop());
  EXPECT_FALSE(stop());
  cancel();
  for (int i = 0; i < 10; ++i) Gosched();
}

TEST(E47_AfterFunc, OnADoneContextRunsAtOnce) {
  auto [ctx, cancel] = WithCancel(Background());
  cancel();
  Chan<Unit> ran = MakeChan<Unit>();
  auto stop = ContextAfterFunc(ctx, [ran] { ran.Send({}); });
  EXPECT_TRUE(ran.Recv().has_value());
  EXPECT_FALSE(stop());
}

TEST(E48_WithValue, NeedsAKey) {
  EXPECT_EQ(PanicOf([] { (void)WithValue(Background(), nullptr, 1); }), "nil key");
}

TEST(E48_WithValue, TheNearestWins) {
  const Context outer = WithValue(WithValue(Background(), 1, std::string("outer")), 2, std::string("two"));
  const Context inner = WithValue(outer, 1, std::string("inner"));
  EXPECT_EQ(std::any_cast<std::string>(inner.Value(1)), "inner");
  EXPECT_EQ(std::any_cast<std::string>(outer.Value(1)), "outer");
  EXPECT_EQ(std::any_cast<std::string>(inner.Value(2)), "two");
  EXPECT_FALSE(inner.Value(3).has_value());
  EXPECT_FALSE(inner.Value(1L).has_value()) << "a key's type is part of it";
}

TEST(E49_Background, IsNeverDone) {
  EXPECT_FALSE(Background().Done());
  EXPECT_TRUE(Background().Err().ok());
  EXPECT_EQ(Background().String(), "context.Background");
}

TEST(E49_String, TellsHowItWasMade) {
  auto [ctx, cancel] = WithCancel(Background());
  EXPECT_EQ(ctx.String(), "context.Background.WithCancel");
  auto [timed, cancel_timed] = WithTimeout(ctx, absl::Hours(1));
  EXPECT_EQ(timed.String().find("context.Background.WithCancel.WithDeadline("), 0u) << timed.String();
  EXPECT_EQ(WithoutCancel(ctx).String(), "context.Background.WithCancel.WithoutCancel");
}

TEST(E50_Err, IsSetWhenDoneIsSeenClosed) {
  for (int round = 0; round < 500; ++round) {
    auto [ctx, cancel] = WithCancel(Background());
    Routine canceller([cancel = cancel] { cancel(); });
    while (!IsDone(ctx)) Gosched();
    ASSERT_FALSE(ctx.Err().ok());
    ASSERT_FALSE(ctx.Cause().ok());
  }
}

}  // namespace
}  // namespace gort::conformance
