// Compiled with GORT_LOCKRANK=1 in every configuration, with a lock.cc of its own.
#include "gort/runtime/lock/lockrank.h"

#include <atomic>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include "gort/runtime/lock/islocked.h"
#include "gort/runtime/lock/lock.h"
#include "gtest/gtest.h"

static_assert(GORT_LOCKRANK, "this target must be compiled with it");

namespace gort::runtime {
namespace {

// In the order of their addresses.
mutex chans[3];
mutex timers_lock = lockRanked(lockRankTimers);
mutex other_timers_lock = lockRanked(lockRankTimers);
mutex start = lockRanked(lockRankStart);
mutex sched_lock = lockRanked(lockRankSched);
mutex leaf, other_leaf;

class LockRank : public ::testing::Test {
 protected:
  void SetUp() override {
    for (mutex& c : chans) lockInit(&c, lockRankHchan);
  }
};
using LockRankDeathTest = LockRank;

const ::testing::ExitedWithCode kStatus(2);

TEST_F(LockRank, WhatTheGraphAllowsIsSilent) {
  lock(&start);
  lock(&timers_lock);  // by way of world
  lock(&leaf);
  unlock(&start);  // in any order
  unlock(&leaf);
  unlock(&timers_lock);
  lock(&sched_lock);
  unlock(&sched_lock);
  assertNoLocks("test");
}

TEST_F(LockRank, ALockKeepsItsRank) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(trylock(&sched_lock));
    EXPECT_FALSE(trylock(&sched_lock));
    unlock(&sched_lock);
    EXPECT_EQ(sched_lock.key.load(), uintptr_t{lockRankSched} << 32);
  }
}

TEST_F(LockRank, ARankIsNoHolder) {
  EXPECT_FALSE(islocked(sched_lock));
  lock(&sched_lock);
  EXPECT_TRUE(islocked(sched_lock));
  unlock(&sched_lock);
  EXPECT_FALSE(islocked(sched_lock));
}

TEST_F(LockRank, ChannelsAreLockedInTheOrderOfTheirAddresses) {
  for (mutex& c : chans) lock(&c);
  lock(&timers_lock);
  unlock(&timers_lock);
  for (mutex& c : chans) unlock(&c);
}

TEST_F(LockRank, TwoOfARankByARuleOfTheirOwn) {
  for (mutex* first : {&timers_lock, &other_timers_lock}) {
    mutex* second = first == &timers_lock ? &other_timers_lock : &timers_lock;
    lock(first);
    lock(second);
    unlock(second);
    unlock(first);
  }
}

TEST_F(LockRankDeathTest, AViolationNamesBothRanks) {
  lock(&timers_lock);
  EXPECT_EXIT(
      lock(&sched_lock), kStatus,
      "fatal error: lock order: taking sched while holding timers, which runtime/lock/lockrank.h does not allow");
  unlock(&timers_lock);
}

TEST_F(LockRankDeathTest, NotOnlyTheInnermostLockCounts) {
  lock(&start);
  lock(&timers_lock);
  EXPECT_EXIT(lock(&chans[0]), kStatus, "taking hchan while holding start");
  unlock(&start);
  EXPECT_EXIT(lock(&chans[0]), kStatus, "taking hchan while holding timers");
  unlock(&timers_lock);
}

TEST_F(LockRankDeathTest, NothingIsTakenUnderALeaf) {
  lock(&leaf);
  EXPECT_EXIT(lock(&sched_lock), kStatus, "taking sched while holding leaf");
  EXPECT_EXIT(lock(&other_leaf), kStatus, "taking leaf while holding leaf; one at a time");
  unlock(&leaf);
}

TEST_F(LockRankDeathTest, TakingALockTwiceIsNoHang) {
  lock(&sched_lock);
  EXPECT_EXIT(lock(&sched_lock), kStatus, "taking sched while holding sched; one at a time");
  unlock(&sched_lock);
  lock(&chans[1]);
  EXPECT_EXIT(lock(&chans[1]), kStatus, "taking hchan while holding hchan at the same or a higher address");
  EXPECT_EXIT(lock(&chans[0]), kStatus, "taking hchan while holding hchan at the same or a higher address");
  unlock(&chans[1]);
}

// trylock cannot wait, so it is allowed; what is waited for afterwards is checked against it.
TEST_F(LockRankDeathTest, TrylockIsRecorded) {
  lock(&sched_lock);
  EXPECT_TRUE(trylock(&chans[0]));
  EXPECT_EXIT(lock(&chans[1]), kStatus, "taking hchan while holding sched");
  unlock(&chans[0]);
  unlock(&sched_lock);
}

TEST_F(LockRankDeathTest, AnotherThreadsLockIsNotOursToRelease) {
  lock(&sched_lock);
  std::thread([] {
    EXPECT_EXIT(unlock(&sched_lock), kStatus, "releasing sched, which this thread does not hold");
  }).join();
  unlock(&sched_lock);
}

TEST_F(LockRankDeathTest, WhatMayStopTheThreadWantsNoLocks) {
  lock(&leaf);
  EXPECT_EXIT(assertNoLocks("goready"), kStatus, "goready while holding leaf");
  unlock(&leaf);
  assertNoLocks("goready");
}

// Each thread is judged by its own locks: many threads hold, release and find their entries at the same time, and the
// memory of threads that ended serves new ones.
TEST_F(LockRank, ThreadsDoNotMeetInTheTable) {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 16; ++i) {
      threads.emplace_back([=] {
        std::minstd_rand random(seed + i);
        mutex own_world = lockRanked(lockRankWorld), own_timers = lockRanked(lockRankTimers), own_leaf{};
        for (int j = 0; j < 500; ++j) {
          const unsigned which = random();
          if (which & 1) lock(&own_world);
          if (which & 2) lock(&own_timers);
          if (which & 4) lock(&own_leaf);
          if (which & 8) std::this_thread::yield();
          if (which & 1) unlock(&own_world);
          if (which & 2) unlock(&own_timers);
          if (which & 4) unlock(&own_leaf);
          assertNoLocks("test");
          lock(&leaf);
          unlock(&leaf);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace gort::runtime
