#include "gort/runtime/lock/note.h"

#include <cstdint>
#include <cstdio>
#include <random>
#include <thread>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

TEST(Note, WakeUpThatCameFirstIsNotLost) {
  note n{};
  notewakeup(&n);
  notesleep(&n);
  EXPECT_TRUE(notetsleep(&n, 0));
  noteclear(&n);
  EXPECT_FALSE(notetsleep(&n, 0));
}

TEST(Note, TimedSleepLastsAtLeastItsTime) {
  note n{};
  const int64_t start = sys::Nanotime();
  EXPECT_FALSE(notetsleep(&n, 3'000'000));
  EXPECT_GE(sys::Nanotime() - start, 3'000'000);
}

TEST(Note, TimedSleepEndsWithTheWakeUp) {
  for (int64_t ns : {int64_t{-1}, int64_t{3600} * 1'000'000'000, INT64_MAX}) {
    note n{};
    std::thread waker([&] { notewakeup(&n); });
    EXPECT_TRUE(notetsleep(&n, ns));
    waker.join();
  }
}

TEST(NoteDeathTest, SecondWakeUpStopsTheProgram) {
  note n{};
  notewakeup(&n);
  EXPECT_EXIT(notewakeup(&n), ::testing::ExitedWithCode(2), "fatal error: notewakeup: the note was already woken");
}

// Two threads hand a plain counter back and forth through two notes; TSan checks that each wake-up orders it.
TEST(NoteStress, PingPongOrdersWhatItHandsOver) {
  static note ping, pong;
  static uint64_t plain_counter;
  constexpr int kRounds = 20'000;
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::thread other([=] {
    std::minstd_rand random(seed + 1);
    for (int i = 0; i < kRounds; ++i) {
      notesleep(&ping);
      noteclear(&ping);
      ++plain_counter;
      for (unsigned j = random() % 100; j > 0; --j) asm volatile("");
      notewakeup(&pong);
    }
  });
  std::minstd_rand random(seed);
  for (int i = 0; i < kRounds; ++i) {
    ++plain_counter;
    notewakeup(&ping);
    // Sometimes a wait that times out again and again, racing with the wake-up, instead of one that lasts.
    if (random() % 2 == 0) {
      while (!notetsleep(&pong, random() % 2000)) {
      }
    } else {
      notesleep(&pong);
    }
    noteclear(&pong);
  }
  other.join();
  EXPECT_EQ(plain_counter, uint64_t{2} * kRounds);
}

}  // namespace
}  // namespace gort::runtime
