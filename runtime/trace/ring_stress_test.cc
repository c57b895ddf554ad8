// Rings that are overwritten while they are read. Every event is made of one number, so that one put together of two would show.
// Goal: no such event, order kept, whoever writes: goroutines on few or many Ps, or threads without a P.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gort/gort.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/trace/recording.h"
#include "gort/runtime/trace/snapshot.h"
#include "gtest/gtest.h"

namespace gort::trace::internal {
namespace {

using runtime::traceEv;

// A run of bytes that says of itself what it is: writer and number, many times.
std::string Message(std::uint64_t number) {
  return std::string(1 + number % runtime::kTraceMostMessage, static_cast<char>('a' + number % 26));
}

struct Writers {
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> written{0};
};

void WriteEvents(std::uint64_t writer, Writers* all) {
  for (std::uint64_t i = 0; !all->done.load(std::memory_order_relaxed); ++i) {
    const std::uint64_t number = writer << 32 | i;
    if (i % 8 == 0) {
      const std::string message = Message(number);
      runtime::traceUser(traceEv::kUserLog, number, number & 0xffffffff, {}, {message.data(), message.size()});
    } else {
      runtime::traceEvent(traceEv::kRegionEnd, ~number, number, number & 0xffffffff);
    }
    all->written.fetch_add(1, std::memory_order_relaxed);
    if (i % 16 == 0) Gosched();
  }
}

void CheckMessage(const Event& event) {
  const std::string message = Message(event.second);
  ASSERT_EQ(event.more_slots, (message.size() + runtime::kTraceTextBytes - 1) / runtime::kTraceTextBytes);
  std::string text;
  for (std::size_t i = 0; i < event.more_slots; ++i) {
    text.append(reinterpret_cast<const char*>(event.more[i].word), event.more[i].word[3] >> 8 & 0xff);
  }
  ASSERT_EQ(text, message);
}

// Returns how many of ours the snapshot had.
int CheckSnapshot(Snapshot* snapshot) {
  std::vector<std::uint64_t> last(64);
  Event event;
  int n = 0;
  while (snapshot->Next(&event)) {
    EXPECT_LE(event.ns, snapshot->duration_ns());
    if (event.type != traceEv::kUserLog && event.type != traceEv::kRegionEnd) continue;
    ++n;
    EXPECT_EQ(event.third, event.second & 0xffffffff);
    if (event.type == traceEv::kUserLog) {
      CheckMessage(event);
    } else {
      EXPECT_EQ(event.goid, ~event.second);
      EXPECT_EQ(event.more_slots, 0u);
    }
    const std::uint64_t writer = event.second >> 32;
    EXPECT_LT(writer, last.size());
    EXPECT_GT(event.second, last[writer]);  // each writer's own are in order
    last[writer] = event.second;
    if (testing::Test::HasFailure()) break;
  }
  return n;
}

void Stress(int procs, bool keep_first, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const int procs_before = GoMaxProcs(procs);
  Writers all;
  WaitGroup writers;
  for (std::uint64_t i = 1; i <= 4; ++i) writers.Go([&all, i] { WriteEvents(i, &all); });
  std::vector<std::thread> threads;
  for (std::uint64_t i = 5; i <= 6; ++i) threads.emplace_back([&all, i] { WriteEvents(i, &all); });
  for (int round = 0; round < 3; ++round) {
    Recording recording;
    ASSERT_TRUE(recording.Make({.ring_bytes = std::size_t{1} << (15 + random() % 4), .keep_first = keep_first, .keep_ns = 0}));
    recording.Begin();
    for (int snapshots = 0; snapshots < 4; ++snapshots) {
      const std::uint64_t until = all.written.load() + random() % 4'000 + 1;
      while (all.written.load() < until) Gosched();
      Snapshot snapshot;
      ASSERT_TRUE(snapshot.Take(recording));
      CheckSnapshot(&snapshot);  // of nothing, if the kernel let us wait while it was taken
      if (testing::Test::HasFailure()) break;
    }
    recording.End();
    Snapshot snapshot;
    ASSERT_TRUE(snapshot.Take(recording));
    const int n = CheckSnapshot(&snapshot);
    // Of the first, one P may have filled its ring before any writer had its turn; then the trace ends there.
    EXPECT_TRUE(keep_first || n > 0);
    if (testing::Test::HasFailure()) break;
  }
  all.done.store(true);
  writers.Wait();
  for (std::thread& thread : threads) Blocking([&] { thread.join(); });
  GoMaxProcs(procs_before);
}

class TraceRing : public testing::TestWithParam<int> {};

TEST_P(TraceRing, NoEventIsMadeOfTwo) {
  const std::uint64_t seed = std::random_device()();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  Stress(GetParam(), false, seed);
  Stress(GetParam(), true, seed);
}

INSTANTIATE_TEST_SUITE_P(Procs, TraceRing, testing::Values(1, 2, 8));

}  // namespace
}  // namespace gort::trace::internal
