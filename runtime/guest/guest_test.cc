// The runtime as a guest: this test has libc's entry point and GoogleTest's own main, on an ordinary thread.

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/guest/guest.h"
#include "gort/runtime/time/time.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

void WaitFor(const std::atomic<int>& count, int n) {
  while (count != n) std::this_thread::yield();
}

// In a constructor of the program, before main.
std::atomic<int> constructed = 0;
const bool constructor_ran = [] {
  Go([] { ++constructed; });
  return true;
}();

TEST(AGuest, MayStartGoroutinesInConstructors) {
  EXPECT_TRUE(constructor_ran);
  while (constructed != 1) std::this_thread::yield();
}

// A timer alone.
TEST(AGuest, MaySetATimerBeforeAnyGoroutine) {
  const auto before = std::chrono::steady_clock::now();
  Sleep(std::chrono::milliseconds(1));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(1));
}

TEST(Guest, FirstGoesOfManyThreadsStartTheScheduler) {
  std::atomic<int> ran = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&ran] {
      Go([&ran] { ++ran; });
    });
  }
  for (auto& thread : threads) thread.join();
  WaitFor(ran, 8);
}

TEST(Guest, MainIsNoGoroutine) {
  EXPECT_FALSE(OnGoroutine());
  EXPECT_EQ(Goid(), 0u);
  Gosched();
}

TEST(Run, ReturnsWhatMainReturns) {
  EXPECT_EQ(gort::Run([] { return 7; }), 7);
  EXPECT_EQ(gort::Run([] { return OnGoroutine() ? 8 : 9; }), 8);
}

TEST(Run, LeavesOthersRunning) {
  std::atomic<int> ran = 0;
  std::atomic<bool> go_on = false;
  gort::Run([&] {
    Go([&] {
      while (!go_on) Gosched();
      ++ran;
    });
    return 0;
  });
  EXPECT_EQ(ran, 0);
  go_on = true;
  WaitFor(ran, 1);
}

TEST(Run, MayBeCalledByManyThreadsAndByGoroutines) {
  std::atomic<int> sum = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&sum] {
      for (int n = 0; n < 100; ++n) sum += gort::Run([] { return gort::Run([] { return 1; }); });
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(sum, 800);
}

TEST(Run, HasTheStackOfAMain) {
  EXPECT_EQ(gort::Run([] {
              volatile char big[4 << 20];
              big[0] = 1;
              return static_cast<int>(big[0]);
            }),
            1);
}

TEST(GuestThread, IdsAndProcsWorkBeforeAnyGoroutine) {
  const int before = GoMaxProcs(3);
  EXPECT_EQ(GoMaxProcs(before), 3);
  EXPECT_GE(NumCPU(), 1);
}

// A thread's g goes back when it ends: ten thousand threads need no more memory than a few.
TEST(GuestThread, ManyShortThreads) {
  std::atomic<int> ran = 0;
  for (int i = 0; i < 500; ++i) {
    std::thread([&ran] {
      gort::Run([&ran] { return ++ran; });
    }).join();
  }
  EXPECT_EQ(ran, 500);
}

}  // namespace
}  // namespace gort
