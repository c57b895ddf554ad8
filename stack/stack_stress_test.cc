// Threads with caches of their own, that allocate and free, while another one scavenges.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include "gort/stack/stack.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 20'000;

// A stack belongs to one owner: whoever holds it writes its mark and must find it again.
void Mark(stack s, uint64_t mark) {
  *reinterpret_cast<uint64_t*>(s.hi - 8) = mark;
  *reinterpret_cast<uint64_t*>(s.hi - 6000) = mark;
}
bool HasMark(stack s, uint64_t mark) {
  return *reinterpret_cast<uint64_t*>(s.hi - 8) == mark && *reinterpret_cast<uint64_t*>(s.hi - 6000) == mark;
}

void Churn(int id, unsigned seed) {
  std::minstd_rand random(seed);
  StackCache cache{};
  struct Held {
    stack s;
    uint64_t mark;
  };
  std::vector<Held> held;
  constexpr size_t kSizes[] = {16 << 10, 64 << 10, kDefaultStackBytes, kDefaultStackBytes, 1 << 20, 2 << 20};
  for (int i = 0; i < kRounds; ++i) {
    StackCache* cache_or_null = random() % 8 == 0 ? nullptr : &cache;
    // Up to 200 held, in waves, so that whole magazines move both ways.
    const bool grow = held.size() < ((i / 500) % 2 == 0 ? 200 : 20);
    if (held.empty() || (grow && random() % 3 != 0)) {
      const stack s = stackalloc(cache_or_null, kSizes[random() % 6], nullptr);
      ASSERT_NE(s.hi, 0u);
      const uint64_t mark = (uint64_t{1} << 40) * (id + 1) + i;
      Mark(s, mark);
      held.push_back({s, mark});
    } else {
      const size_t which = random() % held.size();
      const Held h = held[which];
      held[which] = held.back();
      held.pop_back();
      ASSERT_TRUE(HasMark(h.s, h.mark));
      ASSERT_EQ(StackOf(h.s.lo).hi, h.s.hi);
      stackfree(cache_or_null, h.s);
    }
    if (random() % 2000 == 0) StackCacheFlush(&cache);
  }
  for (const Held& h : held) stackfree(&cache, h.s);
  StackCacheFlush(&cache);
}

TEST(StackStress, NoStackHasTwoOwnersAndNoneIsLost) {
  ASSERT_EQ(stackinit({}), StackError::kNone);
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::atomic<bool> done{false};
  std::thread scavenger([&] {
    std::minstd_rand random(seed);
    while (!done) {
      StackScavenge(random() % (64 << 20));
      ReadStackStats();
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([=] { Churn(i, seed + i + 1); });
  for (std::thread& t : threads) t.join();
  done = true;
  scavenger.join();
  const StackStats stats = ReadStackStats();
  for (const StackClassStats& c : stats.classes) EXPECT_EQ(c.free, c.touched) << c.size_bytes;
  EXPECT_EQ(stats.large_live, 0u);
}

}  // namespace
}  // namespace gort::runtime
