// Select: E18 to E26.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gort/gort.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

TEST(E18_Choice, IsUniformAmongTheReady) {
  constexpr int kWays = 4, kRounds = 20'000;
  Chan<int> a = MakeChan<int>(kRounds), b = MakeChan<int>(kRounds), full = MakeChan<int>(kRounds), closed = MakeChan<int>();
  for (int i = 0; i < kRounds; ++i) {
    a.Send(i);
    b.Send(i);
  }
  closed.Close();
  int counts[kWays] = {};
  std::optional<int> v;
  for (int i = 0; i < kRounds; ++i) ++counts[Select(Recv(a, v), Recv(b, v), Send(full, i), Recv(closed, v))];
  // Ten standard deviations: no honest coin comes near in the life of this test.
  const double mean = static_cast<double>(kRounds) / kWays, deviation = std::sqrt(mean * (kWays - 1) / kWays);
  for (const int count : counts) EXPECT_NEAR(count, mean, 10 * deviation);
}

TEST(E19_Evaluation, OnceAndInOrder) {
  Log log;
  Chan<int> ch = MakeChan<int>(1);
  std::optional<int> v;
  auto channel = [&](char name) {
    log.Add(name);
    return ch;
  };
  auto value = [&](char name) {
    log.Add(name);
    return 7;
  };
  // Braces, because the order of a call's arguments is the compiler's choice in C++.
  std::vector<SelectCase> cases{Recv(channel('a'), v), Send(channel('b'), value('c')), Default()};
  const std::string before = log.Text();
  EXPECT_EQ(before.size(), 3u);
  EXPECT_EQ(before[0], 'a');
  EXPECT_EQ(Select(std::span(cases)), 1);
  EXPECT_EQ(log.Text(), before) << "choosing evaluates nothing again";
  EXPECT_EQ(ch.Recv(), 7);
}

TEST(E19_Evaluation, LeavesTheValuesOfOtherCasesAlone) {
  Chan<std::string> ready = MakeChan<std::string>(1), full = MakeChan<std::string>();
  std::string sent = "sent", kept = "kept";
  std::optional<std::string> untouched = "untouched";
  EXPECT_EQ(Select(Send(full, std::move(kept)), Send(ready, std::move(sent)), Recv(full, untouched)), 1);
  EXPECT_EQ(kept, "kept");
  EXPECT_EQ(untouched, "untouched");
}

TEST(E20_SameChannel, MayAppearManyTimes) {
  Chan<int> ch = MakeChan<int>();
  std::optional<int> v;
  int chosen = -1;
  Routine selects([&] { chosen = Select(Recv(ch, v), Recv(ch, v), Recv(ch, v)); });
  selects.AwaitParked(WaitReason::kSelect);
  ch.Send(5);
  selects.Join();
  EXPECT_EQ(v, 5);
  EXPECT_GE(chosen, 0);
  EXPECT_FALSE(ch.TrySend(6)) << "one value, one of the three";
}

TEST(E20_SameChannel, NeverMeetsItself) {
  Chan<int> ch = MakeChan<int>();
  std::optional<int> v;
  EXPECT_EQ(Select(Recv(ch, v), Send(ch, 1), Default()), 2);
  Routine selects([&] { EXPECT_EQ(Select(Recv(ch, v), Send(ch, 1)), 1); });
  selects.AwaitParked(WaitReason::kSelect);
  EXPECT_EQ(ch.Recv(), 1);
}

TEST(E20_LockOrder, CannotDeadlock) {
  // The same channels, named in opposite orders, from many sides.
  Chan<int> a = MakeChan<int>(), b = MakeChan<int>();
  constexpr int kEach = 500;
  std::atomic<int> received = 0;
  {
    Routine one([&] {
      for (int i = 0; i < kEach; ++i) Select(Send(a, i), Send(b, i));
    });
    Routine two([&] {
      for (int i = 0; i < kEach; ++i) Select(Send(b, i), Send(a, i));
    });
    auto receive = [&] {
      std::optional<int> v;
      for (int i = 0; i < kEach; ++i) {
        Select(Recv(b, v), Recv(a, v));
        received += v.has_value() ? 1 : 0;
      }
    };
    Routine three(receive), four(receive);
  }
  EXPECT_EQ(received, 2 * kEach);
}

TEST(E21_BlockedSelect, IsWonByTheFirstWaker) {
  Chan<int> a = MakeChan<int>(), b = MakeChan<int>();
  for (int round = 0; round < 300; ++round) {
    std::optional<int> va, vb;
    Routine selects([&] { Select(Recv(a, va), Recv(b, vb)); });
    Routine sends_a([&] { a.Send(1); }), sends_b([&] { b.Send(2); });
    selects.Join();
    ASSERT_NE(va.has_value(), vb.has_value());
    // The one that lost still has its value.
    EXPECT_EQ(va.has_value() ? *b.Recv() : *a.Recv() + 1, 2);
  }
}

TEST(E21_BlockedSelect, LeavesNoWaiterBehind) {
  Chan<int> chosen = MakeChan<int>(), other = MakeChan<int>();
  std::optional<int> v;
  for (int i = 0; i < 100; ++i) {
    Routine selects([&] { Select(Recv(other, v), Recv(chosen, v)); });
    chosen.Send(i);
  }
  EXPECT_FALSE(other.TrySend(1)) << "nobody waits there any more";
}

TEST(E21_BlockedSelect, LeavesALongQueueInConstantTime) {
  // Go's chanlinear: n selects wait on one channel and are woken by others, last come first gone. Were leaving linear, this would
  // take 10^8 steps under a lock, and the test its time limit.
  constexpr int kMany = 10'000;
  Chan<int> crowded = MakeChan<int>();
  std::vector<Chan<int>> own(kMany);
  WaitGroup all;
  for (Chan<int>& ch : own) {
    ch = MakeChan<int>();
    all.Go([&crowded, &ch] {
      std::optional<int> v;
      EXPECT_EQ(Select(Recv(crowded, v), Recv(ch, v)), 1);
    });
  }
  for (auto ch = own.rbegin(); ch != own.rend(); ++ch) ch->Send(1);
  all.Wait();
}

TEST(E22_NoCases, BlocksForEver) {
  static runtime::Watched watched;
  Go([] {
    watched.ThisIsMe();
    Select();
  });
  watched.AwaitParked(WaitReason::kSelectNoCases);
}

TEST(E23_SendOnClosed, PanicsWhenChosenAlthoughAnotherIsReady) {
  Chan<int> closed = MakeChan<int>(), ready = MakeChan<int>();
  closed.Close();
  ready.Close();
  std::optional<int> v;
  int panics = 0, others = 0;
  while (panics == 0 || others == 0) {
    const std::string panic = PanicOf([&] { Select(Send(closed, 1), Recv(ready, v)); });
    panic == "send on closed channel" ? ++panics : ++others;
  }
}

TEST(E23_SendOnClosed, PanicsWhenClosedWhileWaiting) {
  Chan<int> ch = MakeChan<int>(), other = MakeChan<int>();
  std::string panic;
  Routine selects([&] { panic = PanicOf([&] { Select(Send(ch, 1), Recv(other)); }); });
  selects.AwaitParked(WaitReason::kSelect);
  ch.Close();
  selects.Join();
  EXPECT_EQ(panic, "send on closed channel");
}

TEST(E24_Default, RunsOnlyIfNoneIsReady) {
  Chan<int> ch = MakeChan<int>(1);
  std::optional<int> v;
  EXPECT_EQ(Select(Default(), Recv(ch, v)), 0);
  for (int i = 0; i < 1000; ++i) {
    ch.Send(i);
    ASSERT_EQ(Select(Default(), Recv(ch, v)), 1);
    ASSERT_EQ(v, i);
  }
}

TEST(E25_DoubleSelect, NoCaseIsLostOrRunTwice) {
  // Go's doubleselect: a sender that may put each number into any of four channels; receivers that merge them. Each number
  // arrives once.
  constexpr int kNumbers = 4000;
  Chan<int> ways[4] = {MakeChan<int>(), MakeChan<int>(), MakeChan<int>(), MakeChan<int>()};
  Chan<int> merged = MakeChan<int>();
  Routine sender([&] {
    for (int i = 0; i < kNumbers; ++i) Select(Send(ways[0], i), Send(ways[1], i), Send(ways[2], i), Send(ways[3], i));
    for (const Chan<int>& way : ways) way.Close();
  });
  WaitGroup receivers;
  for (const Chan<int>& way : ways) {
    receivers.Go([&, way] {
      for (int& v : way) merged.Send(v);
    });
  }
  Routine closer([&] {
    receivers.Wait();
    merged.Close();
  });
  std::vector<int> seen(kNumbers);
  for (int& v : merged) ++seen[v];
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), kNumbers);
}

TEST(E26_Break, LeavesTheSelectOnly) {
  // In C++ it is the switch that break leaves.
  Chan<int> ch = MakeChan<int>(3);
  int rounds = 0;
  for (int i = 0; i < 3; ++i) {
    switch (Select(Send(ch, i), Default())) {
      case 0: break;
      default: ADD_FAILURE();
    }
    ++rounds;
  }
  EXPECT_EQ(rounds, 3);
}

TEST(Timeout, IsReadyAfterItsTimeAndNotBefore) {
  Chan<int> ch = MakeChan<int>();
  std::optional<int> v;
  const absl::Time start = absl::Now();
  EXPECT_EQ(Select(Recv(ch, v), Timeout(absl::Milliseconds(2))), 1);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(2));
  EXPECT_EQ(Select(Recv(ch, v), Timeout(absl::ZeroDuration())), 1);
  EXPECT_EQ(Select(Recv(ch, v), Timeout(-absl::Seconds(1))), 1);
}

TEST(DynamicForm, IsTheSame) {
  constexpr int kWays = 20;
  std::vector<Chan<int>> channels;
  std::vector<std::optional<int>> values(kWays);
  std::vector<SelectCase> cases;
  for (int i = 0; i < kWays; ++i) {
    channels.push_back(MakeChan<int>());
    cases.push_back(Recv(channels[i], values[i]));
  }
  Routine sender([&] {
    for (int i = 0; i < kWays; ++i) channels[i].Send(i);
  });
  for (int i = 0; i < kWays; ++i) {
    const int chosen = Select(std::span(cases));
    EXPECT_EQ(chosen, i);
    EXPECT_EQ(values[chosen], i);
  }
}

}  // namespace
}  // namespace gort::conformance
