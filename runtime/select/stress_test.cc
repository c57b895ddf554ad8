// Channels and select under load: goroutines and plain threads, random operations, from a seed that is printed.
//
// What must hold at the end: each value was received exactly once or is still in a buffer, every instance is destroyed, and
// nobody is left in a queue.
// (No SCOPED_TRACE in here: its stack of messages is the thread's, and a goroutine may end the scope on another one.)
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gort/runtime/channel/chan_testing.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/select/select.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using testing::Receivers;
using testing::Senders;
using testing::Tracked;

// Runs f(0) to f(n-1): the first `threads` of them on threads, the others on goroutines; returns when all have ended.
void RunAll(int n, int threads, const std::function<void(int)>& f) {
  const auto ended = MakeChan<Unit>();
  std::vector<std::thread> running;
  for (int i = 0; i < n; ++i) {
    const auto run = [&f, ended, i] {
      f(i);
      ended.Send({});
    };
    if (i < threads) {
      running.emplace_back(run);
    } else {
      Go(run);
    }
  }
  for (int i = 0; i < n; ++i) ended.Recv();
  for (std::thread& thread : running) thread.join();
}

void AwaitNoneAlive() {
  testing::Await([] { return Tracked::alive == 0; });
}

// One random way to receive from ch; false when it is closed.
bool ReceiveSomehow(std::mt19937& random, const Chan<Tracked>& ch, std::optional<Tracked>& v) {
  const Chan<Tracked> nil;
  std::optional<Tracked> none;
  v.reset();
  switch (random() % 5) {
    case 0:
      v = ch.Recv();
      return v.has_value();
    case 1: {
      auto result = ch.TryRecv();
      v = std::move(result.value);
      return result.status != RecvStatus::kClosed;
    }
    case 2:
      return Select(Recv(nil, none), Recv(ch, v), Timeout(absl::Microseconds(random() % 50))) != 1 || v.has_value();
    case 3:
      // Twice the same channel: whichever is served, the other entry must go.
      switch (Select(Recv(ch, v), Recv(ch, none))) {
        case 0:
          return v.has_value();
        default:
          v = std::exchange(none, std::nullopt);
          return v.has_value();
      }
    default:
      return Select(Recv(ch, v), Default()) != 0 || v.has_value();
  }
}

// One random way to send `value`, again and again until it is gone.
void SendSomehow(std::mt19937& random, const Chan<Tracked>& ch, int value) {
  Tracked v(value);
  for (;;) {
    switch (random() % 4) {
      case 0:
        ch.Send(std::move(v));
        return;
      case 1:
        if (ch.TrySend(std::move(v))) return;
        break;
      case 2:
        if (Select(Send(ch, std::move(v)), Timeout(absl::Microseconds(random() % 50))) == 0) return;
        break;
      default:
        if (Select(Send(ch, std::move(v)), Send(Chan<int>(), 1), Default()) == 0) return;
        break;
    }
    ASSERT_EQ(v.value(), value) << "a value that was not sent must be untouched";
    Gosched();
  }
}

void ManySendersAndReceivers(std::uint32_t seed, int cap) {
  constexpr int kSenders = 6;
  constexpr int kReceivers = 5;
  constexpr int kThreads = 2;  // of each
  constexpr int kEach = 400;
  const auto ch = MakeChan<Tracked>(cap);
  std::vector<std::atomic<int>> received(kSenders * kEach);
  std::atomic<int> sending{kSenders};
  RunAll(kSenders + kReceivers, kThreads, [&](int i) {
    // Threads come first, so senders and receivers take turns in the numbering.
    const bool is_sender = i % 2 == 0 || i > 2 * kReceivers;
    std::mt19937 random(seed + i);
    if (is_sender) {
      for (int n = 0; n < kEach; ++n) SendSomehow(random, ch, i / 2 * kEach + n);
      if (--sending == 0) ch.Close();
    } else {
      std::optional<Tracked> v;
      while (ReceiveSomehow(random, ch, v)) {
        if (v.has_value()) {
          ++received[v->value()];
        } else {
          Gosched();
        }
      }
    }
  });
  for (std::size_t i = 0; i < received.size(); ++i) ASSERT_EQ(received[i], 1) << "value " << i << ", cap " << cap;
  EXPECT_EQ(Receivers(ch), 0);
  EXPECT_EQ(Senders(ch), 0);
  EXPECT_EQ(ch.Len(), 0);
  AwaitNoneAlive();
}

TEST(ChannelStress, EachValueArrivesOnce) {
  const std::uint32_t seed = testing::Seed();
  for (const int cap : {0, 1, 7, 128}) {
    ManySendersAndReceivers(seed, cap);
  }
}

// Workers select among random channels, to send, to receive and with timeouts, while the channels are closed one by one.
TEST(SelectStress, SelectsClosesAndTimeoutsLoseNothing) {
  constexpr int kChannels = 5;
  constexpr int kWorkers = 10;
  constexpr int kThreads = 2;
  constexpr int kRounds = 300;
  const std::uint32_t seed = testing::Seed();
  std::vector<Chan<Tracked>> ch;
  for (int i = 0; i < kChannels; ++i) ch.push_back(MakeChan<Tracked>(i % 3));
  std::atomic<int> sent{0};
  std::atomic<int> received{0};
  std::atomic<int> working{kWorkers};

  RunAll(kWorkers + 1, kThreads, [&](int i) {
    std::mt19937 random(seed + i);
    if (i == kWorkers) {
      // The closer: one channel for each quarter of the workers' rounds, roughly; the last when they have ended.
      for (int c = 0; c + 1 < kChannels; ++c) {
        const int until = (c + 1) * kWorkers * kRounds / (2 * kChannels);
        testing::Await([&] { return sent + received > until || working == 0; });
        ch[c].Close();
      }
      return;
    }
    for (int round = 0; round < kRounds; ++round) {
      std::vector<SelectCase> cases;
      std::vector<bool> sends;
      std::vector<std::optional<Tracked>> values(2 + random() % 4);
      for (auto& v : values) {
        const auto& c = ch[random() % kChannels];
        sends.push_back(random() % 2 == 0);
        cases.push_back(sends.back() ? SelectCase(Send(c, Tracked(round))) : SelectCase(Recv(c, v)));
      }
      cases.push_back(Timeout(absl::Microseconds(random() % 100)));
      sends.push_back(false);
      try {
        const std::size_t chosen = Select(cases);
        if (sends[chosen]) {
          ++sent;
        } else if (chosen < values.size() && values[chosen].has_value()) {
          ++received;
        }
      } catch (const PanicError& panic) {
        EXPECT_STREQ(panic.what(), "send on closed channel");
      }
    }
    --working;
  });

  std::int64_t buffered = 0;
  for (const auto& c : ch) {
    EXPECT_EQ(Receivers(c), 0);
    EXPECT_EQ(Senders(c), 0);
    buffered += c.Len();
  }
  EXPECT_EQ(sent, received + buffered);
  ch.clear();
  AwaitNoneAlive();
}

// Every select has a channel and a timeout that come at about the same time: both wake it, one wins.
TEST(SelectStress, TimeoutsAndSendersRaceForASelect) {
  const std::uint32_t seed = testing::Seed();
  constexpr int kPairs = 4;
  constexpr int kRounds = 1'000;
  std::atomic<int> sent{0};
  std::atomic<int> received{0};
  RunAll(2 * kPairs, 2, [&, ch = [] {
           std::vector<Chan<int>> made;
           for (int i = 0; i < kPairs; ++i) made.push_back(MakeChan<int>());
           return made;
         }()](int i) {
    std::mt19937 random(seed + i);
    const auto& mine = ch[i / 2];
    for (int round = 0; round < kRounds; ++round) {
      const absl::Duration patience = absl::Microseconds(random() % 20);
      if (i % 2 == 0) {
        if (Select(Send(mine, round), Timeout(patience)) == 0) ++sent;
      } else {
        std::optional<int> v;
        if (Select(Recv(mine, v), Timeout(patience)) == 0) ++received;
      }
    }
  });
  EXPECT_EQ(sent, received);
}

}  // namespace
}  // namespace gort
