// Contexts, each test named after its statement in the list of Go's semantics. On goroutine 1.

#include "gort/runtime/context/context.h"

#include <any>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/select/select.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using testing::MatchesRegex;

const absl::Status kCanceled = absl::CancelledError("context canceled");
const absl::Status kDeadlineExceeded = absl::DeadlineExceededError("context deadline exceeded");
const absl::Status kReason = absl::ResourceExhaustedError("no more tape");

bool IsDone(const Context& ctx) { return ctx.Done().TryRecv().status == RecvStatus::kClosed; }

// ---- E41: the tree -------------------------------------------------------------------------------------------------------

TEST(E41Tree, CancelEndsDescendantsBeforeItReturns) {
  auto [root, cancel] = WithCancel(Background());
  std::vector<Context> below;
  for (int i = 0; i < 10; ++i) {
    auto [child, cancel_child] = WithCancel(WithValue(root, i, i));
    below.push_back(child);
    for (int k = 0; k < 3; ++k) below.push_back(WithTimeout(child, absl::Hours(1)).first);
    below.push_back(WithValue(below.back(), "below", true));
  }
  for (const Context& ctx : below) EXPECT_FALSE(IsDone(ctx));
  cancel();
  for (const Context& ctx : below) {
    EXPECT_TRUE(IsDone(ctx));
    EXPECT_EQ(ctx.Err(), kCanceled);
  }
}

TEST(E41Tree, CancelOfAChildLeavesParentAndSiblings) {
  auto [root, cancel] = WithCancel(Background());
  auto [first, cancel_first] = WithCancel(root);
  auto [second, cancel_second] = WithCancel(root);
  cancel_first();
  EXPECT_TRUE(IsDone(first));
  EXPECT_FALSE(IsDone(second));
  EXPECT_FALSE(IsDone(root));
  EXPECT_TRUE(root.Err().ok());
}

TEST(E41Tree, DerivedFromADoneContextIsDone) {
  auto [root, cancel] = WithCancel(Background());
  cancel();
  EXPECT_TRUE(IsDone(WithCancel(root).first));
  EXPECT_TRUE(IsDone(WithTimeout(root, absl::Hours(1)).first));
  EXPECT_TRUE(IsDone(WithValue(root, "k", 1)));
}

TEST(E41Tree, MayBeDeeperThanAStack) {
  constexpr int kDepth = 20'000;
  auto [root, cancel] = WithCancel(Background());
  Context deepest = root;
  for (int i = 0; i < kDepth; ++i) {
    deepest = i % 2 == 0 ? WithCancel(deepest).first : WithValue(deepest, "depth", i);
  }
  EXPECT_EQ(std::any_cast<int>(deepest.Value("depth")), kDepth - 1);
  cancel();
  EXPECT_EQ(deepest.Err(), kCanceled);
}

TEST(E41Tree, MayBeDeeperThanAStackWhenNobodyCancels) {
  Context deepest;
  for (int i = 0; i < 20'000; ++i) deepest = WithCancel(deepest).first;
  EXPECT_FALSE(IsDone(deepest));
}

TEST(E41Tree, CancelWakesEveryWaiter) {
  auto [root, cancel] = WithCancel(Background());
  const Chan<Unit> woken = MakeChan<Unit>(20);
  for (int i = 0; i < 10; ++i) {
    Go([ctx = root, woken] {
      ctx.Done().Recv();
      woken.Send({});
    });
    Go([ctx = WithCancel(root).first, woken] {
      ctx.Done().Recv();
      woken.Send({});
    });
  }
  Gosched();
  cancel();
  for (int i = 0; i < 20; ++i) woken.Recv();
}

TEST(E41Tree, PlainThreadsWaitAndCancel) {
  auto pair = WithCancel(Background());
  std::thread waiter([ctx = pair.first] {
    ctx.Done().Recv();
    EXPECT_EQ(ctx.Err(), kCanceled);
  });
  std::thread canceler([cancel = pair.second] { cancel(); });
  pair.first.Done().Recv();
  EXPECT_EQ(pair.first.Err(), kCanceled);
  waiter.join();
  canceler.join();
}

// ---- E42: Err --------------------------------------------------------------------------------------------------------------

TEST(E42Err, IsOkUntilDoneThenCanceled) {
  auto [ctx, cancel] = WithCancel(Background());
  EXPECT_TRUE(ctx.Err().ok());
  EXPECT_TRUE(ctx.Cause().ok());
  cancel();
  EXPECT_EQ(ctx.Err(), kCanceled);
}

TEST(E42Err, IsDeadlineExceededAfterTheDeadline) {
  auto [ctx, cancel] = WithTimeout(Background(), absl::Milliseconds(1));
  ctx.Done().Recv();
  EXPECT_EQ(ctx.Err(), kDeadlineExceeded);
  EXPECT_GE(absl::Now(), *ctx.Deadline());
}

TEST(E42Err, OfBackgroundIsOk) {
  EXPECT_TRUE(Background().Err().ok());
  EXPECT_TRUE(Background().Cause().ok());
  EXPECT_TRUE(WithValue(Background(), "k", 1).Err().ok());
}

// ---- E43: the first cancel, causes -----------------------------------------------------------------------------------------

TEST(E43Cause, FirstCancelWins) {
  auto [ctx, cancel] = WithCancelCause(Background());
  cancel(kReason);
  cancel(absl::InternalError("too late"));
  EXPECT_EQ(ctx.Err(), kCanceled);
  EXPECT_EQ(ctx.Cause(), kReason);
}

TEST(E43Cause, CancelMayBeCalledAgain) {
  auto [ctx, cancel] = WithCancel(Background());
  auto copy = cancel;
  cancel();
  cancel();
  copy();
  EXPECT_EQ(ctx.Err(), kCanceled);
}

TEST(E43Cause, AnEmptyCancelFuncDoesNothing) {
  CancelFunc()();
  CancelCauseFunc()(kReason);
  EXPECT_FALSE(StopFunc()());
}

TEST(E43Cause, IsErrWithoutAReason) {
  auto [ctx, cancel] = WithCancelCause(Background());
  cancel(absl::OkStatus());
  EXPECT_EQ(ctx.Cause(), kCanceled);
  auto [plain, cancel_plain] = WithCancel(Background());
  cancel_plain();
  EXPECT_EQ(plain.Cause(), kCanceled);
  auto [timed, cancel_timed] = WithTimeout(Background(), absl::ZeroDuration());
  EXPECT_EQ(timed.Cause(), kDeadlineExceeded);
}

TEST(E43Cause, IsInherited) {
  auto [root, cancel] = WithCancelCause(Background());
  auto [child, cancel_child] = WithCancel(root);
  auto [grandchild, cancel_grandchild] = WithTimeoutCause(child, absl::Hours(1), absl::InternalError("slow"));
  cancel(kReason);
  EXPECT_EQ(child.Cause(), kReason);
  EXPECT_EQ(grandchild.Cause(), kReason);
  EXPECT_EQ(grandchild.Err(), kCanceled);
  EXPECT_EQ(WithCancel(root).first.Cause(), kReason) << "derived later";
}

TEST(E43Cause, OfAChildThatWasFirstIsItsOwn) {
  auto [root, cancel] = WithCancelCause(Background());
  auto [child, cancel_child] = WithCancelCause(root);
  cancel_child(kReason);
  EXPECT_TRUE(root.Cause().ok());
  cancel(absl::InternalError("later"));
  EXPECT_EQ(child.Cause(), kReason);
}

TEST(E43Cause, OfATimeoutIsWhatWasGiven) {
  auto [ctx, cancel] = WithTimeoutCause(Background(), absl::Milliseconds(1), kReason);
  ctx.Done().Recv();
  EXPECT_EQ(ctx.Err(), kDeadlineExceeded);
  EXPECT_EQ(ctx.Cause(), kReason);
  auto [early, cancel_early] = WithTimeoutCause(Background(), absl::Hours(1), kReason);
  cancel_early();
  EXPECT_EQ(early.Cause(), kCanceled) << "the reason is the deadline's, and it did not pass";
}

// ---- E44: deadlines --------------------------------------------------------------------------------------------------------

TEST(E44Deadline, EarlierOneOfParentAndChildHolds) {
  const absl::Time soon = absl::Now() + absl::Hours(1);
  const absl::Time late = soon + absl::Hours(1);
  auto [root, cancel] = WithDeadline(Background(), soon);
  EXPECT_EQ(root.Deadline(), soon);
  EXPECT_EQ(WithDeadline(root, late).first.Deadline(), soon);
  EXPECT_EQ(WithDeadline(root, soon - absl::Seconds(1)).first.Deadline(), soon - absl::Seconds(1));
  EXPECT_EQ(WithTimeout(root, absl::InfiniteDuration()).first.Deadline(), soon);
  EXPECT_EQ(WithCancel(WithValue(root, "k", 1)).first.Deadline(), soon);
  EXPECT_EQ(Background().Deadline(), std::nullopt);
  EXPECT_EQ(WithCancel(Background()).first.Deadline(), std::nullopt);
}

TEST(E44Deadline, OfTheParentEndsTheChild) {
  auto [root, cancel] = WithTimeout(Background(), absl::Milliseconds(1));
  auto [child, cancel_child] = WithTimeout(root, absl::Hours(1));
  child.Done().Recv();
  EXPECT_EQ(child.Err(), kDeadlineExceeded);
}

TEST(E44Deadline, OfTheChildLeavesTheParent) {
  auto [root, cancel] = WithTimeout(Background(), absl::Hours(1));
  auto [child, cancel_child] = WithTimeout(root, absl::Milliseconds(1));
  child.Done().Recv();
  EXPECT_TRUE(root.Err().ok());
}

TEST(E44Deadline, InThePastEndsAtOnce) {
  auto [ctx, cancel] = WithDeadline(Background(), absl::Now() - absl::Seconds(1));
  EXPECT_TRUE(IsDone(ctx));
  EXPECT_EQ(ctx.Err(), kDeadlineExceeded);
  cancel();
  EXPECT_EQ(ctx.Err(), kDeadlineExceeded);
  EXPECT_EQ(WithTimeout(Background(), absl::Seconds(-1)).first.Err(), kDeadlineExceeded);
  EXPECT_EQ(WithDeadlineCause(Background(), absl::InfinitePast(), kReason).first.Cause(), kReason);
}

TEST(E44Deadline, InfinitelyFarNeverPasses) {
  auto [ctx, cancel] = WithTimeout(Background(), absl::InfiniteDuration());
  EXPECT_FALSE(IsDone(ctx));
  cancel();
  EXPECT_EQ(ctx.Err(), kCanceled);
}

TEST(E44Deadline, TakesChrono) {
  using std::chrono::system_clock;
  const auto at = system_clock::now() + std::chrono::hours(1);
  EXPECT_EQ(WithDeadline(Background(), at).first.Deadline(), absl::FromChrono(at));
  EXPECT_EQ(WithDeadlineCause(Background(), at - std::chrono::hours(2), kReason).first.Cause(), kReason);
  auto [ctx, cancel] = WithTimeout(Background(), std::chrono::milliseconds(1));
  ctx.Done().Recv();
  EXPECT_EQ(ctx.Err(), kDeadlineExceeded);
  EXPECT_EQ(WithTimeoutCause(ctx, std::chrono::seconds(-1), kReason).first.Cause(), kDeadlineExceeded)
      << "the parent was first";
}

// ---- E45 (leaving parent and timer: canceler_test) and what a dropped handle means -------------------------------------------

TEST(E45Release, CancelOfAContextWithoutHandlesIsHarmless) {
  auto [root, cancel_root] = WithCancel(Background());
  CancelFunc cancel = WithTimeout(root, absl::Hours(1)).second;
  cancel();
  cancel_root();
  cancel();
}

TEST(E45Release, AHandleKeepsTheAncestors) {
  Context child;
  CancelFunc cancel;
  {
    auto [root, cancel_root] = WithCancel(WithValue(Background(), "k", 5));
    cancel = cancel_root;
    child = WithCancel(WithCancel(root).first).first;
  }
  EXPECT_EQ(std::any_cast<int>(child.Value("k")), 5);
  cancel();
  EXPECT_EQ(child.Err(), kCanceled);
}

TEST(E45Release, ValuesDieWithTheLastHandle) {
  auto value = std::make_shared<int>(1);
  Context child = WithCancel(WithValue(Background(), "k", value)).first;
  EXPECT_EQ(value.use_count(), 2);
  Context moved = std::move(child);
  EXPECT_EQ(child, Background());  // NOLINT: what is promised of it
  EXPECT_EQ(value.use_count(), 2);
  moved = Context();
  EXPECT_EQ(value.use_count(), 1);
}

// ---- E46: WithoutCancel ----------------------------------------------------------------------------------------------------

TEST(E46WithoutCancel, KeepsValuesOnly) {
  auto [root, cancel] = WithTimeout(WithValue(Background(), "k", 5), absl::Hours(1));
  const Context ctx = WithoutCancel(root);
  auto [child, cancel_child] = WithCancel(ctx);
  cancel();
  EXPECT_EQ(std::any_cast<int>(ctx.Value("k")), 5);
  EXPECT_FALSE(ctx.Done());
  EXPECT_EQ(ctx.Deadline(), std::nullopt);
  EXPECT_TRUE(ctx.Err().ok());
  EXPECT_TRUE(ctx.Cause().ok());
  EXPECT_TRUE(child.Err().ok());
  cancel_child();
  EXPECT_EQ(child.Err(), kCanceled);
}

// ---- E47: ContextAfterFunc -------------------------------------------------------------------------------------------------

TEST(E47AfterFunc, RunsOnAGoroutineOfItsOwnOnceDone) {
  auto [ctx, cancel] = WithCancelCause(Background());
  const Chan<std::uint64_t> ran = MakeChan<std::uint64_t>(1);
  StopFunc stop = ContextAfterFunc(WithValue(ctx, "k", 1), [ctx = ctx, ran, only_moves = std::make_unique<int>(1)] {
    EXPECT_EQ(ctx.Err(), kCanceled);
    EXPECT_EQ(ctx.Cause(), kReason);
    ran.Send(Goid());
  });
  EXPECT_EQ(ran.TryRecv().status, RecvStatus::kEmpty);
  cancel(kReason);
  EXPECT_NE(*ran.Recv(), Goid());
  EXPECT_FALSE(stop());
}

TEST(E47AfterFunc, RunsAtOnceIfDone) {
  auto [ctx, cancel] = WithCancel(Background());
  cancel();
  const Chan<Unit> ran = MakeChan<Unit>();
  StopFunc stop = ContextAfterFunc(ctx, [ran] { ran.Send({}); });
  EXPECT_FALSE(stop());
  ran.Recv();
}

TEST(E47AfterFunc, StopSaysWhetherItPrevented) {
  auto [ctx, cancel] = WithCancel(Background());
  bool ran = false;
  StopFunc stop = ContextAfterFunc(ctx, [&] { ran = true; });
  EXPECT_TRUE(stop());
  EXPECT_FALSE(stop()) << "stopped before";
  cancel();
  Gosched();
  EXPECT_FALSE(ran);
}

TEST(E47AfterFunc, SeveralRunEachOnItsOwn) {
  auto [ctx, cancel] = WithCancel(Background());
  const Chan<int> ran = MakeChan<int>();
  for (int i = 0; i < 5; ++i) ContextAfterFunc(ctx, [ran, i] { ran.Send(i); });
  StopFunc stop = ContextAfterFunc(ctx, [ran] { ran.Send(100); });
  EXPECT_TRUE(stop());
  cancel();
  int sum = 0;
  for (int i = 0; i < 5; ++i) sum += *ran.Recv();
  EXPECT_EQ(sum, 10);
}

TEST(E47AfterFunc, OfBackgroundNeverRuns) {
  auto captured = std::make_shared<int>(1);
  StopFunc stop = ContextAfterFunc(Background(), [captured] {});
  EXPECT_EQ(captured.use_count(), 2);
  EXPECT_TRUE(stop());
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(E47AfterFunc, StopAfterTheContextIsGone) {
  StopFunc stop;
  auto captured = std::make_shared<int>(1);
  {
    auto [ctx, cancel] = WithCancel(Background());
    stop = ContextAfterFunc(ctx, [captured] {});
  }
  EXPECT_TRUE(stop());
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(E47AfterFunc, RunsWhenTheParentEndsThoughNoHandleIsLeft) {
  auto [root, cancel] = WithCancel(Background());
  const Chan<Unit> ran = MakeChan<Unit>();
  ContextAfterFunc(WithCancel(WithCancel(root).first).first, [ran] { ran.Send({}); });
  cancel();
  ran.Recv();
}

TEST(E47AfterFunc, RunsAtTheDeadlineThoughNoHandleIsLeft) {
  const Chan<Unit> ran = MakeChan<Unit>();
  ContextAfterFunc(WithTimeout(Background(), absl::Milliseconds(1)).first, [ran] { ran.Send({}); });
  ran.Recv();
}

TEST(E47AfterFunc, IsDroppedWhenNothingCanEndTheContext) {
  auto captured = std::make_shared<int>(1);
  {
    auto [ctx, cancel] = WithCancel(Background());
    ContextAfterFunc(WithCancel(ctx).first, [captured] {});
    EXPECT_EQ(captured.use_count(), 2);
  }
  EXPECT_EQ(captured.use_count(), 1) << "no handle to any of the contexts, no timer: nobody can cancel";
}

// ---- E48: values -----------------------------------------------------------------------------------------------------------

enum class Color { kRed, kBlue };
constexpr ContextKey<std::string> kUser("user");
constexpr ContextKey<std::string> kAlias("user");

TEST(E48Value, TypedKeysAreTheirAddress) {
  const Context ctx = WithValue(Background(), kUser, "ada");
  ASSERT_NE(ctx.Value(kUser), nullptr);
  EXPECT_EQ(*ctx.Value(kUser), "ada");
  EXPECT_EQ(ctx.Value(kAlias), nullptr) << "the same type and name, another key";
  EXPECT_EQ(Background().Value(kUser), nullptr);
}

TEST(E48Value, AnyKeyWithEqualityWorks) {
  int pointed = 0;
  Context ctx = WithValue(Background(), 1, std::string("int"));
  ctx = WithValue(ctx, 1L, std::string("long"));
  ctx = WithValue(ctx, Color::kBlue, std::string("enum"));
  ctx = WithValue(ctx, &pointed, std::string("pointer"));
  ctx = WithValue(ctx, std::pair(1, 2), std::string("pair"));
  auto get = [&](const auto& key) {
    const std::any value = ctx.Value(key);
    return value.has_value() ? std::any_cast<std::string>(value) : "none";
  };
  EXPECT_EQ(get(1), "int");
  EXPECT_EQ(get(1L), "long") << "equal numbers of two types are two keys";
  EXPECT_EQ(get(2), "none");
  EXPECT_EQ(get(Color::kBlue), "enum");
  EXPECT_EQ(get(Color::kRed), "none");
  EXPECT_EQ(get(&pointed), "pointer");
  EXPECT_EQ(get(std::pair(1, 2)), "pair");
}

TEST(E48Value, AllStringsAreOneKeyType) {
  const Context ctx = WithValue(Background(), "key", 1);
  const char array[] = "key";
  EXPECT_EQ(std::any_cast<int>(ctx.Value(array)), 1);
  EXPECT_EQ(std::any_cast<int>(ctx.Value(std::string("key"))), 1);
  EXPECT_EQ(std::any_cast<int>(ctx.Value(std::string_view("key"))), 1);
  EXPECT_FALSE(ctx.Value("other").has_value());
}

TEST(E48Value, NearestOneHides) {
  const Context outer = WithValue(WithValue(Background(), "a", 1), "b", 2);
  const Context inner = WithValue(WithCancel(outer).first, "a", 3);
  EXPECT_EQ(std::any_cast<int>(inner.Value("a")), 3);
  EXPECT_EQ(std::any_cast<int>(inner.Value("b")), 2);
  EXPECT_EQ(std::any_cast<int>(outer.Value("a")), 1);
}

TEST(E48Value, NilKeyPanics) {
  auto text = [](auto key) -> std::string {
    try {
      static_cast<void>(WithValue(Background(), key, 1));
    } catch (const PanicError& panic) {
      return panic.what();
    }
    return "no panic";
  };
  EXPECT_EQ(text(nullptr), "nil key");
  EXPECT_EQ(text(static_cast<const char*>(nullptr)), "nil key");
  EXPECT_EQ(text(static_cast<int*>(nullptr)), "nil key");
  EXPECT_FALSE(WithValue(Background(), "k", 1).Value(static_cast<const char*>(nullptr)).has_value());
  EXPECT_FALSE(WithValue(Background(), "k", 1).Value(nullptr).has_value());
}

// ---- E49: Background, names ------------------------------------------------------------------------------------------------

TEST(E49String, DoneOfBackgroundIsNil) {
  EXPECT_FALSE(Background().Done());
  EXPECT_FALSE(Context().Done());
  EXPECT_FALSE(WithValue(Background(), "k", 1).Done());
  EXPECT_TRUE(WithCancel(Background()).first.Done());
}

TEST(E49String, TellsHowItWasMade) {
  EXPECT_EQ(Background().String(), "context.Background");
  auto [ctx, cancel] = WithCancel(Background());
  EXPECT_EQ(ctx.String(), "context.Background.WithCancel");
  EXPECT_EQ(WithValue(WithoutCancel(ctx), "a", 1).String(),
            "context.Background.WithCancel.WithoutCancel.WithValue(a, int)");
  EXPECT_EQ(WithValue(WithValue(ctx, kUser, "ada"), Color::kRed, nullptr).String(),
            "context.Background.WithCancel.WithValue(user, ada).WithValue(gort::(anonymous namespace)::Color, "
            "decltype(nullptr))");
  auto [timed, cancel_timed] = WithTimeout(Background(), absl::Hours(2));
  EXPECT_THAT(WithCancel(timed).first.String(),
              MatchesRegex("context\\.Background\\.WithDeadline\\([0-9-]* [0-9:.]* [+-][0-9]* [^ ]* \\[1h59m5.*s\\]\\)"
                           "\\.WithCancel"));
  EXPECT_THAT(WithTimeout(timed, absl::Hours(3)).first.String(), MatchesRegex(".*\\]\\)\\.WithCancel"))
      << "a later deadline is none";
}

TEST(E49String, HandlesOfOneContextAreEqual) {
  auto [ctx, cancel] = WithCancel(Background());
  const Context copy = ctx;
  EXPECT_EQ(copy, ctx);
  EXPECT_NE(WithValue(ctx, "k", 1), ctx);
  EXPECT_EQ(Background(), Context());
}

// ---- E50 (the race: context_stress_test) and waiting ------------------------------------------------------------------------

TEST(E50Done, InASelect) {
  auto pair = WithCancel(Background());
  const Chan<int> never = MakeChan<int>();
  std::optional<int> value;
  EXPECT_EQ(Select(Done(pair.first), Recv(never, value), Default()), 2);
  EXPECT_EQ(Select(Done(Background()), Default()), 1);
  Go([cancel = pair.second] { cancel(); });
  EXPECT_EQ(Select(Recv(never, value), Done(pair.first)), 1);
  EXPECT_EQ(pair.first.Err(), kCanceled);
}

}  // namespace
}  // namespace gort
