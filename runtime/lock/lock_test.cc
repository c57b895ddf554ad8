#include "gort/runtime/lock/lock.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include "gort/runtime/lock/islocked.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

// Starts `n` threads that run body(i, seed_i), and joins them. The seed is printed, so that a failure can be run again.
template <typename Body>
void OnThreads(int n, Body body) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back([=] { body(i, seed + i); });
  for (std::thread& t : threads) t.join();
}

TEST(Mutex, TryLockTellsWhetherItIsHeld) {
  mutex l{};
  EXPECT_TRUE(trylock(&l));
  EXPECT_FALSE(trylock(&l));
  unlock(&l);
  lock(&l);
  EXPECT_FALSE(trylock(&l));
  EXPECT_TRUE(islocked(l));
  unlock(&l);
  EXPECT_FALSE(islocked(l));
}

TEST(MutexDeathTest, UnlockOfAnUnlockedMutexStopsTheProgram) {
  mutex l{};
  EXPECT_EXIT(unlock(&l), ::testing::ExitedWithCode(2), "fatal error: unlock of a runtime mutex that is not locked");
}

// More threads than CPUs and critical sections of random length, so that every state occurs: spinning, sleeping, woken
// while somebody else sleeps, taken by a newcomer before the woken one runs. A lost wake-up shows as a test that never
// ends.
TEST(MutexStress, CountsExactlyAndWakesEverybody) {
  static mutex l;
  static uint64_t plain_counter;  // not atomic: TSan checks that the lock orders it
  plain_counter = 0;
  constexpr int kThreads = 8;
  constexpr int kRounds = 20'000;
  OnThreads(kThreads, [](int, unsigned seed) {
    std::minstd_rand random(seed);
    for (int i = 0; i < kRounds; ++i) {
      if (random() % 4 == 0) {
        while (!trylock(&l)) std::this_thread::yield();
      } else {
        lock(&l);
      }
      for (unsigned j = random() % 50; j > 0; --j) asm volatile("");
      ++plain_counter;
      if (random() % 1000 == 0) std::this_thread::yield();  // let the others pile up behind the lock
      unlock(&l);
    }
  });
  EXPECT_EQ(plain_counter, uint64_t{kThreads} * kRounds);
  EXPECT_EQ(l.key.load(), 0u);
}

// Two locks and threads that change between them: a wake-up that went to the wrong word would leave somebody asleep.
TEST(MutexStress, ProtectsOneHolderAtATime) {
  static mutex locks[2];
  static int holders[2];
  OnThreads(6, [](int id, unsigned seed) {
    std::minstd_rand random(seed);
    for (int i = 0; i < 10'000; ++i) {
      const int which = random() % 2;
      lock(&locks[which]);
      EXPECT_EQ(holders[which], 0);
      holders[which] = id + 1;
      for (unsigned j = random() % 20; j > 0; --j) asm volatile("");
      EXPECT_EQ(holders[which], id + 1);
      holders[which] = 0;
      unlock(&locks[which]);
    }
  });
}

}  // namespace
}  // namespace gort::runtime
