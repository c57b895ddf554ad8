// Timers used from many goroutines and plain threads at once. Each test prints its seed.

#include <atomic>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/select/select.h"
#include "gort/runtime/time/heaps_testing.h"
#include "gort/runtime/time/time.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

constexpr absl::Duration kLong = absl::Hours(1);

using Random = std::minstd_rand;

// Runs body(random) on `goroutines` goroutines and `threads` plain threads, and waits for all of them.
void Everywhere(int goroutines, int threads, const std::function<void(Random*)>& body) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::atomic<int> left{goroutines};
  for (int i = 0; i < goroutines; ++i) {
    Go([&, random = Random(seed + i)]() mutable {
      body(&random);
      --left;
    });
  }
  std::vector<std::thread> plain;
  for (int i = 0; i < threads; ++i) {
    plain.emplace_back([&, random = Random(seed + goroutines + i)]() mutable { body(&random); });
  }
  while (left > 0) Sleep(absl::Milliseconds(1));
  for (std::thread& t : plain) {
    Blocking([&] { t.join(); });
  }
}

absl::Duration Soon(Random* random) { return absl::Nanoseconds((*random)() % 100'000); }

TEST(TimeStress, NothingStaleAfterResetOrStop) {
  Everywhere(8, 2, [](Random* random) {
    Timer timer(Soon(random));
    for (int i = 0; i < 300; ++i) {
      switch ((*random)() % 4) {
        case 0:
          timer.C().TryRecv();
          break;
        case 1: {
          // Sometimes the scheduler sends, sometimes the select's look does, sometimes nobody.
          std::optional<absl::Time> t;
          Select(Recv(timer.C(), t), Timeout(Soon(random)));
          break;
        }
        case 2:
          Sleep(Soon(random));
          break;
        case 3:
          Gosched();
          break;
      }
      if ((*random)() % 2 == 0) {
        timer.Stop();
      } else {
        timer.Reset(kLong);
      }
      EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
      timer.Reset(Soon(random));
    }
  });
  EXPECT_EQ(TimersInHeaps(), 0u);
}

// Everybody restarts one timer and receives from it. In the end it is as it was left.
TEST(TimeStress, OneTimerForAll) {
  Timer timer(kLong);
  std::atomic<int> received{0};
  std::atomic<int> started{0};
  Everywhere(8, 2, [&](Random* random) {
    for (int i = 0; i < 300; ++i) {
      switch ((*random)() % 4) {
        case 0:
          ++started;
          timer.Reset(Soon(random));
          break;
        case 1:
          timer.Stop();
          break;
        default: {
          std::optional<absl::Time> t;
          if (Select(Recv(timer.C(), t), Timeout(Soon(random))) == 0) ++received;
        }
      }
    }
  });
  timer.Stop();
  EXPECT_EQ(timer.C().TryRecv().status, RecvStatus::kEmpty);
  EXPECT_LE(received, started);
  EXPECT_EQ(TimersInHeaps(), 0u);
}

TEST(TimeStress, EveryAfterFuncIsCalledOrPreventedOnce) {
  constexpr int kShared = 4;
  std::atomic<int> calls{0};
  std::atomic<int> starts{0};
  std::atomic<int> prevented{0};
  {
    std::vector<Timer> timers;
    for (int i = 0; i < kShared; ++i)
      timers.push_back(AfterFunc(Soon(std::make_unique<Random>(i).get()), [&] { ++calls; }));
    starts = kShared;
    Everywhere(8, 2, [&](Random* random) {
      for (int i = 0; i < 300; ++i) {
        const Timer timer = timers[(*random)() % kShared];
        if ((*random)() % 3 == 0) {
          prevented += timer.Stop();
        } else {
          ++starts;
          prevented += timer.Reset(Soon(random));
        }
        if ((*random)() % 8 == 0) Sleep(Soon(random));
      }
    });
    for (const Timer& timer : timers) prevented += timer.Stop();
  }
  while (calls + prevented < starts) Sleep(absl::Milliseconds(1));
  while (NumGoroutine() > 1) Gosched();
  EXPECT_EQ(calls + prevented, starts);
  EXPECT_EQ(TimersInHeaps(), 0u);
}

// Handles and channels go while others wait and timers fire: ASan sees what is used too late.
TEST(TimeStress, HandlesMayGoAtAnyMoment) {
  Everywhere(8, 2, [](Random* random) {
    for (int i = 0; i < 200; ++i) {
      std::optional<absl::Time> t;
      Ticker ticker(absl::Nanoseconds(1 + (*random)() % 50'000));
      Go([c = ticker.C(), n = (*random)() % 3] {
        for (unsigned k = 0; k < n; ++k) c.Recv();
      });
      Select(Recv(ticker.C(), t), Recv(After(Soon(random)), t), Timeout(Soon(random)));
      AfterFunc(Soon(random), [c = ticker.C()] { c.TryRecv(); });
    }
  });
  while (NumGoroutine() > 1) Sleep(absl::Milliseconds(1));
}

TEST(TimeStress, SleepersSurviveChangesOfTheNumberOfPs) {
  std::atomic<bool> stop{false};
  Go([&] {
    for (int n = 1; !stop; n = n % 8 + 1) {
      GoMaxProcs(n);
      Sleep(absl::Microseconds(200));
    }
    GoMaxProcs(2);
    stop = false;
  });
  Everywhere(20, 2, [](Random* random) {
    for (int i = 0; i < 100; ++i) Sleep(Soon(random));
  });
  stop = true;
  while (stop) Sleep(absl::Milliseconds(1));
}

}  // namespace
}  // namespace gort
