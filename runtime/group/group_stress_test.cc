// Groups, tasks and semaphores under many goroutines and threads at once, with choices at random.

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/group/group.h"
#include "gort/runtime/group/semaphore.h"
#include "gort/runtime/group/task.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

unsigned Seed() {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  return seed;
}

// Groups within groups with errors, exceptions, Goexit and limits at random; nothing is lost and nothing hangs.
TEST(GroupStress, NestedWithEveryEnd) {
  const unsigned seed = Seed();
  std::atomic<int> started = 0;
  std::atomic<int> left = 0;
  struct Left {
    std::atomic<int>* count;
    ~Left() { count->fetch_add(1); }
  };
  Group outer;
  outer.SetLimit(4);
  for (unsigned i = 0; i < 200; ++i) {
    outer.Go([&, i] {
      std::minstd_rand random(seed + i);
      Group inner(outer.context());
      inner.SetLimit(static_cast<int>(random() % 3) + 1);
      const unsigned count = random() % 12;
      unsigned failing = 0;
      for (unsigned k = 0; k < count; ++k) {
        const unsigned end = random() % 8;
        failing += end < 2 ? 1 : 0;
        started.fetch_add(1);
        inner.Go([&, end]() -> absl::Status {
          const Left leave{&left};
          if (end % 2 == 0) Gosched();
          switch (end) {
            case 0:
              return absl::NotFoundError("failed");
            case 1:
              throw std::runtime_error("thrown");
            case 2:
              Goexit();
            default:
              return absl::OkStatus();
          }
        });
      }
      bool failed = false;
      try {
        failed = !inner.Wait().ok();
      } catch (const std::runtime_error&) {
        failed = true;
      }
      EXPECT_EQ(failed, failing != 0);
    });
  }
  EXPECT_TRUE(outer.Wait().ok());
  EXPECT_EQ(left, started);
}

// Fibonacci the wrong way: thousands of tasks that end before, while and after somebody joins them.
TEST(TaskStress, EveryJoinSeesTheResult) {
  const unsigned seed = Seed();
  std::function<int(int, unsigned)> fib = [&](int n, unsigned random) -> int {
    if (n < 2) return n;
    Task<int> left = Spawn([&] { return fib(n - 1, random * 48271u + 1); });
    Task<int> right = Spawn([&] { return fib(n - 2, random * 48271u + 2); });
    if (random % 3 == 0) Gosched();
    return random % 2 == 0 ? left.Join() + right.Join() : right.Join() + left.Join();
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 2; ++i) threads.emplace_back([&, i] { EXPECT_EQ(fib(12, seed + i), 144); });
  EXPECT_EQ(fib(16, seed + 2), 987);
  for (std::thread& thread : threads) thread.join();
}

// Goroutines and threads take random amounts, some of them with contexts that end while they wait.
TEST(SemaphoreStress, NeverMoreThanThereAre) {
  constexpr int kSize = 7;
  constexpr int kRounds = 2000;
  const unsigned seed = Seed();
  Semaphore semaphore(kSize);
  std::atomic<std::int64_t> held = 0;
  auto act = [&](unsigned id) {
    std::minstd_rand random(seed + id);
    for (int i = 0; i < kRounds; ++i) {
      const std::int64_t n = random() % kSize + 1;
      bool acquired = true;
      switch (random() % 4) {
        case 0:
          acquired = semaphore.TryAcquire(n);
          break;
        case 1: {
          auto pair = WithCancel(Background());
          const Task<void> canceler = Spawn([cancel = pair.second] { cancel(); });
          acquired = semaphore.Acquire(pair.first, n).ok();
          break;
        }
        default:
          semaphore.Acquire(n);
      }
      if (!acquired) continue;
      ASSERT_LE(held.fetch_add(n) + n, kSize);
      if (random() % 2 == 0) Gosched();
      held.fetch_sub(n);
      semaphore.Release(n);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned id = 0; id < 2; ++id) threads.emplace_back(act, id);
  Group group;
  for (unsigned id = 2; id < 8; ++id) group.Go([&, id] { act(id); });
  EXPECT_TRUE(group.Wait().ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(semaphore.TryAcquire(kSize)) << "all units came back";
}

}  // namespace
}  // namespace gort
