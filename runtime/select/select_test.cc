// Select, statement by statement: the names begin with the number in Go's checklist (E18 to E26; E26, break, is C++'s own).
#include "gort/runtime/select/select.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gort/runtime/channel/chan_testing.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;
using testing::Await;
using testing::AwaitWaiting;
using testing::PanicOf;
using testing::Receivers;
using testing::Senders;
using testing::Tracked;

// Other goroutines may still have to end. A value that is never destroyed makes the test time out.
void AwaitNoneAlive() {
  Await([] { return Tracked::alive == 0; });
}

// Whether `hits` out of n can come from a chance of 1 in `choices`, within ten standard deviations.
::testing::AssertionResult IsOneIn(int choices, int hits, int n) {
  const double p = 1.0 / choices;
  const double deviation = std::sqrt(n * p * (1 - p));
  if (std::abs(hits - n * p) <= 10 * deviation) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << hits << " of " << n << ", expected " << n * p << " within " << 10 * deviation;
}

TEST(Select, E18_OfSeveralReadyCasesEachIsAsLikely) {
  const auto a = MakeChan<int>();
  const auto b = MakeChan<int>();
  const auto c = MakeChan<int>();
  for (const auto& ch : {a, b, c}) ch.Close();
  const auto full = MakeChan<int>(30'000);
  constexpr int kRounds = 20'000;
  int hits[4] = {};
  std::optional<int> v;
  for (int i = 0; i < kRounds; ++i) ++hits[Select(Recv(a, v), Recv(b, v), Send(full, 1), Recv(c))];
  for (const int h : hits) EXPECT_TRUE(IsOneIn(4, h, kRounds));
}

TEST(Select, E18_PassedTimeoutsAreReadyCasesLikeOthers) {
  const auto closed = MakeChan<int>();
  closed.Close();
  constexpr int kRounds = 10'000;
  int hits[2] = {};
  for (int i = 0; i < kRounds; ++i) ++hits[Select(Recv(closed), Timeout(absl::ZeroDuration()))];
  EXPECT_TRUE(IsOneIn(2, hits[0], kRounds));
}

TEST(Select, E19_ChannelsAndValuesAreEvaluatedOnce) {
  int channels = 0;
  int values = 0;
  const auto ch = MakeChan<int>(1);
  const auto channel = [&] { return ++channels, ch; };
  const auto value = [&] { return ++values; };
  EXPECT_EQ(Select(Send(channel(), value())), 0);
  EXPECT_EQ(Select(Send(channel(), value()), Default()), 1);
  EXPECT_EQ(channels, 2);
  EXPECT_EQ(values, 2);
  EXPECT_EQ(ch.Recv(), 1);
}

TEST(Select, E20_AChannelMayOccurManyTimesAndNeverMatchesItself) {
  const auto ch = MakeChan<int>();
  std::optional<int> v;
  EXPECT_EQ(Select(Send(ch, 1), Recv(ch, v), Send(ch, 2), Recv(ch, v), Default()), 4);
  const auto got = MakeChan<int>();
  Go([=] {
    std::optional<int> mine;
    const int index = Select(Send(ch, 1), Recv(ch, mine), Send(ch, 1), Recv(ch, mine));
    got.Send(index % 2 == 1 ? *mine : -1);
  });
  Await([&] { return Receivers(ch) == 2 && Senders(ch) == 2; });
  ch.Send(7);
  EXPECT_EQ(got.Recv(), 7);
  EXPECT_EQ(Receivers(ch), 0);
  EXPECT_EQ(Senders(ch), 0);
}

// Each of the two waits for the other in the end; with locks taken in the order of the cases they would wait for ever.
TEST(Select, E20_SelectsInOppositeOrdersDoNotLockEachOtherOut) {
  const auto a = MakeChan<int>();
  const auto b = MakeChan<int>();
  const auto done = MakeChan<Unit>();
  constexpr int kRounds = 5'000;
  Go([=] {
    std::optional<int> v;
    for (int i = 0; i < kRounds; ++i) Select(Recv(a, v), Recv(b, v));
    done.Send({});
  });
  for (int i = 0; i < kRounds; ++i) Select(Send(b, 1), Send(a, 1));
  done.Recv();
}

TEST(Select, E21_TheFirstWakerWinsAndTheLosersLeaveTheirQueues) {
  const auto a = MakeChan<int>();
  const auto b = MakeChan<int>();
  const auto c = MakeChan<int>();
  const auto got = MakeChan<int>();
  Go([=] {
    std::optional<int> v;
    got.Send(Select(Recv(a, v), Recv(b, v), Send(c, 5)) * 100 + v.value_or(50));
  });
  Await([&] { return Receivers(a) + Receivers(b) + Senders(c) == 3; });
  b.Send(7);
  EXPECT_EQ(got.Recv(), 107);
  EXPECT_EQ(Receivers(a) + Receivers(b) + Senders(c), 0);
  EXPECT_FALSE(a.TrySend(1));
  EXPECT_EQ(c.TryRecv().status, RecvStatus::kEmpty);
}

// After Go's chanlinear test: n goroutines wait on one channel and on their own. Each leaves the middle of the long queue.
TEST(Select, E21_LosersLeaveLongQueuesFromTheMiddle) {
  constexpr int kWaiters = 5'000;
  const auto shared = MakeChan<int>();
  const auto done = MakeChan<Unit>();
  std::vector<Chan<int>> own;
  for (int i = 0; i < kWaiters; ++i) {
    own.push_back(MakeChan<int>());
    Go([=, mine = own.back()] {
      std::optional<int> v;
      EXPECT_EQ(Select(Recv(mine, v), Recv(shared, v)), 0);
      done.Send({});
    });
  }
  for (int i = kWaiters - 1; i >= 0; --i) own[i].Send(i);
  for (int i = 0; i < kWaiters; ++i) done.Recv();
  EXPECT_EQ(Receivers(shared), 0);
}

TEST(Select, E22_WithoutCasesItWaitsForEver) {
  // Static: the goroutines outlive the test.
  static std::atomic<runtime::g*> empty{nullptr};
  static std::atomic<runtime::g*> nils{nullptr};
  Go([] {
    empty = runtime::getg();
    Select();
  });
  Go([] {
    nils = runtime::getg();
    std::optional<int> v;
    Select(Recv(Chan<int>(), v), Send(Chan<int>(), 1));
  });
  Await([] { return empty != nullptr && nils != nullptr; });
  AwaitWaiting(empty, WaitReason::kSelectNoCases);
  AwaitWaiting(nils, WaitReason::kSelect);
}

TEST(Select, E22_ItsWaitReasonIsSelect) {
  const auto a = MakeChan<int>();
  const auto b = MakeChan<int>();
  const auto done = MakeChan<Unit>();
  std::atomic<runtime::g*> gp{nullptr};
  Go([&gp, a, b, done] {
    gp = runtime::getg();
    Select(Recv(a), Recv(b));
    done.Close();
  });
  Await([&] { return gp != nullptr; });
  AwaitWaiting(gp, WaitReason::kSelect);
  a.Send(1);
  done.Recv();
}

TEST(Select, E23_ASendOnAClosedChannelPanicsWhenItIsChosen) {
  const auto closed = MakeChan<int>();
  closed.Close();
  std::optional<int> v;
  bool panicked = false;
  bool received = false;
  while (!panicked || !received) {
    const std::string panic = PanicOf([&] {
      EXPECT_EQ(Select(Send(closed, 1), Recv(closed, v)), 1);
      received = true;
    });
    if (panic == "send on closed channel") panicked = true;
  }
}

TEST(Select, E23_ASelectThatWaitsToSendPanicsAtClose) {
  const auto a = MakeChan<Tracked>();
  const auto b = MakeChan<int>();
  const auto panics = MakeChan<std::string>();
  Go([=] { panics.Send(PanicOf([&] { Select(Send(a, Tracked(1)), Recv(b)); })); });
  Await([&] { return Senders(a) == 1; });
  a.Close();
  EXPECT_EQ(panics.Recv(), "send on closed channel");
  EXPECT_EQ(Receivers(b), 0);
  AwaitNoneAlive();
}

TEST(Select, E24_DefaultRunsOnlyIfNothingIsReady) {
  const auto a = MakeChan<int>(1);
  const auto b = MakeChan<int>();
  std::optional<int> v;
  EXPECT_EQ(Select(Recv(a, v), Default(), Recv(b, v)), 1);
  EXPECT_EQ(Select(Recv(a, v), Default()), 1);
  EXPECT_EQ(Select(Default()), 0);
  for (int i = 0; i < 100; ++i) {
    a.Send(int{i});
    EXPECT_EQ(Select(Default(), Recv(a, v), Recv(b, v)), 1);
    EXPECT_EQ(v, i);
  }
}

// After Go's doubleselect test: were a case run twice or lost, a number would come twice or never.
TEST(Select, E25_NoCaseIsLostOrRunTwice) {
  constexpr int kNumbers = 20'000;
  std::vector<Chan<int>> ch;
  for (int i = 0; i < 4; ++i) ch.push_back(MakeChan<int>());
  const auto merged = MakeChan<int>();
  Go([=] {
    for (int i = 0; i < kNumbers; ++i) Select(Send(ch[0], i), Send(ch[1], i), Send(ch[2], i), Send(ch[3], i));
    for (const auto& c : ch) c.Close();
  });
  for (int i = 0; i < 4; ++i) {
    Go([=] {
      for (const int& v : ch[i]) merged.Send(v);
      merged.Send(-1);
    });
  }
  std::vector<int> seen(kNumbers);
  for (int ended = 0; ended < 4;) {
    const int v = *merged.Recv();
    if (v < 0) {
      ++ended;
    } else {
      ++seen[v];
    }
  }
  for (int i = 0; i < kNumbers; ++i) ASSERT_EQ(seen[i], 1) << i;
}

// ---- values ---------------------------------------------------------------------------------------------------------------

TEST(Select, AnRvalueIsMovedOnlyIfItsCaseRuns) {
  const auto full = MakeChan<std::unique_ptr<int>>();
  auto value = std::make_unique<int>(1);
  EXPECT_EQ(Select(Send(full, std::move(value)), Default()), 1);
  ASSERT_NE(value, nullptr);
  const auto roomy = MakeChan<std::unique_ptr<int>>(1);
  EXPECT_EQ(Select(Send(full, std::move(value)), Send(roomy, std::move(value))), 1);
  EXPECT_EQ(value, nullptr);
  EXPECT_EQ(**roomy.Recv(), 1);
}

TEST(Select, AnLvalueIsCopiedAndAnythingElseConverted) {
  const auto ch = MakeChan<std::string>(2);
  const std::string text = "text";
  Select(Send(ch, text));
  Select(Send(ch, "literal"));
  EXPECT_EQ(text, "text");
  EXPECT_EQ(ch.Recv(), "text");
  EXPECT_EQ(ch.Recv(), "literal");
}

template <class T>
void VariablesOfOtherCasesAreLeftAlone(T old_value, T new_value) {
  const auto a = MakeChan<T>(1);
  const auto b = MakeChan<T>();
  std::optional<T> in_a;
  std::optional<T> in_b(std::move(old_value));
  const T expected_b = *in_b;
  a.Send(new_value);
  EXPECT_EQ(Select(Recv(a, in_a), Recv(b, in_b)), 0);
  EXPECT_EQ(in_a, new_value);
  EXPECT_EQ(in_b, expected_b);
  a.Send(expected_b);
  EXPECT_EQ(Select(Recv(a, in_a), Recv(b, in_b)), 0);
  EXPECT_EQ(in_a, expected_b);
  a.Close();
  EXPECT_EQ(Select(Recv(b, in_b), Recv(a, in_a)), 1);
  EXPECT_EQ(in_a, std::nullopt);
}

TEST(Select, VariablesOfOtherCasesAreLeftAlone) {
  VariablesOfOtherCasesAreLeftAlone<int>(1, 2);
  VariablesOfOtherCasesAreLeftAlone<std::string>("old", "new");
}

TEST(Select, AValueMovesOnceFromAWaitingSelectToAWaitingSelect) {
  const auto ch = MakeChan<Tracked>();
  const auto never = MakeChan<Tracked>();
  const auto moves = MakeChan<int>();
  Go([=] {
    std::optional<Tracked> v;
    Select(Recv(never, v), Recv(ch, v));
    moves.Send(v->moves());
  });
  Await([&] { return Receivers(ch) == 1; });
  Tracked v(1);
  EXPECT_EQ(Select(Send(ch, std::move(v)), Recv(never)), 0);
  EXPECT_EQ(moves.Recv(), 1);
}

// ---- timeouts -------------------------------------------------------------------------------------------------------------

TEST(Select, ATimeoutComesAfterItsTimeAndNotBefore) {
  const auto never = MakeChan<int>();
  const auto other = MakeChan<int>();
  const std::int64_t start_ns = runtime::sys::Nanotime();
  EXPECT_EQ(Select(Recv(never), Timeout(absl::Milliseconds(5)), Recv(other)), 1);
  EXPECT_GE(runtime::sys::Nanotime() - start_ns, 5'000'000);
  EXPECT_EQ(Receivers(never) + Receivers(other), 0);
}

TEST(Select, ATimeoutAloneIsASleep) {
  const std::int64_t start_ns = runtime::sys::Nanotime();
  EXPECT_EQ(Select(Timeout(std::chrono::milliseconds(2))), 0);
  EXPECT_GE(runtime::sys::Nanotime() - start_ns, 2'000'000);
}

TEST(Select, TheEarliestTimeoutCounts) {
  EXPECT_EQ(Select(Timeout(absl::Hours(1)), Timeout(absl::Milliseconds(1)), Timeout(absl::InfiniteDuration())), 1);
}

TEST(Select, PassedTimeoutsAreReadyAtOnce) {
  const auto never = MakeChan<int>();
  EXPECT_EQ(Select(Recv(never), Timeout(absl::ZeroDuration())), 1);
  EXPECT_EQ(Select(Recv(never), Timeout(-absl::InfiniteDuration()), Default()), 1);
  EXPECT_EQ(Select(Recv(never), Timeout(absl::Hours(1)), Default()), 2);
}

TEST(Select, AChannelThatIsReadyEndsTheWaitForATimeout) {
  const auto ch = MakeChan<int>();
  const auto got = MakeChan<int>();
  for (const absl::Duration timeout : {absl::Hours(1), absl::InfiniteDuration()}) {
    Go([=] {
      std::optional<int> v;
      got.Send(Select(Timeout(timeout), Recv(ch, v)) + *v);
    });
    Await([&] { return Receivers(ch) == 1; });
    ch.Send(10);
    EXPECT_EQ(got.Recv(), 11);
  }
}

// ---- Done -----------------------------------------------------------------------------------------------------------------

struct FakeContext {
  RecvChan<Unit> Done() const { return done; }
  Chan<Unit> done;
};

TEST(Select, DoneIsReadyWhenTheContextIs) {
  const FakeContext background;
  const FakeContext ctx{MakeChan<Unit>()};
  EXPECT_EQ(Select(Done(ctx), Done(background), Default()), 2);
  ctx.done.Close();
  EXPECT_EQ(Select(Done(background), Done(ctx)), 1);
}

// ---- the dynamic form -----------------------------------------------------------------------------------------------------

TEST(SelectDynamic, RunsAnyNumberOfCases) {
  for (const int count : {1, 2, 16, 17, 300}) {
    std::vector<Chan<int>> channels;
    std::vector<std::optional<int>> values(count);
    std::vector<SelectCase> cases;
    for (int i = 0; i < count; ++i) {
      channels.push_back(MakeChan<int>());
      cases.push_back(Recv(channels[i], values[i]));
    }
    Go([=] {
      for (int i = 0; i < count; ++i) channels[i].Send(i);
    });
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(Select(cases), i);
      EXPECT_EQ(values[i], i);
    }
  }
}

TEST(SelectDynamic, CasesMayBeUsedAgain) {
  const auto ch = MakeChan<std::string>(3);
  for (const char* text : {"first", "second", "third"}) ch.Send(text);
  std::optional<std::string> v = "something";
  SelectCase cases[] = {Recv(ch, v)};
  EXPECT_EQ(Select(std::span<SelectCase>(cases)), 0);
  EXPECT_EQ(v, "first");
  v.reset();
  EXPECT_EQ(Select(std::span<SelectCase>(cases)), 0);
  EXPECT_EQ(v, "second");
  EXPECT_EQ(Select(std::span<SelectCase>(cases)), 0);
  EXPECT_EQ(v, "third");
}

TEST(SelectDynamic, TakesAllKindsOfCases) {
  const auto in = MakeChan<int>(1);
  const auto out = MakeChan<std::string>(1);
  std::optional<int> v;
  SelectCase cases[] = {Recv(in, v), Send(out, std::string("kept in the case")), Timeout(absl::Hours(1)), Default()};
  EXPECT_EQ(Select(cases), 1);
  EXPECT_EQ(Select(cases), 3);
  in.Send(4);
  EXPECT_EQ(Select(std::span<SelectCase>(cases)), 0);
  EXPECT_EQ(v, 4);
  EXPECT_EQ(out.Recv(), "kept in the case");
}

TEST(SelectDynamic, ACaseKeepsItsChannelAndItsValue) {
  std::optional<std::unique_ptr<int>> v;
  std::vector<SelectCase> cases;
  {
    const auto ch = MakeChan<std::unique_ptr<int>>(1);
    cases = {Send(ch, std::make_unique<int>(5)), Recv(ch, v)};
  }
  EXPECT_EQ(Select(cases), 0);
  EXPECT_EQ(Select(cases), 1);
  EXPECT_EQ(**v, 5);
}

TEST(SelectDynamic, RefusesTooManyCasesAndTwoDefaults) {
  std::vector<SelectCase> cases(65537, SelectCase(Default()));
  EXPECT_EQ(PanicOf([&] { Select(cases); }), "reflect.Select: too many cases (max 65536)");
  cases.resize(2, SelectCase(Default()));
  EXPECT_EQ(PanicOf([&] { Select(cases); }), "reflect.Select: multiple default cases");
}

// ---- others ---------------------------------------------------------------------------------------------------------------

TEST(Select, PlainThreadsSelectToo) {
  const auto a = MakeChan<int>();
  const auto b = MakeChan<int>();
  const auto sums = MakeChan<int>(2);
  std::thread thread([=] {
    int sum = 0;
    for (int open = 2; open > 0;) {
      std::optional<int> v;
      if (Select(Recv(a, v), Recv(b, v), Timeout(absl::Hours(1))) == 2) break;
      open -= !v;
      sum += v.value_or(0);
      if (!v) break;
    }
    sums.Send(int{sum});
  });
  for (int i = 0; i < 1000; ++i) Select(Send(a, 1), Send(b, 2), Timeout(absl::Hours(1)));
  a.Close();
  const int sum = *sums.Recv();
  EXPECT_GE(sum, 1000);
  EXPECT_LE(sum, 2000);
  thread.join();
}

TEST(Select, OnAChannelOfAnotherBubblePanics) {
  const auto ch = MakeChan<int>(1);
  const auto other = MakeChan<int>(1);
  other.Send(1);
  ch.hchan()->bubble = reinterpret_cast<runtime::synctestBubble*>(ch.hchan());  // only compared
  EXPECT_EQ(PanicOf([&] { Select(Recv(ch), Recv(other)); }), "select on synctest channel from outside bubble");
  EXPECT_EQ(other.Len(), 1);
}

}  // namespace
}  // namespace gort
