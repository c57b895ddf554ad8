// Trees of contexts that grow, end and fall apart under many goroutines and threads at once.

#include <atomic>
#include <cstdio>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

unsigned Seed() {
  const unsigned seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  return seed;
}

bool IsDone(const Context& ctx) { return ctx.Done().TryRecv().status == RecvStatus::kClosed; }

// Who sees Done() closed sees an error, and the other way round.
TEST(E50ErrDoneRace, ErrIsSetWhenDoneIsClosed) {
  for (int round = 0; round < 300; ++round) {
    auto [ctx, cancel] = WithCancel(Background());
    WaitGroup group;
    group.Add(4);
    for (int i = 0; i < 2; ++i) {
      Go([ctx = ctx, &group] {
        ctx.Done().Recv();
        EXPECT_FALSE(ctx.Err().ok());
        EXPECT_FALSE(ctx.Cause().ok());
        group.Done();
      });
      Go([ctx = ctx, &group] {
        while (ctx.Err().ok()) Gosched();
        EXPECT_TRUE(IsDone(ctx));
        group.Done();
      });
    }
    Gosched();
    cancel();
    group.Wait();
  }
}

// Several cancel one context: each finds the whole tree ended when its call returns, and one cause won.
TEST(E43Race, EveryCancelReturnsToAnEndedTree) {
  for (int round = 0; round < 300; ++round) {
    auto [root, cancel] = WithCancelCause(Background());
    std::vector<Context> below;
    for (int i = 0; i < 4; ++i) {
      below.push_back(WithCancel(root).first);
      below.push_back(WithCancel(below.back()).first);
    }
    WaitGroup group;
    group.Add(4);
    for (int i = 0; i < 4; ++i) {
      Go([&, cancel = cancel, i] {
        cancel(absl::UnknownError(std::string(1, static_cast<char>('a' + i))));
        for (const Context& ctx : below) {
          EXPECT_TRUE(IsDone(ctx));
          EXPECT_EQ(ctx.Cause(), below[0].Cause());
        }
        group.Done();
      });
    }
    group.Wait();
  }
}

// Actors derive from each other's contexts, cancel them, register and stop functions, and drop handles.
class Churn {
 public:
  explicit Churn(const Context& root) : root_(root), pool_(kPool, {root, CancelFunc()}) {}

  void Act(unsigned seed) {
    std::minstd_rand random(seed);
    for (int i = 0; i < kRounds; ++i) {
      auto [ctx, cancel] = Get(random);
      switch (random() % 8) {
        case 0:
        case 1:
          Put(random, WithCancel(ctx));
          break;
        case 2:
          Put(random, WithTimeout(WithValue(ctx, "k", i), absl::Microseconds(random() % 2000)));
          break;
        case 3:
          Put(random, WithTimeout(ctx, absl::Hours(1)));
          break;
        case 4:
          Put(random, {root_, CancelFunc()});
          break;
        case 5:
          Register(ctx);
          break;
        case 6:
          if (StopFunc stop = Register(ctx); random() % 2 == 0 && stop()) stopped_.fetch_add(1);
          break;
        case 7:
          cancel();
          break;
      }
      if (!ctx.Err().ok()) {
        ASSERT_TRUE(IsDone(ctx));
        ASSERT_FALSE(ctx.Cause().ok());
        ASSERT_FALSE(WithCancel(ctx).first.Err().ok());
      }
      if (random() % 16 == 0) Gosched();
    }
  }

  // Of each function registered: it ran, or was stopped, and does not exist any more.
  bool AllSettled() const { return functions_.load() == 0 && ran_.load() + stopped_.load() == registered_.load(); }

 private:
  static constexpr int kPool = 16;
  static constexpr int kRounds = 2000;

  // Counts the functions that exist.
  class Alive {
   public:
    explicit Alive(std::atomic<int>* count) : count_(count) { count_->fetch_add(1); }
    Alive(Alive&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    ~Alive() {
      if (count_ != nullptr) count_->fetch_sub(1);
    }

   private:
    std::atomic<int>* count_;
  };

  std::pair<Context, CancelFunc> Get(std::minstd_rand& random) {
    std::lock_guard lock(mutex_);
    return pool_[random() % kPool];
  }

  void Put(std::minstd_rand& random, std::pair<Context, CancelFunc> made) {
    std::lock_guard lock(mutex_);
    pool_[random() % kPool].swap(made);
  }

  StopFunc Register(const Context& ctx) {
    registered_.fetch_add(1);
    return ContextAfterFunc(ctx,
                            [this, ctx_copy = WithoutCancel(ctx), alive = Alive(&functions_)] { ran_.fetch_add(1); });
  }

  const Context root_;
  Mutex mutex_;
  std::vector<std::pair<Context, CancelFunc>> pool_;
  std::atomic<int> registered_{0};
  std::atomic<int> functions_{0};
  std::atomic<int> ran_{0};
  std::atomic<int> stopped_{0};
};

TEST(ContextStress, TreesComeAndGo) {
  const unsigned seed = Seed();
  auto [root, cancel] = WithCancel(Background());
  Churn churn(root);
  WaitGroup group;
  group.Add(6);
  for (unsigned i = 0; i < 4; ++i) {
    Go([&, i] {
      churn.Act(seed + i);
      group.Done();
    });
  }
  std::vector<std::thread> threads;
  for (unsigned i = 4; i < 6; ++i) {
    threads.emplace_back([&, i] {
      churn.Act(seed + i);
      group.Done();
    });
  }
  group.Wait();
  for (std::thread& thread : threads) thread.join();
  cancel();
  while (!churn.AllSettled()) Gosched();
}

}  // namespace
}  // namespace gort
