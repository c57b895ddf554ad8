// What the tests of this package share.
#ifndef GORT_RUNTIME_SYNC_TEST_UTIL_H_
#define GORT_RUNTIME_SYNC_TEST_UTIL_H_

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sema/parked_for_test.h"

namespace gort {

// Lets the others run until `done` says so.
template <class Done>
void YieldUntil(Done done) {
  while (!done()) Gosched();
}

// For random tests: from the environment, to repeat a run, or a new one. Prints it. (Not SCOPED_TRACE: that keeps a list for each
// thread, and a test that is a goroutine may end on another thread than it began on.)
inline std::uint64_t TestSeed() {
  const char* given = std::getenv("GORT_FUZZ_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device()();
  std::printf("GORT_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

// A goroutine that the test can wait for.
class Actor {
 public:
  // `f` runs on a goroutine of its own.
  explicit Actor(std::function<void()> f) {
    Go([this, f = std::move(f)] {
      watched_.ThisIsMe();
      f();
      done_.store(true, std::memory_order_release);
    });
  }
  // The goroutine must be over before we are.
  ~Actor() { Join(); }

  // Returns once it waits for `reason`.
  void AwaitParked(runtime::WaitReason reason) const { watched_.AwaitParked(reason); }
  void Join() const {
    YieldUntil([this] { return IsDone(); });
  }
  bool IsDone() const { return done_.load(std::memory_order_acquire); }

 private:
  runtime::Watched watched_;
  std::atomic<bool> done_{false};
};

// Runs `work(random)` on `goroutines` goroutines and `threads` plain threads, each with random numbers of its own from `seed`, and
// returns when all are done.
template <class Work>
void RunEverywhere(int goroutines, int threads, std::uint64_t seed, Work work) {
  std::atomic<int> running{goroutines};
  for (int i = 0; i < goroutines; ++i) {
    Go([&work, &running, own = seed + static_cast<std::uint64_t>(i)] {
      std::mt19937_64 random(own);
      work(random);
      running.fetch_sub(1, std::memory_order_release);
    });
  }
  std::vector<std::thread> plain;
  for (int i = 0; i < threads; ++i) {
    plain.emplace_back([&work, own = seed + 1000 + static_cast<std::uint64_t>(i)] {
      std::mt19937_64 random(own);
      work(random);
    });
  }
  YieldUntil([&] { return running.load(std::memory_order_acquire) == 0; });
  for (std::thread& thread : plain) thread.join();
}

// An order of at most 64 events, as text. For events that happen one after the other, by themselves or under a lock.
class Log {
 public:
  void Add(char event) {
    const std::size_t at = size_.fetch_add(1, std::memory_order_acq_rel);
    events_[at].store(event, std::memory_order_release);
  }
  void Clear() { size_.store(0, std::memory_order_release); }
  std::string Text() const {
    std::string text;
    const std::size_t size = size_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < size; ++i) text += events_[i].load(std::memory_order_acquire);
    return text;
  }

 private:
  std::atomic<std::size_t> size_{0};
  std::atomic<char> events_[64] = {};
};

}  // namespace gort

#endif  // GORT_RUNTIME_SYNC_TEST_UTIL_H_
